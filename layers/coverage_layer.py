"""The coverage proxy over the zones: covered ground as a quiet wash, the gaps outlined and numbered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from layers.geometry import encode_polygons
from spatial.text import text

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["MOST_NUMBERED", "CoverageOverlay", "coverage_layer"]

MOST_NUMBERED: Final = 12
"""Gaps that carry their number and are listed beside the map; more would be a cloud of figures."""


@dataclass(frozen=True, kw_only=True)
class CoverageOverlay:
    """What the proxy found, as it is drawn.

    Attributes
    ----------
    covered : GeoDataFrame
        Ground within the radius of a site.
    gaps : GeoDataFrame
        Uncovered patches, numbered by ``number``, with ``lon`` and ``lat`` of a place inside.
    synthetic : bool
        Whether it rests on a generated inventory.
    """

    covered: GeoDataFrame
    gaps: GeoDataFrame
    synthetic: bool


def coverage_layer(overlay: CoverageOverlay, *, lang: str) -> dict[str, Any]:
    """Return the wash, the gaps and their words in the legend as the map's script reads them."""
    gaps = overlay.gaps
    places = zip(gaps["lat"], gaps["lon"], strict=True)
    notes = [text("coverage.legend_proxy", lang)]
    if overlay.synthetic:
        notes.append(text("map.badge_synthetic_title", lang))
    return {
        "covered": [rings for shape in encode_polygons(overlay.covered) for rings in shape],
        "gaps": encode_polygons(gaps),
        "numbers": [str(number) for number in gaps["number"][:MOST_NUMBERED]],
        "places": [[round(float(lat), 6), round(float(lon), 6)] for lat, lon in places],
        "legend": {
            "title": text("coverage.legend", lang),
            "notes": notes,
            "covered": text("coverage.legend_covered", lang),
            "gaps": text("coverage.legend_gaps", lang),
        },
    }
