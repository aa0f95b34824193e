from __future__ import annotations

import pytest
from pyproj import CRS

from spatial.crs import Datum
from spatial.errors import UnknownCrsError
from spatial.importing.place.systems import resolve_system
from spatial.text import LANGUAGES

CITY_ESRI = (
    'PROJCS["City2000",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",41000.0],'
    'PARAMETER["False_Northing",-2318000.0],PARAMETER["Central_Meridian",113.28],'
    'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GCJ-02", "gcj02"),
        ("EPSG:4547", "EPSG:4547"),
        (CRS.from_epsg(4547).to_wkt("WKT1_ESRI"), "EPSG:4547"),
        (CRS.from_epsg(4490).to_wkt("WKT1_ESRI"), "EPSG:4490"),
        ("EPSG:4979", "EPSG:4326"),
        ("EPSG:4480", "EPSG:4490"),
        ("urn:ogc:def:crs:EPSG:9.9:4547", "EPSG:4547"),
        ("OGC:CRS84", "wgs84"),
    ],
)
def test_systems_by_any_of_their_names(text, found):
    system = resolve_system(text)
    assert system.text == found
    for lang in LANGUAGES:
        assert system.label.message(lang)


def test_datums_of_degrees():
    assert resolve_system("EPSG:4326").datum is Datum.WGS84
    assert resolve_system("EPSG:4490").datum is Datum.CGCS2000
    assert resolve_system("EPSG:4547").datum is None


def test_a_city_grid_is_shown_by_its_parameters():
    system = resolve_system(CITY_ESRI)
    shown = system.label.message("en")
    assert all(part in shown for part in ("City2000", "113.28", "41000", "-2318000"))
    assert system.is_plane
    assert system.warnings == ()
    assert resolve_system(system.text).crs == system.crs
    longlat = resolve_system("+proj=longlat +ellps=krass +towgs84=15.8,-154.4,-82.3,0,0,0,0")
    assert longlat.label.message("en") == "own system"
    assert longlat.datum is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("EPSG:4214", "place.old_datum"),
        ("EPSG:2327", "place.old_datum"),
        (CRS.from_epsg(2415).to_wkt("WKT1_ESRI"), "place.old_datum"),
        (CRS.from_epsg(4555).to_wkt(), "place.old_datum"),
        ("+proj=tmerc +lon_0=114 +ellps=krass +towgs84=0,0,0,0,0,0,0", "place.old_datum"),
        ("+proj=longlat +a=6378140 +rf=298.257 +towgs84=0,0,0", "place.old_datum"),
        ("+proj=tmerc +lon_0=113.28 +ellps=GRS80", "place.datum_not_named"),
        ('LOCAL_CS["x",UNIT["metre",1]]', "place.local_system"),
        ("LOCAL_CS[", "place.local_system"),
        ('ENGCRS["x",EDATUM["e"]]', "place.local_system"),
        ("somewhere", "verdict.unknown_crs"),
        ("+proj=longlat +nadgrids=/etc/passwd", "place.crs_text_reads_files"),
    ],
)
def test_what_cannot_be_used_says_why(text, key):
    with pytest.raises(UnknownCrsError) as caught:
        resolve_system(text)
    assert caught.value.key == key
    assert caught.value.message("en")


def test_parameters_of_the_text_are_used_with_a_warning():
    system = resolve_system(
        "+proj=tmerc +lon_0=114 +x_0=500000 +ellps=krass +towgs84=15.8,-154.4,-82.3,0,0,0,0 +units=m"
    )
    assert [warning.key for warning in system.warnings] == ["place.supplied_parameters"]


@pytest.mark.parametrize("code", [27700, 4267, 31370])
def test_other_datums_say_how_well_they_are_carried(code):
    warnings = resolve_system(f"EPSG:{code}").warnings
    assert {warning.key for warning in warnings} <= {"place.known_accuracy", "place.unknown_accuracy"}
    assert warnings
