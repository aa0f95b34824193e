"""What ``audit`` gives: a document, and tables for a reader."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from spatial.audit.axes import AXES, DATE_AXIS
from spatial.audit.records import records
from spatial.audit.words import change_word, marks, reason_lines, status_counts, status_word, turning_words
from spatial.cli.text_table import format_number, render_table
from spatial.notice import Notice, once
from spatial.text import printable, text
from spatial.verdict import STATUS_ORDER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.audit.layers import AuditedLayer
    from spatial.audit.published_case import PublishedCase
    from spatial.cli.inputs import PointInput, ZoneInput
    from spatial.definition import Definition
    from spatial.target import Target

__all__ = ["AuditAnswer", "document_of", "json_text", "remarks_of", "table_text"]

_ROW_MEMBERS: Final = (
    *("zone_id", "count", "area_km2", "density_per_km2", "density_low", "density_high", "required_count"),
    *("gap_count", "margin_count", "status", "flips"),
)
_ZONE_MEMBERS: Final = (
    *("zone_id", "name", "status", "density_per_km2", "margin_count", "target_scope", "geometry_basis"),
    *("synthetic", "n_definitions", "n_answered", "n_flips"),
)
_FLIP_MEMBERS: Final = (
    *("field", "status_before", "status", "count_change", "density_change_per_km2"),
    *("margin_before", "margin_count"),
)
_RANGE_FIGURES: Final = range(1, 5)
_FLIP_FIGURES: Final = range(4, 8)
_SHOWN_REJECTS: Final = 20


@dataclass(frozen=True, kw_only=True)
class AuditAnswer:
    """What was audited, and what it was read from."""

    definition: Definition
    target: Target | None
    layers: tuple[AuditedLayer, ...]
    case: PublishedCase | None
    zones: ZoneInput
    stations: PointInput | None

    @property
    def n_rejected(self) -> int:
        """The number of rows and zones that were not used."""
        return self.zones.n_reported + (0 if self.stations is None else self.stations.n_reported)


def document_of(answer: AuditAnswer) -> dict[str, Any]:
    """Return the answer as plain values; a definition is named by its place in its layer's list."""
    stations = answer.stations
    return {
        "definition": answer.definition.to_dict(),
        "target_per_km2": None if answer.target is None else answer.target.value_per_km2,
        "layers": [_layer_member(layer) for layer in answer.layers],
        "published_case": None if answer.case is None else _case_member(answer.case),
        "n_in": 0 if stations is None else stations.n_in,
        "n_used": 0 if stations is None else stations.n_in - stations.n_reported,
        "n_reported": 0 if stations is None else stations.n_reported,
        "rejected": [] if stations is None else stations.rejected,
        "notices": [notice.to_dict() for notice in _notices(answer)],
    }


def json_text(document: dict[str, Any]) -> str:
    """Return the document as JSON."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def remarks_of(answer: AuditAnswer, lang: str) -> list[str]:
    """Return what a reader of the figures has to know: the definition in use, reasons, notices."""
    said = [text("cli.definition_line", lang, definition=answer.definition.label(lang))]
    said += reason_lines(answer.layers, lang)
    return [*said, *(notice.message(lang) for notice in _notices(answer))]


def table_text(answer: AuditAnswer, lang: str) -> str:
    """Return the ranges, the choices that flip, and why some definitions have no answer."""
    state = text(f"verdict.lifecycle_{answer.definition.status}", lang)
    parts = [text("cli.definition_line", lang, definition=answer.definition.label(lang))]
    parts += ["", text("audit.ranges_line", lang, state=state)]
    names = ("zone", "density_per_km2", "lowest", "highest", "n_answered", "verdicts", "marks")
    heads = [text(f"audit.head_{name}", lang) for name in names]
    lines = [_range_line(row, lang) for layer in answer.layers for row in records(layer.ranges_of_state)]
    parts.append(render_table(heads, lines, right=_RANGE_FIGURES))
    flips = [row for layer in answer.layers for row in records(layer.flipping_choices)]
    parts.append(turning_words(answer.layers, lang))
    if flips:
        parts.append(text("audit.flips_line", lang))
        heads = [text(f"audit.head_{name}", lang) for name in ("zone", "change", *_FLIP_MEMBERS[1:])]
        parts.append(render_table(heads, [_flip_line(row, lang) for row in flips], right=_FLIP_FIGURES))
    parts += [f"- {printable(line)}" for line in reason_lines(answer.layers, lang)]
    parts += [f"- {printable(notice.message(lang))}" for notice in _notices(answer)]
    rejected = [] if answer.stations is None else answer.stations.rejected
    parts += [
        printable(text(f"cli.rejected_{row['row_unit']}", lang, **row)) for row in rejected[:_SHOWN_REJECTS]
    ]
    if len(rejected) > _SHOWN_REJECTS:
        parts.append(text("cli.more_rejected", lang, n=len(rejected) - _SHOWN_REJECTS))
    return "\n".join(parts) + "\n"


def _notices(answer: AuditAnswer) -> tuple[Notice, ...]:
    found = [*answer.zones.notices, *(() if answer.stations is None else answer.stations.notices)]
    return once([*found, *(notice for layer in answer.layers for notice in layer.notices)])


def _range_line(row: dict[str, Any], lang: str) -> list[str]:
    return [
        row["name"],
        _with_status(row, "", lang),
        _with_status(row, "lowest_", lang),
        _with_status(row, "highest_", lang),
        f"{row['n_answered']}/{row['n_definitions']}",
        status_counts(row, lang),
        " · ".join(marks(row, lang)),
    ]


def _with_status(row: dict[str, Any], prefix: str, lang: str) -> str:
    status = row[f"{prefix}status"]
    if status is None:
        return format_number(None, 1)
    words = status_word(status, lang)
    density = _plain(row[f"{prefix}density_per_km2"])
    return words if density is None else f"{format_number(density, 1)} {words}"


def _flip_line(row: dict[str, Any], lang: str) -> list[str]:
    return [
        row["name"],
        change_word(row["definition"], row["field"], lang),
        status_word(row["status_before"], lang),
        status_word(row["status"], lang),
        _signed(row["count_change"]),
        _signed(row["density_change_per_km2"], ".1f"),
        *(_signed(row[name]) for name in ("margin_before", "margin_count")),
    ]


def _signed(value: object, form: str = "d") -> str:
    number = _plain(value)
    return format_number(None, 0) if number is None else f"{number:+,{form}}"


def _layer_member(layer: AuditedLayer) -> dict[str, Any]:
    numbered = {definition: at for at, definition in enumerate(layer.definitions)}
    flips = records(layer.flipping_choices)
    whole = {row["zone_id"]: row for row in records(layer.ranges)}
    zones = []
    for row in records(layer.ranges_of_state):
        zone = {name: _plain(whole[row["zone_id"]][name]) for name in _ZONE_MEMBERS}
        zone["range"] = _range_member(whole[row["zone_id"]], numbered)
        zone["range_of_state"] = _range_member(row, numbered)
        zone["what_flips"] = [
            {
                "definition": numbered[flip["definition"]],
                **{name: _plain(flip[name]) for name in _FLIP_MEMBERS},
            }
            for flip in flips
            if flip["zone_id"] == row["zone_id"]
        ]
        zones.append(zone)
    return {
        "layer": layer.layer,
        "stations": layer.stations,
        "axes": {field: _positions(layer, field) for field in (*AXES, DATE_AXIS)},
        "definitions": [definition.to_dict() for definition in layer.definitions],
        "zones": zones,
        "matrix": [
            {
                "definition": numbered[row["definition"]],
                **{name: _plain(row[name]) for name in _ROW_MEMBERS},
                "reason": None if row["reason"] is None else row["reason"].to_dict(),
            }
            for row in records(layer.rows)
        ],
    }


def _positions(layer: AuditedLayer, field: str) -> list[Any]:
    found: Iterable[object] = (definition.to_dict()[field] for definition in layer.definitions)
    return list(dict.fromkeys(found))


def _range_member(row: dict[str, Any], numbered: dict[Definition, int]) -> dict[str, Any]:
    member: dict[str, Any] = {"n_definitions": row["n_definitions"], "n_answered": row["n_answered"]}
    member["statuses"] = {str(status): int(row[f"n_{status}"]) for status in STATUS_ORDER}
    for end in ("lowest", "highest"):
        definition = row[f"{end}_definition"]
        names = ("density_per_km2", "margin_count", "status")
        member[end] = (
            None
            if definition is None
            else {
                "definition": numbered[definition],
                **{name: _plain(row[f"{end}_{name}"]) for name in names},
            }
        )
    return member


def _case_member(case: PublishedCase) -> dict[str, Any]:
    return {
        "counts": [asdict(count) for count in case.counts],
        "areas": [asdict(area) for area in case.areas],
        "figures": [
            {**asdict(figure), "status": None if figure.status is None else str(figure.status)}
            for figure in case.figures
        ],
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell becomes a JSON value
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value
