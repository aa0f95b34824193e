"""The numbers of a drawn area are those that `check` gives for its file."""

from __future__ import annotations

import datetime as dt
import io
import json
import time

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from spatial.check import check_surveyed, check_zones
from spatial.cli.program import main
from spatial.definition import AreaBasis, Definition, Numerator
from spatial.drawn_areas.areas import DrawnAreas
from spatial.drawn_areas.brought_back import drawn_from_geojson
from spatial.drawn_areas.count import outside_shares, survey_drawn, zone_frame
from spatial.drawn_areas.hand_over import drawn_geojson
from spatial.drawn_areas.shapes import DrawnShape, ShapeKind
from spatial.errors import InputError
from spatial.limits import DEFAULT_LIMITS
from spatial.pack import open_pack
from spatial.target import Target
from spatial.vector_files import read_zones
from spatial.zone_columns import DRAWN_BASIS

WEST, SOUTH, SPAN = 113.30, 23.05, 0.02
NOW = dt.datetime(2026, 3, 1, 8, 30, tzinfo=dt.UTC)
TARGET = Target(value_per_km2=52.0)
spots = st.tuples(st.floats(WEST, WEST + SPAN), st.floats(SOUTH, SOUTH + SPAN))


def points(seed=1, n=400):
    lon, lat = np.random.default_rng(seed).uniform((WEST, SOUTH), (WEST + SPAN, SOUTH + SPAN), (n, 2)).T
    return gpd.GeoDataFrame(
        {"point_id": [str(number) for number in range(n)], "position_accuracy_m": [20.0] * n},
        geometry=gpd.points_from_xy(lon, lat),
        crs="EPSG:4490",
    )


def drawn(*shapes):
    areas = DrawnAreas()
    for number, shape in enumerate(shapes):
        areas = areas.added(shape, name=f"=甲{number}<b>")
    return areas.areas


def checked(areas, inventory, **choices):
    found = survey_drawn(areas, inventory)
    return check_surveyed(found, definition=Definition(**choices), target=TARGET, missing_basis="no_data")


@st.composite
def shapes(draw):
    kind = draw(st.sampled_from(ShapeKind))
    try:
        if kind == ShapeKind.CIRCLE:
            return DrawnShape(kind=kind, corners=(draw(spots),), radius_m=draw(st.floats(20, 1500)))
        least, most = (2, 2) if kind == ShapeKind.RECTANGLE else (3, 7)
        corners = draw(st.lists(spots, min_size=least, max_size=most))
        return DrawnShape(kind=kind, corners=tuple(corners))
    except InputError:
        return DrawnShape(kind=ShapeKind.CIRCLE, corners=((WEST, SOUTH),), radius_m=500.0)


@settings(max_examples=25, deadline=None)
@given(st.lists(shapes(), min_size=1, max_size=4), st.integers(0, 9))
def test_numbers_are_those_of_check_on_the_exported_file(tmp_path_factory, found, seed):
    inventory, areas = points(seed), drawn(*found)
    result = checked(areas, inventory)
    path = tmp_path_factory.mktemp("drawn") / "areas.geojson"
    path.write_bytes(drawn_geojson(areas, result, made_at=NOW, inventory="清单.csv"))
    read = read_zones(path, limits=DEFAULT_LIMITS)
    assert read.n_reported == 0
    again = check_zones(read.zones, inventory, definition=Definition(), target=TARGET)
    assert again.to_dict() == result.to_dict()
    back = drawn_from_geojson(path.read_bytes(), name="areas.geojson")
    assert [name for name, _ in back] == [each.name for each in areas]
    for (_, shape), area in zip(back, areas, strict=True):
        assert (shape.kind, shape.radius_m) == (area.shape.kind, area.shape.radius_m)
        assert shape.outline.normalize() == area.shape.outline.normalize()


def test_the_command_reads_the_file_and_says_the_same(tmp_path):
    inventory = points()
    areas = drawn(
        DrawnShape(kind=ShapeKind.RECTANGLE, corners=((WEST, SOUTH), (WEST + 0.011, SOUTH + 0.013))),
        DrawnShape(kind=ShapeKind.CIRCLE, corners=((WEST + 0.01, SOUTH + 0.01),), radius_m=600.0),
    )
    result = checked(areas, inventory)
    zones, table = tmp_path / "areas.geojson", tmp_path / "points.geojson"
    zones.write_bytes(drawn_geojson(areas, result, made_at=NOW, inventory="清单.csv"))
    table.write_text(inventory.to_json(drop_id=True), encoding="utf-8")
    files = ["--zones", str(zones), "--points", str(table)]
    stdout = io.StringIO()
    main(["check", *files, "--target", "52", "--format", "json"], stdout, io.StringIO())
    said = json.loads(stdout.getvalue())["zones"]
    names = ("zone_id", "name", "area_km2", "count", "density_per_km2", "gap_count", "status", "density_low")
    mine = result.to_dict()["zones"]
    assert [[row[name] for name in names] for row in said] == [[row[name] for name in names] for row in mine]
    assert result.rows["count"].gt(0).all()
    table = io.StringIO()
    main(["check", *files, "--target", "52"], table, io.StringIO())
    assert table.getvalue().count("用户绘制") == len(areas)


def test_the_file_says_what_it_is():
    areas = drawn(DrawnShape(kind=ShapeKind.CIRCLE, corners=((WEST, SOUTH),), radius_m=500.0))
    result = checked(areas, points(), numerator=Numerator.AS_GIVEN)
    document = json.loads(drawn_geojson(areas, result, made_at=NOW, inventory="清单.csv"))
    (feature,) = document["features"]
    facts = feature["properties"]
    assert facts["geometry_status_zh"] == "用户绘制"
    assert facts["geometry_basis"] == DRAWN_BASIS
    assert facts["name_zh"] == "=甲0<b>"
    assert facts["made_at"] == "2026-03-01T08:30:00+00:00"
    assert facts["definition_zh"] == result.definition.label("zh")
    assert facts["circle_radius_m"] == 500.0
    assert 0.0 < facts["circle_outline_error_m"] < 0.1
    assert document["definition"]["numerator"] == "as_given"
    assert facts["synthetic"] is False
    ring = feature["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]


def test_an_area_that_the_definition_lacks_is_no_data_and_not_another_area():
    areas = drawn(DrawnShape(kind=ShapeKind.RECTANGLE, corners=((WEST, SOUTH), (WEST + 0.01, SOUTH + 0.01))))
    row = checked(areas, points(), area_basis=AreaBasis.OFFICIAL).rows.iloc[0]
    assert row["status"] == "no_data"
    assert np.isnan(row["area_km2"])
    assert row["count"] > 0


def test_each_of_two_overlapping_areas_counts_what_they_share():
    shape = DrawnShape(kind=ShapeKind.RECTANGLE, corners=((WEST, SOUTH), (WEST + 0.01, SOUTH + 0.01)))
    once, twice = checked(drawn(shape), points()), checked(drawn(shape, shape), points())
    assert list(twice.rows["count"]) == list(once.rows["count"]) * 2


def test_what_lies_outside_the_region_is_told():
    region = gpd.GeoDataFrame(geometry=[box(WEST, SOUTH, WEST + 0.01, SOUTH + 0.01)], crs="EPSG:4490")
    corners = [
        (WEST, SOUTH, WEST + 0.01),
        (WEST + 0.005, SOUTH, WEST + 0.015),
        (WEST + 0.5, SOUTH, WEST + 0.51),
    ]
    areas = drawn(
        *(
            DrawnShape(kind=ShapeKind.RECTANGLE, corners=((west, south), (east, south + 0.01)))
            for west, south, east in corners
        )
    )
    shares = outside_shares(areas, region)
    assert list(shares.values()) == pytest.approx([0.0, 0.5, 1.0], abs=1e-3)
    assert outside_shares((), region) == {}


def test_the_frame_says_that_it_was_drawn_and_states_no_accuracy():
    areas = drawn(DrawnShape(kind=ShapeKind.CIRCLE, corners=((WEST, SOUTH),), radius_m=500.0))
    frame = zone_frame(areas)
    assert list(frame["geometry_basis"]) == [DRAWN_BASIS]
    assert "position_accuracy_m" not in frame
    assert frame.crs == "EPSG:4490"


def test_numbers_of_many_areas_take_a_fraction_of_what_a_planner_waits():
    pack = open_pack("haizhu")
    inventory = pack.inventory("base_stations")
    areas = drawn(
        *(
            DrawnShape(kind=ShapeKind.CIRCLE, corners=((113.26 + 0.01 * number, 23.08),), radius_m=900.0)
            for number in range(12)
        )
    )
    seconds = []
    for _ in range(3):
        began = time.process_time()
        found = check_surveyed(
            survey_drawn(areas, inventory.points),
            definition=Definition(),
            target=pack.target,
            missing_basis="no_data",
        )
        seconds.append(time.process_time() - began)
    assert found.rows["count"].sum() > 0
    assert min(seconds) < 0.35
