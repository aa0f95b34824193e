"""The two classic questions of cover: the fewest sites for all places, the most places with so many sites.

Location set covering and maximal covering, exactly solved. Both are small cousins of
`spatial.siting.solve`, and what others solve too: they are held against them in a benchmark.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from spatial.errors import UsageError
from spatial.siting.candidates import merged_places
from spatial.siting.program import Program, ask, unit_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["Cover", "solve_lscp", "solve_mclp"]

_CHOSEN: Final = 0.5
_WHOLE: Final = 1e-6
_SHAKES: Final = 60
_OUT: Final = 4
"""So many sites at most are taken out at once."""
_NEXT_UNIT: Final = 0.99
"""Where all that is counted is a multiple of one amount, less than that off the bound is the optimum."""


@dataclass(frozen=True, kw_only=True)
class Cover:
    """A choice of sites.

    Attributes
    ----------
    selected : ndarray of int64
        Their columns, ascending.
    objective, bound : float
        Sites needed, or weight covered, and what no choice is better than; equal where it is proved.
    """

    selected: Rows
    objective: float
    bound: float


def solve_lscp(covers: sparse.csr_array, *, time_limit_s: float = 60.0, seed: int = 0) -> Cover:
    """Choose the fewest sites so that every place is covered.

    Parameters
    ----------
    covers : csr_array, shape (n_places, n_sites)
        Not nought where a site covers a place.
    time_limit_s, seed
        For HiGHS.

    Raises
    ------
    UsageError
        If no site covers some place, or the time ran out.
    """
    covers = _ones(covers)
    lone = int((np.diff(covers.indptr) == 0).sum())
    if lone:
        raise UsageError("solver.places_out_of_reach", count=lone)
    rows, columns = _reduced(covers)
    core = covers[rows][:, columns]
    selected: list[int] = []
    bound = 0.0
    for places, sites in _parts(core):
        if len(places) == 1:
            # One place left: the first site that covers it will do.
            selected.append(int(columns[sites[0]]))
            bound += 1.0
            continue
        part = core[places][:, sites]
        n = len(sites)
        program = Program(
            cost=np.ones(n),
            matrix=part,
            lower=np.ones(len(places)),
            upper=np.full(len(places), np.inf),
            n_whole=n,
            reach=np.zeros(0),
        )
        answer = ask(program, time_limit_s=time_limit_s, seed=seed, abs_gap=_NEXT_UNIT)
        if answer.values is None:
            raise UsageError("solver.out_of_time", seconds=time_limit_s)
        selected += columns[sites[answer.values > _CHOSEN]].tolist()
        bound += float(np.ceil(answer.bound - _WHOLE))
    return Cover(
        selected=np.array(sorted(selected), dtype=np.int64), objective=float(len(selected)), bound=bound
    )


def solve_mclp(
    covers: sparse.csr_array, weight: Floats, n_sites: int, *, time_limit_s: float = 60.0, seed: int = 0
) -> Cover:
    """Choose so many sites that the most weight is covered.

    Parameters
    ----------
    covers : csr_array, shape (n_places, n_sites)
        Not nought where a site covers a place.
    weight : ndarray of float, shape (n_places,)
        What each place counts for, nought or more.
    n_sites : int
        At most so many sites are chosen.
    time_limit_s, seed
        For HiGHS.

    Raises
    ------
    UsageError
        If the time ran out.
    """
    covers, weight = merged_places(_ones(covers), weight)
    covers, weight = covers[weight > 0], weight[weight > 0]
    columns = np.flatnonzero(~_dominated(sparse.csr_array(covers.T)))
    core = covers[:, columns]
    m, n = core.shape
    count = sparse.csr_array(np.concatenate([np.ones(n), np.zeros(m)])[None, :])
    links = sparse.hstack([-core, sparse.eye_array(m)], format="csr")
    program = Program(
        cost=np.concatenate([np.zeros(n), -weight]),
        matrix=sparse.csr_array(sparse.vstack([links, count], format="csr")),
        lower=np.full(m + 1, -np.inf),
        upper=np.concatenate([np.zeros(m), [float(n_sites)]]),
        n_whole=n,
        reach=np.ones(m),
    )
    begun = _shaken(core, weight, n_sites, seed)
    start = np.concatenate([begun, (core @ begun > 0).astype(float)])
    unit = unit_of(weight)
    answer = ask(
        program, time_limit_s=time_limit_s, seed=seed, start=start, abs_gap=_NEXT_UNIT * unit, restarts=False
    )
    if answer.values is None:
        raise UsageError("solver.out_of_time", seconds=time_limit_s)
    chosen = answer.values[:n] > _CHOSEN
    covered = float(weight[core @ chosen.astype(float) > 0].sum())
    most = math.floor(-answer.bound / unit + _WHOLE) * unit if unit else -answer.bound
    return Cover(selected=columns[chosen], objective=covered, bound=max(most, covered))


def _ones(covers: sparse.csr_array) -> sparse.csr_array:
    """Return a copy with a 1 for each entry that is not nought."""
    plain = sparse.csr_array(covers, dtype=float, copy=True)
    plain.eliminate_zeros()
    plain.sum_duplicates()
    plain.data[:] = 1.0
    return plain


def _reduced(covers: sparse.csr_array) -> tuple[Rows, Rows]:
    """Return the places and sites that decide: what follows from another is left out, until nothing does."""
    rows, columns = np.arange(covers.shape[0]), np.arange(covers.shape[1])
    while True:
        core = covers[rows][:, columns]
        # A site that covers no more than another is not needed; nor a place all of another's sites cover.
        kept = ~_dominated(sparse.csr_array(core.T))
        core = sparse.csr_array(core[:, kept])
        asked = ~_dominating(core)
        if kept.all() and asked.all():
            return rows, columns
        rows, columns = rows[asked], columns[kept]


def _dominated(sets: sparse.csr_array) -> Flags:
    """Tell which sets lie in another; of equal ones all but the first do."""
    small, large, sizes = _inclusions(sets)
    out = np.zeros(sets.shape[0], dtype=bool)
    out[small[(sizes[small] < sizes[large]) | (small > large)]] = True
    out[sizes == 0] = True
    return out


def _dominating(sets: sparse.csr_array) -> Flags:
    """Tell which sets hold another; of equal ones all but the first do."""
    small, large, sizes = _inclusions(sets)
    out = np.zeros(sets.shape[0], dtype=bool)
    out[large[(sizes[small] < sizes[large]) | (small < large)]] = True
    return out


def _inclusions(sets: sparse.csr_array) -> tuple[Rows, Rows, Rows]:
    """Return pairs of which the first lies in the second, and the size of each set."""
    sizes = np.diff(sets.indptr)
    shared = sparse.coo_array(sets @ sets.T)
    first, second = shared.coords
    inside = (shared.data == sizes[first]) & (first != second)
    return first[inside].astype(np.int64), second[inside].astype(np.int64), sizes


def _parts(core: sparse.csr_array) -> list[tuple[Rows, Rows]]:
    """Return the places and sites of each part that has nothing to do with the others."""
    m = core.shape[0]
    graph = sparse.block_array([[None, core], [core.T, None]], format="csr")
    n_parts, of = connected_components(graph, directed=False)
    order = np.argsort(of, kind="stable")
    parts = np.split(order, np.searchsorted(of[order], np.arange(1, n_parts)))
    found = [(part[part < m], part[part >= m] - m) for part in parts]
    return [(places, sites) for places, sites in found if len(places)]


def _shaken(core: sparse.csr_array, weight: Floats, n_sites: int, seed: int) -> Floats:
    """Return a good choice: neighbours are taken out and chosen anew, time and again."""
    rng = np.random.default_rng(seed)
    shared = sparse.csr_array(core.T @ core)
    best = _exchanged(core, weight, _most_first(core, weight, n_sites, np.zeros(core.shape[1])))
    most = weight[core @ best > 0].sum()
    for _ in range(_SHAKES if best.any() else 0):
        tried, chosen = best.copy(), np.flatnonzero(best)
        one = int(rng.choice(chosen))
        near = np.asarray(shared[:, [one]].todense()).ravel()
        # A site and those that share most with it; one about there instead, and then the best ones.
        tried[chosen[np.argsort(-near[chosen], kind="stable")[: rng.integers(2, _OUT + 1)]]] = 0.0
        if tried.sum() < n_sites:
            tried[rng.choice(np.flatnonzero(near))] = 1.0
        tried = _exchanged(core, weight, _most_first(core, weight, n_sites, tried))
        covered = weight[core @ tried > 0].sum()
        if covered >= most:
            best, most = tried, covered
    return best


def _most_first(core: sparse.csr_array, weight: Floats, n_sites: int, begun: Floats) -> Floats:
    """Return a choice filled up by the site which adds most, again and again."""
    begun, by_site = begun.copy(), sparse.csc_array(core)
    left = weight * (core @ begun == 0)
    for _ in range(n_sites - int(begun.sum())):
        gain = left @ core
        best = int(np.argmax(gain)) if len(gain) else 0
        if not (len(gain) and gain[best] > 0):
            break
        begun[best] = 1.0
        left[by_site.indices[by_site.indptr[best] : by_site.indptr[best + 1]]] = 0.0
    return begun


def _exchanged(core: sparse.csr_array, weight: Floats, chosen: Floats) -> Floats:
    """Return a choice in which hardly a site can be exchanged for one that adds more."""
    chosen, by_site = chosen.copy(), sparse.csc_array(core)
    times = core @ chosen
    better = True
    while better:
        better = False
        for one in np.flatnonzero(chosen):
            here = by_site.indices[by_site.indptr[one] : by_site.indptr[one + 1]]
            times[here] -= 1.0
            gain = (weight * (times == 0)) @ core
            # What arithmetic alone makes larger would be exchanged for ever.
            best = int(np.argmax(gain))
            if gain[best] > gain[one] * (1.0 + _WHOLE):
                chosen[one], chosen[best] = 0.0, 1.0
                better = True
                here = by_site.indices[by_site.indptr[best] : by_site.indptr[best + 1]]
            times[here] += 1.0
    return chosen
