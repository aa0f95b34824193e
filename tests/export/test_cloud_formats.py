"""FlatGeobuf and GeoParquet: what other programs find in them."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from spatial.errors import PackageError
from spatial.export.formats import flatgeobuf_files, geoparquet_files
from spatial.vector_files import read_points, read_zones
from tests.export.awkward_layers import content_of, layer_of
from tests.export.small_content import small_content


def test_geoparquet_states_version_system_and_type(tmp_path):
    content = small_content(crs="EPSG:4547")
    geoparquet_files.write(content, tmp_path)
    path = tmp_path / "geoparquet" / "zones.parquet"
    geo = json.loads(pq.read_metadata(path).metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["geometry_types"] == ["MultiPolygon"]
    assert geo["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 4547}
    types = {field.name: str(field.type) for field in pq.read_schema(path)}
    assert (types["CIMZL"], types["SL"], types["ZBZ"], types["SFMN"]) == (
        "large_string",
        "int64",
        "double",
        "bool",
    )


def test_own_import_reads_geoparquet(tmp_path):
    content = small_content()
    geoparquet_files.write(content, tmp_path)
    found = read_points(tmp_path / "geoparquet" / "base_stations.parquet")
    assert list(found.points["site_id"]) == list(content.layers[1].features["BSM"])
    assert read_zones(tmp_path / "geoparquet" / "zones.parquet").n_in == 4


@pytest.mark.parametrize("other", ["EPSG:4547", "OGC:CRS84"])
def test_geoparquet_in_another_system_is_refused(other, tmp_path):
    content = small_content()
    geoparquet_files.write(content, tmp_path)
    path = tmp_path / "geoparquet" / "places.parquet"
    gpd.read_parquet(path).to_crs(other).to_parquet(path)
    with pytest.raises(PackageError, match="EPSG:4490"):
        geoparquet_files.read(tmp_path, content.layers[2], content=content)


def test_flatgeobuf_has_title_aliases_and_an_index(tmp_path):
    rng = np.random.default_rng(3)
    layer = layer_of({"MC": [f"站{at}" for at in range(200)]})
    points = shapely.points(rng.uniform((113.24, 23.04), (113.40, 23.11), (200, 2)))
    layer = layer_of({"MC": layer.features["MC"]})
    layer.features["geometry"] = points
    content = content_of(layer)
    flatgeobuf_files.write(content, tmp_path)
    path = tmp_path / "flatgeobuf" / "base_stations.fgb"
    meta, table = pyogrio.read_arrow(path)
    assert table.schema.field("MC").metadata[b"GDAL:OGR:alternative_name"].decode() == "名称"
    assert pyogrio.read_info(path)["capabilities"]["fast_spatial_filter"]
    assert meta["crs"] == "EPSG:4490"
    # The index orders by place; reading brings the order of the ids back.
    assert table.column("BSM").to_pylist() != list(layer.features["BSM"])
    found = flatgeobuf_files.read(tmp_path, layer, content=content)
    assert list(found["BSM"]) == list(layer.features["BSM"])
    assert (found.geometry.to_numpy() == layer.features.geometry.to_numpy()).all()
