"""geopandas.sjoin with the zones on the left, so that their outlines are prepared; half the points a core.

With the points on the left it takes seven times as long.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import pandas as pd

_, zones_path, points_path = sys.argv
zones, points = gpd.read_parquet(zones_path), gpd.read_parquet(points_path)
n_parts = os.cpu_count()
parts = [points.iloc[len(points) * k // n_parts : len(points) * (k + 1) // n_parts] for k in range(n_parts)]


def count(part: gpd.GeoDataFrame) -> pd.Series:
    """Return the points of each zone that has any."""
    return gpd.sjoin(zones, part, predicate="intersects").groupby("zone_id").size()


with ThreadPoolExecutor(n_parts) as pool:
    counts = pd.concat(list(pool.map(count, parts))).groupby(level=0).sum()
json.dump(counts.to_dict(), sys.stdout)
