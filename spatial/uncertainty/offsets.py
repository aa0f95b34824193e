"""A boundary that runs farther out or farther in than drawn: other points inside, another area.

An offset δ moves every stretch of an outline by δ metres along its own normal, outward where it is above
nought. A point is then inside where its signed distance to the outline, positive inside, is above -δ. The
points of a draw have moved already, by their own errors and by the shift; how far that takes each from
the outline is read along the outline's normal at the nearest place: exact along a straight edge, of first
order round a corner. Whether a moved point is inside already is known exactly, so none is counted twice
and none is taken out that was not in. (Adding what an offset alone would bring to what a shift alone
brings would count a point twice that both bring in.)

Where two zones share an edge, it moves out of both or into both. Each zone's own draws are those of a
boundary with the stated accuracy, so its probability holds for that zone by itself; but draws of
neighbours are not of one map, and their counts and areas do not add up to those of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from spatial.units import M_PER_KM
from spatial.zone_grid.ranges import expand

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.uncertainty.laid import LaidPoints

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Geometries = NDArray[np.object_]

__all__ = ["OffsetPairs", "Turned", "offset_areas_km2"]

_ON_THE_LINE_M: Final = 1e-6
_BESIDE_M: Final = (1.0e-3, 0.618e-3)


@dataclass(frozen=True)
class OffsetPairs:
    """Points and the outlines that an offset could take across them, those soonest crossed first.

    Parameters
    ----------
    point, zone : ndarray of int, shape (n,)
        Rows of both.
    depth_m : ndarray of float
        Distance to the outline: positive inside, never nought.
    inward_east, inward_north : ndarray of float
        What a metre east or north adds to it.
    slack_m : ndarray of float
        How far shift and offset must go together to matter; in order.
    weights : ndarray of int
        How often each point counts.
    """

    point: Rows
    zone: Rows
    depth_m: Floats
    inward_east: Floats
    inward_north: Floats
    slack_m: Floats
    weights: Rows

    @classmethod
    def of(
        cls,
        near: LaidPoints,
        metric: Geometries,
        inside: tuple[Rows, Rows],
        *,
        reach_m: Floats,
        slack_m: Floats,
        farthest_m: float,
    ) -> OffsetPairs:
        """Find the pairs.

        Parameters
        ----------
        near : LaidPoints
            Points near an edge.
        metric : ndarray of geometry
            Outlines on the metric grid.
        inside : tuple of two ndarrays of int
            Rows of points and of the zones that they are counted in as drawn.
        reach_m, slack_m : ndarray of float, one per point
            How far its own error takes it, and the least slack that its pairs may have.
        farthest_m : float
            The most that shift and offset go together in any draw.
        """
        outlines: Geometries = np.asarray(shapely.boundary(metric))
        shapely.prepare(outlines)
        shapely.prepare(metric)
        places: Geometries = np.asarray(shapely.points(near.x, near.y))
        zone, point = shapely.STRtree(places.tolist()).query(
            outlines, predicate="dwithin", distance=float(reach_m.max(initial=0.0)) + farthest_m
        )
        n_zones = len(metric)
        counted = np.isin(point * n_zones + zone, inside[0] * n_zones + inside[1])
        away_x, away_y = _from_outline(outlines[zone], places[point])
        distance = np.hypot(away_x, away_y)
        sign = np.where(counted, 1.0, -1.0)
        # On the line itself the outward way is read from just beside it.
        line = np.flatnonzero(distance < _ON_THE_LINE_M)
        beside = shapely.points(near.x[point[line]] + _BESIDE_M[0], near.y[point[line]] + _BESIDE_M[1])
        away_x[line], away_y[line] = _from_outline(outlines[zone[line]], beside)
        facing = sign.copy()
        facing[line] = np.where(shapely.contains(metric[zone[line]], beside), 1.0, -1.0)
        scale = facing / np.maximum(np.hypot(away_x, away_y), np.finfo(float).tiny)
        north_x, north_y = np.sin(near.meridian[point]), np.cos(near.meridian[point])
        slack = np.maximum(distance - reach_m[point], slack_m[point])
        order = np.argsort(slack, kind="stable")
        order = order[: np.searchsorted(slack[order], farthest_m, side="right")]
        return cls(
            point=point[order],
            zone=zone[order],
            depth_m=(sign * np.maximum(distance, _ON_THE_LINE_M))[order],
            inward_east=(scale * (away_x * north_y - away_y * north_x))[order],
            inward_north=(scale * (away_x * north_x + away_y * north_y))[order],
            slack_m=slack[order],
            weights=near.weights[point[order]],
        )

    def turned(
        self, moved: tuple[Floats, Floats], starts: Rows, *, far_m: Floats, offsets_m: Floats
    ) -> Turned:
        """Return the pairs that the offsets of some draws turn, given how the points have moved.

        Parameters
        ----------
        moved : tuple of two ndarrays of float
            Metres east and north that the points of all draws have gone, seen from the zones.
        starts : ndarray of int, one per draw
            Where the points of each draw begin in them.
        far_m, offsets_m : ndarray of float, one per draw
            Length of shift and offset together, and the offset.
        """
        ends: Rows = np.asarray(np.searchsorted(self.slack_m, far_m, side="right"))
        draw, pair = expand(np.zeros_like(ends), ends)
        at = starts[draw] + self.point[pair]
        depth = self.inward_east[pair] * moved[0][at]
        depth += self.inward_north[pair] * moved[1][at]
        depth += self.depth_m[pair]
        before = depth > 0.0
        depth += offsets_m[draw]
        turned = np.flatnonzero(before != (depth > 0.0))
        return Turned(draw[turned], pair[turned], at[turned])


class Turned(NamedTuple):
    """Pairs of point and outline that an offset turns: in where it is above nought, else out.

    Attributes
    ----------
    draw, pair, at : ndarray of int
        Rows of the draw, of the pair, and of the moved point.
    """

    draw: Rows
    pair: Rows
    at: Rows


def offset_areas_km2(
    areas_km2: Floats, perimeters_km: Floats, outlines: Geometries, offsets_m: Floats
) -> Floats:
    """Return the areas of offset outlines, nought where nothing is left of one.

    The area is A + P δ + π χ δ², with the perimeter P and the number of parts less that of holes χ: exact
    for round outlines, and for straight ones short by (4 - π) δ² at most for four right corners drawn in.
    It is held where it would turn round, since an outline that shrinks on has no more area.

    Parameters
    ----------
    areas_km2, perimeters_km : ndarray of float, shape (n_zones,)
        As drawn.
    outlines : ndarray of geometry, shape (n_zones,)
        Polygons and multipolygons.
    offsets_m : ndarray of float, shape (draws, n_zones)
        Outward where above nought.
    """
    parts, owner = shapely.get_parts(outlines, return_index=True)
    open_parts = 1.0 - shapely.get_num_interior_rings(parts)
    bend = np.pi * np.bincount(owner, weights=open_parts, minlength=len(outlines))
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = -perimeters_km / (2.0 * bend)
    offsets_km = offsets_m / M_PER_KM
    offsets_km = np.where(bend > 0.0, np.maximum(offsets_km, turn), offsets_km)
    offsets_km = np.where(bend < 0.0, np.minimum(offsets_km, turn), offsets_km)
    return np.asarray(np.maximum(areas_km2 + (perimeters_km + bend * offsets_km) * offsets_km, 0.0))


def _from_outline(outlines: Geometries, places: Geometries) -> tuple[Floats, Floats]:
    """Return the way from the nearest place of each outline to each point."""
    ends = shapely.get_coordinates(shapely.shortest_line(outlines, places)).reshape(-1, 2, 2)
    return ends[:, 1, 0] - ends[:, 0, 0], ends[:, 1, 1] - ends[:, 0, 1]
