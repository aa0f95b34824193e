"""What a session keeps of its coverage: the radii that its planner set, and the figures they gave."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import streamlit as st

from spatial.coverage.cover import cover_zones
from spatial.coverage.radii import DEFAULT_RADII, Radii, SiteClass
from spatial.definition import AreaBasis
from spatial.text import text
from views.own_layers import own_polygons, polygons_of
from views.session import SessionKey, current_workspace, put_back, widget_key

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from spatial.coverage.model import CoverageResult
    from spatial.definition import Definition
    from spatial.inventory import Inventory
    from spatial.workspace.model import Dataset

__all__ = [
    "Asked",
    "CoverageRoom",
    "choose_ground",
    "chosen_land",
    "chosen_radii",
    "coverage_room",
    "reset_radii",
]

MOST_KEPT: Final = 4
OUTLINE: Final = ""


class Asked(NamedTuple):
    """What is asked of a layer."""

    definition: Definition
    radii: Radii
    lang: str


@dataclass
class CoverageRoom:
    """Figures that were worked out in this session, the latest last."""

    kept: list[tuple[GeoDataFrame, Inventory, Dataset | None, object, CoverageResult]] = field(
        default_factory=list
    )

    def measure(
        self, zones: GeoDataFrame, stations: Inventory, asked_for: Asked, *, land: Dataset | None
    ) -> CoverageResult:
        """Return the coverage of a layer: as it was, where nothing that it rests on has changed.

        Parameters
        ----------
        zones : GeoDataFrame
            The layer.
        stations : Inventory
            What covers.
        asked_for : Asked
            Definition, radii and language.
        land : Dataset, optional
            The planner's own features whose polygons are the land.

        Raises
        ------
        InputError
            If the frames cannot be used, or the definition asks for what the data lack.
        """
        # Which area stations are divided by decides nothing about the ground they cover.
        definition = replace(asked_for.definition, area_basis=AreaBasis.GEOMETRY)
        asked = (definition, tuple(asked_for.radii.to_dict().items()), asked_for.lang)
        for *held, held_asked, result in self.kept:
            same = all(before is now for before, now in zip(held, (zones, stations, land), strict=True))
            if same and held_asked == asked:
                return result
        result = cover_zones(
            zones,
            stations.points,
            definition=definition,
            radii=asked_for.radii,
            land=None if land is None else polygons_of(land),
            land_name="" if land is None else land.title,
            synthetic=stations.synthetic,
            n_in=stations.n_in,
            n_reported=stations.n_reported,
            name_column=f"name_{asked_for.lang}",
        )
        self.kept = [*self.kept[1 - MOST_KEPT :], (zones, stations, land, asked, result)]
        return result


def coverage_room() -> CoverageRoom:
    """Return this session's room."""
    room: CoverageRoom = st.session_state.setdefault(SessionKey.COVERAGE, CoverageRoom())
    return room


def chosen_radii() -> Radii:
    """Return the radii as the planner set them; call it before their widgets are shown."""
    by_class = {}
    for each in SiteClass:
        key = widget_key(SessionKey.COVERAGE_RADIUS, each)
        put_back(key, DEFAULT_RADII.by_class[each])
        by_class[each] = float(st.session_state[key])
    return Radii(by_class)


def reset_radii() -> None:
    """Put every radius back to its default."""
    for each in SiteClass:
        st.session_state[widget_key(SessionKey.COVERAGE_RADIUS, each)] = DEFAULT_RADII.by_class[each]


def chosen_land() -> Dataset | None:
    """Return the features that the planner chose as the land; call it before `choose_ground`."""
    offered = own_polygons(current_workspace())
    put_back(SessionKey.COVERAGE_GROUND, OUTLINE, [OUTLINE, *offered])
    return offered.get(st.session_state[SessionKey.COVERAGE_GROUND])


def choose_ground(lang: str) -> None:
    """Show of what the shares are, where the planner brought polygons that may be the land."""
    offered = own_polygons(current_workspace())
    if not offered:
        return

    def words(name: str) -> str:
        if name == OUTLINE:
            return text("coverage.ground_outline", lang)
        return text("coverage.ground_land", lang, title=offered[name].title)

    st.selectbox(
        text("coverage.ground", lang),
        [OUTLINE, *offered],
        format_func=words,
        key=SessionKey.COVERAGE_GROUND,
        label_visibility="collapsed",
        filter_mode=None,
    )
