"""Build `backdrop.geojson`: what the map shows around the district when no tiles can be had.

The neighbouring districts, cut to a window, and the Pearl River as a schematic strip of one width
along the district outline, which runs in the middle of the river all the way round. The strip is
drawn for orientation alone: it is no shoreline and nothing is measured from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import shapely

from geodata.build.build_zones import HALF_CHANNEL_M, district_outline
from geodata.build.geometry_files import GEOGRAPHY_DIR, read_features, write_features
from spatial.crs import METRIC_CRS, WEB_CRS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from geodata.build.geometry_files import Feature

__all__ = ["WINDOW", "build", "river_strips"]

WINDOW: Final = (113.05, 22.93, 113.60, 23.21)
"""West, south, east, north of the shown surroundings, in degrees."""
_WEST_TIP: Final = shapely.Point(113.2367524, 23.1059669)
_EAST_TIP: Final = shapely.Point(113.4141966, 23.0902873)
"""Where the front and the rear channel part (白鹅潭) and meet again."""
_STRIP_DETAIL_M: Final = 10.0
_NOTE_ZH: Final = "示意：沿区界绘制的等宽条带，不是岸线"
_NOTE_EN: Final = "Schematic: a strip of one width along the district outline, no shoreline"


def river_strips() -> dict[str, BaseGeometry]:
    """Return the front and the rear channel as strips in WGS 84 degrees, without overlap."""
    outline = shapely.get_coordinates(district_outline())[:-1]
    order = [tuple(xy) for xy in outline.tolist()]
    east, west = order.index(_EAST_TIP.coords[0]), order.index(_WEST_TIP.coords[0])
    turned = order[east:] + order[:east]
    cut = (west - east) % len(order)
    lines = {"front": turned[: cut + 1], "rear": [*turned[cut:], turned[0]]}
    metric = gpd.GeoSeries({key: shapely.LineString(line) for key, line in lines.items()}, crs=WEB_CRS)
    strips = metric.to_crs(METRIC_CRS).buffer(HALF_CHANNEL_M, quad_segs=4).simplify(_STRIP_DETAIL_M)
    rest = shapely.get_parts(strips["rear"].difference(strips["front"]))
    strips["rear"] = max(rest, key=shapely.area)  # crumbs are left beside the round ends
    return strips.to_crs(WEB_CRS).to_dict()


def build() -> None:
    """Write the neighbours and the river."""
    write_features(GEOGRAPHY_DIR / "backdrop.geojson", [*_neighbours(), *_river()])


def _neighbours() -> Iterator[Feature]:
    """Yield each other district that reaches into the window, cut to it."""
    window = shapely.box(*WINDOW)
    for properties, outline in read_features(GEOGRAPHY_DIR / "city_districts.geojson"):
        cut = shapely.intersection(outline, window)
        if properties["zone_id"] != "haizhu" and not cut.is_empty:
            names = {key: properties[key] for key in ("name_zh", "name_en")}
            yield {"kind": "neighbour", **names, "geometry_basis": "derived"}, cut


def _river() -> Iterator[Feature]:
    """Yield the two channels of the Pearl River."""
    names = {
        "front": ("珠江前航道", "Pearl River, front channel"),
        "rear": ("珠江后航道", "Pearl River, rear channel"),
    }
    for key, strip in river_strips().items():
        name_zh, name_en = names[key]
        notes = {"note_zh": _NOTE_ZH, "note_en": _NOTE_EN}
        yield (
            {"kind": "river", "name_zh": name_zh, "name_en": name_en, "geometry_basis": "schematic", **notes},
            strip,
        )


if __name__ == "__main__":
    build()
