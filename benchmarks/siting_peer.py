"""One process that asks ours and spopt the same questions in turn; `benchmarks/siting.py` starts it.

Runs where spopt is installed: the same Python, NumPy, SciPy and HiGHS for both. Building the model is
timed with the solution; the table of distances, which both are given, is not.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pulp
from scipy import sparse
from scipy.spatial.distance import cdist
from spopt.locate import LSCP, MCLP

from spatial.siting.covering import solve_lscp, solve_mclp

if TYPE_CHECKING:
    from collections.abc import Callable

SIDE_M: Final = 10_000.0
SIZES: Final = ((200, 200), (500, 500), (1_000, 1_000), (2_000, 1_000), (2_000, 2_000))
LIMIT_S: Final = 300.0


class Case(NamedTuple):
    """One question: ``sites`` is 0 where all places have to be covered."""

    seed: int
    n_places: int
    n_sites: int
    radius_m: float
    sites: int


def cases() -> list[Case]:
    """Return the questions: sizes up to 2,000 by 2,000, a few or many sites in reach, both kinds."""
    found = []
    for row, (places, sites) in enumerate(SIZES):
        for turn, near in enumerate((5.0, 8.0, 12.0, 30.0)):
            radius = SIDE_M * float(np.sqrt(near / (np.pi * sites)))
            seed = 100 * row + 10 * turn
            # Where many sites are in reach of each place, a set cover of a thousand is beyond both.
            if near < 10.0 or (sites <= 500 and near < 20.0):
                found.append(Case(seed, places, sites, radius, 0))
            if near > 10.0:
                shares = (0.35, 0.6)
                found += [
                    Case(seed + 1, places, sites, radius, max(5, int(s * sites / near))) for s in shares
                ]
    return list(dict.fromkeys(found))


def ours(case: Case, apart: np.ndarray, weight: np.ndarray) -> float:
    """Return our optimum."""
    covers = sparse.csr_array((apart <= case.radius_m).astype(float))
    if not case.sites:
        return solve_lscp(covers, time_limit_s=LIMIT_S).objective
    return solve_mclp(covers, weight, case.sites, time_limit_s=LIMIT_S).objective


def theirs(case: Case, apart: np.ndarray, weight: np.ndarray) -> float:
    """Return the optimum that spopt finds with HiGHS."""
    solver = pulp.HiGHS(msg=False, gapRel=0.0, gapAbs=0.0, threads=1, timeLimit=LIMIT_S)
    if not case.sites:
        asked = LSCP.from_cost_matrix(apart, case.radius_m)
    else:
        asked = MCLP.from_cost_matrix(apart, weight, case.radius_m, p_facilities=case.sites)
    return float(asked.solve(solver, results=False).problem.objective.value())


def timed(ask: Callable[..., float], *args: object) -> tuple[float, float, float]:
    """Return what was found and the seconds of the clock and of computing."""
    clock, computing = time.perf_counter(), time.process_time()
    found = ask(*args)
    return found, time.perf_counter() - clock, time.process_time() - computing


def main() -> None:
    """Print one JSON line about the versions, then one for each question."""
    warnings.simplefilter("ignore")
    named = ("highspy", "spopt", "pulp", "numpy", "scipy")
    print(json.dumps({name: version(name) for name in named}), flush=True)
    for number, case in enumerate(cases()):
        rng = np.random.default_rng(case.seed)
        places, sites = (rng.uniform(0.0, SIDE_M, (n, 2)) for n in (case.n_places, case.n_sites))
        apart = cdist(places, sites)
        # Every place can be covered: the nearest site is taken to be within the radius.
        apart[np.arange(len(apart)), apart.argmin(axis=1)] *= 0.2
        weight = rng.integers(1, 100, case.n_places).astype(float)
        # Whoever comes second finds caches warm: they take turns.
        order = (ours, theirs) if number % 2 else (theirs, ours)
        told = {ask.__name__: timed(ask, case, apart, weight) for ask in order}
        print(json.dumps({"case": case._asdict(), **told}), flush=True)


if __name__ == "__main__":
    main()
