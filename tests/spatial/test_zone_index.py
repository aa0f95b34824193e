from __future__ import annotations

import itertools
import pickle
import subprocess
import sys

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial import overlaps as overlaps_module
from spatial import zone_index
from spatial.errors import DuplicateIdError, GeometryError
from spatial.overlaps import LayerKind
from spatial.zone_grid import centres, laying
from spatial.zone_grid.edges import edges_of
from spatial.zone_grid.nearness import maybe_near
from spatial.zone_index import ZoneIndex
from tests.spatial.plain_counting import plain_overlaps, plain_pairs
from tests.spatial.strategies import seeds

WEST, SOUTH = 113.2, 23.0


def placed(index, lon, lat):
    points, zones = index.place(lon, lat)
    return list(zip(points.tolist(), zones.tolist(), strict=True))


def settled(index, lon, lat):
    """The pairs that `settle` tells, by label or one by one."""
    found = index.settle(lon, lat)
    starts, zones = index.set_members()
    pairs = {
        point: zones[starts[label] : starts[label + 1]].tolist() for point, label in enumerate(found.labels)
    }
    for point in np.unique(found.point_rows):
        assert found.labels[point] == -1
        pairs[int(point)] = found.zone_rows[found.point_rows == point].tolist()
    return [(point, zone) for point, zones_of in sorted(pairs.items()) for zone in zones_of]


def in_one_piece(points):
    """Polygons that cover the square about a place, from a Voronoi diagram."""
    square = shapely.box(0.0, 0.0, 1.0, 1.0)
    cells = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=square)
    return list(shapely.intersection(shapely.get_parts(cells), square))


def ring(rng):
    """A star about a place, with a hole or without."""
    count = int(rng.integers(3, 20))
    angle = 2 * np.pi * (np.arange(count) + rng.uniform(0.1, 0.9, count)) / count
    reach = rng.uniform(0.05, 0.4) * rng.uniform(0.4, 1.0, count)
    about = rng.uniform(0.0, 1.0, 2)
    shell = about + np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])
    if not shapely.Polygon(shell).contains(shapely.Point(about)):
        return shapely.Polygon(shell)
    return shapely.Polygon(shell, [about + (shell - about) * rng.uniform(0.2, 0.7)])


def tiling(rng):
    return in_one_piece(rng.uniform(0.0, 1.0, (int(rng.integers(1, 12)), 2)))


def detailed(rng):
    return list(shapely.segmentize(np.array(tiling(rng)), rng.uniform(0.005, 0.1)))


def scattered(rng):
    return [ring(rng) for _ in range(int(rng.integers(1, 7)))]


def nested(rng):
    """The whole, its parts, one of the parts again, and a star across them."""
    parts = tiling(rng)
    return [shapely.box(0.0, 0.0, 1.0, 1.0), *parts, parts[0], ring(rng)]


def several_parts(rng):
    parts = tiling(rng)
    return [shapely.multipolygons(parts[::2]), *parts[1::2], shapely.Polygon()]


def slivers(rng):
    """Neighbours that overlap by less than counts, or leave a gap as narrow."""
    cuts = np.cumsum(rng.uniform(0.1, 0.3, 5))
    shift = rng.choice([-1e-6, -1e-9, 1e-9, 1e-6, 3e-5], 4)
    boxes = [shapely.box(cuts[i], 0.0, cuts[i + 1] + shift[i], 1.0) for i in range(4)]
    return [*boxes, shapely.Polygon([(0, 0), (0.5, 1e-10), (1, 0)]), shapely.box(0.2, 0.3, 0.2 + 1e-9, 0.6)]


def far_off(rng):
    return [*tiling(rng), shapely.box(2.0, -2.0, 2.1, -1.9)]


def in_line(rng):
    cuts = np.sort(rng.uniform(0.0, 1.0, 30))
    return [shapely.box(a, 0.0, b, 1e-4) for a, b in itertools.pairwise(cuts) if b - a > 1e-6]


def along_a_side(rng):
    """Vertices on straight sides, of one neighbour alone."""
    left = shapely.box(0.0, 0.0, 0.5, 1.0)
    heights = np.sort(rng.uniform(0.0, 1.0, 9))
    right = shapely.Polygon(
        [(1.0, 0.0), (1.0, 1.0), (0.5, 1.0), *((0.5, y) for y in heights[::-1]), (0.5, 0.0)]
    )
    return [left, right]


LAYERS = [tiling, detailed, scattered, nested, several_parts, slivers, far_off, in_line, along_a_side]
SCALES = [2e-7, 1e-4, 0.01, 0.3, 5.0]


def laid(layer, rng, scale, *, north=0.0):
    shapes = np.array(layer(rng), dtype=object)
    moved = shapely.transform(shapes, lambda xy: xy * scale + (WEST, SOUTH + north))
    ids = [f"z{number:03}" for number in rng.permutation(len(moved))]
    good = shapely.is_valid(moved)
    return moved[good], [name for name, fine in zip(ids, good, strict=True) if fine]


def positions(rng, polygons, index, count=40):
    """Return positions all about a layer, most of them where it is hard to tell."""
    xy = shapely.get_coordinates(polygons)
    west, south, east, north = shapely.total_bounds(polygons)
    free = rng.uniform((west, south), (east, north), (count, 2))
    start = rng.integers(0, len(xy) - 1, count)
    share = rng.random((count, 1))
    between = xy[start] * (1 - share) + xy[start + 1] * share
    off = rng.choice([0.0, 1e-12, 9.9e-9, 1e-8, 1.05e-8, 1.2e-8, 3e-8, 1e-6], (count, 1))
    off = off * np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])[rng.integers(0, 4, count)]
    grid = index.grid
    column, row = rng.integers(0, grid.n_columns, count), rng.integers(0, grid.n_rows, count)
    half = rng.choice([0.0, 0.5], (2, count))
    cells = np.column_stack(
        [grid.west + (column + half[0]) / grid.per_degree, grid.south + (row + half[1]) / grid.per_degree]
    )
    odd = [(np.nan, south), (west, np.inf), (-np.inf, np.nan), (-170.0, 80.0), (west, -89.0), (1e9, -1e9)]
    return np.concatenate([free, xy[rng.integers(0, len(xy), count)], between + off, cells, odd]).T


@pytest.mark.parametrize("layer", LAYERS)
@given(seed=seeds, scale=st.sampled_from(SCALES), north=st.sampled_from([0.0, 27.0, -60.0, 60.9]))
@settings(max_examples=25, deadline=None)
def test_every_point_lies_where_the_plain_predicate_puts_it(layer, seed, scale, north):
    rng = np.random.default_rng(seed)
    polygons, ids = laid(layer, rng, scale, north=north)
    index = ZoneIndex.of(polygons, ids, n_points=int(rng.choice([1, 1000, 100_000])))
    lon, lat = positions(rng, polygons, index)
    expected = plain_pairs(polygons, ids, lon, lat)
    assert placed(index, lon, lat) == expected
    assert settled(index, lon, lat) == expected


@pytest.mark.parametrize("layer", [tiling, scattered])
@given(seed=seeds, degrees=st.floats(1.0, 40.0))
@settings(max_examples=15, deadline=None)
def test_long_edges_of_a_country_are_straight_in_both_readings(layer, seed, degrees):
    rng = np.random.default_rng(seed)
    polygons, ids = laid(layer, rng, degrees)
    index = ZoneIndex.of(polygons, ids, n_points=1000)
    lon, lat = positions(rng, polygons, index)
    # On the line that is straight in metres, which runs kilometres away.
    from spatial.crs import transform_xy

    xy = shapely.get_coordinates(polygons)
    x, y = transform_xy(xy[:, 0], xy[:, 1], source="EPSG:4490", target=f"EPSG:{index.metric_code}")
    share = rng.random((len(x) - 1, 2))
    on = [axis[:-1] * (1 - share.T) + axis[1:] * share.T for axis in (x, y)]
    more = transform_xy(on[0].ravel(), on[1].ravel(), source=f"EPSG:{index.metric_code}", target="EPSG:4490")
    lon, lat = np.concatenate([lon, more[0][:60]]), np.concatenate([lat, more[1][:60]])
    assert placed(index, lon, lat) == plain_pairs(polygons, ids, lon, lat)


@pytest.mark.parametrize("layer", LAYERS)
@given(seed=seeds, scale=st.sampled_from([*SCALES, 30.0]))
@settings(max_examples=15, deadline=None)
def test_the_pairs_that_overlap_are_those_whose_cut_is_more_than_a_sliver(layer, seed, scale):
    rng = np.random.default_rng(seed)
    polygons, ids = laid(layer, rng, scale)
    index = ZoneIndex.of(polygons, ids, n_points=10)
    flat = shapely.transform(polygons, _metric(index.metric_code))
    assert list(map(tuple, index.overlaps.tolist())) == plain_overlaps(flat)
    assert index.kind == (LayerKind.OVERLAPPING if len(index.overlaps) else LayerKind.TILING)


@given(seed=seeds, noise=st.sampled_from([1e-14, 1e-12, 1e-11, 1e-10, 1e-9]))
@settings(max_examples=25, deadline=None)
def test_neighbours_whose_vertices_are_not_quite_the_same_hide_no_overlap(seed, noise):
    rng = np.random.default_rng(seed)
    polygons, ids = laid(detailed, rng, 0.3)
    rings = [shapely.get_coordinates(polygon)[:-1] for polygon in polygons]
    # One vertex wanders off: what it takes from others begins and ends where edges are shared.
    rings[0][rng.integers(0, len(rings[0]))] += rng.normal(0.0, 0.005, 2)
    noisy = np.array([shapely.Polygon(ring + rng.normal(0.0, noise, ring.shape)) for ring in rings])
    good = shapely.is_valid(noisy)
    index = ZoneIndex.of(noisy[good], np.array(ids)[good].tolist(), n_points=10)
    flat = shapely.transform(noisy[good], _metric(index.metric_code))
    assert list(map(tuple, index.overlaps.tolist())) == plain_overlaps(flat)


@pytest.mark.parametrize("bound", ["_MOST_MEMBERS", "_MOST_CHANGES", "_CHANGES_AT_ONCE"])
def test_zones_that_form_too_many_sets_get_a_coarser_grid(monkeypatch, bound):
    rng = np.random.default_rng(6)
    circles = shapely.buffer(shapely.points(rng.random((30, 2))), 0.4)
    polygons = shapely.transform(circles, lambda xy: xy * 0.1 + (WEST, SOUTH))
    ids = [f"z{number:02}" for number in range(30)]
    fine = ZoneIndex.of(polygons, ids, n_points=1_000_000)
    monkeypatch.setattr(centres, bound, 500)
    bounded = ZoneIndex.of(polygons, ids, n_points=1_000_000)
    if bound != "_CHANGES_AT_ONCE":
        assert bounded.grid.per_degree < fine.grid.per_degree
    assert len(bounded.grid.set_zones) <= len(fine.grid.set_zones)
    lon, lat = positions(rng, polygons, bounded)
    assert placed(bounded, lon, lat) == placed(fine, lon, lat) == plain_pairs(polygons, ids, lon, lat)
    monkeypatch.setattr(centres, bound, 1)
    assert placed(ZoneIndex.of(polygons, ids, n_points=50), lon, lat) == placed(fine, lon, lat)


@pytest.mark.parametrize("n_points", [0, 10**12])
def test_a_zone_whose_edges_cross_every_cell_takes_bounded_memory(monkeypatch, n_points):
    monkeypatch.setattr(laying, "_MOST_ENTRIES", 200_000)
    x = np.linspace(0.0, 0.3, 5001) + WEST
    y = SOUTH + np.where(np.arange(5001) % 2, 0.3, 0.003)
    comb = shapely.Polygon([*zip(x, y, strict=True), (x[-1], SOUTH), (x[0], SOUTH)])
    index = ZoneIndex.of(np.array([comb]), ["a"], n_points=n_points)
    assert len(index.grid.crossed_edges) < 300_000
    lon, lat = np.random.default_rng(7).uniform((WEST, SOUTH), (WEST + 0.3, SOUTH + 0.3), (300, 2)).T
    assert placed(index, lon, lat) == plain_pairs([comb], ["a"], lon, lat)


@given(seed=seeds, table=st.booleans())
@settings(max_examples=60, deadline=None)
def test_of_rivals_the_first_that_no_kept_one_beats_stays(seed, table):
    rng = np.random.default_rng(seed)
    n_zones = int(rng.integers(1, 12))
    overlaps = np.argwhere(np.triu(rng.random((n_zones, n_zones)) < rng.random(), 1))
    sharing = {frozenset(pair) for pair in overlaps.tolist()}
    held = np.argwhere(rng.random((8, n_zones)) < rng.random())
    expected, kept = [], {}
    for point, zone in held.tolist():
        stays = all(frozenset((zone, other)) in sharing for other in kept.get(point, []))
        expected.append(stays)
        if stays:
            kept.setdefault(point, []).append(zone)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlaps_module, "_MOST_ZONES_IN_A_TABLE", n_zones if table else 0)
        found = overlaps_module.first_of_rivals(held[:, 1], held[:, 0], overlaps, n_zones=n_zones)
    assert found.tolist() == expected


def test_zones_that_overlap_in_hundreds_are_cut_in_turns(monkeypatch):
    boxes = shapely.box(np.arange(40) * 100.0, 0.0, np.arange(40) * 100.0 + 1000.0, 1000.0)
    expected = plain_overlaps(boxes)
    monkeypatch.setattr(overlaps_module, "_PAIRS_AT_ONCE", 7)
    assert sorted(map(tuple, overlaps_module.overlapping_pairs(boxes).tolist())) == expected


def test_a_layer_of_repeated_ids_is_refused_at_once():
    boxes = shapely.box(np.arange(60_000), 0.0, np.arange(60_000) + 1.0, 1.0)
    ids = [f"z{number // 2}" for number in range(60_000)]
    with pytest.raises(DuplicateIdError) as refused:
        ZoneIndex.of(boxes, ids, n_points=1)
    assert refused.value.params["count"] == 60_000


def test_zones_beyond_the_metric_grid_are_refused_by_their_rows():
    beyond = shapely.Polygon([(100.0, 89.9), (101.0, 90.5), (101.0, 91.5)])
    near = shapely.box(100.0, 89.0, 101.0, 89.5)
    with pytest.raises(GeometryError) as refused:
        ZoneIndex.of(np.array([near, beyond]), ["b", "a"], n_points=1)
    assert (refused.value.key, refused.value.params["rows"]) == ("verdict.off_the_grid", [2])


@pytest.mark.parametrize("reach", [1e9, 1e200, 1e308])
def test_a_reach_beyond_measure_holds_everything(reach):
    edges = edges_of(np.array([shapely.box(0.0, 0.0, 10.0, 10.0), shapely.box(20.0, 0.0, 30.0, 5.0)]))
    reaches = np.where(edges.zone == 0, reach, 1.0)
    found = maybe_near(edges, reaches, np.array([5.0, 1e6, np.nan]), np.array([5.0, -1e6, 0.0]))
    pairs = set(zip(*(each.tolist() for each in found), strict=True))
    assert pairs >= {(0, 0), (0, 1)}
    assert all(point < 2 for _, point in pairs)


def _metric(code):
    from spatial.crs import transform_xy

    return lambda xy: np.column_stack(
        transform_xy(xy[:, 0], xy[:, 1], source="EPSG:4490", target=f"EPSG:{code}")
    )


@pytest.mark.parametrize("n_points", [10, 3_000_000])
def test_thousands_of_zones_and_a_few_very_detailed_ones(n_points):
    rng = np.random.default_rng(5)
    many = np.array(in_one_piece(rng.uniform(0.0, 1.0, (2000, 2))))
    few = shapely.segmentize(np.array(in_one_piece(rng.uniform(0.0, 1.0, (3, 2)))), 0.0005)
    for shapes in (many, few):
        polygons = shapely.transform(shapes, lambda xy: xy * 0.3 + (WEST, SOUTH))
        ids = [f"z{number:04}" for number in rng.permutation(len(polygons))]
        index = ZoneIndex.of(polygons, ids, n_points=n_points)
        lon, lat = rng.uniform((WEST, SOUTH), (WEST + 0.3, SOUTH + 0.3), (3000, 2)).T
        rows, zones = shapely.STRtree(polygons).query(shapely.points(lon, lat), predicate="intersects")
        assert sorted(placed(index, lon, lat)) == sorted(zip(rows.tolist(), zones.tolist(), strict=True))
        assert index.kind is LayerKind.TILING


def test_an_index_travels_and_answers_the_same():
    polygons, ids = laid(nested, np.random.default_rng(3), 0.1)
    index = ZoneIndex.of(polygons, ids, n_points=100)
    lon, lat = positions(np.random.default_rng(4), polygons, index)
    before = placed(index, lon, lat)
    assert placed(pickle.loads(pickle.dumps(index)), lon, lat) == before  # noqa: S301 - made above
    assert (index.n_zones, index.zone_ids) == (len(ids), tuple(ids))


def test_input_arrays_are_left_as_they_are_and_no_point_is_no_error():
    polygons, ids = laid(tiling, np.random.default_rng(3), 0.1)
    index = ZoneIndex.of(polygons, ids, n_points=100)
    lon, lat = positions(np.random.default_rng(4), polygons, index)
    lon.flags.writeable = lat.flags.writeable = False
    assert len(index.settle(lon, lat).labels) == len(lon)
    assert placed(index, np.zeros(0), np.zeros(0)) == []


def test_zones_that_cannot_be_counted_in_are_refused():
    square, empty = shapely.box(WEST, SOUTH, WEST + 1, SOUTH + 1), shapely.Polygon()
    with pytest.raises(GeometryError):
        ZoneIndex.of(np.array([], dtype=object), [], n_points=1)
    with pytest.raises(DuplicateIdError):
        ZoneIndex.of(np.array([square, square]), ["a", "a"], n_points=1)
    with pytest.raises(DuplicateIdError):
        ZoneIndex.of(np.array([square]), [""], n_points=1)
    bow_tie = shapely.Polygon([(113, 23), (114, 24), (114, 23), (113, 24)])
    for faulty in (bow_tie, shapely.Point(113, 23)):
        with pytest.raises(GeometryError) as refused:
            ZoneIndex.of(np.array([square, faulty]), ["a", "b"], n_points=1)
        assert refused.value.params["rows"] == [2]
    with pytest.raises(GeometryError):
        ZoneIndex.of(np.array([shapely.box(-80.0, 0.0, 80.0, 1.0)]), ["a"], n_points=1)
    nothing = ZoneIndex.of(np.array([empty, None]), ["a", "b"], n_points=1)
    assert placed(nothing, np.array([113.5]), np.array([23.5])) == []


def test_the_index_needs_neither_geopandas_nor_pyproj_where_no_edge_is_met():
    code = (
        "import sys, numpy as np, shapely\n"
        "from spatial.zone_index import ZoneIndex\n"
        "boxes = shapely.box([113.0, 113.1], 23.0, [113.1, 113.2], 23.1)\n"
        "boxes = shapely.segmentize(boxes, 0.003)\n"
        "index = ZoneIndex.of(boxes, ['a', 'b'], n_points=1000)\n"
        "assert index.place(np.array([113.05]), np.array([23.05])).zone_rows.tolist() == [0]\n"
        "found = {'geopandas', 'pandas', 'pyproj', 'scipy', 'dask'} & set(sys.modules)\n"
        "assert not found, found\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_thread_of_its_own_changes_nothing(monkeypatch):
    polygons, ids = laid(nested, np.random.default_rng(8), 0.1)
    lon, lat = np.random.default_rng(9).uniform((WEST, SOUTH), (WEST + 0.1, SOUTH + 0.1), (200, 2)).T
    alone = ZoneIndex.of(polygons, ids, n_points=200)
    monkeypatch.setattr(zone_index, "_MANY_EDGES", 0)
    beside = ZoneIndex.of(polygons, ids, n_points=200)
    assert placed(beside, lon, lat) == placed(alone, lon, lat)
    assert beside.overlaps.tolist() == alone.overlaps.tolist()
