"""What was read of a file: its first rows, and where they would lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.text import text
from views.html_table import Column, Markup, render_table
from views.import_map import Places, preview_map

if TYPE_CHECKING:
    from spatial.importing.model import Examination
    from views.pack_frames import PackFrames

__all__ = ["SHOWN_ROWS", "map_of_rows", "sample_table"]

SHOWN_ROWS: Final = 6
SHOWN_COLUMNS: Final = 30
LONGEST_CELL: Final = 80


def sample_table(examination: Examination, lang: str) -> Markup:
    """Return the first rows as they were read; nothing where none was."""
    headers = examination.headers[:SHOWN_COLUMNS]
    if not headers or not examination.sample:
        return Markup("")
    left_out = len(examination.headers) - len(headers)
    rows = [[_short(cell) for cell in row[:SHOWN_COLUMNS]] for row in examination.sample[:SHOWN_ROWS]]
    caption = text(
        "app.import.sample_cut" if left_out else "app.import.sample", lang, n=len(rows), left_out=left_out
    )
    return render_table(
        [Column(head=_short(header)) for header in headers], rows, caption=caption, style="sample"
    )


def map_of_rows(examination: Examination, frames: PackFrames | None, lang: str) -> Markup:
    """Return the map of the preview, or of what each open choice of system would mean."""
    without = "app.import.map_none" if examination.result is None else "app.import.map_no_positions"
    return preview_map(frames, _places(examination, lang), lang, without=without)


def _places(examination: Examination, lang: str) -> list[Places]:
    preview = examination.preview
    candidates = examination.details.get("candidates", {}) if examination.questions else {}
    if not candidates and preview is not None and len(preview.lon):
        starts = preview.starts if preview.kind == "lines" else None
        return [Places(lon=preview.lon, lat=preview.lat, parts=preview.parts, starts=starts)]
    labels = {
        choice.value: choice.label.message(lang)
        for question in examination.questions
        for choice in question.choices
    }
    return [
        Places(
            lon=np.asarray(lon, dtype=float),
            lat=np.asarray(lat, dtype=float),
            parts=np.arange(len(lon)),
            label=labels.get(value, value),
        )
        for value, (lon, lat) in candidates.items()
    ]


def _short(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else f"{cell[:LONGEST_CELL]}…"
