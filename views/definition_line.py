"""One line that says what figures rest on: definition, date and inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from spatial.text import text
from views.html_table import fragment

if TYPE_CHECKING:
    from spatial.definition import Definition
    from spatial.inventory import Inventory

__all__ = ["show_definition_line"]


def show_definition_line(definition: Definition, inventory: Inventory | None, lang: str) -> None:
    """Show the line."""
    words = [definition.label(lang)]
    if definition.as_of is None:
        words.append(text("app.definition.any_date", lang))
    if inventory is not None:
        words.append(inventory.name)
    st.html(
        fragment(
            '<p class="definition-line"><strong>{head}</strong> {words}</p>',
            head=text("app.definition.in_use", lang),
            words=" · ".join(words),
        )
    )
