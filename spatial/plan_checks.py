"""Checks of loaded plan records against each other: ids, words, references, order.

A record that contradicts another is refused with its file's kind, its id and the field, because
a figure whose source cannot be found is worth nothing to a planner.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol

from spatial.errors import PackError
from spatial.plan_records import DIRECTIONS, FINDING_KINDS, LEVELS, OPERATORS, PLACE_KINDS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from spatial.plan import PlanRecords

__all__ = ["check_plan"]

_DATE: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class _Citing(Protocol):
    """A record that names its source."""

    @property
    def document_id(self) -> str: ...

    @property
    def section_id(self) -> str: ...


def check_plan(records: PlanRecords) -> None:
    """Refuse ``records`` in which an id, a word or a reference is wrong.

    Raises
    ------
    PackError
        At the first record that is wrong.
    """
    _check_ids(records)
    _check_words(records)
    _check_documents(records)
    _check_citations(records)
    _check_place_references(records)
    _check_findings(records)


def _check_ids(records: PlanRecords) -> None:
    _unique("document.json", "document_id", (row.document_id for row in records.documents))
    _unique("sections", "section_id", (row.section_id for row in records.sections))
    touchable = chain(
        (row.indicator_id for row in records.indicators),
        (row.context_id for row in records.context),
        (row.place_id for row in records.places),
        (row.finding_id for row in records.findings),
    )
    _unique("ids", "indicator_id, context_id, place_id, finding_id", touchable)
    names = chain((row.name_zh for row in records.places), (row.alias for row in records.aliases))
    _unique("places, aliases", "name_zh, alias", names)


def _check_words(records: PlanRecords) -> None:
    for goal in records.indicators:
        _choice("indicators", goal.indicator_id, "operator", goal.operator, OPERATORS)
        _choice("indicators", goal.indicator_id, "direction", goal.direction, DIRECTIONS)
        if goal.value is None and goal.operator != "all":
            raise PackError("plan.empty_cell", path="indicators", record=goal.indicator_id, field="value")
    for place in records.places:
        _choice("places", place.place_id, "kind", place.kind, PLACE_KINDS)
        _choice("places", place.place_id, "level", place.level, LEVELS)
    for finding in records.findings:
        _choice("findings", finding.finding_id, "kind", finding.kind, FINDING_KINDS)


def _check_documents(records: PlanRecords) -> None:
    for row in records.documents:
        _choice("document.json", row.document_id, "level", row.level, LEVELS)
        if row.date is not None and not _DATE.fullmatch(row.date):
            raise _bad("document.json", row.document_id, "date", row.date, "YYYY-MM[-DD]")
        if not _SHA256.fullmatch(row.sha256):
            raise _bad("document.json", row.document_id, "sha256", row.sha256, "64 hex digits")
    lengths = {row.document_id: row.characters for row in records.documents}
    for part in records.sections:
        _reference("sections", part.section_id, "document_id", part.document_id, lengths)
        if not 0 <= part.char_start < part.char_end <= lengths[part.document_id]:
            span = f"{part.char_start}-{part.char_end}"
            limit = f"0 <= start < end <= {lengths[part.document_id]}"
            raise _bad("sections", part.section_id, "char_start, char_end", span, limit)
        if not _SHA256.fullmatch(part.sha256):
            raise _bad("sections", part.section_id, "sha256", part.sha256, "64 hex digits")


def _check_citations(records: PlanRecords) -> None:
    documents = {row.document_id for row in records.documents}
    home = {row.section_id: row.document_id for row in records.sections}
    for path, record, row in _citations(records):
        _reference(path, record, "document_id", row.document_id, documents)
        _reference(path, record, "section_id", row.section_id, home)
        if home[row.section_id] != row.document_id:
            raise _bad(path, record, "section_id", row.section_id, f"in {row.document_id}")


def _citations(records: PlanRecords) -> Iterator[tuple[str, str, _Citing]]:
    yield from (("indicators", row.indicator_id, row) for row in records.indicators)
    yield from (("context", row.context_id, row) for row in records.context)
    yield from (("places", row.place_id, row) for row in records.places)
    yield from (("place_mentions", row.place_id, row) for row in records.mentions)
    for finding in records.findings:
        yield from (("findings", finding.finding_id, row) for row in finding.evidence)


def _check_place_references(records: PlanRecords) -> None:
    kinds = {row.place_id: row.kind for row in records.places}
    zones = {place_id for place_id, kind in kinds.items() if kind in {"zone", "part"}}
    for place in records.places:
        if place.parent_id:
            _reference("places", place.place_id, "parent_id", place.parent_id, kinds)
    for mention in records.mentions:
        _reference("place_mentions", mention.place_id, "place_id", mention.place_id, kinds)
        if mention.zone_id:
            _reference("place_mentions", mention.place_id, "zone_id", mention.zone_id, zones)
    for alias in records.aliases:
        _reference("aliases", alias.alias, "place_id", alias.place_id, kinds)


def _check_findings(records: PlanRecords) -> None:
    known = set(
        chain(
            (row.document_id for row in records.documents),
            (row.indicator_id for row in records.indicators),
            (row.context_id for row in records.context),
            (row.place_id for row in records.places),
        )
    )
    for finding in records.findings:
        for field in ("evidence", "touches"):
            if not getattr(finding, field):
                raise PackError("plan.empty_cell", path="findings", record=finding.finding_id, field=field)
        for target in finding.touches:
            _reference("findings", finding.finding_id, "touches", target, known)


def _unique(path: str, field: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise PackError("plan.duplicate_id", path=path, value=value, field=field)
        seen.add(value)


def _reference(path: str, record: str, field: str, value: str, known: Container[str]) -> None:
    if value not in known:
        raise PackError("plan.dangling_reference", path=path, record=record, field=field, value=value)


def _choice(path: str, record: str, field: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise _bad(path, record, field, value, " | ".join(choices))


def _bad(path: str, record: str, field: str, value: str, expected: str) -> PackError:
    return PackError("plan.bad_value", path=path, record=record, field=field, value=value, expected=expected)
