"""Compile the district, its three zones and the seven parts from their readable tables.

`zone_vertices.csv` says where each vertex lies, what it follows and how that is known;
`zone_edges.csv` strings vertices to named edges; `zone_rings.csv` names the edges around each zone,
counter-clockwise. ``-edge`` runs an edge backwards and ``outline`` walks the district outline to the
next edge, so neighbours share every vertex by construction. `zone_attributes.csv` holds the rest;
the names are those of the plan's places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import shapely

from geodata.build.geometry_files import (
    AREA_DECIMALS,
    COORDINATE_DECIMALS,
    GEOGRAPHY_DIR,
    PACK_DIR,
    read_features,
    read_rows,
    write_features,
)
from spatial.area import area_km2
from spatial.crs import WEB_CRS, to_metric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely import Polygon

    Vertex = tuple[float, float]

__all__ = ["HALF_CHANNEL_M", "LAYERS", "build", "compile_zones", "district_outline"]

LAYERS: Final = {"district": "district", "zone": "zones", "part": "parts"}
"""Role of a zone to the name of its layer file."""
HALF_CHANNEL_M: Final = 174.0
"""Mean half-length of the eleven bridges over the border with known ends (100 to 298 m)."""
_LAND_SOURCE: Final = {
    "zh": "推算：区界内移 174 m（11 座跨界桥梁半长的平均值，100–298 m）以扣除半幅江面；不扣内河涌与湖泊",
    "en": "Derived: the outline moved inland by 174 m, the mean half-length of 11 bridges across it"
    " (100–298 m), to leave out half the river; inner creeks and lakes are not left out",
}
_OUTLINE: Final = "outline"
_NAMES: Final = ("name_zh", "name_en", "short_zh", "short_en")
_NUMBERS: Final = {"position_accuracy_m": float, "area_official_km2": float, "population": int}


def district_outline() -> Polygon:
    """Return the committed outline of Haizhu, counter-clockwise, in WGS 84 degrees."""
    outlines = read_features(GEOGRAPHY_DIR / "city_districts.geojson")
    found = next(outline for properties, outline in outlines if properties["zone_id"] == "haizhu")
    return shapely.orient_polygons(found)


def compile_zones() -> dict[str, Polygon]:
    """Return each zone's and part's polygon in WGS 84 degrees by zone id.

    Raises
    ------
    ValueError
        Where the tables name an unknown vertex or edge, leave one unused, or edges do not join.
    """
    vertices = {
        row["vertex_id"]: (float(row["lon"]), float(row["lat"]))
        for row in read_rows(GEOGRAPHY_DIR / "zone_vertices.csv")
    }
    edges = {row["edge_id"]: row["vertex_ids"].split() for row in read_rows(GEOGRAPHY_DIR / "zone_edges.csv")}
    rings = {row["zone_id"]: row["ring"].split() for row in read_rows(GEOGRAPHY_DIR / "zone_rings.csv")}
    _require_known("vertex", vertices, [name for names in edges.values() for name in names])
    tokens = [token.removeprefix("-") for ring in rings.values() for token in ring if token != _OUTLINE]
    _require_known("edge", edges, tokens)
    outline = list(shapely.get_coordinates(district_outline())[:-1].round(COORDINATE_DECIMALS))
    border = [(float(lon), float(lat)) for lon, lat in outline]
    zones = {}
    for zone_id, ring in rings.items():
        pieces = [None if token == _OUTLINE else _points(token, edges, vertices) for token in ring]
        zones[zone_id] = shapely.Polygon(_join(zone_id, pieces, border))
    return zones


def build() -> None:
    """Write `district.geojson`, `zones.geojson` and `parts.geojson`."""
    shapes = {"haizhu": district_outline(), **compile_zones()}
    names = {row["place_id"]: row for row in read_rows(PACK_DIR / "places_district.csv")}
    rows = [
        {"zone_id": row["zone_id"], **{key: names[row["zone_id"]][key] for key in _NAMES}, **row}
        for row in read_rows(GEOGRAPHY_DIR / "zone_attributes.csv")
    ]
    areas = area_km2(gpd.GeoSeries(shapes, crs=WEB_CRS)).round(AREA_DECIMALS)
    for role, layer in LAYERS.items():
        features = [
            (_properties(row, float(areas[row["zone_id"]])), shapes[row["zone_id"]])
            for row in rows
            if row["role"] == role
        ]
        write_features(GEOGRAPHY_DIR / f"{layer}.geojson", features)


def _require_known(kind: str, known: Mapping[str, object], used: Sequence[str]) -> None:
    """Raise where a name is used and unknown, or known and unused."""
    unknown, unused = sorted(set(used) - set(known)), sorted(set(known) - set(used))
    if unknown or unused:
        message = f"{kind}: unknown {unknown}, unused {unused}"
        raise ValueError(message)


def _points(token: str, edges: Mapping[str, Sequence[str]], vertices: Mapping[str, Vertex]) -> list[Vertex]:
    """Return the positions along an edge, backwards where the token starts with a minus."""
    points = [vertices[name] for name in edges[token.removeprefix("-")]]
    return points[::-1] if token.startswith("-") else points


def _join(zone_id: str, pieces: Sequence[list[Vertex] | None], border: Sequence[Vertex]) -> list[Vertex]:
    """Join the pieces to a ring; None stands for a walk along the district outline."""
    ring: list[Vertex] = []
    for number, piece in enumerate(pieces):
        points = piece
        if points is None:
            after = pieces[(number + 1) % len(pieces)]
            points = _walk(zone_id, border, ring[-1], after[0] if after else ring[0])
        if ring and ring[-1] != points[0]:
            message = f"{zone_id}: piece {number + 1} starts at {points[0]}, not at {ring[-1]}"
            raise ValueError(message)
        ring += points[1:] if ring else points
    if ring[0] != ring[-1]:
        message = f"{zone_id}: the ring ends at {ring[-1]}, not at its start {ring[0]}"
        raise ValueError(message)
    return ring


def _walk(zone_id: str, border: Sequence[Vertex], start: Vertex, end: Vertex) -> list[Vertex]:
    """Return the outline's vertices from ``start`` to ``end``, counter-clockwise, both included."""
    missing = [vertex for vertex in (start, end) if vertex not in border]
    if missing:
        message = f"{zone_id}: {missing} is no vertex of the district outline"
        raise ValueError(message)
    first, last = border.index(start), border.index(end)
    return list(border[first : last + 1] if first <= last else [*border[first:], *border[: last + 1]])


def _properties(row: Mapping[str, str], area: float) -> dict[str, Any]:
    """Return a zone's properties with its measured area and, for the district, its land area."""
    properties: dict[str, Any] = {key: value or None for key, value in row.items()}
    for key, kind in _NUMBERS.items():
        properties[key] = kind(row[key]) if row[key] else None
    properties["includes_water"] = row["includes_water"] == "true"
    land = _land_area_km2() if row["role"] == "district" else None
    properties |= {
        "area_geometry_km2": area,
        "area_land_km2": land,
        "area_land_source_zh": _LAND_SOURCE["zh"] if land else None,
        "area_land_source_en": _LAND_SOURCE["en"] if land else None,
    }
    return properties


def _land_area_km2() -> float:
    """Return the district without half the river along its border, to 0.1 km²."""
    outline = to_metric(gpd.GeoSeries([district_outline()], crs=WEB_CRS))
    return round(float(area_km2(outline.buffer(-HALF_CHANNEL_M)).iloc[0]), 1)


if __name__ == "__main__":
    build()
