"""The full map and nothing else: zones, parts, places, 5,144 stations and 20,000 poles."""

from __future__ import annotations

import streamlit as st

from layers.atlas_map import build_atlas
from layers.registry import DEFAULT_LAYERS, LayerId
from layers.scene import MapScene
from tests.browser.apps.frames import (
    sample_district,
    sample_parts,
    sample_places,
    sample_points,
    sample_zones,
)
from views.map_frame import show_atlas

STATIONS, POLES = 5_144, 20_000

st.set_page_config(page_title="满载地图", layout="wide")


@st.cache_resource
def scene() -> MapScene:
    zones = sample_zones()
    return MapScene(
        pack_id="full",
        district=sample_district(zones),
        zones=zones,
        parts=sample_parts(),
        place_points=sample_places(),
        stations=sample_points(STATIONS),
        poles=sample_points(POLES, seed=2),
        layers_on=DEFAULT_LAYERS | {LayerId.STATIONS, LayerId.POLES},
    )


show_atlas(build_atlas(scene(), lang="zh"), height=620, key="full", fill_window=False)
