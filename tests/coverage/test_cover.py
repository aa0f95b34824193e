from __future__ import annotations

import math
import time

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from spatial.check import check_zones
from spatial.coverage import raster
from spatial.coverage.cover import cover_zones
from spatial.coverage.discs import CHORD_SHARE, needed_discs
from spatial.coverage.model import MOST_EXACT_DISCS, CoverageMethod, CoverageSettings
from spatial.coverage.patches import deepest_spots
from spatial.coverage.radii import DEFAULT_RADII, Radii, SiteClass
from spatial.coverage.raster import cell_size
from spatial.definition import Definition, Indoor, LifecycleStatus, Numerator
from spatial.errors import BasisUnavailableError, GeometryError, UsageError
from spatial.pack import open_pack
from tests.spatial.strategies import ORIGIN, point_frame, seeds, star, zone_frame

EXACT = CoverageSettings(method=CoverageMethod.EXACT)
RASTER = CoverageSettings(method=CoverageMethod.RASTER)
AUTO = CoverageSettings()
COARSE = CoverageSettings(method=CoverageMethod.RASTER, cell_m=40.0)
# Each example measures a layer several times over.
fewer_examples = settings(max_examples=max(settings().max_examples // 4, 10))
CENTRE = np.array(ORIGIN)


def square(side, centre=CENTRE):
    return shapely.box(*(centre - side / 2), *(centre + side / 2))


def moved(east, north):
    return CENTRE + np.array([east, north])


def all_radii(metres):
    return Radii(dict.fromkeys(SiteClass, metres))


def cover(polygons, xy, metres, how=EXACT, **choices):
    columns = {"band": ["3.5G"] * len(xy), "site_type": ["macro"] * len(xy)}
    points = point_frame(xy, **columns)
    choices.setdefault("definition", Definition())
    return cover_zones(zone_frame(polygons), points, radii=all_radii(metres), settings=how, **choices)


def random_case(seed):
    """Zones, sites with radii of three classes, and the sites' own frame."""
    rng = np.random.default_rng(seed)
    zones = [star(rng, holes=True) for _ in range(rng.integers(1, 4))]
    middle = shapely.get_coordinates(shapely.centroid(zones))
    n_sites = int(rng.integers(0, 40))
    xy = middle[rng.integers(0, len(zones), n_sites)] + rng.normal(0, 500, (n_sites, 2))
    kinds = rng.choice(["macro", "micro", "indoor"], n_sites)
    radius = np.array([{"macro": 200.0, "micro": 75.0, "indoor": 0.0}[kind] for kind in kinds])
    frame = point_frame(xy, site_type=list(kinds), band=["3.5G"] * n_sites)
    return rng, zones, xy, radius, frame


@pytest.mark.parametrize("how", [EXACT, RASTER])
def test_one_disc_in_a_large_square_has_the_area_of_a_circle(how):
    found = cover([square(2000.0)], [CENTRE], 300.0, how)
    row = found.rows.iloc[0]
    flat = math.pi * 300.0**2 / 2000.0**2
    assert row["covered_share_low"] <= flat <= row["covered_share_high"]
    assert row["covered_share"] == pytest.approx(flat, rel=5e-4 if how is EXACT else 5e-3)
    assert row["covered_km2"] == pytest.approx(row["area_km2"] * row["covered_share"])


def test_two_discs_cover_both_less_the_lens():
    radius, apart = 300.0, 260.0
    lens = 2 * radius**2 * math.acos(apart / 2 / radius) - apart / 2 * math.sqrt(4 * radius**2 - apart**2)
    found = cover([square(2000.0)], [CENTRE - [130.0, 0.0], moved(130.0, 0.0)], radius).rows.iloc[0]
    both = (2 * math.pi * radius**2 - lens) / 2000.0**2
    assert found["covered_share_low"] <= both <= found["covered_share_high"]
    assert found["covered_share"] == pytest.approx(both, rel=5e-4)


def test_the_chord_lies_as_far_within_the_circle_as_is_stated():
    covered = cover([square(2000.0)], [CENTRE], 400.0).covered.to_crs("EPSG:4547").iloc[0]
    depth = 400.0 - covered.exterior.distance(shapely.Point(CENTRE))
    # A metre of the ellipsoid is up to 72 µm longer on the grid there.
    assert 400.0 * (CHORD_SHARE - 8e-5) < depth < 400.0 * (CHORD_SHARE + 1e-6)
    assert CHORD_SHARE < 1 / 3000


@pytest.mark.parametrize("how", [EXACT, RASTER])
@pytest.mark.parametrize(("lon", "lat"), [(113.3, 23.1), (115.45, 23.1), (2.9, 48.9), (-70.6, -33.4)])
def test_a_radius_is_a_length_on_the_ellipsoid_wherever_the_grid_stretches(how, lon, lat):
    box = shapely.box(lon - 0.03, lat - 0.02, lon + 0.03, lat + 0.02)
    zones = gpd.GeoDataFrame({"zone_id": ["a"]}, geometry=[box], crs="EPSG:4490")
    site = gpd.GeoDataFrame(geometry=[shapely.Point(lon, lat)], crs="EPSG:4490")
    found = cover_zones(zones, site, definition=Definition(), radii=all_radii(250.0), settings=how)
    row = found.rows.iloc[0]
    true = math.pi * 0.25**2 / row["area_km2"]
    assert row["covered_share_low"] < true < row["covered_share_high"]
    if how is EXACT:
        assert row["covered_share_high"] - row["covered_share_low"] < true * 0.0015


@fewer_examples
@given(seeds)
def test_the_error_of_cells_is_never_above_what_they_state(seed):
    # From a yard to a town, from a lamp to the widest disc.
    rng = np.random.default_rng(seed)
    polygon = shapely.affinity.scale(star(rng), *[10 ** rng.uniform(-3.0, 0.5)] * 2)
    metres = 10 ** rng.uniform(0.0, 3.69)
    xy = shapely.get_coordinates(polygon.centroid) + rng.normal(0, metres, (rng.integers(1, 30), 2))
    exact, cells = (cover([polygon], xy, metres, how).rows.iloc[0] for how in (EXACT, RASTER))
    slack = 1e-9
    assert cells["covered_share_low"] - slack <= exact["covered_share_low"]
    assert exact["covered_share"] <= cells["covered_share_high"] + slack
    stated = max(
        cells["covered_share"] - cells["covered_share_low"],
        cells["covered_share_high"] - cells["covered_share"],
    )
    own = exact["covered_share_high"] - exact["covered_share_low"]
    assert abs(cells["covered_share"] - exact["covered_share"]) <= stated + own + slack


@fewer_examples
@given(seeds)
def test_the_rows_that_cover_are_those_that_are_counted(seed):
    rng, zones, xy, _, frame = random_case(seed)
    states = rng.choice(["existing", "planned", ""], len(xy))
    kinds = rng.choice(["macro", "indoor"], len(xy))
    layer, points = zone_frame(zones), frame.assign(status=states, site_type=kinds)
    for indoor, status in [(Indoor.INCLUDE, LifecycleStatus.ALL), (Indoor.EXCLUDE, LifecycleStatus.EXISTING)]:
        asked = Definition(numerator=Numerator.AS_GIVEN, indoor=indoor, status=status)
        found = cover_zones(layer, points, definition=asked)
        used = sum(each.n_sites for each in found.sites)
        counted = check_zones(layer, points, target=None, definition=asked)
        assert used + found.n_left_out + found.n_reported == found.n_in == len(points)
        assert used == counted.total_count
        assert (found.n_in, found.n_reported) == (counted.n_in, counted.n_reported)
        assert found.rows["area_km2"].to_numpy() == pytest.approx(counted.rows["area_km2"], rel=1e-12)


@fewer_examples
@given(seeds)
def test_the_share_is_that_of_a_count_of_random_places(seed):
    rng, zones, xy, radius, frame = random_case(seed)
    found = cover_zones(zone_frame(zones), frame, definition=Definition())
    for polygon, share in zip(zones, found.rows["covered_share"], strict=True):
        west, south, east, north = polygon.bounds
        places = np.column_stack([rng.uniform(west, east, 20_000), rng.uniform(south, north, 20_000)])
        places = places[shapely.contains_xy(polygon, places)]
        away = np.hypot(*(places[:, None, :] - xy[None, :, :]).transpose(2, 0, 1))
        drawn = float((away <= np.where(radius > 0, radius, -1)).any(axis=1).mean())
        error = math.sqrt(max(share * (1 - share), 0.01) / len(places))
        assert abs(share - drawn) < 6 * error


@fewer_examples
@given(seeds)
def test_cells_hold_the_discs_between_their_bounds_and_agree_with_them(seed):
    _, zones, _, _, frame = random_case(seed)
    layer = zone_frame(zones)
    exact = cover_zones(layer, frame, definition=Definition(), settings=EXACT).rows
    cells = cover_zones(layer, frame, definition=Definition(), settings=COARSE).rows
    slack = 1e-9
    assert (cells["covered_share_low"] <= exact["covered_share_high"] + slack).all()
    assert (cells["covered_share_high"] >= exact["covered_share_low"] - slack).all()
    for rows in (exact, cells):
        assert (rows["covered_share_low"] <= rows["covered_share"] + slack).all()
        assert (rows["covered_share"] <= rows["covered_share_high"] + slack).all()


@fewer_examples
@given(seeds)
def test_covered_and_uncovered_make_up_the_zone_and_never_pass_the_sum_of_discs(seed):
    _, zones, _, radius, frame = random_case(seed)
    found = cover_zones(zone_frame(zones), frame, definition=Definition())
    rows, patches = found.rows, found.patches
    listed = patches.groupby("zone_id")["area_m2"].sum().reindex(rows["zone_id"]).fillna(0.0).to_numpy()
    assert np.allclose((listed + rows["small_patches_m2"]) / 1e6, rows["uncovered_km2"], atol=1e-9)
    assert np.allclose(rows["covered_km2"] + rows["uncovered_km2"], rows["area_km2"])
    assert (rows["covered_km2"] <= math.pi * (radius**2).sum() / 1e6 * 1.001).all()
    assert rows["n_patches"].sum() == len(patches)


@fewer_examples
@given(seeds)
def test_more_sites_or_wider_ones_never_cover_less(seed):
    _, zones, xy, _, frame = random_case(seed)
    layer = zone_frame(zones)
    fewer = cover_zones(layer, frame.iloc[: len(xy) // 2], definition=Definition()).rows["covered_share"]
    all_of_them = cover_zones(layer, frame, definition=Definition()).rows["covered_share"]
    wider = Radii({name: metres * 1.3 for name, metres in DEFAULT_RADII.by_class.items()})
    widened = cover_zones(layer, frame, definition=Definition(), radii=wider).rows["covered_share"]
    assert (fewer <= all_of_them + 1e-9).all()
    assert (all_of_them <= widened + 1e-9).all()


@given(seeds)
def test_discs_that_are_left_out_change_nothing(seed):
    rng, zones, xy, radius, _ = random_case(seed)
    double = np.concatenate([xy, xy + rng.normal(0, 20, xy.shape), xy + 1e6])
    reach = np.concatenate([radius, radius / 3, radius])
    kept = needed_discs(double, reach, np.array(zones))
    assert not (kept >= 2 * len(xy)).any()
    whole = shapely.union_all(shapely.buffer(shapely.points(double), reach, quad_segs=32))
    some = shapely.union_all(shapely.buffer(shapely.points(double[kept]), reach[kept], quad_segs=32))
    for polygon in zones:
        assert polygon.intersection(whole).area == pytest.approx(polygon.intersection(some).area, abs=1e-3)


@fewer_examples
@given(seeds)
def test_the_centre_of_a_patch_lies_in_it_and_its_circle_fits(seed):
    _, zones, _, _, frame = random_case(seed)
    found = cover_zones(
        zone_frame(zones), frame, definition=Definition(), settings=CoverageSettings(least_patch_m2=1.0)
    )
    for patch in found.patches.itertuples():
        assert patch.geometry.covers(shapely.Point(patch.lon, patch.lat))
    flat = found.patches.to_crs("EPSG:4547")
    for patch, place in zip(flat.itertuples(), point_frame_of(found.patches), strict=True):
        assert patch.geometry.boundary.distance(place) >= patch.width_m / 2 - 0.01
        assert patch.area_m2 == pytest.approx(patch.geometry.area, rel=1e-3)
    assert found.patches["rank"].tolist() == list(range(1, len(flat) + 1))
    assert found.patches["area_m2"].is_monotonic_decreasing


def point_frame_of(patches):
    places = gpd.GeoSeries(gpd.points_from_xy(patches["lon"], patches["lat"]), crs=patches.crs)
    return places.to_crs("EPSG:4547")


def test_a_sliver_thinner_than_a_hand_still_has_a_place_inside():
    sliver = shapely.Polygon([CENTRE, moved(9000.0, 0.03), moved(9000.0, 0.0)])
    found = cover([sliver], [], 100.0, CoverageSettings(least_patch_m2=1.0))
    patch = found.patches.iloc[0]
    assert patch.geometry.distance(shapely.Point(patch.lon, patch.lat)) < 1e-9
    assert patch["width_m"] < 0.1


def test_small_patches_are_counted_and_summed_but_not_listed():
    found = cover(
        [square(100.0)], [CENTRE], 60.0, CoverageSettings(least_patch_m2=1000.0)
    )  # four corners of 33 m² or so
    row = found.rows.iloc[0]
    assert found.patches.empty
    assert (row["n_patches"], row["n_small_patches"]) == (0, 4)
    assert row["small_patches_m2"] == pytest.approx(row["uncovered_km2"] * 1e6)
    listed = cover([square(100.0)], [CENTRE], 60.0, CoverageSettings(least_patch_m2=10.0))
    assert listed.rows.iloc[0]["n_patches"] == len(listed.patches) == 4


def test_ground_that_zones_share_counts_in_each_and_once_in_the_total():
    found = cover([square(1000.0), square(600.0)], [CENTRE], 200.0)
    rows = found.rows
    circle = math.pi * 0.04
    assert rows["covered_km2"].to_numpy() == pytest.approx([circle, circle], rel=1e-3)
    assert found.total.area_km2 == pytest.approx(1.0, rel=1e-3)
    assert found.total.covered_km2 == pytest.approx(circle, rel=1e-3)
    assert "coverage.overlaps" in {each.key for each in found.notices}
    apart = cover([square(600.0), square(600.0, moved(600.0, 0.0))], [CENTRE], 200.0)
    assert "coverage.overlaps" not in {each.key for each in apart.notices}


def test_land_is_measured_where_it_is_given_and_else_the_outline():
    land = zone_frame([square(1000.0, moved(500.0, 0.0))])
    whole = cover([square(1000.0)], [moved(500.0, 0.0)], 200.0)
    dry = cover([square(1000.0), square(10.0, CENTRE - [400.0, 0.0])], [moved(500.0, 0.0)], 200.0, land=land)
    assert whole.rows["measured"].tolist() == ["outline"]
    assert dry.rows["measured"].tolist() == ["land", "land"]
    assert dry.rows["area_km2"].iloc[0] == pytest.approx(0.5, rel=1e-3)
    assert dry.rows["covered_share"].iloc[0] == pytest.approx(
        2 * whole.rows["covered_share"].iloc[0], rel=1e-6
    )
    # The second zone lies in the water: there is nothing to measure, and that is said.
    assert math.isnan(dry.rows["covered_share"].iloc[1])
    keys = {each.key for each in dry.notices}
    assert "coverage.no_ground" in keys
    assert "coverage.by_outline" not in keys
    assert dry.to_dict()["zones"][1]["covered_share"] is None


def test_land_of_a_continent_is_that_near_the_zones():
    zones = zone_frame([square(1000.0)])
    points = point_frame([CENTRE], band=["3.5G"], site_type=["macro"])
    lon = zones.geometry.iloc[0].centroid.x
    shape = shapely.box(lon, -80.0, 178.0, 80.0)
    land = gpd.GeoDataFrame(geometry=[shape, shapely.box(-100.0, 0.0, -90.0, 10.0)], crs="EPSG:4490")
    row = cover_zones(zones, points, definition=Definition(), land=land).rows.iloc[0]
    assert row["area_km2"] == pytest.approx(0.5, rel=2e-3)
    far = cover_zones(zones, points, definition=Definition(), land=land.iloc[1:])
    assert far.rows["covered_share"].isna().all()


def test_land_known_as_a_number_gives_a_range_that_holds_wherever_the_water_lies():
    zones = zone_frame([square(1000.0)], area_land_km2=[0.7])
    points = point_frame([CENTRE], band=["3.5G"], site_type=["macro"])
    row = cover_zones(zones, points, definition=Definition(), radii=all_radii(400.0)).rows.iloc[0]
    circle, water = math.pi * 0.16, 0.3
    assert row["land_share_low"] == pytest.approx((circle - water) / 0.7, rel=1e-3)
    assert row["land_share_high"] == pytest.approx(circle / 0.7, rel=1e-3)
    inside, outside = square(math.sqrt(0.3e6)), square(1000.0).difference(square(math.sqrt(0.7e6)))
    for lake in (inside, outside):
        land = zone_frame([square(1000.0).difference(lake)])
        share = cover_zones(zones, points, definition=Definition(), radii=all_radii(400.0), land=land)
        found = share.rows.iloc[0]
        assert row["land_share_low"] - 1e-3 <= found["covered_share"] <= row["land_share_high"] + 1e-3
        assert math.isnan(found["land_share_low"])


@pytest.mark.parametrize("land_km2", [None, 1.5, -1.0])
def test_a_land_area_that_cannot_be_gives_no_range(land_km2):
    zones = zone_frame([square(1000.0)], area_land_km2=[land_km2])
    found = cover_zones(zones, point_frame([CENTRE]), definition=Definition())
    assert math.isnan(found.rows["land_share_low"].iloc[0])
    assert "coverage.land_as_number" not in {each.key for each in found.notices}


def test_no_row_is_lost_between_those_read_and_those_that_cover():
    xy = [CENTRE, CENTRE, CENTRE, (np.nan, np.nan), CENTRE + 1e5]
    points = point_frame(
        xy,
        site_type=["macro", "indoor", "macro", "macro", "pole"],
        band=["3.5G"] * 5,
        status=["existing", "existing", "planned", "existing", "existing"],
    )
    found = cover_zones(zone_frame([square(1000.0)]), points, definition=Definition(), n_in=7, n_reported=2)
    assert (found.n_in, found.n_reported, found.n_left_out) == (7, 3, 1)
    assert sum(each.n_sites for each in found.sites) == found.n_in - found.n_reported - found.n_left_out
    assert found.n_discs == 1
    planned = Definition(status=LifecycleStatus.PLANNED)
    assert cover_zones(zone_frame([square(1000.0)]), points, definition=planned).n_left_out == 3


def test_merging_rows_of_one_station_takes_no_ground_away():
    points = point_frame(
        [CENTRE, moved(300.0, 0.0)],
        site_type=["macro"] * 2,
        band=["3.5G"] * 2,
        physical_site_id=["a", "a"],
    )
    layer = zone_frame([square(2000.0)])
    by_row = cover_zones(layer, points, definition=Definition())
    merged = cover_zones(layer, points, definition=Definition(numerator=Numerator.PHYSICAL_SITE))
    assert by_row.rows["covered_share"].tolist() == merged.rows["covered_share"].tolist()


def test_a_definition_that_the_data_cannot_answer_is_refused():
    with pytest.raises(BasisUnavailableError):
        cover([square(1000.0)], [CENTRE], 100.0, definition=Definition(status=LifecycleStatus.PLANNED))


def test_without_a_site_everything_is_one_gap():
    found = cover([square(1000.0)], [], 100.0, RASTER)
    assert found.rows["covered_share"].tolist() == [0.0]
    assert found.patches["area_m2"].iloc[0] == pytest.approx(1e6, rel=1e-3)
    assert found.covered.is_empty.all()
    assert (found.method, found.cell_m) == (CoverageMethod.EXACT, None)
    with pytest.raises(GeometryError):
        cover([], [CENTRE], 100.0)


def test_what_the_proxy_is_not_comes_first_and_made_up_sites_are_named():
    points = point_frame([CENTRE], synthetic=["true"])
    found = cover_zones(
        zone_frame([square(1000.0)], geometry_basis=["schematic"]), points, definition=Definition()
    )
    keys = [each.key for each in found.notices]
    assert keys[0] == "coverage.proxy"
    assert {"coverage.synthetic", "coverage.schematic", "coverage.by_outline"} <= set(keys)
    assert found.rows["synthetic"].tolist() == [True]
    assert "信号" in found.notices[0].message("zh")
    assert "非信号覆盖" in found.to_dict()["indicator"]["zh"]


def test_a_long_edge_that_crosses_another_in_metres_alone_is_measured_all_the_same():
    spike = shapely.Polygon([(110, 40), (118, 40), (118, 41), (114, 40.0001)])
    zones = gpd.GeoDataFrame({"zone_id": ["a"]}, geometry=[spike], crs="EPSG:4490")
    assert not zones.to_crs("EPSG:4547").is_valid.all()
    found = cover_zones(zones, point_frame([CENTRE]), definition=Definition())
    assert found.rows["covered_share"].tolist() == [0.0]


def test_cells_take_over_beyond_a_number_of_discs_and_grow_with_the_layer():
    assert AUTO.method_for(MOST_EXACT_DISCS) == CoverageMethod.EXACT
    assert AUTO.method_for(MOST_EXACT_DISCS + 1) == CoverageMethod.RASTER
    assert EXACT.method_for(MOST_EXACT_DISCS + 1) == CoverageMethod.EXACT
    assert cell_size(np.array([square(10_000.0)])) == 10.0
    assert cell_size(np.array([square(1_000_000.0)])) == 80.0
    found = cover(
        [square(2000.0)], [CENTRE], 300.0, CoverageSettings(method=CoverageMethod.RASTER, cell_m=5.0)
    )
    assert found.cell_m == 5.0
    method = found.to_dict()["method"]
    assert (method["name"], method["chord_share_of_radius"], method["cell_m"]) == ("raster", None, 5.0)
    assert (method["grid"], method["grid_scale"]) == ("EPSG:4547", list(found.scale))
    assert found.notices[1].params == {"cell": 5.0}


def test_cells_are_cut_no_further_than_their_number_allows_and_the_bounds_still_hold(monkeypatch):
    monkeypatch.setattr(raster, "_MOST_FINE_CELLS", 200)
    found = cover([square(2000.0)], [CENTRE], 300.0, RASTER)
    row, flat = found.rows.iloc[0], math.pi * 300.0**2 / 2000.0**2
    assert found.cell_m > 10.0
    assert row["covered_share_low"] < flat < row["covered_share_high"]
    assert row["covered_share"] == pytest.approx(flat, rel=0.1)


def test_a_thin_crescent_has_its_place_inside():
    angle = np.linspace(0.0, np.pi, 200)
    around = np.column_stack([np.cos(angle), np.sin(angle)])
    crescent = shapely.Polygon(np.concatenate([1000.0 * around, 999.99 * around[::-1]]))
    spots = deepest_spots(np.array([crescent]))
    assert shapely.contains_xy(crescent, *spots.xy_m[0])
    assert spots.width_m[0] < 0.1


@pytest.mark.parametrize("size", [0.0, -1.0, math.nan, math.inf])
def test_a_size_is_a_number_above_nought(size):
    with pytest.raises(UsageError):
        CoverageSettings(cell_m=size)
    with pytest.raises(UsageError):
        CoverageSettings(least_patch_m2=size)


def test_a_district_with_its_stations_is_measured_at_once():
    pack = open_pack("haizhu")
    zones, stations = pack.zones("zones"), pack.inventory("base_stations")
    started = time.process_time()
    found = cover_zones(zones, stations.points, definition=Definition())
    assert time.process_time() - started < 2.0
    assert sum(each.n_sites for each in found.sites) == 5144
    assert found.total.area_km2 == pytest.approx(found.rows["area_km2"].sum(), rel=1e-4)
