"""Zones and points from files on the command line."""

from __future__ import annotations

import json

import pytest

from spatial import errors
from spatial.limits import Limits
from spatial.vector_files import read_zones
from tests.spatial.vector_layers import WEST, frame, keys

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
