from __future__ import annotations

import csv
import io

import openpyxl
import pandas as pd
import pytest

from spatial.audit import matrix_files
from spatial.audit.case_sheet import case_sheet
from spatial.audit.layers import audit_survey
from spatial.audit.matrix_files import matrix_csv, matrix_workbook
from spatial.audit.published_case import published_case
from spatial.definition import Definition
from spatial.errors import UsageError
from spatial.export.formula_guard import unguard
from spatial.pack import open_pack
from spatial.tally import survey
from spatial.target import Target
from spatial.text import LANGUAGES, text
from tests.audit.audited import stations_of, zones_of

GOAL = Target(value_per_km2=10.0)
HOSTILE = '=HYPERLINK("http://a.example","x")'


@pytest.fixture(scope="module")
def layer():
    zones = zones_of(5).assign(name_zh=[HOSTILE, "+1", "第三片"])
    return audit_survey(
        "zones", survey(zones, stations_of(5).assign(synthetic=True)), Definition(), target=GOAL
    )


def written(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_csv_holds_every_row_with_its_figures(layer, lang):
    rows = written(matrix_csv([layer], lang))
    assert len(rows) == len(layer.rows)
    for name in ("count", "density_per_km2", "density_low", "density_high", "margin_count"):
        cells = [row[text(f"audit.head_{name}", lang)] for row in rows]
        found = pd.Series([float(cell) if cell else None for cell in cells], dtype=float)
        expected = layer.rows[name].astype("Float64").astype(float).reset_index(drop=True)
        assert found.equals(expected.rename(None)), name
    status = [text(f"verdict.status_{each}", lang) for each in layer.rows["status"]]
    assert [row[text("audit.head_status", lang)] for row in rows] == status
    reasons = [bool(row[text("audit.head_reason", lang)]) for row in rows]
    assert reasons == [reason is not None for reason in layer.rows["reason"]]


def test_every_row_says_that_it_is_schematic_and_made_up(layer):
    for row in written(matrix_csv([layer], "zh")):
        assert "示意" in row["标注"]
        assert "模拟" in row["标注"]


def test_no_name_is_computed_by_a_spreadsheet(layer):
    names = {row["片区"] for row in written(matrix_csv([layer], "zh"))}
    assert names == {"'" + HOSTILE, "'+1", "第三片"}
    assert {unguard(name) for name in names} == {HOSTILE, "+1", "第三片"}
    book = openpyxl.load_workbook(io.BytesIO(matrix_workbook([layer], "zh", remarks=["=1+1"])))
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_holds_matrix_ranges_flips_and_remarks(layer, lang):
    book = openpyxl.load_workbook(io.BytesIO(matrix_workbook([layer], lang, remarks=["甲", "乙"])))
    assert book.sheetnames == [
        text(f"audit.sheet_{name}", lang) for name in ("matrix", "ranges", "flips", "remarks")
    ]
    matrix, ranges, flips, remarks = book.worksheets
    assert matrix.max_row == 1 + len(layer.rows)
    heads = [cell.value for cell in matrix[1]]
    at = heads.index(text("audit.head_density_per_km2", lang))
    cells = pd.Series([row[at].value for row in matrix.iter_rows(min_row=2)], dtype=float)
    pd.testing.assert_series_equal(
        cells, layer.rows["density_per_km2"].reset_index(drop=True), check_names=False, rtol=1e-14
    )
    assert ranges.max_row == 1 + 2 * 3
    assert flips.max_row == 1 + len(layer.flipping_choices)
    assert [row[0].value for row in remarks.iter_rows(min_row=2)] == ["甲", "乙"]


def test_the_row_in_use_and_the_words_too_long_for_a_cell(layer):
    rows = written(matrix_csv([layer], "zh"))
    assert [row["是当前口径"] for row in rows] == ["是"] * 3 + ["否"] * (len(rows) - 3)
    long = layer.named({"z000": "长" * 40_000})
    assert long.rows["name"].iloc[1:3].tolist() == layer.rows["name"].iloc[1:3].tolist()
    book = openpyxl.load_workbook(io.BytesIO(matrix_workbook([long], "zh", remarks=[])))
    assert book.worksheets[0].cell(2, 3).value == "长" * 32_766 + "…"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_district_s_own_case_goes_along_with_its_sources(layer, lang):
    pack = open_pack("haizhu")
    case = published_case(pack)
    sheet = case_sheet(case, pack.plan, lang)
    book = openpyxl.load_workbook(io.BytesIO(matrix_workbook([layer], lang, remarks=[], besides=[sheet])))
    heads, *rows = book[text("audit.sheet_case", lang)].iter_rows(values_only=True)
    assert len(rows) == len(case.counts) * len(case.areas) == 2 * 4
    assert {len(row) for row in rows} == {len(heads)}
    assert all(row[at] for row in rows for at in (0, 4, 5, 10))
    found = {(row[3], round(row[1], 2)): row for row in rows}
    assert found[5144, 90.4][6:9] == (pytest.approx(56.9, abs=0.01), 4701, 443)
    assert found[5144, 108.0][2] == pytest.approx(18.7, abs=0.05)
    assert text("verdict.status_near", lang) in found[5144, 108.0][9]
    assert found[5144, 108.0][9] != text("verdict.status_near", lang)
    assert found[3062, 90.4][7:10] == (None, None, "")


def test_an_audit_without_stations_is_written_too():
    empty = audit_survey("zones", survey(zones_of(5), None), Definition(), target=GOAL)
    book = openpyxl.load_workbook(io.BytesIO(matrix_workbook([empty], "zh", remarks=[])))
    assert book.worksheets[2].max_row == 1
    assert len(written(matrix_csv([empty], "zh"))) == len(empty.rows)


def test_more_rows_than_a_sheet_are_refused(layer, monkeypatch):
    monkeypatch.setattr(matrix_files, "MOST_SHEET_ROWS", len(layer.rows) - 1)
    with pytest.raises(UsageError):
        matrix_workbook([layer], "zh", remarks=[])
