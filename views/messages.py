"""The one place where a failure becomes a sentence.

An `AtlasError` carries its own words: cause and next step. Anything else is a defect: the
planner gets a number to report, the log gets the traceback, the page goes on.
"""

from __future__ import annotations

import logging
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from spatial.errors import AtlasError
from spatial.text import text
from views.html_table import Markup, fragment

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["note", "reporting", "show", "show_error"]

logger = logging.getLogger(__name__)


def show(content: Markup) -> None:
    """Show a fragment; one without content leaves no trace."""
    if content:
        st.html(content)


def note(words: str | Markup, *, tone: str = "plain", role: str = "note") -> None:
    """Show one sentence in a box; ``tone`` is plain, caution or refusal."""
    st.html(fragment('<p class="note {tone}" role="{role}">{words}</p>', tone=tone, role=role, words=words))


def show_error(error: Exception, lang: str) -> None:
    """Show what went wrong and what to do next; never a traceback."""
    if isinstance(error, AtlasError):
        note(error.message(lang), tone="refusal", role="alert")
        return
    incident = secrets.token_hex(4)
    logger.error("incident %s", incident, exc_info=error)
    note(text("app.error.incident", lang, incident=incident), tone="refusal", role="alert")


@contextmanager
def reporting(lang: str) -> Iterator[None]:
    """Turn a failure of the block into a sentence; the rest of the page still appears."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 -- the last place that can still speak to the planner
        show_error(error, lang)
