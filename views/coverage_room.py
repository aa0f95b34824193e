"""What a session keeps of its coverage: the radii that its planner set, and the figures they gave."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.coverage.cover import cover_zones
from spatial.coverage.radii import DEFAULT_RADII, Radii, SiteClass
from spatial.definition import AreaBasis
from views.session import SessionKey, put_back, widget_key

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from spatial.coverage.model import CoverageResult
    from spatial.definition import Definition
    from spatial.inventory import Inventory

__all__ = ["CoverageRoom", "chosen_radii", "coverage_room", "reset_radii"]

MOST_KEPT: Final = 4


@dataclass
class CoverageRoom:
    """Figures that were worked out in this session, the latest last."""

    kept: list[tuple[GeoDataFrame, Inventory, object, CoverageResult]] = field(default_factory=list)

    def measure(
        self, zones: GeoDataFrame, stations: Inventory, definition: Definition, radii: Radii, lang: str
    ) -> CoverageResult:
        """Return the coverage of a layer: as it was, where nothing that it rests on has changed.

        Raises
        ------
        InputError
            If the frames cannot be used, or the definition asks for what the data lack.
        """
        # Which area stations are divided by decides nothing about the ground they cover.
        asked = (replace(definition, area_basis=AreaBasis.GEOMETRY), tuple(radii.to_dict().items()), lang)
        for held_zones, held_stations, held, result in self.kept:
            if held_zones is zones and held_stations is stations and held == asked:
                return result
        result = cover_zones(
            zones,
            stations.points,
            definition=asked[0],
            radii=radii,
            synthetic=stations.synthetic,
            n_in=stations.n_in,
            n_reported=stations.n_reported,
            name_column=f"name_{lang}",
        )
        self.kept = [*self.kept[1 - MOST_KEPT :], (zones, stations, asked, result)]
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
