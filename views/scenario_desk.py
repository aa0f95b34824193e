"""The scenario of this session: its steps, the address that carries it, and the figures after it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import streamlit as st

from spatial.reading import canonical_positions
from spatial.scenario.address import scenario_of_word, word_of_scenario
from spatial.scenario.digest import name_inventory
from spatial.scenario.edit_rows import edits_of_rows, fresh_ids
from spatial.scenario.model import AddStation, MoveStation, RemoveStation, Scenario
from spatial.scenario.simulate import apply_under, definition_after
from views.evaluation import evaluate, survey_stations
from views.pack_frames import STATIONS
from views.session import SessionKey, brought_inventory, change_view

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from spatial.errors import AtlasError
    from spatial.inventory import Inventory
    from spatial.scenario.apply import Applied
    from spatial.scenario.edit_rows import EditRows
    from spatial.scenario.model import Edit, NamedInventory
    from views.evaluation import Evaluation
    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = [
    "ADDING",
    "LOOKING",
    "MODES",
    "MOVING",
    "REMOVING",
    "After",
    "ScenarioDesk",
    "ids_at",
    "last_places",
    "scenario_desk",
]

LOOKING, ADDING, MOVING, REMOVING = "look", "add", "move", "remove"
MODES: Final = (LOOKING, ADDING, MOVING, REMOVING)
MOST_STEPS: Final = 200
STEPS_PER_DEGREE: Final = 1e7


@dataclass(frozen=True, kw_only=True)
class After:
    """What a scenario makes of an inventory, and every verdict on it."""

    inventory: Inventory
    applied: Applied
    evaluation: Evaluation
    frames: PackFrames


@dataclass
class ScenarioDesk:
    """What one session has asked of one pack, step by step.

    Attributes
    ----------
    present : Scenario
        As it is now.
    past, future : list of Scenario
        What undoing and redoing brings, the nearest last.
    word : str or None
        The word of the address that ``present`` was read from or written to.
    mode : str
        What a click on the map does, one of `MODES`.
    moving : str or None
        The station whose new place the next click gives.
    here : tuple of str
        The stations of one place, of which the planner has to choose.
    refusal : AtlasError or None
        Why the last step was not taken; told once.
    opened : int
        How many files were opened: an uploader of a new name is an empty one.
    rows : EditRows or None
        What became of the rows that were pasted last; told until the next step.
    """

    present: Scenario = field(default_factory=Scenario)
    past: list[Scenario] = field(default_factory=list)
    future: list[Scenario] = field(default_factory=list)
    word: str | None = None
    mode: str = LOOKING
    moving: str | None = None
    here: tuple[str, ...] = ()
    refusal: AtlasError | None = None
    opened: int = 0
    rows: EditRows | None = None
    _named: tuple[GeoDataFrame, NamedInventory] | None = None
    _after: tuple[tuple[object, ...], After] | None = None

    def follow_address(self, word: str | None) -> None:
        """Take the scenario of an address that is not this desk's own; it can be undone like any step."""
        if word != self.word:
            self._step(Scenario() if word is None else scenario_of_word(word))
            self.word = word

    def keep(self, scenario: Scenario) -> None:
        """Take a step, and write it into the address."""
        if scenario != self.present:
            self._step(scenario)
            self._publish()

    def undo(self) -> None:
        """Take the last step back."""
        if self.past:
            self.future.append(self.present)
            self.present = self.past.pop()
            self._publish()

    def redo(self) -> None:
        """Take again the step that was taken back."""
        if self.future:
            self.past.append(self.present)
            self.present = self.future.pop()
            self._publish()

    def edit(self, edit: Edit, inventory: Inventory) -> None:
        """Add an edit; the first one says which inventory it is for."""
        self.change(inventory, edits=(*self.present.edits, edit))

    def take(self, site_id: str, inventory: Inventory) -> None:
        """Remove the station that was chosen, or ask where it is to stand, as the mode has it."""
        if self.mode == REMOVING:
            self.edit(RemoveStation(site_id=site_id), inventory)
        elif self.mode == MOVING:
            self.moving, self.here = site_id, ()

    def clear(self) -> None:
        """Take everything back at once; that can be undone like any step."""
        self.keep(Scenario())

    def change(self, inventory: Inventory, **changes: object) -> None:
        """Change parts of the scenario; one that was made for no inventory is now for this one."""
        named = self.present.inventory or self.named(inventory)
        self.keep(replace(self.present, inventory=named, **changes))  # type: ignore[arg-type] # its own fields

    def named(self, inventory: Inventory) -> NamedInventory:
        """Return how a scenario names an inventory."""
        if self._named is None or self._named[0] is not inventory.points:
            self._named = (inventory.points, name_inventory(inventory.points, name=inventory.name))
        return self._named[1]

    def fits(self, inventory: Inventory) -> bool:
        """Tell whether the scenario was made for this inventory, or for none."""
        needed, given = self.present.inventory, self.named(inventory)
        return needed is None or (needed.sha256, needed.rows) == (given.sha256, given.rows)

    def after(self, frames: PackFrames, view: ViewState, inventory: Inventory) -> After:
        """Return the edited inventory and its verdicts, by the calculation of every other page.

        Raises
        ------
        InputError
            If the definition asks for what the edited inventory lacks.
        """
        key = (frames, inventory.points, self.present, view.definition)
        if self._after is None or not _same(self._after[0], key):
            self._after = (key, _work_out(frames, view, inventory, self.present))
        return self._after[1]

    def new_id(self, inventory: Inventory) -> str:
        """Return an id that neither the inventory nor the scenario has."""
        return next(fresh_ids(self.taken_ids(inventory)))

    def taken_ids(self, inventory: Inventory) -> set[str]:
        """Return the ids that the inventory or the scenario has."""
        taken = {edit.site_id for edit in self.present.edits}
        if "site_id" in inventory.points:
            taken |= set(inventory.points["site_id"].astype("string").fillna("").str.strip())
        return taken

    def edit_rows(self, words: str, inventory: Inventory, *, crs: str) -> None:
        """Add the edits of rows copied from a spreadsheet in one step, and hold the rows that are none."""
        found = edits_of_rows(words, crs=crs, taken=self.taken_ids(inventory))
        if found.edits:
            self.change(inventory, edits=(*self.present.edits, *found.edits))
        self.rows = found

    def _step(self, scenario: Scenario) -> None:
        self.past = [*self.past, self.present][-MOST_STEPS:]
        self.future = []
        self.present = scenario
        self.here, self.moving, self.rows = (), None, None

    def _publish(self) -> None:
        self.here, self.moving = (), None
        self.word = None if self.present == Scenario() else word_of_scenario(self.present)
        change_view(scenario=self.word)


def scenario_desk(pack: str) -> ScenarioDesk:
    """Return this session's desk for a pack."""
    desks: dict[str, ScenarioDesk] = st.session_state.setdefault(SessionKey.SCENARIO, {})
    return desks.setdefault(pack, ScenarioDesk())


def ids_at(points: GeoDataFrame, lon: float, lat: float) -> tuple[str, ...]:
    """Return the ids of the stations that stand at a place, as the map told it."""
    x, y = canonical_positions(points)
    with np.errstate(invalid="ignore"):
        at = (np.abs(np.rint(x * STEPS_PER_DEGREE) - round(lon * STEPS_PER_DEGREE)) <= 1) & (
            np.abs(np.rint(y * STEPS_PER_DEGREE) - round(lat * STEPS_PER_DEGREE)) <= 1
        )
    ids = points.loc[at, "site_id"] if "site_id" in points else points.loc[at].index
    return tuple(dict.fromkeys(str(each).strip() for each in ids if str(each).strip()))


def last_places(edits: tuple[Edit, ...]) -> dict[str, tuple[float, float]]:
    """Return where the edits leave each station that they add or move."""
    placed: dict[str, tuple[float, float]] = {}
    for edit in edits:
        if isinstance(edit, AddStation | MoveStation):
            placed[edit.site_id] = (edit.lon, edit.lat)
        elif isinstance(edit, RemoveStation):
            placed.pop(edit.site_id, None)
    return placed


def _same(held: tuple[object, ...], asked: tuple[object, ...]) -> bool:
    """Tell whether two questions are one: frames by identity, the rest by value."""
    return held[0] is asked[0] and held[1] is asked[1] and held[2:] == asked[2:]


def _work_out(frames: PackFrames, view: ViewState, inventory: Inventory, scenario: Scenario) -> After:
    applied = apply_under(inventory.points, scenario, view.definition)
    more = len(applied.points) - len(inventory.points)
    edited = replace(
        inventory, points=applied.points, n_in=inventory.n_in + more, n_used=inventory.n_used + more
    )
    changed = replace(
        frames,
        pack=replace(frames.pack, target=scenario.target(frames.pack.target)),
        inventories={**frames.inventories, STATIONS: edited},
    )
    stations = survey_stations(changed, brought=None if brought_inventory() is None else edited)
    evaluation = evaluate(changed, stations, definition_after(view.definition, scenario))
    return After(inventory=edited, applied=applied, evaluation=evaluation, frames=changed)
