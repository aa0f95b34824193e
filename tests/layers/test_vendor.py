"""Every address that folium names is known, and none of them is asked for."""

from __future__ import annotations

import folium
import pytest

from layers.elements import AtlasFoliumMap
from layers.vendor import LEAFLET_CSS, LEAFLET_JS, UnmappedAssetError, local_url

FOLIUM_ASSETS = [url for _, url in (*folium.Map.default_js, *folium.Map.default_css)]


@pytest.mark.parametrize("url", FOLIUM_ASSETS)
def test_assets_of_a_plain_folium_map_are_local_or_dropped(url):
    path = local_url(url)
    assert path is None or path.startswith("leaflet/leaflet.")


def test_atlas_asks_for_leaflet_alone():
    wanted = [local_url(url) for _, url in (*AtlasFoliumMap.default_js, *AtlasFoliumMap.default_css)]
    assert wanted == [LEAFLET_JS, LEAFLET_CSS]


@pytest.mark.parametrize(
    "url",
    [
        "https://cdnjs.cloudflare.com/ajax/libs/leaflet.draw/1.0.2/leaflet.draw.js",
        "https://d3js.org/d3.v4.min.js",
        "https://example.org/leaflet@1.9.4/dist/leaflet.js?x=/evil.js",
        "",
    ],
)
def test_unknown_address_is_an_error_never_a_request(url):
    with pytest.raises(UnmappedAssetError):
        local_url(url)
