"""Layers of the planner's own: roads, rivers, lines and areas of any file, drawn quietly.

On a closed network they are the base map. They lie under the zones, in one muted colour each; the
outlines of parks lie over them. What is too much for a browser is thinned, and the legend says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from layers.geometry import STEPS_PER_DEGREE, encode_lines, encode_rings
from layers.memo import once_per_frame
from spatial.crs import to_web
from spatial.text import text

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

__all__ = ["CONTEXT_COLOURS", "PARK_COLOUR", "context_layer"]

CONTEXT_COLOURS: Final = ("#8a8578", "#7391a6", "#9a7f9b", "#8b9a6b")
PARK_COLOUR: Final = "#2f6b4f"

# More vertices than this are thinned for display, more features are left out, the smallest first.
VERTEX_BUDGET: Final = 60_000
FEATURE_BUDGET: Final = 20_000
# Degrees; about a metre, doubled until the budget holds.
FIRST_TOLERANCE: Final = 1e-5


@once_per_frame
def context_layer(
    frame: GeoDataFrame, *, title: str, colour: str, lang: str, over_zones: bool = False
) -> dict[str, Any]:
    """Return the shapes of a layer as the map's script reads them.

    Parameters
    ----------
    frame : GeoDataFrame
        Any geometry in a stated CRS; rows without geometry are left out.
    title : str
        Name of the layer in the legend.
    colour : str
        Colour of lines, outlines and points.
    lang : str
        Language of what is said of a thinned layer.
    over_zones : bool
        Whether it lies over the zones instead of under them.
    """
    shapes = _parts(np.asarray(to_web(frame).geometry.array))
    shown = _largest(shapes, FEATURE_BUDGET)
    if len(shown) < len(shapes):
        figures = {"shown": f"{len(shown):,}", "n": f"{len(shapes):,}"}
        title = text("map.context_thinned", lang, layer=title, **figures)
    shown = _simplified(shown)
    kinds = shapely.get_type_id(shown)
    points = shapely.get_coordinates(shown[kinds == shapely.GeometryType.POINT])
    whole = np.rint(points * STEPS_PER_DEGREE).astype(np.int64)
    return {
        "title": title,
        "colour": colour,
        "over": over_zones,
        "polygons": [encode_rings(shape) for shape in shown[kinds == shapely.GeometryType.POLYGON]],
        "lines": [line for shape in shown[_is_line(kinds)] for line in encode_lines(shape)],
        "points": [int(value) for value in whole.ravel()],
    }


def _parts(shapes: Shapes) -> Shapes:
    """Return the single points, lines and polygons that the shapes consist of, none of them empty."""
    parts = shapely.get_parts(shapes[~shapely.is_missing(shapes)])
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts = shapely.get_parts(parts)
    usable: Shapes = parts[~shapely.is_empty(parts)]
    return usable


def _is_line(kinds: NDArray[np.int32]) -> NDArray[np.bool_]:
    return np.asarray((kinds == shapely.GeometryType.LINESTRING) | (kinds == shapely.GeometryType.LINEARRING))


def _largest(shapes: Shapes, most: int) -> Shapes:
    """Return at most ``most`` shapes in their order, the longest of them."""
    if len(shapes) <= most:
        return shapes
    kept = np.sort(np.argsort(-shapely.length(shapes), kind="stable")[:most])
    return shapes[kept]


def _simplified(shapes: Shapes) -> Shapes:
    """Return the shapes with so few vertices that a browser draws them at once."""
    tolerance = FIRST_TOLERANCE
    while shapely.get_num_coordinates(shapes).sum() > VERTEX_BUDGET and tolerance < 1:
        shapes = shapely.simplify(shapes, tolerance)
        shapes = shapes[~shapely.is_empty(shapes)]
        tolerance *= 2
    return shapes
