"""The words by which a header is told from other rows, whatever the rows of the file are."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from spatial.export.fields import LayerKind, fields_of
from spatial.importing.field_words import (
    CELL_WORDS,
    FEATURE_WORDS,
    PARK_WORDS,
    POLE_WORDS,
    STATION_WORDS,
    ZONE_WORDS,
)
from spatial.station_words import DEGREE_WORDS, GRID_WORDS, normalise_word

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["is_known_header"]

_SUBJECTS: Final = (STATION_WORDS, CELL_WORDS, POLE_WORDS, ZONE_WORDS, PARK_WORDS, FEATURE_WORDS)
# Words that say of a row that it is a header though no field is called so.
_FURTHER: Final[tuple[str, ...]] = (
    *("序号", "坐标系", "坐标", "经纬度", "挂高", "备注", "建设方式", "方位角", "频点", "厂家"),
    *("区县", "街道", "所属街道", "镇街", "地址", "详细地址", "所属道路", "杆体类型", "杆高"),
    *("片区", "所属片区", "片区编号", "片区名称", "分区名称", "面积", "占地面积", "建筑面积", "可租面积"),
    *("租金", "招商方向", "园区名称", "园区编号", "产业方向"),
    *("address", "remark", "remarks", "area", "district", "street", "height"),
)


def is_known_header(word: str) -> bool:
    """Tell whether columns are called by this word."""
    return normalise_word(word) in _known()


@cache
def _known() -> frozenset[str]:
    """Return every known word in the form in which words are compared."""
    fields = ((name, *synonyms) for words in _SUBJECTS for name, synonyms in words.items())
    handed_over = (field.code for kind in LayerKind for field in fields_of(kind))
    families: list[Iterable[str]] = [*DEGREE_WORDS, *GRID_WORDS, *fields, handed_over, _FURTHER]
    return frozenset(normalise_word(word) for words in families for word in words) - {""}
