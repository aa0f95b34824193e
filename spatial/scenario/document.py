"""A scenario as a small JSON file, read strictly: whoever wrote it may have meant harm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from spatial.errors import ScenarioError
from spatial.limits import DEFAULT_LIMITS, Limits
from spatial.scenario.model import (
    MOST_EDITS,
    AddStation,
    MoveStation,
    NamedInventory,
    RemoveStation,
    Scenario,
)
from spatial.strict_json import check_depth, parse_json
from spatial.text import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.scenario.model import Edit

__all__ = ["FORMAT", "MOST_BYTES", "SUFFIX", "VERSION", "read_scenario", "scenario_bytes", "scenario_dict"]

FORMAT: Final = "atlas-scenario"
VERSION: Final = 1
SUFFIX: Final = ".scenario.json"
MOST_BYTES: Final = 4_000_000
"""Of a file: twice what the most edits with their longest words take."""

_MEMBERS: Final[Mapping[str, tuple[type, ...]]] = {
    "format": (str,),
    "version": (int,),
    "name": (str,),
    "target_per_km2": (int, float, type(None)),
    "planned_until": (int, str, type(None)),
    "inventory": (dict, type(None)),
    "edits": (list,),
}
_INVENTORY: Final[Mapping[str, tuple[type, ...]]] = {"name": (str,), "sha256": (str,), "rows": (int,)}
_POSITION: Final[Mapping[str, tuple[type, ...]]] = {"lon": (int, float), "lat": (int, float)}
_EDITS: Final[Mapping[str, Mapping[str, tuple[type, ...]]]] = {
    "add": {
        "add": (str,),
        **_POSITION,
        "operator": (str,),
        "site_type": (str,),
        "year": (int, type(None)),
    },
    "move": {"move": (str,), **_POSITION},
    "remove": {"remove": (str,)},
}
_CLASSES: Final = {"add": AddStation, "move": MoveStation, "remove": RemoveStation}
_OPTIONAL: Final = frozenset(
    ("name", "target_per_km2", "planned_until", "inventory", "operator", "site_type", "year")
)


def scenario_dict(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as the members of its file."""
    named = scenario.inventory
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": scenario.name,
        "target_per_km2": scenario.target_per_km2,
        "planned_until": scenario.planned_until,
        "inventory": None
        if named is None
        else {"name": named.name, "sha256": named.sha256, "rows": named.rows},
        "edits": [_edit_dict(edit) for edit in scenario.edits],
    }


def scenario_bytes(scenario: Scenario) -> bytes:
    """Return the file of a scenario: UTF-8, one edit a line, the same bytes for the same scenario."""
    document = scenario_dict(scenario)
    edits = document.pop("edits")
    head = "".join(f"  {_json(key)}: {_json(value)},\n" for key, value in document.items())
    lines = ",\n".join(f"    {_json(edit)}" for edit in edits)
    return ("{\n" + head + '  "edits": [' + (f"\n{lines}\n  " if lines else "") + "]\n}\n").encode()


def read_scenario(data: bytes, *, name: str, limits: Limits = DEFAULT_LIMITS) -> Scenario:
    """Read a scenario file.

    Parameters
    ----------
    data : bytes
        The whole file, UTF-8.
    name : str
        File name, for messages alone.
    limits : Limits
        Size and depth are held to it, and to `MOST_BYTES` and `MOST_EDITS`.

    Raises
    ------
    UnreadableFileError
        If it is no strict JSON.
    ScenarioError
        If it is another document, a member is missing, unknown or of the wrong kind, or a value cannot
        be meant; the sentence names the edit.
    LimitExceededError
        If a limit is passed.
    """
    limits.check("upload_bytes", len(data))
    if len(data) > MOST_BYTES:
        raise ScenarioError("scenario.too_large", name=name, bytes=len(data), most=MOST_BYTES)
    try:
        characters = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise ScenarioError("scenario.not_utf8", name=name) from fault
    document = parse_json(characters, name=name, limits=limits)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ScenarioError("scenario.not_a_scenario", name=name, format=FORMAT)
    check_depth(document, limits)
    if document.get("version") != VERSION or isinstance(document["version"], bool):
        found = str(document.get("version"))
        raise ScenarioError("scenario.other_version", name=name, found=found, version=VERSION)
    _check_members(document, _MEMBERS, where=name)
    return _scenario(document, name=name)


def _scenario(document: dict[str, Any], *, name: str) -> Scenario:
    edits = document["edits"]
    if len(edits) > MOST_EDITS:
        raise ScenarioError("scenario.too_many_edits", n=len(edits), most=MOST_EDITS)
    named = document.get("inventory")
    if named is not None:
        _check_members(named, _INVENTORY, where=f"{name}: inventory")
    return Scenario(
        name=document.get("name", ""),
        target_per_km2=document.get("target_per_km2"),
        planned_until=document.get("planned_until"),
        inventory=None if named is None else NamedInventory(**named),
        edits=tuple(_edit(each, number, name=name) for number, each in enumerate(edits, start=1)),
    )


def _edit(document: object, number: int, *, name: str) -> Edit:
    where = f"{name}: edits[{number}]"
    kinds = [kind for kind in _EDITS if isinstance(document, dict) and kind in document]
    if not isinstance(document, dict) or len(kinds) != 1:
        raise ScenarioError("scenario.edit_without_kind", where=where)
    _check_members(document, _EDITS[kinds[0]], where=where)
    given = {"site_id" if key == kinds[0] else key: value for key, value in document.items()}
    try:
        edit: Edit = _CLASSES[kinds[0]](**given)
    except ScenarioError as fault:
        reason = {lang: fault.message(lang) for lang in LANGUAGES}
        raise ScenarioError("scenario.bad_edit", where=where, reason=reason) from fault
    return edit


def _edit_dict(edit: Edit) -> dict[str, Any]:
    """Return an edit as a member of the file; what an addition leaves open is left out."""
    if isinstance(edit, RemoveStation):
        return {"remove": edit.site_id}
    position = {"lon": edit.lon, "lat": edit.lat}
    if isinstance(edit, MoveStation):
        return {"move": edit.site_id, **position}
    said = {"operator": edit.operator, "site_type": edit.site_type, "year": edit.year}
    return {"add": edit.site_id, **position, **{key: value for key, value in said.items() if value}}


def _check_members(
    document: Mapping[str, Any], members: Mapping[str, tuple[type, ...]], *, where: str
) -> None:
    """Refuse a member that is unknown, missing or of the wrong kind, by its name."""
    unknown = [key for key in document if key not in members]
    if unknown:
        raise ScenarioError("scenario.unknown_member", where=where, members=unknown, known=", ".join(members))
    for key, kinds in members.items():
        if key not in document:
            if key not in _OPTIONAL:
                raise ScenarioError("scenario.missing_member", where=where, member=key)
        elif not isinstance(document[key], kinds) or isinstance(document[key], bool):
            raise ScenarioError(
                "scenario.wrong_kind", where=where, member=key, value=_json(document[key])[:80]
            )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
