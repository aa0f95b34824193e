"""The answer of a siting: how much is proved, which poles, what each brings, and the file to take along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.siting.model import SitingStatus
from spatial.siting.planned_sites import planned_sites_file
from spatial.text import text
from views.figures import figure, percent, plain
from views.hand_over import hand_over
from views.html_table import Markup, fragment, join
from views.messages import note, show
from views.remarks import remark, remark_list
from views.session import SessionKey, widget_key
from views.siting_curve import gain_curve
from views.siting_tables import pole_table, zone_table
from views.siting_targets import show_ways_on, target_table
from views.verdict_table import BADGED_BASES, badge

if TYPE_CHECKING:
    from spatial.siting.proposal import Proposal
    from views.pack_frames import PackFrames
    from views.siting_room import SitingChoice, SitingRoom

__all__ = ["show_proposal"]

MEDIA: Final = {"geojson": "application/geo+json", "csv": "text/csv"}


def show_proposal(
    room: SitingRoom,
    proposal: Proposal,
    frames: PackFrames,
    choice: SitingChoice,
    *,
    source: str,
    lang: str,
) -> None:
    """Show the answer, or why there is none and what is left open; then the figures behind it."""
    names, status = frames.names[lang], proposal.solution.status
    chosen = proposal.answered and len(proposal.steps) > 0
    if proposal.answered:
        note(_headline(proposal, lang))
    elif status == SitingStatus.INFEASIBLE:
        reasons = join(fragment("<br>{words}", words=words) for words in proposal.reasons(names, lang))
        head = text("siting.no_answer", lang)
        note(fragment("<strong>{head}</strong>{reasons}", head=head, reasons=reasons), tone="refusal")
        show_ways_on(proposal, lang)
    else:
        note(text("siting.undecided", lang), tone="caution")
    if chosen:
        _show_exports(proposal, frames, choice, source=source, lang=lang)
    st.html(zone_table(proposal, names, plain(choice.target_per_km2), lang))
    if chosen:
        show(gain_curve(proposal, lang))
    _show_targets(room, proposal, lang)
    if chosen:
        with st.expander(text("siting.poles_title", lang, n=figure(len(proposal.steps)))):
            st.html(pole_table(proposal, names, lang))
    said = [remark(notice, names, lang) for notice in proposal.case.notices]
    first = [text("siting.proxy", lang)] if choice.radius_m else []
    st.html(remark_list([*first, *_reported(proposal, lang), *said]))


def _show_targets(room: SitingRoom, proposal: Proposal, lang: str) -> None:
    """Show what other targets take: at once where that is quick, else for a click."""
    if room.others_are_quick or room.wants_others:
        with st.spinner(text("siting.working", lang)):
            answers = room.others()
        st.html(target_table(answers, proposal, lang))
        return
    st.button(text("siting.compare_targets", lang), key=SessionKey.SITING_TARGETS, on_click=room.want_others)


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
    column = proposal.case.terms.cost
    if column is not None:
        parts.insert(1, text("siting.costs", lang, cost=plain(solution.objective), column=column))
    if solution.coverage_after is not None:
        shares = {"before": solution.coverage_before, "after": solution.coverage_after}
        told = {name: percent(share, 1) for name, share in shares.items()}
        parts.append(text("siting.covered", lang, **told))
    return fragment(
        "<strong>{first}</strong> {rest} {mark}",
        first=parts[0],
        rest=" ".join(parts[1:]),
        mark=join(_badges(proposal, lang), " "),
    )


def _badges(proposal: Proposal, lang: str) -> list[Markup]:
    """Return what qualifies the answer: zones drawn from words, and made-up stations or poles."""
    stated = (proposal.basis_of[zone_id] for zone_id in proposal.case.problem.zone_ids)
    told = dict.fromkeys(basis for basis in stated if basis in BADGED_BASES)
    return [badge(each, lang) for each in (*told, *(["synthetic"] if proposal.case.synthetic else []))]


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
