"""One count with worker processes on this machine, one of which is killed in the middle."""

from __future__ import annotations

import tempfile

import pytest

from spatial.density.cluster import count_on_cluster
from spatial.density.counting import count_density
from spatial.density.model import DensitySettings
from tests.density.cluster.cluster_points import MadeUpSource, assert_same, zone_index

pytest.importorskip(
    "distributed", reason="requirements-cluster.txt is not installed: NOT COUNTED ON A CLUSTER"
)


def test_a_killed_worker_costs_time_alone_and_nothing_is_left(tmp_path, monkeypatch):
    folders = tmp_path / "folders"
    folders.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folders))
    read = tmp_path / "read"
    read.mkdir()
    index = zone_index()
    settings = DensitySettings(grid_m=1000)
    told = []
    found = count_on_cluster(
        index,
        [MadeUpSource(str(read), "die-once")],
        settings,
        workers=2,
        progress=lambda done, total: told.append((done, total)),
    )
    assert len(list(read.glob("read-3-*"))) == 2
    assert_same(found, count_density(index, [MadeUpSource("")], settings))
    assert found.total_count == 16_000
    assert told
    assert list(folders.iterdir()) == []
