"""选址: the gap of a zone, the poles that close it, why none do, the search beside the page, the file."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from spatial.errors import SitingCheckError, UsageError
from spatial.importing.build.report import report_dict
from spatial.importing.examine import examine
from spatial.importing.model import ImportSettings, Subject
from spatial.limits import DEFAULT_LIMITS
from spatial.siting.background import SitingJob
from spatial.siting.model import SitingStatus
from spatial.tally import survey
from spatial.workspace.model import Dataset
from tests.siting.conftest import inventory_of, terms
from tests.siting.instances import zone_case
from tests.views.own_files import holding
from views import cache, siting_room
from views.session import SessionKey, widget_key

OpenApp = Callable[..., "object"]
ZONES = "目标 {} 座/km² 下各片区选址前后"
POLES = "选中的灯杆"


@pytest.fixture
def open_siting(open_app: OpenApp) -> Callable[..., object]:
    return lambda **address: open_app("analysis", analysis="siting", **address)


def verdicts() -> dict[str, object]:
    from spatial.definition import Definition

    rows = cache.shared_evaluation("haizhu", Definition()).zones.rows
    return rows.set_index("zone_id").to_dict("index")


def test_the_gap_is_the_verdict_s_and_the_poles_close_it(open_siting) -> None:
    page = open_siting(zone="pazhou")
    row = page.table(ZONES.format(52))[1]
    known = verdicts()["pazhou"]
    expected = [known["required_count"], known["count"], known["gap_count"], known["required_count"]]
    assert row[1:] == [f"{figure:,}" for figure in expected]
    assert f"选 {known['gap_count']} 根灯杆即可达到目标" in page.words
    assert "已证明不能更少（差距 0.0 %）。 示意 模拟" in page.words
    assert "边界为示意" in page.words
    assert len(page.table(POLES)) == 13
    assert "前 50 根 → 47.4 座/km² 25 %" in page.words
    assert "前 196 根 → 52.0 座/km² 100 %" in page.words
    others = page.table("同样条件下，换个目标要多少根灯杆")[1:]
    assert [row[:3] for row in others] == [
        ["47", "39", "39"],
        ["52", "196", "196"],
        ["53", "228", "228"],
        ["60", "447", "–"],
    ]
    assert "（快速解） · 示意 · 模拟" in page.words
    assert others[-1][3] == "达不到，至多 53.5 座/km²"
    assert page.runner.session_state[SessionKey.SITING].others() is not None
    assert "统计口径未说明（按行计）" in page.words


def test_a_part_is_sited_by_itself(open_siting) -> None:
    page = open_siting(zone="pazhou_mid_2")
    assert [row[0] for row in page.table(ZONES.format(52))[1:]] == ["中2区 示意 模拟"]
    assert "不必新增" in page.words
    assert "导出规划站点" not in [button.label for button in page.runner.button]


def test_no_zone_chosen_means_every_zone_and_reasons_name_zones_by_their_names(open_siting) -> None:
    page = open_siting()
    assert [row[0] for row in page.table(ZONES.format(52))[1:]] == [
        "一区 示意 模拟",
        "一谷 示意 模拟",
        "一圈 示意 模拟",
    ]
    assert "没有满足全部条件的选择" in page.words
    assert "“一谷”还需 278 个站" in page.words
    assert "sysu_valley" not in page.words
    assert page.table(ZONES.format(52))[2][-1] == "–"
    page.runner.button(key=widget_key(SessionKey.SITING_TRY, "target")).click().run()
    assert "选 400 根灯杆即可达到目标" in page.words
    assert "前 100 根 25 %" in page.words


def test_the_slider_asks_for_another_target(open_siting) -> None:
    page = open_siting(zone="pazhou")
    page.runner.slider(key=SessionKey.SITING_TARGET).set_value(47).run()
    assert not page.runner.exception
    row = page.table(ZONES.format(47))[1]
    assert int(row[4].replace(",", "")) == int(row[1].replace(",", "")) > int(row[2].replace(",", ""))


@pytest.mark.parametrize(
    ("changes", "words", "way_on"),
    [
        ({SessionKey.SITING_SEPARATION: 100}, ("最小间距", "条件 新选灯杆相距至少 100 米"), "target"),
        ({SessionKey.SITING_COVER: 95}, ("要求覆盖 95", "条件 至少覆盖 95 %（半径 200 米，"), "cover"),
        ({SessionKey.SITING_BUDGET: 100}, ("预算 100", "条件 每片区最多新增 100 根"), "budget"),
        ({SessionKey.SITING_COVER: 60}, ("不是信号覆盖",), None),
    ],
)
def test_conditions_are_heeded_in_words(open_siting, changes, words, way_on) -> None:
    page = open_siting(zone="pazhou")
    for key, value in changes.items():
        family = page.runner.number_input if key == SessionKey.SITING_BUDGET else page.runner.select_slider
        family(key=key).set_value(value).run()
    assert not page.runner.exception
    assert all(each in page.words for each in words)
    if way_on:
        page.runner.button(key=widget_key(SessionKey.SITING_TRY, way_on)).click().run()
        assert not page.runner.exception
    assert "根灯杆即可达到目标" in page.words


@pytest.mark.parametrize("kind", ["geojson", "csv"])
def test_the_file_holds_the_poles_and_says_that_they_are_made_up(open_siting, kind) -> None:
    page = open_siting(zone="pazhou")
    page.runner.button(key=widget_key(SessionKey.SITING_SAVE, kind)).click().run()
    name, content = re.search(r'haizhuAtlas\.save\("([^"]+)", "([^"]+)"', page.markup).groups()
    assert name == f"simulated-planned-sites-haizhu-pazhou-52.{kind}"
    text = base64.b64decode(content).decode("utf-8-sig")
    if kind == "geojson":
        features = json.loads(text)["features"]
        assert len(features) == 196
        facts = features[0]["properties"]
        assert (facts["status"], facts["synthetic"], facts["zone_geometry_basis"]) == (
            "planned",
            True,
            "schematic",
        )
        assert "lamp_poles_demo.csv" in facts["source"]
    else:
        assert len(text.splitlines()) == 197
        assert "planned" in text


def test_the_chosen_poles_stand_on_the_map(open_siting) -> None:
    assert "own_points-0" in open_siting(zone="pazhou").map_arguments
    assert "own_points-0" not in open_siting().map_arguments


def test_the_english_page(open_siting) -> None:
    page = open_siting(zone="pazhou", lang="en")
    assert "196 poles reach the target." in page.words
    assert "a geometric proxy" not in page.words


@pytest.fixture
def unproved(monkeypatch) -> None:
    """Let the quick answer prove nothing, as it does where conditions are many."""

    def propose(case, settings):
        found = propose_quickly(case, settings)
        solution = replace(found.solution, status=SitingStatus.FEASIBLE, bound=1.0, gap=0.99)
        return replace(found, solution=solution)

    propose_quickly = siting_room.propose
    monkeypatch.setattr(siting_room, "propose", propose)


def test_other_targets_of_many_poles_and_stations_wait_for_a_click(open_siting, monkeypatch) -> None:
    monkeypatch.setattr(siting_room, "MOST_UNASKED", 5_000)
    page = open_siting(zone="pazhou")
    assert "换个目标要多少根灯杆" not in page.words
    page.runner.button(key=SessionKey.SITING_TARGETS).click().run()
    assert "换个目标要多少根灯杆" in page.words


def wait_for_search(page) -> None:
    for _ in range(100):
        page.runner.run()
        if page.runner.session_state[SessionKey.SITING].job is None:
            return
        time.sleep(0.1)
    pytest.fail("the search does not end")


@pytest.mark.usefixtures("unproved")
def test_the_search_runs_beside_the_page_and_its_answer_takes_the_quick_one_s_place(open_siting) -> None:
    page = open_siting(zone="pazhou")
    assert "快速解：最少不低于 1，差距至多 99.0 %" in page.words
    page.runner.button(key=SessionKey.SITING_SOLVE).click().run()
    assert not page.runner.exception
    wait_for_search(page)
    page.runner.run()
    assert "已证明不能更少" in page.words
    assert page.runner.button(key=SessionKey.SITING_SOLVE).disabled


@pytest.mark.usefixtures("unproved")
def test_a_search_is_called_off_and_leaves_the_quick_answer(open_siting) -> None:
    page = open_siting(zone="pazhou")
    room = page.runner.session_state[SessionKey.SITING]
    room.start()
    process = room.job._process
    room.stop()
    assert process.returncode is not None
    page.runner.run()
    assert "快速解" in page.words


@pytest.mark.usefixtures("unproved")
def test_another_question_calls_the_search_off(open_siting) -> None:
    page = open_siting(zone="pazhou")
    room = page.runner.session_state[SessionKey.SITING]
    room.start()
    process = room.job._process
    page.runner.slider(key=SessionKey.SITING_TARGET).set_value(47).run()
    assert room.job is None
    assert process.returncode is not None


@pytest.mark.usefixtures("unproved")
def test_an_answer_that_the_second_look_refuses_is_not_shown(open_siting, monkeypatch) -> None:
    page = open_siting(zone="pazhou")
    room = page.runner.session_state[SessionKey.SITING]

    def refuse(*_: object) -> None:
        raise SitingCheckError("siting.check_failed", constraint="once", figures="")

    monkeypatch.setattr(siting_room, "recheck", refuse)
    room.start()
    wait_for_search(page)
    page.runner.run()
    assert "未通过独立复核" in page.words
    assert room.exact is None


# --- the process ------------------------------------------------------------------------------


@pytest.fixture
def problem():
    from spatial.siting.problem import siting_case

    zone, sites, poles = zone_case(1, side_m=700.0)
    return siting_case(survey(zone, sites), inventory_of(poles), terms(80.0)).problem


def answer_of(job):
    for _ in range(300):
        found = job.poll()
        if found is not None:
            return found
        time.sleep(0.05)
    pytest.fail("the search does not end")


def test_a_job_gives_the_answer_of_the_solver(problem) -> None:
    from spatial.siting.model import SitingSettings
    from spatial.siting.solve import solve_siting

    settings = SitingSettings(time_limit_s=10.0)
    with SitingJob(problem, settings) as job:
        found = answer_of(job)
        assert job.poll() is found
    expected = solve_siting(problem, settings)
    assert (found.status, found.objective) == (expected.status, expected.objective)
    assert np.array_equal(found.selected, expected.selected)


def test_a_refusal_comes_through_the_process(problem) -> None:
    from spatial.siting.model import SitingSettings

    settings = SitingSettings(cover_share=0.5, radius_m=100.0)
    with SitingJob(problem, settings) as job, pytest.raises(UsageError) as caught:
        answer_of(job)
    assert caught.value.key == "solver.no_demand"


def test_a_process_that_breaks_down_is_one_sentence(problem) -> None:
    from spatial.siting.model import SitingSettings

    with SitingJob(problem, SitingSettings()) as job:
        job._process.kill()
        job._process.wait()
        with pytest.raises(UsageError) as caught:
            job.poll()
    assert caught.value.key == "siting.job_failed"


def test_a_process_that_runs_far_beyond_its_time_is_ended(problem) -> None:
    from spatial.siting.model import SitingSettings

    with SitingJob(problem, SitingSettings()) as job:
        job._started -= 1_000.0
        with pytest.raises(UsageError):
            answer_of(job)
        assert job._process.returncode is not None


def test_no_more_searches_than_the_server_takes(problem, monkeypatch) -> None:
    from threading import BoundedSemaphore

    from spatial.siting import background
    from spatial.siting.model import SitingSettings

    monkeypatch.setattr(background, "_PLACES", BoundedSemaphore(1))
    with SitingJob(problem, SitingSettings()):
        with pytest.raises(UsageError) as caught:
            SitingJob(problem, SitingSettings())
        assert caught.value.key == "siting.too_many_jobs"
    with SitingJob(problem, SitingSettings()) as job:
        answer_of(job)


def test_a_search_that_nobody_looks_at_any_more_gives_its_place_back(problem, monkeypatch) -> None:
    from threading import BoundedSemaphore

    from spatial.siting import background
    from spatial.siting.model import SitingSettings

    places = BoundedSemaphore(1)
    monkeypatch.setattr(background, "_PLACES", places)
    done = SitingJob(problem, SitingSettings())
    assert places.acquire(timeout=30.0)
    assert answer_of(done).status == SitingStatus.OPTIMAL
    places.release()
    monkeypatch.setattr(background, "_GRACE_S", 0.0)
    late = SitingJob(problem, SitingSettings(time_limit_s=0.001))
    assert places.acquire(timeout=30.0)
    with pytest.raises(UsageError):
        late.poll()


# --- what the planner brings ------------------------------------------------------------------

POLE_ROWS = [(f"G{n}", 113.330 + 0.0012 * (n % 25), 23.095 + 0.0008 * (n // 25)) for n in range(250)]
POLE_TABLE = "灯杆编号,经度,纬度,是否可挂载,造价\n" + "".join(
    f"{name},{lon:.5f},{lat:.5f},{'否' if at % 10 == 0 else '也许' if at % 50 == 1 else '是'},{2 + at % 2}\n"
    for at, (name, lon, lat) in enumerate(POLE_ROWS)
)
NO_BUILD = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "河"},
            "geometry": {"type": "LineString", "coordinates": [[113.33, 23.09], [113.34, 23.09]]},
        },
        {
            "type": "Feature",
            "properties": {"name": "江堤"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[113.33, 23.09], [113.336, 23.09], [113.336, 23.11], [113.33, 23.11], [113.33, 23.09]]
                ],
            },
        },
    ],
}


def brought(tmp_path, name: str, content: str, subject: Subject) -> Dataset:
    settings = ImportSettings(subject=subject, crs="wgs84", pack="haizhu")
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    result = examine(path, name=name, settings=settings, limits=DEFAULT_LIMITS).result
    return Dataset(
        title=name,
        result=result,
        sha256="0" * 64,
        imported_at="2024-06-01T08:00:00+00:00",
        report=report_dict(result),
    )


def test_poles_of_one_s_own_are_the_candidates_and_their_words_are_heeded(open_siting, tmp_path) -> None:
    page = open_siting(zone="pazhou")
    poles = brought(tmp_path, "poles.csv", POLE_TABLE, Subject.LAMP_POLES)
    room = page.runner.session_state[SessionKey.SITING]
    room.start()
    holding(page, poles)
    # An answer about other poles is not waited for.
    assert room.job is None
    page.runner.slider(key=SessionKey.SITING_TARGET).set_value(47).run()
    assert not page.runner.exception
    assert "poles.csv" in page.words
    case = page.runner.session_state[SessionKey.SITING].case
    assert case.n_in == 250
    assert case.n_in == case.n_used + case.n_reported
    assert not case.candidates["can_mount"][case.candidates["candidate_id"] == "G10"].any()
    assert "25 根灯杆注明不可挂载" in page.words
    assert "候选灯杆有 5 行未使用：可挂载一栏既非“是”也非“否” 5 行" in page.words
    assert "灯杆即可达到目标" in page.words
    needed = len(page.runner.session_state[SessionKey.SITING].quick.solution.selected)
    page.runner.selectbox(key=SessionKey.SITING_COST).set_value("造价").run()
    assert not page.runner.exception
    chosen = page.runner.session_state[SessionKey.SITING].quick
    assert chosen.solution.objective == chosen.steps["cost"].sum() == 2.0 * needed
    assert f"费用合计 {2 * needed}（按“造价”列）。 已证明不能更少" in page.words
    assert f"，费用 {2 * needed} 100 %" in page.words


def test_a_layer_of_one_s_own_keeps_poles_away(open_siting, tmp_path) -> None:
    page = open_siting(zone="pazhou")
    poles = brought(tmp_path, "poles.csv", POLE_TABLE, Subject.LAMP_POLES)
    hole = brought(tmp_path, "堤防.geojson", json.dumps(NO_BUILD, ensure_ascii=False), Subject.FEATURES)
    holding(page, poles, hole)
    page.runner.slider(key=SessionKey.SITING_TARGET).set_value(47).run()
    page.runner.selectbox(key=SessionKey.SITING_NO_BUILD).set_value("堤防.geojson").run()
    assert not page.runner.exception
    assert "位于禁建区内" in page.words
    proposal = page.runner.session_state[SessionKey.SITING].quick
    assert proposal.case.candidates["in_no_build"].any()
    assert (proposal.steps["lon"] > 113.336).all()
    page.runner.run()
    assert page.runner.session_state[SessionKey.SITING].quick is proposal


def test_what_one_session_found_is_no_other_s(open_siting, tmp_path) -> None:
    one, other = open_siting(zone="pazhou"), open_siting(zone="pazhou")
    holding(one, brought(tmp_path, "poles.csv", POLE_TABLE, Subject.LAMP_POLES))
    other.runner.run()
    assert "poles.csv" in one.words
    assert "poles.csv" not in other.words
    assert "196 根" in other.words


def test_a_process_that_cannot_be_started_holds_no_place(problem, monkeypatch) -> None:
    from threading import BoundedSemaphore

    from spatial.siting import background
    from spatial.siting.model import SitingSettings

    monkeypatch.setattr(background, "_PLACES", BoundedSemaphore(1))
    with monkeypatch.context() as patch:
        patch.setattr(background.sys, "executable", "/nowhere/python")
        with pytest.raises(OSError, match="nowhere"):
            SitingJob(problem, SitingSettings())
    with SitingJob(problem, SitingSettings()) as job:
        answer_of(job)
