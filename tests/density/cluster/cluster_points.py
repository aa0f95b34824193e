"""Points and zones for counts on a cluster, and sources that misbehave where a worker reads them.

Workers import this module by its name: what it holds may be pickled to them.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from spatial.density.model import PointBatch, SourcePart
from spatial.zone_index import ZoneIndex

WEST, SOUTH, SIDE = 113.0, 23.0, 0.2


def zone_index(n_side=5, *, overlapping=False, n_points=100_000):
    """Squares side by side, their edges bent so that many points lie close to one."""
    step = SIDE / n_side
    reach = step * (1.3 if overlapping else 1.0)
    squares = [
        shapely.box(WEST + i * step, SOUTH + j * step, WEST + i * step + reach, SOUTH + j * step + reach)
        for i in range(n_side)
        for j in range(n_side)
    ]
    ids = tuple(f"z{number}" for number in range(len(squares)))
    return ZoneIndex.of(np.array(squares), ids, n_points=n_points)


def point_table(n_rows, seed=0):
    """Rows in and around the zones, on edges, without a place, with a key and two categories."""
    rng = np.random.default_rng(seed)
    lon = rng.uniform(WEST - 0.02, WEST + SIDE + 0.02, n_rows)
    lat = rng.uniform(SOUTH - 0.02, SOUTH + SIDE + 0.02, n_rows)
    lon[::97] = WEST + SIDE / 5
    lon[5::211] = np.nan
    lat[7::307] = 91.0
    names = np.array(["移动", "联通", "电信", "铁塔"])
    keys = np.char.add("k", rng.integers(0, max(n_rows // 2, 1), n_rows).astype(str))
    return pa.table(
        {
            "lon": lon,
            "lat": lat,
            "operator": pa.array(names[rng.integers(0, 4, n_rows)], mask=rng.random(n_rows) < 0.1),
            "year": rng.integers(2019, 2027, n_rows),
            "site": pa.array(keys, mask=rng.random(n_rows) < 0.01),
        }
    )


def write_parquet(path, n_rows, *, seed=0, group_rows=5_000):
    pq.write_table(point_table(n_rows, seed), path, row_group_size=group_rows)
    return path


def assert_same(found, wanted):
    """Hold two results to each other in all that they say."""
    assert found.zone_ids == wanted.zone_ids
    assert found.counts.tolist() == wanted.counts.tolist()
    assert {name: counts.tolist() for name, counts in found.by_counts.items()} == {
        name: counts.tolist() for name, counts in wanted.by_counts.items()
    }
    for name in ("by", "n_in", "n_used", "n_reported", "total_count", "outside_count", "reported", "notices"):
        assert getattr(found, name) == getattr(wanted, name), name
    if wanted.grid is None:
        assert found.grid is None
        return
    for name in ("column", "row", "count"):
        assert getattr(found.grid, name).tolist() == getattr(wanted.grid, name).tolist(), name


@dataclass(frozen=True)
class MadeUpSource:
    """Points by number, a batch for each part, with a mischief that a worker meets on reading it.

    Attributes
    ----------
    folder : str
        Where the mischief leaves its traces.
    mischief : str
        ``die-once`` or ``die-always``: the process ends where part 3 is read, the first time or each time;
        ``slow``: each part takes a while; ``break``: reading part 3 raises what nobody foresaw.
    """

    folder: str
    mischief: str = ""
    n_parts: int = 8
    n_per_part: int = 2_000
    name: str = "made-up"
    notices: tuple = ()

    @property
    def n_rows(self):
        return self.n_parts * self.n_per_part

    def parts(self):
        # Of unknown size, so that each is a task.
        return tuple(SourcePart(k * self.n_per_part, -1, (k,)) for k in range(self.n_parts))

    def batches(self, part):
        (number,) = part.place
        self._mischief(number)
        rng = np.random.default_rng(number)
        n = self.n_per_part
        yield PointBatch(
            lon=rng.uniform(WEST, WEST + SIDE, n),
            lat=rng.uniform(SOUTH, SOUTH + SIDE, n),
            rows=np.arange(part.first_row, part.first_row + n),
        )

    def _mischief(self, number):
        here = Path(self.folder) / f"read-{number}-{os.getpid()}-{time.monotonic_ns()}"
        if self.mischief:
            here.touch()
        if self.mischief == "slow":
            time.sleep(0.3)
        if number != 3:
            return
        times = len(list(Path(self.folder).glob("read-3-*")))
        if self.mischief == "die-always" or (self.mischief == "die-once" and times == 1):
            os.kill(os.getpid(), signal.SIGKILL)
        if self.mischief == "break":
            raise ZeroDivisionError
