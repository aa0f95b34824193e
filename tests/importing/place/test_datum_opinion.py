from __future__ import annotations

import numpy as np
import pytest
import shapely

from spatial.crs import Datum, transform_xy
from spatial.importing.place.context import NO_CONTEXT, ImportContext, KnownPlace, context_of_pack
from spatial.importing.place.datum_opinion import datum_opinion
from spatial.text import LANGUAGES

DATUMS = (Datum.WGS84, Datum.GCJ02, Datum.BD09)
CASES = 120
SURE = 0.9


def lobed(seed: int) -> ImportContext:
    """A district of uneven outline far from the one of the pack, with a river through it."""
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    radius = 0.05 * (1 + 0.3 * np.sin(3 * turn) + 0.1 * rng.normal(size=40))
    outline = np.column_stack([104.06 + radius * np.cos(turn), 30.66 + radius * np.sin(turn)])
    river = shapely.LineString([(103.9, 30.6), (104.2, 30.7)]).buffer(0.003)
    places = tuple(
        KnownPlace((f"地点{at}广场",), 104.06 + 0.02 * np.cos(at), 30.66 + 0.02 * np.sin(at), 60.0)
        for at in range(6)
    )
    district = shapely.make_valid(shapely.Polygon(outline))
    return ImportContext(district=district, district_accuracy_m=30.0, water=river, places=places)


CONTEXTS = {"pack": context_of_pack("haizhu"), "lobed": lobed(5)}


def draw(rng, area, n):
    west, south, east, north = area.bounds
    found = np.empty((0, 2))
    while len(found) < n:
        tried = np.column_stack([rng.uniform(west, east, 4 * n + 50), rng.uniform(south, north, 4 * n + 50)])
        found = np.concatenate([found, tried[shapely.contains_xy(area, *tried.T)]])
    return found[:n]


def inventory(rng, context, case):
    """Positions of one inventory in WGS 84: all the land, a corner of it, or spilling over one side."""
    land = shapely.difference(context.district, context.water)
    n = int(np.exp(rng.uniform(np.log(5), np.log(5000))))
    if case == "corner":
        west, south, east, north = land.bounds
        x, y, half = rng.uniform(west, east), rng.uniform(south, north), rng.uniform(0.01, 0.05)
        corner = shapely.intersection(land, shapely.box(x - half, y - half, x + half, y + half))
        land = corner if corner.area > 1e-6 else land
    points = draw(rng, land, n)
    if case == "spill":
        turn, share = rng.uniform(0, 2 * np.pi), rng.uniform(0.03, 0.3)
        beside = shapely.transform(
            context.district, lambda xy: xy + 0.02 * np.array([np.cos(turn), np.sin(turn)])
        )
        spilt = int(n * share)
        points[:spilt] = (
            draw(rng, shapely.difference(beside, context.district), spilt) if spilt else points[:0]
        )
    return points + rng.normal(0, rng.uniform(5, 50) / 111_320, points.shape)


@pytest.mark.parametrize("where", CONTEXTS)
@pytest.mark.parametrize("case", ["land", "corner", "spill"])
def test_no_sure_opinion_is_wrong(where, case):
    context, rng = CONTEXTS[where], np.random.default_rng(42)
    sure = 0
    for _ in range(CASES):
        points = inventory(rng, context, case)
        true = DATUMS[rng.integers(3)]
        x, y = transform_xy(*points.T, source="wgs84", target=true)
        opinion = datum_opinion(x, y, None, context)
        if opinion.confidence >= SURE:
            sure += 1
            assert opinion.datum is true
    assert sure >= (0 if case == "spill" else CASES // 8)


@pytest.mark.parametrize("true", DATUMS)
def test_a_full_inventory_tells_its_datum(true):
    for context in CONTEXTS.values():
        land = shapely.difference(context.district, context.water)
        points = draw(np.random.default_rng(1), land, 5_000)
        opinion = datum_opinion(*transform_xy(*points.T, source="wgs84", target=true), None, context)
        assert opinion.datum is true
        assert opinion.confidence > SURE
        assert all(opinion.why.message(lang) for lang in LANGUAGES)
        assert not any(
            datum.value in opinion.why.message("zh") for datum in opinion.scores
        )  # as people write it


@pytest.mark.parametrize("true", DATUMS)
def test_rows_that_name_known_places_tell_the_datum(true):
    context = lobed(5)
    lon = np.array([place.lon for place in context.places]) + 0.0003
    lat = np.array([place.lat for place in context.places])
    texts = [f"{place.names[0]}-宏站1" for place in context.places]
    x, y = transform_xy(lon, lat, source="wgs84", target=true)
    assert datum_opinion(x, y, texts, context).datum is true
    assert datum_opinion(x, y, ["站"] * len(texts), context).datum is None
    only_places = ImportContext(places=context.places)
    assert datum_opinion(x, y, texts, only_places).datum is true


def test_one_named_place_is_never_sure_and_a_vague_one_says_nothing():
    place = KnownPlace(("某某广场",), 113.3, 23.1, 20.0)
    x, y = transform_xy([113.3], [23.1], source="wgs84", target="bd09")
    opinion = datum_opinion(x, y, ["某某广场"], ImportContext(places=(place,)))
    assert opinion.datum is Datum.BD09
    assert opinion.confidence < SURE
    vague = ImportContext(places=(place._replace(confidence_m=900.0),))
    assert datum_opinion(x, y, ["某某广场"], vague).datum is None


def test_places_that_speak_against_the_land_leave_it_open():
    context = lobed(5)
    land = shapely.difference(context.district, context.water)
    points = draw(np.random.default_rng(1), land, 3_000)
    x, y = transform_xy(*points.T, source="wgs84", target="bd09")
    texts = ["站"] * len(x)
    for at, place in enumerate(context.places):
        x[at], y[at], texts[at] = place.lon, place.lat, place.names[0]
    opinion = datum_opinion(x, y, texts, context)
    assert opinion.datum is None
    assert opinion.confidence < SURE


@pytest.mark.parametrize("n", [0, 1, 4])
def test_few_points_cannot_tell(n):
    context = lobed(5)
    points = draw(np.random.default_rng(3), context.district, 10)[:n]
    assert datum_opinion(*points.T, None, context).datum is None


def test_another_city_and_no_context_cannot_tell():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(116, 117, 500), rng.uniform(39, 40, 500)
    opinion = datum_opinion(x, y, None, lobed(5))
    assert opinion.datum is None
    assert len(set(opinion.scores.values())) == 1
    assert datum_opinion(x, y, None, NO_CONTEXT).why.key == "place.opinion_nothing_known"
    assert datum_opinion(x, y, None, ImportContext(district=shapely.Polygon())).datum is None
    assert datum_opinion(np.array([np.nan]), np.array([1.0]), None, lobed(5)).datum is None
