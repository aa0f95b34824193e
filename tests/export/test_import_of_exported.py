"""Our own import understands what we handed over: the same stations and zones come out of it again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from spatial.export.content.build import ContentOptions, build_content, build_content_from_frames
from spatial.export.formats import write_format
from spatial.pack import open_pack
from spatial.vector_files import read_points, read_zones
from tests.export.test_content import layers_of, stations
from tests.small_pack import write_pack

FILES = {
    "csv": "csv/base_stations.csv",
    "geojson": "geojson/base_stations.geojson",
    "geopackage": "gpkg/small.gpkg",
    "geoparquet": "geoparquet/base_stations.parquet",
}
SAME = ["BSM", "MC", "YYS", "PD", "ZX", "ZT", "SFGX", "ZZBM", "LJBM", "PQ", "WZJD", "SFMN", "CJRQ", "BZ"]


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return open_pack(write_pack(tmp_path_factory.mktemp("pack")))


@pytest.mark.parametrize("name", FILES)
def test_stations_that_were_handed_over_are_read_as_the_same_stations(name, pack, tmp_path):
    content = build_content(pack, inventories={"base_stations": stations()})
    write_format(name, content, tmp_path)
    crs = "EPSG:4490" if name == "csv" else None
    layer = "base_stations" if name == "geopackage" else None
    inventory = read_points(tmp_path / FILES[name], layer=layer, crs=crs)
    again = layers_of(build_content(pack, inventories={"base_stations": inventory}))["base_stations"]
    before = layers_of(content)["base_stations"]
    for code in SAME:
        pd.testing.assert_series_equal(again.features[code], before.features[code])
    positions = [shapely.get_coordinates(layer.features.geometry) for layer in (again, before)]
    assert np.abs(positions[0] - positions[1]).max() <= (6e-8 if name == "geojson" else 1e-9)
    further = {field.alias_zh for field in again.fields if field.code.startswith("X0")}
    assert not {"YSDM", "XZQDM", "CIMML", "BBH", "TJKJ", "JHLY", "SJLY", "PQ", "id"} & further


def test_zones_that_were_handed_over_stay_schematic(tmp_path):
    options = ContentOptions(formats=("geojson",))
    content = build_content(open_pack("haizhu"), options=options)
    write_format("geojson", content, tmp_path)
    found = read_zones(tmp_path / "geojson" / "parts.geojson")
    again = layers_of(build_content_from_frames(found.zones, name="parts", notices=found.notices))["zones"]
    before = layers_of(content)["parts"]
    for code in ("BSM", "MC", "MCYW", "QLX", "SJBH", "MJ_GB", "JHLY", "WZJD", "BZ"):
        pd.testing.assert_series_equal(again.features[code], before.features[code])
    assert again.about["schematic"]
