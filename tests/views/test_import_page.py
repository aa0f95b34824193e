"""导入: one file from the drop to the confirmation."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from spatial.drawn_areas.areas import AreaHistory, DrawnAreas
from spatial.drawn_areas.shapes import DrawnShape, ShapeKind
from spatial.importing.examine import examine
from spatial.importing.isolation import IsolatedRun
from spatial.importing.model import Subject
from spatial.workspace.gpkg_file import open_workspace
from tests.views.own_files import SPREAD, STATIONS
from views import import_draft
from views.drawn_session import DrawnWork
from views.session import OWNER, SessionKey, widget_key

if TYPE_CHECKING:
    from spatial.workspace.model import Workspace
    from tests.views.conftest import Pages

OpenApp = Callable[..., Any]
PAGE = "import_page"
SAVED = re.compile(r'haizhuAtlas\.save\("([^"]*)", "([^"]*)", "([^"]*)"\)')
QUESTION = "需要您说明"
SQUARE = [[113.30, 23.08], [113.32, 23.08], [113.32, 23.10], [113.30, 23.10], [113.30, 23.08]]


@pytest.fixture
def guarded_process() -> None:
    """Have files read where the product reads them: in a process of their own."""


@pytest.fixture(autouse=True)
def reader(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read files in this process, unless a test asks for the guarded one: its start costs most of a test."""

    def read_here(source: bytes, *, name: str, settings: Any, limits: Any, **_: object) -> IsolatedRun:
        path = (tmp_path_factory.mktemp("read") / "file").with_suffix(Path(name).suffix)
        path.write_bytes(source)
        found = examine(path, name=name, settings=settings, limits=limits)
        return IsolatedRun(examination=found, enforced={}, peak_bytes=0, seconds=0.0)

    if "guarded_process" not in request.fixturenames:
        monkeypatch.setattr(import_draft, "run_examination", read_here)


def zone_file(*names: str, ring: list[list[float]] = SQUARE) -> bytes:
    """Return a GeoJSON file with one zone for each name, under ids of no plan."""
    features = [
        {
            "type": "Feature",
            "properties": {"片区编号": f"Z{number}", "片区名称": name},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for number, name in enumerate(names)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def drop(page: Pages, data: bytes, name: str = "清单.csv") -> None:
    page.runner.file_uploader[0].set_value([(name, data, "application/octet-stream")]).run()
    assert not page.runner.exception


def state(page: Pages, what: str, value: str) -> None:
    number = page.runner.session_state[SessionKey.IMPORT_DRAFT].number
    page.runner.selectbox(key=widget_key(SessionKey.IMPORT_CHOICE, f"{number}_{what}")).select(value).run()
    assert not page.runner.exception


def confirm(page: Pages) -> None:
    page.runner.button(key=SessionKey.IMPORT_CONFIRM).click().run()
    assert not page.runner.exception


def use_former(page: Pages, choice: str) -> None:
    number = page.runner.session_state[SessionKey.IMPORT_DRAFT].number
    page.runner.radio(key=widget_key(SessionKey.IMPORT_CHOICE, f"{number}_former")).set_value(choice).run()
    assert not page.runner.exception


def press(page: Pages, words: str) -> None:
    next(button for button in page.runner.button if words in button.label).click().run()
    assert not page.runner.exception


def saved(page: Pages) -> tuple[str, bytes]:
    name, content, _ = SAVED.search(page.markup).groups()
    return name, base64.b64decode(content)


def held(page: Pages) -> Workspace:
    return page.runner.session_state[SessionKey.WORKSPACE].load(OWNER).workspace


@pytest.mark.usefixtures("guarded_process")
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_a_clean_file_takes_one_answer_and_one_press(open_app: OpenApp, encoding: str) -> None:
    page = open_app(PAGE)
    drop(page, SPREAD.encode(encoding))
    assert QUESTION in page.words
    assert page.runner.button(key=SessionKey.IMPORT_CONFIRM).disabled
    assert page.table("读到的前 6 行")[1][:2] == ["A0", "现状"]
    state(page, "crs", "gcj02")
    assert QUESTION not in page.words
    assert "共 80 行：使用 80 行，未用 0 行，得到 80 个要素" in page.words
    confirm(page)
    assert "已导入“清单.csv”：5G 基站，80 个要素" in page.words
    (dataset,) = held(page).datasets
    assert (dataset.subject, len(dataset.frame), dataset.result.crs) == (Subject.BASE_STATIONS, 80, "gcj02")
    assert page.table("已导入（1）")[1][:4] == ["清单.csv", "5G 基站", "80", "0"]


def test_the_bytes_go_with_the_confirmation(open_app: OpenApp) -> None:
    page = open_app(PAGE)
    drop(page, SPREAD.encode())
    assert page.runner.file_uploader[0].value is None or len(page.runner.file_uploader) == 1
    state(page, "crs", "wgs84")
    confirm(page)
    assert SessionKey.IMPORT_DRAFT not in page.runner.session_state


def test_the_opinion_of_the_detector_never_answers(open_app: OpenApp) -> None:
    page = open_app(PAGE)
    drop(page, SPREAD.encode())
    number = page.runner.session_state[SessionKey.IMPORT_DRAFT].number
    box = page.runner.selectbox(key=widget_key(SessionKey.IMPORT_CHOICE, f"{number}_crs"))
    assert box.value is None
    assert any("检测意见" in option for option in box.options)


def test_rows_that_are_not_used_are_listed_and_handed_over(open_app: OpenApp) -> None:
    page = open_app(PAGE)
    drop(page, STATIONS.encode("gbk"))
    state(page, "crs", "wgs84")
    assert "共 4 行：使用 2 行，未用 2 行" in page.words
    rows = page.table("未使用的行")[1:]
    assert [row[0] for row in rows] == ["3", "5"]
    assert all(re.search("[\u4e00-\u9fff]", row[3]) for row in rows)
    press(page, "改正后可再导入")
    name, data = saved(page)
    assert name == "未用行-待改正.csv"
    again = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert again[1][0] == "A2"
    assert not again[1][1].startswith("=")
    press(page, "报告（CSV）")
    assert len(list(csv.reader(io.StringIO(saved(page)[1].decode("utf-8-sig"))))) == 3


def test_another_encoding_is_read_and_shown(open_app: OpenApp) -> None:
    page = open_app(PAGE)
    drop(page, SPREAD.replace("现状", "規劃").encode("big5", "replace"))
    state(page, "encoding", "big5")
    assert page.runner.session_state[SessionKey.IMPORT_DRAFT].settings.encoding == "big5"


def test_a_column_can_be_matched_and_is_remembered(open_app: OpenApp) -> None:
    page = open_app(PAGE)
    table = SPREAD.replace("基站编号,状态", "甲,乙")
    for _ in range(2):
        drop(page, table.encode())
        draft = page.runner.session_state[SessionKey.IMPORT_DRAFT]
        if not draft.columns_recalled:
            page.runner.selectbox(key=draft.key(SessionKey.IMPORT_SUBJECT, "")).select(
                Subject.BASE_STATIONS
            ).run()
            assert not page.runner.exception
            key = draft.key(SessionKey.IMPORT_COLUMN, "site_id")
            page.runner.selectbox(key=key).select("甲").run()
            assert not page.runner.exception
        state(page, "crs", "wgs84")
        if held(page).datasets:
            assert "80 个要素的编号" not in page.words
            use_former(page, "instead")
        confirm(page)
        assert held(page).datasets[-1].result.columns["site_id"] == "甲"
        assert len(held(page).datasets) == 1


def test_a_second_file_takes_no_place_unasked(open_app: OpenApp, tmp_path: Path) -> None:
    page = open_app(PAGE)
    drop(page, STATIONS.encode("gbk"))
    state(page, "crs", "wgs84")
    press(page, "改正后可再导入")
    rejected = saved(page)[1].decode("utf-8-sig").replace("999", "113.31")
    confirm(page)
    drop(page, rejected.encode(), "改正.csv")
    state(page, "crs", "wgs84")
    assert "已有同类数据：清单.csv（2 个要素）" in page.words
    assert page.runner.button(key=SessionKey.IMPORT_CONFIRM).disabled
    use_former(page, "beside")
    confirm(page)
    assert [len(each.frame) for each in held(page).datasets] == [2, 1]
    page.runner.button(key=SessionKey.WORKSPACE_SAVE).click().run()
    (tmp_path / "kept.gpkg").write_bytes(saved(page)[1])
    opened = open_workspace(tmp_path / "kept.gpkg", name="kept.gpkg")
    assert [each.name for each in opened.datasets] == ["base_stations", "base_stations_2"]
    overview = open_app()
    overview.runner.session_state[SessionKey.WORKSPACE] = page.runner.session_state[SessionKey.WORKSPACE]
    overview.runner.run()
    assert not overview.runner.exception
    assert "正在使用“清单.csv、改正.csv”：共 6 行，使用 3 行，未用 3 行" in overview.words


def test_rows_that_both_files_have_are_told_before_they_count_twice(open_app: OpenApp) -> None:
    page = open_app(PAGE)
    for _ in range(2):
        drop(page, SPREAD.encode())
        state(page, "crs", "wgs84")
        if held(page).datasets:
            use_former(page, "beside")
            assert "80 个要素的编号在已有数据里也有" in page.words
        else:
            confirm(page)


@pytest.mark.usefixtures("guarded_process")
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("空.csv", b""),
        ("图.tif", b"II*\x00" + bytes(64)),
        ("a.geojson", b'{"type":"FeatureCollection","features":['),
        ("a.geojson", b"<OGRVRTDataSource/>"),
        ("旧.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)),
    ],
)
def test_a_file_that_is_refused_gets_a_sentence_and_changes_nothing(
    open_app: OpenApp, name: str, data: bytes
) -> None:
    page = open_app(PAGE)
    drop(page, data, name)
    refusal = page.markup.split('class="note refusal"')[1].split("</p>")[0]
    assert re.search("[\u4e00-\u9fff]", refusal)
    assert "管理员" not in refusal
    assert SessionKey.IMPORT_CONFIRM not in [button.key for button in page.runner.button]
    press(page, "换一个文件")
    assert SessionKey.IMPORT_DRAFT not in page.runner.session_state
    assert held(page).is_empty


def test_a_hostile_name_and_hostile_cells_stay_text(open_app: OpenApp) -> None:
    page = open_app(PAGE)
    hostile = '<img src=x onerror="alert(1)">[a](javascript:1){{7*7}}'
    drop(page, STATIONS.replace("一号", hostile.replace('"', "")).encode(), f"{hostile}.csv")
    assert "<img src=x" not in page.markup
    labels = [each.label for each in (*page.runner.selectbox, *page.runner.button, *page.runner.expander)]
    assert not [label for label in labels if "javascript" in label or "onerror" in label]


def test_work_that_is_stopped_leaves_nothing(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []

    def never_ends(*_: object, cancelled: Callable[[], bool], **__: object) -> None:
        told.append(cancelled())
        import_draft.drop_draft()
        import_draft.st.rerun()

    monkeypatch.setattr(import_draft, "run_examination", never_ends)
    page = open_app(PAGE)
    drop(page, SPREAD.encode())
    assert told == [False]
    assert len(page.runner.file_uploader) == 2
    assert SessionKey.IMPORT_DRAFT not in page.runner.session_state


def test_zones_show_what_changes_before_they_replace(open_app: OpenApp) -> None:
    page = open_app(PAGE)
    drop(page, zone_file("一谷", "外区"), "片区.geojson")
    assert page.runner.session_state[SessionKey.IMPORT_DRAFT].settings.subject == Subject.ZONES
    assert page.runner.button(key=SessionKey.IMPORT_CONFIRM).disabled
    state(page, "basis", "official_supplied")
    rows = page.table("替换前后")[1:]
    changed = [row for row in rows if row[3] != "–"]
    assert len(changed) == 1
    assert "→" in changed[0][5]
    assert "模拟" in page.words
    assert "不会使用的：外区" in page.words
    confirm(page)
    zones = held(page).packs["haizhu"].zones["zones"].frame
    assert (zones["geometry_basis"] == "official_supplied").sum() == 1
    press(page, "恢复示意界线")
    assert held(page).is_empty or not held(page).packs


def test_a_data_set_is_removed_on_request(open_app: OpenApp) -> None:
    page = open_app(PAGE)
    drop(page, SPREAD.encode())
    state(page, "crs", "wgs84")
    confirm(page)
    page.runner.button(key=SessionKey.WORKSPACE_REMOVE).click().run()
    assert not page.runner.exception
    assert held(page).datasets == ()
    assert "还没有导入任何数据" in page.words


def test_what_is_saved_opens_again_in_another_session(open_app: OpenApp) -> None:
    page = open_app(PAGE)
    drop(page, SPREAD.encode())
    state(page, "crs", "gcj02")
    confirm(page)
    circle = DrawnShape(kind=ShapeKind.CIRCLE, corners=((113.3, 23.08),), radius_m=800.0)
    drawn = DrawnAreas().added(circle, name="<b>甲</b>")
    page.runner.session_state[SessionKey.DRAWN] = {"haizhu": DrawnWork(history=AreaHistory(present=drawn))}
    page.runner.run()
    assert "<b>甲" not in page.markup
    assert "也保存您画的 1 个区域" in page.words
    page.runner.button(key=SessionKey.WORKSPACE_SAVE).click().run()
    name, data = saved(page)
    assert name.endswith(".gpkg")
    other = open_app(PAGE)
    other.runner.file_uploader[1].set_value((name, data, "application/octet-stream")).run()
    assert not other.runner.exception
    (mine,), (theirs,) = held(page).datasets, held(other).datasets
    assert theirs.frame.equals(mine.frame)
    assert (theirs.sha256, theirs.result.n_in) == (mine.sha256, mine.result.n_in)
    opened = other.runner.session_state[SessionKey.DRAWN]["haizhu"]
    assert (opened.history, opened.chosen) == (AreaHistory(present=drawn), "drawn_1")
    assert held(other).drawn == {}, "the session keeps them apart"


def test_a_foreign_workspace_file_is_refused_and_changes_nothing(open_app: OpenApp) -> None:
    page = open_app(PAGE)
    page.runner.file_uploader[1].set_value(("x.gpkg", b"SQLite format 3\0" + bytes(200), "a/b")).run()
    assert 'class="note refusal"' in page.markup
    assert held(page).is_empty


def test_every_limit_is_shown_with_its_setting(open_app: OpenApp) -> None:
    page = open_app(PAGE)
    for setting in ("ATLAS_MAX_UPLOAD_BYTES", "ATLAS_MAX_SECONDS", "ATLAS_MAX_MEMORY_BYTES"):
        assert setting in page.words


def test_the_page_speaks_english(open_app: OpenApp) -> None:
    page = open_app(PAGE, lang="en")
    drop(page, SPREAD.replace("基站编号", "site_id").replace("现状", "existing").encode(), "sites.csv")
    state(page, "crs", "gcj02")
    assert "80 rows: 80 used" in page.words
