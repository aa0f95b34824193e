"""Numbers with their units as planners write them: ``1,200 亩``, ``3.5万㎡``, ``２５ m``."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.importing.columns.profiles import ValueKind

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["header_unit", "is_known_unit", "is_unit_word", "measured_number"]

_SQ_M_PER_MU: Final = 2000.0 / 3.0
_MEASURED: Final = re.compile(
    r"([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|[+-]?\.[0-9]+)((?:[eE][+-]?[0-9]+)?)(.*)",
    re.DOTALL,
)
_BRACKETED: Final = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")

_METRES: Final = {
    "m": 1.0,
    "米": 1.0,
    "meter": 1.0,
    "metre": 1.0,
    "km": 1000.0,
    "公里": 1000.0,
    "千米": 1000.0,
    "cm": 0.01,
    "厘米": 0.01,
    "mm": 0.001,
    "毫米": 0.001,
}
_SQUARE_METRES: Final = {
    "m2": 1.0,
    "平方米": 1.0,
    "平米": 1.0,
    "平方": 1.0,
    "sqm": 1.0,
    "万m2": 1e4,
    "万平方米": 1e4,
    "万平米": 1e4,
    "万平方": 1e4,
    "万方": 1e4,
    "亩": _SQ_M_PER_MU,
    "万亩": 1e4 * _SQ_M_PER_MU,
    "公顷": 1e4,
    "ha": 1e4,
    "hm2": 1e4,
    "km2": 1e6,
    "平方公里": 1e6,
    "平方千米": 1e6,
    "sqkm": 1e6,
}
_COUNTS: Final = dict.fromkeys(("人", "个", "根", "座", "处", "户"), 1.0) | {"万人": 1e4, "万": 1e4}
_PLAIN: Final = {
    "度": 1.0,
    "°": 1.0,
    "deg": 1.0,
    "个/km2": 1.0,
    "座/km2": 1.0,
    "个/平方公里": 1.0,
    "个": 1.0,
    "根": 1.0,
    "年": 1.0,
    "khz": 1.0,
    "mhz": 1.0,
    "%": 0.01,
}
_KINDS_OF_CELLS: Final = frozenset(
    (
        "文本",
        "字符",
        "字符型",
        "数值",
        "数字",
        "数值型",
        "日期",
        "元/m2·月",
        "元/m2/月",
        "-",
        "/",
        "—",
        "text",
        "number",
    )
)
"""What a row below the header says where a column has no unit."""
_FACTORS: Final[Mapping[ValueKind, Mapping[str, float]]] = {
    ValueKind.LENGTH_M: _METRES,
    ValueKind.AREA_M2: _SQUARE_METRES,
    ValueKind.AREA_KM2: {unit: factor / 1e6 for unit, factor in _SQUARE_METRES.items()},
    ValueKind.PEOPLE: _COUNTS,
    ValueKind.NUMBER: _PLAIN,
    ValueKind.INTEGER: _PLAIN,
}


def header_unit(header: str) -> str | None:
    """Return the unit that stands in brackets in a header, normalised; None without one."""
    found = _BRACKETED.findall(unicodedata.normalize("NFKC", header))
    return _plain_unit(found[-1]) if found else None


def is_known_unit(unit: str, kind: ValueKind) -> bool:
    """Tell whether numbers in ``unit`` can be brought to the unit of ``kind``."""
    return unit in _FACTORS[kind]


def is_unit_word(words: str) -> bool:
    """Tell a cell that holds a unit, in brackets or not, or the kind of what stands below, and no value."""
    unit = _plain_unit(words).strip("()[]【】")
    return unit in _KINDS_OF_CELLS or any(unit in factors for factors in _FACTORS.values())


def measured_number(cell: str, kind: ValueKind, unit: str | None) -> float:
    """Return the number of a cell in the unit of its kind, NaN where it is not understood.

    Parameters
    ----------
    cell : str
        Text with or without thousands separators, full-width digits and a unit.
    kind : ValueKind
        A kind of numbers.
    unit : str or None
        Unit of the column, for cells that have none of their own.
    """
    words = unicodedata.normalize("NFKC", cell).strip()
    found = _MEASURED.fullmatch(words)
    if not found:
        return np.nan
    own = _plain_unit(found[3])
    factors = _FACTORS[kind]
    stated = own or unit or ""
    if stated and stated not in factors:
        return np.nan
    number = float(found[1].replace(",", "") + found[2]) * (factors[stated] if stated else 1.0)
    return number if np.isfinite(number) else np.nan


def _plain_unit(words: str) -> str:
    """Return a unit half width, in lower case and without blanks: ``㎡`` is ``m2``."""
    half_width = unicodedata.normalize("NFKC", words).casefold()
    return "".join(half_width.split()).replace("平方千米", "平方公里")
