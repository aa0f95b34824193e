from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from spatial.density.sources import open_source
from spatial.vector_files import read_points, read_zones

OVERRIDES = "inventory.crs_overrides"
BOX = shapely.box(113.30, 23.08, 113.32, 23.10)


def write(path, geometry, crs):
    frame = gpd.GeoDataFrame({"zone_id": ["a"], "name_zh": ["甲"]}, geometry=[geometry], crs=crs)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, layer="given", driver={".gpkg": "GPKG", ".geojson": "GeoJSON"}[path.suffix])
    return path


def said(found):
    return [notice.key for notice in found.notices]


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet", ".geojson"])
@pytest.mark.parametrize(
    ("named", "stated", "expected"),
    [
        ("EPSG:4326", "gcj02", [OVERRIDES]),
        ("EPSG:4326", "EPSG:4326", []),
        ("EPSG:4326", "WGS-84", []),
        ("EPSG:4326", None, []),
    ],
)
def test_a_system_stated_against_the_file_is_named_whoever_reads_it(
    tmp_path, suffix, named, stated, expected
):
    points = write(tmp_path / f"points{suffix}", BOX.centroid, named)
    zones = write(tmp_path / f"zones{suffix}", BOX, named)
    found = read_zones(zones, layer=None, zone_id=None, zone_name=None, crs=stated)
    for notices in (
        said(open_source(points, crs=stated)),
        said(read_points(points, crs=stated)),
        said(found),
    ):
        assert [key for key in notices if key == OVERRIDES] == expected


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_a_system_without_a_code_is_named_in_few_characters(tmp_path, suffix):
    system = "+proj=tmerc +lon_0=113.28 +lat_0=0 +x_0=40000 +ellps=GRS80 +units=m +type=crs"
    spot = gpd.GeoSeries([BOX.centroid], crs="EPSG:4490").to_crs("EPSG:4547").iloc[0]
    points = write(tmp_path / f"points{suffix}", spot, system)
    for found in (open_source(points, crs="EPSG:4547"), read_points(points, crs="EPSG:4547")):
        (notice,) = [notice for notice in found.notices if notice.key == OVERRIDES]
        assert len(notice.params["named"]) <= 80


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_a_file_that_names_no_system_contradicts_nobody(tmp_path, suffix):
    points = write(tmp_path / f"points{suffix}", BOX.centroid, None)
    for found in (open_source(points, crs="gcj02"), read_points(points, crs="gcj02")):
        assert said(found) == []
