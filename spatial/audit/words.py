"""What the rows of an audit say in words, the same for table, sheet and page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from spatial.audit.axes import AXES, DATE_AXIS, choice_word, field_word
from spatial.audit.records import records
from spatial.text import text
from spatial.verdict import STATUS_ORDER, Status
from spatial.zone_columns import SCHEMATIC_BASES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spatial.audit.layers import AuditedLayer
    from spatial.definition import Definition

__all__ = [
    "change_word",
    "definition_words",
    "marks",
    "reason_lines",
    "status_counts",
    "status_word",
    "turning_words",
]

_UNJUDGED: Final = (str(Status.NO_DATA), str(Status.NO_TARGET))


def status_word(status: str, lang: str) -> str:
    """Return the word of a status."""
    return text(f"verdict.status_{status}", lang)


def change_word(definition: Definition, field: str, lang: str) -> str:
    """Return one choice with the field that it is made for."""
    words = {"field": field_word(field, lang), "choice": choice_word(definition, field, lang)}
    return text("audit.choice", lang, **words)


def definition_words(definition: Definition, lang: str) -> list[str]:
    """Return every choice of a definition, in the order of the fields."""
    return [choice_word(definition, field, lang) for field in (*AXES, DATE_AXIS)]


def marks(row: Mapping[str, Any], lang: str) -> list[str]:
    """Return what qualifies a row: a schematic outline, a made-up inventory, a target of reference."""
    judged = row["status"] not in _UNJUDGED
    found = {
        "schematic": row["geometry_basis"] in SCHEMATIC_BASES,
        "synthetic": bool(row["synthetic"]),
        "reference": row["target_scope"] == "district_reference",
        # The plan states neither how its goal counts nor over which area, whatever is held against it.
        "unstated": row["target_scope"] == "district" and judged,
    }
    return [text(f"verdict.badge_{name}", lang) for name, applies in found.items() if applies]


def status_counts(ranges_row: Mapping[str, Any], lang: str) -> str:
    """Return under how many definitions a zone has which verdict, those without data left out."""
    counted = [
        text(
            "audit.status_count",
            lang,
            status=status_word(str(status), lang),
            n=int(ranges_row[f"n_{status}"]),
        )
        for status in reversed(STATUS_ORDER)
        if status != Status.NO_DATA and ranges_row[f"n_{status}"]
    ]
    return text("audit.separator", lang).join(counted)


def turning_words(layers: Sequence[AuditedLayer], lang: str) -> str:
    """Return which single choices turn how many verdicts, the most telling first.

    What is planned answers another question than whether a goal is met, and is left out.
    """
    flips = [layer.flipping_choices for layer in layers]
    rows = [row for frame in flips for row in records(frame) if row["field"] != "status"]
    if not rows:
        return text("audit.no_flips_line", lang)
    counted = Counter(choice_word(row["definition"], row["field"], lang) for row in rows)
    choices = (text("audit.turning_choice", lang, choice=word, n=n) for word, n in counted.most_common())
    return text(
        "audit.turning_some",
        lang,
        n=len({row["zone_id"] for row in rows}),
        of=sum(len(layer.ranges) for layer in layers),
        choices=text("app.list_separator", lang).join(choices),
    )


def reason_lines(layers: Iterable[AuditedLayer], lang: str) -> list[str]:
    """Return why some definitions have no answer, each reason once with the number of its cases."""
    reasons = (reason for layer in layers for reason in layer.rows["reason"] if reason is not None)
    counted = Counter(reason.message(lang) for reason in reasons)
    return [text("audit.reason_line", lang, n=n, reason=words) for words, n in counted.items()]
