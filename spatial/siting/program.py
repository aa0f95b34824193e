"""The question as an integer program, and HiGHS asked about it.

A column of 0 or 1 for each pole, one of 0 to 1 for each place to be covered. Poles too near each
other are ruled out by sets of which one at most is chosen: far stronger than pair by pair.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import highspy
import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.siting.candidates import Choice

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["Answer", "Program", "ask", "program_of", "start_of", "unit_of", "whole_units"]

_DECIMALS: Final = 4
_WHOLE: Final = 1e-6
_MOST_UNITS: Final = 1e9


@dataclass(frozen=True, kw_only=True)
class Program:
    """Least cost where every row of the matrix lies between its bounds.

    Attributes
    ----------
    cost : ndarray of float, shape (n_columns,)
        Cost of each column.
    matrix : csr_array, shape (n_rows, n_columns)
        The conditions.
    lower, upper : ndarray of float, shape (n_rows,)
        Bounds of the conditions.
    n_whole : int
        So many columns, the first ones, are 0 or 1.
    reach : ndarray of float, shape (n_columns − n_whole,)
        Upper bounds of the others.
    """

    cost: Floats
    matrix: sparse.csr_array
    lower: Floats
    upper: Floats
    n_whole: int
    reach: Floats


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What HiGHS says.

    Attributes
    ----------
    infeasible : bool
        Whether it is proved that no values hold every condition.
    values : ndarray of float or None
        Of the columns, where it found any that hold.
    objective : float or None
        Their cost.
    bound : float
        What no values cost less than; minus infinity where nothing is known.
    duals : ndarray of float or None
        Of the rows, where the relaxation was solved.
    """

    infeasible: bool
    values: Floats | None
    objective: float | None
    bound: float
    duals: Floats | None = None


def program_of(choice: Choice, cliques: sparse.csr_array) -> Program:
    """Return the program of a question; the columns are poles, then places."""
    n, places = choice.n, len(choice.weight) if choice.cover_need > 0 else 0
    asked = np.flatnonzero(choice.need > 0)
    blocks = [
        (choice.zones[asked], None, choice.need[asked].astype(float), np.inf),
        (cliques, None, -np.inf, 1.0),
    ]
    if np.isfinite(choice.budget):
        unit = unit_of(choice.cost)
        most = math.floor(choice.budget / unit + _WHOLE) if unit else choice.budget
        # In whole units the arithmetic is exact.
        each = np.round(choice.cost / unit) if unit else choice.cost
        blocks.append((choice.zones * each[None, :], None, -np.inf, float(most)))
    if places:
        blocks.append((-choice.covers, sparse.eye_array(places, format="csr"), -np.inf, 0.0))
        blocks.append((None, sparse.csr_array(choice.weight[None, :]), choice.cover_need, np.inf))
    rows = [_beside(poles, others, n, places) for poles, others, _, _ in blocks]
    heights = [part.shape[0] for part in rows]
    return Program(
        cost=np.concatenate([choice.cost, np.zeros(places)]),
        matrix=sparse.csr_array(sparse.vstack(rows, format="csr")),
        lower=np.concatenate([np.full(h, b[2], dtype=float) for h, b in zip(heights, blocks, strict=True)]),
        upper=np.concatenate([np.full(h, b[3], dtype=float) for h, b in zip(heights, blocks, strict=True)]),
        n_whole=n,
        reach=np.ones(places),
    )


def start_of(choice: Choice, program: Program, selected: Rows) -> Floats:
    """Return the values of every column for a choice."""
    chosen = np.zeros(choice.n)
    chosen[selected] = 1.0
    covered = (choice.covers @ chosen > 0).astype(float)
    return np.concatenate([chosen, covered[: len(program.reach)]])


def ask(  # noqa: PLR0913 - how long, how exactly, and from where
    program: Program,
    *,
    time_limit_s: float,
    gap: float = 0.0,
    seed: int = 0,
    start: Floats | None = None,
    whole: bool = True,
    abs_gap: float = 0.0,
    most_nodes: int | None = None,
    restarts: bool = True,
) -> Answer:
    """Let HiGHS answer.

    Parameters
    ----------
    program : Program
        The question.
    time_limit_s : float
        When it is broken off.
    gap : float
        Relative gap at which it may stop.
    seed : int
        Its random seed.
    start : ndarray of float, optional
        Values that hold every condition, to begin from.
    whole : bool
        Whether columns must be whole; without, the relaxation is solved, whose cost is a bound.
    abs_gap : float
        Absolute gap at which it may stop: where every cost is a multiple of one amount, anything
        below that amount leaves the proof whole.
    most_nodes : int, optional
        So many branches are tried at most.
    restarts : bool
        Whether it may begin anew once enough columns are settled.
    """
    # What costs too little would lie within the tolerances of the solver.
    largest = float(np.abs(program.cost).max(initial=0.0))
    scale = largest if 0.0 < largest < 1.0 else 1.0
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in {
        "output_flag": False,
        # One thread: the same answer each time, and no pool of threads in a server of many sessions.
        "threads": 1,
        "random_seed": seed,
        "time_limit": max(time_limit_s, 0.0),
        "mip_rel_gap": gap,
        "mip_abs_gap": abs_gap / scale,
        "mip_allow_restart": restarts,
    }.items():
        solver.setOptionValue(name, value)
    if most_nodes is not None:
        solver.setOptionValue("mip_max_nodes", most_nodes)
    solver.passModel(_model(replace(program, cost=program.cost / scale), whole=whole))
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = start.tolist()
        solver.setSolution(given)
    solver.run()
    return _answer(solver, scale, whole=whole)


def unit_of(cost: Floats) -> float:
    """Return the greatest amount of which every cost is a whole multiple; 0 where there is none."""
    scale = 10**_DECIMALS
    units = np.round(cost * scale)
    if not len(cost) or (np.abs(units - cost * scale) > _WHOLE).any() or units.max() > _MOST_UNITS:
        return 0.0
    return float(np.gcd.reduce(units.astype(np.int64))) / scale


def whole_units(bound: float, unit: float) -> float:
    """Return a bound raised to the next cost that is possible."""
    if not unit or not math.isfinite(bound):
        return bound
    return math.ceil(bound / unit - _WHOLE) * unit


def _beside(
    poles: sparse.csr_array | None, others: sparse.csr_array | None, n: int, places: int
) -> sparse.csr_array:
    """Return rows over both kinds of columns."""
    height = next(part.shape[0] for part in (poles, others) if part is not None)
    left = sparse.csr_array((height, n)) if poles is None else poles
    right = sparse.csr_array((height, places)) if others is None else others
    return sparse.csr_array(sparse.hstack([left, right], format="csr"))


def _model(program: Program, *, whole: bool) -> highspy.HighsLp:
    """Return the program as HiGHS takes it."""
    model = highspy.HighsLp()
    n = len(program.cost)
    model.num_col_, model.num_row_ = n, program.matrix.shape[0]
    model.col_cost_ = program.cost
    model.col_lower_ = np.zeros(n)
    model.col_upper_ = np.concatenate([np.ones(program.n_whole), program.reach])
    model.row_lower_, model.row_upper_ = program.lower, program.upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = program.matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = program.matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = program.matrix.data.astype(float)
    if whole:
        kinds = [highspy.HighsVarType.kInteger] * program.n_whole
        model.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (n - program.n_whole)
    return model


def _answer(solver: highspy.Highs, scale: float, *, whole: bool) -> Answer:
    """Read what the solver found; its costs are in units of ``scale``."""
    status, info = solver.getModelStatus(), solver.getInfo()
    kinds = highspy.HighsModelStatus
    infeasible = status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible)
    solved = status == kinds.kOptimal
    found = not infeasible and info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    found = found and (whole or solved)
    objective = scale * float(info.objective_function_value) if found else None
    if whole:
        bound = scale * float(info.mip_dual_bound) if not infeasible else math.inf
    else:
        bound = scale * float(info.objective_function_value) if solved else -math.inf
    values = np.array(solver.getSolution().col_value) if found else None
    duals = scale * np.array(solver.getSolution().row_dual) if found and not whole else None
    return Answer(infeasible=infeasible, values=values, objective=objective, bound=bound, duals=duals)
