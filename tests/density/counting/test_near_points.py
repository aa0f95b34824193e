"""Clusters by distance are those of the definition, and thick places cost no pairs."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.density import near_points
from spatial.density.near_points import linked


def by_definition(xyz, group, distance_m):
    near = ((xyz[:, None] - xyz[None]) ** 2).sum(axis=2) <= distance_m**2
    near &= group[:, None] == group[None]
    cluster = np.full(len(xyz), -1)
    for start in range(len(xyz)):
        if cluster[start] < 0:
            waiting, cluster[start] = [start], start
            while waiting:
                new = np.flatnonzero(near[waiting.pop()] & (cluster < 0))
                cluster[new] = start
                waiting += new.tolist()
    return cluster


def same_clusters(one, other):
    return len(set(zip(one.tolist(), other.tolist(), strict=True))) == len(set(one)) == len(set(other))


@given(
    seed=st.integers(0, 2**32 - 1),
    spread=st.sampled_from([1.0, 5.0, 20.0, 60.0]),
    distance_m=st.sampled_from([0.5, 1.0, 2.0]),
    on_lattice=st.booleans(),
    crowd=st.integers(0, 150),
    most_pairs=st.sampled_from([1, 4096]),
)
def test_clusters_are_those_of_the_definition(seed, spread, distance_m, on_lattice, crowd, most_pairs):
    rng = np.random.default_rng(seed)
    xyz = rng.uniform(0.0, spread, (int(rng.integers(0, 150)), 3)) * rng.choice([0.0, 0.02, 1.0], 3)
    # On a lattice many pairs are exactly the distance apart, which still links them.
    xyz = np.round(xyz) if on_lattice else xyz
    xyz = np.concatenate([xyz, rng.normal(0.0, 0.3, (crowd, 3))])
    group = rng.integers(0, 3, len(xyz))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near_points, "_MOST_PAIRS_TRIED", most_pairs)
        found = linked(xyz, group, distance_m)
    assert same_clusters(found, by_definition(xyz, group, distance_m))


def test_two_crowds_are_linked_by_their_nearest_points_alone():
    rng = np.random.default_rng(0)
    crowd = np.column_stack([rng.uniform(0.0, 1.0, (300, 2)), np.zeros(300)])
    crowd[0], crowd[1] = (1.0, 0.5, 0.0), (0.0, 0.5, 0.0)
    for gap, n_clusters in ((9.999, 1), (10.001, 2)):
        xyz = np.concatenate([crowd, crowd + np.array([1.0 + gap, 0.0, 0.0])])
        assert linked(xyz, np.zeros(len(xyz), dtype=np.int64), 10.0).max() + 1 == n_clusters


def test_a_hundred_thousand_points_in_one_place_are_one_cluster_at_once():
    xyz = np.random.default_rng(0).uniform(0.0, 60.0, (100_000, 3)) * (1.0, 1.0, 0.0)
    began = time.process_time()
    assert linked(xyz, np.zeros(len(xyz), dtype=np.int64), 30.0).max() == 0
    # Pairs within the distance: some 2 × 10⁹, an hour and 40 GB.
    assert time.process_time() - began < 10.0


def test_no_points_are_no_clusters():
    assert linked(np.zeros((0, 3)), np.zeros(0, dtype=np.int64), 1.0).tolist() == []


def test_no_pair_a_little_too_far_apart_is_linked_by_sharing_a_cell():
    rng = np.random.default_rng(0)
    n = 20_000
    # Mostly along the diagonal, where a cell is longest.
    way = np.ones(3) + rng.normal(0.0, 0.05, (n, 3))
    way *= (1.0 + rng.uniform(1e-9, 0.03, n) / 1.0)[:, None] / np.linalg.norm(way, axis=1)[:, None]
    start = rng.uniform(0.0, 10.0, (n, 3))
    group = np.tile(np.arange(n), 2)
    assert linked(np.concatenate([start, start + way]), group, 1.0).max() + 1 == 2 * n
    assert linked(np.concatenate([start, start + way]), group, 1.04).max() + 1 == n
