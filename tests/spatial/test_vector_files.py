"""Zones and points from files on the command line."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
import shapely

from spatial import errors
from spatial.limits import Limits
from spatial.polygons import clean_polygon
from spatial.vector_files import read_bytes, read_points, read_zones
from tests.spatial.vector_layers import DATA, SQUARE, WEST, frame, geojson, keys, polygon, write

# --- GeoJSON ---------------------------------------------------------------------------------


def test_zones_of_a_geojson_file():
    found = read_zones(DATA / "valid" / "zones.geojson")
    assert list(found.zones["zone_id"]) == ["west", "east"]
    assert list(found.zones["name_zh"]) == ["西片", "东片"]
    assert set(found.zones["geometry_basis"]) == {"user_supplied"}
    assert found.zones.crs == "EPSG:4490"
    assert found.zones.geometry.iloc[0].equals(WEST)
    assert keys(found) == ["inventory.geojson_wgs84"]
    assert (found.n_in, found.n_reported) == (2, 0)


def test_blanks_around_ids_and_names_are_no_part_of_them(tmp_path):
    path = geojson(tmp_path / "z.geojson", polygon(SQUARE, zone_id=" west ", name="西片\u3000"))
    found = read_zones(path).zones
    assert (found["zone_id"].iloc[0], found["name_zh"].iloc[0]) == ("west", "西片")


def test_zones_without_ids_take_their_row_number_as_text_and_say_so():
    found = read_zones(DATA / "valid" / "zones_without_ids.geojson", crs="cgcs2000")
    assert list(found.zones["zone_id"]) == ["1", "2"]
    assert list(found.zones["name_zh"]) == ["西片", "东片"]
    assert keys(found) == ["inventory.zones_without_id"]


def test_a_features_own_id_is_its_zone_id(tmp_path):
    path = geojson(tmp_path / "z.geojson", {**polygon(SQUARE), "id": 7})
    assert list(read_zones(path).zones["zone_id"]) == ["7"]


def test_any_columns_can_be_named(tmp_path):
    path = geojson(tmp_path / "z.geojson", polygon(SQUARE, code=440105.0, 片区="甲", zone_id="other"))
    zones = read_zones(path, zone_id="code", zone_name="片区").zones
    assert list(zones["zone_id"]) == ["440105"]
    assert list(zones["name_zh"]) == ["甲"]
    assert list(zones["片区"]) == ["甲"]
    assert list(zones["source_zone_id"]) == ["other"]


@pytest.mark.parametrize("option", ["zone_id", "zone_name"])
def test_a_named_column_that_is_missing_is_refused_with_those_there(option):
    with pytest.raises(errors.MissingColumnError, match="名称"):
        read_zones(DATA / "valid" / "zones.geojson", **{option: "nowhere"})


def test_a_zone_without_a_name_shows_its_id(tmp_path):
    zones = read_zones(geojson(tmp_path / "z.geojson", polygon(SQUARE, zone_id="a", name=None))).zones
    assert list(zones["name_zh"]) == ["a"]


def test_a_boundary_that_crosses_itself_is_repaired_and_told():
    found = read_zones(DATA / "valid" / "zones_bow_tie.geojson")
    assert found.zones.geometry.is_valid.all()
    assert keys(found) == ["inventory.geojson_wgs84", "inventory.zones_repaired"]
    assert found.notices[1].params["ids"] == "tie"


def test_an_open_ring_is_closed():
    assert read_zones(DATA / "valid" / "zones_unclosed_ring.geojson").zones.geometry.iloc[0].equals(WEST)


def test_features_that_are_no_polygon_are_counted_and_told():
    found = read_zones(DATA / "valid" / "zones_among_others.geojson")
    assert list(found.zones["zone_id"]) == ["west"]
    assert (found.n_in, found.n_reported) == (3, 2)
    assert found.notices[-1].params == {"name": "zones_among_others.geojson", "n": 2, "ids": "line, none"}


def test_many_zones_are_not_all_named(tmp_path):
    line = {"type": "Feature", "geometry": None}
    others = [{**line, "properties": {"zone_id": f"n{at}"}} for at in range(8)]
    found = read_zones(geojson(tmp_path / "z.geojson", polygon(SQUARE, zone_id="a"), *others))
    assert found.notices[-1].params["n"] == 8
    assert str(found.notices[-1].params["ids"]).endswith("n4…")


def test_the_callers_system_counts_over_the_files(tmp_path):
    feature = polygon(SQUARE, zone_id="a")
    path = tmp_path / "z.geojson"
    crs = {"type": "name", "properties": {"name": "EPSG:4326"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    found = read_zones(path, crs="gcj02")
    assert keys(found) == ["inventory.crs_overrides"]
    assert found.zones.geometry.iloc[0].bounds[0] < 113.996
    assert not keys(read_zones(path, crs="EPSG:4326"))


@pytest.mark.parametrize(
    ("crs", "ring", "key"),
    [
        ("wgs84", [[23.0, 114.0], [23.01, 114.0], [23.01, 114.01], [23.0, 114.0]], "error.misread_swapped"),
        ("wgs84", [[430324, 2553559], [430424, 2553559], [430424, 2553659], [430324, 2553559]],
         "error.misread_metres"),
        ("EPSG:4547", SQUARE, "error.misread_degrees"),
        ("wgs84", [[114.0, 23.0], [114.01, 23.0], [114.0, 95.0], [114.0, 23.0]], "error.zones_misplaced"),
    ],
)  # fmt: skip
def test_a_misread_boundary_is_refused_with_a_hint(tmp_path, crs, ring, key):
    with pytest.raises(errors.GeometryError) as caught:
        read_zones(geojson(tmp_path / "z.geojson", polygon(ring, zone_id="a")), crs=crs)
    assert caught.value.key == key
    assert caught.value.message("en")


def test_a_boundary_through_the_origin_is_no_placeholder(tmp_path):
    ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    assert len(read_zones(geojson(tmp_path / "z.geojson", polygon(ring, zone_id="a"))).zones) == 1


def test_a_boundary_a_hair_beyond_the_antimeridian_is_taken(tmp_path):
    ring = [[179, 0], [180.00000000000006, 0], [180.00000000000006, 1], [179, 0]]
    assert len(read_zones(geojson(tmp_path / "z.geojson", polygon(ring, zone_id="a"))).zones) == 1


def test_a_repair_keeps_every_part_with_an_area_and_nothing_else():
    spike = shapely.Polygon([(0, 0), (2, 0), (2, 2), (0, 2), (0, 1), (-1, 1), (0, 1), (0, 0)])
    assert clean_polygon(spike).geometry.area == 4
    pair = shapely.MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)])
    assert clean_polygon(pair).repaired
    assert clean_polygon(pair).geometry.area == 7
    assert clean_polygon(shapely.Polygon([(0, 0), (1, 1), (2, 2), (0, 0)])) is None
    assert clean_polygon(shapely.Polygon([(0, 0), (1, float("inf")), (2, 2), (0, 0)])) is None
    assert clean_polygon(shapely.Polygon()) is None
    assert not clean_polygon(shapely.box(0, 0, 1, 1)).repaired


# --- refusals --------------------------------------------------------------------------------

REFUSED = {
    "zones_duplicate_ids.geojson": "error.duplicate_zone_ids",
    "zones_points_only.geojson": "error.zones_without_polygon",
    "zones_flat_polygon.geojson": "error.zones_without_polygon",
    "zones_bad_positions.geojson": "error.zones_without_polygon",
    "vector_definition_named.gpkg": "error.not_gpkg",
    "database_named.gpkg": "error.not_gpkg",
    "table_named.parquet": "error.not_parquet",
    "cut_off.parquet": "error.not_parquet",
    "zones.shp": "error.unknown_zone_suffix",
}


def test_every_invalid_fixture_has_its_error():
    assert {path.name for path in (DATA / "invalid_zones").iterdir()} == set(REFUSED)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_faulty_zone_file_is_refused(name):
    with pytest.raises(errors.InputError) as caught:
        read_zones(DATA / "invalid_zones" / name)
    assert caught.value.key == REFUSED[name]
    assert caught.value.message("en")


def test_a_table_is_no_zone_file():
    with pytest.raises(errors.UnsupportedFormatError):
        read_zones(DATA / "valid" / "utf8.csv")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(errors.UnreadableFileError) as caught:
        read_zones(tmp_path / "none.geojson")
    assert caught.value.key == "error.missing_file"
    (tmp_path / "folder.geojson").mkdir()
    with pytest.raises(errors.UnreadableFileError) as caught:
        read_zones(tmp_path / "folder.geojson")
    assert caught.value.key == "error.no_plain_file"


def test_the_size_is_held_to_the_limit_before_the_file_is_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(11))
    with pytest.raises(errors.LimitExceededError):
        read_bytes(path, Limits(upload_bytes=10))


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet"])
def test_vertices_are_held_to_the_limit(tmp_path, suffix):
    path = tmp_path / f"z.{suffix}"
    if suffix == "geojson":
        geojson(path, polygon(SQUARE, zone_id="a"), polygon(SQUARE, zone_id="b"))
    elif suffix == "gpkg":
        write(frame(), path)
    else:
        frame().to_parquet(path)
    read_zones(path, limits=Limits(vertices=10))
    with pytest.raises(errors.LimitExceededError) as caught:
        read_zones(path, limits=Limits(vertices=9))
    assert caught.value.key == "error.limit_vertices"


# --- points ----------------------------------------------------------------------------------


def test_points_of_every_format_are_the_same(tmp_path):
    points = gpd.GeoDataFrame(
        {"基站编号": ["7", "8"], "站型": ["宏站", "室分"]},
        geometry=gpd.points_from_xy([114.005, 114.015], [23.005, 23.005]),
        crs="EPSG:4326",
    )
    write(points, tmp_path / "p.gpkg", "p")
    points.to_parquet(tmp_path / "p.parquet")
    points.to_file(tmp_path / "p.geojson", driver="GeoJSON", engine="pyogrio")
    (tmp_path / "p.csv").write_text("基站编号,站型,lon,lat\n7,宏站,114.005,23.005\n8,室分,114.015,23.005\n")
    for suffix in ("gpkg", "parquet", "geojson", "csv"):
        inventory = read_points(tmp_path / f"p.{suffix}", crs="wgs84" if suffix == "csv" else None)
        assert list(inventory.points["site_id"]) == ["7", "8"], suffix
        assert list(inventory.points["site_type"]) == ["macro", "indoor"], suffix
        assert list(inventory.points.geometry.x) == [114.005, 114.015], suffix
        assert (inventory.n_in, inventory.n_used) == (2, 2)


def test_rows_of_a_layer_that_are_no_points_are_reported(tmp_path):
    shapes = [
        shapely.Point(114, 23),
        shapely.MultiPoint([(114, 23)]),
        shapely.MultiPoint([(114, 23), (115, 23)]),
        shapely.Point(),
        None,
        shapely.LineString([(0, 0), (1, 1)]),
        shapely.Point(float("inf"), 23),
    ]
    path = tmp_path / "p.parquet"
    gpd.GeoDataFrame({"id": range(7)}, geometry=shapes, crs="EPSG:4326").to_parquet(path)
    inventory = read_points(path)
    assert list(inventory.points["site_id"]) == ["0", "1"]
    assert list(inventory.rejected["row"]) == [2, 3, 4, 5, 6]
    assert inventory.rejected["reason_key"].iloc[-1] == "error.reason_bad_position"
    assert inventory.n_in == inventory.n_used + inventory.n_reported
