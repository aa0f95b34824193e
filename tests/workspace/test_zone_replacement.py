"""Which zone of a file is which of the plan, and what stands after its outlines were taken."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from spatial.area import area_km2
from spatial.definition import Definition
from spatial.errors import GeometryError, UsageError
from spatial.target import Target
from spatial.workspace.zone_replacement import (
    PREVIEW_COLUMNS,
    Match,
    Pair,
    Unclear,
    choose_layer,
    match_zones,
    preview_replacement,
    replaced_frame,
)
from tests.workspace.workspaces import CRS, zone_frame


def imported(ids, names, shift=0.004):
    return zone_frame(shift=shift, ids=ids, names=names, basis="user_supplied")[
        ["zone_id", "name_zh", "geometry_basis", "geometry"]
    ]


def test_ids_tie_before_names():
    match = match_zones(zone_frame(), imported(["EAST", "west"], ["西片区", "别处"]))
    assert match.pairs == (Pair("west", "west", "zone_id"), Pair("east", "EAST", "zone_id"))
    assert match.unmatched == match.unused == match.unclear == ()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("西片区", "西片区"),
        ("西片区", "西"),
        ("西", "西 片区"),
        ("中1区", "中一区"),
        ("中１区", "中一片区"),
        ("湿地·东片区", "湿地东区"),
        ("Harbour West", "harbour-west zone"),
    ],
)
def test_names_tie_without_suffix_width_and_marks(ours, theirs):
    match = match_zones(zone_frame(names=(ours, "别处")), imported(["1", "2"], [theirs, "无关"]))
    assert match.pairs == (Pair("west", "1", "name"),)
    assert match.unmatched == ("east",)
    assert match.unused == ("2",)


def test_two_of_the_file_for_one_of_ours_is_asked():
    theirs = imported(["1", "2"], ["西片区", "西片区"])
    match = match_zones(zone_frame(), theirs)
    assert match.pairs == ()
    assert match.unclear == (Unclear("west", ("1", "2")),)
    assert match_zones(zone_frame(), theirs, stated={"west": "2"}).pairs == (Pair("west", "2", "stated"),)


def test_one_of_the_file_for_two_of_ours_is_asked():
    match = match_zones(zone_frame(names=("东片区", "东区")), imported(["1", "2"], ["东", "无关"]))
    assert match.pairs == ()
    assert {each.zone_id for each in match.unclear} == {"west", "east"}


def test_a_zone_that_is_to_keep_its_outline_is_left():
    match = match_zones(zone_frame(), imported(["west", "east"], ["西", "东"]), stated={"west": ""})
    assert [pair.zone_id for pair in match.pairs] == ["east"]
    assert match.unmatched == ("west",)


@pytest.mark.parametrize("stated", [{"north": "1"}, {"west": "9"}, {"west": "1", "east": "1"}])
def test_pairs_that_cannot_be_are_refused(stated):
    with pytest.raises(UsageError) as refused:
        match_zones(zone_frame(), imported(["1", "2"], ["甲", "乙"]), stated=stated)
    assert refused.value.key == "workspace.bad_pairs"


def test_the_layer_is_chosen_by_what_it_shares():
    layers = {"district": zone_frame(names=("全区", "无"), ids=("d", "e")), "zones": zone_frame()}
    assert choose_layer(layers, imported(["west", "x"], ["甲", "乙"])) == "zones"
    assert choose_layer(layers, imported(["x", "y"], ["全区", "乙"])) == "district"
    assert choose_layer(layers, imported(["x", "y"], ["甲", "乙"])) is None
    assert choose_layer({}, imported(["x", "y"], ["甲", "乙"])) is None


def replaced(match_ids=("west", "other"), **facts):
    before, file = zone_frame(), imported(list(match_ids), ["甲", "乙"]).assign(**facts.pop("columns", {}))
    stated = {"basis": "official_supplied", "source": "测绘院.gpkg", **facts}
    return before, file, replaced_frame(before, file, match_zones(before, file), **stated)


def test_outline_basis_and_accuracy_are_the_files_and_names_the_plans():
    before, file, after = replaced(accuracy_m=0.5)
    assert after.crs == CRS
    assert list(after["zone_id"]) == ["west", "east"]
    assert list(after["name_zh"]) == ["西片区", "东片区"]
    assert after.geometry.iloc[0].equals(file.geometry.iloc[0])
    assert after.geometry.iloc[1].equals(before.geometry.iloc[1])
    assert list(after["geometry_basis"]) == ["official_supplied", "schematic"]
    assert list(after["position_accuracy_m"]) == [0.5, 300.0]
    assert after["area_geometry_km2"].iloc[0] == pytest.approx(area_km2(file)[0])


def test_what_was_said_of_the_old_outline_goes_with_it():
    _, _, after = replaced()
    assert np.isnan(after["area_land_km2"].iloc[0])
    assert after["area_land_source_zh"].iloc[0] is None
    assert after["includes_water"].iloc[0] is None
    assert after["includes_water"].iloc[1]
    assert "测绘院.gpkg" in after["note_zh"].iloc[0]
    assert after["note_zh"].iloc[1] == "据文字勾绘"
    assert after["area_official_km2"].iloc[1] == 1.2
    assert after["area_official_source_zh"].iloc[1] == "公报"
    assert np.isnan(after["position_accuracy_m"].iloc[0])


def test_areas_of_the_file_come_with_their_source():
    columns = {
        "area_official_km2": [1.5, 9.0],
        "area_land_km2": [1.1, 9.0],
        "position_accuracy_m": [2.0, 9.0],
    }
    _, _, after = replaced(columns=columns)
    assert list(after["area_official_km2"]) == [1.5, 1.2]
    assert list(after["area_official_source_zh"]) == ["测绘院.gpkg", "公报"]
    assert after["area_land_km2"].iloc[0] == 1.1
    assert after["area_land_source_zh"].iloc[0] == "测绘院.gpkg"
    assert after["position_accuracy_m"].iloc[0] == 2.0


def test_the_plans_frame_is_not_touched():
    before, _, _ = replaced()
    assert list(before["geometry_basis"]) == ["schematic", "schematic"]
    assert before.equals(zone_frame())


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ({"basis": "legal"}, "workspace.unknown_basis"),
        ({"accuracy_m": -1.0}, "workspace.bad_accuracy"),
        ({"accuracy_m": float("nan")}, "workspace.bad_accuracy"),
    ],
)
def test_a_basis_or_accuracy_that_is_none_is_refused(facts, key):
    with pytest.raises(UsageError) as refused:
        replaced(**facts)
    assert refused.value.key == key


def test_a_file_without_a_zone_of_ours_replaces_nothing():
    with pytest.raises(GeometryError):
        replaced_frame(zone_frame(), zone_frame(), Match(), basis="user_supplied", source="x")


def test_the_preview_shows_area_count_and_verdict_of_both():
    before, _, after = replaced()
    points = gpd.GeoDataFrame(
        {"site_id": [f"S{at}" for at in range(20)]},
        geometry=[shapely.Point(114.012, 23.0001 + at / 2500) for at in range(20)],
        crs=CRS,
    )
    table = preview_replacement(
        before, after, points, definition=Definition(), target=Target(value_per_km2=10.0)
    )
    assert tuple(table.columns) == PREVIEW_COLUMNS
    assert list(table["zone_id"]) == ["west", "east"]
    assert list(table["replaced"]) == [True, False]
    assert list(table["count_before"]) == [0, 20]
    assert list(table["count_after"]) == [20, 20]
    assert table["change"].iloc[0] == pytest.approx(0.4, abs=1e-3)
    assert table["change"].iloc[1] == pytest.approx(0.0, abs=1e-12)
    assert table["status_before"].iloc[0] != table["status_after"].iloc[0]


def test_a_preview_without_stations_has_no_verdict():
    before, _, after = replaced()
    table = preview_replacement(before, after, None, definition=Definition(), target=None)
    assert set(table["status_after"]) == {"no_data"}
