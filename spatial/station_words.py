"""The words that planners and operators use for the columns and values of a station table.

Headers are compared after `normalise_word`: half width, lower case, without blanks, underscores,
hyphens and whatever stands in brackets. The first synonym that a table has is the one used; the
library's own name always comes first.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from spatial.errors import MissingColumnError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "ATTRIBUTE_WORDS",
    "DEGREE_WORDS",
    "EXPORTED_SITE_TYPES",
    "EXPORTED_STATUSES",
    "GRID_WORDS",
    "MOUNTABLE_WORDS",
    "SHARED_WORDS",
    "SITE_TYPE_WORDS",
    "STATUS_WORDS",
    "normalise_word",
    "pick_columns",
    "pick_coordinates",
]

DEGREE_WORDS: Final[tuple[tuple[str, ...], tuple[str, ...]]] = (
    ("lon", "lng", "long", "longitude", "经度", "东经", "基站经度", "站址经度", "经度坐标", "小区经度"),
    ("lat", "latitude", "纬度", "北纬", "基站纬度", "站址纬度", "纬度坐标", "小区纬度"),
)
"""Synonyms of longitude and latitude."""

GRID_WORDS: Final[tuple[tuple[str, ...], tuple[str, ...]]] = (
    ("x", "x坐标", "坐标x", "xcoord", "pointx", "easting", "东坐标", "横坐标"),
    ("y", "y坐标", "坐标y", "ycoord", "pointy", "northing", "北坐标", "纵坐标"),
)
"""Synonyms of the coordinates of a plane grid, east then north."""

ATTRIBUTE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "site_id": (
        "bsm",
        "标识码",
        "基站编号",
        "基站id",
        "基站标识",
        "站点编号",
        "站点id",
        "站号",
        "杆体编号",
        "编号",
        "id",
    ),
    "name": ("基站名称", "站点名称", "站址名称", "灯杆名称", "站名", "名称", "基站/楼盘名称", "mc"),
    "operator": ("运营商", "所属运营商", "运营商名称", "权属运营商", "yys"),
    "band": ("频段", "频带", "工作频段", "网络频段", "pd"),
    "site_type": ("站型", "基站类型", "站点类型", "sitetype", "type", "zx"),
    "status": ("状态", "建设状态", "基站状态", "zt"),
    "shared": ("是否共享", "共享", "是否共建共享", "共建共享", "sfgx"),
    "physical_site_id": ("站址编码", "物理站址编码", "铁塔站址编码", "站址编号", "物理站址编号", "zzbm"),
    "logical_station_id": (
        "gnodeb标识",
        "gnodebid",
        "gnbid",
        "gnb标识",
        "逻辑基站编号",
        "逻辑站编号",
        "ljbm",
    ),
    "position_accuracy_m": ("位置精度", "定位精度", "坐标精度", "positionaccuracy", "wzjd"),
    "as_of": (
        "数据日期",
        "截止日期",
        "入网日期",
        "入网时间",
        "开通日期",
        "开通时间",
        "建成日期",
        "采集日期",
        "cjrq",
    ),
    "synthetic": ("模拟", "模拟数据", "是否模拟", "sfmn"),
}
"""Column of the point frame to the headers that mean it."""

SITE_TYPE_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("macro", "宏站", "宏基站", "室外宏站", "宏"), "macro"),
    **dict.fromkeys(("micro", "微站", "微基站", "小站", "室外微站", "smallcell"), "micro"),
    **dict.fromkeys(("indoor", "室分", "室内分布", "室分站", "室内站", "皮站", "皮基站", "室内"), "indoor"),
    **dict.fromkeys(("pole", "杆站", "杆微站", "灯杆站", "灯杆", "智慧灯杆", "智能灯杆"), "pole"),
    **dict.fromkeys(("other", "其他", "其它"), "other"),
}
STATUS_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("existing", "现状", "已建", "已建成", "建成", "已开通", "开通", "在用", "在网"), "existing"
    ),
    **dict.fromkeys(("underconstruction", "在建", "建设中", "施工中"), "under_construction"),
    **dict.fromkeys(("planned", "规划", "规划中", "拟建", "待建", "未建"), "planned"),
}
SHARED_WORDS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("是", "共享", "true", "yes", "y", "1", "t"), True),
    **dict.fromkeys(("否", "独享", "不共享", "非共享", "false", "no", "n", "0", "f"), False),
}
MOUNTABLE_WORDS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(
        (
            "是",
            "可",
            "能",
            "可以",
            "可挂载",
            "具备",
            "允许",
            "适宜",
            "有",
            "true",
            "yes",
            "y",
            "1",
            "t",
            "mountable",
        ),
        True,
    ),
    **dict.fromkeys(
        (
            "否",
            "不可",
            "不能",
            "不可以",
            "不可挂载",
            "不具备",
            "不允许",
            "不适宜",
            "无",
            "false",
            "no",
            "n",
            "0",
            "f",
        ),
        False,
    ),
}
"""Whether a pole can carry a station."""

EXPORTED_SITE_TYPES: Final[Mapping[str, str]] = {
    "macro": "宏站",
    "micro": "微站",
    "indoor": "室分",
    "pole": "杆站",
    "other": "其他",
}
EXPORTED_STATUSES: Final[Mapping[str, str]] = {
    "existing": "现状",
    "under_construction": "在建",
    "planned": "规划",
}
"""The word that a hand-over package has for each of ours; each reads back as the one it came from."""

_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_FILLERS: Final = re.compile(r"[\s_\-\u200b\ufeff*:]+")


def normalise_word(word: str) -> str:
    """Return a header or value word in the form in which words are compared."""
    half_width = unicodedata.normalize("NFKC", word).casefold()
    return _FILLERS.sub("", _BRACKETS.sub("", half_width))


def pick_coordinates(headers: Iterable[str], *, grid_first: bool = False) -> tuple[str, str] | None:
    """Return the headers of the east and north coordinate, or None where no pair is found.

    Parameters
    ----------
    headers : iterable of str
        Column names as printed.
    grid_first : bool
        Whether the names of a plane grid are looked for before longitude and latitude.

    Raises
    ------
    MissingColumnError
        If several columns read alike, so that the pair is not certain.
    """
    headers = list(headers)
    known = _by_word(headers)
    families = (GRID_WORDS, DEGREE_WORDS) if grid_first else (DEGREE_WORDS, GRID_WORDS)
    for east_words, north_words in families:
        east = next((known[word] for word in east_words if word in known), None)
        north = next((known[word] for word in north_words if word in known), None)
        if east is not None and north is not None:
            _refuse_rivals(headers, east, north)
            return east, north
    return None


def _refuse_rivals(headers: list[str], *chosen: str) -> None:
    """Refuse headers that differ in their brackets alone, such as one pair for each datum."""
    words = {normalise_word(header) for header in chosen}
    same = [header for header in headers if normalise_word(header) in words]
    if len(same) > len(chosen):
        raise MissingColumnError("error.rival_coordinates", columns=", ".join(same))


def pick_columns(headers: Iterable[str]) -> dict[str, str]:
    """Return column of the point frame to the header that means it, for those that are there."""
    known = _by_word(headers)
    picked: dict[str, str] = {}
    for column, words in ATTRIBUTE_WORDS.items():
        header = next((known[word] for word in (normalise_word(column), *words) if word in known), None)
        if header is not None:
            picked[column] = header
    return picked


def _by_word(headers: Iterable[str]) -> dict[str, str]:
    """Return normalised word to header; of two that read alike the first counts."""
    known: dict[str, str] = {}
    for header in headers:
        known.setdefault(normalise_word(header), header)
    return known
