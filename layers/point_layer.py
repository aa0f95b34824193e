"""Thousands of points as one layer: positions in binary, attributes as compact columns.

25,000 points as one object each take a browser half a minute; as one canvas they take none that a
planner notices. Positions are whole numbers of 1e-7 degree (11 mm), two 32-bit integers each.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from layers.escape import script_json
from layers.geometry import located
from layers.memo import once_per_frame
from layers.wording import as_text, metres, word
from spatial.text import text

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas import Series

__all__ = ["point_layer"]

STEPS_PER_DEGREE: Final = 10_000_000
# A column with at most this many different values is sent as one byte per point.
DICTIONARY_SIZE: Final = 255
# Beyond this number of points a column with a text of its own for each point stays behind.
TEXT_BUDGET: Final = 30_000
# Column of a point frame -> (heading of its line in the tooltip, word list that translates it).
SHOWN: Final = {
    "site_id": ("map.tip_site_id", ""),
    "name": ("map.tip_name", ""),
    "operator": ("map.tip_operator", ""),
    "band": ("map.tip_band", ""),
    "site_type": ("map.tip_site_type", "map.site_type"),
    "status": ("map.tip_lifecycle", "map.lifecycle"),
    "position_accuracy_m": ("map.tip_accuracy", ""),
}


@once_per_frame
def point_layer(points: GeoDataFrame, *, lang: str, title: str, colour: str, synthetic: bool) -> str:
    """Return the layer as a JavaScript literal; rows without a position are left out.

    Parameters
    ----------
    points : GeoDataFrame
        Point frame of an inventory.
    lang : str
        Language of the tooltip.
    title : str
        Name of the layer, heading of each tooltip.
    colour : str
        Colour of its points.
    synthetic : bool
        Whether each tooltip must say that the point is simulated.
    """
    here = located(points)
    xy = np.column_stack([here.geometry.x, here.geometry.y])
    whole = np.rint(xy * STEPS_PER_DEGREE).astype("<i4")
    columns = [
        {"title": text(heading, lang), **_column(_shown(here[name], lang), words, lang)}
        for name, (heading, words) in SHOWN.items()
        if name in here
    ]
    notes = [[text("map.tip_synthetic", lang), text("verdict.badge_synthetic", lang)]] if synthetic else []
    if len(here) > TEXT_BUDGET:
        columns = [column for column in columns if "texts" not in column]
        notes.append(
            [text("map.tip_details", lang), text("map.details_left_out", lang, most=f"{TEXT_BUDGET:,}")]
        )
    data: dict[str, Any] = {
        "title": title,
        "colour": colour,
        "planned_title": text("map.point_planned", lang, layer=title),
        "count": len(here),
        "positions": _binary(whole),
        "planned": _binary(_planned(here)),
        "columns": columns,
        "notes": notes,
    }
    return script_json(data)


def _planned(points: GeoDataFrame) -> np.ndarray:
    """Return 1 for a point that is not built yet: it is drawn hollow."""
    if "status" not in points:
        return np.zeros(len(points), dtype=np.uint8)
    return np.asarray(points["status"].isin(["planned", "under_construction"]), dtype=np.uint8)


def _shown(values: Series, lang: str) -> Series:
    if values.name == "position_accuracy_m":
        return values.map(lambda value: metres(value, lang)).astype(str)
    return values.map(as_text).astype(str)


def _column(shown: Series, words: str, lang: str) -> dict[str, Any]:
    codes, different = shown.factorize()
    if len(different) > DICTIONARY_SIZE:
        # One text with a line per point: a quarter smaller than a list of texts.
        lines = [value.replace("\n", " ") for value in shown]
        prefix = _shared_start(lines)
        return {"prefix": prefix, "texts": "\n".join(value[len(prefix) :] for value in lines)}
    known = [word(words, value, lang) if words else value for value in different]
    return {"words": known, "codes": _binary(codes.astype(np.uint8))}


def _shared_start(values: list[str]) -> str:
    """Return the longest text with which every value begins."""
    first, last = min(values), max(values)
    ends = (i for i, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(ends, min(len(first), len(last)))]


def _binary(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")
