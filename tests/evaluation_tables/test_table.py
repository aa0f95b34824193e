"""One row for each indicator of a plan, and the same in files that run nothing."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest

from spatial.evaluation_tables.standing import Standing
from spatial.evaluation_tables.table import Stage, evaluation_table
from spatial.evaluation_tables.table_files import HEADS, evaluation_csv, evaluation_workbook
from spatial.evaluation_tables.words import goal_words, judged_words
from spatial.export.formula_guard import unguard
from spatial.pack import open_pack
from tests.evaluation_tables.indicators import NOW, indicator, reported

PLAN = "haizhu-science-145"
TODAY = date(2026, 7, 1)
GOAL = indicator().indicator_id


@pytest.fixture(scope="module")
def plan():
    return open_pack("haizhu").plan


def row_of(plan, stage, year, *values):
    rows = evaluation_table(plan, PLAN, stage=stage, year=year, values=values, today=TODAY)
    return next(row for row in rows if row.indicator.indicator_id == GOAL)


@pytest.mark.parametrize("document_id", [each.document_id for each in open_pack("haizhu").plan.documents])
def test_every_indicator_has_a_row_with_or_without_a_value(plan, document_id):
    rows = evaluation_table(plan, document_id, stage=Stage.YEARLY, year=2023, values=[], today=TODAY)
    assert [row.indicator for row in rows] == list(plan.indicators_of(document_id))
    assert {row.judged.standing for row in rows} == {Standing.NO_VALUE}


@pytest.mark.parametrize(
    ("stage", "year", "shown"),
    [
        (Stage.YEARLY, 2023, "2023-06"),
        (Stage.YEARLY, 2024, None),
        (Stage.MID_TERM, 2024, "2023-06"),
        (Stage.MID_TERM, 2021, None),
        (Stage.FINAL, 2022, "2022"),
        (Stage.FINAL, 2025, None),
    ],
)
def test_each_stage_takes_the_values_of_its_time(plan, stage, year, shown):
    value = row_of(plan, stage, year, reported(700, "2022"), reported(720, "2023-06")).value
    assert (value and value.as_of) == shown


def test_of_one_time_the_value_counted_as_the_plan_counts_is_taken_and_the_others_are_told(plan):
    other = reported(900, "2023-12", basis="含分公司", reported_at="2024-12-01T00:00:00+00:00")
    row = row_of(plan, Stage.YEARLY, 2023, reported(700, "2023-06"), other)
    assert row.value.value == 700
    assert row.n_not_shown == 1
    assert row_of(plan, Stage.YEARLY, 2023, other).judged.standing == Standing.UNJUDGED


def test_the_value_that_was_reported_last_wins(plan):
    newer = reported(710, source="更正", reported_at=NOW.replace("08:", "09:"))
    assert row_of(plan, Stage.YEARLY, 2023, newer, reported(700)).value == newer


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_table_of_any_values_runs_nothing_and_loses_nothing(plan, lang):
    hostile = '=HYPERLINK("http://x")'
    values = [reported(723.25, source=hostile, basis="@SUM(1)"), reported(719, "2023-01", source="b")]
    rows = evaluation_table(plan, PLAN, stage=Stage.YEARLY, year=2023, values=values, today=TODAY)
    written = evaluation_csv(plan, rows, lang)
    assert written.startswith(b"\xef\xbb\xbf")
    cells = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
    assert {len(line) for line in cells} == {len(HEADS)}
    assert len(cells) == 1 + len(rows)
    book = openpyxl.load_workbook(
        io.BytesIO(evaluation_workbook(plan, rows, lang, stage=Stage.YEARLY, year=2023, remarks=["=1"]))
    )
    sheet, told = book.worksheets
    assert sheet.max_row == 1 + len(rows)
    assert {cell.data_type for each in book.worksheets for line in each for cell in line} <= {"s", "n"}
    assert [unguard(cell.value) for cell in told["A"]][-1] == "=1"
    at = next(n for n, line in enumerate(cells) if line[0] == GOAL)
    assert float(cells[at][HEADS.index("value")]) == 719
    assert sheet.cell(at + 1, 1 + HEADS.index("value")).value == 719


def test_hostile_words_are_guarded(plan):
    hostile = '=HYPERLINK("http://x")'
    rows = evaluation_table(
        plan, PLAN, stage=Stage.YEARLY, year=2023, values=[reported(1, source=hostile)], today=TODAY
    )
    cells = list(csv.reader(io.StringIO(evaluation_csv(plan, rows, "zh").decode("utf-8-sig"))))
    found = [line[HEADS.index("source")] for line in cells[1:] if line[HEADS.index("source")]]
    assert found == ["'" + hostile]


def test_findings_stand_beside_the_goal_that_they_touch_and_differences_are_plain_numbers(plan):
    goal = "haizhu-digital-145.base_stations_per_km2"
    value = reported(49.6, "2024-12-31", indicator_id=goal)
    rows = evaluation_table(
        plan, "haizhu-digital-145", stage=Stage.YEARLY, year=2024, values=[value], today=TODAY
    )
    cells = list(csv.DictReader(io.StringIO(evaluation_csv(plan, rows, "zh").decode("utf-8-sig"))))
    density = next(line for line in cells if line["指标编号"].endswith("base_stations_per_km2"))
    assert "52" in density["文本中的问题"]
    assert density["差距（百分比为百分点）"] == density["此后每年需变化"] == "2.4"


@pytest.mark.parametrize(
    ("stage", "year", "as_of", "today", "standing", "looks_back"),
    [
        (Stage.YEARLY, 2023, "2023", date(2024, 2, 1), Standing.BEHIND, False),
        (Stage.YEARLY, 2023, "2023", TODAY, Standing.BEHIND, True),
        (Stage.YEARLY, 2025, "2025-06", date(2025, 7, 1), Standing.BEHIND, False),
        (Stage.YEARLY, 2025, "2025-06", TODAY, Standing.PERIOD_OVER, False),
        (Stage.MID_TERM, 2026, "2023", TODAY, Standing.PERIOD_OVER, False),
        (Stage.MID_TERM, 2026, "2025", TODAY, Standing.NOT_MET, False),
        (Stage.FINAL, 2025, "2025-06", TODAY, Standing.NOT_MET, False),
    ],
)
def test_once_the_period_is_over_no_rate_is_asked_for(plan, stage, year, as_of, today, standing, looks_back):
    rows = evaluation_table(plan, PLAN, stage=stage, year=year, values=[reported(660, as_of)], today=today)
    row = next(row for row in rows if row.indicator.indicator_id == GOAL)
    assert (row.judged.standing, row.looks_back) == (standing, looks_back)
    assert (row.judged.yearly_rate_needed is None) == (standing != Standing.BEHIND)
    assert row.judged.shortfall == 140
    assert row.looks_back == (row.judged.yearly_rate_needed is not None and today == TODAY)
    assert ("2025" in judged_words(row, "zh")) == (
        looks_back or (as_of == "2025-06" and today == TODAY) or standing == Standing.PERIOD_OVER
    )


def test_every_number_of_a_goal_is_in_the_words_of_its_text(plan):
    """The table loses no digit: the goal as it is shown holds the number that the text prints."""
    for each in plan.indicators:
        if each.value is not None:
            assert goal_words(each, "zh").split()[-1] == f"{each.value:,.10g}"
