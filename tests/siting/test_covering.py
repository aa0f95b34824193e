"""The classic questions of cover, against every choice there is."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from spatial.errors import UsageError
from spatial.siting import covering
from spatial.siting.covering import solve_lscp, solve_mclp
from spatial.siting.program import Answer


def table(seed: int, places: int = 14, sites: int = 9) -> np.ndarray:
    rng = np.random.default_rng(seed)
    covers = rng.random((places, sites)) < rng.uniform(0.1, 0.5)
    covers[np.arange(places), rng.integers(0, sites, places)] = True
    return covers


def choices(sites: int):
    return (list(chosen) for size in range(sites + 1) for chosen in combinations(range(sites), size))


@given(st.integers(0, 1_000_000))
@settings(max_examples=40, deadline=None)
def test_no_fewer_sites_cover_all(seed):
    covers = table(seed)
    least = min(len(chosen) for chosen in choices(9) if covers[:, chosen].any(axis=1).all())
    found = solve_lscp(sparse.csr_array(covers.astype(float)))
    assert found.objective == found.bound == len(found.selected) == least
    assert covers[:, found.selected].any(axis=1).all()


@given(st.integers(0, 1_000_000), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_no_more_weight_is_covered_with_so_many(seed, n_sites):
    covers = table(seed)
    weight = np.random.default_rng(seed).integers(0, 9, len(covers)).astype(float)
    most = max(weight[covers[:, chosen].any(axis=1)].sum() for chosen in choices(9) if len(chosen) <= n_sites)
    found = solve_mclp(sparse.csr_array(covers.astype(float)), weight, n_sites)
    assert found.objective == pytest.approx(most)
    assert found.bound == pytest.approx(most)
    assert len(found.selected) <= n_sites
    assert weight[covers[:, found.selected].any(axis=1)].sum() == found.objective


def test_a_place_that_no_site_covers_is_told():
    covers = table(1)
    covers[3] = False
    with pytest.raises(UsageError) as told:
        solve_lscp(sparse.csr_array(covers.astype(float)))
    assert told.value.params["count"] == 1


def test_running_out_of_time_is_told(monkeypatch):
    nothing = Answer(infeasible=False, values=None, objective=None, bound=0.0)
    monkeypatch.setattr(covering, "ask", lambda *_, **__: nothing)
    # Three sites around three places: nothing follows from anything else.
    ring = sparse.csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0]]))
    for solve in (lambda: solve_lscp(ring), lambda: solve_mclp(ring, np.ones(3), 1)):
        with pytest.raises(UsageError):
            solve()
