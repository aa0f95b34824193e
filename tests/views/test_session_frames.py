"""A session that replaced outlines or placed a point sees them everywhere; no other session does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import geopandas as gpd
import pandas as pd
import shapely

from spatial.definition import Definition
from spatial.importing.model import Encoding, ImportResult, Subject
from spatial.workspace.changed_pack import fingerprint
from spatial.workspace.model import (
    Dataset,
    PlacedPoint,
    ReplacedZones,
    Workspace,
    add_dataset,
    place_point,
    replace_zones,
)
from spatial.workspace.store import MemoryStore
from spatial.workspace.zone_replacement import match_zones, replaced_frame
from views import cache
from views.session import OWNER, SessionKey

if TYPE_CHECKING:
    from tests.views.conftest import Pages

OpenApp = Callable[..., Any]
PACK = "haizhu"
FILE = "测绘院片区界线.gpkg"


def official_zones() -> Workspace:
    """Return a workspace in which the zones' outlines are official and a little smaller."""
    shared = cache.frames(PACK)
    before = shared.layers["zones"]
    shapes = [shapely.affinity.scale(shape, 0.9, 0.9) for shape in before.geometry]
    file = gpd.GeoDataFrame(before[["zone_id", "name_zh"]], geometry=shapes, crs=before.crs)
    result = ImportResult(
        subject=Subject.ZONES,
        name=FILE,
        frame=file,
        n_in=len(file),
        n_used=len(file),
        rejected=pd.DataFrame(columns=["row", "field", "value", "reason_key"]),
        rejected_source=pd.DataFrame(),
        row_unit="feature",
        crs="EPSG:4490",
        encoding=Encoding("utf-8", "format"),
        decisions=(),
        columns={},
    )
    dataset = Dataset(title=FILE, result=result, sha256="0" * 64, imported_at="2025-01-01", report={})
    match = match_zones(before, file)
    frame = replaced_frame(before, file, match, basis="official_supplied", source=FILE, accuracy_m=0.5)
    zones = ReplacedZones(frame=frame, match=match, dataset=dataset)
    mark = fingerprint(shared.pack)
    return replace_zones(add_dataset(Workspace(), dataset), PACK, "zones", zones, fingerprint=mark)


def holding(page: Pages, workspace: Workspace) -> Pages:
    store = MemoryStore()
    store.save(OWNER, workspace, expected=0)
    page.runner.session_state[SessionKey.WORKSPACE] = store
    page.runner.run()
    assert not page.runner.exception
    return page


def on_map(words: str, page: Pages) -> bool:
    """Tell whether the map is sent the words, whichever way they are written on the wire."""
    once = json.dumps(words)[1:-1]
    return any(form in page.map_arguments for form in (words, once, json.dumps(once)[1:-1], quote(words)))


def test_outlines_that_are_official_are_called_schematic_nowhere(open_app: OpenApp) -> None:
    page = open_app("overview", zone="pazhou")
    before = page.words
    assert on_map("；片区为示意范围", page)
    page = holding(page, official_zones())
    assert not on_map("；片区为示意范围", page)
    assert on_map(FILE, page)
    assert "官方数据" in page.words
    assert f"界线取自导入的文件“{FILE}”" in page.words
    zones = page.table("每平方公里 5G 基站")[-3:]
    assert all(row[0].endswith("正式提供") for row in zones), "each outline says what it rests on"
    assert f"界线取自导入的文件“{FILE}”" not in before


def test_the_sources_name_the_imported_file_and_what_its_outlines_rest_on(open_app: OpenApp) -> None:
    page = open_app("sources")
    assert FILE not in page.words
    page = holding(page, official_zones())
    rows = {row[0]: row for row in page.table("各范围的界线依据与面积")[1:]}
    assert rows["一区"][1:3] == ["官方数据", "0.5"]
    assert rows["一区"][6] == "–", "nobody said whether the new outline takes in water"
    assert rows["西区"][1] == "按公布的四至绘制"
    assert page.table("已导入（1）")[1][0] == FILE
    assert "已替换的界线不出自这些顶点" in page.words


def test_verdicts_are_those_of_the_new_outlines(open_app: OpenApp) -> None:
    page = open_app("overview")
    shared = cache.shared_evaluation(PACK, Definition())
    shared_areas = list(shared.zones.rows["area_km2"])
    page = holding(page, official_zones())
    own = page.runner.session_state[SessionKey.OWN_WORK]
    evaluation = own.evaluations[PACK, Definition()]
    areas = list(evaluation.zones.rows["area_km2"])
    assert all(0.8 < new / old < 0.82 for new, old in zip(areas, shared_areas, strict=True))
    assert set(evaluation.zones.rows["geometry_basis"]) == {"official_supplied"}
    assert evaluation.synthetic


def test_what_every_session_shares_is_not_touched(open_app: OpenApp) -> None:
    before = cache.frames(PACK).layers["zones"].copy()
    holding(open_app("overview"), official_zones())
    assert cache.frames(PACK).layers["zones"].equals(before)
    assert set(cache.frames(PACK).layers["zones"]["geometry_basis"]) == {"schematic"}
    other = open_app("overview")
    assert on_map("；片区为示意范围", other)


def test_a_placed_point_is_on_the_map(open_app: OpenApp) -> None:
    shared = cache.frames(PACK)
    place_id = shared.places[shared.places.geometry.isna()]["place_id"].iloc[0]
    point = PlacedPoint(place_id=place_id, lon=113.3333, lat=23.0999)
    workspace = place_point(Workspace(), PACK, point, fingerprint=fingerprint(shared.pack))
    page = open_app("overview", place=place_id)
    assert "113.3333" not in page.map_arguments
    page = holding(page, workspace)
    own = page.runner.session_state[SessionKey.OWN_WORK].frames[PACK]
    assert own.is_located(place_id)
    assert not shared.is_located(place_id)
    assert "113.3333" in page.map_arguments or "113333300" in page.map_arguments


def test_zones_of_another_edition_are_left_out_with_a_remark(open_app: OpenApp) -> None:
    workspace = official_zones()
    zones = workspace.changes(PACK).zones["zones"]
    changed = ReplacedZones(frame=zones.frame.iloc[:1], match=zones.match, dataset=zones.dataset)
    workspace = replace_zones(workspace, PACK, "zones", changed, fingerprint="0")
    page = holding(open_app("overview"), workspace)
    assert "与当前规划包的片区不一致" in page.words
    assert on_map("；片区为示意范围", page)
