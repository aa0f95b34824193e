"""Zones and points from files on the command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest

from spatial import errors
from spatial.geopackage import named_system
from spatial.limits import Limits
from spatial.vector_files import read_zones
from tests.spatial.vector_layers import WEST, frame, write

if TYPE_CHECKING:
    from pathlib import Path

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
