"""A choice made better part by part: all but one neighbourhood stays, and HiGHS settles that anew.

Covering more than is asked has a price, that of the relaxation, so that a pole which covers little in
one part can go for what another part has to spare.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from spatial.siting.heuristic import holds
from spatial.siting.program import Program, ask, start_of, unit_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from spatial.siting.candidates import Choice

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["POLES_AT_ONCE", "better_by_parts"]

POLES_AT_ONCE: Final = 700
"""So many poles are settled anew together."""
_NODES: Final = 20
_NEAR_ENOUGH: Final = 0.25
"""A part is settled if no choice saves this part of the cheapest pole, where covering has a price."""
_NEXT_UNIT: Final = 0.99
_CHEAPER: Final = 0.9
"""What is to spare is priced a little below what a pole that covers it costs."""
_SAME: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class _Part:
    """The question about some poles and the places they reach, all else as chosen."""

    columns: Rows
    program: Program
    start: Floats


def better_by_parts(
    choice: Choice,
    program: Program,
    xy_m: Floats,
    selected: Rows,
    *,
    price: float,
    enough: Callable[[Rows], bool],
    time_limit_s: float,
    seed: int = 0,
) -> Rows:
    """Return a choice that holds every condition and costs no more; columns ascending.

    Parameters
    ----------
    choice, program : Choice, Program
        The question.
    xy_m : ndarray of float, shape (n, 2)
        Where the poles stand: parts are the poles nearest to one.
    selected : ndarray of int64
        A choice that holds every condition.
    price : float
        What a unit of weight costs that is covered: the dual of the relaxation.
    enough : callable
        Tells whether a choice is good enough to stop.
    time_limit_s : float
        When to stop at the latest.
    seed : int
        For the order of the parts, and the solver.
    """
    ends = time.perf_counter() + time_limit_s
    rng = np.random.default_rng(seed)
    tree = cKDTree(xy_m)
    by_column = sparse.csc_array(program.matrix)
    spare = np.concatenate([np.zeros(choice.n), choice.weight[: len(program.reach)]])
    priced = program.cost - _CHEAPER * price * spare
    unit = unit_of(choice.cost)
    gap = _NEAR_ENOUGH * float(choice.cost.min()) if price > 0 else _NEXT_UNIT * unit
    values, best = start_of(choice, program, selected), selected
    seen = np.zeros(choice.n, dtype=bool)
    while not enough(best) and (left := ends - time.perf_counter()) > 0:
        fresh = np.flatnonzero((values[: choice.n] > 0) & ~seen)
        if not len(fresh):
            break
        near = np.atleast_1d(tree.query(xy_m[rng.choice(fresh)], k=min(POLES_AT_ONCE, choice.n))[1])
        part = _part(program, by_column, priced, values, near)
        answer = ask(
            part.program, time_limit_s=left, seed=seed, start=part.start, abs_gap=gap, most_nodes=_NODES
        )
        # The outer half may still change with what lies about it.
        seen[near[: len(near) // 2 + 1]] = True
        if answer.values is None or part.program.cost @ (answer.values - part.start) > -_SAME:
            continue
        now = _changed(choice, program, values, part.columns, answer.values)
        rows = np.flatnonzero(now[: choice.n] > 0)
        if not holds(choice, rows):
            continue
        values = now
        # What has changed is an occasion to look about it again.
        seen[near] = False
        seen[near[: len(near) // 4]] = True
        if _cost(choice, rows) < _cost(choice, best) - _SAME:
            best = rows
    return best


def _part(program: Program, by_column: sparse.csc_array, priced: Floats, values: Floats, near: Rows) -> _Part:
    """Return the question about the poles that are near."""
    n = program.n_whole
    poles = np.sort(near)
    free = np.zeros(len(values), dtype=bool)
    free[poles] = True
    touched = np.diff(sparse.csr_array(by_column[:, poles]).indptr) > 0
    # A place stands in one row with the poles that cover it, and in the last with all others.
    free[n:] = (touched[:-1] @ by_column[:-1, n:]) > 0
    columns = np.flatnonzero(free)
    matrix = sparse.csr_array(by_column[:, columns])
    rows = np.flatnonzero(np.diff(matrix.indptr))
    fixed = by_column @ np.where(free, 0.0, values)
    return _Part(
        columns=columns,
        program=Program(
            cost=priced[columns],
            matrix=matrix[rows],
            lower=(program.lower - fixed)[rows],
            upper=(program.upper - fixed)[rows],
            n_whole=len(poles),
            reach=np.ones(len(columns) - len(poles)),
        ),
        start=values[columns],
    )


def _changed(choice: Choice, program: Program, values: Floats, columns: Rows, found: Floats) -> Floats:
    """Return the values of every column with those of a part, each pole a 0 or a 1."""
    now = values.copy()
    now[columns] = found
    return start_of(choice, program, np.flatnonzero(now[: choice.n] > 0.5))  # noqa: PLR2004 - nearer to 1


def _cost(choice: Choice, rows: Rows) -> float:
    return float(choice.cost[rows].sum())
