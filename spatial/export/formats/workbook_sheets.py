"""The sheets of a workbook that say what the others hold: 说明 and 字段."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from spatial.export.formats.table_columns import headers_of
from spatial.export.formula_guard import guard
from spatial.export.wording import date_words, said
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xlsxwriter  # type: ignore[import-untyped]

    from spatial.export.model import ExportLayer, PackageContent

__all__ = ["sheet_names", "write_dictionary", "write_notes"]

_MOST_NAME_UNITS: Final = 31
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff]")
_NOTES: Final = "说明"
_FIELDS: Final = "字段"
_OBLIGATIONS: Final = {"M": "format.mandatory", "C": "format.conditional", "O": "format.optional"}
_NOTE_WIDTHS: Final = (18, 110)
_FIELD_WIDTHS: Final = (16, 12, 24, 10, 10, 8, 30, 80)


def sheet_names(layers: Sequence[ExportLayer]) -> list[str]:
    """Return a name for each layer's sheet: its Chinese title, without what spreadsheets forbid.

    Names are at most 31 UTF-16 units long and differ in more than case.
    """
    taken = {_NOTES, _FIELDS, "history"}
    names = []
    for layer in layers:
        plain = _FORBIDDEN.sub(" ", layer.title.zh).strip(" '") or layer.name
        name, number = _cut(plain, _MOST_NAME_UNITS), 1
        while name.casefold() in taken:
            number += 1
            tail = f" {number}"
            name = _cut(plain, _MOST_NAME_UNITS - len(tail)) + tail
        taken.add(name.casefold())
        names.append(name)
    return names


def _cut(words: str, units: int) -> str:
    """Return the beginning of a text that has at most so many UTF-16 units."""
    return words.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore").rstrip(" '")


def write_notes(book: xlsxwriter.Workbook, content: PackageContent, *, bold: Any) -> None:  # noqa: ANN401
    """Write the sheet that says what the workbook is, and what it must not be used for."""
    sheet = book.add_worksheet(_NOTES)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for at, width in enumerate(_NOTE_WIDTHS):
        sheet.set_column(at, at, width)
    for row, (key, words) in enumerate(_notes(content)):
        sheet.write_string(row, 0, text(key), bold)
        sheet.write_string(row, 1, guard(words), wrap)


def _notes(content: PackageContent) -> Iterator[tuple[str, str]]:
    """Yield the lines of the sheet: key of the heading, Chinese words."""
    about = content.about
    constraints = about.get("constraints") or {}
    yield "format.note_title", content.title.zh
    yield "format.note_package", content.package_id
    yield "format.note_date", date_words(content.data_date)["zh"]
    yield "format.note_definition", said(about.get("definition") or {}, "label")["zh"]
    yield "format.note_disclaimer", said(about, "disclaimer")["zh"]
    yield (
        "format.note_review",
        said(constraints, "review_number")["zh"] or said(constraints, "review_slot")["zh"],
    )
    yield (
        "format.note_attribution",
        "；".join(said({"it": words}, "it")["zh"] for words in about.get("attribution") or ()),
    )
    yield "format.note_positions", text("format.positions")
    yield "format.note_guard", text("format.guarded")
    for layer, name in zip(content.layers, sheet_names(content.layers), strict=True):
        abstract = said(layer.about, "abstract")["zh"]
        marks = [text("format.simulated")] if layer.synthetic else []
        marks += [text("format.schematic")] if layer.about.get("schematic") else []
        line = text("format.layer_line", sheet=name, n=len(layer.features), withheld=len(layer.withheld))
        yield "format.note_layer", "；".join([line, *marks, *([abstract] if abstract else [])])


def write_dictionary(book: xlsxwriter.Workbook, content: PackageContent, *, bold: Any) -> None:  # noqa: ANN401
    """Write the sheet that explains every column."""
    sheet = book.add_worksheet(_FIELDS)
    sheet.freeze_panes(1, 0)
    headings = ("layer", "code", "header", "type", "obligation", "unit", "values", "description")
    for at, (heading, width) in enumerate(zip(headings, _FIELD_WIDTHS, strict=True)):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, text(f"format.column_{heading}"), bold)
    row = 0
    for layer in content.layers:
        for field, header in zip(layer.fields, headers_of(layer), strict=True):
            row += 1
            cells = (
                layer.title.zh,
                field.code,
                header,
                text(f"format.type_{field.type}"),
                text(_OBLIGATIONS[field.obligation]),
                field.unit,
                "|".join(field.values),
                field.description_zh,
            )
            for at, words in enumerate(cells):
                if not words:
                    continue
                sheet.write_string(row, at, words if at == headings.index("header") else guard(words))
