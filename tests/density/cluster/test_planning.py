"""Which pieces a task counts, and that nothing of Dask is imported by a count on one machine."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spatial.density.cluster.plan import planned
from spatial.density.model import SourcePart

REFUSING = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"dask", "distributed", "dask_geopandas", "cryptography"}:
            raise AssertionError(name)

sys.meta_path.insert(0, Refuse())
import numpy as np
import shapely
import spatial
import spatial.density
from spatial.density.by_zone import count_points
from spatial.density.cluster import count_on_cluster
from spatial.density.counting import count_density
from spatial.density.frame_source import FrameSource
from spatial.density.model import DensitySettings
from spatial.zone_index import ZoneIndex

index = ZoneIndex.of(np.array([shapely.box(113, 23, 113.1, 23.1)]), ("a",), n_points=2)
points = FrameSource(np.array([113.05, 113.2]), np.array([23.05, 23.05]))
assert count_density(index, [points], DensitySettings(grid_m=500)).counts.tolist() == [1]
try:
    import dask
except AssertionError:
    print("guarded")
"""


class Source:
    """So many parts of so many rows, -1 where only reading tells."""

    def __init__(self, sizes):
        firsts = np.cumsum([0, *sizes])
        self._parts = tuple(SourcePart(int(at), size, ()) for at, size in zip(firsts, sizes, strict=False))

    def parts(self):
        return self._parts


sizes = st.lists(st.one_of(st.just(-1), st.integers(0, 1 << 23)), max_size=60)


@given(st.lists(sizes, min_size=1, max_size=4), st.integers(0, 64))
def test_every_piece_is_counted_once_and_in_order(files, n_threads):
    sources = [Source(sizes) for sizes in files]
    tasks = planned(sources, n_threads)
    assert [tuple(piece) for task in tasks for piece in task] == [
        (number, part) for number, source in enumerate(sources) for part in source.parts()
    ]
    assert tasks
    assert all(task for task in tasks) or len(tasks) == 1


def test_tasks_are_large_enough_to_hand_out_and_small_enough_to_share():
    (small,) = planned([Source([10_000] * 20)], 2)
    assert len(small) == 20
    large = planned([Source([1 << 18] * 400)], 2)
    rows = [sum(piece.part.n_rows for piece in task) for task in large]
    assert max(rows) <= 1 << 22
    assert min(rows) >= 1 << 18
    assert len(large) >= 16


def test_a_file_of_unknown_size_is_a_task_of_its_own():
    assert [len(task) for task in planned([Source([-1]), Source([-1]), Source([5, 5])], 2)] == [1, 1, 2]


def test_a_count_on_one_machine_imports_nothing_of_dask():
    done = subprocess.run([sys.executable, "-c", REFUSING], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "guarded"), done.stderr
