"""Where the plans' places lie: nothing silently missing, nothing invented, doubt stated."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from geodata.build import build_place_points
from geodata.build.geometry_files import GEOGRAPHY_DIR, PACK_DIR, read_features, read_rows
from spatial.crs import METRIC_CRS, WEB_CRS

ROWS = read_rows(GEOGRAPHY_DIR / "place_points.csv")
PLACES = {row["place_id"]: row for path in PACK_DIR.glob("places_*.csv") for row in read_rows(path)}
LOCATED = [row for row in ROWS if row["lon"]]
UNLOCATED_PARKS = {
    "shidai_fangzhou",
    "yueke_haina",
    "gongmei_port",
    "letian_valley",
    "poly_1918",
    "haishang_mingzhu",
    "zhihui_park",
}


def test_each_place_that_can_lie_somewhere_has_one_row():
    ids = [row["place_id"] for row in ROWS]
    assert len(ids) == len(set(ids))
    assert set(ids) <= set(PLACES)
    without = {"zone", "part", "city_district", "infrastructure"}
    assert {place for place, row in PLACES.items() if row["kind"] not in without} <= set(ids)


def test_unlocated_places_have_no_position_at_all():
    rest = {row["place_id"]: row for row in ROWS if not row["lon"]}
    assert set(rest) >= UNLOCATED_PARKS
    for row in rest.values():
        assert row["basis"] == "unlocated"
        assert not any(row[key] for key in ("lat", "confidence_m", "zone_id_by_location", "near_boundary"))
        assert row["note_zh"]
        assert row["note_en"]


@pytest.mark.parametrize("row", LOCATED, ids=lambda row: row["place_id"])
def test_located_places_state_confidence_and_source(row):
    assert row["basis"] in {"map_control", "bd09_inverted", "gcj02_inverted", "address", "recalled"}
    assert float(row["confidence_m"]) >= (15 if row["basis"] == "map_control" else 60)
    assert row["source"]
    assert 113.0 < float(row["lon"]) < 114.1
    assert 22.5 < float(row["lat"]) < 23.95


def test_doubtful_zone_is_stated():
    shapes = {p["zone_id"]: outline for p, outline in read_features(GEOGRAPHY_DIR / "zones.geojson")}
    zones = gpd.GeoSeries(shapes, crs=WEB_CRS).to_crs(METRIC_CRS)
    points = gpd.points_from_xy([row["lon"] for row in LOCATED], [row["lat"] for row in LOCATED], crs=WEB_CRS)
    circles = gpd.GeoSeries(points).to_crs(METRIC_CRS)
    for row, point in zip(LOCATED, circles, strict=True):
        circle = point.buffer(float(row["confidence_m"]), quad_segs=64)
        crosses = any(boundary.intersects(circle) for boundary in zones.boundary)
        assert (row["near_boundary"] == "true") == crosses, row["place_id"]
        inside = [zone_id for zone_id, zone in zones.items() if zone.contains(point)]
        assert row["zone_id_by_location"] == (inside[0] if inside else ""), row["place_id"]
    assert {row["near_boundary"] for row in LOCATED} == {"true", "false"}


def test_district_places_with_a_position_lie_in_the_district():
    outside = [
        row["place_id"]
        for row in LOCATED
        if PLACES[row["place_id"]]["level"] == "district" and not row["zone_id_by_location"]
    ]
    # The two neighbours of the pilot zone across the river are named by the district's plans.
    assert set(outside) <= {"financial_city", "yuzhu"}


def test_table_is_complete_and_stable(monkeypatch, tmp_path):
    written = tmp_path / "place_points.csv"
    written.write_bytes((GEOGRAPHY_DIR / "place_points.csv").read_bytes())
    monkeypatch.setattr(build_place_points, "_FILE", written)
    build_place_points.build()
    assert read_rows(written) == ROWS


def test_row_of_an_unknown_place_is_refused():
    row = dict.fromkeys(build_place_points.COLUMNS, "") | {"place_id": "atlantis", "source": "hearsay"}
    with pytest.raises(ValueError, match="atlantis"):
        build_place_points.complete([row], list(PLACES.values()))


def test_new_place_is_listed_as_unlocated_and_never_placed():
    place = {"place_id": "new_park", "kind": "park"}
    (row,) = build_place_points.complete([], [place])
    assert row["basis"] == "unlocated"
    assert "lon" not in row


def test_position_on_a_boundary_is_near_it():
    lon, lat = shapely.get_coordinates(read_features(GEOGRAPHY_DIR / "zones.geojson")[0][1])[0]
    row = {"place_id": "p", "lon": str(lon), "lat": str(lat), "confidence_m": "1", "source": "test"}
    (done,) = build_place_points.complete([row], [{"place_id": "p", "kind": "park"}])
    assert done["near_boundary"] == "true"
