"""Within which limits a file is read here, and which of them this system cannot hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from spatial.importing.isolation.run import GUARDS, guards_here, missing_guards
from spatial.text import text
from views import cache
from views.html_table import fragment, join
from views.messages import note
from views.source_tables import limits_table

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["show_limits"]


def show_limits(lang: str) -> None:
    """Show the limits folded with their settings, and which guard of the reading process is not held."""
    guards = _guards()
    for missing in missing_guards(guards):
        note(missing.message(lang), tone="caution")
    held = text("app.list_separator", lang).join(
        text(f"app.import.guard_{name}", lang) for name in GUARDS if guards.get(name, False)
    )
    parts = [
        fragment('<p class="cite">{words}</p>', words=text("app.import.guards_held", lang, guards=held)),
        limits_table(cache.limits(), lang),
    ]
    st.html(
        fragment(
            '<details class="folded"><summary>{head}</summary>{parts}</details>',
            head=text("app.import.limits", lang),
            parts=join(parts),
        )
    )


@st.cache_resource(show_spinner=False)
def _guards() -> Mapping[str, bool]:
    """Return which guards this system holds a process to; found once by starting one."""
    return guards_here()
