from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import UsageError
from spatial.target import Target, TargetScope
from spatial.verdict import STATUS_ORDER, Status, VerdictSettings, judge, required_count


def row(**given_values):
    values = {
        "count": 100,
        "area_km2": 2.0,
        "target_per_km2": 52.0,
        "count_low": None,
        "count_high": None,
        "area_low_km2": None,
        "area_high_km2": None,
    } | given_values
    for end in ("low", "high"):
        if values[f"count_{end}"] is None:
            values[f"count_{end}"] = values["count"]
        if values[f"area_{end}_km2"] is None:
            values[f"area_{end}_km2"] = values["area_km2"]
    frame = pd.DataFrame([values]).astype(dict.fromkeys(("count", "count_low", "count_high"), "Int64"))
    return frame.astype({name: float for name in frame if "km2" in name})


def judged(settings=None, **values):
    return judge(row(**values), settings=settings or VerdictSettings()).iloc[0]


def test_the_order_of_precedence():
    assert [str(status) for status in STATUS_ORDER] == [
        "no_data",
        "no_target",
        "too_small",
        "undetermined",
        "met",
        "near",
        "short",
    ]


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"count": pd.NA, "target_per_km2": np.nan}, Status.NO_DATA),
        ({"area_km2": np.nan, "target_per_km2": np.nan}, Status.NO_DATA),
        ({"area_km2": 0.1, "target_per_km2": np.nan}, Status.NO_TARGET),
        ({"area_km2": 0.499, "count_low": 0, "count_high": 999}, Status.TOO_SMALL),
        ({"area_km2": 2.0, "target_per_km2": 4.4, "count": 9}, Status.TOO_SMALL),
        ({"area_km2": 2.0, "target_per_km2": 4.6, "count": 10}, Status.MET),
        ({"count": 104, "count_low": 103}, Status.UNDETERMINED),
        ({"count": 103, "count_high": 104}, Status.UNDETERMINED),
        ({"count": 90, "area_low_km2": 0.0}, Status.UNDETERMINED),
        ({"count": 104}, Status.MET),
        ({"count": 110, "count_low": 104, "count_high": 200}, Status.MET),
        ({"count": 103}, Status.NEAR),
        ({"count": 84}, Status.NEAR),
        ({"count": 83}, Status.SHORT),
        ({"count": 0, "count_high": 103}, Status.SHORT),
    ],
)
def test_status(values, status):
    assert judged(**values)["status"] == status


def test_near_begins_at_the_very_ratio():
    assert judged(count=8, area_km2=1.0, target_per_km2=10.0)["status"] == Status.NEAR
    strict = VerdictSettings(near_ratio=0.81)
    assert judged(strict, count=8, area_km2=1.0, target_per_km2=10.0)["status"] == Status.SHORT


def test_thresholds_are_settings():
    lenient = VerdictSettings(min_area_km2=0.01, min_required_count=1)
    assert judged(lenient, area_km2=0.1, count=6)["status"] == Status.MET


def test_half_a_square_kilometre_is_just_enough_to_be_judged():
    assert judged(area_km2=0.5, count=26)["status"] == Status.MET
    assert judged(area_km2=0.499, count=26)["status"] == Status.TOO_SMALL


@pytest.mark.parametrize(
    ("area", "required"),
    [(90.40, 4701), (92.09, 4789), (1.0, 52), (1.0 + 1e-12, 52), (1.0 + 1e-6, 53), (0.0, 0), (0.001, 1)],
)
def test_required_count_rounds_up_but_not_for_rounding_noise(area, required):
    found = required_count(pd.Series([52.0]), pd.Series([area]), tolerance=1e-9)
    assert found.tolist() == [required]


def test_figures_of_one_zone():
    found = judged(count=90, count_low=80, count_high=95, area_low_km2=1.9, area_high_km2=2.5)
    assert found["density_per_km2"] == 45.0
    assert found["density_low"] == 80 / 2.5
    assert found["density_high"] == 95 / 1.9
    assert found["required_count"] == 104
    assert found["gap_count"] == 14
    assert found["attainment_ratio"] == pytest.approx(45 / 52)


def test_a_surplus_is_no_gap():
    assert judged(count=500)["gap_count"] == 0


@pytest.mark.parametrize("low", [0.0, -1.0])
def test_an_area_that_may_be_nought_leaves_no_upper_density(low):
    assert math.isnan(judged(area_low_km2=low)["density_high"])


def test_without_a_target_its_fields_are_empty():
    found = judged(target_per_km2=np.nan)
    assert pd.isna(found["required_count"])
    assert pd.isna(found["gap_count"])
    assert math.isnan(found["attainment_ratio"])
    assert found["density_per_km2"] == 50.0


whole = st.integers(0, 3000)


@given(whole, whole, whole, st.floats(0.001, 100), st.floats(0, 60), st.floats(0.01, 300))
def test_the_verdict_never_contradicts_its_figures(count, less, more, area, doubt, target):
    found = judged(
        count=count,
        count_low=max(count - less, 0),
        count_high=count + more,
        area_km2=area,
        area_low_km2=area - doubt,
        area_high_km2=area + doubt,
        target_per_km2=target,
    )
    low, high = found["density_low"], found["density_high"]
    assert low <= found["density_per_km2"] * (1 + 1e-12)
    assert math.isnan(high) or high >= found["density_per_km2"] * (1 - 1e-12)
    assert (found["gap_count"] == 0) == (count >= found["required_count"])
    if found["status"] == Status.MET:
        assert low >= target * (1 - 1e-6) or low == high
        assert found["gap_count"] == 0
    if found["status"] in {Status.NEAR, Status.SHORT}:
        assert high < target * (1 + 1e-6)
        assert found["gap_count"] > 0


def test_targets_are_positive_numbers():
    for value in (0.0, -1.0, math.nan, math.inf, 1e-320, 1e19, 1e308):
        with pytest.raises(UsageError):
            Target(value_per_km2=value)


def test_what_a_target_is_to_a_zone():
    district = Target(value_per_km2=52, scope="district", scope_zone_id="haizhu", year=2025)
    assert district.scope is TargetScope.DISTRICT
    assert district.scope_for("haizhu") == "district"
    assert district.scope_for("pazhou") == "district_reference"
    zone = Target(value_per_km2=52, scope="zone", scope_zone_id="pazhou")
    assert zone.scope_for("pazhou") == "zone"
    assert zone.scope_for("haizhu") is None
    assert Target(value_per_km2=52).scope_for("anything") == "user"
    with pytest.raises(ValueError, match="city"):
        Target(value_per_km2=52, scope="city")
