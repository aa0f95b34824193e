"""Counting by shapely's predicates alone, each pair asked: the measure of every quicker way."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from spatial.crs import CANONICAL_CRS, metric_crs_for, reproject
from spatial.edge_rule import EDGE_TOLERANCE_DEG, EDGE_TOLERANCE_M
from spatial.overlaps import OVERLAP_TOLERANCE


def plain_overlaps(polygons):
    """The pairs of metric polygons that share more than a sliver."""
    found = []
    polygons = shapely.make_valid(polygons)
    for second in range(len(polygons)):
        for first in range(second):
            common = shapely.area(shapely.intersection(polygons[first], polygons[second]))
            sizes = shapely.area([polygons[first], polygons[second]])
            if common > OVERLAP_TOLERANCE * sizes.min():
                found.append((first, second))
    return sorted(found)


def plain_pairs(polygons, ids, lon, lat):
    """The pairs of point and zone, ordered by point, then by id."""
    zones = gpd.GeoSeries(list(polygons), crs=CANONICAL_CRS)
    here = np.isfinite(lon) & np.isfinite(lat)
    points = gpd.GeoSeries(
        shapely.points(np.where(here, lon, 0.0), np.where(here, lat, 0.0)), crs=CANONICAL_CRS
    )
    grid = metric_crs_for(zones)
    flat_zones, flat_points = reproject(zones, grid).to_numpy(), reproject(points, grid).to_numpy()
    flat_points[~np.isfinite(shapely.bounds(flat_points)).all(axis=1)] = None
    spots, shapes = points.to_numpy(), zones.to_numpy()
    held = np.zeros((len(lon), len(ids)), dtype=bool)
    for row, (shape, flat) in enumerate(zip(shapes, flat_zones, strict=True)):
        if shape is None or shape.is_empty:
            continue
        held[:, row] = shapely.intersects(shape, spots)
        held[:, row] |= shapely.dwithin(shapely.boundary(shape), spots, EDGE_TOLERANCE_DEG)
        held[:, row] |= shapely.dwithin(shapely.boundary(flat), flat_points, EDGE_TOLERANCE_M)
    held[~here] = False
    sharing = {frozenset(pair) for pair in plain_overlaps(flat_zones)}
    order = sorted(range(len(ids)), key=lambda row: ids[row])
    pairs = []
    for point in range(len(lon)):
        kept: list[int] = []
        for zone in order:
            if held[point, zone] and all(frozenset((zone, other)) in sharing for other in kept):
                kept.append(zone)
        pairs += [(point, zone) for zone in kept]
    return pairs
