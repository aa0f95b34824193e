from __future__ import annotations

import struct

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiPoint, MultiPolygon, Point, Polygon

from spatial.importing.isolation.cell_values import cell_from_words
from spatial.importing.isolation.plain_values import ForeignOutcomeError
from spatial.importing.readers.wkb_geometry import build_geometries
from spatial.limits import DEFAULT_LIMITS
from spatial.wkb_nesting import DEEPEST_NESTING, is_nested_too_deep

BEFORE = (
    Point(1, 2, 3),
    LineString([(0, 0), (1, 1), (2, 0)]),
    Polygon([(0, 0), (9, 0), (9, 9)], [[(5, 1), (6, 1), (6, 2)]]),
    MultiPoint([(0, 0), (1, 1)]),
    MultiPolygon([Polygon([(0, 0), (9, 0), (9, 9)])]),
)


def nested(n_levels: int, before: tuple = (), *, order: int = 1, flavor: str = "iso") -> bytes:
    """Return a point within ``n_levels`` collections; in each of them the last of several parts."""
    sign, parts = "<" if order else ">", [shapely.to_wkb(each, flavor=flavor) for each in before]
    head = struct.pack(sign + "BII", order, 7, len(parts) + 1) + b"".join(parts)
    return head * n_levels + shapely.to_wkb(Point(1, 2))


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("flavor", ["iso", "extended"])
@pytest.mark.parametrize("before", [(), BEFORE])
def test_the_depth_is_told_on_both_sides_of_its_bound(before, flavor, order):
    bound = DEEPEST_NESTING - bool(before)  # the parts before are collections too
    sound = nested(bound, before, order=order, flavor=flavor)
    assert isinstance(shapely.from_wkb(sound), GeometryCollection)
    assert not is_nested_too_deep(sound)
    assert is_nested_too_deep(nested(bound + 1, before, order=order, flavor=flavor))


def test_many_shallow_parts_and_stated_systems_are_taken():
    flat = shapely.set_srid(GeometryCollection([GeometryCollection(BEFORE)] * 500), 4326)
    assert not is_nested_too_deep(shapely.to_wkb(flat, include_srid=True))


@given(blob=st.binary(min_size=600, max_size=2000))
def test_any_bytes_give_an_answer(blob):
    assert is_nested_too_deep(blob) in {True, False}


def test_a_geometry_that_would_end_the_process_is_one_row_that_is_left_out():
    """A million levels overflow the stack: without the guard there is no test any more that could fail."""
    deep = nested(1_000_000)
    built = build_geometries([deep, shapely.to_wkb(Point(1, 2))], limits=DEFAULT_LIMITS)
    assert built.faults == {0: "gis.reason_geometry"}
    assert built.geometry.tolist() == [None, Point(1, 2)]
    with pytest.raises(ForeignOutcomeError):
        cell_from_words("g" + deep.hex())
