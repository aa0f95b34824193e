"""Whatever the solver answers, quickly or at leisure, the second look confirms it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from spatial.crs import to_metric
from spatial.siting.model import SitingSettings, SitingStatus
from spatial.siting.problem import siting_case
from spatial.siting.proposal import propose
from spatial.tally import survey
from tests.siting.conftest import inventory_of, terms
from tests.siting.instances import zone_case


def any_settings(rng: np.random.Generator, *, quick: bool) -> SitingSettings:
    covers = rng.random() < 0.5
    return SitingSettings(
        min_separation_m=float(rng.choice([0.0, 30.0, 60.0, 100.0])),
        apart_from_existing=bool(rng.random() < 0.3),
        cover_share=float(rng.uniform(0.3, 0.9)) if covers else None,
        radius_m=float(rng.choice([80.0, 150.0, 250.0])) if covers else 0.0,
        budget_per_zone=float(rng.uniform(50.0, 800.0)) if rng.random() < 0.3 else None,
        time_limit_s=5.0,
        heuristic_only=quick,
    )


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("seed", range(10))
def test_every_answer_passes_the_second_look(seed, quick):
    rng = np.random.default_rng(seed)
    zone, sites, poles = zone_case(seed, side_m=700.0)
    columns = {"mountable": "mountable"} | ({"cost": "cost"} if rng.random() < 0.5 else {})
    target = float(rng.choice([30.0, 60.0, 100.0, 160.0]))
    middle = to_metric(zone).geometry.iloc[0].centroid
    hole = to_metric(zone).set_geometry([shapely.buffer(middle, 80.0)], crs=to_metric(zone).crs)
    case = siting_case(
        survey(zone, sites), inventory_of(poles), terms(target, **columns), no_build=hole, demand=100.0
    )
    found = propose(case, any_settings(rng, quick=quick))
    if found.solution.status == SitingStatus.INFEASIBLE:
        assert found.solution.infeasible_because
    if found.answered:
        outcome = found.solution.zones[0]
        assert outcome.after >= outcome.required_count
        assert len(found.steps) == len(found.solution.selected)
