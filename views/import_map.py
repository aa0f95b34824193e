"""A small map of where the rows of a file would lie, beside the district that the pack knows.

Drawn on the server as one picture: it needs nothing of the network, runs no script, every word in it is
escaped, and it is there as soon as the table is. The page takes a drawing as an image alone, so its
style stands within it. Where several systems are possible each has a picture of its own, all at one
scale: drawn over one another, their dots could not be told apart.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass, replace
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
WIDTH_OF_SEVERAL: Final = 380.0
LEAST_SHAPE, MOST_SHAPE = 0.5, 0.8
"""Height of the picture as a share of its width."""
MARGIN: Final = 0.05
KM_PER_DEGREE: Final = 111.32
SCALE_SHARE: Final = 0.25
LEAST_SPAN_DEGREES: Final = 0.002
INSIDE_COLOUR: Final = "#1f4e79"
OUTSIDE_COLOUR: Final = "#c62828"
SAME_PLACE_DEGREES: Final = 1e-6
"""Two systems that put every row nearer together than this (0.1 m) share a picture."""
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
    f".inside{{stroke:{INSIDE_COLOUR}}}.outside{{stroke:{OUTSIDE_COLOUR}}}"
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
        Row of each position.
    starts : ndarray of int, optional
        Where the positions make lines: at which of them each line begins.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    parts: NDArray[np.int64]
    starts: NDArray[np.int64] | None = None
    label: str = ""


@dataclass(frozen=True)
class Window:
    """What part of the world is drawn, and where each place of it stands in the picture."""

    west: float
    north: float
    scale: float
    shrink: float
    width: float
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


def preview_map(
    frames: PackFrames | None, places: Sequence[Places], lang: str, *, without: str = "app.import.map_none"
) -> Markup:
    """Return a picture of each reading with its caption; nothing where there is nothing to draw.

    ``without`` is the text that stands below the district alone, where no row has a position.
    """
    shown = _told_apart(places, lang)
    district = None if frames is None else frames.layers.get("district")
    if len(shown) <= 1:
        return _figure(frames, shown, _window(district, shown, WIDTH), lang, without=without)
    common = _window(district, shown, WIDTH_OF_SEVERAL)
    windows = [common] * len(shown)
    if common is None or _far_off(district, common):  # at one scale, nothing could be seen of either
        windows = [_window(district, [each], WIDTH_OF_SEVERAL) for each in shown]
    pictures = [
        _figure(frames, [each], window, lang, attributed=False)
        for each, window in zip(shown, windows, strict=True)
    ]
    return fragment(
        '<div class="import-maps">{pictures}</div><p class="import-maps-note">{words}'
        '<span class="statement">{statement}</span></p>',
        pictures=join(pictures),
        words=text("app.import.map_several", lang, n=figure(len(shown[0].lon))),
        statement="" if district is None else text("app.map_attribution", lang),
    )


def _told_apart(places: Sequence[Places], lang: str) -> list[Places]:
    """Return the readings that differ on the ground; one that does not adds its name to the other's."""
    separator = text("app.list_separator", lang)
    found: list[Places] = []
    for each in places:
        at = next((at for at, other in enumerate(found) if _same_place(each, other)), None)
        if at is None:
            found.append(each)
        else:
            found[at] = replace(found[at], label=separator.join((found[at].label, each.label)))
    return found


def _same_place(one: Places, other: Places) -> bool:
    return all(
        mine.shape == theirs.shape and np.allclose(mine, theirs, rtol=0, atol=SAME_PLACE_DEGREES)
        for mine, theirs in ((one.lon, other.lon), (one.lat, other.lat))
    )


def _figure(
    frames: PackFrames | None,
    places: Sequence[Places],
    window: Window | None,
    lang: str,
    *,
    attributed: bool = True,
    without: str = "",
) -> Markup:
    """Return one picture with what stands below it."""
    if window is None:
        return Markup("")
    layers = {} if frames is None else frames.layers
    district = layers.get("district")
    drawn = [
        _ground(frames, window) if frames is not None else Markup(""),
        *(_marks(each, district, window) for each in places),
        _zone_names(layers.get("zones"), district, window, lang),
        _scale_bar(window),
    ]
    label = next((each.label for each in places), "")
    words, counts = _caption(district, places, lang) if places else (text(without, lang),) * 2
    picture = fragment(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' width="{width}" height="{height}"><style>{style}</style>'
        '<rect class="ground" width="{width}" height="{height}"></rect>{drawn}</svg>',
        width=round(window.width),
        height=round(window.height),
        style=STYLE,
        drawn=join(drawn),
    )
    return fragment(
        '<figure class="import-map"><img alt="{alternative}" src="data:image/svg+xml;base64,{picture}">'
        '<figcaption>{label}{counts}<span class="statement">{statement}</span></figcaption></figure>',
        alternative=" ".join(filter(None, (label, words))),
        picture=base64.b64encode(picture.encode()).decode("ascii"),
        label=fragment("<strong>{label}</strong> ", label=label) if label else "",
        counts=counts,
        statement=text("app.map_attribution", lang) if attributed and district is not None else "",
    )


def _window(district: GeoDataFrame | None, places: Sequence[Places], width: float) -> Window | None:
    """Return the part of the world that holds the district and the rows."""
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
        scale=width / across,
        shrink=shrink,
        width=width,
        height=upward * width / across,
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


def _marks(places: Places, district: GeoDataFrame | None, window: Window) -> Markup:
    """Return dots, in another colour outside the district, or the lines of the rows."""
    if places.starts is not None:
        coordinates = np.column_stack((places.lon, places.lat))
        words = "".join(_line(part, window) for part in np.split(coordinates, places.starts) if len(part))
        return fragment('<path class="lines outside" d="{words}"></path>', words=words)
    within = _within(district, places)
    across, down = window.x(places.lon), window.y(places.lat)
    return join(
        fragment(
            '<path class="dots {style}" d="{words}"></path>',
            style=style,
            words="".join(f"M{x:.1f} {y:.1f}h0" for x, y in zip(across[which], down[which], strict=True)),
        )
        for style, which in (("inside", within), ("outside", ~within))
    )


def _zone_names(
    zones: GeoDataFrame | None, district: GeoDataFrame | None, window: Window, lang: str
) -> Markup:
    if zones is None or district is None:
        return Markup("")
    if _far_off(district, window):
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


def _far_off(district: GeoDataFrame | None, window: Window) -> bool:
    """Return whether so much else is drawn that the district is hardly seen."""
    if district is None:
        return False
    west, _, east, _ = district.total_bounds
    return bool((east - west) * window.shrink * window.scale * FAR_OFF < window.width)


def _scale_bar(window: Window) -> Markup:
    """Return a bar of one, two or five times a power of ten kilometres."""
    longest = window.width * SCALE_SHARE * window.km_per_pixel
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


def _caption(district: GeoDataFrame | None, places: Sequence[Places], lang: str) -> tuple[str, Markup | str]:
    """Return how many rows lie where, in words alone and with the colours of the dots."""
    (shown,) = places
    n_rows = len(np.unique(shown.parts))
    if district is None:
        words = text("app.import.map_rows", lang, n=figure(n_rows))
        return words, fragment("{words}", words=words)
    inside = len(np.unique(shown.parts[_within(district, shown)]))
    words = text(
        "app.import.map_caption",
        lang,
        n=figure(n_rows),
        inside=figure(inside),
        outside=figure(n_rows - inside),
    )
    dots = Markup("") if shown.starts is not None else _key(lang)
    return words, fragment("{words} {dots}", words=words, dots=dots)


def _key(lang: str) -> Markup:
    """Return the colours of the dots, each with its word."""
    return join(
        fragment(
            '<span class="reading"><span class="reading-dot" style="background:{colour}"></span>'
            "{word}</span> ",
            colour=colour,
            word=text(key, lang),
        )
        for colour, key in (
            (INSIDE_COLOUR, "app.import.map_inside"),
            (OUTSIDE_COLOUR, "app.import.map_outside"),
        )
    )


def _within(district: GeoDataFrame | None, places: Places) -> NDArray[np.bool_]:
    """Return which positions lie in the district; all where none is known."""
    if district is None:
        return np.ones(len(places.lon), dtype=bool)
    outline = shapely.union_all(district.geometry.to_numpy())
    shapely.prepare(outline)
    return np.asarray(shapely.contains_xy(outline, places.lon, places.lat), dtype=bool)
