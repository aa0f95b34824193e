"""A small map of where the rows of a file would lie, beside the district that the pack knows.

Drawn on the server as one picture: it needs nothing of the network, runs no script, every word in it is
escaped, and it is there as soon as the table is. The page takes a drawing as an image alone, so its
style stands within it.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from spatial.text import text
from views.figures import figure
from views.html_table import Markup, fragment, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from views.pack_frames import PackFrames

__all__ = ["Places", "preview_map"]

WIDTH: Final = 640.0
LEAST_SHAPE, MOST_SHAPE = 0.5, 0.8
"""Height of the picture as a share of its width."""
MARGIN: Final = 0.05
KM_PER_DEGREE: Final = 111.32
SCALE_SHARE: Final = 0.25
LEAST_SPAN_DEGREES: Final = 0.002
READING_COLOURS: Final = ("#b3261e", "#1f4e79", "#2e7d32", "#8e24aa", "#b26a00")
STYLE: Final = Markup(
    "path{fill:none}"
    ".ground{fill:#eef1f4}"
    ".neighbour{fill:#e4e8ec;stroke:#fff;stroke-width:1.5}"
    ".district{fill:#fff;stroke:#51606f;stroke-width:1.5}"
    ".river{fill:#cfe0ee}"
    ".zone{stroke:#7d8a97;stroke-dasharray:4 3}"
    "text{font:12px 'Source Han Sans SC','Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei',sans-serif;"
    "fill:#51606f}"
    ".zone-name{text-anchor:middle;paint-order:stroke;stroke:#fff;stroke-width:3px;font-weight:600}"
    ".scale{stroke:#1b2733;stroke-width:1.5}"
    ".dots{stroke-linecap:round;stroke-width:5;opacity:.75}"
    ".lines{stroke-width:1.5}"
    + "".join(f".reading-{at}{{stroke:{colour}}}" for at, colour in enumerate(READING_COLOURS))
)
FAR_OFF: Final = 8.0
"""From how many widths of the district on its zones are too small to be named."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Places:
    """Positions of one reading of the file, and how it is called beside its colour.

    Attributes
    ----------
    lon, lat : ndarray of float
        Degrees of WGS 84.
    parts : ndarray of int
        Row of each position; the positions of one row make a line where ``lines``.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    parts: NDArray[np.int64]
    lines: bool = False
    label: str = ""


@dataclass(frozen=True)
class Window:
    """What part of the world is drawn, and where each place of it stands in the picture."""

    west: float
    north: float
    scale: float
    shrink: float
    height: float

    def x(self, lon: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return pixels from the left."""
        return (lon - self.west) * self.shrink * self.scale

    def y(self, lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return pixels from the top."""
        return (self.north - lat) * self.scale

    @property
    def km_per_pixel(self) -> float:
        """Kilometres on the ground."""
        return KM_PER_DEGREE / self.scale


def preview_map(frames: PackFrames | None, places: Sequence[Places], lang: str) -> Markup:
    """Return the picture with its caption; nothing where there is nothing to draw."""
    layers = {} if frames is None else frames.layers
    district = layers.get("district")
    window = _window(district, places)
    if window is None:
        return Markup("")
    drawn = [
        _ground(frames, window) if frames is not None else Markup(""),
        *(_marks(each, window, number) for number, each in enumerate(places)),
        _zone_names(layers.get("zones"), district, window, lang),
        _scale_bar(window),
    ]
    words = _caption(district, places, lang)
    picture = fragment(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' width="{width}" height="{height}"><style>{style}</style>'
        '<rect class="ground" width="{width}" height="{height}"></rect>{drawn}</svg>',
        width=round(WIDTH),
        height=round(window.height),
        style=STYLE,
        drawn=join(drawn),
    )
    return fragment(
        '<figure class="import-map"><img alt="{words}" src="data:image/svg+xml;base64,{picture}">'
        '<figcaption>{key}{words}<span class="statement">{statement}</span></figcaption></figure>',
        words=words,
        picture=base64.b64encode(picture.encode()).decode("ascii"),
        key=_key(places),
        statement="" if district is None else text("app.map_attribution", lang),
    )


def _window(district: GeoDataFrame | None, places: Sequence[Places]) -> Window | None:
    lons = [each.lon for each in places if len(each.lon)]
    lats = [each.lat for each in places if len(each.lat)]
    if district is not None and len(district):
        west, south, east, north = district.total_bounds
        lons.append(np.array([west, east]))
        lats.append(np.array([south, north]))
    if not lons:
        return None
    west, east = min(each.min() for each in lons), max(each.max() for each in lons)
    south, north = min(each.min() for each in lats), max(each.max() for each in lats)
    shrink = max(math.cos(math.radians((south + north) / 2)), 0.05)
    across = max((east - west) * shrink, LEAST_SPAN_DEGREES) * (1 + 2 * MARGIN)
    upward = max(north - south, LEAST_SPAN_DEGREES) * (1 + 2 * MARGIN)
    across = max(across, upward / MOST_SHAPE)
    upward = max(upward, across * LEAST_SHAPE)
    return Window(
        west=(west + east) / 2 - across / shrink / 2,
        north=(south + north) / 2 + upward / 2,
        scale=WIDTH / across,
        shrink=shrink,
        height=upward * WIDTH / across,
    )


def _ground(frames: PackFrames, window: Window) -> Markup:
    """Return neighbours, district, river and zones."""
    parts = []
    if frames.backdrop is not None:
        kinds = frames.backdrop["kind"]
        parts.append(_outlines(frames.backdrop[kinds == "neighbour"], window, "neighbour"))
    if "district" in frames.layers:
        parts.append(_outlines(frames.layers["district"], window, "district"))
    if frames.backdrop is not None:
        parts.append(_outlines(frames.backdrop[frames.backdrop["kind"] == "river"], window, "river"))
    if "zones" in frames.layers:
        parts.append(_outlines(frames.layers["zones"], window, "zone"))
    return join(parts)


def _outlines(frame: GeoDataFrame, window: Window, style: str) -> Markup:
    shapes = shapely.get_parts(frame.geometry.dropna().to_numpy())
    rings = shapely.get_rings(shapes[shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON])
    words = "".join(f"{_line(shapely.get_coordinates(ring), window)}Z" for ring in rings)
    return fragment('<path class="{style}" d="{words}"></path>', style=style, words=words)


def _line(coordinates: NDArray[np.float64], window: Window) -> str:
    across, down = window.x(coordinates[:, 0]), window.y(coordinates[:, 1])
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(across, down, strict=True))


def _marks(places: Places, window: Window, number: int) -> Markup:
    """Return dots, or the lines of the rows."""
    coordinates = np.column_stack((places.lon, places.lat))
    if places.lines:
        breaks = np.flatnonzero(np.diff(places.parts)) + 1
        words = "".join(_line(part, window) for part in np.split(coordinates, breaks) if len(part))
    else:
        across, down = window.x(places.lon), window.y(places.lat)
        words = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in zip(across, down, strict=True))
    style = f"{'lines' if places.lines else 'dots'} reading-{number % len(READING_COLOURS)}"
    return fragment('<path class="{style}" d="{words}"></path>', style=style, words=words)


def _zone_names(
    zones: GeoDataFrame | None, district: GeoDataFrame | None, window: Window, lang: str
) -> Markup:
    if zones is None or district is None:
        return Markup("")
    west, _, east, _ = district.total_bounds
    if (east - west) * window.shrink * window.scale * FAR_OFF < WIDTH:
        return Markup("")
    points = zones.geometry.representative_point()
    return join(
        fragment(
            '<text class="zone-name" x="{x}" y="{y}">{name}</text>',
            x=f"{window.x(point.x):.1f}",
            y=f"{window.y(point.y):.1f}",
            name=name,
        )
        for point, name in zip(points, zones[f"short_{lang}"], strict=True)
    )


def _scale_bar(window: Window) -> Markup:
    """Return a bar of one, two or five times a power of ten kilometres."""
    longest = WIDTH * SCALE_SHARE * window.km_per_pixel
    power = 10.0 ** math.floor(math.log10(longest))
    km = max(step * power for step in (1, 2, 5) if step * power <= longest)
    length, bottom = km / window.km_per_pixel, window.height - 12
    words = f"{km:,.0f} km" if km >= 1 else f"{km * 1000:,.0f} m"
    return fragment(
        '<path class="scale" d="M12 {top}V{bottom}H{end}V{top}"></path>'
        '<text class="scale-words" x="12" y="{above}">{words}</text>',
        top=f"{bottom - 6:.1f}",
        bottom=f"{bottom:.1f}",
        end=f"{12 + length:.1f}",
        above=f"{bottom - 10:.1f}",
        words=words,
    )


def _key(places: Sequence[Places]) -> Markup:
    """Return the colours of several readings, each with its words."""
    return join(
        fragment(
            '<span class="reading"><span class="reading-dot" style="background:{colour}"></span>'
            "{label}</span> ",
            colour=colour,
            label=each.label,
        )
        for colour, each in zip(READING_COLOURS, places, strict=False)
        if each.label
    )


def _caption(district: GeoDataFrame | None, places: Sequence[Places], lang: str) -> str:
    if not places:
        return text("app.import.map_none", lang)
    if len(places) > 1:
        return text("app.import.map_several", lang, n=figure(len(places[0].lon)))
    (shown,) = places
    n_rows = len(np.unique(shown.parts))
    if district is None:
        return text("app.import.map_rows", lang, n=figure(n_rows))
    inside = _rows_inside(district, shown)
    return text(
        "app.import.map_caption",
        lang,
        n=figure(n_rows),
        inside=figure(inside),
        outside=figure(n_rows - inside),
    )


def _rows_inside(district: GeoDataFrame, places: Places) -> int:
    """Return how many rows have a position in the district."""
    outline = shapely.union_all(district.geometry.to_numpy())
    shapely.prepare(outline)
    return len(np.unique(places.parts[shapely.contains_xy(outline, places.lon, places.lat)]))
