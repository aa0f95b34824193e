"""Counts by geopandas.sjoin, half the points a core."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable


def print_counts(join: Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], gpd.GeoDataFrame]) -> None:
    """Print the points of each zone that has any; ``join`` takes the zones and some points."""
    _, zones_path, points_path = sys.argv
    zones, points = gpd.read_parquet(zones_path), gpd.read_parquet(points_path)
    n_parts = os.cpu_count()
    bounds = [len(points) * k // n_parts for k in range(n_parts + 1)]
    parts = [points.iloc[begin:end] for begin, end in pairwise(bounds)]

    def count(part: gpd.GeoDataFrame) -> pd.Series:
        return join(zones, part).groupby("zone_id").size()

    with ThreadPoolExecutor(n_parts) as pool:
        counts = pd.concat(list(pool.map(count, parts))).groupby(level=0).sum()
    json.dump(counts.to_dict(), sys.stdout)
