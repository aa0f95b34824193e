from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.audit import matrix as matrix_module
from spatial.audit.axes import every_definition
from spatial.audit.layers import audit_published, audit_survey
from spatial.audit.matrix import MATRIX_COLUMNS, definition_matrix, is_flip, published_matrix
from spatial.audit.ranges import definition_ranges, single_changes, what_flips
from spatial.check import check_count, check_zones
from spatial.definition import AreaBasis, Definition, Indoor, LifecycleStatus, Numerator, Shared
from spatial.errors import UsageError
from spatial.pack import open_pack
from spatial.tally import survey
from spatial.target import Target
from spatial.text import LANGUAGES
from spatial.verdict import STATUS_ORDER
from tests.audit.audited import stations_of, zones_of

GOAL = Target(value_per_km2=10.0)
seeds = st.integers(0, 2**32 - 2)
SHARED_WITH_CHECK = [
    name
    for name in MATRIX_COLUMNS
    if name not in {"definition", "margin_count", "flips", "reason", "synthetic"}
]


ASKED_FOR = ["physical_site_id", "logical_station_id", "operator", "shared", "site_type", "status", "as_of"]


@settings(max_examples=30)
@given(seeds, st.booleans(), st.sets(st.sampled_from(ASKED_FOR), max_size=2), st.data())
def test_each_row_is_what_a_check_of_that_definition_finds(seed, complete, lacking, data):
    zones, points = zones_of(seed), stations_of(seed, complete=complete).drop(columns=list(lacking))
    found = survey(zones, points)
    definitions = every_definition(Definition(), found)
    rows = definition_matrix(found, definitions, target=GOAL)
    assert list(rows) == list(MATRIX_COLUMNS)
    assert len(rows) == len(zones) * len(definitions)
    for at in data.draw(st.lists(st.integers(0, len(definitions) - 1), min_size=1, max_size=4)):
        alone = check_zones(
            zones, points, definition=definitions[at], target=GOAL, missing_basis="no_data"
        ).rows.reset_index(drop=True)
        mine = rows.iloc[at * len(zones) : (at + 1) * len(zones)].reset_index(drop=True)
        assert set(mine["definition"]) == {definitions[at]}
        pd.testing.assert_frame_equal(mine[SHARED_WITH_CHECK], alone[SHARED_WITH_CHECK])
        margin = alone["count"] - alone["required_count"]
        assert mine["margin_count"].equals(margin.rename("margin_count"))


@settings(max_examples=20)
@given(seeds, st.booleans())
def test_what_cannot_be_answered_is_stated_and_nothing_else_is(seed, complete):
    found = survey(zones_of(seed), stations_of(seed, complete=complete))
    rows = definition_matrix(found, every_definition(Definition(), found), target=GOAL)
    unanswered = rows["density_per_km2"].isna()
    assert (rows["status"] == "no_data").equals(unanswered)
    assert [reason is not None for reason in rows["reason"]] == unanswered.tolist()
    for reason in {reason.message("zh"): reason for reason in rows["reason"] if reason is not None}.values():
        assert all(reason.message(lang) for lang in LANGUAGES)
    land = rows[[each.area_basis == AreaBasis.LAND for each in rows["definition"]]]
    assert set(land["status"]) == {"no_data"}


@settings(max_examples=15)
@given(seeds)
def test_ranges_and_flips_are_those_of_the_rows_one_by_one(seed):
    zones = zones_of(seed)
    found = survey(zones, stations_of(seed, complete=True, years=(2020,)))
    rows = definition_matrix(found, every_definition(Definition(), found), target=GOAL)
    ranges = definition_ranges(rows)
    assert ranges["zone_id"].tolist() == zones["zone_id"].tolist()
    for row in ranges.to_dict("records"):
        own = rows[rows["zone_id"] == row["zone_id"]]
        density, status = own["density_per_km2"], own["status"]
        first = status.iloc[0]
        assert row["status"] == first
        assert row["n_definitions"] == len(own)
        assert row["n_answered"] == density.notna().sum()
        assert row["n_flips"] == sum(is_flip(first, each) for each in status) == own["flips"].sum()
        for each in STATUS_ORDER:
            assert row[f"n_{each}"] == (status == str(each)).sum()
        assert row["lowest_density_per_km2"] == density.min()
        assert row["highest_density_per_km2"] == density.max()
        for end in ("lowest", "highest"):
            (same,) = own[[each == row[f"{end}_definition"] for each in own["definition"]]].to_dict("records")
            assert same["density_per_km2"] == row[f"{end}_density_per_km2"]
            assert same["status"] == row[f"{end}_status"]
            assert same["margin_count"] == row[f"{end}_margin_count"]


@settings(max_examples=15)
@given(seeds, st.sampled_from([Definition(), Definition(numerator=Numerator.PHYSICAL_SITE)]))
def test_a_single_change_says_by_how_much(seed, current):
    zones = zones_of(seed)
    found = survey(zones, stations_of(seed, complete=True, years=(2019, 2020)))
    rows = definition_matrix(found, every_definition(current, found), target=GOAL)
    changes = single_changes(rows)
    # Two other numerators, one of indoor and of shared, two states, three areas and two dates.
    assert len(changes) == len(zones) * (2 + 1 + 1 + 2 + 3 + 2)
    assert changes["zone_id"].drop_duplicates().tolist() == zones["zone_id"].tolist()
    assert changes["zone_id"].ne(changes["zone_id"].shift()).sum() == len(zones)
    first = {row["zone_id"]: row for row in rows.iloc[: len(zones)].to_dict("records")}
    for row in changes.to_dict("records"):
        before = first[row["zone_id"]]
        assert row["status_before"] == before["status"]
        assert row["flips"] == is_flip(before["status"], row["status"])
        assert getattr(row["definition"], row["field"]) != getattr(current, row["field"])
        if row["reason"] is None:
            assert pd.notna(row["margin_count"])
            assert row["density_change_per_km2"] == pytest.approx(
                row["density_per_km2"] - before["density_per_km2"], nan_ok=True
            )
        if row["field"] == "area_basis":
            assert pd.isna(row["count_change"]) or row["count_change"] == 0
    flipping = what_flips(rows)
    assert flipping["flips"].all()
    assert len(flipping) == changes["flips"].sum()


def test_which_choice_flips_and_by_how_much_on_a_known_case():
    zones = zones_of(1, 1).assign(area_official_km2=3.0, position_accuracy_m=0.0)
    points = stations_of(3, 1, complete=True, years=(2020,))
    points = pd.concat([points] * 18, ignore_index=True).set_geometry(
        [zones.geometry.iloc[0].representative_point()] * 18, crs=zones.crs
    )
    points = points.assign(
        status="existing",
        position_accuracy_m=0.0,
        site_type=["indoor"] * 4 + ["macro"] * 14,
        physical_site_id=[f"p{number // 2}" for number in range(18)],
        logical_station_id=[f"l{number}" for number in range(18)],
        shared=[number < 2 for number in range(18)],
    ).drop(columns=["as_of", "operator"])
    found = survey(zones, points)
    # 1.5 km² at 10 per km² ask for 15 or 16 stations; there are 18, 14 without indoor ones, 9 sites.
    rows = definition_matrix(found, every_definition(Definition(), found), target=GOAL)
    required = int(rows["required_count"].iloc[0])
    flips = {(row["field"], row["status"]): row for row in what_flips(rows).to_dict("records")}
    assert set(flips) == {
        ("numerator", "short"),
        ("indoor", "near"),
        ("status", "short"),
        ("area_basis", "short"),
    }
    indoor = flips["indoor", "near"]
    assert (indoor["count_change"], indoor["margin_before"]) == (-4, 18 - required)
    assert indoor["margin_count"] == 14 - required
    assert flips["area_basis", "short"]["count_change"] == 0
    assert flips["area_basis", "short"]["margin_count"] == 18 - 30
    assert flips["numerator", "short"]["count_change"] == -9


def test_a_published_number_answers_one_way_of_counting():
    zone = zones_of(1, 1).assign(area_official_km2=1.0)
    definitions = every_definition(Definition())
    rows = published_matrix(zone, 12, definitions, target=GOAL)
    for definition, row in zip(definitions, rows.to_dict("records"), strict=True):
        alone = check_count(zone, 12, definition=definition, target=GOAL, missing_basis="no_data").rows.iloc[
            0
        ]
        assert row["status"] == alone["status"]
        assert row["density_per_km2"] == pytest.approx(alone["density_per_km2"], nan_ok=True)
        counts = (definition.numerator, definition.indoor, definition.shared, definition.status)
        answered = counts == (None, Indoor.INCLUDE, Shared.ONCE, LifecycleStatus.EXISTING)
        assert pd.notna(row["count"]) == answered
        assert (row["reason"] is None) == (answered and definition.area_basis in ("geometry", "official"))
    with pytest.raises(UsageError):
        published_matrix(zone, -1, definitions, target=GOAL)


def test_without_an_inventory_every_row_says_so():
    found = survey(zones_of(1), None)
    rows = definition_matrix(found, every_definition(Definition(), found), target=GOAL)
    assert {reason.key for reason in rows["reason"]} == {"audit.no_stations"}
    ranges = definition_ranges(rows)
    assert ranges["lowest_definition"].tolist() == [None] * 3
    assert ranges["highest_density_per_km2"].isna().all()
    assert not what_flips(rows).size


def test_a_verdict_turns_into_a_verdict_and_no_data_is_none():
    assert is_flip("met", "short")
    assert not any(is_flip(*pair) for pair in (("met", "met"), ("met", "no_data"), ("no_data", "met")))
    found = survey(zones_of(1), stations_of(1))
    rows = definition_matrix(
        found, every_definition(Definition(area_basis=AreaBasis.LAND), found), target=GOAL
    )
    assert set(rows["status"]) > {"no_data"}
    assert not rows["flips"].any()


def test_a_made_up_inventory_is_marked_in_every_row():
    points = stations_of(1).assign(synthetic=True)
    found = survey(zones_of(1), points)
    assert definition_matrix(found, [Definition()], target=None)["synthetic"].all()
    plain = survey(zones_of(1), stations_of(1))
    assert not definition_matrix(plain, [Definition()], target=None)["synthetic"].any()
    assert definition_matrix(plain, [Definition()], target=None, synthetic=True)["synthetic"].all()


def test_a_matrix_that_no_one_could_read_is_refused(monkeypatch):
    monkeypatch.setattr(matrix_module, "MOST_ROWS", 3 * 144 - 1)
    found = survey(zones_of(1), None)
    with pytest.raises(UsageError) as refused:
        definition_matrix(found, every_definition(Definition()), target=GOAL)
    assert refused.value.params["allowed"] == 2


def test_the_shipped_pack_under_every_definition_is_quick_and_names_its_choices():
    pack = open_pack("haizhu")
    inventory = pack.inventory("base_stations")
    spent = []
    for _ in range(3):
        surveys = {layer: survey(pack.zones(layer), inventory.points) for layer in ("zones", "parts")}
        began = time.process_time()
        layers = [
            audit_published("district", pack.district(), 5144, Definition(), target=pack.target),
            *(audit_survey(name, found, Definition(), target=pack.target) for name, found in surveys.items()),
        ]
        spent.append(time.process_time() - began)
    assert min(spent) < 0.5
    assert [len(layer.rows) for layer in layers] == [144, 3 * 144, 7 * 144]
    assert layers[0].n_flips == 0
    for layer in layers[1:]:
        assert layer.rows["synthetic"].all()
        assert layer.n_flips == layer.ranges["n_flips"].sum() > 0
        state = layer.ranges_of_state
        assert set(state["n_definitions"]) == {48}
        assert (state["lowest_density_per_km2"] >= layer.ranges["lowest_density_per_km2"]).all()
    indoor = layers[1].flipping_choices.query("field == 'indoor' and zone_id == 'pazhou'").iloc[0]
    assert (indoor["status_before"], indoor["status"]) == ("undetermined", "short")
    stated = layers[1].rows.query("zone_id == 'pazhou'")
    counts = {
        each: n for each, n in zip(stated["definition"], stated["count"], strict=True) if n is not pd.NA
    }
    other = Definition(indoor=Indoor.EXCLUDE)
    assert indoor["count_change"] == counts[other] - counts[Definition()]


def test_the_range_of_a_state_is_over_that_state_alone():
    found = survey(zones_of(2), stations_of(2, complete=True))
    planned = Definition(status=LifecycleStatus.PLANNED)
    layer = audit_survey("zones", found, planned, target=GOAL)
    own = layer.rows[[each.status == LifecycleStatus.PLANNED for each in layer.rows["definition"]]]
    low = own.groupby("zone_id", sort=False)["density_per_km2"].min()
    assert np.array_equal(layer.ranges_of_state["lowest_density_per_km2"], low)
    firsts = [definition for definition, _ in pairwise(layer.definitions) if definition == planned]
    assert firsts == [planned]
    assert layer.definitions[0] == planned
