from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from spatial.crs import transform_xy
from spatial.importing.model import StatedCrs, Subject
from spatial.text import LANGUAGES
from tests.importing.place.place_layers import decided, degrees, place_shapes, warned

PLOT = shapely.box(113.30, 23.06, 113.35, 23.10)


def carried(shape, target):
    def move(xy):
        return np.column_stack(transform_xy(*xy.T, source="wgs84", target=target))

    return shapely.transform(shape, move)


def one_question(placed):
    (question,) = placed.questions
    assert placed.geometry is None
    assert placed.rejections == ()
    for lang in LANGUAGES:
        assert question.why.message(lang)
    return question


@pytest.mark.parametrize(
    ("target", "name", "source"),
    [
        ("wgs84", "EPSG:4326", "layer"),
        ("wgs84", "wgs84", "format"),
        ("wgs84", "urn:ogc:def:crs:OGC:1.3:CRS84", "member"),
        ("cgcs2000", "urn:ogc:def:crs:EPSG::4490", "member"),
        ("EPSG:4547", CRS.from_epsg(4547).to_wkt("WKT1_ESRI"), "prj"),
        ("EPSG:4526", "EPSG:4526", "layer"),
        ("EPSG:3857", "EPSG:3857", "layer"),
        ("gcj02", "gcj02", "column"),
        ("wgs84", "wgs84", "rumour"),
    ],
)
def test_the_system_that_a_file_names_is_taken(target, name, source):
    placed = place_shapes([carried(PLOT, target)], file_crs=StatedCrs(name, source))
    assert shapely.hausdorff_distance(placed.geometry[0], PLOT) < 1e-8
    (crs,) = [decision for decision in placed.decisions if decision.what == "crs"]
    assert 0.5 < crs.confidence < 1.0
    assert crs.why.message("en")


def test_a_file_that_names_none_is_asked_about():
    question = one_question(place_shapes([PLOT]))
    assert (question.what, question.flag) == ("crs", "--zones-crs")
    assert one_question(place_shapes([PLOT], subject=Subject.PARKS)).flag == "--points-crs"


def test_the_planner_goes_before_the_file():
    shifted = carried(PLOT, "gcj02")
    placed = place_shapes([shifted], file_crs=StatedCrs("EPSG:4326", "layer"), crs="gcj02")
    assert shapely.hausdorff_distance(placed.geometry[0], PLOT) < 1e-8
    assert warned(placed) == {"place.file_says_otherwise"}
    unknown = place_shapes([PLOT], file_crs=StatedCrs("LOCAL", "prj"), crs="wgs84")
    assert warned(unknown) == {"place.file_names_unknown"}
    assert warned(place_shapes([PLOT], file_crs=StatedCrs("EPSG:4490", "prj"), crs="wgs84")) == set()


@pytest.mark.parametrize(
    ("shape", "name", "key"),
    [
        (PLOT, "EPSG:4547", "place.crs_needs_degrees"),
        (PLOT, "EPSG:3857", "place.crs_needs_degrees"),
        (carried(PLOT, "EPSG:4547"), "EPSG:4326", "place.crs_needs_metres"),
    ],
)
def test_a_file_that_contradicts_itself_is_asked_about(shape, name, key):
    question = one_question(place_shapes([shape], file_crs=StatedCrs(name, "prj")))
    assert (question.what, question.why.key) == ("crs", key)


@pytest.mark.parametrize("name", ["EPSG:4214", "EPSG:4610", 'LOCAL_CS["城建",UNIT["metre",1]]', "高德"])
def test_a_system_that_cannot_be_used_is_asked_about_and_settled(name):
    stated = StatedCrs(name, "prj")
    placed = place_shapes([PLOT], file_crs=stated)
    assert one_question(placed).what == "crs"
    assert set(placed.candidates) == {"wgs84", "cgcs2000", "gcj02", "bd09"}
    assert place_shapes([PLOT], file_crs=stated, crs="cgcs2000").kept.all()


def test_exchanged_axes_are_asked_about():
    turned = shapely.transform(PLOT, lambda xy: xy[:, ::-1])
    stated = StatedCrs("wgs84", "format")
    placed = place_shapes([turned], file_crs=stated)
    question = one_question(placed)
    assert [choice.value for choice in question.choices] == ["degrees_swapped", "degrees"]
    assert placed.candidates["degrees_swapped"][0].size == 5
    told = place_shapes([turned], file_crs=stated, reading="degrees_swapped")
    assert shapely.hausdorff_distance(told.geometry[0], PLOT) < 1e-12


def test_features_without_a_place_are_named():
    far = shapely.Polygon([(113.3, 23.0), (500.0, 23.0), (113.4, 23.1)])
    with np.errstate(invalid="ignore"):
        wild = shapely.linestrings([[113.3, 23.0], [np.nan, 23.1]])
    shapes = [PLOT, None, far, shapely.Polygon(), wild, PLOT, PLOT]
    placed = place_shapes(shapes, file_crs=StatedCrs("EPSG:4490", "prj"))
    assert placed.kept.tolist() == [True, False, False, False, False, True, True]
    assert [(row.row, row.reason_key) for row in placed.rejections] == [
        (1, "place.reason_no_geometry"),
        (2, "error.reason_out_of_range"),
        (3, "place.reason_no_geometry"),
        (4, "error.reason_not_finite"),
    ]
    nothing = place_shapes([None], file_crs=None)
    assert (nothing.questions, len(nothing.rejections)) == ((), 1)


def test_heights_and_vertical_systems_are_left_out_with_a_notice():
    solid = shapely.force_3d(PLOT, 5.0)
    placed = place_shapes([solid, PLOT], file_crs=StatedCrs("EPSG:4979", "format"))
    assert not placed.geometry[0].has_z
    assert {notice.key for notice in placed.notices} == {"place.heights_of_system", "place.heights_dropped"}
    compound = CRS("EPSG:4547+5737").to_wkt()
    placed = place_shapes([carried(PLOT, "EPSG:4547")], file_crs=StatedCrs(compound, "prj"))
    assert decided(placed, "crs") == "EPSG:4547"


def test_published_parameters_come_with_their_accuracy():
    shape = shapely.transform(shapely.box(530000, 180000, 531000, 181000), lambda xy: xy)
    placed = place_shapes([shape], file_crs=StatedCrs("EPSG:27700", "prj"))
    assert warned(placed) & {"place.known_accuracy", "place.unknown_accuracy"}
    assert shapely.distance(placed.geometry[0], shapely.Point(-0.128, 51.504)) < 0.02


def test_points_of_a_web_tool_speak_for_their_datum():
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(113.24, 113.42, 4_000), rng.uniform(23.04, 23.12, 4_000)
    points = list(shapely.points(*transform_xy(lon, lat, source="wgs84", target="bd09")))
    stated = StatedCrs("wgs84", "format")
    assert warned(place_shapes(points, file_crs=stated, subject=Subject.POINTS)) == {"place.datum_doubt"}
    plane = list(shapely.points(*transform_xy(lon, lat, source="wgs84", target="EPSG:4547")))
    assert warned(place_shapes(plane, file_crs=StatedCrs("EPSG:4547", "prj"))) == set()


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["plot", "none", "empty", "far", "line", "points"]), max_size=12),
    st.sampled_from(["wgs84", "bd09", "EPSG:4547"]),
)
def test_each_feature_is_kept_or_rejected_once(kinds, crs):
    lon, lat = degrees(5)
    made = {
        "plot": PLOT,
        "none": None,
        "empty": shapely.Point(),
        "far": shapely.Point(400.0, 95.0),
        "line": shapely.LineString(np.column_stack([lon, lat])),
        "points": shapely.MultiPoint(np.column_stack([lon, lat])),
    }
    placed = place_shapes([carried(made[kind], crs) if made[kind] else made[kind] for kind in kinds], crs=crs)
    if placed.questions:
        return
    assert placed.kept.sum() + len(placed.rejections) == len(kinds)
    for kind, shape in zip(kinds, placed.geometry, strict=True):
        if shape is not None and kind in {"plot", "line", "points"}:
            assert shapely.hausdorff_distance(shape, made[kind]) < 1e-7
