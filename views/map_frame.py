"""The one place where a map meets streamlit-folium.

streamlit-folium passes public addresses of scripts and styles to the browser; its component
function is wrapped here, once, so that each address is looked up in `layers.vendor` and only files
of the app itself are asked for. An unknown address stops the run, not the planner's network.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import streamlit as st
import streamlit_folium

from layers.vendor import APP_SCRIPTS, APP_STYLES, local_url
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.atlas_map import AtlasMap

__all__ = ["MapClick", "show_atlas", "take_click"]

# The component's frame stands two levels below the app's own address, whatever path a proxy adds.
STATIC_URL: Final = "../../app/static"
STATIC_FOLDER: Final = Path(__file__).parent.parent / "static"
GUARD: Final = (Path(__file__).parent / "map_guard.js").read_text(encoding="utf-8")
LANGUAGE_TAGS: Final = {"zh": "zh-CN", "en": "en"}
VENDOR: Final = "vendor"
APP: Final = "map"
MOST_CHARACTERS: Final = 10_000
"""Of a kind or an id that a browser sends."""

# Sessions run in threads of their own, so what one run asks for must not reach another's.
_frame_of_this_run: ContextVar[tuple[str, bool]] = ContextVar("frame_of_this_run", default=("zh", False))


@dataclass(frozen=True)
class MapClick:
    """What a planner chose on the map.

    Attributes
    ----------
    kind : str
        ``"zone"``, ``"place"``, ``"spot"`` where a place was given its position, ``"no_spot"`` where
        that was called off, or what was done to a drawn area (`views.drawn_session`).
    id : str
        ``zone_id`` or ``place_id``.
    part_id : str or None
        The part of the zone that lies under the pointer.
    lon, lat : float
        Where the pointer was, WGS 84.
    shape : object
        What was drawn, as the browser sent it; nothing of it is checked.
    """

    kind: str
    id: str
    part_id: str | None
    lon: float
    lat: float
    shape: object = None


def show_atlas(atlas: AtlasMap, *, height: int, key: str, fill_window: bool = True) -> MapClick | None:
    """Show the map; return what was chosen since the last run, or None.

    Parameters
    ----------
    atlas : AtlasMap
        The map; its constant part decides whether the frame is kept.
    height : int
        Height in pixels, the least height with ``fill_window``.
    key : str
        Names the map on the page.
    fill_window : bool
        Whether the map reaches down to the window's lower edge.
    """
    _wrap_component()
    _frame_of_this_run.set((atlas.lang, fill_window))
    st.session_state[_frame_memory(key)] = f"{key}-{atlas.version}"
    answer = streamlit_folium.st_folium(
        atlas.map,
        key=f"{key}-{atlas.version}",
        height=height,
        use_container_width=True,
        feature_group_to_add=atlas.groups,
        returned_objects=[],
    )
    return _new_click(answer, memory=_click_memory(key))


def take_click(key: str) -> MapClick | None:
    """Return what was chosen since the last run before the map is shown, so that it can show what follows.

    Parameters
    ----------
    key : str
        Names the map on the page, as for `show_atlas`, which then returns nothing for the same click.
    """
    shown = st.session_state.get(_frame_memory(key))
    answer = None if shown is None else st.session_state.get(shown)
    return _new_click(answer, memory=_click_memory(key))


def _frame_memory(key: str) -> str:
    return f"{key}-frame"


def _click_memory(key: str) -> str:
    return f"{key}-last-click"


def _wrap_component() -> None:
    """Put our asset table between streamlit-folium and the browser, once per process."""
    original = streamlit_folium._component_func  # noqa: SLF001  (it offers no public hook)
    if getattr(original, "assets_are_local", False):
        return

    def with_local_assets(*, js_links: list[str], css_links: list[str], **others: object) -> object:
        scripts = (*_local(js_links), *_own(APP_SCRIPTS))
        styles = (*_local(css_links), *_own(APP_STYLES))
        lang, fill = _frame_of_this_run.get()
        guard = _guard(lang, fill=fill, files=scripts + styles)
        return original(js_links=[guard, *scripts], css_links=list(styles), **others)

    with_local_assets.assets_are_local = True  # type: ignore[attr-defined]
    streamlit_folium._component_func = with_local_assets  # noqa: SLF001


def _local(urls: Iterable[str]) -> list[str]:
    """Return the app's own addresses for folium's; one that is not known is an error."""
    return [f"{STATIC_URL}/{VENDOR}/{path}" for url in urls if (path := local_url(url)) is not None]


@cache
def _own(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the addresses of our scripts, each with the digest that a changed file changes."""
    digests = {
        name: hashlib.sha256((STATIC_FOLDER / APP / name).read_bytes()).hexdigest()[:12] for name in names
    }
    return tuple(f"{STATIC_URL}/{APP}/{name}?v={digest}" for name, digest in digests.items())


@cache
def _guard(lang: str, *, fill: bool, files: tuple[str, ...]) -> str:
    """Return the guard as an address that holds the script itself."""
    settings = {
        "missing": text("map.asset_missing", lang, file="%FILE%"),
        "lang": LANGUAGE_TAGS[lang],
        "fill": fill,
        "files": files,
    }
    script = GUARD.replace("(SETTINGS)", f"({json.dumps(settings)})")
    return "data:text/javascript;charset=utf-8," + quote(script)


def _new_click(answer: object, *, memory: str) -> MapClick | None:
    """Return the click of ``answer`` once: the component repeats its last value in every run.

    A browser may send anything. What is no click at all changes nothing, and is not asked again.
    """
    click = answer.get("atlas_click") if isinstance(answer, Mapping) else None
    if not isinstance(click, Mapping) or st.session_state.get(memory) == click.get("number"):
        return None
    st.session_state[memory] = click.get("number")
    part = click.get("part_id")
    words = (click.get("kind"), click.get("id"), "" if part is None else part)
    try:
        lon, lat = float(click["lon"]), float(click["lat"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    whole = all(isinstance(word, str) and len(word) <= MOST_CHARACTERS for word in words)
    if not (whole and math.isfinite(lon) and math.isfinite(lat)):
        return None
    return MapClick(
        kind=click["kind"], id=click["id"], part_id=part, lon=lon, lat=lat, shape=click.get("shape")
    )
