"""Whether the records of a plan are borne out by its text: what is cited must stand where it is cited.

Texts are compared after removing every white space on both sides, because a scanned or copied text breaks
lines inside a phrase; nothing else is made equal.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spatial.plan import Indicator, PlanRecords

__all__ = ["expected_operator", "faults_of_document", "is_printed", "printed_numbers"]

MULTIPLIERS: Final = {"": 1.0, "百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8, "万亿": 1e12}
CHINESE_DIGITS: Final = {digit: float(value) for value, digit in enumerate("零一二三四五六七八九十")}
# 余 and 多 mark a round figure and stand between the number and its multiplier: 50余万.
NUMBER: Final = re.compile(r"(\d[\d,]*(?:\.\d+)?|[一二三四五六七八九十])[余多]?(万亿|百|千|万|亿)?")
WORD_NUMBER: Final = re.compile(r"(?<![\d余多一二三四五六七八九十])([百千])(万亿|万|亿)")
DOUBLING: Final = re.compile("倍增|翻番|翻一番")
UNIT_MULTIPLIER: Final = re.compile(r"万亿|百|千|万|亿")
WORDS_BEFORE: Final = 20
OPERATOR_WORDS: Final = (
    (re.compile("超过|突破|大于|多于|超"), "gt"),
    (re.compile("以上|不少于|不低于|至少"), "ge"),
    (re.compile("以内|不超过|低于|以下"), "le"),
    (re.compile("左右|约|近"), "approx"),
)


def squeezed(text: str) -> str:
    return "".join(text.split())


def printed_numbers(text: str) -> list[tuple[float, float | None]]:
    """Return (number, multiplier) of each number printed in ``text``, None where none is printed."""
    found = []
    for digits, multiplier in NUMBER.findall(squeezed(text)):
        number = CHINESE_DIGITS.get(digits)
        number = float(digits.replace(",", "")) if number is None else number
        found.append((number, MULTIPLIERS[multiplier] if multiplier else None))
    for word, multiplier in WORD_NUMBER.findall(squeezed(text)):
        found.append((MULTIPLIERS[word], MULTIPLIERS[multiplier]))
    return found + [(2.0, None)] * len(DOUBLING.findall(text))


def is_printed(value: float, text: str, *, unit: str) -> bool:
    """Tell whether ``value`` in ``unit`` is a number that ``text`` prints.

    A multiplier printed beside the number (5.8万家) is set against that of the unit (万平方米); a number
    without one takes the unit's, as in a table whose heading names the unit.
    """
    of_unit = UNIT_MULTIPLIER.match(unit)
    factor = MULTIPLIERS[of_unit[0]] if of_unit else 1.0
    wanted = value * factor
    return any(
        abs(number * (factor if multiplier is None else multiplier) - wanted) <= 1e-9 * abs(wanted)
        for number, multiplier in printed_numbers(text)
    )


def expected_operator(text: str) -> str | None:
    """Return the comparison that the words of ``text`` state, None where they state none."""
    if re.search("不超过", text):
        return "le"
    return next((name for words, name in OPERATOR_WORDS if words.search(text)), None)


def faults_of_document(plan: PlanRecords, document_id: str, text: str) -> list[str]:
    """Name each record of the document that its text does not bear out."""
    parts = {
        part.section_id: text[part.char_start : part.char_end]
        for part in plan.sections
        if part.document_id == document_id
    }
    faults = [*_document_faults(plan, document_id, text), *_section_faults(plan, parts)]
    for record, section_id, phrase in _phrases(plan, document_id):
        if squeezed(phrase) not in squeezed(parts[section_id]):
            faults.append(f"{record}: not in {section_id}: {phrase!r}")
    for goal in plan.indicators_of(document_id):
        faults += _goal_faults(goal, parts[goal.section_id], text)
    for figure in plan.context_of(document_id):
        if figure.value is not None and not is_printed(figure.value, figure.value_text, unit=figure.unit_zh):
            faults.append(f"{figure.context_id}: {figure.value} is not {figure.value_text!r}")
    return faults + _place_faults(plan, document_id, parts)


def _document_faults(plan: PlanRecords, document_id: str, text: str) -> Iterator[str]:
    document = plan.document(document_id)
    if hashlib.sha256(text.encode("utf-8")).hexdigest() != document.sha256:
        yield f"{document_id}: the SHA-256 is another"
    if document.characters != len(text):
        yield f"{document_id}: {len(text)} characters, not {document.characters}"
    for field in ("title", "issuer"):
        stated = getattr(document, field)
        if stated is not None and stated not in text:
            yield f"{document_id}: {field} {stated!r} is not in the text"
    if document.date is not None:
        year, month, *day = (str(int(part)) for part in document.date.split("-"))
        printed = f"{year}年{month}月" + (f"{day[0]}日" if day else "")
        if printed not in squeezed(text):
            yield f"{document_id}: the date {printed} is not in the text"


def _section_faults(plan: PlanRecords, parts: dict[str, str]) -> Iterator[str]:
    for section_id, part in parts.items():
        section = plan.section(section_id)
        if hashlib.sha256(part.encode("utf-8")).hexdigest() != section.sha256:
            yield f"{section_id}: the digest of the section is another"
        if not squeezed(part).startswith(squeezed(section.heading)):
            yield f"{section_id}: does not begin with {section.heading!r}"


def _phrases(plan: PlanRecords, document_id: str) -> Iterator[tuple[str, str, str]]:
    for row in plan.indicators_of(document_id):
        yield row.indicator_id, row.section_id, row.name_in_text
        yield row.indicator_id, row.section_id, row.value_text
    for figure in plan.context_of(document_id):
        yield figure.context_id, figure.section_id, figure.name_in_text
        yield figure.context_id, figure.section_id, figure.value_text
    for mention in plan.mentions:
        if mention.document_id == document_id:
            yield f"mention of {mention.place_id}", mention.section_id, mention.name_in_text
            yield f"mention of {mention.place_id}", mention.section_id, mention.box
    for finding in plan.findings:
        for evidence in finding.evidence:
            if evidence.document_id == document_id:
                yield finding.finding_id, evidence.section_id, evidence.text


def _goal_faults(goal: Indicator, part: str, text: str) -> Iterator[str]:
    if goal.value is not None:
        if not is_printed(goal.value, goal.value_text, unit=goal.unit_zh):
            yield f"{goal.indicator_id}: {goal.value} is not {goal.value_text!r}"
        # In a series (分别超甲、乙、丙) the word of comparison stands before the first number.
        before = squeezed(part).partition(squeezed(goal.value_text))[0][-WORDS_BEFORE:]
        stated = expected_operator(goal.value_text)
        if stated is not None and stated != goal.operator:
            yield f"{goal.indicator_id}: {goal.value_text!r} is {stated}, not {goal.operator}"
        if goal.operator in {"gt", "le", "approx"} and not stated and not expected_operator(before):
            yield f"{goal.indicator_id}: nothing in {goal.value_text!r} says {goal.operator}"
    if goal.target_year is not None and str(goal.target_year) not in text:
        yield f"{goal.indicator_id}: the year {goal.target_year} is not in the text"
    if goal.base_value is None:
        return
    if squeezed(goal.base_text) not in squeezed(text):
        yield f"{goal.indicator_id}: the base is not in the text: {goal.base_text!r}"
    if not is_printed(goal.base_value, goal.base_text, unit=goal.unit_zh):
        yield f"{goal.indicator_id}: the base {goal.base_value} is not {goal.base_text!r}"
    printed_year = re.search(r"(\d{4})年", goal.base_text)
    if printed_year and int(printed_year[1]) != goal.base_year:
        yield f"{goal.indicator_id}: the base is of {printed_year[1]}, not {goal.base_year}"


def _place_faults(plan: PlanRecords, document_id: str, parts: dict[str, str]) -> list[str]:
    """Name the places whose own section shows none of their names and none of their mentions."""
    faults = []
    for place in plan.places:
        if place.document_id != document_id:
            continue
        mentions = plan.mentions_of(place.place_id)
        cited_there = [row for row in mentions if row.section_id == place.section_id]
        part = squeezed(parts[place.section_id])
        if not cited_there and not any(squeezed(name) in part for name in plan.names_of(place.place_id)):
            faults.append(f"{place.place_id}: not named in {place.section_id}")
    return faults
