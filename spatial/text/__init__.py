"""The one catalogue of user-facing text: Chinese first, with an English twin.

Every topic is a JSON file beside this module, ``{key: {"zh": …, "en": …}}``; the first part of
a key is its topic's file name. Values are `str.format` templates with named fields.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LANGUAGES", "TextKey", "catalogue", "printable", "text"]

LANGUAGES: Final = ("zh", "en")
_LIST_SHOWN: Final = 10
_LIST_MARKS: Final = {"zh": "、", "en": ", "}


class TextKey(str):
    """A key that stands for its text where it fills another text."""

    __slots__ = ()


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return every text, ``{key: {language: template}}``.

    Raises
    ------
    ValueError
        If a key stands in a file of another topic.
    """
    merged: dict[str, dict[str, str]] = {}
    for path in sorted(Path(__file__).parent.glob("*.json")):
        for key, entry in json.loads(path.read_text(encoding="utf-8")).items():
            if key.split(".", 1)[0] != path.stem:
                msg = f"text key {key!r} does not belong in {path.name}"
                raise ValueError(msg)
            merged[key] = entry
    return MappingProxyType(merged)


def printable(words: str) -> str:
    """Return ``words`` on one line, without what would steer a terminal."""
    return "".join(" " if letter in "\r\n\t" else letter if letter.isprintable() else "�" for letter in words)


def text(key: str, lang: str = "zh", **params: object) -> str:
    """Return the text of ``key`` in ``lang``, filled with ``params``."""
    filled = {name: _worded(value, lang) for name, value in params.items()}
    return catalogue()[key][lang].format(**filled)


def _worded(value: object, lang: str) -> object:
    """Return what fills a text: a key's own text, a name or a list in the language, else the value."""
    if isinstance(value, TextKey):
        return text(value, lang)
    if isinstance(value, dict):
        return value[lang]
    if isinstance(value, list):
        shown = [str(_worded(item, lang)) for item in value[:_LIST_SHOWN]]
        return _LIST_MARKS[lang].join(shown + ["…"] * (len(value) > _LIST_SHOWN))
    return value
