"""The layers of the map: on or off, and how opaque."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import streamlit as st

from layers.registry import LAYERS, ONLINE_LAYERS, OWN_LAYERS, LayerId, LayerSpec
from spatial.text import text
from views.session import SessionKey, change_view, current_view, widget_key

if TYPE_CHECKING:
    from collections.abc import Collection

    from views.state import ViewState

__all__ = ["offered_layers", "show_layers_panel", "tianditu_key"]

TIANDITU_SETTING: Final = "ATLAS_TIANDITU_KEY"


def show_layers_panel(view: ViewState, own: Collection[LayerId] = ()) -> None:
    """Show a switch and an opacity for each layer; ``own`` are those that the planner has files for."""
    for spec in offered_layers(own):
        title = text(spec.title_key, view.lang)
        switch, opacity = st.columns([2, 3], vertical_alignment="center", wrap=False)
        key = widget_key(SessionKey.LAYER, spec.layer_id)
        st.session_state[key] = spec.layer_id in view.layers
        switch.checkbox(title, key=key, on_change=_switch_layer, args=(spec.layer_id,))
        key = widget_key(SessionKey.OPACITY, spec.layer_id)
        st.session_state[key] = view.opacity_percent(spec.layer_id)
        opacity.slider(
            text("app.layers.opacity_of", view.lang, layer=title),
            min_value=0,
            max_value=100,
            step=10,
            format="%d%%",
            key=key,
            on_change=_fade_layer,
            args=(spec.layer_id,),
            label_visibility="collapsed",
            disabled=spec.layer_id not in view.layers,
        )


def offered_layers(own: Collection[LayerId] = ()) -> tuple[LayerSpec, ...]:
    """Return the layers that can be shown; an online one needs its key, an own one its file."""
    brought = tuple(spec for spec in OWN_LAYERS if spec.layer_id in own)
    return (*LAYERS, *brought, *(ONLINE_LAYERS if tianditu_key() else ()))


def tianditu_key() -> str | None:
    """Return the key of the online base map, if this server has one."""
    return os.environ.get(TIANDITU_SETTING) or None


def _switch_layer(layer: LayerId) -> None:
    on = st.session_state[widget_key(SessionKey.LAYER, layer)]
    layers = current_view().layers
    change_view(layers=layers | {layer} if on else layers - {layer})


def _fade_layer(layer: LayerId) -> None:
    percent = st.session_state[widget_key(SessionKey.OPACITY, layer)]
    chosen = {**dict(current_view().opacity), layer: percent}
    change_view(opacity=tuple(sorted(chosen.items())))
