"""The map alone on a Streamlit page, with the switches that its tests press."""

from __future__ import annotations

import streamlit as st
from shapely.affinity import translate

from layers.atlas_map import build_atlas
from layers.registry import DEFAULT_LAYERS, LayerId
from layers.scene import MapScene, OwnLayer, Placing
from tests.browser.apps.frames import (
    HOSTILE,
    sample_district,
    sample_parts,
    sample_places,
    sample_points,
    sample_roads,
    sample_zones,
)
from views.map_frame import show_atlas

st.set_page_config(page_title="地图", layout="wide")


@st.cache_resource
def points(count: int, operator: str) -> object:
    return sample_points(count, operator=operator)


hostile = "hostile" in st.query_params
lang = st.query_params.get("lang", "zh")
names = HOSTILE[:3] if hostile else ("甲区", "乙区", "丙区")
place_names = HOSTILE[3:6] if hostile else ("甲园", "乙园", "丙园")
operator = HOSTILE[3] if hostile else "甲运营商"

st.session_state.runs = st.session_state.get("runs", 0) + 1
left, middle, right = st.columns(3)
with left:
    stations_on = st.checkbox("基站", value="stations" in st.query_params)
with middle:
    other_definition = st.checkbox("另一口径")
with right:
    if st.button("写参数"):
        st.query_params["written"] = str(st.session_state.runs)

places = sample_places(place_names)
if "crowd" in st.query_params:  # the second place some fifty metres beside the first
    places.loc[1, "geometry"] = translate(places.geometry[0], 0.0005, 0.0003)

own = "own" in st.query_params
roads = (OwnLayer(title=HOSTILE[0] if hostile else "道路", frame=sample_roads()),) if own else ()
zones = sample_zones("undetermined" if other_definition else "met", names)
scene = MapScene(
    pack_id="test",
    district=sample_district(zones),
    zones=zones,
    parts=sample_parts(HOSTILE[5:7] if hostile else ("东片", "西片")),
    place_points=places,
    stations=points(int(st.query_params.get("stations", 200)), operator),
    poles=points(int(st.query_params.get("poles", 10)), operator),
    context=roads,
    placing=Placing(place_id="place_2", name=place_names[2]) if "placing" in st.query_params else None,
    layers_on=DEFAULT_LAYERS
    | ({LayerId.STATIONS} if stations_on else set())
    | ({LayerId.POLES} if "poles" in st.query_params else set())
    | ({LayerId.TIANDITU} if "tianditu" in st.query_params else set()),
    tianditu_key=st.query_params.get("tianditu"),
    selected_zone_id=st.session_state.get("zone"),
    stations_synthetic=True,
    attribution=HOSTILE[4] if hostile else "示例数据",
    review_number=HOSTILE[6] if hostile else None,
)
click = show_atlas(build_atlas(scene, lang=lang), height=420, key="test")
if click:
    st.session_state.zone = click.id
    at = f" {click.lon:.3f} {click.lat:.3f}" if click.kind == "spot" else ""
    st.session_state.clicked = f"{click.kind} {click.id} {click.part_id}{at}"
st.text(f"运行 {st.session_state.runs}")
st.text(f"点选 {st.session_state.get('clicked', '无')}")
