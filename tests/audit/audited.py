"""Zones and stations on which every choice of a definition makes a difference."""

from __future__ import annotations

import numpy as np
import shapely

from tests.spatial.strategies import point_frame, zone_frame

KINDS = ["macro", "micro", "indoor", ""]
STATES = ["existing", "planned", "under_construction", "", "closed"]


def zones_of(seed: int, n_zones: int = 3):
    rng = np.random.default_rng(seed)
    # Each overlaps the next: a station may count in two zones.
    lefts = [430_000 + 800 * number for number in range(n_zones)]
    boxes = [shapely.box(left, 2_550_000, left + 1_000, 2_551_500) for left in lefts]
    official = [float(each) if rng.random() < 0.7 else None for each in rng.uniform(0.3, 3.0, n_zones)]
    return zone_frame(
        boxes,
        area_official_km2=official,
        geometry_basis=["schematic"] * n_zones,
        position_accuracy_m=[float(rng.choice([0.0, 30.0]))] * n_zones,
    )


def stations_of(seed: int, n_points: int = 60, *, complete: bool = False, years=(2019, 2020, 2021)):
    """Stations about those zones; ``complete`` ones fill every column that a definition may ask for."""
    rng = np.random.default_rng(seed + 1)
    xy = np.column_stack([rng.uniform(429900, 432700, n_points), rng.uniform(2549900, 2551600, n_points)])
    numbers = np.arange(n_points)
    lacking = 0.0 if complete else 0.05

    def some(values):
        return ["" if rng.random() < lacking else str(value) for value in values]

    return point_frame(
        xy,
        site_id=[f"s{number}" for number in numbers],
        physical_site_id=some(f"p{number // 3}" for number in numbers),
        logical_station_id=some(f"l{number}" for number in numbers),
        operator=some(f"op{number % 3}" for number in numbers),
        shared=[bool(number % 4 == 0) for number in numbers],
        site_type=[KINDS[i] for i in rng.integers(0, 3 if complete else 4, n_points)],
        status=[STATES[i] for i in rng.integers(0, len(STATES), n_points)],
        as_of=[f"{rng.choice(years)}-06-30" for _ in numbers],
        position_accuracy_m=float(rng.choice([0.0, 20.0])),
    )
