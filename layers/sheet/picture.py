"""The map of a sheet: surroundings, the zone with its verdict, parts, points, names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import shapely
import shapely.affinity
from reportlab.lib.units import mm

from layers.classification import CLASSIFICATION
from layers.geometry import SOLID, located
from layers.place_layer import SYMBOLS, symbol_of
from layers.registry import PLACE_KINDS, LayerId
from layers.sheet.graticule import draw_neatline, draw_north, draw_scale_bar
from layers.sheet.labels import LabelRoom
from layers.sheet.names import AreaName, MapNames
from layers.sheet.pen import INK
from layers.sheet.shapes import (
    draw_dots,
    draw_symbol,
    fill_shape,
    hatch,
    shape_rings,
    stroke_shape,
)
from layers.sheet.words import line_style
from layers.wording import as_number, as_text, decimal, localised
from layers.zone_layer import zone_status
from spatial.crs import reproject
from spatial.text import text

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas import Series

    from layers.sheet.frame import MapWindow
    from layers.sheet.model import ZoneSheet
    from layers.sheet.pen import Pen

__all__ = ["BADGE_INKS", "POLE_INK", "STATION_INK", "STATUS_ALPHA", "WATER", "MapPicture", "draw_map"]

LAND: Final = "#fbfaf7"
BEYOND: Final = "#efefec"
WATER: Final = "#d9e8f1"
OTHER_ZONE: Final = "#eceae0"
OTHER_LINE: Final = "#8b9299"
STATION_INK: Final = "#22313f"
POLE_INK: Final = "#8a4f9e"
STATUS_ALPHA: Final = 0.85
BADGE_INKS: Final = {
    "schematic": "#7d5a00",
    "synthetic": "#9c3413",
    "reference": "#5d4a78",
    "unstated": "#4d5b66",
}


@dataclass
class MapPicture:
    """What was drawn, for the legend.

    Attributes
    ----------
    styles : set of str
        Line styles of the outlines on the map.
    kinds : set of str
        Symbols of the places on the map.
    places, unnamed : int
        Places inside the window, and those of them whose name found no room.
    stations, poles : int
        Points inside the window.
    water : bool
        Whether the river shows.
    synthetic, reference : bool
        Whether anything that is drawn is simulated, and whether a zone's colour holds it to the
        district's target.
    statuses : list
        Status of each coloured zone.
    """

    styles: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    places: int = 0
    unnamed: int = 0
    stations: int = 0
    poles: int = 0
    water: bool = False
    synthetic: bool = False
    reference: bool = False
    statuses: list[str] = field(default_factory=list)

    @property
    def badges(self) -> list[str]:
        """Return the badges that apply to what is drawn."""
        applies = {
            "schematic": bool(self.styles - {SOLID}),
            "synthetic": self.synthetic,
            "reference": self.reference,
        }
        return [name for name, applied in applies.items() if applied]


def draw_map(pen: Pen, sheet: ZoneSheet, window: MapWindow, *, lang: str) -> MapPicture:
    """Draw the map of ``sheet`` into its window and return what stands on it."""
    picture, room = MapPicture(), LabelRoom(window.rect.inset(1.0))
    drawing = _Drawing(pen, sheet, window, room, picture, lang)
    _clip(pen, window)
    drawing.ground()
    drawing.zones()
    drawing.points()
    pen.canvas.restoreState()
    draw_scale_bar(pen, window, room, lang=lang)
    draw_north(pen, window, room, lang=lang)
    _map_badges(pen, window, room, picture, lang=lang)
    picture.unnamed = drawing.names.write(pen, window, room)
    draw_neatline(pen, window)
    return picture


def _clip(pen: Pen, window: MapWindow) -> None:
    """Keep all that follows inside the window, until the canvas's state is restored."""
    rect, canvas = window.rect, pen.canvas
    canvas.saveState()
    path = canvas.beginPath()
    path.rect(rect.left * mm, pen.y(rect.bottom), rect.width * mm, rect.height * mm)
    canvas.clipPath(path, stroke=0, fill=0)


def _map_badges(pen: Pen, window: MapWindow, room: LabelRoom, picture: MapPicture, *, lang: str) -> None:
    """Say on the map itself what its outlines, colours and figures are not."""
    left, top = window.rect.left + 2.0, window.rect.top + 2.0
    for name in picture.badges:
        words = text(f"verdict.badge_{name}", lang)
        width = pen.width(words, 8.0) + 3.0
        pen.badge(left + width, top, words, size=8.0, ink=BADGE_INKS[name])
        left += width + 1.5
    room.reserve(window.rect.left, top, left - window.rect.left, 6.0)


@dataclass
class _Drawing:
    """One map under way."""

    pen: Pen
    sheet: ZoneSheet
    window: MapWindow
    room: LabelRoom
    picture: MapPicture
    lang: str
    names: MapNames = field(default_factory=MapNames)

    @property
    def parent(self) -> str:
        """Return the zone that the sheet's part belongs to: its name would stand on the part's own."""
        return as_text(self.sheet.facts.get("parent_id")) if self.sheet.level == "parts" else ""

    def ground(self) -> None:
        """Draw what lies around: neighbours, the district, its river."""
        rect, scene, canvas = self.window.rect, self.sheet.scene, self.pen.canvas
        beyond = LAND if scene.district is None else BEYOND
        self.pen.box((rect.left, rect.top), (rect.width, rect.height), fill=beyond)
        around = scene.backdrop
        if around is not None:
            neighbours = around[around["kind"] != "river"]
            for (_, row), shape in zip(neighbours.iterrows(), self.window.shapes(neighbours), strict=True):
                stroke_shape(canvas, shape, self.window, ink="#c3c9cd", weight=0.4)
                words = localised(row, "short", self.lang) or localised(row, "name", self.lang)
                self.names.far.append(AreaName(shape, (words,)))
        if scene.district is None:
            return
        for shape in self.window.shapes(scene.district):
            fill_shape(canvas, shape, self.window, fill=LAND)
        if around is not None:
            for shape in self.window.shapes(around[around["kind"] == "river"]):
                self.picture.water |= not shape.is_empty
                fill_shape(canvas, shape, self.window, fill=WATER)
        if self.sheet.level != "district":
            self._outline(scene.district, weight=1.4, ink=OTHER_LINE)

    def zones(self) -> None:
        """Draw the zones around in pale, those of the sheet in the colour of their status."""
        sheet, scene = self.sheet, self.sheet.scene
        if sheet.level == "district":
            self._areas(scene.zones, coloured=True)
            self._outline(sheet.zone, weight=1.8)
            return
        mine = sheet.frame["zone_id"].astype(str) == sheet.zone_id
        self._areas(scene.zones if sheet.level == "parts" else sheet.frame[~mine], coloured=False)
        if sheet.level == "parts":
            self._areas(sheet.frame[~mine], coloured=False, weight=0.35)
        self._areas(sheet.zone, coloured=True, weight=1.5)
        if sheet.level == "zones" and LayerId.PARTS in scene.layers_on:
            self._parts_inside()

    def _parts_inside(self) -> None:
        parts = self.sheet.scene.parts
        if parts is None or "parent_id" not in parts:
            return
        inside = parts[parts["parent_id"].astype(str) == self.sheet.zone_id]
        self._outline(inside, weight=0.6)
        for (_, row), shape in zip(inside.iterrows(), self.window.shapes(inside), strict=True):
            self.names.areas.append(AreaName(shape, (self._name(row),)))

    def _outline(self, frame: GeoDataFrame, *, weight: float, ink: str = INK) -> None:
        for (_, row), shape in zip(frame.iterrows(), self.window.shapes(frame), strict=True):
            style = line_style(row)
            self.picture.styles.add(style)
            stroke_shape(self.pen.canvas, shape, self.window, ink=ink, weight=weight, style=style)

    def _areas(self, frame: GeoDataFrame | None, *, coloured: bool, weight: float = 1.1) -> None:
        if frame is None or frame.empty:
            return
        canvas, window = self.pen.canvas, self.window
        for (_, row), shape in zip(frame.iterrows(), window.shapes(frame), strict=True):
            status = zone_status(row) if coloured else None
            if status is None:
                fill_shape(canvas, shape, window, fill=OTHER_ZONE, alpha=0.6)
            else:
                look = CLASSIFICATION[status]
                fill_shape(canvas, shape, window, fill=look.colour, alpha=STATUS_ALPHA)
                hatch(canvas, shape_rings(shape, window), look=look)
                self.picture.statuses.append(status.value)
                self.picture.synthetic |= self._simulated(row)
                self.picture.reference |= as_text(row.get("target_scope")) == "district_reference"
            words = (self._name(row), *self._second(row, coloured=coloured))
            if as_text(row.get("zone_id")) != self.parent:
                self.names.areas.append(AreaName(shape, words, coloured))
        self._outline(frame, weight=weight if coloured else 0.5, ink=INK if coloured else OTHER_LINE)

    def _name(self, row: Series) -> str:
        name = localised(row, "short", self.lang) or localised(row, "name", self.lang)
        if line_style(row) == SOLID:
            return name
        return text("map.schematic_label", self.lang, name=name)

    def _second(self, row: Series, *, coloured: bool) -> tuple[str, ...]:
        """Return the line under a coloured zone's name: its sign and its density."""
        status = zone_status(row) if coloured else None
        if status is None:
            return ()
        look, density = CLASSIFICATION[status], as_number(row.get("density_per_km2"))
        value = look.label(self.lang)
        if density is not None:
            value = text("map.per_km2_short", self.lang, value=decimal(density))
        mark = f"{text('verdict.badge_synthetic', self.lang)} " if self._simulated(row) else ""
        return (f"{mark}{look.symbol} {value}",)

    def _simulated(self, row: Series) -> bool:
        return self.sheet.scene.stations_synthetic or bool(as_number(row.get("synthetic")))

    def points(self) -> None:
        """Draw stations and poles, then places."""
        scene = self.sheet.scene
        for layer, frame, ink, synthetic in (
            (LayerId.POLES, scene.poles, POLE_INK, scene.poles_synthetic),
            (LayerId.STATIONS, scene.stations, STATION_INK, scene.stations_synthetic),
        ):
            if layer not in scene.layers_on or frame is None:
                continue
            xy = self._inside(shapely.get_coordinates(reproject(located(frame), self.window.crs).geometry))
            draw_dots(self.pen.canvas, self.window.to_page(xy), ink=ink, size_mm=0.42)
            self.picture.synthetic |= synthetic and len(xy) > 0
            if layer is LayerId.STATIONS:
                self.picture.stations = len(xy)
            else:
                self.picture.poles = len(xy)
        self._places()

    def _inside(self, xy: Any) -> Any:
        west, south, east, north = self.window.extent
        x, y = xy[:, 0], xy[:, 1]
        return xy[(x > west) & (x < east) & (y > south) & (y < north)]

    def _places(self) -> None:
        scene = self.sheet.scene
        on = [kinds for layer, kinds in PLACE_KINDS.items() if layer in scene.layers_on]
        if scene.place_points is None or not on:
            return
        shown = located(scene.place_points[scene.place_points["kind"].isin(frozenset().union(*on))])
        xy = shapely.get_coordinates(reproject(shown, self.window.crs).geometry)
        page = self.window.to_page(xy)
        west, south, east, north = self.window.extent
        for (_, row), ground, at in zip(shown.iterrows(), xy, page, strict=True):
            if not (west < ground[0] < east and south < ground[1] < north):
                continue
            symbol = symbol_of(as_text(row["kind"]))
            draw_symbol(self.pen.canvas, (float(at[0]), float(at[1])), SYMBOLS[symbol])
            self.picture.places += 1
            self.picture.kinds.add(symbol)
            x, y = at[0] / mm, self.pen.height_mm - at[1] / mm
            self.room.reserve(x - 1.0, y - 1.0, 2.0, 2.0)
            name = localised(row, "short", self.lang) or localised(row, "name", self.lang)
            self.names.points.append(((x, y), name))
