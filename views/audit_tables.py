"""The tables of the page 口径对照: each zone's range, and the matrix of one area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatial.audit.axes import AXES, DATE_AXIS, choice_word
from spatial.audit.records import records
from spatial.audit.words import change_word, marks, status_counts
from spatial.definition import AreaBasis, word_key
from spatial.text import text
from spatial.verdict import Status
from views.figures import NOTHING, figure, interval
from views.html_table import CARDS, Cell, Column, Markup, fragment, join, render_table
from views.status_mark import status_mark, status_word
from views.verdict_rows import JUDGED
from views.verdict_table import BADGED_BASES, badge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spatial.audit.layers import AuditedLayer
    from spatial.definition import Definition

    Names = Mapping[str, str]

__all__ = ["column_head", "matrix_table", "range_table"]


def column_head(name: str, lang: str) -> str:
    """Return the head of a column as the page's tables write it."""
    words = text(f"audit.{name}", lang)
    return words[0].upper() + words[1:]


def range_table(layers: Sequence[AuditedLayer], names: Names, lang: str) -> Markup:
    """Return one row per zone: where it stands, how far it goes, and which choice turns its verdict."""
    per_km2 = text("app.unit.per_km2", lang)
    columns = [
        Column(head=text("app.verdict.zone", lang)),
        Column(head=column_head("head_now", lang), unit=per_km2),
        Column(head=column_head("head_lowest", lang), unit=per_km2),
        Column(head=column_head("head_highest", lang), unit=per_km2),
        Column(head=column_head("head_verdicts", lang)),
        Column(head=column_head("head_turning", lang)),
    ]
    rows: list[list[Cell | Markup | str]] = []
    for layer in layers:
        flips = layer.flipping_choices
        for row in records(layer.ranges_of_state):
            turning = records(flips[flips["zone_id"] == row["zone_id"]])
            rows.append(_range_cells(layer, row, turning, names, lang))
    return render_table(columns, rows, caption=text("audit.ranges_caption", lang), style=f"audit {CARDS}")


def _range_cells(
    layer: AuditedLayer, row: dict[str, Any], turning: list[dict[str, Any]], names: Names, lang: str
) -> list[Cell | Markup | str]:
    answered = text("audit.answered", lang, n=row["n_answered"], of=row["n_definitions"])
    return [
        fragment(
            '{name} {badges}<small class="aside">{stations}</small>',
            name=names.get(row["zone_id"], row["name"]),
            badges=_badges(row, lang),
            stations=text(f"audit.stations_{layer.stations}", lang),
        ),
        _standing(row, "", layer.definitions[0], lang),
        _standing(row, "lowest_", layer.definitions[0], lang),
        _standing(row, "highest_", layer.definitions[0], lang),
        fragment(
            '{counts}<small class="aside">{answered}</small>',
            counts=status_counts(row, lang) or NOTHING,
            answered=answered,
        ),
        _turning(turning, lang, judged=row["status"] != Status.NO_DATA),
    ]


def _badges(row: dict[str, Any], lang: str) -> Markup:
    known = row["geometry_basis"] if row["geometry_basis"] in BADGED_BASES else ""
    applying = [
        known,
        "synthetic" if row["synthetic"] else "",
        "reference_short" if row["target_scope"] == "district_reference" else "",
        "unstated" if row["target_scope"] == "district" else "",
    ]
    return join((badge(name, lang) for name in applying if name), " ")


def _standing(row: dict[str, Any], prefix: str, in_use: Definition, lang: str) -> Markup | str:
    """Return density, verdict and margin; for an extreme also the choices that differ from those in use."""
    status = row[f"{prefix}status"]
    if status is None:
        return NOTHING
    definition = row[f"{prefix}definition"] if prefix else in_use
    return fragment(
        '<strong>{density}</strong> {mark}<small class="aside">{words}</small>',
        density=figure(row[f"{prefix}density_per_km2"], 1),
        mark=_verdict(row, status, lang),
        words=_differing(definition, in_use, lang) if prefix else _margin(row["margin_count"], lang),
    )


def _verdict(row: dict[str, Any], status: str, lang: str) -> Markup:
    """Return the status; where the plan states no counting basis it holds under this definition alone."""
    judged = Status(status) in JUDGED
    return status_mark(Status(status), lang, conditional=judged and row["target_scope"] == "district")


def _margin(margin: Any, lang: str) -> str:  # noqa: ANN401 - a cell
    if pd.isna(margin):
        return ""
    return text("audit.above" if margin >= 0 else "audit.below", lang, n=figure(abs(int(margin))))


def _differing(definition: Definition, in_use: Definition, lang: str) -> str:
    words = [
        choice_word(definition, field, lang)
        for field in (*AXES, DATE_AXIS)
        if getattr(definition, field) != getattr(in_use, field)
    ]
    return text("audit.separator", lang).join(words) or text("audit.as_in_use", lang)


def _turning(turning: list[dict[str, Any]], lang: str, *, judged: bool) -> Markup:
    """Return each choice that turns the verdict, into which one, and by how many stations.

    What is planned answers another question, and stands last.
    """
    if not turning:
        words = text("audit.no_turning" if judged else "audit.nothing_to_turn", lang)
        return fragment('<small class="aside">{words}</small>', words=words)
    return join(
        fragment(
            '<div class="{style}">{choice} → {status} <small>{by}</small></div>',
            style="aside" if row["field"] == "status" else "",
            choice=change_word(row["definition"], row["field"], lang),
            status=status_word(Status(row["status"]), lang),
            by=_by(row, lang),
        )
        for row in sorted(turning, key=lambda each: each["field"] == "status")
    )


def _by(row: dict[str, Any], lang: str) -> str:
    """Return by how many stations, where that is what changed, and by how many per km²."""
    density, stations = row["density_change_per_km2"], row["count_change"]
    if pd.isna(stations) or pd.isna(density):
        return ""
    words = {"density": f"{density:+,.1f}"}
    if not stations:
        return text("audit.by_density", lang, **words)
    return text("audit.by_stations", lang, stations=f"{stations:+,d}", **words)


def matrix_table(layers: Sequence[AuditedLayer], basis: AreaBasis, names: Names, lang: str) -> Markup:
    """Return the definitions over one area down, zones across; a verdict that turned is marked in words."""
    columns = [Column(head=column_head("head_definition", lang))]
    zones: list[str] = []
    cells: dict[Definition, dict[str, Cell | Markup | str]] = {}
    for layer in layers:
        for row in records(layer.ranges):
            zones.append(row["zone_id"])
            marked = text("audit.separator", lang).join(marks(row, lang))
            columns.append(Column(head=names.get(row["zone_id"], row["name"]), unit=marked))
        for row in records(layer.rows):
            if row["definition"].area_basis == basis:
                cells.setdefault(row["definition"], {})[row["zone_id"]] = _matrix_cell(row, lang)
    in_use = layers[0].definitions[0]
    rows = [
        [_row_name(definition, in_use, lang), *(found.get(zone, NOTHING) for zone in zones)]
        for definition, found in cells.items()
    ]
    return render_table(
        columns,
        rows,
        caption=text("audit.matrix_caption", lang, basis=text(word_key(basis), lang)),
        row_styles=["chosen" if definition == in_use else "" for definition in cells],
        style="audit-matrix",
    )


def _row_name(definition: Definition, in_use: Definition, lang: str) -> str:
    words = [choice_word(definition, field, lang) for field in AXES if field != "area_basis"]
    if definition.as_of is not None:
        words.append(choice_word(definition, DATE_AXIS, lang))
    name = text("audit.separator", lang).join(words)
    return text("audit.row_in_use", lang, definition=name) if definition == in_use else name


def _matrix_cell(row: dict[str, Any], lang: str) -> Cell | Markup | str:
    if row["status"] == Status.NO_DATA:
        return Cell(content=text("verdict.status_no_data", lang), style="no-data")
    said = [interval(row["density_low"], row["density_high"])] if row["status"] == Status.UNDETERMINED else []
    said += [text("audit.turned", lang)] if row["flips"] else []
    content = fragment(
        "{density} {mark}{said}",
        density=figure(row["density_per_km2"], 1),
        mark=_verdict(row, row["status"], lang),
        said=join(fragment('<small class="aside">{words}</small>', words=words) for words in said),
    )
    return Cell(content=content, style="flipped" if row["flips"] else "")
