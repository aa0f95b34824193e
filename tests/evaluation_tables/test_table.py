"""One row for each indicator of a plan, and the same in files that run nothing."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from spatial.evaluation_tables.standing import Standing
from spatial.evaluation_tables.table import Stage, evaluation_table
from spatial.evaluation_tables.table_files import HEADS, evaluation_csv, evaluation_workbook
from spatial.export.formula_guard import unguard
from spatial.pack import open_pack
from tests.evaluation_tables.indicators import NOW, indicator, reported

PLAN = "haizhu-science-145"
GOAL = indicator().indicator_id


@pytest.fixture(scope="module")
def plan():
    return open_pack("haizhu").plan


def row_of(plan, stage, year, *values):
    rows = evaluation_table(plan, PLAN, stage=stage, year=year, values=values)
    return next(row for row in rows if row.indicator.indicator_id == GOAL)


@pytest.mark.parametrize("document_id", [each.document_id for each in open_pack("haizhu").plan.documents])
def test_every_indicator_has_a_row_with_or_without_a_value(plan, document_id):
    rows = evaluation_table(plan, document_id, stage=Stage.YEARLY, year=2023, values=[])
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
    rows = evaluation_table(plan, PLAN, stage=Stage.YEARLY, year=2023, values=values)
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
    rows = evaluation_table(plan, PLAN, stage=Stage.YEARLY, year=2023, values=[reported(1, source=hostile)])
    cells = list(csv.reader(io.StringIO(evaluation_csv(plan, rows, "zh").decode("utf-8-sig"))))
    found = [line[HEADS.index("source")] for line in cells[1:] if line[HEADS.index("source")]]
    assert found == ["'" + hostile]


def test_findings_stand_beside_the_goal_that_they_touch(plan):
    rows = evaluation_table(plan, "haizhu-digital-145", stage=Stage.FINAL, year=2025, values=[])
    cells = list(csv.DictReader(io.StringIO(evaluation_csv(plan, rows, "zh").decode("utf-8-sig"))))
    density = next(line for line in cells if line["指标编号"].endswith("base_stations_per_km2"))
    assert "52" in density["文本中的问题"]
