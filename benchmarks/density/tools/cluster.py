"""A count on one or two Dask workers of one thread each; only the count is timed, not the cluster's start."""

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import pyarrow.parquet as pq
import shapely
from distributed import Client, LocalCluster

from spatial.density.cluster import count_on_cluster
from spatial.density.model import DensitySettings
from spatial.density.sources import open_source
from spatial.zone_index import ZoneIndex


def main() -> None:
    """Count once on every worker's first touch, then timed."""
    os.environ["PYTHONPATH"] = sys.path[0]  # from where the workers import
    _, zones_path, points_path, warm_path, n_workers = sys.argv
    zones = pq.ParquetFile(zones_path).read()
    polygons = shapely.from_wkb(zones["geometry"].to_pylist())
    points = open_source(Path(points_path))
    index = ZoneIndex.of(polygons, tuple(zones["zone_id"].to_pylist()), n_points=points.n_rows)
    cluster = LocalCluster(
        n_workers=int(n_workers),
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        host="127.0.0.1",
    )
    with cluster, Client(cluster):
        address = cluster.scheduler_address
        count_on_cluster(index, [open_source(Path(warm_path))], DensitySettings(), address=address)
        started = time.perf_counter()
        result = count_on_cluster(index, [points], DensitySettings(), address=address)
        seconds = time.perf_counter() - started
    counts = dict(zip(result.zone_ids, result.counts.tolist(), strict=True))
    json.dump({"seconds": seconds, "counts": counts}, sys.stdout)


if __name__ == "__main__":
    main()
