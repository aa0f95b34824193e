"""What of the planner's own is in use, in a few words, and the way to the page that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from spatial.text import text
from views.figures import figure
from views.html_table import fragment
from views.import_choices import system_word
from views.import_page import show_import_page
from views.messages import note
from views.session import brought_inventory
from views.state import write_address

if TYPE_CHECKING:
    from spatial.inventory import Inventory
    from views.state import ViewState

__all__ = ["show_inventory_panel"]


def show_inventory_panel(view: ViewState) -> None:
    """Show which inventory the verdicts rest on, and the link to the import."""
    lang = view.lang
    inventory = brought_inventory()
    if inventory is None:
        st.html(fragment('<p class="lead">{words}</p>', words=text("app.inventory.none", lang)))
    else:
        _show_inventory(inventory, lang)
    with st.container(key="atlas-to-import"):
        st.page_link(
            st.Page(show_import_page, title=text("app.page.import", lang), url_path="import"),
            label=text("app.inventory.to_import", lang),
            query_params=write_address(view),
        )


def _show_inventory(inventory: Inventory, lang: str) -> None:
    words = text(
        "app.inventory.report",
        lang,
        name=inventory.name,
        n_in=figure(inventory.n_in),
        n_used=figure(inventory.n_used),
        n_reported=figure(inventory.n_reported),
    )
    note(words, role="status")
    systems = [system_word(each, lang) for each in inventory.crs.split("、")]
    system = text("app.inventory.read_as", lang, system=text("app.list_separator", lang).join(systems))
    st.html(fragment('<p class="cite">{system}</p>', system=system))
