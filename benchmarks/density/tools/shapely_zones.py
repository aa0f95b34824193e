"""shapely.contains_xy zone by zone: prepared outlines, bounding boxes first, streamed, on both cores."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow.parquet as pq
import shapely
from wkb import positions

_, zones_path, points_path = sys.argv
with pq.ParquetFile(zones_path) as file:
    zones = file.read()
threads = os.cpu_count()


def count(first: int) -> np.ndarray:
    """Count the points of every so many row groups; the prepared outlines belong to one thread."""
    polygons = shapely.from_wkb(zones["geometry"].to_pylist())
    shapely.prepare(polygons)
    boxes = shapely.bounds(polygons)
    counts = np.zeros(len(polygons), dtype=np.int64)
    file = pq.ParquetFile(points_path)
    for group in range(first, file.num_row_groups, threads):
        x, y = positions(file.read_row_group(group, columns=["geometry"], use_threads=False).column(0))
        order = np.argsort(x)
        x, y = x[order], y[order]
        begin, end = np.searchsorted(x, boxes[:, 0]), np.searchsorted(x, boxes[:, 2], side="right")
        for row, (low, high) in enumerate(boxes[:, [1, 3]]):
            there = slice(begin[row], end[row])
            near = (y[there] >= low) & (y[there] <= high)
            inside = shapely.contains_xy(polygons[row], x[there][near], y[there][near])
            counts[row] += np.count_nonzero(inside)
    return counts


with ThreadPoolExecutor(threads) as pool:
    counts = sum(pool.map(count, range(threads)))
json.dump(dict(zip(zones["zone_id"].to_pylist(), counts.tolist(), strict=True)), sys.stdout)
