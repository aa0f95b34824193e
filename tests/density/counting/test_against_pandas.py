"""A count is what pandas and geopandas come to, however the rows are cut into parts and handed to threads."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.density import frame_source, part_counter, tally
from spatial.density.counting import count_bucket, count_density, finish, map_part, merge
from spatial.density.frame_source import FrameSource
from spatial.density.model import Dedupe, DensitySettings
from spatial.zone_index import ZoneIndex
from tests.density.counting import reference
from tests.spatial.strategies import METRIC, mosaic, scatter, seeds, star, tilings, zone_frame

KEYS = ["a", "b", "c", " a", "b\t", "", None, "a\u3000", "ab", "ba"]
OPERATORS = ["电信", "移动 ", None, "", "联通"]
BANDS = [700, 3500, None]


@st.composite
def inventories(draw):
    """Zones that tile or overlap, and two files of points on and about them, some of no use."""
    if draw(st.booleans()):
        zones, xs, ys, rng = draw(tilings())
    else:
        rng = np.random.default_rng(draw(seeds))
        polygons = [star(rng, holes=True) for _ in range(3)] if draw(st.booleans()) else mosaic(rng, 6)
        zones = zone_frame(polygons)
        xs, ys = (zones.to_crs(METRIC).total_bounds[side::2] for side in (0, 1))
    xy = scatter(rng, xs, ys, 25)
    # Piles of rows at one place, and rows a few metres from another.
    xy = np.concatenate([xy, xy[rng.integers(0, len(xy), 15)], xy[:15] + rng.normal(0.0, 20.0, (15, 2))])
    points = gpd.GeoSeries.from_xy(xy[:, 0], xy[:, 1], crs=METRIC).to_crs("EPSG:4490")
    lon, lat = points.x.to_numpy(copy=True), points.y.to_numpy(copy=True)
    lon[rng.integers(0, len(lon), 2)] = [np.nan, np.inf]
    lat[rng.integers(0, len(lat))] = 91.0
    columns = {
        "operator": rng.choice(np.array(OPERATORS, dtype=object), len(lon)),
        "band": rng.choice(np.array(BANDS, dtype=object), len(lon)),
        "key": rng.choice(np.array(KEYS, dtype=object), len(lon)),
    }
    return zones, lon, lat, columns, rng


def index_of(zones):
    return ZoneIndex.of(zones.geometry.to_numpy(), zones["zone_id"].tolist(), n_points=1000)


def in_parts(lon, lat, columns, rng):
    """The same rows as two files."""
    cut = rng.integers(0, len(lon) + 1)
    return [
        FrameSource(
            lon[here],
            lat[here],
            {
                name: [None if value is None else str(value) for value in values[here]]
                for name, values in columns.items()
            },
            name=name,
        )
        for name, here in (("first", slice(None, cut)), ("second", slice(cut, None)))
    ]


def all_ways(index, sources, settings, rng):
    """Results of one thread and several, of parts in any order and grouping, of buckets by themselves."""
    yield count_density(index, sources, settings, threads=1)
    yield count_density(index, sources[::-1], settings, threads=3)
    partials = [map_part(index, source, part, settings) for source in sources for part in source.parts()]
    partials = [partials[row] for row in rng.permutation(len(partials))]
    if not partials:
        return
    cut = rng.integers(1, len(partials) + 1)
    groups = [partials[:cut], partials[cut:]]
    merged = merge([merge(group) for group in groups if group])
    yield finish(index, merged, settings)
    counted = [count_bucket(index, settings, rows) for rows in merged.buckets.values()]
    yield finish(index, merge([*counted, replace(merged, buckets={})]), settings)


def plain(result):
    split = {name: counts.tolist() for name, counts in result.by_counts.items()}
    return result.counts.tolist(), split, result.outside_count


@given(
    given_=inventories(),
    by=st.sampled_from([(), ("operator",), ("operator", "band")]),
    dedupe=st.sampled_from(["none", "key:key", "distance:40", "distance:2000"]),
    rows_per_part=st.integers(8, 90),
    at_once=st.sampled_from([5, tally.POINTS_AT_ONCE]),
)
def test_any_way_of_counting_is_what_pandas_comes_to(given_, by, dedupe, rows_per_part, at_once):
    zones, lon, lat, columns, rng = given_
    settings = DensitySettings(by=by, dedupe=Dedupe.parse(dedupe))
    frame = reference.plain_frame(lon, lat, columns)
    n_placed = len(frame)
    if dedupe.startswith("key"):
        n_placed = int((frame["key"] != "").sum())
        sites = reference.one_per_key(frame, "key", by)
    elif dedupe.startswith("distance"):
        sites = reference.one_per_cluster(frame, settings.dedupe.distance_m, by)
    else:
        sites = frame
    expected = reference.counted(sites, zones, by)
    index = index_of(zones)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frame_source, "_ROWS_PER_PART", rows_per_part)
        # What is kept is put together again and again.
        patch.setattr(part_counter, "_MOST_REPORTS_KEPT", 2)
        patch.setattr(tally, "_MOST_PENDING", 10)
        patch.setattr(tally, "POINTS_AT_ONCE", at_once)
        results = list(all_ways(index, in_parts(lon, lat, columns, rng), settings, rng))
    for result in results:
        assert plain(result) == expected
        assert result.total_count == len(sites)
        assert result.n_in == len(lon) == result.n_used + result.n_reported
        assert result.n_used == n_placed
    said = {(tuple(sorted(map(str, r.notices))), str(r.reported)) for r in results}
    assert len(said) == 1
