from __future__ import annotations

from concurrent.futures import CancelledError
from threading import Event

import numpy as np
import pytest
import shapely

from spatial.density.counting import count_density
from spatial.density.frame_source import FrameSource
from spatial.density.laid_zones import LaidZones
from spatial.density.model import DensitySettings
from spatial.errors import GeometryError
from spatial.zone_index import ZoneIndex

ZONES = ZoneIndex.of(
    np.array([shapely.box(113, 23, 113.15, 24), shapely.box(113.15, 23, 113.2, 24)]), ("a", "b"), n_points=9
)


def test_points_are_read_while_the_zones_are_laid_and_none_is_lost():
    read = Event()

    class Watched(FrameSource):
        def batches(self, part):
            for batch in super().batches(part):
                read.set()
                yield batch

    def lay() -> ZoneIndex:
        assert read.wait(20), "no point was read before the zones were laid"
        return ZONES

    sources = [Watched(np.linspace(113.1, 113.3, 300_000), np.full(300_000, 23.5)) for _ in range(2)]
    found, wanted = (count_density(index, sources, DensitySettings(), threads=2) for index in (lay, ZONES))
    assert found.n_in == 600_000
    assert found.counts.tolist() == wanted.counts.tolist()


def test_zones_that_cannot_be_laid_are_the_error_of_the_count():
    def lay() -> ZoneIndex:
        return ZoneIndex.of(np.array([], dtype=object), (), n_points=1)

    with pytest.raises(GeometryError):
        count_density(lay, [FrameSource([1.0], [1.0])], DensitySettings(), threads=2)


def test_no_more_is_read_early_than_can_be_held():
    endless = iter(int, 1)
    assert len(LaidZones(lambda: ZONES).early(endless)) == 16
    laid = LaidZones(lambda: ZONES)
    laid.lay()
    assert laid.early(endless) == []


def test_nobody_waits_for_zones_that_will_not_be_laid():
    laid = LaidZones(lambda: ZONES)
    laid.give_up()
    with pytest.raises(CancelledError):
        _ = laid.index
