from __future__ import annotations

import json
import math
import subprocess
import sys
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import spatial
from spatial.check import JSON_COLUMNS, check_count, check_zones, compare_definitions
from spatial.counting import LayerKind
from spatial.definition import AreaBasis, Definition, Indoor, LifecycleStatus, Numerator
from spatial.errors import BasisUnavailableError, CellLevelTableError, GeometryError, UsageError
from spatial.target import Target
from spatial.verdict import Status, VerdictSettings
from tests.spatial.strategies import CANONICAL, point_frame, scatter, tilings, zone_frame

ROWS = Definition(numerator=Numerator.AS_GIVEN)
GOAL = Target(value_per_km2=10.0, scope="district", scope_zone_id="east", year=2025)
WEST, EAST = shapely.box(430000, 2550000, 432000, 2551000), shapely.box(432000, 2550000, 434000, 2551000)


def two_zones(**columns):
    return zone_frame([EAST, WEST], ["east", "west"], name_zh=["东片", "西片"], **columns)


def stations(west, east, outside=0, **columns):
    """Points in a row through the middle of each zone, well away from every edge."""
    x = np.concatenate(
        [np.linspace(430300, 431700, west), np.linspace(432300, 433700, east), np.full(outside, 440000)]
    )
    defaults = {"status": "existing", "site_id": [f"s{i}" for i in range(len(x))]}
    return point_frame(np.column_stack([x, np.full(len(x), 2550500)]), **(defaults | columns))


def keys(result):
    return [notice.key for notice in result.notices]


def test_rows_stand_in_input_order_with_every_figure():
    zones = two_zones(geometry_basis="schematic", population=[40_000, 0]).set_axis([7, 3])
    result = check_zones(zones, stations(15, 21, 4), definition=ROWS, target=GOAL)
    rows = result.rows
    assert rows.index.tolist() == [7, 3]
    assert rows["zone_id"].tolist() == ["east", "west"]
    assert rows["name"].tolist() == ["东片", "西片"]
    assert rows["count"].tolist() == [21, 15]
    assert rows["area_km2"].round(2).tolist() == [2.0, 2.0]
    assert rows["required_count"].tolist() == [20, 20]
    assert rows["gap_count"].tolist() == [0, 5]
    assert rows["target_scope"].tolist() == ["district", "district_reference"]
    assert rows["status"].tolist() == ["met", "short"]
    assert rows["geometry_basis"].tolist() == ["schematic"] * 2
    assert rows["area_basis"].tolist() == ["geometry"] * 2
    assert rows["synthetic"].tolist() == [False, False]
    assert rows["stations_per_10k_people"].iloc[0] == pytest.approx(5.25)
    assert math.isnan(rows["stations_per_10k_people"].iloc[1])
    assert (result.total_count, result.outside_count) == (40, 4)
    assert (result.n_in, result.n_used, result.n_reported) == (40, 40, 0)
    assert result.layer is LayerKind.TILING
    assert "verdict.target_is_reference" in keys(result)


def test_the_json_has_the_named_fields_and_no_other():
    result = check_zones(two_zones(), stations(15, 21), definition=ROWS, target=None)
    plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert set(plain) == {
        "definition",
        "layer",
        "zones",
        "n_in",
        "n_used",
        "n_reported",
        "total_count",
        "outside_count",
        "notices",
    }
    assert [tuple(zone) for zone in plain["zones"]] == [JSON_COLUMNS] * 2
    first = plain["zones"][0]
    assert first["count"] == 21
    assert isinstance(first["count"], int)
    assert first["area_km2"] == result.rows["area_km2"].iloc[0]
    assert first["status"] == "no_target"
    for field in ("target_per_km2", "target_scope", "required_count", "gap_count", "attainment_ratio"):
        assert first[field] is None
    assert {"key", "params", "zh", "en"} == set(plain["notices"][0])


@given(tilings(), st.integers(0, 200))
def test_in_a_tiling_the_zones_and_the_outside_make_the_total(tiling, accuracy):
    zones, xs, ys, rng = tiling
    points = point_frame(scatter(rng, xs, ys, 20), position_accuracy_m=float(accuracy))
    result = check_zones(zones, points, definition=ROWS, target=GOAL)
    assert result.layer is LayerKind.TILING
    assert result.rows["count"].sum() + result.outside_count == result.total_count == len(points)
    assert (result.rows["count_low"] <= result.rows["count"]).all()
    assert (result.rows["count"] <= result.rows["count_high"]).all()


@given(tilings(max_side=3))
def test_splitting_a_zone_conserves_count_and_area(tiling):
    zones, xs, ys, rng = tiling
    points = point_frame(scatter(rng, xs, ys, 20))
    whole = zone_frame([shapely.box(xs[0], ys[0], xs[-1], ys[-1])], ["z"])
    parts = check_zones(zones, points, definition=ROWS, target=None).rows
    single = check_zones(whole, points, definition=ROWS, target=None).rows
    assert parts["count"].sum() == single["count"].iloc[0]
    assert parts["area_km2"].sum() == pytest.approx(single["area_km2"].iloc[0], rel=1e-9)


@given(tilings(max_side=3), st.sampled_from([4326, 4547, 3857]))
def test_the_reference_system_does_not_change_a_verdict(tiling, crs):
    zones, xs, ys, rng = tiling
    points = point_frame(scatter(rng, xs, ys, 20), position_accuracy_m=30.0)
    zones = zones.assign(position_accuracy_m=20.0)
    first = check_zones(zones, points, definition=ROWS, target=GOAL).rows
    other = check_zones(zones.to_crs(crs), points.to_crs(crs), definition=ROWS, target=GOAL).rows
    pd.testing.assert_frame_equal(first, other, rtol=1e-8)


def test_rows_without_a_position_are_reported_not_lost():
    points = stations(3, 2)
    points = points.set_geometry([*points.geometry.iloc[:3], None, shapely.Point()], crs=CANONICAL)
    result = check_zones(two_zones(), points, definition=ROWS, target=None, n_in=9, n_reported=4)
    assert (result.n_in, result.n_used, result.n_reported) == (9, 3, 6)
    assert result.total_count == 3
    assert "verdict.rows_without_position" in keys(result)


@pytest.mark.parametrize("points", [None, stations(0, 0), stations(1, 0).set_geometry([None], crs=CANONICAL)])
def test_without_points_there_is_no_data(points):
    result = check_zones(two_zones(), points, definition=ROWS, target=GOAL)
    assert set(result.rows["status"]) == {"no_data"}
    assert result.rows["count"].isna().all()
    assert result.rows["required_count"].tolist() == [20, 20]
    assert result.total_count == result.outside_count == result.n_used == 0
    assert result.n_in == result.n_reported
    assert "verdict.zones_no_data" in keys(result)


def test_an_inventory_of_planned_stations_counts_none_that_exist():
    result = check_zones(two_zones(), stations(3, 3, status="planned"), definition=ROWS, target=GOAL)
    assert result.rows["count"].tolist() == [0, 0]
    assert set(result.rows["status"]) == {"short"}
    assert result.n_used == 6


def test_the_denominator_is_the_one_asked_for():
    zones = two_zones(area_official_km2=[4.0, 1.0], position_accuracy_m=50.0)
    official = Definition(numerator=Numerator.AS_GIVEN, area_basis=AreaBasis.OFFICIAL)
    rows = check_zones(zones, stations(15, 21), definition=official, target=GOAL).rows
    assert rows["area_km2"].tolist() == [4.0, 1.0]
    assert rows["density_low"].tolist() == rows["density_per_km2"].tolist() == [21 / 4, 15.0]
    assert rows["status"].tolist() == ["short", "met"]
    assert rows["area_basis"].tolist() == ["official"] * 2


def test_a_lacking_denominator_is_an_error_or_no_data_as_asked():
    zones = two_zones(area_official_km2=[4.0, np.nan])
    official = Definition(numerator=Numerator.AS_GIVEN, area_basis=AreaBasis.OFFICIAL)
    with pytest.raises(BasisUnavailableError, match="west"):
        check_zones(zones, stations(15, 50), definition=official, target=GOAL)
    lenient = check_zones(zones, stations(15, 50), definition=official, target=GOAL, missing_basis="no_data")
    assert lenient.rows["status"].tolist() == ["met", "no_data"]
    assert lenient.rows["count"].tolist() == [50, 15]
    assert math.isnan(lenient.rows["area_km2"].iloc[1])


@pytest.mark.parametrize(
    ("columns", "definition", "error"),
    [
        ({}, Definition(numerator=Numerator.PHYSICAL_SITE), BasisUnavailableError),
        ({"logical_station_id": "g1"}, Definition(), CellLevelTableError),
    ],
)
def test_a_numerator_that_cannot_be_counted(columns, definition, error):
    points = stations(3, 3, **columns)
    with pytest.raises(error) as caught:
        check_zones(two_zones(), points, definition=definition, target=GOAL)
    lenient = check_zones(two_zones(), points, definition=definition, target=GOAL, missing_basis="no_data")
    assert set(lenient.rows["status"]) == {"no_data"}
    assert lenient.notices[0].message("zh") == caught.value.message("zh")


def test_doubt_about_the_boundary_makes_a_verdict_undetermined():
    zones = two_zones(position_accuracy_m=[100.0, np.nan])
    result = check_zones(zones, stations(21, 21), definition=ROWS, target=GOAL)
    assert result.rows["status"].tolist() == ["undetermined", "met"]
    assert result.rows["density_low"].iloc[1] == result.rows["density_high"].iloc[1]
    unstated = next(n for n in result.notices if n.key == "verdict.accuracy_not_stated")
    assert unstated.params == {"zones": 1, "points": 42}


def test_only_what_states_no_accuracy_is_named():
    points = check_zones(two_zones(position_accuracy_m=100.0), stations(3, 3), definition=ROWS, target=GOAL)
    zones = check_zones(two_zones(), stations(3, 3, position_accuracy_m=1.0), definition=ROWS, target=GOAL)
    words = [
        n.message("zh") for n in (*points.notices, *zones.notices) if "没有注明位置精度" in n.message("zh")
    ]
    assert [each.split("没有")[0] for each in words] == ["6 个点位", "2 个片区"]


def test_a_boundary_that_proves_no_area_leaves_the_density_open():
    result = check_zones(
        two_zones(position_accuracy_m=5000.0), stations(21, 21), definition=ROWS, target=GOAL
    )
    assert result.rows["density_high"].isna().all()
    assert "verdict.area_unbounded" in keys(result)
    assert result.to_dict()["zones"][0]["density_high"] is None


def test_synthetic_is_said_in_every_row_whoever_says_it():
    for result in (
        check_zones(two_zones(), stations(3, 3), definition=ROWS, target=GOAL, synthetic=True),
        check_zones(two_zones(), stations(3, 3, synthetic=True), definition=ROWS, target=GOAL),
        check_zones(two_zones(), stations(1, 1, synthetic=["", "TRUE"]), definition=ROWS, target=GOAL),
    ):
        assert result.rows["synthetic"].tolist() == [True, True]
        assert "verdict.synthetic" in keys(result)
    real = check_zones(two_zones(), stations(3, 3, synthetic=False), definition=ROWS, target=GOAL)
    assert not real.rows["synthetic"].any()


def test_a_zones_own_target_binds_no_other():
    own = Target(value_per_km2=10.0, scope="zone", scope_zone_id="west")
    rows = check_zones(two_zones(), stations(21, 21), definition=ROWS, target=own).rows
    assert rows["status"].tolist() == ["no_target", "met"]
    assert rows["target_scope"].tolist() == [None, "zone"]
    assert rows["target_per_km2"].isna().tolist() == [True, False]


def test_too_small_zones_are_not_judged():
    strict = VerdictSettings(min_area_km2=3.0)
    result = check_zones(two_zones(), stations(3, 99), definition=ROWS, target=GOAL, settings=strict)
    assert set(result.rows["status"]) == {"too_small"}
    told = next(n for n in result.notices if n.key == "verdict.zones_too_small")
    assert told.params["zone_ids"] == ["east", "west"]
    assert "西片" in told.message("zh")


def test_zones_that_overlap_say_so_and_keep_the_total_apart():
    zones = zone_frame([WEST | EAST, WEST, EAST], ["d", "a", "b"])
    result = check_zones(zones, stations(3, 4, 1), definition=ROWS, target=None)
    assert result.layer is LayerKind.OVERLAPPING
    assert result.rows["count"].tolist() == [7, 3, 4]
    assert (result.total_count, result.outside_count) == (8, 1)
    assert "verdict.layer_overlaps" in keys(result)


def test_a_zone_without_a_name_shows_its_id():
    zones = two_zones().assign(name_zh=["", None], label=["E", "W"])
    check = {"definition": ROWS, "target": None}
    assert check_zones(zones, None, **check).rows["name"].tolist() == ["east", "west"]
    named = check_zones(zones, None, **check, name_column="label").rows["name"]
    assert named.tolist() == ["E", "W"]
    assert check_zones(zones, None, **check, name_column="none").rows["name"].tolist() == ["east", "west"]


def test_no_zone_is_an_error():
    with pytest.raises(GeometryError):
        check_zones(two_zones().iloc[:0], None, definition=ROWS, target=None)


class TestPublishedCount:
    district = Target(value_per_km2=52.0, scope="district", scope_zone_id="east")

    def zone(self, **columns):
        return two_zones(area_official_km2=90.40, **columns).iloc[:1]

    def test_the_published_number_over_the_published_area(self):
        official = Definition(area_basis=AreaBasis.OFFICIAL)
        result = check_count(self.zone(), 5144, definition=official, target=self.district)
        found = result.rows.iloc[0]
        assert found["density_per_km2"] == pytest.approx(56.9, abs=0.01)
        assert found["required_count"] == 4701
        assert found["status"] == Status.MET
        assert found["count_low"] == found["count_high"] == result.total_count == 5144
        assert result.outside_count == result.n_in == 0
        assert keys(result)[0] == "verdict.published_count"

    def test_it_answers_no_other_definition(self):
        for definition in (
            Definition(numerator=Numerator.PHYSICAL_SITE),
            Definition(indoor=Indoor.EXCLUDE),
            Definition(status=LifecycleStatus.ALL),
        ):
            with pytest.raises(BasisUnavailableError):
                check_count(self.zone(), 5144, definition=definition, target=self.district)
            lenient = check_count(
                self.zone(),
                5144,
                definition=definition,
                target=self.district,
                missing_basis="no_data",
            )
            assert lenient.rows["status"].tolist() == ["no_data"]
            assert lenient.rows["count"].isna().all()

    def test_it_needs_one_zone_and_a_number(self):
        with pytest.raises(UsageError):
            check_count(two_zones(), 5, definition=ROWS, target=None)
        with pytest.raises(UsageError):
            check_count(self.zone(), -1, definition=ROWS, target=None)


def test_what_a_change_of_definition_flips():
    zones = two_zones(area_official_km2=[1.0, 4.0])
    points = stations(21, 15, physical_site_id=["a"] * 21 + [f"b{i}" for i in range(15)])
    definitions = [
        ROWS,
        Definition(numerator=Numerator.AS_GIVEN, area_basis=AreaBasis.OFFICIAL),
        Definition(numerator=Numerator.PHYSICAL_SITE),
        Definition(numerator=Numerator.LOGICAL_STATION),
    ]
    table = compare_definitions(zones, points, definitions=definitions, target=GOAL)
    assert table["definition"].tolist() == [d for d in definitions for _ in range(2)]
    assert table["status"].tolist() == [
        *("short", "met"),
        *("met", "short"),
        *("short", "short"),
        *("no_data", "no_data"),
    ]
    assert table["flips"].tolist() == [False, False, True, True, False, True, True, True]
    assert table["count"].tolist()[:6] == [15, 21, 15, 21, 15, 1]
    for definition in definitions[:3]:
        alone = check_zones(zones, points, definition=definition, target=GOAL).rows
        rows = table[[d is definition for d in table["definition"]]]
        assert rows["density_per_km2"].tolist() == alone["density_per_km2"].tolist()
        assert rows["gap_count"].tolist() == alone["gap_count"].tolist()


def test_the_library_is_light_and_its_names_are_public():
    loaded = subprocess.run(
        [sys.executable, "-c", "import spatial, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"folium", "streamlit", "branca", "fiona", "pyogrio"} & {m.split(".")[0] for m in loaded}
    assert all(hasattr(spatial, name) for name in spatial.__all__)
    assert len(set(spatial.__all__)) == len(spatial.__all__)


def fastest(call, rounds=3):
    """Seconds of the quickest of several runs."""
    spans = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        spans.append(time.perf_counter() - start)
    return min(spans)


@pytest.mark.benchmark
def test_a_check_with_intervals_costs_a_small_multiple_of_one_spatial_join():
    rng = np.random.default_rng(4)
    corners = [(430000 + 3000 * i, 2550000 + 3000 * j) for i in range(6) for j in range(3)]
    cells = [shapely.segmentize(shapely.box(x, y, x + 3000, y + 3000), 40) for x, y in corners]
    zones = zone_frame(cells, position_accuracy_m=50.0)
    xy = rng.uniform((429500, 2549500), (448500, 2559500), (25_000, 2))
    points = point_frame(xy, position_accuracy_m=20.0, status="existing")
    check = fastest(lambda: check_zones(zones, points, definition=ROWS, target=GOAL))
    join = fastest(lambda: gpd.sjoin(points, zones, predicate="intersects"))
    assert check < 10 * join


@pytest.mark.parametrize("words", ["1", "true", " TRUE "])
def test_a_single_row_that_says_it_is_made_up_marks_the_whole_answer(words):
    zones = zone_frame([shapely.box(430000, 2550000, 432000, 2551000)])
    points = point_frame([[430100, 2550100], [430200, 2550100]], synthetic=["", words])
    found = check_zones(zones, points, definition=Definition(), target=None)
    assert found.rows["synthetic"].tolist() == [True]
