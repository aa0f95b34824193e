"""Which script or style of folium is served by the app itself, and which is dropped.

folium and streamlit-folium name their assets by public addresses. On a closed network each of them
would stop the map, so every address is looked up here; one that is not listed is an error and never
a request.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "APP_SCRIPTS",
    "APP_STYLES",
    "LEAFLET_CDN_CSS",
    "LEAFLET_CDN_JS",
    "LEAFLET_CSS",
    "LEAFLET_JS",
    "UnmappedAssetError",
    "local_url",
]

LEAFLET_JS: Final = "leaflet/leaflet.js"
LEAFLET_CSS: Final = "leaflet/leaflet.css"

# How folium would name the two; nothing is ever fetched from there.
LEAFLET_CDN_JS: Final = "https://cdn.jsdelivr.net/npm/leaflet@1.9.4/dist/leaflet.js"
LEAFLET_CDN_CSS: Final = "https://cdn.jsdelivr.net/npm/leaflet@1.9.4/dist/leaflet.css"

# The app's own scripts, in the order in which they must be loaded; under static/map/.
APP_SCRIPTS: Final = (
    "labels.js",
    "zones.js",
    "places.js",
    "points.js",
    "context.js",
    "scenario.js",
    "coverage.js",
    "legend.js",
    "draw.js",
    "reshape.js",
    "grid.js",
    "atlas.js",
)
APP_STYLES: Final = ("atlas.css",)

# Address pattern -> path under static/vendor/, or None where nothing on our map needs the file.
_TABLE: Final = (
    (re.compile(r"/leaflet@[\d.]+/dist/leaflet\.js$"), LEAFLET_JS),
    (re.compile(r"/leaflet@[\d.]+/dist/leaflet\.css$"), LEAFLET_CSS),
    (re.compile(r"/jquery-[\d.]+(\.min)?\.js$"), None),
    (re.compile(r"/bootstrap@[\d.]+/dist/(js|css)/bootstrap(\.bundle)?\.min\.(js|css)$"), None),
    (re.compile(r"/bootstrap/[\d.]+/css/bootstrap-glyphicons\.css$"), None),
    (re.compile(r"/fontawesome-free@[\d.]+/css/all\.min\.css$"), None),
    (re.compile(r"/leaflet\.awesome-markers\.(js|css)$"), None),
    (re.compile(r"/leaflet\.awesome\.rotate\.min\.css$"), None),
)


class UnmappedAssetError(LookupError):
    """folium asks for a script or style that the app does not carry.

    This is a fault of the program, found by its tests: a folium class was used whose assets are
    not in static/vendor.
    """


def local_url(url: str) -> str | None:
    """Return the path under static/vendor that stands for ``url``, or None where it is dropped.

    Raises
    ------
    UnmappedAssetError
        If the table does not know the address.
    """
    for pattern, path in _TABLE:
        if pattern.search(url):
            return path
    raise UnmappedAssetError(url)
