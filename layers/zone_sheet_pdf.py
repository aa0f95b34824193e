"""One sheet of paper for a zone, at true scale: map, verdict, definition, legend and sources.

The PDF is vector throughout and its text can be selected: the font's characters that it uses are
embedded with their Unicode values. It holds no clock and no name of a machine, so the same sheet
gives the same bytes.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from layers.sheet.blocks import Column, definition_block, geometry_block, legend_block, verdict_block
from layers.sheet.frame import PAPERS, PaperName, window_for
from layers.sheet.graticule import scale_words
from layers.sheet.model import SheetSource, SheetVerdict, ZoneSheet, zone_sheets
from layers.sheet.pen import INK, MISSING, PALE_INK, Pen, registered_font
from layers.sheet.picture import BADGE_INKS, draw_map
from layers.sheet.words import disclaimers, sheet_badges, source_lines
from layers.wording import as_text, localised
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.sheet.frame import MapWindow, Paper
    from layers.sheet.picture import MapPicture

__all__ = [
    "SHEET_FONT_FILE",
    "PaperName",
    "SheetSource",
    "SheetVerdict",
    "ZoneSheet",
    "zone_sheet_pdf",
    "zone_sheets",
    "zone_sheets_pdf",
]

# Below static/, as scripts/vendor_assets.py brings it.
SHEET_FONT_FILE: Final = "vendor/noto-sans-sc/NotoSansSC-Regular.ttf"

MOST_SOURCES: Final = 5
ISO_DATE: Final = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
MOST_CODES: Final = 6
NAME_SIZES: Final = (18.0, 15.0, 12.5, 11.0, 9.5)


def zone_sheet_pdf(sheet: ZoneSheet, *, lang: str, paper: PaperName = "A4", font: bytes) -> bytes:
    """Return the sheet of one zone as a PDF of one page; see `zone_sheets_pdf`."""
    return zone_sheets_pdf([sheet], lang=lang, paper=paper, font=font)


def zone_sheets_pdf(sheets: Sequence[ZoneSheet], *, lang: str, paper: PaperName = "A4", font: bytes) -> bytes:
    """Return a PDF with one page for each of ``sheets``.

    Parameters
    ----------
    sheets : sequence of ZoneSheet
        At least one.
    lang : str
        ``"zh"`` or ``"en"``.
    paper : {"A4", "A3"}
        A4 stands upright, A3 lies.
    font : bytes
        A TrueType font with Chinese characters: the contents of `SHEET_FONT_FILE`.

    Returns
    -------
    bytes
        The same for the same input.

    Raises
    ------
    MissingCrsError, GeometryError
        If a zone states no system, has no outline, or no flat grid can show it.
    """
    paper_size, name = PAPERS[paper], registered_font(font)
    held = io.BytesIO()
    canvas: Any = Canvas(
        held,
        pagesize=(paper_size.width * mm, paper_size.height * mm),
        pageCompression=1,
        invariant=1,
        initialFontName=name,
        lang="zh-CN" if lang == "zh" else "en",
    )
    canvas.setTitle(_document_title(sheets, lang))
    canvas.setSubject(text("sheet.subject", lang))
    canvas.setAuthor("")
    dated = max((sheet.data_date for sheet in sheets if ISO_DATE.fullmatch(sheet.data_date)), default="")
    if dated:
        canvas.setDateFormatter(lambda *_clock: f"D:{dated.replace('-', '')}")
    canvas.setCreator(text("sheet.creator", lang))
    for number, sheet in enumerate(sheets, start=1):
        pen = Pen(canvas, font=name, height_mm=paper_size.height)
        _page(pen, sheet, paper_size, lang=lang, place=(number, len(sheets)))
        canvas.showPage()
    canvas.save()
    return held.getvalue()


def _document_title(sheets: Sequence[ZoneSheet], lang: str) -> str:
    words = sheets[0].title.in_language(lang)
    if len(sheets) == 1:
        words = f"{localised(sheets[0].facts, 'name', lang)} · {words}"
    return words


def _page(pen: Pen, sheet: ZoneSheet, paper: Paper, *, lang: str, place: tuple[int, int]) -> None:
    facts = sheet.facts
    name = localised(facts, "name", lang) or sheet.zone_id
    pen.canvas.bookmarkPage(f"sheet-{place[0]}")
    pen.canvas.addOutlineEntry(pen.clean(name), f"sheet-{place[0]}")
    window = window_for(sheet.zone, paper=paper)
    _head(pen, sheet, paper, name=name, lang=lang)
    picture = draw_map(pen, sheet, window, lang=lang)
    _blocks(pen, sheet, paper, window, picture, lang=lang)
    _foot(pen, sheet, paper, lang=lang, place=place)


def _head(pen: Pen, sheet: ZoneSheet, paper: Paper, *, name: str, lang: str) -> None:
    left, right = paper.map_box.left, paper.width - paper.map_box.left
    edge = right
    for badge in sheet_badges(sheet):
        words = text(f"verdict.badge_{badge}", lang)
        edge = pen.badge(edge, 11.8, words, size=8.5, ink=BADGE_INKS[badge]) - 2.0
    room = edge - left
    fits = (each for each in NAME_SIZES if pen.width(pen.clean(name), each) <= room)
    size = next(fits, NAME_SIZES[-1])
    line = pen.lines(name, room, size=size, most=1)[0]
    pen.write(left, 17.0, line, size=size, bold=True)
    other = localised(sheet.facts, "name", "en" if lang == "zh" else "zh")
    parts = [other] if other and other != name else []
    parts += [text(f"sheet.level_{sheet.level}", lang), sheet.title.in_language(lang)]
    if sheet.data_date:
        parts.append(text("sheet.data_date", lang, date=sheet.data_date))
    line = pen.lines(" · ".join(parts), right - left, size=8.5, most=1)[0]
    pen.write(left, 23.0, line, size=8.5, ink=PALE_INK)
    pen.line([(left, 26.0), (right, 26.0)], ink=INK, weight=0.9)


def _blocks(
    pen: Pen, sheet: ZoneSheet, paper: Paper, window: MapWindow, picture: MapPicture, *, lang: str
) -> None:
    columns = [Column(pen, rect, paper.text_size, lang, rect.top) for rect in paper.columns]
    first, second, third, notes = columns if len(columns) > 1 else columns * 4
    verdict_block(first, sheet)
    definition_block(second, sheet)
    geometry_block(second, sheet)
    legend_block(third, sheet, picture)
    _notes(notes, sheet, window, picture)


def _notes(column: Column, sheet: ZoneSheet, window: MapWindow, picture: MapPicture) -> None:
    lang = column.lang
    column.heading("sheet.sources")
    for words in source_lines(sheet, lang)[:MOST_SOURCES]:
        column.words(words, most=2, ink=INK)
    crs = text("sheet.crs", lang, epsg=window.crs.to_epsg() or "–", name=window.crs.name)
    column.words(f"{scale_words(window, lang)} · {crs}", most=3)
    column.words(" ".join(disclaimers([*sheet_badges(sheet), *picture.badges], lang)), most=4, ink=INK)


def _foot(pen: Pen, sheet: ZoneSheet, paper: Paper, *, lang: str, place: tuple[int, int]) -> None:
    left, right = paper.map_box.left, paper.width - paper.map_box.left
    y = paper.height - 12.0
    pen.line([(left, y), (right, y)], ink=INK, weight=0.5)
    number = sheet.scene.review_number
    review = text("map.review_number", lang, number=number) if number else text("sheet.review_slot", lang)
    used = pen.write(left, y + 3.6, review, size=7.0, bold=True)
    page = text("sheet.page", lang, page=place[0], pages=place[1])
    end = pen.write(right, y + 3.6, page, size=7.0, at="right")
    line = pen.lines(as_text(sheet.scene.attribution), right - left, size=6.4, most=1)[0]
    pen.write(left, y + 6.9, line, size=6.4, ink=PALE_INK)
    if pen.missing:
        codes = ", ".join(f"U+{ord(letter):04X}" for letter in sorted(pen.missing)[:MOST_CODES])
        words = text("sheet.missing_letters", lang, count=len(pen.missing), mark=MISSING, codes=codes)
        line = pen.lines(words, right - left - used - end - 8.0, size=6.2, most=1)[0]
        pen.write(left + used + 4.0, y + 3.6, line, size=6.2, ink=PALE_INK)
