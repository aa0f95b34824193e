from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from spatial.crs import (
    CANONICAL_CRS,
    METRIC_CRS,
    WEB_CRS,
    Datum,
    carried_accuracy_m,
    geometry_to_canonical,
    metric_crs_for,
    parse_crs,
    points_from_lonlat,
    reproject,
    require_crs,
    to_canonical,
    to_metric,
    to_web,
    transform_xy,
)
from spatial.errors import MissingCrsError, UnknownCrsError
from tests.spatial.strategies import windows

GOLDEN_GRID = [
    ((113.32, 23.08), (430324.6867, 2553559.2328)),
    ((113.23, 23.05), (421085.0949, 2550282.4239)),
    ((113.42, 23.09), (440575.7174, 2554622.555)),
]


def at(lon, lat, crs=WEB_CRS):
    return gpd.GeoDataFrame({"kept": [7]}, index=["row"], geometry=[shapely.Point(lon, lat)], crs=crs)


@pytest.mark.parametrize(("degrees", "grid"), GOLDEN_GRID)
@pytest.mark.parametrize("source", ["wgs84", "cgcs2000", "EPSG:4326", "EPSG:4490"])
def test_golden_grid_coordinates_east_first(degrees, grid, source):
    np.testing.assert_allclose(transform_xy(*degrees, source=source, target=METRIC_CRS), grid, atol=1e-4)


def test_the_zone_numbered_grid_and_web_mercator():
    east, _ = transform_xy(113.32, 23.08, source="wgs84", target="EPSG:4526")
    assert east == pytest.approx(38430324.6867, abs=1e-3)
    mercator = transform_xy(113.32, 23.08, source="wgs84", target="EPSG:3857")
    np.testing.assert_allclose(mercator, (12614724.697, 2641696.156), atol=2e-3)


@given(windows, st.sampled_from(["gcj02", "bd09", "EPSG:4547", "EPSG:4526", "EPSG:3857", "wgs84"]))
def test_a_round_trip_moves_nothing(position, system):
    there = transform_xy(*position, source=CANONICAL_CRS, target=system)
    back = transform_xy(*there, source=system, target=CANONICAL_CRS)
    np.testing.assert_allclose(back, position, rtol=0, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "datum"),
    [("wgs84", Datum.WGS84), ("GCJ-02", Datum.GCJ02), (" bd_09 ", Datum.BD09), ("CGCS 2000", Datum.CGCS2000)],
)
def test_datum_names(name, datum):
    assert parse_crs(name) is datum


def test_epsg_codes():
    assert parse_crs("epsg:4547") == CRS.from_epsg(4547)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "4547",
        "EPSG:",
        "EPSG:x",
        "EPSG:999999",
        "EPSG:٤٥٤٧",
        "EPSG:" + "9" * 30,
        "EPSG:" + "9" * 5000,
        "guangzhou2000",
    ],
)
def test_unknown_names_are_refused(name):
    with pytest.raises(UnknownCrsError):
        parse_crs(name)


@pytest.mark.parametrize("code", [4479, 5737])
def test_systems_without_plane_positions_are_refused(code):
    with pytest.raises(UnknownCrsError):
        parse_crs(f"EPSG:{code}")


@pytest.mark.parametrize("code", [4214, 4610, 4555, 2333, 2414, 21413])
def test_old_chinese_datums_are_refused_not_guessed(code):
    with pytest.raises(UnknownCrsError, match="参数"):
        parse_crs(f"EPSG:{code}")
    with pytest.raises(UnknownCrsError, match="参数"):
        to_canonical(at(500000, 2550000, crs=f"EPSG:{code}"))


def test_old_datums_that_bring_their_own_parameters_are_carried():
    bare = CRS.from_epsg(2414).to_wkt("WKT1_GDAL")
    datum = 'SPHEROID["Krassowsky 1940",6378245,298.3,AUTHORITY["EPSG","7024"]]'
    assert datum in bare
    stated = CRS(bare.replace(datum, f"{datum},TOWGS84[15.8,-154.4,-82.3,0,0,0,0]"))
    moved = to_canonical(at(38500000, 2550000, crs=stated)).geometry.iloc[0]
    unmoved = transform_xy(38500000, 2550000, source="EPSG:4526", target="cgcs2000")
    assert 50 < np.hypot(moved.x - unmoved[0], moved.y - unmoved[1]) * 111_000 < 300


def test_a_datum_without_any_listed_way_is_refused():
    homemade = CRS.from_proj4("+proj=tmerc +lon_0=113.28 +x_0=0 +y_0=0 +ellps=krass +units=m")
    with pytest.raises(UnknownCrsError, match="参数"):
        to_canonical(at(0, 2550000, crs=homemade))


@pytest.mark.parametrize(
    ("code", "xy", "lonlat"),
    [(25832, (691607.9, 5334760.4), (11.5755, 48.1374)), (27700, (530000, 180000), (-0.12834, 51.50378))],
)
def test_other_datums_come_by_their_published_parameters(code, xy, lonlat):
    np.testing.assert_allclose(
        transform_xy(*xy, source=f"EPSG:{code}", target=CANONICAL_CRS), lonlat, atol=3e-3
    )


def test_esri_wording_of_cgcs2000_is_the_same_datum():
    stated = CRS(CRS.from_epsg(4547).to_wkt("WKT1_ESRI"))
    grid = transform_xy(113.32, 23.08, source="cgcs2000", target=stated)
    np.testing.assert_allclose(grid, GOLDEN_GRID[0][1], atol=1e-4)


def test_a_missing_system_is_an_error():
    bare = gpd.GeoDataFrame(geometry=[shapely.Point(113, 23)])
    for use in (to_canonical, to_web, to_metric, metric_crs_for):
        with pytest.raises(MissingCrsError):
            use(bare)
    with pytest.raises(MissingCrsError, match="站点"):
        require_crs(bare, layer="站点")


def test_frames_keep_index_and_columns_and_are_not_changed():
    frame = at(113.32, 23.08)
    moved = to_metric(frame)
    assert list(moved.index) == ["row"]
    assert moved["kept"].tolist() == [7]
    assert frame.crs == CRS(WEB_CRS)
    assert moved.crs == CRS(METRIC_CRS)
    assert to_web(moved).geometry.iloc[0].distance(frame.geometry.iloc[0]) < 1e-9


def test_canonical_frames_pass_through_and_wgs84_degrees_are_kept_exactly():
    frame = at(113.32, 23.08, crs=CANONICAL_CRS)
    assert to_canonical(frame) is frame
    moved = to_canonical(at(113.32, 23.08))
    assert moved.crs == CRS(CANONICAL_CRS)
    assert moved.geometry.iloc[0].coords[0] == (113.32, 23.08)


def test_series_and_empty_frames():
    series = at(113.32, 23.08).geometry
    assert isinstance(reproject(series, METRIC_CRS), gpd.GeoSeries)
    empty = at(0, 0).iloc[:0]
    assert len(to_metric(empty)) == 0
    assert metric_crs_for(empty) == CRS(METRIC_CRS)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (112.6, 23, 4547),
        (115.4, 23, 4547),
        (113.3, 39, 4547),
        (116.4, 39.9, 4548),
        (104.07, 30.67, 4544),
        (87.6, 43.8, 4538),
        (135, 48, 4554),
        (74, 39, 4534),
        (2.35, 48.86, 32631),
        (-58.4, -34.6, 32721),
        (180.0, 10, 32660),
        (20, 85, 32661),
        (20, -85, 32761),
    ],
)
def test_the_metric_system_follows_the_data(lon, lat, code):
    chosen = metric_crs_for(at(lon, lat))
    assert chosen.to_epsg() == code
    x, y = transform_xy(lon, lat, source="wgs84", target=chosen)
    back = transform_xy(x, y, source=chosen, target="wgs84")
    np.testing.assert_allclose(back, (lon, lat), atol=1e-7)


def test_points_from_a_table():
    points = points_from_lonlat(
        [113.32541019, np.nan, np.inf, 113.3, 430000.0], [23.07737859, 23, 23, 95, 2550000], crs="GCJ-02"
    )
    assert points.crs == CRS(CANONICAL_CRS)
    assert points.isna().tolist() == [False, True, True, True, True]
    np.testing.assert_allclose(points.iloc[0].coords[0], (113.32, 23.08), atol=2e-8)


def test_points_from_easting_and_northing():
    points = points_from_lonlat([430324.6867], [2553559.2328], crs="EPSG:4547")
    np.testing.assert_allclose(points.iloc[0].coords[0], (113.32, 23.08), atol=1e-8)


def test_each_vertex_of_a_gcj02_outline_is_carried():
    wgs = shapely.box(113.3, 23.05, 113.35, 23.1)
    ring = np.column_stack(transform_xy(*shapely.get_coordinates(wgs).T, source="wgs84", target="gcj02"))
    shifted = gpd.GeoDataFrame({"zone_id": ["a"]}, index=[9], geometry=[shapely.Polygon(ring)])
    found = geometry_to_canonical(shifted, crs="gcj02")
    assert list(found.index) == [9]
    assert found.crs == CRS(CANONICAL_CRS)
    assert shapely.hausdorff_distance(found.geometry.iloc[0], wgs) < 1e-8


CITY = "+proj=tmerc +lon_0=113.28 +k=1 +x_0=41000 +y_0=-2318000 +ellps=GRS80 +towgs84=0,0,0 +units=m"
CITY_WKT = (
    'PROJCS["city",GEOGCS["CGCS2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",113.28],PARAMETER["scale_factor",1],'
    'PARAMETER["false_easting",41000],PARAMETER["false_northing",-2318000],UNIT["metre",1]]'
)


@pytest.mark.parametrize("text", [CITY, f"  {CITY}\n", CITY_WKT, CITY_WKT.replace(",", ",\n\t")])
def test_a_system_by_its_own_text(text):
    there = transform_xy(113.3, 23.1, source="cgcs2000", target=text)
    assert np.hypot(there[0] - 41000, there[1]) < 240_000
    np.testing.assert_allclose(transform_xy(*there, source=text, target="cgcs2000"), (113.3, 23.1), atol=1e-8)


def test_the_text_that_other_programs_write_for_web_mercator():
    for version in ("WKT1_GDAL", "WKT2_2019", "WKT1_ESRI"):
        stated = parse_crs(CRS.from_epsg(3857).to_wkt(version))
        mercator = transform_xy(113.32, 23.08, source="wgs84", target=stated)
        np.testing.assert_allclose(mercator, (12614724.697, 2641696.156), atol=2e-3)


@pytest.mark.parametrize(
    "text",
    [
        "+proj=longlat +ellps=krass +nadgrids=/etc/passwd",
        "+proj=longlat +ellps=krass +nadgrids=@null,/etc/passwd",
        "+proj=longlat +geoidgrids=x.gtx",
        "+proj=longlat +towgs84=0,0,0 +file=/etc/passwd",
        "+init=epsg:4326",
        CITY_WKT.replace("city", "http://127.0.0.1/x"),
        'BOUNDCRS[SOURCECRS[x],METHOD["NTv2"],PARAMETERFILE["grid","/etc/passwd"]]',
        CRS.from_epsg(3857).to_wkt("WKT1_GDAL").replace("@null", "/etc/passwd"),
    ],
)
def test_a_text_that_names_a_file_or_an_address_is_refused_unread(text):
    with pytest.raises(UnknownCrsError) as caught:
        parse_crs(text)
    assert caught.value.key == "place.crs_text_reads_files"
    assert caught.value.message("en")


@pytest.mark.parametrize(
    "text",
    [
        "/etc/passwd",
        "http://127.0.0.1/crs.wkt",
        '{"type": "GeographicCRS", "name": "x"}',
        "+proj=pipeline +step +proj=utm +zone=49",
        "+proj=utm +zone=49 +proj=longlat",
        "+proj=",
        "+proj",
        "+proj=tmerc +lon_0=113;x",
        "+proj=geocent +datum=WGS84",
        "+proj=nothing",
        "+towgs84=0,0,0",
        'PROJCS["a"]',
        "GEOGCS[" * 2000,
        CITY_WKT + "\x00",
        CITY_WKT.replace(",", "," + " " * 2_000),
        CRS.from_epsg(3857).to_wkt("WKT1_GDAL").replace("+wktext", "+step"),
    ],
)
def test_other_texts_are_no_systems(text):
    with pytest.raises(UnknownCrsError):
        parse_crs(text)


@given(st.text(max_size=60), st.sampled_from(["", "+proj=", "PROJCS[", "EPSG:", 'GEOGCS["x",']))
def test_any_text_is_a_system_or_refused(text, begin):
    try:
        parse_crs(begin + text)
    except UnknownCrsError as error:
        assert error.message("en")  # noqa: PT017 - either end is right, and this one has words


@pytest.mark.parametrize(("code", "flat"), [("EPSG:4979", 4326), ("EPSG:4480", 4490), ("EPSG:9518", 4326)])
def test_heights_are_left_out_of_a_system(code, flat):
    assert parse_crs(code) == CRS.from_epsg(flat)


def test_how_well_a_system_is_carried():
    assert carried_accuracy_m(Datum.WGS84) == 0.0
    assert carried_accuracy_m(Datum.GCJ02) == 1.0
    assert carried_accuracy_m(parse_crs("EPSG:4326")) == 0.0
    assert carried_accuracy_m(parse_crs("EPSG:4547")) == 0.0
    assert carried_accuracy_m(parse_crs(CITY_WKT)) == 0.0
    assert carried_accuracy_m(parse_crs("EPSG:4258")) == pytest.approx(1.0, abs=2.0)
    assert carried_accuracy_m(parse_crs(CITY)) is None
    with pytest.raises(UnknownCrsError):
        carried_accuracy_m(parse_crs("+proj=longlat +ellps=krass"))
