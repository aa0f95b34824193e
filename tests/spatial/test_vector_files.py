"""Zones and points from files on the command line."""

from __future__ import annotations

import json
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from spatial import errors
from spatial.geopackage import named_system
from spatial.limits import Limits
from spatial.polygons import clean_polygon
from spatial.vector_files import read_bytes, read_points, read_zones

DATA = Path(__file__).parent.parent / "data"
WEST, EAST = shapely.box(114.00, 23.00, 114.01, 23.01), shapely.box(114.01, 23.00, 114.02, 23.01)


def keys(found) -> list[str]:
    return [notice.key for notice in found.notices]


def frame(crs: str | None = "EPSG:4326", **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns or {"zone_id": ["west", "east"]}, geometry=[WEST, EAST], crs=crs)


def write(gdf: gpd.GeoDataFrame, path: Path, layer: str = "zones") -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a layer without a system is written on purpose
        gdf.to_file(path, driver="GPKG", layer=layer, engine="pyogrio")
    return path


def geojson(path: Path, *features: dict) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def polygon(ring: list, **properties: object) -> dict:
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": properties,
    }


SQUARE = [[114.0, 23.0], [114.01, 23.0], [114.01, 23.01], [114.0, 23.01], [114.0, 23.0]]

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


# --- GeoPackage ------------------------------------------------------------------------------


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4547", "EPSG:32649"])
def test_zones_of_a_geopackage_in_any_stated_system(tmp_path, crs):
    zones = frame(名称=["西片", "东片"], zone_id=["west", "east"]).to_crs(crs)
    # A name that the reading library takes for a path into an archive.
    found = read_zones(write(zones, tmp_path / "z.gpkg", "片区").rename(tmp_path / "z!1.gpkg"))
    assert list(found.zones["name_zh"]) == ["西片", "东片"]
    assert found.zones.geometry.iloc[0].symmetric_difference(WEST).area < 1e-9
    assert not found.notices


def test_a_system_without_a_code_is_carried_over(tmp_path):
    local = "+proj=tmerc +lat_0=0 +lon_0=113.28 +x_0=500000 +ellps=GRS80 +units=m +datum=WGS84"
    found = read_zones(write(frame().to_crs(local), tmp_path / "z.gpkg"))
    assert found.zones.geometry.iloc[0].symmetric_difference(WEST).area < 1e-9


def test_a_layer_without_a_system_needs_one_stated(tmp_path):
    path = write(frame(crs=None), tmp_path / "z.gpkg")
    with pytest.raises(errors.MissingCrsError, match="zones-crs"):
        read_zones(path)
    assert read_zones(path, crs="wgs84").zones.geometry.iloc[0].equals(WEST)


def test_several_layers_must_be_chosen_from(tmp_path):
    path = write(frame(), tmp_path / "z.gpkg", "first")
    write(frame(zone_id=["a", "b"]), path, "second")
    with pytest.raises(errors.UnreadableFileError, match="first、second") as caught:
        read_zones(path)
    assert caught.value.exit_code == 3
    assert list(read_zones(path, layer="second").zones["zone_id"]) == ["a", "b"]
    with pytest.raises(errors.UnreadableFileError, match="third"):
        read_zones(path, layer="third")


def test_rows_without_geometry_are_told(tmp_path):
    gdf = gpd.GeoDataFrame({"zone_id": ["a", "b"]}, geometry=[WEST, None], crs="EPSG:4326")
    found = read_zones(write(gdf, tmp_path / "z.gpkg"))
    assert (found.n_in, found.n_reported, list(found.zones["zone_id"])) == (2, 1, ["a"])


def change(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)
    return path


def test_a_view_is_never_opened(tmp_path):
    endless = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS fid, NULL AS geom FROM n"
    )
    path = change(
        write(frame(), tmp_path / "z.gpkg"),
        f"CREATE VIEW endless AS {endless}",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
        "VALUES ('endless', 'features', 'endless', 4326)",
    )
    assert len(read_zones(path).zones) == 2
    with pytest.raises(errors.UnreadableFileError, match="endless"):
        read_zones(path, layer="endless")


def test_a_catalogue_that_is_itself_a_view_yields_no_layer(tmp_path):
    path = change(
        write(frame(), tmp_path / "z.gpkg"),
        "DROP TABLE gpkg_contents",
        "CREATE VIEW gpkg_contents AS SELECT 'zones' AS table_name, 'features' AS data_type",
    )
    with pytest.raises(errors.UnreadableFileError) as caught:
        read_zones(path)
    assert caught.value.key == "error.no_layer"


def test_a_catalogue_of_the_wrong_shape_is_refused(tmp_path):
    path = change(
        write(frame(), tmp_path / "z.gpkg"), "DROP TABLE gpkg_contents", "CREATE TABLE gpkg_contents (x TEXT)"
    )
    with pytest.raises(errors.UnreadableFileError) as caught:
        read_zones(path)
    assert caught.value.key == "error.not_gpkg"


def test_a_layer_that_cannot_be_opened_is_refused(tmp_path):
    path = change(write(frame(), tmp_path / "z.gpkg"), "DROP TABLE gpkg_geometry_columns")
    with pytest.raises(errors.UnreadableFileError) as caught:
        read_zones(path)
    assert caught.value.key == "error.unreadable_layer"


def test_a_stale_row_count_loses_no_row(tmp_path):
    path = change(write(frame(), tmp_path / "z.gpkg"), "UPDATE gpkg_ogr_contents SET feature_count = 1")
    assert len(read_zones(path).zones) == 2


def test_a_reader_that_loses_rows_is_found_out(tmp_path, monkeypatch):
    path = write(frame(), tmp_path / "z.gpkg")
    monkeypatch.setattr("spatial.geopackage._count_rows", lambda *_: {"zones": 3})
    with pytest.raises(errors.UnreadableFileError, match="3") as caught:
        read_zones(path)
    assert caught.value.key == "error.rows_lost"


def test_a_system_that_cannot_be_understood_is_refused():
    with pytest.raises(errors.UnknownCrsError):
        named_system(frame(), "GEOGCS[broken", name="z.gpkg", crs_stated=False)


def test_rows_and_columns_of_a_layer_are_held_to_their_limits(tmp_path):
    path = write(frame(zone_id=["a", "b"], other=[1, 2]), tmp_path / "z.gpkg")
    for limit in ("features", "columns"):
        with pytest.raises(errors.LimitExceededError) as caught:
            read_zones(path, limits=Limits(**{limit: 1}))
        assert caught.value.key == f"error.limit_{limit}"


# --- GeoParquet ------------------------------------------------------------------------------


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4547", "OGC:CRS84"])
def test_zones_of_a_geoparquet_file(tmp_path, crs):
    path = tmp_path / "z.parquet"
    frame(name=["W", "E"], zone_id=[1, 2]).to_crs(crs).to_parquet(path)
    found = read_zones(path)
    assert list(found.zones["zone_id"]) == ["1", "2"]
    assert list(found.zones["name_zh"]) == ["W", "E"]
    assert found.zones.geometry.iloc[0].symmetric_difference(WEST).area < 1e-9
    assert not found.notices


def test_geoparquet_that_names_no_system_is_wgs84_by_its_rule_and_says_so(tmp_path):
    import pyarrow.parquet as pq

    path = tmp_path / "z.parquet"
    frame().to_parquet(path)
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    del geo["columns"]["geometry"]["crs"]
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), path)
    assert keys(read_zones(path)) == ["inventory.parquet_wgs84"]
    assert not keys(read_zones(path, crs="wgs84"))


def test_geoparquet_whose_system_is_unknown_needs_one_stated(tmp_path):
    path = tmp_path / "z.parquet"
    frame(crs=None).to_parquet(path)
    with pytest.raises(errors.MissingCrsError):
        read_zones(path)
    assert len(read_zones(path, crs="wgs84").zones) == 2


def test_parquet_without_geometry_is_refused(tmp_path):
    path = tmp_path / "z.parquet"
    frame().drop(columns="geometry").to_parquet(path)
    with pytest.raises(errors.UnreadableFileError):
        read_zones(path)


@pytest.mark.parametrize("limit", ["features", "columns", "unpacked_bytes"])
def test_a_parquet_file_is_measured_before_it_is_unpacked(tmp_path, limit):
    path = tmp_path / "z.parquet"
    frame(zone_id=["a", "b"]).to_parquet(path)
    with pytest.raises(errors.LimitExceededError) as caught:
        read_zones(path, limits=Limits(**{limit: 1}))
    assert caught.value.key == f"error.limit_{limit}"


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
