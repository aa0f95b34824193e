"""Small frames for the map's tests: invented zones, places and points, some with hostile names."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, box

CRS = "EPSG:4490"
WEST, SOUTH, EAST, NORTH = 113.24, 23.05, 113.40, 23.12

# Markup, template expressions and script templates; each must be shown as it stands.
HOSTILE = (
    "{{7*7}}",
    "{% if true %}x{% endif %}",
    "{# gone #}",
    '<img src=x onerror="window.stolen=1">',
    "</script><script>window.stolen=2</script>",
    "`${window.stolen=3}`",
    "'\"\\u0041 & &lt;b&gt; {{'map_div'}}",
)


def sample_zones(status: str = "met", names: tuple[str, ...] = ("甲区", "乙区", "丙区")) -> gpd.GeoDataFrame:
    """Return three zones side by side with the columns of a check result."""
    width = (EAST - WEST) / 3
    shapes = [box(WEST + i * width, SOUTH, WEST + (i + 1) * width, NORTH) for i in range(3)]
    statuses = [status, "near", "short"]
    return gpd.GeoDataFrame(
        {
            "zone_id": ["zone_a", "zone_b", "zone_c"],
            "name_zh": list(names),
            "short_zh": list(names),
            "name_en": list(names),
            "short_en": list(names),
            "geometry_basis": ["schematic", "published_four_sides", "official_supplied"],
            "position_accuracy_m": [300.0, 120.0, float("nan")],
            "area_km2": [14.2, 14.2, 14.2],
            "count": [800, 700, 300],
            "density_per_km2": [56.3, 49.3, 21.1],
            "target_per_km2": 52.0,
            "target_scope": "district_reference",
            "required_count": [739, 739, 739],
            "gap_count": [0, 39, 439],
            "status": statuses,
            "synthetic": True,
        },
        geometry=shapes,
        crs=CRS,
    )


def sample_district(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"zone_id": ["district"], "name_zh": ["示例区"], "geometry_basis": ["derived"]},
        geometry=[zones.union_all()],
        crs=CRS,
    )


def sample_parts(names: tuple[str, ...] = ("东片", "西片")) -> gpd.GeoDataFrame:
    shapes = [box(WEST, SOUTH, WEST + 0.02, NORTH), box(WEST + 0.02, SOUTH, WEST + 0.04, NORTH)]
    return gpd.GeoDataFrame(
        {
            "zone_id": ["part_a", "part_b"],
            "name_zh": list(names),
            "short_zh": list(names),
            "geometry_basis": "schematic",
        },
        geometry=shapes,
        crs=CRS,
    )


def sample_places(names: tuple[str, ...] = ("甲园", "乙园", "丙园")) -> gpd.GeoDataFrame:
    """Return places of which the last is not located."""
    return gpd.GeoDataFrame(
        {
            "place_id": [f"place_{i}" for i in range(len(names))],
            "kind": ["park", "carrier", "platform"][: len(names)],
            "name_zh": list(names),
            "name_en": list(names),
            "confidence_m": [200.0, 400.0, None][: len(names)],
        },
        geometry=[Point(113.27, 23.08), Point(113.33, 23.09), None][: len(names)],
        crs=CRS,
    )


def sample_roads() -> gpd.GeoDataFrame:
    """Return a road that passes below the zones and on beyond them, and a lake beside them."""
    road = LineString([(WEST - 0.02, SOUTH - 0.01), (EAST + 0.02, NORTH + 0.01)])
    lake = box(EAST + 0.005, SOUTH, EAST + 0.015, SOUTH + 0.01)
    return gpd.GeoDataFrame({"name": ["路", "湖"]}, geometry=[road, lake], crs=CRS)


def sample_points(count: int, *, seed: int = 1, operator: str = "甲运营商") -> gpd.GeoDataFrame:
    """Return points spread over the zones, a tenth of them planned."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(WEST, EAST, count), rng.uniform(SOUTH, NORTH, count)
    return gpd.GeoDataFrame(
        {
            "site_id": [f"S-{i:06d}" for i in range(count)],
            "name": pd.Series([f"站点 {i}" for i in range(count)]),
            "operator": rng.choice([operator, "乙运营商"], count),
            "band": rng.choice(["2.6 GHz", "3.5 GHz"], count),
            "site_type": rng.choice(["macro", "micro", "indoor"], count),
            "status": rng.choice(["existing", "planned"], count, p=[0.9, 0.1]),
        },
        geometry=gpd.points_from_xy(lon, lat),
        crs=CRS,
    )
