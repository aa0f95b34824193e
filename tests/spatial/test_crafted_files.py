"""Files that were made to break the reader: each is read or refused in one sentence, and nothing hangs."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import warnings
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from spatial import errors
from spatial.check import check_zones
from spatial.coordinates import in_area_of_use, judge_positions
from spatial.crs import parse_crs, transform_xy
from spatial.definition import Definition
from spatial.geojson import property_text
from spatial.inventory import read_inventory
from spatial.limits import DEFAULT_LIMITS
from spatial.polygons import clean_polygon
from spatial.vector_files import read_bytes, read_points, read_zones

ROOT = Path(__file__).parent.parent.parent
WEST = shapely.box(114.00, 23.00, 114.01, 23.01)


def zones(**columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns or {"zone_id": ["west"]}, geometry=[WEST], crs="EPSG:4326")


# --- GeoParquet ------------------------------------------------------------------------------


def write_footer(path, edit) -> None:
    """Write a GeoParquet file whose description of its geometry was edited."""
    zones().to_parquet(path)
    table = pq.read_table(path)
    geo = edit(json.loads(table.schema.metadata[b"geo"]))
    words = geo if isinstance(geo, bytes) else json.dumps(geo).encode()
    pq.write_table(table.replace_schema_metadata({b"geo": words}), path)


def with_column(**members: object):
    def edit(geo: dict) -> dict:
        geo["columns"]["geometry"].update(members)
        return geo

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        lambda _: b"{x",
        lambda _: b"\xff\xfe",
        lambda _: b"[" * 100_000,
        lambda _: [],
        lambda geo: {key: value for key, value in geo.items() if key != "version"},
        lambda geo: geo | {"primary_column": ["geometry"]},
        with_column(encoding="unheard of"),
        with_column(encoding="point"),
        with_column(crs={"type": "unheard of"}),
        with_column(crs="http://127.0.0.1:9/crs"),
        with_column(crs="EPSG:4326"),
    ],
)
def test_a_geoparquet_footer_that_lies_is_refused(tmp_path, edit):
    path = tmp_path / "z.parquet"
    write_footer(path, edit)
    with pytest.raises(errors.UnreadableFileError) as caught:
        read_zones(path)
    assert caught.value.key == "error.not_parquet"


def test_a_geoparquet_column_that_is_no_geometry_is_refused(tmp_path):
    path = tmp_path / "z.parquet"
    zones().to_parquet(path)
    table = pq.read_table(path)
    at = table.schema.get_field_index("geometry")
    pq.write_table(table.set_column(at, "geometry", pa.array([b"junk"])), path)
    with pytest.raises(errors.UnreadableFileError):
        read_zones(path)


def test_edges_on_a_sphere_are_read_without_a_warning(tmp_path):
    path = tmp_path / "z.parquet"
    write_footer(path, with_column(edges="spherical"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_zones(path).zones) == 1


def test_cells_that_are_lists_become_text(tmp_path):
    path = tmp_path / "z.parquet"
    zones(zone_id=[[1, 2]], geometry_basis=[["schematic"]]).to_parquet(path)
    found = read_zones(path).zones
    assert list(found["zone_id"]) == ["[1, 2]"]
    assert list(found["geometry_basis"]) == ['["schematic"]']
    points = gpd.GeoDataFrame({"基站编号": [[7, 8]]}, geometry=[WEST.centroid], crs="EPSG:4326")
    points.to_parquet(tmp_path / "p.parquet")
    assert list(read_points(tmp_path / "p.parquet").points["site_id"]) == ["[7, 8]"]
    assert property_text({"at": np.datetime64("2020-01-01")}) == '{"at": "2020-01-01"}'


# --- GeoPackage ------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["gpkg_geometry_columns", "gpkg_extensions", "gpkg_data_columns"])
def test_a_view_without_an_end_in_the_place_of_a_table_hangs_nothing(tmp_path, table):
    path = tmp_path / "z.gpkg"
    zones().to_file(path, driver="GPKG", layer="zones", engine="pyogrio")
    endless = (
        "SELECT x FROM (WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT x FROM t)"
    )
    with closing(sqlite3.connect(path)) as database:
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")] or ["table_name"]
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute(f"DROP TABLE IF EXISTS {table}")
        cells = ", ".join(f"x AS {name}" for name in columns)
        database.execute(f"CREATE VIEW {table} AS SELECT {cells} FROM ({endless})")  # noqa: S608
        database.commit()
    # A driver that loops cannot be interrupted from inside its own process.
    call = [sys.executable, "-m", "spatial", "check", "--zones", path]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert done.returncode == (3 if table == "gpkg_geometry_columns" else 0)
    assert b"Traceback" not in done.stderr


# --- JSON ------------------------------------------------------------------------------------


def points_file(properties: str) -> bytes:
    geometry = b'{"type": "Point", "coordinates": [114.005, 23.005]}'
    return b'{"type": "Feature", "geometry": ' + geometry + b', "properties": ' + properties.encode() + b"}"


@pytest.mark.parametrize("words", [r"\ud800", r"a\uDFFFb", r"\udc00\ud800"])
@pytest.mark.parametrize("place", ['{"name": "%s"}', '{"%s": 1}', '{"list": ["%s"]}'])
def test_half_a_character_is_refused(words, place):
    with pytest.raises(errors.UnreadableFileError) as caught:
        read_inventory(points_file(place % words), name="p.geojson", crs=None)
    assert caught.value.key == "error.json_half_character"


def test_a_whole_character_in_two_escapes_is_read():
    found = read_inventory(points_file(r'{"name": "\ud83d\ude00"}'), name="p.geojson", crs=None)
    assert list(found.points["name"]) == ["\U0001f600"]


def test_a_key_repeated_among_very_many_is_found_at_once():
    members = ", ".join(f'"k{at}": 1' for at in range(200_000))
    with pytest.raises(errors.UnreadableFileError) as caught:
        read_inventory(points_file("{" + members + ', "k199999": 2}'), name="p.geojson", crs=None)
    assert caught.value.params["member"] == "k199999"


def test_what_a_file_says_is_quoted_on_one_short_line():
    with pytest.raises(errors.MissingColumnError) as caught:
        read_inventory(b'"a\nb",' + b"c" * 30_000 + b"\n1,2\n", name="p.csv", crs="wgs84")
    message = caught.value.message("zh")
    assert "\n" not in message
    assert len(message) < 400
    with pytest.raises(errors.UnreadableFileError) as caught:
        read_inventory(points_file(r'{"\u001b[31m": 1, "\u001b[31m": 2}'), name="p.geojson", crs=None)
    assert "\x1b" not in caught.value.message("en")


# --- tables ----------------------------------------------------------------------------------


def test_a_first_cell_beyond_the_parser_is_refused_as_a_limit():
    data = b"id,lon,lat," + b"x" * 200_000 + b"\n1,114,23,\n"
    with pytest.raises(errors.LimitExceededError):
        read_inventory(data, name="p.csv", crs="wgs84")


# --- what is no plain file -------------------------------------------------------------------


def test_a_pipe_and_a_device_are_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    for name in ("pipe.csv", "zero.csv"):
        with pytest.raises(errors.UnreadableFileError) as caught:
            read_bytes(tmp_path / name, DEFAULT_LIMITS)
        assert caught.value.key == "error.no_plain_file"


@pytest.mark.skipif(not os.access("/proc/kmsg", os.R_OK), reason="the system does not let this user open it")
def test_a_file_of_the_system_without_a_size_is_not_waited_for(tmp_path):
    (tmp_path / "log.csv").symlink_to("/proc/kmsg")
    assert read_bytes(tmp_path / "log.csv", DEFAULT_LIMITS) == b""


def test_the_systems_reason_is_told_in_the_language(tmp_path):
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    with pytest.raises(errors.UnreadableFileError) as caught:
        read_bytes(loop, DEFAULT_LIMITS)
    assert "符号链接成环" in caught.value.message("zh")
    assert "form a loop" in caught.value.message("en")


# --- positions -------------------------------------------------------------------------------


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:3395", "EPSG:27700"])
def test_degrees_under_a_grid_that_has_that_place_are_refused(crs):
    with pytest.raises(errors.GeometryError) as caught:
        read_inventory(b"id,lon,lat\n1,114.005,23.005\n2,114.1,23.1\n", name="p.csv", crs=crs)
    assert caught.value.key == "error.misread_degrees"


@pytest.mark.parametrize(("crs", "lon", "lat"), [("EPSG:3460", 178.44, -18.14), ("EPSG:3832", -150.0, -17.5)])
def test_a_grid_across_the_antimeridian_holds_its_own_places(crs, lon, lat):
    x, y = transform_xy([lon], [lat], source="wgs84", target=crs)
    assert in_area_of_use(x, y, parse_crs(crs)).all()
    assert judge_positions(x, y, crs=crs, x_name="x", y_name="y") == [""]
    far_x, far_y = transform_xy([0.0], [51.0], source="wgs84", target="EPSG:3460")
    assert not in_area_of_use(far_x, far_y, parse_crs("EPSG:3460")).any()


# --- outlines that would take hours ----------------------------------------------------------


def test_a_tangle_is_no_boundary_and_a_crossed_one_is_mended():
    places = np.random.default_rng(0).uniform(0, 1, (1000, 2))
    assert clean_polygon(shapely.Polygon(places)) is None
    assert clean_polygon(shapely.Polygon(places[:50])).repaired
    ring = shapely.get_coordinates(shapely.Point(0, 0).buffer(1, quad_segs=20_000))
    ring[[10, 11]] = ring[[11, 10]]
    assert clean_polygon(shapely.Polygon(ring)).repaired


def test_a_layer_laid_upon_itself_too_often_is_refused():
    ids = [str(at) for at in range(1500)]
    layer = gpd.GeoDataFrame({"zone_id": ids}, geometry=[WEST] * 1500, crs="EPSG:4326")
    with pytest.raises(errors.GeometryError) as caught:
        check_zones(layer, None, definition=Definition(), target=None)
    assert caught.value.key == "verdict.too_many_overlaps"
