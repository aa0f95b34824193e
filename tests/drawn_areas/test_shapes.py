"""What can be drawn, what is refused, and how exact a circle is."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spatial.area import CGCS2000_ELLIPSOID
from spatial.drawn_areas.received import received_shape
from spatial.drawn_areas.shapes import MOST_CORNERS, DrawnShape, ShapeKind, require_near
from spatial.errors import GeometryError, InputError, LimitExceededError

LON, LAT = 113.3, 23.08


def polygon(*corners):
    return DrawnShape(kind=ShapeKind.POLYGON, corners=corners)


def circle(radius_m, at=(LON, LAT)):
    return DrawnShape(kind=ShapeKind.CIRCLE, corners=(at,), radius_m=radius_m)


@example(39866.0, 0.0, 39.0)
@example(35849.0, 0.0, 50.0)
@example(30000.0, 10.0, 69.9)
@settings(max_examples=40, deadline=None)
@given(
    radius_m=st.floats(1.0, 50_000.0),
    lon=st.floats(-179.0, 178.0),
    lat=st.floats(-70.0, 70.0),
)
def test_circle_is_as_exact_as_it_says(radius_m, lon, lat):
    try:
        shape = circle(radius_m, at=(lon, lat))
    except LimitExceededError:  # a wide circle far north spans more than a degree
        assert 2.0 * radius_m > 0.99 * 111_320.0 * math.cos(math.radians(lat))
        return
    at = shape.corners[0]
    corners = list(shape.outline.exterior.coords)
    for here, there in zip(corners[:-1:20], corners[1::20], strict=True):
        middle = ((here[0] + there[0]) / 2, (here[1] + there[1]) / 2)
        for spot in (here, middle):
            distance = CGCS2000_ELLIPSOID.inv(*at, *spot)[2]
            assert -shape.outline_error_m <= distance - shape.radius_m <= 0.02
    true_area = math.pi * shape.radius_m**2 / 1e6
    if shape.radius_m > 100.0:
        assert shape.area_km2 == pytest.approx(true_area, rel=2e-4)


def test_rectangle_is_the_same_from_any_two_opposite_corners():
    west, south, east, north = 113.3, 23.0, 113.31, 23.02
    pairs = [((west, south), (east, north)), ((east, south), (west, north)), ((east, north), (west, south))]
    shapes = {DrawnShape(kind=ShapeKind.RECTANGLE, corners=pair) for pair in pairs}
    (shape,) = shapes
    assert shape.outline.bounds == (west, south, east, north)
    assert shape.outline_error_m is None


def test_self_crossing_is_refused_in_words_that_name_the_edges():
    with pytest.raises(GeometryError) as refused:
        polygon((0.0, 0.0), (0.1, 0.1), (0.1, 0.0), (0.0, 0.1))
    assert "第 1 条边与第 3 条边" in refused.value.message("zh")
    assert "edges 1 and 3" in refused.value.message("en")
    with pytest.raises(GeometryError, match="自相交"):  # back along itself
        polygon((0.0, 0.0), (0.1, 0.0), (0.05, 0.0), (0.05, 0.1))


@pytest.mark.parametrize(
    ("shape", "key"),
    [
        ({"kind": ShapeKind.POLYGON, "corners": ((0, 0), (0, 1e-9), (0.01, 0))}, "drawn.too_few_corners"),
        ({"kind": ShapeKind.POLYGON, "corners": ((0, 0), (0.5, 0), (0.5, 86))}, "drawn.off_the_map"),
        ({"kind": ShapeKind.POLYGON, "corners": ((0, 0), (math.nan, 0), (0.5, 1))}, "drawn.off_the_map"),
        ({"kind": ShapeKind.POLYGON, "corners": ((0, 0), (1.5, 0), (0.5, 1))}, "drawn.too_far"),
        ({"kind": ShapeKind.POLYGON, "corners": ((0, 0), (1e-6, 0), (0, 1e-6))}, "drawn.holds_nothing"),
        ({"kind": ShapeKind.POLYGON, "corners": ((0, 0),) * (MOST_CORNERS + 1)}, "drawn.too_many_corners"),
        ({"kind": ShapeKind.RECTANGLE, "corners": ((0, 0),)}, "drawn.rectangle_corners"),
        ({"kind": ShapeKind.RECTANGLE, "corners": ((0, 0), (0, 0.1))}, "drawn.holds_nothing"),
        ({"kind": ShapeKind.CIRCLE, "corners": ((0, 0),)}, "drawn.circle_centre"),
        ({"kind": ShapeKind.CIRCLE, "corners": ((0, 0),), "radius_m": 0.5}, "drawn.radius"),
        ({"kind": ShapeKind.CIRCLE, "corners": ((0, 0),), "radius_m": math.nan}, "drawn.radius"),
        ({"kind": ShapeKind.CIRCLE, "corners": ((0, 0),), "radius_m": 60_000.0}, "drawn.radius"),
    ],
)
def test_what_cannot_be_measured_is_refused(shape, key):
    with pytest.raises(InputError) as refused:
        DrawnShape(**shape)
    assert refused.value.key == key


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(113.0, 113.9), st.floats(23.0, 23.9)),
        min_size=3,
        max_size=8,
    )
)
def test_whatever_is_accepted_can_be_measured(corners):
    try:
        shape = polygon(*corners)
    except InputError as refused:
        found = refused.key
    else:
        found = None
    if found is not None:
        assert found in {"drawn.too_few_corners", "drawn.crosses_itself", "drawn.holds_nothing"}
        return
    assert shape.outline.is_valid
    assert shape.outline.exterior.is_ccw
    assert shape.area_km2 > 0.0
    assert shape.perimeter_km > 0.0


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {},
        {"kind": "star", "corners": []},
        "polygon",
        {"kind": ["polygon"], "corners": []},
        {"kind": {}, "corners": []},
        {"kind": "polygon", "corners": None},
        {"kind": "polygon", "corners": "abc"},
        {"kind": "polygon", "corners": [[[113, 23]], [[113, 24]], [[114, 24]]]},
        {"kind": "polygon", "corners": [[math.nan, 23], [113, 23], [113, 24]]},
        {"kind": "polygon", "corners": [[1, 2, 3]]},
        {"kind": "polygon", "corners": [["1", 2]]},
        {"kind": "polygon", "corners": [[True, 2]]},
        {"kind": "circle", "corners": [[1, 2]], "radius_m": "9"},
        {"kind": "circle", "corners": [[1, 2]], "radius_m": math.inf},
        {"kind": "circle", "corners": [[10**400, 2]], "radius_m": 9},
    ],
)
def test_a_message_of_another_form_is_refused(message):
    with pytest.raises(GeometryError) as refused:
        received_shape(message)
    assert refused.value.key == "drawn.not_a_shape"


def test_a_radius_of_what_is_no_circle_is_left_out():
    shape = received_shape(
        {"kind": "rectangle", "corners": [[LON, LAT], [LON + 0.01, LAT + 0.01]], "radius_m": 8}
    )
    assert shape.radius_m is None


@pytest.mark.parametrize("radius_m", [-5, 1e300])
def test_a_radius_that_is_refused_is_said_in_few_figures(radius_m):
    with pytest.raises(LimitExceededError) as refused:
        received_shape({"kind": "circle", "corners": [[LON, LAT]], "radius_m": radius_m})
    assert len(refused.value.message("zh")) < 60


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "polygon", "corners": [[179.99, 1], [-179.99, 1], [-179.99, 1.01]]},
        {"kind": "circle", "corners": [[179.999, 1]], "radius_m": 5000},
    ],
)
def test_a_shape_across_the_antimeridian_is_refused_for_that(message):
    with pytest.raises(GeometryError) as refused:
        received_shape(message)
    assert refused.value.key == "drawn.antimeridian"


@pytest.mark.parametrize(("lon", "lat"), [(-78.5, -0.2), (LON, LAT + 2.5), (LON - 2.5, LAT)])
def test_a_shape_far_from_its_region_is_refused(lon, lat):
    region = (LON, LAT, LON + 0.1, LAT + 0.1)
    require_near(circle(500.0, at=(LON + 1.9, LAT - 1.9)), region)
    with pytest.raises(LimitExceededError) as refused:
        require_near(circle(500.0, at=(lon, lat)), region)
    assert refused.value.key == "drawn.far_away"


def test_a_long_message_is_refused_before_it_is_read():
    with pytest.raises(LimitExceededError):
        received_shape({"kind": "polygon", "corners": ["x"] * (MOST_CORNERS + 1)})


def test_a_message_becomes_the_shape_that_was_drawn():
    shape = received_shape({"kind": "circle", "corners": [[LON, LAT]], "radius_m": 500})
    assert shape == circle(500.0)
    assert shape.area_km2 == pytest.approx(math.pi * 0.25, rel=2e-4)
