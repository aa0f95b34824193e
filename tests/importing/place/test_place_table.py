from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.crs import transform_xy
from spatial.errors import LimitExceededError, MissingColumnError
from spatial.importing.model import Subject
from spatial.importing.place.context import NO_CONTEXT
from spatial.limits import DEFAULT_LIMITS
from spatial.notice import Notice
from spatial.text import LANGUAGES
from tests.importing.place.place_layers import TOWN, decided, degrees, lonlat, place, table, warned

LON, LAT = degrees()


def moved(target):
    return transform_xy(LON, LAT, source="wgs84", target=target)


def dms(value: float) -> str:
    whole, rest = divmod(value * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{whole:.0f}°{minutes:.0f}′{seconds:.4f}″"


def one_question(placed):
    (question,) = placed.questions
    assert placed.geometry is None
    assert not placed.kept.any()
    assert placed.rejections == ()
    for lang in LANGUAGES:
        assert question.why.message(lang)
        assert all(choice.label.message(lang) for choice in question.choices)
    return question


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4490"])
def test_degrees_of_a_stated_datum(datum):
    placed = place(table(*moved(datum)), crs=datum)
    np.testing.assert_allclose(lonlat(placed), np.column_stack([LON, LAT]), atol=1e-8)
    assert placed.kept.all()
    assert (placed.crs, placed.x_name, placed.y_name) == (datum, "经度", "纬度")
    assert decided(placed, "reading") == "degrees"
    assert decided(placed, "crs") == datum


def test_a_datum_that_nobody_states_is_asked_for():
    placed = place(table(LON, LAT))
    question = one_question(placed)
    assert (question.what, question.flag) == ("crs", "--points-crs")
    assert {choice.value for choice in question.choices} == {"wgs84", "cgcs2000", "gcj02", "bd09"}
    assert "GCJ-02" in question.why.message()
    bare = one_question(place(table(LON, LAT), context=NO_CONTEXT))
    assert {choice.confidence for choice in bare.choices} == {None}
    shift = placed.candidates["wgs84"][0] - placed.candidates["gcj02"][0]
    assert (np.abs(shift) > 0.003).all()
    assert one_question(place(table(LON, LAT), subject=Subject.ZONES)).flag == "--zones-crs"


def test_candidates_are_thinned():
    lon, lat = degrees(3_000)
    candidates = place(table(lon, lat)).candidates
    assert {len(x) for x, _ in candidates.values()} == {500}


SPELLED = st.sampled_from(["degrees", "dms", "EPSG:4547", "EPSG:4526", "EPSG:3857", "e6"])


@settings(deadline=None, max_examples=60)
@given(SPELLED, st.booleans(), st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_every_spelling_and_order_comes_back_to_the_same_place(spelling, swapped, seed, n):
    lon, lat = degrees(n, seed)
    write, tolerance = repr, 1e-6
    x, y, crs = lon, lat, "cgcs2000"
    if spelling.startswith("EPSG"):
        x, y = transform_xy(lon, lat, source="cgcs2000", target=spelling)
        crs = spelling
    elif spelling == "e6":
        x, y = np.round(lon * 1e6), np.round(lat * 1e6)
    elif spelling == "dms":
        write = dms
    x, y = (y, x) if swapped else (x, y)
    placed = place(table(x, y, write=write, names=("X", "Y")), crs=crs)
    assert placed.kept.all()
    np.testing.assert_allclose(lonlat(placed), np.column_stack([lon, lat]), atol=tolerance)


CELLS = st.one_of(
    st.sampled_from(
        ["", "nan", "abc", "0", "113.3", "23.1", "113°19′12″", "999", "2554662.1", "430324", "1e400"]
    ),
    st.floats(113, 114).map(repr),
    st.floats(23, 24).map(repr),
    st.text(max_size=6),
)


@settings(deadline=None)
@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=30),
    st.sampled_from(["wgs84", "gcj02", "EPSG:4547"]),
)
def test_each_row_is_kept_or_rejected_once_or_a_question_is_open(cells, crs):
    frame = pd.DataFrame(cells, columns=["经度", "纬度"]).astype("str")
    placed = place(frame, crs=crs)
    if placed.questions:
        assert placed.geometry is None
        assert placed.rejections == ()
        return
    assert placed.kept.sum() + len(placed.rejections) == len(frame)
    rejected = [rejection.row for rejection in placed.rejections]
    assert rejected == [row + 2 for row in np.flatnonzero(~placed.kept)]
    assert [shape is not None for shape in placed.geometry] == placed.kept.tolist()
    for rejection in placed.rejections:
        assert Notice(rejection.reason_key).message("en")


def test_faults_are_named_row_by_row():
    frame = table(LON, LAT)
    frame.loc[0, "经度"] = ""
    frame.loc[1, "纬度"] = "待定"
    frame.loc[2, ["经度", "纬度"]] = ["0", "0"]
    frame.loc[3, ["经度", "纬度"]] = [frame.loc[3, "纬度"], frame.loc[3, "经度"]]
    frame.loc[4, "经度"] = "213.3"
    placed = place(frame, crs="gcj02")
    assert [(row.row, row.field, row.reason_key) for row in placed.rejections] == [
        (2, "经度", "error.reason_missing"),
        (3, "纬度", "error.reason_not_a_number"),
        (4, "经度, 纬度", "error.reason_zero"),
        (5, "经度, 纬度", "error.reason_swapped"),
        (6, "经度, 纬度", "error.reason_out_of_range"),
    ]
    assert placed.kept.sum() == len(frame) - 5


def test_metres_off_their_grid_are_rejected():
    x, y = moved("EPSG:4547")
    x[0] += 5e6
    placed = place(table(x, y, names=("X", "Y")), crs="EPSG:4547")
    assert [row.reason_key for row in placed.rejections] == ["error.reason_outside_crs"]


def test_metres_by_their_grid_ask_whose_they_are():
    placed = place(table(*moved("EPSG:4547"), names=("X", "Y")))
    question = one_question(placed)
    assert [choice.value for choice in question.choices] == ["EPSG:4547"]
    assert decided(placed, "reading") == "grid:EPSG:4547"
    np.testing.assert_allclose(placed.candidates["EPSG:4547"][0], LON, atol=1e-8)


def test_metres_without_a_district_ask_for_the_zone_and_the_answer_settles_it():
    frame = table(*moved("EPSG:4547"), names=("X", "Y"))
    question = one_question(place(frame, context=NO_CONTEXT))
    assert (question.what, question.flag) == ("reading", "--reading")
    assert "grid:EPSG:4547" in {choice.value for choice in question.choices}
    told = place(frame, context=NO_CONTEXT, reading="grid:EPSG:4547", crs="cgcs2000")
    np.testing.assert_allclose(lonlat(told), np.column_stack([LON, LAT]), atol=1e-8)
    assert place(frame, context=NO_CONTEXT, crs="EPSG:4547").kept.all()


def test_survey_order_and_headers_that_say_the_opposite():
    x, y = moved("EPSG:4547")
    placed = place(table(y, x, names=("X", "Y")), crs="EPSG:4547")
    assert decided(placed, "reading") == "grid_swapped:EPSG:4547"
    assert warned(placed) == set()
    assert "place.columns_exchanged" in warned(place(table(LAT, LON), crs="wgs84"))


def test_a_zone_number_that_was_not_stated_is_told():
    placed = place(table(*moved("EPSG:4526"), names=("X", "Y")), crs="EPSG:4547")
    np.testing.assert_allclose(lonlat(placed), np.column_stack([LON, LAT]), atol=1e-8)
    assert warned(placed) == {"place.zone_number_differs"}
    assert placed.crs == "EPSG:4526"


@pytest.mark.parametrize(
    ("target", "crs", "offered"),
    [
        ("EPSG:4547", "wgs84", "EPSG:4547"),
        ("EPSG:4547", "bd09", "EPSG:4547"),
        ("wgs84", "EPSG:4547", "wgs84"),
        ("EPSG:3857", "bd09", "EPSG:3857"),
        ("EPSG:3857", "EPSG:4547", "EPSG:3857"),
    ],
)
def test_a_system_that_contradicts_the_numbers_is_asked_about(target, crs, offered):
    question = one_question(place(table(*moved(target), names=("X", "Y")), crs=crs))
    assert question.what == "crs"
    assert question.choices[0].value == offered
    assert question.why.key in {"place.crs_needs_metres", "place.crs_needs_degrees", "place.crs_with_opinion"}


def test_a_grid_that_leads_away_from_the_district_is_told():
    placed = place(table(*moved("EPSG:4547"), names=("X", "Y")), crs="EPSG:4548")
    assert placed.crs == "EPSG:4548"
    assert warned(placed) == {"place.other_grid_fits"}


def test_a_datum_of_web_mercator():
    gcj = moved("gcj02")
    x, y = transform_xy(*gcj, source="wgs84", target="EPSG:3857")
    placed = place(table(x, y, names=("X", "Y")), crs="gcj02")
    np.testing.assert_allclose(lonlat(placed), np.column_stack([LON, LAT]), atol=1e-8)
    question = one_question(place(table(x, y, names=("X", "Y"))))
    assert [choice.value for choice in question.choices] == ["EPSG:3857", "gcj02"]


def test_a_city_grid_by_its_proj_text():
    city = "+proj=tmerc +lon_0=113.2833 +x_0=41000 +y_0=-2318000 +ellps=GRS80 +towgs84=0,0,0 +units=m"
    placed = place(table(*moved(city), names=("X", "Y")), crs=city)
    np.testing.assert_allclose(lonlat(placed), np.column_stack([LON, LAT]), atol=1e-7)
    assert warned(placed) == {"place.supplied_parameters"}
    again = place(table(*moved(city), names=("X", "Y")), crs=placed.crs)
    np.testing.assert_array_equal(lonlat(again), lonlat(placed))


@pytest.mark.parametrize("crs", ["EPSG:2415", "EPSG:4610", "EPSG:4214", "EPSG:2383"])
def test_old_datums_are_never_shifted_by_nothing(crs):
    x, y = moved("EPSG:4547") if crs in {"EPSG:2415", "EPSG:2383"} else (LON, LAT)
    question = one_question(place(table(x, y, names=("X", "Y")), crs=crs))
    assert question.why.key == "place.old_datum"
    assert {choice.confidence for choice in question.choices} == {None}


def test_an_unknown_system_on_numbers_that_need_a_reading_too():
    placed = place(table(*moved("EPSG:4547"), names=("X", "Y")), crs="guangdong", context=NO_CONTEXT)
    assert [question.what for question in placed.questions] == ["crs", "reading"]


def test_headers_that_name_the_datum_state_it():
    frame = table(*moved("gcj02"), names=("经度(GCJ02)", "纬度(GCJ02)"))
    placed = place(frame)
    np.testing.assert_allclose(lonlat(placed), np.column_stack([LON, LAT]), atol=1e-8)
    assert decided(placed, "crs") == "gcj02"
    told = place(frame, crs="wgs84")
    assert told.crs == "wgs84"
    assert "place.table_says_otherwise" in warned(told)
    assert one_question(place(table(LON, LAT, names=("GPS经度", "GPS纬度")))).what == "crs"


def test_a_column_that_names_the_system_states_it():
    frame = table(*moved("bd09"), 坐标系=["BD-09"] * len(LON))
    assert decided(place(frame), "crs") == "bd09"
    frame.loc[0, "坐标系"] = "WGS84"
    mixed = place(frame)
    assert one_question(mixed).what == "crs"
    assert warned(mixed) == {"place.mixed_systems"}
    frame["坐标系"] = "当地"
    assert warned(place(frame)) == {"place.mixed_systems"}
    frame["坐标系"] = ""
    assert warned(place(frame)) == set()
    clash = table(*moved("bd09"), names=("百度经度", "百度纬度"), 坐标系=["WGS84"] * len(LON))
    assert warned(place(clash)) == {"place.header_against_column"}


def rivals():
    frame = table(LON, LAT)
    bd = table(*moved("bd09"), names=("百度经度", "百度纬度"))
    return pd.concat([frame, bd], axis=1)


def test_rival_pairs_are_asked_about_or_settled_by_the_datum():
    question = one_question(place(rivals()))
    assert (question.what, question.flag) == ("columns", "--map")
    assert len(question.choices) == 2
    assert place(rivals(), crs="bd09").x_name == "百度经度"
    assert place(rivals(), crs="wgs84").x_name == "经度"
    told = place(rivals(), columns={"lon": "百度经度", "lat": "百度纬度"})
    assert decided(told, "crs") == "bd09"
    np.testing.assert_allclose(lonlat(told), np.column_stack([LON, LAT]), atol=1e-8)


def test_two_names_of_the_same_numbers_are_one_pair():
    frame = pd.concat([table(LON, LAT, names=("lon", "lat")), table(LON, LAT)], axis=1)
    assert place(frame, crs="wgs84").x_name == "lon"
    frame["经度"] = [repr(value + 0.01) for value in LON.tolist()]
    assert one_question(place(frame, crs="wgs84")).what == "columns"
    frame[["经度", "纬度"]] = ""
    assert place(frame, crs="wgs84").x_name == "lon"


def test_one_column_for_both_and_an_address_of_the_same_name():
    cells = [f"{x!r},{y!r}" for x, y in zip(LON.tolist(), LAT.tolist(), strict=True)]
    placed = place(pd.DataFrame({"名称": "站", "经纬度": cells}).astype("str"), crs="wgs84")
    assert placed.x_name == placed.y_name == "经纬度"
    np.testing.assert_allclose(lonlat(placed), np.column_stack([LON, LAT]))
    cells[0] = "不详"
    placed = place(pd.DataFrame({"经纬度": cells}).astype("str"), crs="wgs84")
    assert placed.rejections[0][:3] == (2, "经纬度", "不详")
    address = table(LON, LAT, names=("甲", "乙"), 位置=["新港中路397号"] * len(LON))
    question = one_question(place(address, crs="wgs84"))
    assert question.what == "columns"
    assert [choice.value for choice in question.choices] == ["甲=lon, 乙=lat"]


def test_no_columns_at_all_are_asked_for():
    question = one_question(place(pd.DataFrame({"名称": ["甲"], "备注": ["乙"]}), crs="wgs84"))
    assert (question.what, question.choices) == ("columns", ())


def test_stated_columns():
    frame = table(LON, LAT, names=("甲", "乙"))
    assert place(frame, crs="wgs84", x="甲", y="乙").kept.all()
    with pytest.raises(MissingColumnError, match="丙"):
        place(frame, crs="wgs84", x="甲", y="丙")


def test_a_stated_reading_is_obeyed_or_refused():
    lon, lat = np.array([11.5]), np.array([48.1])
    assert lonlat(place(table(lat, lon), crs="wgs84", reading="degrees_swapped")).tolist() == [[11.5, 48.1]]
    for reading in ("grid:EPSG:4547", "feet"):
        question = one_question(place(table(LON, LAT), crs="wgs84", reading=reading))
        assert question.why.key == "place.reading_places_nothing"
    question = one_question(place(table([5e8], [7e8], names=("X", "Y")), crs="wgs84"))
    assert question.why.key == "place.reading_unknown"


@pytest.mark.parametrize("crs", ["wgs84", None])
def test_a_table_without_any_position(crs):
    placed = place(table(LON, LAT).assign(经度=""), crs=crs)
    assert placed.questions == ()
    assert not placed.kept.any()
    assert {row.reason_key for row in placed.rejections} == {"error.reason_missing"}
    assert len(placed.rejections) == len(LON)


def test_coarse_degrees_are_told():
    placed = place(table(np.round(LON, 2), np.round(LAT, 2)), crs="wgs84")
    assert placed.warnings == (Notice("place.coarse", {"n": len(LON), "decimals": 3}),)


def test_round_minutes_are_not_coarse():
    frame = pd.DataFrame({"经度": ["113°19′12″"] * 3, "纬度": ["23°4′48″"] * 3})
    assert warned(place(frame.astype("str"), crs="wgs84")) == set()


def test_utm_is_offered_beside_the_grid_that_looks_like_it():
    grid = transform_xy(LON, LAT, source="wgs84", target="EPSG:32649")
    frame = table(*grid, names=("X", "Y"))
    question = one_question(place(frame))
    assert [choice.value for choice in question.choices] == ["EPSG:4546", "EPSG:32649"]
    placed = place(frame, crs="EPSG:32649")
    np.testing.assert_allclose(lonlat(placed), np.column_stack([LON, LAT]), atol=1e-8)
    assert warned(placed) == set()


def test_degrees_are_never_read_as_metres():
    question = one_question(place(table(LON, LAT), crs="wgs84", reading="web_mercator"))
    assert question.why.key == "place.reading_places_nothing"


def test_a_long_table_is_judged_by_some_of_its_rows():
    lon, lat = degrees(20_500)
    placed = place(table(lon, lat, 站名=["站"] * len(lon)), crs="wgs84")
    assert placed.kept.all()


def test_typed_columns_of_a_layer():
    assert place(pd.DataFrame({"经度": LON, "纬度": LAT}), crs="wgs84").kept.all()
    with_gap = pd.DataFrame({"经度": [113.3, np.nan], "纬度": [23.1, 23.1]})
    assert place(with_gap, crs="wgs84").rejections[0].value == ""


def test_the_limit_of_rows():
    with pytest.raises(LimitExceededError):
        place(table(LON, LAT), crs="wgs84", limits=replace(DEFAULT_LIMITS, rows=3))


def test_place_speaks_against_the_stated_datum():
    lon, lat = degrees(4_000)
    # Stations fill the district to its edge, so that a shift would throw many over it.
    rng = np.random.default_rng(2)
    west, south, east, north = TOWN.bounds
    lon, lat = rng.uniform(west, east, 4_000), rng.uniform(south, north, 4_000)
    bd = transform_xy(lon, lat, source="wgs84", target="bd09")
    assert warned(place(table(*bd), crs="wgs84")) == {"place.datum_doubt"}
    assert warned(place(table(*bd), crs="bd09")) == set()
    assert warned(place(table(lon, lat), crs="cgcs2000")) == set()
    question = one_question(place(table(*bd)))
    assert question.choices[0].value == "bd09"
    assert question.choices[0].confidence > 0.9
