"""Zones on a grid: a point is settled by the cell it falls in, or by the few edges that cross it.

A cell knows the zones that hold its centre; where no edge comes near it, they hold every point in
it. In a cell that edges cross, a point lies in the same zones as the centre but for those whose
edges lie between the centre and the point. Points in the band of an edge, and those of a cell whose
centre is, are left to the exact predicate, so that the answer is the same, point for point.

Numbers alone: NumPy and shapely are all that is imported here.
"""

from spatial.zone_grid.grid import Settled, ZoneGrid
from spatial.zone_grid.laying import build_grid

__all__ = ["Settled", "ZoneGrid", "build_grid"]
