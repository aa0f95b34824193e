"""Polygons, outlines and label points in the compact form that the map's script reads.

Coordinates are whole numbers of 1e-6 degree (0.11 m on the ground). A ring is one flat list: the
first position, then the step to each next one. Vertices that two zones share stay identical.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from layers.memo import once_per_frame
from spatial.crs import to_web

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "STEPS_PER_DEGREE",
    "anchors",
    "bounds",
    "encode_lines",
    "encode_polygons",
    "encode_rings",
    "located",
    "outline_groups",
]

STEPS_PER_DEGREE: Final = 1_000_000
# More vertices than this are thinned for display; measures never use the thinned shape.
DISPLAY_VERTEX_BUDGET: Final = 40_000

# The centroid takes a label if it is at least this share of the greatest depth inside.
CALM_SHARE: Final = 0.8

# How an outline is drawn, by how its geometry is known; the first of the two sides that is less
# well known decides for an edge they share.
SOLID: Final = "solid"
LONG_DASH: Final = "long"
SHORT_DASH: Final = "short"
LINE_STYLES: Final = {
    "official_supplied": SOLID,
    "user_supplied": SOLID,
    "derived": SOLID,
    "published_four_sides": LONG_DASH,
    "published_area_only": SHORT_DASH,
    "schematic": SHORT_DASH,
    "placed_by_user": SHORT_DASH,
}


def _display_shapes(zones: GeoDataFrame) -> np.ndarray:
    """Return the geometries in WGS 84, thinned together where they are too many vertices."""
    shapes = np.asarray(to_web(zones).geometry.array)
    tolerance = 1e-5
    while shapely.get_num_coordinates(shapes).sum() > DISPLAY_VERTEX_BUDGET and tolerance < 1:
        shapes = shapely.coverage_simplify(shapes, tolerance)
        tolerance *= 2
    return shapes


def located(points: GeoDataFrame) -> GeoDataFrame:
    """Return, in WGS 84, the rows that are points with a position; nothing is ever placed by default."""
    chosen = points[(points.geom_type == "Point").to_numpy() & ~points.geometry.is_empty.to_numpy()]
    finite = np.isfinite(chosen.geometry.x.to_numpy()) & np.isfinite(chosen.geometry.y.to_numpy())
    return to_web(chosen[finite])


@once_per_frame
def encode_polygons(zones: GeoDataFrame) -> list[list[list[list[int]]]]:
    """Return, per row, its polygons as lists of rings; a row without geometry gives none."""
    return [_rings_of(shape) for shape in _display_shapes(zones)]


def _rings_of(shape: BaseGeometry | None) -> list[list[list[int]]]:
    if shape is None or shape.is_empty:
        return []
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return [encode_rings(part) for part in parts]


def encode_rings(polygon: Polygon) -> list[list[int]]:
    """Return the rings of one polygon, the outer one first."""
    return [_steps(ring) for ring in (polygon.exterior, *polygon.interiors)]


def _steps(line: BaseGeometry) -> list[int]:
    whole = np.rint(shapely.get_coordinates(line) * STEPS_PER_DEGREE).astype(np.int64)
    whole[1:] -= whole[:-1].copy()
    return [int(value) for value in whole.ravel()]


def encode_lines(shape: BaseGeometry) -> list[list[int]]:
    """Return each line string of ``shape`` as one flat list of steps."""
    return [_steps(part) for part in shapely.get_parts(shape) if part.geom_type == "LineString"]


@once_per_frame
def outline_groups(zones: GeoDataFrame) -> dict[str, list[list[int]]]:
    """Return the outlines by line style, each shared edge once, as the less well known side asks.

    Two dashed strokes over one another would look like a solid line, which is a claim of accuracy.
    """
    shapes = _display_shapes(zones)
    basis = zones.get("geometry_basis", ["user_supplied"] * len(zones))
    styles = np.array([LINE_STYLES.get(str(value), SHORT_DASH) for value in basis])
    groups: dict[str, list[list[int]]] = {}
    drawn: BaseGeometry = shapely.MultiLineString()
    for style in (SHORT_DASH, LONG_DASH, SOLID):
        chosen = shapes[styles == style]
        if not len(chosen):
            continue
        lines = shapely.difference(shapely.union_all(shapely.boundary(chosen)), drawn)
        groups[style] = encode_lines(shapely.line_merge(lines))
        drawn = shapely.union(drawn, lines)
    return groups


@once_per_frame
def anchors(zones: GeoDataFrame) -> list[list[float] | None]:
    """Return, per row, latitude and longitude of the point deepest inside: where its label stands."""
    return [_deepest(shape) for shape in _display_shapes(zones)]


def _deepest(shape: BaseGeometry | None) -> list[float] | None:
    if shape is None or shape.is_empty or shapely.area(shape) == 0:
        return None
    # A degree of longitude is shorter than one of latitude; labels are wide, so width counts double.
    middle = (shape.bounds[1] + shape.bounds[3]) / 2
    scale = np.array([float(np.cos(np.radians(middle))) / 2, 1.0])
    squeezed: BaseGeometry = shapely.transform(shape, lambda xy: xy * scale)
    radius: Any = shapely.maximum_inscribed_circle(
        squeezed, tolerance=max(np.sqrt(squeezed.area) / 200, 1e-9)
    )
    place = radius.coords[0]
    centre = squeezed.centroid
    # The centroid looks calmer wherever it is nearly as deep inside.
    if squeezed.contains(centre) and squeezed.boundary.distance(centre) > CALM_SHARE * radius.length:
        place = centre.coords[0]
    lon, lat = np.asarray(place) / scale
    return [round(float(lat), 6), round(float(lon), 6)]


@once_per_frame
def bounds(zones: GeoDataFrame) -> list[list[float]] | None:
    """Return ``[[south, west], [north, east]]`` in degrees, or None without any geometry."""
    west, south, east, north = (float(value) for value in to_web(zones).total_bounds)
    if not np.isfinite([west, south, east, north]).all():
        return None
    return [[round(south, 6), round(west, 6)], [round(north, 6), round(east, 6)]]
