"""A scenario in an address: its parameters and at most fifty edits, as short as they go.

The members stand in an array without names, positions as whole steps of 1e-7 degree from the one
before; that is deflated and written in the letters of an address. It holds what the planner did and
the name and digest of the inventory, never a row of it.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from typing import TYPE_CHECKING, Any, Final

from spatial.errors import AtlasError, ScenarioError
from spatial.limits import DEFAULT_LIMITS
from spatial.scenario.model import (
    EVERY_YEAR,
    AddStation,
    MoveStation,
    NamedInventory,
    RemoveStation,
    Scenario,
)
from spatial.strict_json import parse_json

if TYPE_CHECKING:
    from spatial.scenario.model import Edit

__all__ = ["LONGEST_WORD", "MOST_ADDRESSED", "scenario_of_word", "word_of_scenario"]

MOST_ADDRESSED: Final = 50
LONGEST_WORD: Final = 2_000
"""Characters: what a browser, a proxy and a chat window carry without cutting."""

_VERSION: Final = 1
_WORD: Final = re.compile(r"[A-Za-z0-9_-]+")
_MOST_UNPACKED: Final = 40_000
_STEPS_PER_DEGREE: Final = 10_000_000
_LETTERS: Final = {AddStation: "a", MoveStation: "m", RemoveStation: "r"}
_LENGTHS: Final = {"a": 7, "m": 4, "r": 2}
_NAME: Final = "?scenario="


def word_of_scenario(scenario: Scenario) -> str | None:
    """Return the word of an address for a scenario, None where it is too long for one."""
    if len(scenario.edits) > MOST_ADDRESSED:
        return None
    named, edits, before = scenario.inventory, [], (0, 0)
    for edit in scenario.edits:
        plain: list[object] = [_LETTERS[type(edit)], edit.site_id]
        if not isinstance(edit, RemoveStation):
            here = (_steps(edit.lon), _steps(edit.lat))
            plain += [here[0] - before[0], here[1] - before[1]]
            before = here
        if isinstance(edit, AddStation):
            plain += [edit.operator, edit.site_type, edit.year]
        edits.append(plain)
    inventory = None if named is None else [named.name, named.sha256, named.rows]
    document = [_VERSION, scenario.name, scenario.target_per_km2, scenario.planned_until, inventory, edits]
    raw = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    word = base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")
    return word if len(word) <= LONGEST_WORD else None


def scenario_of_word(word: str) -> Scenario:
    """Return the scenario of a word; hostile until read.

    Raises
    ------
    ScenarioError
        If it is none, or longer than one may be.
    """
    if len(word) > LONGEST_WORD or not _WORD.fullmatch(word):
        raise ScenarioError("scenario.bad_word")
    try:
        document = parse_json(_unpacked(word), name=_NAME, limits=DEFAULT_LIMITS)
        return _scenario(document)
    except (AtlasError, ValueError, TypeError, OverflowError) as fault:
        raise ScenarioError("scenario.bad_word") from fault


def _unpacked(word: str) -> str:
    """Return the text of a word, held to a length before it is unpacked."""
    try:
        packed = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        stream = zlib.decompressobj()
        raw = stream.decompress(packed, _MOST_UNPACKED)
    except (binascii.Error, zlib.error) as fault:
        raise ValueError(word) from fault
    if not stream.eof or stream.unused_data:
        raise ValueError(word)
    return raw.decode("utf-8")


def _scenario(document: Any) -> Scenario:  # noqa: ANN401 - any value of JSON
    version, name, target, until, inventory, edits = _list(document)
    if version != _VERSION or isinstance(version, bool):
        raise ValueError(version)
    made: list[Edit] = []
    before = (0, 0)
    if len(_list(edits)) > MOST_ADDRESSED:
        raise ValueError(len(edits))
    for plain in edits:
        letter, site_id, *rest = _list(plain)
        if len(plain) != _LENGTHS.get(_text(letter)):
            raise ValueError(plain)
        if letter == _LETTERS[RemoveStation]:
            made.append(RemoveStation(site_id=_text(site_id)))
            continue
        before = (before[0] + _whole(rest[0]), before[1] + _whole(rest[1]))
        lon, lat = (steps / _STEPS_PER_DEGREE for steps in before)
        if letter == _LETTERS[MoveStation]:
            made.append(MoveStation(site_id=_text(site_id), lon=lon, lat=lat))
            continue
        operator, site_type, year = rest[2:]
        made.append(
            AddStation(
                site_id=_text(site_id),
                lon=lon,
                lat=lat,
                operator=_text(operator),
                site_type=_text(site_type),
                year=None if year is None else _whole(year),
            )
        )
    return Scenario(
        name=_text(name),
        target_per_km2=_number(target),
        planned_until=EVERY_YEAR if until == EVERY_YEAR else None if until is None else _whole(until),
        inventory=None if inventory is None else _inventory(inventory),
        edits=tuple(made),
    )


def _inventory(document: object) -> NamedInventory:
    name, sha256, rows = _list(document)
    return NamedInventory(name=_text(name), sha256=_text(sha256), rows=_whole(rows))


def _steps(degrees: float) -> int:
    return round(degrees * _STEPS_PER_DEGREE)


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value


def _number(value: object) -> float | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise TypeError(value)
