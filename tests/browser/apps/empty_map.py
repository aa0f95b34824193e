"""An empty Streamlit + folium page, its Leaflet served from here: what the atlas is measured against."""

from __future__ import annotations

import folium
import streamlit as st
from streamlit_folium import st_folium

VENDOR = "../../app/static/vendor/leaflet"

st.set_page_config(page_title="空白地图", layout="wide")
folium.Map.default_js = [("leaflet", f"{VENDOR}/leaflet.js")]
folium.Map.default_css = [("leaflet_css", f"{VENDOR}/leaflet.css")]
st_folium(
    folium.Map(location=[23.085, 113.32], zoom_start=12, tiles=None),
    key="empty",
    use_container_width=True,
    height=620,
    returned_objects=[],
)
