"""Strings that break careless writers and readers, made by rule, Chinese included.

``AWKWARD`` holds what every format must carry: valid Unicode without NUL and without the characters that
XML 1.0 cannot write. ``CONTROLS`` holds texts with those; a format carries them or refuses them by name.
``BROKEN`` holds halves of surrogate pairs, which no format carries.
"""

# ruff: noqa: E501 - rows of strings stay together
from __future__ import annotations

from itertools import product

__all__ = ["AWKWARD", "BROKEN", "CONTROLS"]

_CHINESE = (
    "琶洲试验区", "海珠“一区一谷一圈”", "5G基站（宏站）", "镕祎喆堃", "𠮷野家", "龘靐齉", "繁體字樣", "ｱ半角カナ",
    "㎡与km²", "第①②③类", "〇一二三", "珠江·新城—西塔", "省略……号", "全角　空格", "〔2021〕11号", "《规划》", "“引号”‘单引’",
    "口径：物理站址；含室分", "𪚥𠂉𡿨", "é与é", "Å Å Å", "ﬁ ligature", "ǅ", "ẞß", "İıiI", "Ωμ", "½¼",
)  # fmt: skip
_WORLD = (
    "العربية", "עברית", "हिन्दी", "ไทย", "한국어", "ひらがな", "Ελληνικά", "Русский", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇨🇳", "👍🏽",
    "\u202eevil\u202c", "\u200bzero\u200bwidth", "\u2028line\u2029para", "\ufeffbom", "\u00a0nbsp\u00a0",
    "a\u0300\u0301\u0302", "\U0010fffd", "\ue000private", "\ufffd", "\u0085next", "\u061cmark", "\u2066iso\u2069",
)  # fmt: skip
_MARKS = (
    "=", "+", "-", "@", "＝", "＋", "－", "＠", "'", '"', ",", ";", "|", "\\", "/", "%", "&", "<", ">", "#",
    "$", "{", "}", "[", "]", "(", ")", "`", "~", "!", "?", "*", ":", "_", "^", "，", "；",
)  # fmt: skip
_BODIES = ("1+1", "cmd|' /C calc'!A0", "甲", 'HYPERLINK("x")', "A1")
_WHOLE = (
    "NULL", "null", "None", "NaN", "nan", "NA", "N/A", "#N/A", "#REF!", "inf", "-inf", "Infinity", "true",
    "false", "TRUE", "是", "否", "0", "-0", "00", "007", "+86", "1e5", "1E-3", "1.0", "1,234", "１２３", "0x1F",
    "2021-02-30", "2021/1/1", "2021-01-01T00:00:00+08:00", "1/2", "1-2", "MAR1", "SEPT2", "12:30", "440105",
    "440105000000000001", "12345678901234567890", "<script>alert(1)</script>", "<!-- -->", "]]>", "<![CDATA[x]]>",
    "&amp;", "&#13;", "&lt;", "&nbsp;", "_x000D_", "_x005F_", "_x0041_", "_x", "%s %d %n", "{0}{name}", "${jndi:x}",
    "'; DROP TABLE zones;--", "' OR 1=1", '"quoted"', '""', "''", "'''", '"', "'", 'a"b', "a'b", "a,b",
    "a;b", "a\tb", "a\nb", "a\r\nb", "a\rb", "\n", "\r", "\t", " ", "  ", "", " a", "a ", " a ", "\ta", "a\t",
    "\na", "a\n", "\r\na", "a\r\n", "http://x/y?z=1&w=2", "file:///etc/passwd", "../../etc/passwd", "C:\\x\\y",
    "mailto:a@b.c", '{"a": 1}', "[1, 2]", "\\n", "\\u4e2d", "\\", "\\\\", "a\\", "%00", "A" * 254, "中" * 84,
    "中" * 84 + "ab", "😀" * 63, "BSM", "geometry", "fid", "id", "ogc_fid", "经度", "纬度", "sep=,", "ID;P",
)  # fmt: skip


def _generated() -> list[str]:
    """Return marks before, after and around words, and words beside one another."""
    made = [mark + body for mark, body in product(_MARKS, _BODIES)]
    made += [body + mark for mark, body in product(_MARKS, ("甲", "x y"))]
    made += [mark * 2 for mark in _MARKS] + list(_MARKS)
    made += [f"'{mark}{body}" for mark, body in product("=+-@＝", ("1+1", "甲"))]
    made += [f"''{mark}1" for mark in "=+-@＝"]
    made += [f"{left}{right}" for left, right in zip(_CHINESE, _WORLD, strict=False)]
    made += [f"{first}\n{second}" for first, second in zip(_CHINESE, reversed(_CHINESE), strict=True)]
    return made


AWKWARD: tuple[str, ...] = tuple(dict.fromkeys((*_WHOLE, *_CHINESE, *_WORLD, *_generated())))
"""At least 500 different texts of at most 254 bytes of UTF-8."""

CONTROLS: tuple[str, ...] = tuple(
    f"{before}{chr(code)}{after}"
    for code in (*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF)
    for before, after in (("", "甲"), ("a", "b"))
)
"""Valid Unicode that XML 1.0 cannot write; the first two hold NUL."""

BROKEN: tuple[str, ...] = ("\ud800", "a\udfffb", "甲\udc00")
"""Halves of surrogate pairs."""
