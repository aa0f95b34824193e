"""The bars say what the rows say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from layers.classification import CLASSIFICATION
from spatial.verdict import Status
from views.density_chart import density_chart
from views.verdict_rows import VerdictRow

ROW = VerdictRow(
    zone_id="a",
    name="甲",
    basis="",
    area_km2=10.0,
    count=400,
    density_per_km2=40.0,
    density_low=30.0,
    density_high=60.0,
    target_per_km2=50.0,
    required_count=500,
    gap_count=100,
    attainment_ratio=0.8,
    stations_per_10k_people=None,
    status=Status.UNDETERMINED,
    synthetic=True,
    reference=True,
    geometry_basis="schematic",
)


def shares(chart: str) -> list[float]:
    found = re.findall(r"(?:width|left):([\d.]+)%", chart)
    return [float(each) for each in found]


def test_bar_range_and_target_share_one_scale():
    width, low, span, target = shares(density_chart([ROW], "zh"))
    assert width / target == pytest.approx(40 / 50, abs=1e-3)
    assert low / target == pytest.approx(30 / 50, abs=1e-3)
    assert (low + span) / target == pytest.approx(60 / 50, abs=1e-3)
    assert low < target < low + span <= 100


@pytest.mark.parametrize("status", list(Status))
def test_a_bar_has_the_colour_of_its_status(status):
    chart = density_chart([replace(ROW, status=status)], "zh")
    assert CLASSIFICATION[status].colour in chart


def test_an_open_range_runs_off_the_chart():
    _, low, span, _ = shares(density_chart([replace(ROW, density_high=None)], "zh"))
    assert low + span == pytest.approx(100, abs=0.02)


def test_the_bars_are_spoken_in_both_languages():
    assert "甲：40.0 座/km²（30.0–60.0），目标 50，尚不能判定 模拟" in density_chart([ROW], "zh")
    assert "甲: 40.0 per km² (30.0–60.0), target 50, Undetermined simulated" in density_chart([ROW], "en")


def test_a_simulated_verdict_says_so_beside_its_bar():
    assert '<span class="badge synthetic"' in density_chart([ROW], "zh")
    assert "synthetic" not in density_chart([replace(ROW, synthetic=False)], "zh")


def test_names_are_escaped():
    chart = density_chart([replace(ROW, name="<img onerror=x>{{7*7}}")], "zh")
    assert "<img" not in chart
    assert "{{" not in chart


def test_rows_without_density_or_target_have_no_bar():
    assert density_chart([replace(ROW, density_per_km2=None)], "zh") == ""
    assert density_chart([replace(ROW, target_per_km2=None)], "zh") == ""
    assert density_chart([replace(ROW, in_use=False)], "zh") == ""
