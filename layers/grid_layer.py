"""Square cells and a smooth surface as the map's script reads them, both in the same classes.

Classes are those of sites per km², from light to dark; no colour of theirs stands for a verdict.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.ndimage import map_coordinates

from layers.geometry import encode_polygons
from layers.wording import decimal
from spatial.crs import METRIC_CRS, WEB_CRS, transform_xy
from spatial.grid_view.holes import rank_of_cells
from spatial.text import text

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from spatial.grid_view.surface import Surface

    Floats = NDArray[np.float64]

__all__ = ["GRID_COLOURS", "GridPicture", "class_limits", "class_words", "grid_layer"]

GRID_COLOURS: Final = ("#fff7e6", "#fbd9b0", "#e9ab8f", "#bf7a86", "#83507a", "#3f2f5b")
_RATIOS: Final = (0.25, 0.5, 1.0, 2.0)
_PLAIN_TARGET: Final = 40.0
_MOST_PICTURE_PIXELS: Final = 480
_LEAST: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class GridPicture:
    """What is drawn: cells or a surface.

    Attributes
    ----------
    cells : GeoDataFrame or None
        The cells of `spatial.grid_view.cells.CellGrid`, in its order.
    size_m : int
        Side of a whole cell.
    holes : GeoDataFrame or None
        The holes of `spatial.grid_view.holes` that are outlined and numbered.
    surface : Surface or None
        The surface; drawn instead of cells.
    target_per_km2 : float or None
        By which the classes are parted; None where there is no target.
    note : str
        What stands under the legend: how the picture came about.
    """

    cells: GeoDataFrame | None = None
    size_m: int = 0
    holes: GeoDataFrame | None = None
    surface: Surface | None = None
    target_per_km2: float | None = None
    note: str = ""


def class_limits(target_per_km2: float | None) -> tuple[float, ...]:
    """Return the lower limits of the classes above the first two, which are none and some."""
    target = target_per_km2 or _PLAIN_TARGET
    return tuple(target * ratio for ratio in _RATIOS)


def class_words(limits: tuple[float, ...], lang: str) -> list[str]:
    """Return the words of each class, in order."""
    between = [text("grid.class_between", lang, low=low, high=high) for low, high in pairwise(limits)]
    return [
        text("grid.class_none", lang),
        text("grid.class_under", lang, high=limits[0]),
        *between,
        text("grid.class_over", lang, low=limits[-1]),
    ]


def grid_layer(picture: GridPicture, *, lang: str) -> dict[str, Any]:
    """Return the picture with its legend."""
    limits = class_limits(picture.target_per_km2)
    return {
        "title": text("grid.legend", lang),
        "note": picture.note,
        "classes": [list(pair) for pair in zip(GRID_COLOURS, class_words(limits, lang), strict=True)],
        "cells": [] if picture.cells is None else _cells(picture, limits, lang),
        "holes": [] if picture.holes is None else _holes(picture.holes),
        "surface": None if picture.surface is None else _surface(picture.surface, limits),
    }


def _classes(density: Floats, limits: tuple[float, ...]) -> NDArray[np.int64]:
    """Return the class of each density; what is not a number is in none, which is -1."""
    found = np.searchsorted(limits, density, side="right") + 1
    found[density < _LEAST] = 0
    found[np.isnan(density)] = -1
    return found.astype(np.int64)


def _cells(picture: GridPicture, limits: tuple[float, ...], lang: str) -> list[dict[str, Any]]:
    cells, size = picture.cells, picture.size_m
    assert cells is not None  # noqa: S101 - the caller has looked
    classes = _classes(cells["sites_per_km2"].to_numpy(dtype=float), limits)
    ranks = [0] * len(cells) if picture.holes is None else rank_of_cells(cells, picture.holes).tolist()
    items = []
    for rings, kind, rank, cell in zip(
        encode_polygons(cells),
        classes.tolist(),
        ranks,
        cells.itertuples(index=False),
        strict=True,
    ):
        if not rings or kind < 0:
            continue
        tip = [
            [text("grid.tip_count", lang), f"{cell.count:,}"],
            [text("grid.tip_area", lang), f"{decimal(cell.area_km2, 3)} km²"],
            [
                text("grid.tip_density", lang),
                f"{decimal(cell.sites_per_km2)} {text('grid.unit_density', lang)}",
            ],
        ]
        if rank:
            tip.insert(0, [text("grid.tip_rank", lang), str(rank)])
        items.append(
            {
                "rings": rings,
                "class": kind,
                "name": text("grid.cell", lang, east=int(cell.column) * size, north=int(cell.row) * size),
                "tip": tip,
            }
        )
    return items


def _holes(holes: GeoDataFrame) -> list[dict[str, Any]]:
    """Return the outline of each hole, its rank and a place inside for the number."""
    inside = holes.geometry.representative_point()
    lon, lat = transform_xy(inside.x.to_numpy(), inside.y.to_numpy(), source=METRIC_CRS, target=WEB_CRS)
    return [
        {"rings": rings, "rank": int(rank), "at": [round(north, 6), round(east, 6)]}
        for rings, rank, north, east in zip(
            encode_polygons(holes), holes["rank"], lat.tolist(), lon.tolist(), strict=True
        )
    ]


def _surface(surface: Surface, limits: tuple[float, ...]) -> dict[str, Any]:
    """Return the classes of the surface on a picture that is even on the map, north first.

    On the map a grid of EPSG:4547 stands a little askew, so the surface is read anew for each pixel.
    """
    n_north, n_east = surface.sites_per_km2.shape
    x = surface.west_m + np.array([0.0, n_east]) * surface.pixel_m
    y = surface.south_m + np.array([0.0, n_north]) * surface.pixel_m
    corners = np.meshgrid(x, y)
    lon, lat = transform_xy(corners[0].ravel(), corners[1].ravel(), source=METRIC_CRS, target=WEB_CRS)
    west, east, south, north = lon.min(), lon.max(), lat.min(), lat.max()
    scale = min(3.0, _MOST_PICTURE_PIXELS / max(n_east, n_north))
    width, height = max(int(n_east * scale), 1), max(int(n_north * scale), 1)
    along = west + (np.arange(width) + 0.5) / width * (east - west)
    top, bottom = _upward(north), _upward(south)
    down = _latitude(top + (np.arange(height) + 0.5) / height * (bottom - top))
    at_lon, at_lat = (each.ravel() for each in np.meshgrid(along, down))
    at_x, at_y = transform_xy(at_lon, at_lat, source=WEB_CRS, target=METRIC_CRS)
    places = np.array([(at_y - surface.south_m), (at_x - surface.west_m)]) / surface.pixel_m - 0.5
    density = _read(surface.sites_per_km2, places)
    codes = (_classes(density, limits) + 1).astype(np.uint8)
    return {
        "bounds": [[round(south, 6), round(west, 6)], [round(north, 6), round(east, 6)]],
        "width": width,
        "height": height,
        "codes": base64.b64encode(codes.tobytes()).decode("ascii"),
    }


def _read(values: Floats, places: Floats) -> Floats:
    """Read values between pixels; NaN where the nearest pixel has none."""
    there = ~np.isnan(values)
    weight = map_coordinates(there.astype(float), places, order=1, mode="constant")
    total = map_coordinates(np.nan_to_num(values), places, order=1, mode="constant")
    nearest = map_coordinates(there.astype(np.uint8), places, order=0, mode="constant")
    known = (nearest > 0) & (weight > 0.0)
    return np.where(known, total / np.where(known, weight, 1.0), np.nan)


def _upward(lat: float) -> float:
    """Return how far up a latitude stands on the map, in units of the map's own."""
    return float(np.arcsinh(np.tan(np.radians(lat))))


def _latitude(upward: Floats) -> Floats:
    return np.asarray(np.degrees(np.arctan(np.sinh(upward))))
