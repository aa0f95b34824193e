"""Strict JSON: what a text must be before it can be GeoJSON."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from spatial.export.formats.feature_lines import collection_in_lines

if TYPE_CHECKING:
    from spatial.export.rules.report import Findings
    from spatial.limits import Limits

__all__ = ["UNREADABLE", "parse_json"]

UNREADABLE: Final = object()
"""Stands for a document that could not be parsed; JSON's own null is None."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_SURROGATE_ESCAPE: Final = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(data: bytes, *, file: str, limits: Limits, findings: Findings) -> Any:  # noqa: ANN401
    """Return the value of a JSON text, or `UNREADABLE` where it has none.

    Parameters
    ----------
    data : bytes
        The whole file.
    file : str
        How faults name it.
    limits : Limits
        Depth and number of arrays and objects are held to it.
    findings : Findings
        Takes the faults.
    """
    findings.families.add("json")
    if data.startswith(_BYTE_ORDER_MARK):
        findings.add("json.bom", file)
        data = data.removeprefix(_BYTE_ORDER_MARK)
    if not data.strip():
        findings.add("json.empty", file)
        return UNREADABLE
    n_containers = data.count(b"[") + data.count(b"{")
    if n_containers > limits.json_containers:
        findings.add("json.size", file, found=f"{n_containers:,} / {limits.json_containers:,}")
        return UNREADABLE
    document = collection_in_lines(data, limits=limits)
    if document is not None:
        return _within_depth(document, file=file, limits=limits, findings=findings)
    try:
        characters = data.decode()
    except UnicodeDecodeError as fault:
        findings.add("json.not_utf8", file, found=fault.start)
        return UNREADABLE
    document = _parse(characters, file=file, limits=limits, findings=findings)
    if document is not UNREADABLE and _SURROGATE_ESCAPE.search(characters) and not _is_text(document):
        findings.add("json.half_character", file)
        return UNREADABLE
    return document


def _parse(characters: str, *, file: str, limits: Limits, findings: Findings) -> Any:  # noqa: ANN401
    """Parse, telling every repeated name and every number that is none."""

    def not_finite(word: str) -> float:
        findings.add("json.not_finite", file, found=word)
        return math.nan

    def number(word: str) -> float:
        value = float(word)
        if math.isinf(value):
            findings.add("json.number_overflow", file, found=word)
        return value

    def merged(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
            findings.add("json.duplicate_key", file, found=twice)
        return found

    try:
        document = json.loads(
            characters, parse_constant=not_finite, parse_float=number, object_pairs_hook=merged
        )
    except json.JSONDecodeError as fault:
        findings.add("json.unparsable", file, found=f"{fault.lineno}:{fault.colno}")
        return UNREADABLE
    except RecursionError:
        findings.add("json.depth", file, found=limits.json_depth)
        return UNREADABLE
    except ValueError:
        # A whole number of thousands of digits, which Python will not read.
        findings.add("json.number_overflow", file)
        return UNREADABLE
    return _within_depth(document, file=file, limits=limits, findings=findings)


def _within_depth(document: object, *, file: str, limits: Limits, findings: Findings) -> Any:  # noqa: ANN401
    """Return a document that is no deeper than allowed."""
    if _depth(document, limits.json_depth) > limits.json_depth:
        findings.add("json.depth", file, found=limits.json_depth)
        return UNREADABLE
    return document


def _depth(document: object, most: int) -> int:
    """Return how many arrays and objects lie within one another, counting no further than past ``most``."""
    level = [document] if isinstance(document, dict | list) else []
    depth = 0
    while level and depth <= most:
        depth += 1
        level = [
            below
            for value in level
            for below in (value.values() if isinstance(value, dict) else value)
            if isinstance(below, dict | list)
        ]
    return depth


def _is_text(document: object) -> bool:
    """Tell a document whose every word can be written."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
