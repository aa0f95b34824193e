"""From a problem to its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spatial.siting.model import SitingProblem, SitingSettings, SitingSolution

__all__ = ["solve_siting"]


def solve_siting(problem: SitingProblem, settings: SitingSettings) -> SitingSolution:
    """Choose the cheapest poles that hold every condition."""
    raise NotImplementedError
