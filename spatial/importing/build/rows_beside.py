"""Rows of a table that are none of its things: totals, units below the header, repeated headers, remarks.

People who fill in tables add such rows for other people. A total whose coordinate columns hold an average
would become a station, and in a table without coordinates each of them a park, if nobody looked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from spatial.importing.columns.units import is_unit_word
from spatial.importing.header_words import is_known_header

if TYPE_CHECKING:
    from spatial.importing.build.draft import Draft
    from spatial.importing.columns.mapping import ColumnMapping

__all__ = ["set_beside"]

_LABELLED: Final = ("site_id", "name", "place_id", "name_zh", "zone_id")
_FIRST_COLUMNS: Final = 3
"""A total or a remark stands in one of the first columns, or where rows have their name."""
_FIRST_ROWS: Final = 3
"""Units and a second header stand directly below the header."""
_LAST_ROWS: Final = 20
"""Remarks, and totals in words of their own, stand at the end."""
_FEW_CELLS: Final = 3
_TOTALS: Final = tuple(
    f"{word[0]}{gap}{word[1:]}{mark}"
    for word in ("合计", "小计", "总计", "共计", "累计", "总数", "平均", "平均值", "total", "Total", "TOTAL")
    for gap in ("", " ", "  ", "\u3000")
    for mark in ("", ":", "：")
)
"""What a whole column is searched for; a pattern would take longer than the file takes to read."""
_OWN_TOTAL: Final = re.compile(
    r"\s*(?:.{0,12}(?:[合小总共累]\s*计)|总\s*数|平\s*均\s*值?|(?:grand |sub-?)?total)\s*(?:[:：(（0-9].*)?",
    re.IGNORECASE | re.DOTALL,
)
_REMARK: Final = re.compile(
    r"\s*(?:注|备注|说明|制表|制表人|填表人|填报人|填报单位|填表日期|填报日期|制表日期|审核|审核人|复核人|"
    r"数据来源|统计时间|统计日期|单位)\s*[:：]"
)


def set_beside(draft: Draft, mapping: ColumnMapping) -> None:
    """Reject the rows that are no things of their own; each is reported, none is dropped."""
    table = draft.layer.table
    columns = list(table.columns)
    named = [mapping.columns[field] for field in _LABELLED if field in mapping.columns]
    for column in dict.fromkeys((*columns[:_FIRST_COLUMNS], *named)):
        if isinstance(table[column].dtype, pd.StringDtype):
            _set_column_beside(draft, table[column], str(column))
    for at in range(min(_FIRST_ROWS, len(table))):
        cells = _filled(table, at)
        if cells and all(map(is_unit_word, cells)):
            draft.reject([at], "", [" ".join(cells)], "import.reason_units_row")
        elif len(cells) > 1 and all(map(is_known_header, cells)):
            draft.reject([at], "", [" ".join(cells)], "import.reason_header_row")


def _set_column_beside(draft: Draft, words: pd.Series, column: str) -> None:
    """Reject the rows that one column shows to be totals, remarks or the header once more."""
    last = range(max(len(words) - _LAST_ROWS, 0), len(words))
    for at in sorted({*np.flatnonzero(words.isin((*_TOTALS, column))).tolist(), *last}):
        reason = _reason(str(words.iloc[at]), draft.layer.table, at)
        if reason is not None:
            draft.reject([at], column, [words.iloc[at]], reason)


def _reason(word: str, table: pd.DataFrame, at: int) -> str | None:
    """Return why a row is no thing of its own, None for one that is."""
    if _OWN_TOTAL.fullmatch(word):
        return "import.reason_total_row"
    if _REMARK.match(word) and len(_filled(table, at)) <= _FEW_CELLS:
        return "import.reason_remark_row"
    return "import.reason_header_row" if _is_header(table, at) else None


def _filled(table: pd.DataFrame, at: int) -> list[str]:
    """Return the cells of a row that hold something."""
    return [cell.strip() for cell in table.iloc[at] if isinstance(cell, str) and cell.strip()]


def _is_header(table: pd.DataFrame, at: int) -> bool:
    """Tell a row of more than one cell, each of which repeats the name of its column."""
    cells = [(str(name), cell) for name, cell in table.iloc[at].items() if isinstance(cell, str) and cell]
    return len(cells) > 1 and all(name == cell for name, cell in cells)
