from __future__ import annotations

from itertools import product

import pandas as pd
import pytest
import shapely

from spatial.check import check_surveyed, check_zones, compare_surveyed
from spatial.definition import AreaBasis, Definition, Indoor, LifecycleStatus, Numerator, Shared
from spatial.errors import CellLevelTableError
from spatial.selection import select_from
from spatial.stations import Stations
from spatial.tally import survey
from spatial.target import Target
from tests.spatial.strategies import point_frame, zone_frame

GOAL = Target(value_per_km2=10.0)
EVERY = [
    Definition(numerator=numerator, indoor=indoor, shared=shared, status=status, area_basis=basis)
    for numerator, indoor, shared, status, basis in product(
        (None, *Numerator), Indoor, Shared, LifecycleStatus, AreaBasis
    )
]


def surveyed():
    boxes = [shapely.box(430000 + 1000 * i, 2550000, 431000 + 1000 * i, 2552000) for i in range(3)]
    zones = zone_frame(boxes, area_official_km2=[1.0, None, 2.5], population=[10_000, None, 0])
    xy = [(430010 + 37 * i, 2550010 + 19 * i) for i in range(90)]
    points = point_frame(
        xy,
        site_id=[f"s{i}" for i in range(90)],
        physical_site_id=[f"p{i // 2}" for i in range(90)],
        logical_station_id=[f"l{i // 3}" for i in range(90)],
        operator=[f"op{i % 2}" if i % 7 else "" for i in range(90)],
        shared=[i % 5 == 0 for i in range(90)],
        site_type=["indoor" if i % 4 == 0 else "macro" for i in range(90)],
        status=[("existing", "planned", "", "closed")[i % 4] for i in range(90)],
        position_accuracy_m=15.0,
    )
    return zones, points


def test_a_survey_asked_often_answers_as_one_asked_once():
    zones, points = surveyed()
    found = survey(zones, points)
    asked_once = [
        check_zones(zones, points, definition=definition, target=GOAL, missing_basis="no_data").rows
        for definition in EVERY
    ]
    for _ in range(2):
        table = compare_surveyed(found, definitions=EVERY, target=GOAL)
        for number, alone in enumerate(asked_once):
            rows = table.iloc[3 * number : 3 * number + 3].reset_index(drop=True)
            shared = [name for name in rows if name in alone]
            assert set(shared) >= {"count", "status", "gap_count", "area_km2"}
            pd.testing.assert_frame_equal(rows[shared], alone[shared].reset_index(drop=True))


def test_a_refusal_is_raised_again_each_time_it_is_asked_for():
    zones, points = surveyed()
    found = survey(zones, points)
    refusals = []
    for _ in range(2):
        with pytest.raises(CellLevelTableError) as refused:
            check_surveyed(found, definition=Definition(), target=GOAL)
        refusals.append(refused.value)
    assert refusals[0] is not refusals[1]
    assert refusals[0].params == refusals[1].params


def test_layers_that_share_an_inventory_answer_as_layers_of_their_own(monkeypatch):
    zones, points = surveyed()
    points.loc[3, "geometry"] = None
    layers = (zones, zones.iloc[1:])
    alone = [compare_surveyed(survey(layer, points), definitions=EVERY, target=GOAL) for layer in layers]
    monkeypatch.setattr("spatial.stations._MOST_ROWS_KEPT", 200)
    shared = Stations(points)
    surveys = [survey(layer, shared) for layer in layers]
    assert [found.n_unplaced for found in surveys] == [1, 1]
    for found, table in zip(surveys, alone, strict=True):
        pd.testing.assert_frame_equal(compare_surveyed(found, definitions=EVERY, target=GOAL), table)


def test_what_a_definition_selects_is_found_once_for_all_layers(monkeypatch):
    zones, points = surveyed()
    asked = []
    monkeypatch.setattr(
        "spatial.stations.select_from", lambda *given: asked.append(given) or select_from(*given)
    )
    shared = Stations(points)
    definition = Definition(numerator=Numerator.PHYSICAL_SITE)
    for layer in (zones, zones.iloc[:1]):
        check_surveyed(survey(layer, shared), definition=definition, target=GOAL)
    assert len(asked) == 1
