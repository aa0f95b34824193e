"""Indicators and reports for the tests of evaluation tables."""

from __future__ import annotations

from dataclasses import replace

from spatial.evaluation_tables.reported import ReportedValue
from spatial.pack import open_pack

NOW = "2024-06-01T08:00:00+00:00"


def indicator(**facts):
    """Return “800 by 2025, 644 in 2021”, with other facts where given."""
    plan = open_pack("haizhu").plan
    model = next(each for each in plan.indicators if each.indicator_id.endswith("high_tech_enterprises"))
    return replace(model, **facts)


def reported(value, as_of="2023", **facts):
    usual = {
        "indicator_id": indicator().indicator_id,
        "source": "统计公报",
        "basis": "",
        "reported_at": NOW,
    }
    return ReportedValue(value=float(value), as_of=as_of, **{**usual, **facts})
