from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from spatial.errors import UnknownPackError
from spatial.importing.place.context import NO_CONTEXT, _accuracy, context_of_pack


def test_what_a_pack_with_geometry_knows():
    context = context_of_pack("haizhu")
    assert context.district is not None
    assert context.district.covers(shapely.Point(113.32, 23.09))
    assert context.bounds == context.district.bounds
    assert context.district_accuracy_m == 30.0
    assert context.water is not None
    assert context.water_accuracy_m >= 100.0
    assert len(context.places) > 20
    assert all(len(name) >= 3 for place in context.places for name in place.names)
    assert all(place.confidence_m > 0 for place in context.places)


def test_a_pack_without_geometry_and_no_pack():
    bare = context_of_pack("new_era_district")
    assert (bare.district, bare.water, bare.places, bare.bounds) == (None, None, (), None)
    assert context_of_pack(None) is NO_CONTEXT
    with pytest.raises(UnknownPackError):
        context_of_pack("nowhere")


def test_the_worst_accuracy_counts_and_a_sketch_has_none():
    frame = gpd.GeoDataFrame({"position_accuracy_m": [5.0, 40.0]}, geometry=[shapely.Point()] * 2)
    assert _accuracy(frame) == 40.0
    assert _accuracy(frame.assign(geometry_basis="schematic")) == 100.0
    assert _accuracy(frame.assign(position_accuracy_m=float("nan"))) == 100.0
    assert _accuracy(frame.iloc[:0]) == 100.0
