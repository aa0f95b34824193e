"""What other targets would take of the same poles: the cost of each further station per km²."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.check import check_surveyed
from spatial.siting.model import SitingStatus
from spatial.siting.proposal import Proposal, propose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from spatial.siting.problem import SitingCase
    from spatial.tally import Survey

__all__ = ["at_target", "by_target", "targets_around"]

_SHARES: Final = (0.9, 1.15, 1.3, 1.5, 2.0)
_LEAST: Final = 1
_QUICK_S: Final = 1.0


def targets_around(target_per_km2: float) -> list[float]:
    """Return whole targets below and above one, and that one, ascending."""
    around = {float(max(round(target_per_km2 * share), _LEAST)) for share in _SHARES}
    return sorted(around | {target_per_km2})


def at_target(case: SitingCase, found: Survey, target_per_km2: float) -> SitingCase:
    """Return the same case with another target for every zone, required counts as the check gives them.

    Parameters
    ----------
    case : SitingCase
        Made of ``found``.
    found : Survey
        Where the stations lie.
    target_per_km2 : float
        Stations per km².
    """
    asked = case.terms.target
    target = None if asked is None else replace(asked, value_per_km2=target_per_km2)
    check = check_surveyed(
        found,
        definition=case.terms.definition,
        target=target,
        synthetic=case.synthetic,
        name_column=case.terms.name_column,
    )
    required = check.rows.set_index("zone_id")["required_count"].fillna(0)
    return replace(
        case,
        check=check,
        terms=replace(case.terms, target=target),
        problem=replace(
            case.problem,
            required_count=required[list(case.problem.zone_ids)].to_numpy(dtype=np.int64),
        ),
    )


def by_target(proposal: Proposal, found: Survey, targets: Iterable[float]) -> list[Proposal]:
    """Return the quick answer for each target, under the conditions of a proposal, ascending.

    Each is looked at a second time, as every answer is; its gap says how far it may be from the best.
    The first target that cannot be reached ends the list, since a higher one asks for more; before it
    stands the highest whole target that its reasons leave open.

    Parameters
    ----------
    proposal : Proposal
        The poles, zones and conditions.
    found : Survey
        Where the stations lie, as its case was made of.
    targets : iterable of float
        Stations per km².

    Raises
    ------
    SitingCheckError
        If an answer is not confirmed.
    """
    limit_s = min(_QUICK_S, proposal.settings.time_limit_s)
    settings = replace(proposal.settings, heuristic_only=True, time_limit_s=limit_s)

    def answer(target: float) -> Proposal:
        return propose(at_target(proposal.case, found, target), settings)

    answers: list[Proposal] = []
    below = 0.0
    for target in sorted(targets):
        now = answer(target)
        if now.solution.status == SitingStatus.INFEASIBLE:
            return [*answers, *_downwards(now, answer, target, below)]
        answers.append(now)
        below = target
    return answers


def _downwards(
    refused: Proposal, answer: Callable[[float], Proposal], target: float, below: float
) -> list[Proposal]:
    """Return the highest whole target that can be reached, and those above it that cannot.

    What one target leaves open by its reasons may be out of reach for others.
    """
    answers = [refused]
    while answers[0].solution.status == SitingStatus.INFEASIBLE:
        highest = float(math.floor(answers[0].highest_target_per_km2 or 0.0))
        if not below < highest < target:
            break
        answers.insert(0, answer(highest))
        target = highest
    return answers
