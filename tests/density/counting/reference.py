"""The same questions answered by pandas and geopandas, plainly: small, slow and obvious."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.counting import locate
from spatial.density.near_rows import surface_xyz


def plain_frame(lon, lat, columns):
    """The usable rows, their columns as trimmed text."""
    frame = pd.DataFrame({"lon": lon, "lat": lat})
    for name, values in columns.items():
        frame[name] = pd.Series(values, dtype="string").fillna("").str.strip().to_numpy(dtype=object)
    return frame[(frame["lon"].abs() <= 180) & (frame["lat"].abs() <= 90)]


def one_per_key(frame, key, by=()):
    """The row of each key that sorts first; rows without a key are left out."""
    keyed = frame[frame[key] != ""]
    return keyed.sort_values([key, "lon", "lat", *by], kind="stable").drop_duplicates(key)


def clusters(frame, distance_m):
    """The cluster of each row by the definition: every pair of rows is looked at."""
    xyz = surface_xyz(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    near = ((xyz[:, None] - xyz[None]) ** 2).sum(axis=2) <= distance_m**2
    cluster = np.full(len(frame), -1)
    for start in range(len(frame)):
        if cluster[start] >= 0:
            continue
        waiting = [start]
        cluster[start] = start
        while waiting:
            new = np.flatnonzero(near[waiting.pop()] & (cluster < 0))
            cluster[new] = start
            waiting += new.tolist()
    return cluster


def one_per_cluster(frame, distance_m, by=()):
    """The row of each cluster that sorts first."""
    clustered = frame.assign(cluster=clusters(frame, distance_m))
    return clustered.sort_values(["lon", "lat", *by], kind="stable").drop_duplicates("cluster")


def counted(sites, zones, by=()):
    """Counts by zone, by category and zone, and the sites outside, under the project's edge rule."""
    points = gpd.GeoDataFrame(
        sites.reset_index(drop=True),
        geometry=gpd.points_from_xy(sites["lon"], sites["lat"]),
        crs="EPSG:4490",
    )
    placed = locate(points, zones)
    ones = np.ones(len(points), dtype=np.int64)
    split = {}
    if by:
        for name, rows in points.groupby(list(by)).indices.items():
            weights = np.zeros(len(points), dtype=np.int64)
            weights[rows] = 1
            split[name if isinstance(name, tuple) else (name,)] = placed.counts(weights).tolist()
    return placed.counts(ones).tolist(), split, placed.outside(ones)
