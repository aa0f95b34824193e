"""What became of a file: the report as plain values, and the rejected rows as files to work on."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from spatial.export.formula_guard import guard
from spatial.geojson import property_text
from spatial.importing.columns.mapping import REPORT_WORDS
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spatial.importing.model import ImportResult

__all__ = ["rejected_csv", "rejected_file", "report_dict"]

_MARK: Final = "\ufeff"
_HEADS: Final = ("row", "field", "value", "reason")


def report_dict(result: ImportResult, lang: str = "zh") -> dict[str, Any]:
    """Return the report of an import as values of JSON.

    Parameters
    ----------
    result : ImportResult
        What the file became.
    lang : str
        Language of reasons; notices and warnings carry both.
    """
    return {
        "file": result.name,
        "sha256": result.sha256,
        "subject": str(result.subject),
        "n_in": result.n_in,
        "n_used": result.n_used,
        "n_reported": result.n_reported,
        "n_features_out": result.n_features_out,
        "row_unit": result.row_unit,
        "crs": result.crs,
        "encoding": result.encoding.name,
        "columns": dict(result.columns),
        "decisions": [
            {
                "what": decision.what,
                "chosen": decision.chosen,
                "why": decision.why.message(lang),
                "confidence": decision.confidence,
            }
            for decision in result.decisions
        ],
        "notices": [notice.to_dict() for notice in result.notices],
        "warnings": [warning.to_dict() for warning in result.warnings],
        "rejected": [
            {"row": int(row), "field": field, "value": value, "reason": text(key, lang)}
            for row, field, value, key in result.rejected.itertuples(index=False, name=None)
        ],
    }


def rejected_csv(result: ImportResult, lang: str = "zh") -> bytes:
    """Return where and why rows were rejected, as CSV that a spreadsheet opens and never computes."""
    heads = [text(f"import.head_{head}", lang) for head in _HEADS]
    rows = (
        (str(row), field, value, text(key, lang))
        for row, field, value, key in result.rejected.itertuples(index=False, name=None)
    )
    return _csv(heads, rows)


def rejected_file(result: ImportResult, lang: str = "zh") -> bytes:
    """Return the rejected rows as the file had them, as CSV that can be corrected and imported again.

    Geometry stands there as WKT in the source's own reference system. The columns that say where and
    why a row was rejected are known to the import, which leaves them out.
    """
    source = result.rejected_source
    columns = [name for name in source.columns if name not in REPORT_WORDS]
    beyond = [name for name in source.columns if name in REPORT_WORDS]
    why = (
        (str(row), field, value, text(key, lang))
        for row, field, value, key in result.rejected.itertuples(index=False, name=None)
    )
    cells = source[columns + beyond].itertuples(index=False, name=None)
    rows = (
        (*(property_text(cell) for cell in row), *reasons) for row, reasons in zip(cells, why, strict=True)
    )
    return _csv([*map(str, columns), *beyond, *REPORT_WORDS[:4]], rows)


def _csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV with a byte order mark, every cell guarded against formulas."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([guard(head) for head in heads])
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return (_MARK + out.getvalue()).encode("utf-8")
