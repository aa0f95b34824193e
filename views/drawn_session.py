"""The areas that this session's planner has drawn: what a message of the map does, and what lies in them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.check import check_surveyed
from spatial.crs import CANONICAL_CRS
from spatial.drawn_areas.areas import AreaHistory, DrawnArea, DrawnAreas
from spatial.drawn_areas.brought_back import drawn_from_geojson
from spatial.drawn_areas.count import survey_drawn
from spatial.drawn_areas.received import received_shape
from spatial.drawn_areas.shapes import DrawnShape, ShapeKind, require_near
from spatial.errors import AtlasError, LimitExceededError
from spatial.notice import Notice
from spatial.text import text
from views import cache
from views.session import SessionKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.check import CheckResult
    from spatial.definition import Definition
    from spatial.drawn_areas.shapes import Bounds
    from spatial.inventory import Inventory
    from spatial.tally import Survey
    from spatial.target import Target
    from spatial.workspace.model import Workspace
    from views.map_frame import MapClick
    from views.pack_frames import PackFrames

__all__ = ["DRAWN", "DrawnWork", "drawn_work", "take_drawn", "with_drawn"]

DRAWN, REDRAWN, CHOSEN, REMOVED = "drawn", "redrawn", "drawn_chosen", "drawn_removed"
BACK, AGAIN = "drawn_back", "drawn_again"
ANYWHERE: Final = (-180.0, -90.0, 180.0, 90.0)


@dataclass
class DrawnWork:
    """What one session has drawn on one pack.

    Attributes
    ----------
    history : AreaHistory
        The areas and every step.
    chosen : str or None
        Id of the area in hand.
    answered : int
        How many messages of the map were answered.
    refusal : AtlasError or None
        Why the last step was not taken; told once.
    home : tuple of float
        Where the pack lies: west, south, east, north in degrees.
    opened : int
        How many files were offered to be brought back.
    told : Notice or None
        What became of the last of them; told once.
    """

    history: AreaHistory = field(default_factory=AreaHistory)
    chosen: str | None = None
    answered: int = 0
    refusal: AtlasError | None = None
    home: Bounds = ANYWHERE
    opened: int = 0
    told: Notice | None = None
    _surveyed: tuple[tuple[DrawnArea, ...], Inventory | None, Survey] | None = None

    @property
    def areas(self) -> tuple[DrawnArea, ...]:
        """The areas as they are."""
        return self.history.present.areas

    @property
    def in_hand(self) -> DrawnArea | None:
        """The area in hand; None where there is none any more."""
        return next((each for each in self.areas if each.area_id == self.chosen), None)

    def answer(self, click: MapClick, lang: str) -> bool:
        """Do what a message of the map asks; tell whether it was about drawn areas at all."""
        present = self.history.present
        steps: dict[str, Callable[[], DrawnAreas]] = {
            DRAWN: lambda: present.added(
                self._near(received_shape(click.shape)), name=_next_name(present, lang)
            ),
            REDRAWN: lambda: present.redrawn(click.id, self._near(received_shape(click.shape))),
            REMOVED: lambda: present.removed(click.id),
        }
        if click.kind in steps:
            self.try_step(steps[click.kind])
            if click.kind == DRAWN and self.refusal is None:
                self.chosen = self.areas[-1].area_id
        elif click.kind == CHOSEN:
            self.chosen = click.id
        elif click.kind in (BACK, AGAIN):
            self.walk(back=click.kind == BACK)
        else:
            return False
        self.answered += 1
        return True

    def try_step(self, step: Callable[[], DrawnAreas]) -> None:
        """Take a step; one that is refused changes nothing and is told."""
        self.refusal = None
        try:
            self.history = self.history.step(step())
        except AtlasError as error:
            self.refusal = error

    def walk(self, *, back: bool) -> None:
        """Take the last step back, or the one taken back again; what it was about is in hand."""
        before = self.areas
        self.refusal = None
        self.history = self.history.back() if back else self.history.again()
        changed = [each.area_id for each in self.areas if each not in before]
        if changed:
            self.chosen = changed[-1]

    def with_radius(self, area_id: str, radius_m: float) -> None:
        """Give a circle another radius."""

        def step() -> DrawnAreas:
            corners = self.history.present.find(area_id).shape.corners
            shape = DrawnShape(kind=ShapeKind.CIRCLE, corners=corners, radius_m=radius_m)
            return self.history.present.redrawn(area_id, self._near(shape))

        self.try_step(step)

    def bring_back(self, data: bytes, *, name: str) -> None:
        """Add the areas of an exported file in one step, but for those that are there already."""
        before = self.history.present
        known = {(each.name, each.shape) for each in before.areas}
        found: tuple[tuple[str, DrawnShape], ...] = ()

        def step() -> DrawnAreas:
            nonlocal found
            found = drawn_from_geojson(data, name=name, limits=cache.limits())
            areas = before
            for called, shape in found:
                if (called, shape) not in known:
                    areas = areas.added(self._near(shape), name=called)
            return areas

        self.try_step(step)
        if self.refusal is None:
            n = self.history.present.drawn - before.drawn
            self.told = Notice("drawn.brought", {"n": n, "same": len(found) - n})
            self.chosen = self.areas[-1].area_id if n else self.chosen

    def stand_at(self, home: Bounds) -> None:
        """Take the pack's own place; areas that cannot be measured there are set aside, and told."""
        if home == self.home:
            return
        self.home = home
        near = tuple(each for each in self.areas if self._is_near(each))
        far = [each.name for each in self.areas if each not in near]
        if far:
            self.history = AreaHistory(present=replace(self.history.present, areas=near))
            self.refusal = LimitExceededError("drawn.set_aside", n=len(far), names=far)

    def _near(self, shape: DrawnShape) -> DrawnShape:
        require_near(shape, self.home)
        return shape

    def _is_near(self, area: DrawnArea) -> bool:
        try:
            require_near(area.shape, self.home)
        except LimitExceededError:
            return False
        return True

    def check(
        self, inventory: Inventory | None, *, definition: Definition, target: Target | None
    ) -> CheckResult | None:
        """Judge the areas as `check` would; None where there are none.

        Raises
        ------
        InputError
            If the inventory cannot be used.
        """
        if not self.areas:
            return None
        return check_surveyed(
            self._survey(inventory),
            definition=definition,
            target=target,
            synthetic=inventory is not None and inventory.synthetic,
            n_in=None if inventory is None else inventory.n_in,
            n_reported=0 if inventory is None else inventory.n_reported,
            missing_basis="no_data",
        )

    def _survey(self, inventory: Inventory | None) -> Survey:
        """Find the points once for the areas as they are."""
        known = self._surveyed
        if known is None or known[0] != self.areas or known[1] is not inventory:
            points = None if inventory is None else inventory.points
            known = self._surveyed = (self.areas, inventory, survey_drawn(self.areas, points))
        return known[2]


def drawn_work(frames: PackFrames) -> DrawnWork:
    """Return what this session has drawn on a pack."""
    work = _works().setdefault(frames.pack.pack_id, DrawnWork())
    west, south, east, north = frames.layers["district"].to_crs(CANONICAL_CRS).total_bounds.tolist()
    work.stand_at((west, south, east, north))
    return work


def with_drawn(workspace: Workspace) -> Workspace:
    """Return the workspace with the areas of this session, as it is saved.

    A session keeps them apart from its workspace: each step would else let go of all that was counted.
    """
    drawn = {pack: work.history.present for pack, work in _works().items() if work.areas}
    return replace(workspace, drawn=drawn)


def take_drawn(workspace: Workspace) -> Workspace:
    """Put the areas of an opened workspace in place of this session's; return the workspace without them."""
    st.session_state[SessionKey.DRAWN] = {
        pack: DrawnWork(
            history=AreaHistory(present=areas), chosen=areas.areas[-1].area_id if areas.areas else None
        )
        for pack, areas in workspace.drawn.items()
    }
    return replace(workspace, drawn={})


def _works() -> dict[str, DrawnWork]:
    works: dict[str, DrawnWork] = st.session_state.setdefault(SessionKey.DRAWN, {})
    return works


def _next_name(areas: DrawnAreas, lang: str) -> str:
    return text("drawn.default_name", lang, number=areas.drawn + 1)
