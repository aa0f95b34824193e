"""Bring your own inventory: read, report, use in this session alone, forget."""

from __future__ import annotations

from typing import Final

import streamlit as st

from spatial.crs import Datum
from spatial.errors import AtlasError
from spatial.inventory import Inventory, read_inventory
from spatial.text import text
from views import cache
from views.hand_over import hand_over
from views.html_table import fragment, join
from views.messages import note, reporting, show_error
from views.rejected_rows import rejected_csv, rejected_table
from views.session import SessionKey, brought_inventory, forget_inventory, keep_inventory, upload_key

__all__ = ["show_inventory_panel"]

BY_FILE: Final = "by_file"
REFERENCE_SYSTEMS: Final = (*(str(datum) for datum in Datum), "EPSG:4547", "EPSG:4526", BY_FILE)
FILE_SUFFIXES: Final = ("csv", "geojson", "json")
MEBIBYTE: Final = 1024 * 1024


def show_inventory_panel(lang: str) -> None:
    """Show the form, or what became of the inventory that was brought."""
    inventory = brought_inventory()
    if inventory is None:
        _show_form(lang)
    else:
        _show_report(inventory, lang)


def _show_form(lang: str) -> None:
    limits = cache.limits()
    st.html(
        fragment(
            '<p class="lead">{words}</p>',
            words=text(
                "app.inventory.lead",
                lang,
                megabytes=limits.upload_bytes // MEBIBYTE,
                rows=f"{limits.rows:,}",
            ),
        )
    )
    system = st.selectbox(
        text("app.inventory.system", lang),
        REFERENCE_SYSTEMS,
        index=None,
        placeholder=text("app.inventory.system_choose", lang),
        format_func=lambda choice: _system_word(choice, lang),
        key=SessionKey.DATUM,
        filter_mode=None,
    )
    upload = st.file_uploader(
        text("app.inventory.file", lang),
        type=FILE_SUFFIXES,
        key=upload_key(),
        max_upload_size=limits.upload_bytes // MEBIBYTE,
    )
    if st.button(
        text("app.inventory.use", lang),
        key=SessionKey.UPLOAD_USE,
        type="primary",
        disabled=upload is None or system is None,
    ):
        assert upload is not None  # noqa: S101 -- the button is disabled without one
        _take(upload.name, upload.getvalue(), None if system == BY_FILE else system, lang)


def _system_word(system: str, lang: str) -> str:
    """Return the name of a reference system; one that is not on offer keeps its own."""
    if system not in REFERENCE_SYSTEMS:
        return system
    return text(f"app.system.{system.replace(':', '_').lower()}", lang)


def _take(name: str, data: bytes, system: str | None, lang: str) -> None:
    """Read a file and keep it; a refusal is shown and nothing changes."""
    try:
        inventory = read_inventory(data, name=name, crs=system, limits=cache.limits())
    except AtlasError as error:
        show_error(error, lang)
        return
    if not inventory.n_used:
        _refuse_unusable(inventory, lang)
        return
    keep_inventory(inventory)
    st.rerun()


def _refuse_unusable(inventory: Inventory, lang: str) -> None:
    """Say why not one row of a file is a station; verdicts from nothing would mislead."""
    reasons = inventory.rejected["reason_key"].value_counts()
    words = text(
        "app.inventory.nothing_usable",
        lang,
        name=inventory.name,
        n_in=f"{inventory.n_in:,}",
        reason=text(str(reasons.index[0]), lang),
        n=f"{int(reasons.iloc[0]):,}",
    )
    note(words, tone="refusal", role="alert")
    st.html(rejected_table(inventory, lang))


def _show_report(inventory: Inventory, lang: str) -> None:
    figures = {
        "n_in": f"{inventory.n_in:,}",
        "n_used": f"{inventory.n_used:,}",
        "n_reported": f"{inventory.n_reported:,}",
    }
    note(text("app.inventory.report", lang, name=inventory.name, **figures), role="status")
    facts = [
        text("app.inventory.encoding", lang, encoding=inventory.encoding),
        text("app.inventory.read_as", lang, system=_system_word(inventory.crs, lang)),
        *(notice.message(lang) for notice in inventory.notices),
    ]
    st.html(
        fragment(
            '<ul class="sheet">{items}</ul>',
            items=join(fragment("<li>{fact}</li>", fact=fact) for fact in facts),
        )
    )
    if inventory.n_reported:
        with reporting(lang):
            st.html(rejected_table(inventory, lang))
            if st.button(text("app.rejected.download", lang), key=SessionKey.REPORT):
                hand_over(
                    text("app.rejected.file_name", lang), rejected_csv(inventory, lang), media_type="text/csv"
                )
    st.button(text("app.inventory.clear", lang), key=SessionKey.CLEAR, on_click=forget_inventory)
