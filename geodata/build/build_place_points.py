"""Complete `place_points.csv`: where the places of the plans lie, and how well that is known.

Position, confidence, basis, source and note are written by hand in the file itself. This step adds a
row without coordinates for each place that nobody has located, so that none is silently missing, and
computes the zone that a position falls in and whether a zone's boundary is nearer than the
confidence. Zones, parts and districts have outlines and no row; networks and kinds of facility have
no place and no row unless one is written by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import shapely
from pyproj import Transformer

from geodata.build.geometry_files import GEOGRAPHY_DIR, PACK_DIR, read_features, read_rows, write_rows
from spatial.crs import METRIC_CRS, WEB_CRS

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = ["COLUMNS", "build", "complete"]

COLUMNS: Final = (
    "place_id", "lon", "lat", "confidence_m", "basis", "zone_id_by_location", "near_boundary", "source",
    "note_zh", "note_en",
)  # fmt: skip
_FILE: Final = GEOGRAPHY_DIR / "place_points.csv"
_KINDS_WITH_OUTLINE: Final = frozenset({"zone", "part", "city_district"})
_KINDS_WITHOUT_PLACE: Final = frozenset({"infrastructure"})
_UNLOCATED: Final = {
    "basis": "unlocated",
    "note_zh": "尚未定位",
    "note_en": "not located yet",
}
_TO_METRIC: Final = Transformer.from_crs(WEB_CRS, METRIC_CRS, always_xy=True)


def complete(written: list[dict[str, str]], places: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return all rows: the written ones with what can be computed, then the unlocated ones.

    Raises
    ------
    ValueError
        Where a written row names a place that the plans do not have.
    """
    unknown = sorted({row["place_id"] for row in written} - {place["place_id"] for place in places})
    if unknown:
        message = f"place_points.csv: no such place: {', '.join(unknown)}"
        raise ValueError(message)
    zones = _zones()
    located = [row for row in written if row["lon"]]
    by_hand = {row["place_id"] for row in written if row["lon"] or row["source"]}
    # A row that says nothing but "unlocated" was written by this step and is written anew.
    kept = [row for row in written if row["place_id"] in by_hand]
    without = _KINDS_WITH_OUTLINE | _KINDS_WITHOUT_PLACE
    rest = [p["place_id"] for p in places if p["place_id"] not in by_hand and p["kind"] not in without]
    computed = {row["place_id"]: _by_location(row, zones) for row in located}
    rows = [{**row, **computed.get(row["place_id"], {})} for row in kept]
    rows += [{"place_id": place_id, **_UNLOCATED} for place_id in rest]
    return rows


def build() -> None:
    """Write the table anew."""
    places = [row for path in sorted(PACK_DIR.glob("places_*.csv")) for row in read_rows(path)]
    write_rows(_FILE, COLUMNS, complete(read_rows(_FILE), places))


def _zones() -> dict[str, BaseGeometry]:
    """Return the zones in the metric system."""
    shapes = {p["zone_id"]: outline for p, outline in read_features(GEOGRAPHY_DIR / "zones.geojson")}
    return dict(gpd.GeoSeries(shapes, crs=WEB_CRS).to_crs(METRIC_CRS).items())


def _by_location(row: dict[str, str], zones: dict[str, BaseGeometry]) -> dict[str, str]:
    """Return the zone around a position and whether its boundary is within the confidence."""
    point = shapely.Point(_TO_METRIC.transform(float(row["lon"]), float(row["lat"])))
    inside = sorted(zone_id for zone_id, zone in zones.items() if zone.covers(point))
    nearest = min(zone.boundary.distance(point) for zone in zones.values())
    near = nearest < float(row["confidence_m"])
    return {"zone_id_by_location": inside[0] if inside else "", "near_boundary": str(near).lower()}


if __name__ == "__main__":
    build()
