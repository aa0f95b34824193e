"""The matrix as a file for spreadsheets: CSV of its rows, XLSX with ranges and flips besides.

Every text is guarded (`spatial.export.formula_guard`); numbers are not rounded. Each row says how well its
outline is known and whether the inventory is made up.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from spatial.audit.axes import AXES, DATE_AXIS, choice_word, field_word
from spatial.audit.records import records
from spatial.audit.words import change_word, definition_words, marks, status_word
from spatial.errors import UsageError
from spatial.export.formula_guard import guard
from spatial.text import text
from spatial.verdict import STATUS_ORDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import xlsxwriter  # type: ignore[import-untyped]

    from spatial.audit.layers import AuditedLayer

    Cells = list[str | float | int | None]
    Sheet = tuple[str, list[str], Iterable[Cells]]

__all__ = ["MOST_SHEET_ROWS", "matrix_csv", "matrix_workbook"]

MOST_SHEET_ROWS: Final = 1_048_575
"""Rows of a sheet beside its header."""

_WIDE, _NARROW = 22, 11
_LONGEST_CELL: Final = 32_767
_FIGURES: Final = (
    "count",
    "area_km2",
    "density_per_km2",
    "density_low",
    "density_high",
    "target_per_km2",
    "required_count",
    "gap_count",
    "margin_count",
)


def matrix_csv(layers: Sequence[AuditedLayer], lang: str) -> bytes:
    """Return the rows of all layers as CSV: UTF-8 with a byte order mark, heads with their units."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(_matrix_heads(lang))
    writer.writerows(_matrix_rows(layers, lang))
    return stream.getvalue().encode("utf-8-sig")


def matrix_workbook(
    layers: Sequence[AuditedLayer], lang: str, *, remarks: Iterable[str], besides: Sequence[Sheet] = ()
) -> bytes:
    """Return a workbook: the matrix, the range of each zone, the choices that flip, and what to know.

    Parameters
    ----------
    layers : sequence of AuditedLayer
        What was audited.
    lang : str
        Language of heads and words.
    remarks : iterable of str
        What the reader has to know: sources, what is simulated, what the data cannot answer.
    besides : sequence of Sheet
        Name, heads and rows of sheets before the remarks, guarded already.

    Raises
    ------
    UsageError
        If the matrix has more rows than a sheet.
    """
    import xlsxwriter  # noqa: PLC0415 - a tenth of a second that few calls need

    n_rows = sum(len(each.rows) for each in layers)
    if n_rows > MOST_SHEET_ROWS:
        raise UsageError("audit.too_many_for_sheet", rows=n_rows, allowed=MOST_SHEET_ROWS)
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        said: Iterable[Cells] = ([guard(words)] for words in remarks)
        sheets: tuple[Sheet, ...] = (
            (text("audit.sheet_matrix", lang), _matrix_heads(lang), _matrix_rows(layers, lang)),
            (text("audit.sheet_ranges", lang), _range_heads(lang), _range_rows(layers, lang)),
            (text("audit.sheet_flips", lang), _flip_heads(lang), _flip_rows(layers, lang)),
            *besides,
            (text("audit.sheet_remarks", lang), [text("audit.head_remark", lang)], said),
        )
        for name, heads, rows in sheets:
            _write_sheet(book, name, heads, rows, bold=bold)
    return stream.getvalue()


def _write_sheet(
    book: xlsxwriter.Workbook,
    name: str,
    heads: list[str],
    rows: Iterable[Cells],
    *,
    bold: Any,  # noqa: ANN401
) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for at, head in enumerate(heads):
        sheet.set_column(at, at, _WIDE if at < len(AXES) else _NARROW)
        sheet.write_string(0, at, head, bold)
    n_rows = 0
    for n_rows, row in enumerate(rows, start=1):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(n_rows, at, _fitting(cell))
            elif cell is not None:
                sheet.write_number(n_rows, at, cell)
    if n_rows:
        sheet.autofilter(0, 0, n_rows, len(heads) - 1)


def _fitting(words: str) -> str:
    """Return text that a cell takes; the writer would leave out a longer one in silence."""
    return words if len(words) <= _LONGEST_CELL else words[: _LONGEST_CELL - 1] + "…"


def _matrix_heads(lang: str) -> list[str]:
    fields = [field_word(field, lang) for field in (*AXES, DATE_AXIS)]
    figures = [text(f"audit.head_{name}", lang) for name in _FIGURES]
    names = ("in_use", "status", "flips", "reason", "stations", "marks")
    return [*_zone_heads(lang), *fields, *figures, *(text(f"audit.head_{name}", lang) for name in names)]


def _matrix_rows(layers: Sequence[AuditedLayer], lang: str) -> Iterator[Cells]:
    for layer in layers:
        stations = text(f"audit.stations_{layer.stations}", lang)
        for row in records(layer.rows):
            yield [
                *_zone_cells(layer, row),
                *(guard(words) for words in definition_words(row["definition"], lang)),
                *(_number(row[name]) for name in _FIGURES),
                _yes_or_no(row["definition"] == layer.definitions[0], lang),
                status_word(row["status"], lang),
                _yes_or_no(row["flips"], lang),
                "" if row["reason"] is None else guard(row["reason"].message(lang)),
                stations,
                _marked(row, lang),
            ]


def _yes_or_no(holds: object, lang: str) -> str:
    return text(f"audit.flips_{bool(holds)}".lower(), lang)


def _range_heads(lang: str) -> list[str]:
    names = ["density_per_km2", "margin_count", "status"]
    heads = [text(f"audit.head_{name}", lang) for name in ("over", *names, "n_definitions", "n_answered")]
    heads += [status_word(str(status), lang) for status in STATUS_ORDER]
    for end in ("lowest", "highest"):
        label = text(f"audit.head_{end}", lang)
        heads += [f"{label} {text(f'audit.head_{name}', lang)}" for name in ("definition", *names)]
    return [*_zone_heads(lang), *heads, text("audit.head_marks", lang)]


def _range_rows(layers: Sequence[AuditedLayer], lang: str) -> Iterator[Cells]:
    for layer in layers:
        in_use = layer.definitions[0]
        state = text("audit.over_state", lang, state=choice_word(in_use, "status", lang))
        for over, ranges in ((state, layer.ranges_of_state), (text("audit.over_all", lang), layer.ranges)):
            for row in records(ranges):
                cells: Cells = [*_zone_cells(layer, row), over, *_figures_of(row, "", lang)]
                cells += [int(row[name]) for name in ("n_definitions", "n_answered")]
                cells += [int(row[f"n_{status}"]) for status in STATUS_ORDER]
                for end in ("lowest_", "highest_"):
                    definition = row[f"{end}definition"]
                    cells.append("" if definition is None else guard(definition.label(lang)))
                    cells += _figures_of(row, end, lang)
                yield [*cells, _marked(row, lang)]


def _figures_of(row: dict[str, Any], prefix: str, lang: str) -> Cells:
    status = row[f"{prefix}status"]
    return [
        _number(row[f"{prefix}density_per_km2"]),
        _number(row[f"{prefix}margin_count"]),
        "" if status is None else status_word(status, lang),
    ]


def _flip_heads(lang: str) -> list[str]:
    names = [
        *("change", "status_before", "status", "count_change", "density_change_per_km2"),
        *("margin_before", "margin_count", "marks"),
    ]
    return [*_zone_heads(lang), *(text(f"audit.head_{name}", lang) for name in names)]


def _flip_rows(layers: Sequence[AuditedLayer], lang: str) -> Iterator[Cells]:
    for layer in layers:
        for row in records(layer.flipping_choices):
            yield [
                *_zone_cells(layer, row),
                guard(change_word(row["definition"], row["field"], lang)),
                status_word(row["status_before"], lang),
                status_word(row["status"], lang),
                *(_number(row[name]) for name in ("count_change", "density_change_per_km2")),
                *(_number(row[name]) for name in ("margin_before", "margin_count")),
                _marked(row, lang),
            ]


def _zone_heads(lang: str) -> list[str]:
    return [text(f"audit.head_{name}", lang) for name in ("layer", "zone_id", "zone")]


def _zone_cells(layer: AuditedLayer, row: dict[str, Any]) -> Cells:
    return [guard(layer.layer), guard(str(row["zone_id"])), guard(str(row["name"]))]


def _marked(row: dict[str, Any], lang: str) -> str:
    return text("audit.separator", lang).join(marks(row, lang))


def _number(value: Any) -> float | int | None:  # noqa: ANN401 - a cell
    return None if value is None or pd.isna(value) else value
