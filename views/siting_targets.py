"""What the poles are good for at other targets, and the way on where the one asked for is out of reach."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.siting.model import ConflictKind, SitingStatus
from spatial.text import text
from views.figures import figure
from views.html_table import Cell, Column, Markup, fragment, render_table
from views.session import SessionKey, widget_key
from views.siting_choices import COVERS, MOST_BUDGET, TARGETS
from views.siting_tables import qualified

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spatial.siting.proposal import Proposal

__all__ = ["show_ways_on", "target_table"]

PERCENT: Final = 100.0
CURRENT: Final = "chosen"


def show_ways_on(proposal: Proposal, lang: str) -> None:
    """Offer what the reasons leave open: each button sets one condition and asks again."""
    ways = list(_ways_on(proposal))
    if not ways:
        return
    with st.container(key="atlas-siting-ways", horizontal=True, vertical_alignment="center", gap="small"):
        for name, widget, value in ways:
            st.button(
                text(f"siting.try_{name}", lang, value=figure(value)),
                key=widget_key(SessionKey.SITING_TRY, name),
                on_click=_set,
                args=(widget, value),
            )


def target_table(answers: Sequence[Proposal], shown: Proposal, lang: str) -> Markup:
    """Return what each target takes; the one that the page answers stands with that answer.

    Parameters
    ----------
    answers : sequence of Proposal
        As `spatial.siting.targets.by_target` gives them.
    shown : Proposal
        The answer of the page.
    lang : str
        ``"zh"`` or ``"en"``.
    """
    stations, poles = text("app.unit.stations", lang), text("siting.unit_poles", lang)
    columns = [
        Column(head=text("siting.head_target", lang), unit=text("app.unit.per_km2", lang), numeric=True),
        Column(head=text("siting.head_gap", lang), unit=stations, numeric=True),
        Column(head=text("siting.head_needed", lang), unit=poles, numeric=True),
        Column(head=text("siting.head_proof", lang)),
    ]
    costs = shown.case.terms.cost is not None
    if costs:
        columns.insert(-1, Column(head=text("siting.head_cost", lang), numeric=True))
    # What is proved out of reach for one target is so for every higher one.
    bounds = [each.highest_target_per_km2 for each in answers]
    highest = min((each for each in bounds if each is not None), default=None)
    rows: list[list[Cell | Markup | str]] = []
    styles = []
    for answer in answers:
        current = _target(answer) == _target(shown)
        told = shown if current else answer
        target = figure(_target(told), 0 if _target(told).is_integer() else 1)
        lacking = sum(max(each.required_count - each.before, 0) for each in told.solution.zones)
        rows.append(
            [
                fragment("<strong>{target}</strong>", target=target) if current else target,
                figure(lacking),
                figure(len(told.solution.selected)) if told.answered else figure(None),
                *([figure(told.solution.objective)] if costs else []),
                _proof(told, highest, lang),
            ]
        )
        styles.append(CURRENT if current else "")
    caption = qualified(text("siting.targets_caption", lang), shown, lang)
    return render_table(columns, rows, caption=caption, row_styles=styles)


def _proof(proposal: Proposal, highest: float | None, lang: str) -> str:
    """Return how sure the number of poles is, or how far they go instead."""
    solution = proposal.solution
    if solution.status == SitingStatus.INFEASIBLE:
        if highest is None:
            return text("siting.status_infeasible", lang)
        return text("siting.out_of_reach", lang, target=figure(highest, 1))
    if solution.status == SitingStatus.FEASIBLE:
        return text("siting.gap_at_most", lang, gap=figure((solution.gap or 0.0) * PERCENT, 1))
    return text(f"siting.status_{solution.status}", lang)


def _ways_on(proposal: Proposal) -> Iterator[tuple[str, SessionKey, int]]:
    """Yield a name, a widget and the value of it that the reasons leave open."""
    highest = proposal.highest_target_per_km2
    if highest is not None and TARGETS[0] <= math.floor(highest) < _target(proposal):
        yield "target", SessionKey.SITING_TARGET, math.floor(highest)
    conflicts = proposal.solution.infeasible_because
    budgets = [each.needed for each in conflicts if each.constraint == ConflictKind.BUDGET]
    if budgets and math.ceil(max(budgets)) <= MOST_BUDGET:
        yield "budget", SessionKey.SITING_BUDGET, math.ceil(max(budgets))
    for each in conflicts:
        reached = [cover for cover in COVERS if cover <= (each.available or 0.0) * PERCENT]
        if each.constraint == ConflictKind.COVERAGE and reached[-1]:
            yield "cover", SessionKey.SITING_COVER, reached[-1]


def _target(proposal: Proposal) -> float:
    target = proposal.case.terms.target
    return 0.0 if target is None else target.value_per_km2


def _set(widget: SessionKey, value: int) -> None:
    st.session_state[widget] = value
