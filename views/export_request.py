"""What a planner asks to have handed over: the choices of the export page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.text import text
from views.figures import figure
from views.html_table import fragment
from views.messages import note
from views.pack_frames import POLES, STATIONS
from views.session import SessionKey, put_back, widget_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spatial.definition import Definition
    from spatial.inventory import Inventory
    from views.pack_frames import PackFrames

__all__ = ["ExportRequest", "LayerOffer", "layer_offers", "show_choices"]

PROFILES: Final = ("cim", "geojson", "desktop", "spreadsheet")
POINT_DETAILS: Final = ("exact", "grid", "totals")
SYSTEMS: Final = ("EPSG:4490", "EPSG:4547")
PLACES: Final = "places"


@dataclass(frozen=True, kw_only=True)
class ExportRequest:
    """One hand-over as it was asked for; two that are equal give the same package.

    Attributes
    ----------
    pack : str
        Name of the plan pack.
    definition : Definition
        What is counted, over which area.
    inventory : str
        Name and number of the inventory that was brought; empty for the pack's own.
    profile, points, crs : str
        As `spatial.export.content.build.ContentOptions` has them.
    layers : tuple of str
        The chosen layers.
    zone_ids : tuple of str
        Zones that limit the extent; none for everything.
    synthetic : bool
        Whether a chosen layer is simulated.
    """

    pack: str
    definition: Definition
    inventory: str
    profile: str
    layers: tuple[str, ...]
    zone_ids: tuple[str, ...]
    points: str
    crs: str
    synthetic: bool

    @property
    def held_layers(self) -> tuple[str, ...]:
        """The layers that the package holds: of points only the totals, where that was asked for."""
        left_out = (PLACES, STATIONS, POLES) if self.points == "totals" else ()
        return tuple(name for name in self.layers if name not in left_out)


@dataclass(frozen=True, kw_only=True)
class LayerOffer:
    """A layer that can be handed over: how many features, whether simulated, and the planner's own file."""

    name: str
    n: int
    synthetic: bool = False
    file: str = ""


def layer_offers(frames: PackFrames, inventories: Mapping[str, Inventory | None]) -> tuple[LayerOffer, ...]:
    """Return the layers of a pack with their numbers of features, in the order of the map."""
    offers = [LayerOffer(name=name, n=len(zones)) for name, zones in frames.layers.items()]
    located = int(frames.places.geometry.notna().sum())
    if located:
        offers.append(LayerOffer(name=PLACES, n=located))
    for subject in (STATIONS, POLES):
        inventory = inventories[subject]
        if inventory is not None:
            file = "" if inventory is frames.inventories[subject] else inventory.name
            offers.append(
                LayerOffer(name=subject, n=inventory.n_used, synthetic=inventory.synthetic, file=file)
            )
    return tuple(offers)


def show_choices(
    frames: PackFrames,
    offers: tuple[LayerOffer, ...],
    *,
    definition: Definition,
    inventory: str,
    lang: str,
) -> ExportRequest:
    """Show the choices and return the request that they make."""
    who_side, layer_side, limit_side = st.columns([34, 26, 40], gap="medium")
    put_back(SessionKey.EXPORT_PROFILE, PROFILES[0], PROFILES)
    with who_side:
        profile = st.radio(
            text("app.export.profile", lang),
            PROFILES,
            format_func=lambda name: text(f"app.export.profile_{name}", lang),
            captions=[text(f"app.export.opens_{name}", lang) for name in PROFILES],
            key=SessionKey.EXPORT_PROFILE,
        )
    with layer_side:
        chosen = _show_layers(offers, lang)
    with limit_side:
        zone_ids = _show_extent(frames, lang)
        points = _choose("points", POINT_DETAILS, lang)
        crs = _choose("crs", SYSTEMS, lang)
    return ExportRequest(
        pack=frames.pack.pack_id,
        definition=definition,
        inventory=inventory,
        profile=profile,
        layers=tuple(offer.name for offer in chosen),
        zone_ids=zone_ids,
        points=points,
        crs=crs,
        synthetic=any(offer.synthetic for offer in chosen),
    )


def _show_layers(offers: tuple[LayerOffer, ...], lang: str) -> list[LayerOffer]:
    """Show one box for each layer; what is simulated is off until it is asked for."""
    with st.container(key="atlas-layer-boxes", gap=None):
        st.html(fragment('<p class="field-name">{words}</p>', words=text("app.export.layers", lang)))
        chosen = [offer for offer in offers if _show_box(offer, lang)]
    if any(offer.synthetic for offer in chosen):
        note(text("app.export.synthetic", lang), tone="caution")
    return chosen


def _show_box(offer: LayerOffer, lang: str) -> bool:
    words = text(
        "app.export.layer_synthetic" if offer.synthetic else "app.export.layer",
        lang,
        name=text(f"app.export.layer_{offer.name}", lang),
        n=figure(offer.n),
    )
    key = widget_key(SessionKey.EXPORT_LAYER, offer.name)
    put_back(key, not offer.synthetic)
    wanted = st.checkbox(words, key=key)
    if offer.file:
        # Not in the box's own words: those are Markdown, and the name of a file may hold anything.
        st.html(
            fragment(
                '<p class="cite">{words}</p>', words=text("app.export.layer_file", lang, file=offer.file)
            )
        )
    return wanted


def _show_extent(frames: PackFrames, lang: str) -> tuple[str, ...]:
    zones = [
        str(zone_id)
        for name, layer in frames.layers.items()
        if name != "district"
        for zone_id in layer["zone_id"]
    ]
    put_back(SessionKey.EXPORT_EXTENT, [], zones)
    chosen = st.multiselect(
        text("app.export.extent", lang),
        zones,
        format_func=lambda zone_id: frames.names[lang].get(zone_id, zone_id),
        placeholder=text("app.export.extent_all", lang),
        key=SessionKey.EXPORT_EXTENT,
        filter_mode=None,
    )
    return tuple(chosen)


def _choose(field: str, options: tuple[str, ...], lang: str) -> str:
    words: Callable[[str], str] = lambda option: text(_option_key(field, option), lang)  # noqa: E731
    key = widget_key(SessionKey.EXPORT_CHOICE, field)
    put_back(key, options[0], options)
    return st.radio(
        text(f"app.export.{field}", lang),
        options,
        format_func=words,
        key=key,
    )


def _option_key(field: str, option: str) -> str:
    return f"app.export.{field}_{option.replace(':', '_').lower()}"
