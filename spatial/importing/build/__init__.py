"""Rows to the canonical frame of a subject; each row is used or reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.importing.build.features import build_features
from spatial.importing.build.parks import build_parks
from spatial.importing.build.points import build_points
from spatial.importing.build.zones import build_zones
from spatial.importing.model import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spatial.importing.build.material import Built, Material

__all__ = ["BUILDERS"]

BUILDERS: Final[Mapping[Subject, Callable[[Material], Built]]] = {
    Subject.BASE_STATIONS: build_points,
    Subject.LAMP_POLES: build_points,
    Subject.POINTS: build_points,
    Subject.ZONES: build_zones,
    Subject.PARKS: build_parks,
    Subject.FEATURES: build_features,
}
"""Subject to what makes its frame."""
