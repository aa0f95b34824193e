"""Whether two workspaces are the same, down to the types of their columns."""

from __future__ import annotations

from dataclasses import fields

import geopandas as gpd
import pandas as pd


def assert_same_frame(one, other):
    assert type(one) is type(other)
    if isinstance(one, gpd.GeoDataFrame):
        assert one.geometry.name == other.geometry.name
        assert one.crs == other.crs
        assert list(one.geometry.to_wkb()) == list(other.geometry.to_wkb())
        one, other = (pd.DataFrame(each.drop(columns=each.geometry.name)) for each in (one, other))
    pd.testing.assert_frame_equal(
        one, other, check_index_type="exact", check_column_type=True, check_exact=True
    )
    for at, label in enumerate(one.columns):
        if one.iloc[:, at].dtype == object:
            kinds = [[type(cell) for cell in frame.iloc[:, at]] for frame in (one, other)]
            assert kinds[0] == kinds[1], label


def assert_same_dataset(one, other):
    for field in fields(one):
        if field.name != "result":
            assert getattr(one, field.name) == getattr(other, field.name), field.name
    for field in fields(one.result):
        mine, theirs = getattr(one.result, field.name), getattr(other.result, field.name)
        if isinstance(mine, pd.DataFrame):
            assert_same_frame(mine, theirs)
        else:
            assert mine == theirs, field.name


def assert_same(one, other):
    assert len(one.datasets) == len(other.datasets)
    for mine, theirs in zip(one.datasets, other.datasets, strict=True):
        assert_same_dataset(mine, theirs)
    assert list(one.packs) == list(other.packs)
    for pack_id, mine in one.packs.items():
        theirs = other.packs[pack_id]
        assert mine.fingerprint == theirs.fingerprint
        assert mine.points == theirs.points
        assert list(mine.zones) == list(theirs.zones)
        for layer, zones in mine.zones.items():
            assert_same_frame(zones.frame, theirs.zones[layer].frame)
            assert zones.match == theirs.zones[layer].match
            assert_same_dataset(zones.dataset, theirs.zones[layer].dataset)
    assert one.columns == other.columns
    assert one.reported == other.reported
    assert one.drawn == other.drawn
