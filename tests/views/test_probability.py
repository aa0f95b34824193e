"""What position errors come to stands beside the status of a zone, drawn once and after the rest."""

from __future__ import annotations

from tests.views.own_files import SPREAD, dataset_of, holding
from views import cache, overview, session_evaluation
from views.session import SessionKey


def test_a_chosen_zone_says_how_likely_it_meets_its_target(open_app):
    page = open_app(zone="culture_circle", lang="zh")
    assert "达标概率 > 99 % 基站数" in page.words
    assert "1,000 次抽样，种子 20250101" in page.words
    assert "边界整体外扩或内缩（面积和基站数同时改变" in page.words
    assert "边界平移或外扩时只会少数" in page.words
    assert "误差全取最不利时，密度（68.1–165.2）仍在目标 52 的同一侧" in page.words
    page.runner.selectbox(key=SessionKey.ZONE).select("pazhou").run()
    # A chance of next to nothing beside a status that is open: why is said at once.
    assert "达标概率 < 1 %（可能偏低）" in page.words
    assert "误差全取最不利时的密度（座/km²） 27.1–71.2 示意 模拟 参照" in page.words
    assert "结论为“尚不能判定”：注明的误差全取最不利时，密度在 27.1–71.2 之间，跨过目标 52" in page.words
    page.runner.selectbox(key=SessionKey.ZONE).select(None).run()
    assert "达标概率" not in page.words


def test_a_published_number_has_no_probability(open_app, monkeypatch):
    monkeypatch.setattr(cache, "draw_view", None)
    words = open_app(zone="haizhu", lang="zh").words
    assert "达标概率 只有公布的总数，没有点位" in words


def test_a_layer_is_drawn_once_and_after_the_rest_of_the_page(open_app, monkeypatch):
    done = []

    def noting(module, name):
        as_it_is = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *given: done.append(name) or as_it_is(*given))

    noting(overview, "flip_table")
    noting(session_evaluation, "draw_view")
    page = holding(open_app(lang="zh"), dataset_of(SPREAD))
    assert "draw_view" not in done
    done.clear()
    for zone, expected in (
        ("pazhou", ["flip_table", "draw_view"]),
        ("culture_circle", ["flip_table"]),
        ("pazhou_west", ["flip_table", "draw_view"]),
        ("pazhou", ["flip_table"]),
    ):
        page.runner.selectbox(key=SessionKey.ZONE).select(zone).run()
        assert done == expected
        assert "正在抽样" not in page.words
        done.clear()
    page.runner.button_group(key=SessionKey.LANGUAGE).set_value("en").run()
    assert done == ["flip_table"]
    assert "every error at its worst" in page.words
    assert len(page.runner.session_state[SessionKey.OWN_WORK].probabilities) == 2


def test_a_session_keeps_the_latest_and_no_more():
    memory, made = {}, []
    for key in (1, 2, 1, 3, 2, 1):
        session_evaluation._kept(memory, key, lambda: made.append(key) or key, most=2)  # noqa: B023
    assert made == [1, 2, 3, 1]
    assert list(memory) == [3, 1]
