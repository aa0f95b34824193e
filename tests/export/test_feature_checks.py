from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.export.formats import feature_checks as checks
from spatial.export.formats.rings import shapes_from_json, shapes_of

SQUARE = [[113.0, 23.0], [113.1, 23.0], [113.1, 23.1], [113.0, 23.1], [113.0, 23.0]]
HOLE = [[113.02, 23.02], [113.02, 23.04], [113.04, 23.04], [113.02, 23.02]]


def multi(*polygons):
    return {"type": "MultiPolygon", "coordinates": [list(polygon) for polygon in polygons]}


def shapes(*geometries, kind="MultiPolygon"):
    made, faulty = shapes_from_json(geometries, kind)
    assert not faulty
    return made


GOOD = multi([SQUARE, HOLE])
BROKEN = {
    "not_finite": [[113.0, 23.0], [113.1, 23.0], [float("inf"), 23.1], [113.0, 23.1], [113.0, 23.0]],
    "off_the_globe": [[113.0, 23.0], [113.1, 23.0], [113.1, 113.0], [113.0, 23.1], [113.0, 23.0]],
    "open_rings": [*SQUARE[:-1], [113.0, 23.05]],
    "short_rings": [[113.0, 23.0], [113.1, 23.0], [113.0, 23.0]],
    "misoriented_rings": SQUARE[::-1],
    "rings_without_area": [[113.0, 23.0], [113.1, 23.1], [113.05, 23.05], [113.0, 23.0]],
    "repeated_positions": [*SQUARE[:2], SQUARE[1], *SQUARE[2:]],
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_check_names_the_feature_and_passes_its_neighbours(name):
    found = getattr(checks, name)(shapes(GOOD, multi([SQUARE], [BROKEN[name]]), GOOD))
    assert set(found.features.tolist()) == {1}
    assert found
    assert {"x", "y"} <= set(found.details[0])


@pytest.mark.parametrize("name", BROKEN)
def test_no_check_complains_of_sound_polygons(name):
    assert not getattr(checks, name)(shapes(GOOD, GOOD))


@pytest.mark.parametrize("name", ["open_rings", "short_rings", "misoriented_rings", "rings_without_area"])
def test_ring_checks_leave_points_alone_and_place_rings_by_part(name):
    points = shapes({"type": "Point", "coordinates": [113.0, 23.0]}, kind="Point")
    assert not getattr(checks, name)(points)
    found = getattr(checks, name)(shapes(multi([SQUARE], [SQUARE, BROKEN[name][::-1]])))
    assert (found.details[0]["part"], found.details[0]["ring"]) == (1, 1)


def test_positions_of_two_rings_may_be_equal_and_points_may_be():
    assert not checks.repeated_positions(shapes(multi([SQUARE], [SQUARE])))
    point = {"type": "Point", "coordinates": [113.0, 23.0]}
    assert not checks.repeated_positions(shapes(point, point, kind="Point"))


def test_eight_decimals_are_too_many_and_seven_are_not():
    made = shapes(
        {"type": "Point", "coordinates": [113.1234567, 23.0000001]},
        {"type": "Point", "coordinates": [113.12345678, 23.0]},
        {"type": "Point", "coordinates": [113, 1e300]},
        kind="Point",
    )
    assert checks.too_many_decimals(made, decimals=7).features.tolist() == [1]


@given(
    st.lists(st.tuples(st.integers(-1800000000, 1800000000), st.integers(-900000000, 900000000)), min_size=1)
)
def test_doubles_of_seven_decimals_pass(numbers):
    made = shapes(*({"type": "Point", "coordinates": [x / 1e7, y / 1e7]} for x, y in numbers), kind="Point")
    assert not checks.too_many_decimals(made, decimals=7)


@given(st.integers(0, 2**32 - 1))
def test_orientation_is_the_one_that_geos_sees(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 9))
    angle = np.sort(rng.uniform(0, 2 * np.pi, n))
    ring = np.round([113, 23] + 0.01 * np.column_stack([np.cos(angle), np.sin(angle)]), 7)
    ring = np.vstack([ring, ring[:1]])[:: rng.choice([-1, 1])]
    runs = shapely.is_ccw(shapely.linearrings(ring))
    if shapely.Polygon(ring).area > 0:
        assert bool(checks.misoriented_rings(shapes(multi([ring.tolist()])))) != runs


def test_invalid_polygons_say_why_and_where():
    bow = [[113.0, 23.0], [113.1, 23.1], [113.1, 23.0], [113.0, 23.1], [113.0, 23.0]]
    far = [[x + 1, y] for x, y in HOLE]
    found = checks.invalid_polygons(shapes(GOOD, multi([bow]), multi([SQUARE, far])).geometries())
    assert found.features.tolist() == [1, 2]
    assert found.details[0] == {"reason": "Self-intersection", "at": "113.05 23.05"}
    assert found.details[1]["reason"] == "Hole lies outside shell"


def test_repeated_ids_are_the_later_ones():
    found = checks.repeated_ids(["a", "b", "a", None, None, "a"])
    assert found.features.tolist() == [2, 5]
    assert found.details == ({"id": "a"}, {"id": "a"})
    assert not checks.repeated_ids(["a", "b"])


def test_all_findings_are_counted_and_the_first_hundred_detailed():
    far = [{"type": "Point", "coordinates": [500.0, 0.0]}] * 250
    found = checks.off_the_globe(shapes(*far, kind="Point"))
    assert (len(found.features), len(found.details)) == (250, 100)


def test_nothing_is_wrong_with_nothing():
    empty = shapes()
    for name in BROKEN:
        assert not getattr(checks, name)(empty)
    assert checks.unusable(empty) == []
    assert empty.bounds is None
    assert len(empty.geometries()) == 0


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        7,
        {"type": "Point", "coordinates": [113.0, 23.0]},
        {"type": "MultiPolygon"},
        {"type": "MultiPolygon", "coordinates": []},
        {"type": "MultiPolygon", "coordinates": [[]]},
        {"type": "MultiPolygon", "coordinates": [[[]]]},
        {"type": "MultiPolygon", "coordinates": [["abc"]]},
        {"type": "MultiPolygon", "coordinates": [[[[113.0, "23"]]]]},
        {"type": "MultiPolygon", "coordinates": [[[[113.0, True]]]]},
        {"type": "MultiPolygon", "coordinates": [[[[113.0, 23.0, 4.0]]]]},
        {"type": "MultiPolygon", "coordinates": {"a": 1}},
    ],
)
def test_what_holds_no_positions_is_told_and_its_neighbours_are_kept(geometry):
    made, faulty = shapes_from_json([GOOD, geometry, GOOD], "MultiPolygon")
    assert faulty == [1]
    assert len(made) == 3
    assert made.coordinates(2, 3) == [GOOD["coordinates"]]


@pytest.mark.parametrize("coordinates", [None, [], [1.0], [1.0, None], [1.0, "2"], [1.0, False], [1, 2, 3]])
def test_points_without_two_numbers_are_told(coordinates):
    good = {"type": "Point", "coordinates": [113, 23.5]}
    made, faulty = shapes_from_json([good, {"type": "Point", "coordinates": coordinates}], "Point")
    assert faulty == [1]
    assert made.xy[0].tolist() == [113.0, 23.5]


def test_polygons_are_read_as_polygons_of_one_part():
    made, faulty = shapes_from_json([{"type": "Polygon", "coordinates": [SQUARE]}], "Polygon")
    assert not faulty
    assert made.geometries()[0].equals(shapely.MultiPolygon([shapely.Polygon(SQUARE)]))


def test_shapes_of_mixed_or_empty_geometries_are_refused():
    for geometries in ([shapely.Point(1, 2), shapely.box(0, 0, 1, 1)], [shapely.Point()], [None]):
        with pytest.raises(ValueError, match="point"):
            shapes_of(np.array(geometries, dtype=object))
