"""What a session keeps of its siting: the case, the quick answer, and the search for the proved one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.errors import AtlasError
from spatial.importing.model import Subject
from spatial.siting.background import SitingJob
from spatial.siting.checker import recheck
from spatial.siting.model import SitingSettings
from spatial.siting.problem import MOUNTABLE, SitingTerms, siting_case
from spatial.siting.proposal import Proposal, propose
from spatial.siting.targets import by_target, targets_around
from spatial.target import Target
from views import cache
from views.session import SessionKey, brought_inventory, current_workspace, own_work
from views.session_evaluation import session_evaluation
from views.session_frames import session_frames, session_inventory

if TYPE_CHECKING:
    import geopandas as gpd

    from spatial.definition import Definition
    from spatial.inventory import Inventory
    from spatial.siting.problem import SitingCase
    from spatial.tally import Survey
    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = ["SitingChoice", "SitingRoom", "siting_room"]

GRID_STEP_M: Final = 100.0
QUICK_S: Final = 3.0
MOST_UNASKED: Final = 15_000
"""Poles and stations up to which other targets are answered, and looked at a second time, unasked."""


@dataclass(frozen=True, kw_only=True)
class SitingChoice:
    """What the planner asks for.

    Attributes
    ----------
    layer : str
        The zone layer.
    zone_ids : tuple of str or None
        The zones that have to reach the target, all of the layer unless given.
    target_per_km2 : float
        Stations per km².
    min_separation_m, radius_m : float
        Metres; 0 sets no condition.
    cover_share : float or None
        Share of demand points to be covered.
    budget_per_zone : int or None
        Most that the poles of one zone cost; their number without a column of costs.
    no_build : str or None
        Title of the planner's own layer in whose polygons nothing is built.
    time_limit_s : float
        For the search for the proved answer.
    cost : str or None
        Column of the poles that says what each costs.
    """

    layer: str
    zone_ids: tuple[str, ...] | None
    target_per_km2: float
    min_separation_m: float = 0.0
    radius_m: float = 0.0
    cover_share: float | None = None
    budget_per_zone: int | None = None
    no_build: str | None = None
    time_limit_s: float = 60.0
    cost: str | None = None

    def settings(self) -> SitingSettings:
        """Return the conditions for the solver."""
        return SitingSettings(
            min_separation_m=self.min_separation_m,
            cover_share=self.cover_share,
            radius_m=self.radius_m,
            budget_per_zone=self.budget_per_zone,
            time_limit_s=self.time_limit_s,
        )


@dataclass
class SitingRoom:
    """One session's siting; a change of what is asked or of what it rests on lets go of all answers.

    Attributes
    ----------
    asked : tuple or None
        Choice, definition and the frames of the answers that are held.
    case : SitingCase or None
        The problem of the choice.
    quick, exact : Proposal or None
        The answer found at once, and the one of the search.
    job : SitingJob or None
        The search under way.
    fault : AtlasError or None
        Why the search gave no answer.
    found : Survey or None
        Where the stations lie, as the case was made of.
    wants_others : bool
        Whether the planner asked for other targets, which take a while.
    """

    asked: tuple[SitingChoice, Definition, tuple[object, ...]] | None = None
    case: SitingCase | None = None
    quick: Proposal | None = None
    exact: Proposal | None = None
    job: SitingJob | None = None
    fault: AtlasError | None = None
    found: Survey | None = None
    wants_others: bool = False
    _others: list[Proposal] | None = None

    def ask(
        self, choice: SitingChoice, frames: PackFrames, view: ViewState, no_build: gpd.GeoDataFrame | None
    ) -> Proposal:
        """Return the best answer there is so far; at first one that is found at once.

        Raises
        ------
        AtlasError
            If the case cannot be made, or an answer is not confirmed.
        """
        stations = session_inventory(view.pack, Subject.BASE_STATIONS)
        poles = session_inventory(view.pack, Subject.LAMP_POLES)
        # The polygons are picked out of their layer in each run; the workspace stays the same.
        rests_on = (frames, stations, poles, None if no_build is None else current_workspace())
        if not self._holds(choice, view.definition, rests_on):
            self.let_go()
            self.found, synthetic = _survey(view, choice.layer)
            self.case = _case(choice, frames, view, poles, no_build, self.found, synthetic=synthetic)
            self.quick = propose(
                self.case, replace(choice.settings(), heuristic_only=True, time_limit_s=QUICK_S)
            )
            self.asked = (choice, view.definition, rests_on)
        if self.quick is None:
            raise TypeError
        return self.exact or self.quick

    @property
    def others_are_quick(self) -> bool:
        """Whether other targets are answered, and looked at a second time, before the planner waits."""
        if self.case is None:
            return False
        problem = self.case.problem
        return problem.n_candidates + len(problem.existing_xy_m) <= MOST_UNASKED

    def want_others(self) -> None:
        """Ask for other targets."""
        self.wants_others = True

    def others(self) -> list[Proposal]:
        """Return the quick answers for targets around the one asked for, worked out once.

        Raises
        ------
        AtlasError
            If an answer is not confirmed.
        """
        if self._others is None:
            if self.quick is None or self.asked is None or self.found is None:
                raise TypeError
            around = targets_around(self.asked[0].target_per_km2)
            self._others = by_target(self.quick, self.found, around)
        return self._others

    def start(self) -> None:
        """Begin the search for the proved answer."""
        if self.asked is None or self.case is None:
            return
        self.stop()
        self.fault = None
        try:
            self.job = SitingJob(self.case.problem, self.asked[0].settings())
        except AtlasError as fault:
            self.fault = fault

    def stop(self) -> None:
        """Call the search off."""
        if self.job is not None:
            self.job.cancel()
            self.job = None

    def look(self) -> bool:
        """Take the answer of the search where it is there; tell whether the search has ended."""
        if self.job is None or self.asked is None or self.case is None:
            return True
        settings = self.asked[0].settings()
        try:
            solution = self.job.poll()
            if solution is None:
                return False
            recheck(self.case, settings, solution)
            self.exact = Proposal(case=self.case, settings=settings, solution=solution)
        except AtlasError as fault:
            self.fault = fault
        self.stop()
        return True

    def let_go(self) -> None:
        """Forget every answer."""
        self.stop()
        self.asked = self.case = self.quick = self.exact = self.fault = self.found = self._others = None
        self.wants_others = False

    def _holds(self, choice: SitingChoice, definition: Definition, rests_on: tuple[object, ...]) -> bool:
        if self.asked is None or self.asked[:2] != (choice, definition):
            return False
        return all(one is other for one, other in zip(self.asked[2], rests_on, strict=True))


def siting_room() -> SitingRoom:
    """Return this session's room."""
    return st.session_state.setdefault(SessionKey.SITING, SitingRoom())


def _case(
    choice: SitingChoice,
    frames: PackFrames,
    view: ViewState,
    poles: Inventory,
    no_build: gpd.GeoDataFrame | None,
    found: Survey,
    *,
    synthetic: bool,
) -> SitingCase:
    planned = frames.pack.target
    own = planned is None or planned.value_per_km2 != choice.target_per_km2
    terms = SitingTerms(
        definition=view.definition,
        target=Target(value_per_km2=choice.target_per_km2) if own else planned,
        zone_ids=choice.zone_ids,
        mountable=MOUNTABLE if MOUNTABLE in poles.points else None,
        cost=choice.cost,
    )
    return siting_case(
        found,
        poles,
        terms,
        no_build=no_build,
        demand=GRID_STEP_M if choice.radius_m else None,
        synthetic=synthetic,
    )


def _survey(view: ViewState, layer: str) -> tuple[Survey, bool]:
    """Return where the stations lie in a layer, as the verdicts of this session found it."""
    evaluation = session_evaluation(view, view.definition)
    shared = brought_inventory() is None and session_frames(view.pack) is cache.frames(view.pack)
    stations = cache.shared_survey(view.pack) if shared else own_work().surveys[view.pack]
    return stations.layers[layer], evaluation.synthetic
