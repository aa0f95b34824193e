"""Four times the rows take no more memory, however they are counted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

COUNT = """
import resource, sys
import numpy as np, pyarrow as pa, shapely
from spatial.density.counting import count_density
from spatial.density.model import Dedupe, DensitySettings, PointBatch, SourcePart
from spatial.zone_index import ZoneIndex

ROWS = 100_000

class Made:
    '''Points across a province, made part by part: every second key is that of the part before.'''
    name, notices = "made", ()

    def __init__(self, n_rows):
        self.n_rows = n_rows

    def parts(self):
        return tuple(SourcePart(start, ROWS, ()) for start in range(0, self.n_rows, ROWS))

    def batches(self, part):
        rng = np.random.default_rng(part.first_row)
        rows = part.first_row + np.arange(ROWS)
        key = np.where(rows % 2, rows, rows - ROWS)
        columns = {"id": pa.array(key).cast(pa.string()), "operator": pa.array(rng.choice(["a", "b"], ROWS))}
        lon, lat = rng.uniform(110, 116, ROWS), rng.uniform(21, 25, ROWS)
        yield PointBatch(lon=lon, lat=lat, rows=rows, columns=columns)

n_rows, dedupe, grid_m = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]) or None
zones = [shapely.box(x, 21, x + 1, 25) for x in range(110, 116)]
index = ZoneIndex.of(np.array(zones), list("abcdef"), n_points=1_000_000)
settings = DensitySettings(by=("operator",), dedupe=Dedupe.parse(dedupe), grid_m=grid_m)
result = count_density(index, [Made(n_rows)], settings, threads=2)
assert result.n_used == n_rows and result.counts.sum() + result.outside_count == result.total_count
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, result.total_count)
"""


def peak(n_rows, dedupe, grid_m):
    command = [sys.executable, "-c", COUNT, str(n_rows), dedupe, str(grid_m)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    kib, sites = map(int, done.stdout.split())
    return kib, sites


@pytest.mark.deep
@pytest.mark.parametrize(
    ("dedupe", "grid_m"), [("none", 0), ("none", 1000), ("key:id", 0), ("distance:5", 0)]
)
def test_four_times_the_rows_take_no_more_memory(dedupe, grid_m):
    small, few = peak(1_000_000, dedupe, grid_m)
    large, many = peak(4_000_000, dedupe, grid_m)
    assert many > 3 * few
    assert large < 1.3 * small
