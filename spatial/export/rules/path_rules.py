"""Rules of lines, rings and polygons, on all of a file at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from spatial.export.rules.positions import PathKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from spatial.export.rules.positions import Coordinates
    from spatial.export.rules.report import Findings

__all__ = ["check_paths"]

_RING_LENGTH: Final = 4
_LINE_LENGTH: Final = 2
_HALF_TURN: Final = 180.0
_NO_AREA: Final = 5e-15
"""Half the square of the last digit that is kept, 1e-7 degrees."""
_REASONS: Final = (
    ("Self-intersection", "geojson.self_intersection"),
    ("Ring Self-intersection", "geojson.self_intersection"),
    ("Interior is disconnected", "geojson.self_intersection"),
    ("Duplicate Rings", "geojson.parts_overlap"),
    ("Hole lies outside shell", "geojson.hole_outside"),
    ("Holes are nested", "geojson.hole_outside"),
    ("Nested shells", "geojson.parts_overlap"),
)
"""How GEOS begins the reason why a polygon is not valid, and our rule."""

_OTHER_REASON: Final = "geojson.self_intersection"


def check_paths(coordinates: Coordinates, ids: Sequence[str], *, file: str, findings: Findings) -> None:
    """Hold lines and rings to the rules: closed, long enough, right-handed, not crossing themselves.

    Parameters
    ----------
    coordinates : Coordinates
        Longitude and latitude, or east and north.
    ids : sequence of str
        Id by feature row.
    """
    row, kind, length = coordinates.path_row, coordinates.path_kind, coordinates.path_length

    def tell(rule: str, wrong: NDArray[np.bool_]) -> None:
        findings.add_rows(rule, file, row[wrong], ids=ids)

    ring = kind >= PathKind.EXTERIOR
    short = ring & (length < _RING_LENGTH)
    tell("geojson.line_short", (kind == PathKind.LINE) & (length < _LINE_LENGTH))
    tell("geojson.ring_short", short)
    closed = _closed(coordinates)
    tell("geojson.ring_open", ring & ~closed & ~short)
    _check_edges(coordinates, ids, file=file, findings=findings)
    sound = ring & closed & ~short
    area = _signed_area(coordinates)
    collapsed = sound & _flat(coordinates, sound, area)
    upright = sound & ~collapsed
    tell("geojson.ring_clockwise", upright & (kind == PathKind.EXTERIOR) & (area < 0.0))
    tell("geojson.hole_counterclockwise", upright & (kind == PathKind.HOLE) & (area > 0.0))
    tell("geojson.ring_collapsed", collapsed)
    unsound = np.append(
        row[(ring & ~sound) | collapsed], coordinates.row[~np.isfinite(coordinates.xy).all(axis=1)]
    )
    _check_polygons(coordinates, ids, ring & ~np.isin(row, unsound), file=file, findings=findings)


def _closed(coordinates: Coordinates) -> NDArray[np.bool_]:
    """Tell the runs whose first and last positions are one."""
    closed = np.zeros(len(coordinates.path_start), dtype=bool)
    some = coordinates.path_length > 0
    first = coordinates.path_start[some]
    last = first + coordinates.path_length[some] - 1
    closed[some] = (coordinates.xy[first] == coordinates.xy[last]).all(axis=1)
    return closed


def _edge_paths(coordinates: Coordinates) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the position that each edge begins with, and the run that it belongs to."""
    bound = np.flatnonzero((coordinates.path_kind != PathKind.POINTS) & (coordinates.path_length > 1))
    n_edges = coordinates.path_length[bound] - 1
    offsets = np.cumsum(n_edges) - n_edges
    within = np.arange(int(n_edges.sum())) - np.repeat(offsets, n_edges)
    return np.repeat(coordinates.path_start[bound], n_edges) + within, np.repeat(bound, n_edges)


def _check_edges(coordinates: Coordinates, ids: Sequence[str], *, file: str, findings: Findings) -> None:
    """Tell edges without length, and edges that cross the antimeridian."""
    start, path = _edge_paths(coordinates)
    step = coordinates.xy[start + 1] - coordinates.xy[start]
    row = coordinates.path_row[path]
    still = (step == 0.0).all(axis=1)
    crossing = (np.abs(step[:, 0]) > _HALF_TURN) & (np.abs(coordinates.xy[start, 0]) <= _HALF_TURN)
    for rule, wrong in (("geojson.duplicate_position", still), ("geojson.antimeridian", crossing)):
        findings.add_rows(rule, file, row[wrong], ids=ids, found=coordinates.xy[start[wrong]])


def _signed_area(coordinates: Coordinates) -> NDArray[np.float64]:
    """Return twice the area of each run, positive where it runs counter-clockwise, shape (m,)."""
    start, path = _edge_paths(coordinates)
    # About the run's own first position: far from the origin the products would eat the digits.
    origin = coordinates.xy[coordinates.path_start[path]]
    here, there = coordinates.xy[start] - origin, coordinates.xy[start + 1] - origin
    cross = here[:, 0] * there[:, 1] - here[:, 1] * there[:, 0]
    area: NDArray[np.float64] = np.zeros(len(coordinates.path_start))
    np.add.at(area, path, cross)
    return area


def _flat(coordinates: Coordinates, rings: NDArray[np.bool_], area: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell the rings whose positions lie on one line; one that crosses itself may have no area either."""
    flat = np.zeros(len(rings), dtype=bool)
    chosen = np.flatnonzero(rings & (np.abs(area) < _NO_AREA))
    xy, lengths = _runs(coordinates, chosen)
    finite = np.asarray(np.isfinite(xy).all(axis=1))
    outlines = shapely.linestrings(
        np.where(finite[:, None], xy, 0.0), indices=np.repeat(np.arange(len(chosen)), lengths)
    )
    flat[chosen] = shapely.area(shapely.convex_hull(outlines)) < _NO_AREA
    return flat


def _runs(
    coordinates: Coordinates, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the positions of the chosen runs after one another, and how many each has."""
    lengths = coordinates.path_length[chosen]
    offsets = np.cumsum(lengths) - lengths
    within = np.arange(int(lengths.sum())) - np.repeat(offsets, lengths)
    return coordinates.xy[np.repeat(coordinates.path_start[chosen], lengths) + within], lengths


def _check_polygons(
    coordinates: Coordinates,
    ids: Sequence[str],
    rings: NDArray[np.bool_],
    *,
    file: str,
    findings: Findings,
) -> None:
    """Tell polygons that are not valid; their rings are sound each by itself."""
    chosen = np.flatnonzero(rings)
    if not len(chosen):
        return
    geometries, parts = _polygons(coordinates, chosen)
    valid = shapely.is_valid(geometries)
    row_of_part = np.zeros(int(coordinates.path_part.max()) + 1, dtype=np.int64)
    row_of_part[coordinates.path_part[chosen]] = coordinates.path_row[chosen]
    wrong = geometries[~valid]
    for part, polygon, reason in zip(parts[~valid], wrong, shapely.is_valid_reason(wrong), strict=True):
        rule = next((rule for start, rule in _REASONS if reason.startswith(start)), _OTHER_REASON)
        if rule == _OTHER_REASON and shapely.is_valid(shapely.get_parts(polygon)).all():
            rule = "geojson.parts_overlap"  # each is sound: they cross one another
        found = reason[reason.find("[") :] if "[" in reason else reason
        findings.add_rows(rule, file, row_of_part[[part]], ids=ids, found=[found])


def _polygons(
    coordinates: Coordinates, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the (Multi)Polygons of the chosen rings, and the part that each is."""
    xy, lengths = _runs(coordinates, chosen)
    offsets = np.cumsum(lengths) - lengths
    polygon, part = coordinates.path_polygon[chosen], coordinates.path_part[chosen]
    new_polygon = np.flatnonzero(np.diff(polygon, prepend=-1) | np.diff(part, prepend=-1))
    first_part = np.flatnonzero(np.diff(part[new_polygon], prepend=-1))
    geometries = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON,
        xy,
        (
            np.append(offsets, lengths.sum()),
            np.append(new_polygon, len(chosen)),
            np.append(first_part, len(new_polygon)),
        ),
    )
    return geometries, part[new_polygon][first_part]
