"""What a stream of points costs: modules loaded, and memory, which must not grow with the rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from spatial.density.sources import open_source
from tests.density.sources.point_files import geo, gpkg_blob, scattered, wkb, write_geoparquet, write_gpkg

ROOT = Path(__file__).parents[3]
READ = """
import re, sys
from spatial.density.sources import open_source
source = open_source(sys.argv[1], crs=sys.argv[2] or None, columns=sys.argv[3:])
n = sum(batch.n_in for part in source.parts() for batch in source.batches(part))
"""
# What getrusage tells begins with the memory of the process that started this one.
PEAK = "print(n, re.search(r'VmHWM:\\s+([0-9]+)', open('/proc/self/status').read())[1])"


def run(code: str, *words: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", READ + code, *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_points_in_degrees_need_numpy_and_the_parquet_reader_alone(tmp_path):
    path = write_geoparquet(tmp_path / "p.parquet", wkb(scattered(10)))
    heavy = [
        "pandas",
        "geopandas",
        "pyproj",
        "shapely",
        "scipy",
        "sqlite3",
        "pyarrow.dataset",
        "pyarrow.compute",
    ]
    assert run(f"print(n, *(m for m in {heavy} if m in sys.modules))", str(path), "") == ["10"]


def test_a_change_of_datum_by_formula_needs_no_proj(tmp_path):
    path = write_geoparquet(tmp_path / "p.parquet", wkb(scattered(10)))
    assert run("print(n, 'pyproj' in sys.modules)", str(path), "gcj02") == ["10", "False"]


def write_many(path: Path, n: int) -> None:
    """Write as many points as one row group, and as a table."""
    xy = scattered(n)
    operators = pa.array(["移动", "电信", "联通"] * (n // 3 + 1)).slice(0, n)
    table = pa.table({"geometry": pa.array(wkb(xy), pa.binary()), "operator": operators})
    pq.write_table(table.replace_schema_metadata(geo()), path, row_group_size=n)
    lines = (f"{x},{y},移动\n" for x, y in xy.tolist())
    path.with_suffix(".csv").write_text("lon,lat,operator\n" + "".join(lines), encoding="utf-8")
    if n <= 1_200_000:
        write_gpkg(
            path.with_suffix(".gpkg"), (gpkg_blob(blob) for blob in wkb(xy)), operator=operators.to_pylist()
        )


@pytest.mark.deep
def test_memory_does_not_grow_with_the_rows(tmp_path):
    peak: dict[tuple[str, int], int] = {}
    for n in (300_000, 1_200_000):
        write_many(tmp_path / f"{n}.parquet", n)
        for suffix, crs in ((".parquet", ""), (".csv", "wgs84"), (".gpkg", "")):
            words = (str(tmp_path / f"{n}{suffix}"), crs, "operator")
            found = run(PEAK, *words)
            assert int(found[0]) == n
            peak[suffix, n] = int(found[1])
    for suffix in (".parquet", ".csv", ".gpkg"):
        assert peak[suffix, 1_200_000] < 1.15 * peak[suffix, 300_000] + 20_000, peak


def test_one_value_that_fills_a_batch_again_and_again_takes_no_memory(tmp_path):
    """A dictionary of one polygon of 2 MB, for each row of 20,000: 40 GB if it were unpacked."""
    ring = shapely.Point(113, 23).buffer(1, quad_segs=32_000)
    blob = shapely.to_wkb(ring)
    indices = pa.array([0] * 20_000, pa.int32())
    geometry = pa.DictionaryArray.from_arrays(indices, pa.array([blob], pa.binary()))
    table = pa.table({"geometry": geometry})
    path = tmp_path / "p.parquet"
    with pq.ParquetWriter(path, table.schema, dictionary_pagesize_limit=10**8, store_schema=False) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata(geo())
    words = (str(tmp_path / "p.parquet"), "")
    n, peak = run(PEAK, *words)
    assert n == "20000"
    assert int(peak) < 600_000
    source = open_source(tmp_path / "p.parquet")
    first = next(source.batches(source.parts()[0]))
    assert first.reported.counts == {"error.reason_not_a_point": first.n_in}
