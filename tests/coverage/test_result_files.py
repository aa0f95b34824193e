from __future__ import annotations

import csv
import io
import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from spatial.area import area_km2
from spatial.coverage.cover import cover_zones
from spatial.coverage.result_files import patches_csv, patches_geojson, zones_csv
from spatial.definition import Definition
from tests.spatial.strategies import ORIGIN, mosaic, point_frame, zone_frame

HOSTILE = '=HYPERLINK("http://x","y")\u202e</script><img src=x onerror=1>'
NOT_SIGNAL = "几何覆盖代理指标（非信号覆盖）"


def found_in_a_town():
    rng = np.random.default_rng(7)
    cells = mosaic(rng, 6)
    xy = np.array(ORIGIN) + rng.uniform(0, 6000, (120, 2))
    points = point_frame(xy, band=["3.5G"] * 120, site_type=["macro"] * 120)
    zones = zone_frame(cells, name_zh=[HOSTILE, *"abcde"], geometry_basis=["schematic"] * 6)
    return zones, cover_zones(zones, points, definition=Definition(), synthetic=True)


def table_of(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_patches_that_are_read_back_and_what_is_covered_make_up_the_land():
    zones, found = found_in_a_town()
    document = json.loads(patches_geojson(found, "zh"))
    read = gpd.GeoDataFrame.from_features(document["features"], crs="EPSG:4490")
    assert len(read) == len(found.patches)
    assert read.geometry.is_valid.all()
    assert shapely.covers(read.geometry.to_numpy(), shapely.points(read["lon"], read["lat"])).all()
    # Corners are written to a hundredth of a metre.
    assert (area_km2(read) * 1e6).to_numpy() == pytest.approx(read["area_m2"], rel=1e-4)
    open_m2 = read["area_m2"].sum() + document["metadata"]["small_patches_m2"]
    covered_m2 = found.rows["covered_km2"].sum() * 1e6
    assert open_m2 + covered_m2 == pytest.approx(area_km2(zones).sum() * 1e6, abs=0.1 * (len(read) + 1))
    assert document["metadata"]["n_small_patches"] == found.rows["n_small_patches"].sum()
    assert document["metadata"]["basis"] == found.basis("zh")


def test_each_row_of_a_spreadsheet_says_what_it_rests_on_and_no_cell_is_a_formula():
    _, found = found_in_a_town()
    for data in (patches_csv(found, "zh"), zones_csv([found], "zh")):
        rows = table_of(data)
        for name, words in [
            ("指标", NOT_SIGNAL),
            ("口径", found.basis("zh")),
            ("半径_m", "宏站 3.5 GHz 200"),
        ]:
            assert {row[name] for row in rows} == {words}
        assert {row["数据性质"] for row in rows} == {"模拟"}
        assert {row["边界依据"] for row in rows} == {"schematic"}
        assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    rows = table_of(zones_csv([found, found], "zh"))
    assert len(rows) == 2 * len(found.rows)
    for row, truth in zip(rows, found.rows.to_dict("records"), strict=False):
        assert float(row["占比"]) == pytest.approx(truth["covered_share"], abs=1e-6)
        assert float(row["半径以内_km2"]) + float(row["未覆盖_km2"]) == pytest.approx(
            truth["area_km2"], abs=3e-6
        )
        assert row["陆域占比下限"] == ""
        assert row["面积口径"] == "图形面积"
