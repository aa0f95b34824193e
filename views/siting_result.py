"""The answer of a siting: how much is proved, which poles, what each brings, and the file to take along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.siting.model import SitingStatus
from spatial.siting.planned_sites import planned_sites_file
from spatial.text import text
from views.figures import figure, percent
from views.hand_over import hand_over
from views.html_table import Cell, Column, Markup, fragment, render_table
from views.messages import note, show
from views.remarks import remark, remark_list
from views.session import SessionKey, widget_key
from views.siting_curve import gain_curve
from views.verdict_table import badge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.siting.proposal import Proposal
    from views.pack_frames import PackFrames
    from views.siting_room import SitingChoice

__all__ = ["show_proposal"]

SHOWN: Final = 12
MEDIA: Final = {"geojson": "application/geo+json", "csv": "text/csv"}


def show_proposal(
    proposal: Proposal, frames: PackFrames, choice: SitingChoice, *, source: str, lang: str
) -> None:
    """Show the answer, or why there is none."""
    names, status = frames.names[lang], proposal.solution.status
    if proposal.answered:
        note(_headline(proposal, lang))
        if len(proposal.steps):
            _show_exports(proposal, frames, choice, source=source, lang=lang)
            st.html(_pole_table(proposal, names, lang))
            show(gain_curve(proposal.steps, lang))
    elif status == SitingStatus.INFEASIBLE:
        note(text("siting.no_answer", lang), tone="refusal")
        for words in _reasons(proposal, names, lang):
            note(words, tone="refusal")
    else:
        note(text("siting.undecided", lang), tone="caution")
    said = [remark(notice, names, lang) for notice in proposal.case.notices]
    first = [text("siting.proxy", lang)] if choice.radius_m else []
    st.html(remark_list([*first, *_reported(proposal, lang), *said]))


def _reported(proposal: Proposal, lang: str) -> list[str]:
    """Return how many rows of the poles were not used, and why."""
    case = proposal.case
    if not case.n_reported:
        return []
    reasons = text("app.list_separator", lang).join(
        text("siting.reported_reason", lang, reason=text(key, lang), n=int(n))
        for key, n in case.rejected["reason_key"].value_counts().items()
    )
    return [text("siting.reported", lang, n=case.n_reported, reasons=reasons)]


def _headline(proposal: Proposal, lang: str) -> Markup:
    """Return how many poles do it, and how far that may be from the best."""
    solution = proposal.solution
    if not len(solution.selected):
        return fragment("<strong>{words}</strong>", words=text("siting.answer_none", lang))
    parts = [
        text("siting.answer", lang, n=figure(len(solution.selected))),
        text(
            f"siting.proof_{solution.status}",
            lang,
            bound=figure(solution.bound),
            gap=figure((solution.gap or 0.0) * 100.0, 1),
        ),
    ]
    if solution.coverage_after is not None:
        shares = {"before": solution.coverage_before, "after": solution.coverage_after}
        parts.append(text("siting.covered", lang, **{name: percent(share) for name, share in shares.items()}))
    return fragment(
        "<strong>{first}</strong> {rest} {mark}",
        first=parts[0],
        rest=" ".join(parts[1:]),
        mark=badge("synthetic", lang) if proposal.case.synthetic else Markup(""),
    )


def _reasons(proposal: Proposal, names: Mapping[str, str], lang: str) -> list[str]:
    """Return why no choice of poles holds every condition, with zones called by their names."""
    return [
        text(each.key, lang, **{name: _named(value, names) for name, value in each.params.items()})
        for each in proposal.solution.infeasible_because
    ]


def _named(value: object, names: Mapping[str, str]) -> object:
    """Return a zone's name for its id, alone or in a list; any other value as it is."""
    if isinstance(value, list):
        return [_named(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value


def _show_exports(
    proposal: Proposal, frames: PackFrames, choice: SitingChoice, *, source: str, lang: str
) -> None:
    """Show the buttons that save the chosen poles as planned sites."""
    area = "-".join(choice.zone_ids or (choice.layer,))
    mark = "simulated-" if proposal.case.synthetic else ""
    stem = f"{mark}planned-sites-{frames.pack.pack_id}-{area}-{choice.target_per_km2:g}"
    with st.container(key="atlas-siting-save", horizontal=True, vertical_alignment="center", gap="small"):
        for kind, media_type in MEDIA.items():
            name = f"{stem}.{kind}"
            if st.button(text(f"siting.save_{kind}", lang), key=widget_key(SessionKey.SITING_SAVE, kind)):
                data = planned_sites_file(proposal, name, source=source, lang=lang)
                hand_over(name, data, media_type=media_type)


def _pole_table(proposal: Proposal, names: Mapping[str, str], lang: str) -> Markup:
    """Return the first of the chosen poles, each with what it brings."""
    columns = [
        Column(head=text("siting.head_order", lang), numeric=True),
        Column(head=text("siting.head_pole", lang)),
        Column(head=text("siting.head_zone_ids", lang)),
        Column(head=text("siting.head_closes", lang), unit=text("app.unit.stations", lang), numeric=True),
    ]
    covers = proposal.settings.radius_m > 0.0
    if covers:
        columns.append(Column(head=text("siting.head_covers", lang), numeric=True))
    separator = text("app.list_separator", lang)
    rows: list[list[Cell | Markup | str]] = []
    for step in proposal.steps.head(SHOWN).to_dict(orient="records"):
        row: list[Cell | Markup | str] = [
            figure(step["order"]),
            str(step["candidate_id"]),
            separator.join(names.get(zone, zone) for zone in step["zone_ids"]),
            figure(step["closes"]),
        ]
        rows.append([*row, figure(step["covers"])] if covers else row)
    caption = text(
        "siting.poles_caption",
        lang,
        n=figure(len(proposal.steps)),
        shown=figure(min(SHOWN, len(proposal.steps))),
    )
    return render_table(columns, rows, caption=caption)
