"""Reading inventories: nothing is swallowed, shifted, swapped or guessed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial import errors
from spatial.inventory import read_inventory
from tests.spatial.inventory_tables import DATA, geojson, notice_keys, point, read, reasons

# --- GeoJSON ---------------------------------------------------------------------------------


def test_geojson_without_a_system_is_wgs84_and_says_so():
    data = (DATA / "valid" / "points.geojson").read_bytes()
    inventory = read_inventory(data, name="p.geojson", crs=None)
    assert inventory.crs == "wgs84"
    assert notice_keys(inventory) == ["inventory.geojson_wgs84"]
    assert list(inventory.points["site_type"]) == ["macro", "indoor"]
    assert list(inventory.points.index) == [0, 1]
    assert inventory.row_unit == "feature"


def test_geojson_in_gb18030_is_read_and_told():
    data = (DATA / "valid" / "points_gb18030.geojson").read_bytes()
    inventory = read_inventory(data, name="p.geojson", crs=None)
    assert list(inventory.points["name"]) == ["甲站", "乙站"]
    assert inventory.encoding == "gb18030"


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:4547",
        "urn:ogc:def:crs:EPSG::4547",
        "urn:ogc:def:crs:EPSG:6.9:4547",
        "http://www.opengis.net/def/crs/EPSG/0/4547",
    ],
)
def test_a_named_system_is_honoured(name):
    text = geojson(point([430324.6867, 2553559.2328]), crs={"type": "name", "properties": {"name": name}})
    inventory = read(text, name="a.json", crs=None)
    assert abs(inventory.points.geometry.x.iloc[0] - 113.32) < 1e-7
    assert inventory.crs == "EPSG:4547"
    assert not inventory.notices


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84", "CRS:84"])
def test_crs84_is_wgs84(name):
    text = geojson(point([113.32, 23.08]), crs={"type": "name", "properties": {"name": name}})
    assert read(text, name="a.json", crs=None).crs == "wgs84"


def test_the_planners_word_on_the_system_counts_and_a_contradiction_is_told():
    crs = {"type": "name", "properties": {"name": "OGC:CRS84"}}
    text = geojson(point([113.32541019, 23.07737859]), crs=crs)
    inventory = read(text, name="a.json", crs="gcj02")
    assert abs(inventory.points.geometry.x.iloc[0] - 113.32) < 1e-7
    assert notice_keys(inventory) == ["inventory.crs_overrides"]
    assert read(geojson(point([113.3, 23.0]), crs=None), name="a.json", crs="wgs84").n_used == 1


def test_features_that_are_no_points_are_reported_by_index():
    line = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
        "properties": {},
    }
    single = {
        "type": "Feature",
        "geometry": {"type": "MultiPoint", "coordinates": [[114, 23]]},
        "properties": None,
    }
    several = {
        "type": "Feature",
        "geometry": {"type": "MultiPoint", "coordinates": [[114, 23], [115, 23]]},
        "properties": None,
    }
    bad = [point(p) for p in (None, [], [114], ["114", "23"], [True, 23], [10**400, 23], [1e300 * 1e10, 23])][
        :6
    ]
    empty = {"type": "Feature", "geometry": None, "properties": None}
    odd = {"type": "Feature", "geometry": {"type": "Blob"}, "properties": None}
    inventory = read(
        geojson(point([114, 23, 5]), line, single, several, empty, odd, *bad), name="a.geojson", crs=None
    )
    assert list(inventory.points.index) == [0, 2]
    assert [
        (row, value) for row, _, value, key in reasons(inventory) if key == "error.reason_not_a_point"
    ] == [
        (1, "LineString"),
        (3, "MultiPoint"),
        (4, "null"),
        (5, "null"),
    ]
    assert [row for row, _, _, key in reasons(inventory) if key == "error.reason_bad_position"] == [
        6,
        7,
        8,
        9,
        10,
        11,
    ]
    assert inventory.n_in == inventory.n_used + inventory.n_reported == 12
    assert "inventory.heights_dropped" in notice_keys(inventory)


def test_an_overflowing_coordinate_is_reported():
    text = geojson(point([114, 23])).replace("114", "1e999")
    assert reasons(read(text, name="a.geojson", crs=None))[0][3] == "error.reason_bad_position"


def test_property_values_become_text():
    values = {"whole": 7.0, "part": 1.5, "flag": True, "none": None, "list": [1, "甲"], "big": 2**60}
    row = read(geojson(point([114, 23], **values)), name="a.geojson", crs=None).points.iloc[0]
    assert [row[key] for key in values] == ["7", "1.5", "true", "", '[1, "甲"]', str(2**60)]


def test_a_features_own_id_is_the_site_id_unless_a_property_is():
    feature = {**point([114, 23]), "id": 12}
    assert read(geojson(feature), name="a.geojson", crs=None).points["site_id"].iloc[0] == "12"
    named = {**point([114, 23], id="own"), "id": 12}
    assert read(geojson(named), name="a.geojson", crs=None).points["site_id"].iloc[0] == "own"


def test_a_single_feature_and_a_bare_geometry_are_read():
    assert read(json.dumps(point([114, 23], name="x")), name="a.geojson", crs=None).n_used == 1
    assert read('{"type":"Point","coordinates":[114,23]}', name="a.geojson", crs=None).n_used == 1


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.tuples(st.floats(-400, 400), st.floats(-400, 400)).map(list),
            st.lists(st.integers(-200, 200), max_size=4),
            st.text(max_size=2),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_every_feature_is_used_or_reported(positions):
    try:
        inventory = read(geojson(*map(point, positions)), name="a.geojson", crs=None)
    except errors.GeometryError as refused:
        assert refused.key.startswith("error.misread")  # noqa: PT017 - most files are not refused
        return
    assert inventory.n_in == len(positions) == inventory.n_used + inventory.n_reported
