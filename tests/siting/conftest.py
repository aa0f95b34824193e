"""Cases of a few hundred poles that a plain search answers at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spatial.definition import Definition
from spatial.inventory import REJECTED_COLUMNS, Inventory
from spatial.siting.model import SitingSettings
from spatial.siting.problem import SitingCase, SitingTerms, siting_case
from spatial.tally import survey
from spatial.target import Target
from tests.siting.instances import at_metres, square_zones


def inventory_of(points, **facts) -> Inventory:
    """Return a frame of points as the inventory that a file of it would give."""
    return Inventory(
        name="poles.csv",
        points=points,
        n_in=facts.pop("n_in", len(points)),
        n_used=len(points),
        n_reported=0,
        rejected=pd.DataFrame(columns=list(REJECTED_COLUMNS)),
        notices=(),
        encoding="utf-8",
        columns=facts.pop("columns", {}),
        synthetic=facts.pop("synthetic", False),
        row_unit="line",
        crs="cgcs2000",
    )


def terms(target: float = 20.0, **more) -> SitingTerms:
    return SitingTerms(definition=Definition(), target=Target(value_per_km2=target), **more)


@pytest.fixture
def zones():
    return square_zones()


@pytest.fixture
def poles(zones):
    """A pole every 60 m in two squares of a kilometre, and one outside them."""
    steps = np.arange(30.0, 2_000.0, 60.0)
    places = np.array([(x, y) for x in steps for y in steps if y < 1_000.0] + [(-200.0, 500.0)])
    points = at_metres(zones, places)
    return points.assign(site_id=[f"L{at}" for at in range(len(points))], mountable="是", cost="2")


@pytest.fixture
def sites(zones):
    """Five sites in the west, none in the east, one outside."""
    return at_metres(zones, np.array([(100.0 + 90.0 * at, 480.0) for at in range(5)] + [(-50.0, 10.0)]))


@pytest.fixture
def case(zones, sites, poles) -> SitingCase:
    """Two zones that need twenty each, with the poles, an area without building, and demand."""
    no_build = square_zones(("hole",), side_m=200.0)
    found = survey(zones, sites)
    return siting_case(
        found, inventory_of(poles), terms(mountable="mountable", cost="cost"), no_build=no_build, demand=100.0
    )


@pytest.fixture
def settings() -> SitingSettings:
    return SitingSettings(min_separation_m=100.0, cover_share=0.3, radius_m=150.0, budget_per_zone=60.0)
