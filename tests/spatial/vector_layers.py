"""Layers of zones in every format, for the tests."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import geopandas as gpd
import shapely

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
