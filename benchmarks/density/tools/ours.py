"""Ours as a library: zones laid, points streamed and counted."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import pyarrow.parquet as pq
import shapely

from spatial.density.counting import count_density
from spatial.density.model import DensitySettings
from spatial.density.sources import open_source
from spatial.zone_index import ZoneIndex

_, zones_path, points_path = sys.argv
with pq.ParquetFile(zones_path) as file:
    zones = file.read(columns=["zone_id", "geometry"])
points = open_source(Path(points_path))
polygons = shapely.from_wkb(zones["geometry"].to_pylist())
zone_ids = tuple(zones["zone_id"].to_pylist())
result = count_density(
    lambda: ZoneIndex.of(polygons, zone_ids, n_points=points.n_rows), [points], DensitySettings()
)
if result.n_reported:
    raise SystemExit(f"{result.n_reported} points were set aside")
json.dump(dict(zip(result.zone_ids, result.counts.tolist(), strict=True)), sys.stdout)
