"""What is measured beside the tools: two Dask workers against one, and all definitions of the pack."""

from __future__ import annotations

import json
import statistics
import sys
from typing import TYPE_CHECKING

from measuring import TOOLS, measure

if TYPE_CHECKING:
    from pathlib import Path

    from measuring import Store

CLUSTER_RUNS = 3


def measure_cluster(store: Store, data: Path, size: int, warm_size: int, *, timeout_s: float) -> None:
    """Count the largest file of the district on one worker and on two, in turns; the start is not timed."""
    kept = store.extra.setdefault(f"cluster {size}", {})
    files = [
        data / "zones_district.parquet",
        *(data / f"points_district_{n}.parquet" for n in (size, warm_size)),
    ]
    if not isinstance(kept, dict) or "error" in kept or not all(path.exists() for path in files):
        return
    for _ in range(CLUSTER_RUNS):
        for workers in ("1", "2"):
            if len(kept.setdefault(workers, [])) >= CLUSTER_RUNS:
                continue
            command = [sys.executable, str(TOOLS / "cluster.py"), *map(str, files), workers]
            _, output, error = measure(command, timeout_s=timeout_s)
            if error:
                kept["error"] = error
                store.save()
                return
            kept[workers].append(json.loads(output)["seconds"])
            store.save()
            print(f"Dask, {workers} workers: {kept[workers][-1]:.2f} s", file=sys.stderr, flush=True)


def measure_definitions(store: Store, *, timeout_s: float) -> None:
    """Count and judge all zones of the pack under all definitions."""
    if "definitions" in store.extra:
        return
    _, output, error = measure([sys.executable, str(TOOLS / "definitions.py")], timeout_s=timeout_s)
    store.extra["definitions"] = {"error": error} if error else json.loads(output)
    store.save()


def cluster_line(store: Store) -> str | None:
    """Say how much quicker two workers are than one."""
    for key, kept in store.extra.items():
        if not key.startswith("cluster ") or not isinstance(kept, dict):
            continue
        if "error" in kept:
            return f"Dask workers: {kept['error']}"
        if kept.get("1") and kept.get("2"):
            one, two = statistics.median(kept["1"]), statistics.median(kept["2"])
            size = int(key.split()[1])
            return (
                f"two Dask workers of one thread against one, {size:,} points: {one:.1f} s / {two:.1f} s"
                f" = {one / two:.2f} (wanted 1.6)"
            )
    return None


def definitions_line(store: Store) -> str | None:
    """Say what a switch of definition costs."""
    kept = store.extra.get("definitions")
    if not isinstance(kept, dict):
        return None
    if "error" in kept:
        return f"definitions of the pack: {kept['error']}"
    return (
        f"the shipped pack, {kept['points']:,} points in {kept['zones']} zones of three layers, all"
        f" {kept['definitions']} definitions: {kept['all_ms']:.0f} ms warm (wanted 50),"
        f" {kept['first_ms']:.0f} ms the first time; one definition with its notices {kept['one_ms']:.0f} ms"
        f" (slowest {kept['slowest_ms']:.0f});"
        f" placing the points once {kept['placing_ms']:.0f} ms"
    )
