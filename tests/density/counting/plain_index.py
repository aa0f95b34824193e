"""Zones settled by the plain predicate: stands in for the index, and cuts up its answers on purpose."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely


class PlainSettled(NamedTuple):
    labels: np.ndarray
    point_rows: np.ndarray
    zone_rows: np.ndarray


class PlainIndex:
    """Every second point that lies in zones, and every third in none, is told by pairs, not by a set."""

    def __init__(self, polygons, zone_ids):
        self.polygons = np.asarray(polygons, dtype=object)
        self.zone_ids = tuple(zone_ids)
        self.n_zones = len(self.zone_ids)
        self._sets = [(), *((zone,) for zone in range(self.n_zones))]
        pairs = [(a, b) for a in range(self.n_zones) for b in range(a + 1, self.n_zones)]
        self._sets += pairs
        self._row = {zones: row for row, zones in enumerate(self._sets)}

    def set_members(self):
        sizes = [len(zones) for zones in self._sets]
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return starts, np.array([zone for zones in self._sets for zone in zones], dtype=np.int64)

    def settle(self, lon, lat):
        points = shapely.points(lon, lat)
        inside = [tuple(np.flatnonzero(shapely.intersects(self.polygons, point))) for point in points]
        labels = np.full(len(points), -1, dtype=np.int32)
        pairs = []
        for row, zones in enumerate(inside):
            by_set = row % 2 if zones else row % 3
            if by_set and tuple(map(int, zones)) in self._row:
                labels[row] = self._row[tuple(map(int, zones))]
            else:
                pairs += [(row, zone) for zone in zones]
        found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return PlainSettled(labels, found[:, 0], found[:, 1])
