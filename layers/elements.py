"""folium elements whose script is finished text, never a template.

branca renders the output of each element a second time as a Jinja template, which would run what
an uploaded name holds. These elements hand their text on untouched; `layers.escape.script_json`
makes it inert besides, so that neither guard depends on the other.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Element, MacroElement

from layers.vendor import LEAFLET_CDN_CSS, LEAFLET_CDN_JS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AtlasFoliumMap", "FinishedText", "ScriptElement"]


class AtlasFoliumMap(folium.Map):
    """A folium map that asks for Leaflet alone: no jQuery, Bootstrap or icon fonts."""

    default_js = [("leaflet", LEAFLET_CDN_JS)]  # noqa: RUF012  (folium's own convention)
    default_css = [("leaflet_css", LEAFLET_CDN_CSS)]  # noqa: RUF012


class FinishedText(Element):
    """A piece of a page that is written as it is."""

    def __init__(self, finished: str) -> None:
        super().__init__()
        self.finished = finished

    def render(self, **_: Any) -> str:
        """Return the text untouched."""
        return self.finished


class ScriptElement(MacroElement):
    """One statement of the map's script, made from the variable name of the element's parent.

    Parameters
    ----------
    name : str
        Kind of element, for folium's naming.
    statement : callable
        Takes the name of the map variable and returns JavaScript.
    """

    def __init__(self, name: str, statement: Callable[[str], str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = name
        self.statement = statement
        # streamlit-folium and branca both look for `module.script(element, kwargs)`.
        self._template = SimpleNamespace(module=SimpleNamespace(script=self._script))

    def _script(self, _element: Any = None, _kwargs: Any = None) -> str:
        return self.statement(self._map_name())

    def _map_name(self) -> str:
        holder: Any = self._parent
        while not isinstance(holder, folium.Map):
            holder = holder._parent  # noqa: SLF001  (folium offers no other way up)
        return str(holder.get_name())

    def render(self, **_: Any) -> str:
        """Add the finished statement to the page's scripts, as branca expects of an element."""
        page: Any = self.get_root()
        page.script.add_child(FinishedText(self._script()), name=self.get_name())
        return ""
