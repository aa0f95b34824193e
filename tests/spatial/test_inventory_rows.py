"""Reading inventories: nothing is swallowed, shifted, swapped or guessed."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyproj import CRS

from spatial import errors
from spatial.coordinates import in_area_of_use, judge_positions
from spatial.inventory import read_inventory
from tests.spatial.inventory_tables import read, reasons

# --- rows that are reported ------------------------------------------------------------------


def test_each_unusable_row_is_reported_with_line_field_value_and_reason():
    text = (
        "id,lon,lat\n"
        "ok,114,23\n"
        "no lon,,23\n"
        "word,114,north\n"
        "not finite,inf,23\n"
        "too large,1e999,23\n"
        'comma,"113,37",23\n'
        "degree sign,113.37°,23\n"
        "far,114,95\n"
        "swapped,23,114\n"
        "origin,0,0\n"
        "short,114\n"
        "long,114,23,surplus\n"
    )
    inventory = read(text)
    assert reasons(inventory) == [
        (3, "lon", "", "error.reason_missing"),
        (4, "lat", "north", "error.reason_not_a_number"),
        (5, "lon", "inf", "error.reason_not_finite"),
        (6, "lon", "1e999", "error.reason_not_finite"),
        (7, "lon", "113,37", "error.reason_not_a_number"),
        (8, "lon", "113.37°", "error.reason_sexagesimal"),
        (9, "lon, lat", "114.0, 95.0", "error.reason_out_of_range"),
        (10, "lon, lat", "23.0, 114.0", "error.reason_swapped"),
        (11, "lon, lat", "0.0, 0.0", "error.reason_zero"),
        (12, "", "2 ≠ 3", "error.reason_ragged"),
        (13, "", "4 ≠ 3", "error.reason_ragged"),
    ]
    assert (inventory.n_in, inventory.n_used, inventory.n_reported) == (12, 1, 11)
    assert list(inventory.points.index) == [2]


@pytest.mark.parametrize("cell", ["113°19′12″", "113度19分12秒", "113 º 19", "113'19"])
def test_degrees_and_minutes_are_told_apart_from_other_words(cell):
    assert reasons(read(f"lat,lon\n23,{cell}\n"))[0][3] == "error.reason_sexagesimal"


def test_a_position_off_the_globe_is_out_of_range():
    inventory = read("lon,lat\n114,23\n114,23\n170,-95\n190,23\n")
    assert [(row[0], row[3]) for row in reasons(inventory)] == [
        (4, "error.reason_out_of_range"),
        (5, "error.reason_out_of_range"),
    ]


def test_a_quoted_line_end_keeps_the_line_numbers_true():
    inventory = read('id,lon,lat\n"two\nlines",114,23\nbad,x,23\n')
    assert list(inventory.points.index) == [2]
    assert inventory.points["site_id"].iloc[0] == "two\nlines"
    assert reasons(inventory)[0][0] == 4


def test_no_usable_row_is_an_empty_inventory_not_an_error():
    inventory = read("id,lon,lat,站型\na,x,y,宏站\n")
    assert (inventory.n_in, inventory.n_used, inventory.n_reported) == (1, 0, 1)
    assert inventory.points.empty
    assert inventory.points.crs == "EPSG:4490"


CELLS = st.one_of(
    st.sampled_from(["", "114.0", "23.0", "NaN", "-inf", "0", "1e400", "１１３.５", "x", "113,5", "95"]),
    st.floats(-200, 200).map(repr),
    st.text(alphabet='ab,"\n;\t，0.5 是', max_size=6),
)


@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=25),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)
@example(rows=[["114", "23", "a"]], delimiter=",", encoding="utf-8")
def test_every_row_is_used_or_reported(rows, delimiter, encoding):
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["lon", "lat", "备注"])
    writer.writerows(rows)
    try:
        inventory = read_inventory(stream.getvalue().encode(encoding), name="a.csv", crs="wgs84")
    except errors.GeometryError as refused:
        assert refused.key.startswith("error.misread")  # noqa: PT017 - most files are not refused
        return
    except errors.UnreadableFileError as refused:
        assert refused.key == "error.header_only"  # noqa: PT017 - as above
        assert not any(cell.strip() for row in rows for cell in row)
        return
    n_rows = sum(any(cell.strip() for cell in row) for row in rows)
    assert inventory.n_in == n_rows
    assert inventory.n_in == inventory.n_used + inventory.n_reported
    assert inventory.n_used == len(inventory.points)
    assert inventory.n_reported == len(inventory.rejected)
    places = [*inventory.points.index, *inventory.rejected["row"]]
    assert len(set(places)) == len(places)
    assert inventory.points.geometry.notna().all()


# --- reference systems -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("crs", "x", "y"),
    [
        ("wgs84", 113.32, 23.08),
        ("cgcs2000", 113.32, 23.08),
        ("EPSG:4490", 113.32, 23.08),
        ("gcj02", 113.32541019, 23.07737859),
        ("bd09", 113.33197834, 23.08313678),
        ("EPSG:4547", 430324.6867, 2553559.2328),
        ("EPSG:4526", 38430324.6867, 2553559.2328),
        ("EPSG:3857", 12614724.697, 2641696.156),
    ],
)
def test_a_position_is_the_same_in_every_stated_system(crs, x, y):
    inventory = read(f"x,y\n{x},{y}\n", crs=crs)
    (place,) = inventory.points.geometry
    assert abs(place.x - 113.32) < 2e-8
    assert abs(place.y - 23.08) < 2e-8
    assert inventory.crs == crs


@pytest.mark.parametrize(
    ("crs", "row", "key"),
    [
        ("wgs84", "23.08,113.32", "error.misread_swapped"),
        ("gcj02", "23.08,113.32", "error.misread_swapped"),
        ("EPSG:4490", "40.0,80.0", "error.misread_swapped"),
        ("EPSG:4547", "2553559,430324", "error.misread_swapped"),
        ("EPSG:4547", "38430324,2553559", "error.misread_zone_prefix"),
        ("EPSG:4547", "20430324,2553559", "error.misread_zone_prefix"),
        ("EPSG:4547", "113.32,23.08", "error.misread_degrees"),
        ("wgs84", "430324,2553559", "error.misread_metres"),
    ],
)
def test_a_misread_file_is_refused_with_a_hint_and_never_swapped(crs, row, key):
    with pytest.raises(errors.GeometryError) as caught:
        read(f"x,y\n{row}\n{row}\n0,0\n", crs=crs)
    assert caught.value.key == key
    assert "2" in caught.value.message("en")
    if key == "error.misread_zone_prefix":
        assert ("EPSG:4526" if row.startswith("38") else "EPSG:4498") in caught.value.message("zh")


def test_the_hint_to_exchange_columns_leads_to_the_right_positions():
    text = "x,y\n2553559,430324\n"
    assert len(read(text, crs="EPSG:4547", x="y", y="x").points) == 1


def test_a_position_far_from_the_area_of_the_system_is_reported():
    inventory = read("x,y\n430324,2553559\n430324,2553559\n-5000000,2553559\n", crs="EPSG:4547")
    assert [row[3] for row in reasons(inventory)] == ["error.reason_outside_crs"]


def test_a_grid_reads_its_own_columns_before_degrees():
    text = "经度,纬度,X,Y\n113.32,23.08,430324.6867,2553559.2328\n"
    assert abs(read(text, crs="EPSG:4547").points.geometry.x.iloc[0] - 113.32) < 1e-7
    assert read(text, crs="wgs84").points.geometry.x.iloc[0] == 113.32


def test_stated_columns_are_used_or_missed_by_name():
    text = "a,b,lon,lat\n113.5,23.5,1,2\n"
    assert read(text, x="a", y="b").points.geometry.x.iloc[0] == 113.5
    with pytest.raises(errors.MissingColumnError, match="c"):
        read(text, x="c", y="b")


# --- one by one ------------------------------------------------------------------------------


def test_a_system_without_a_known_area_is_judged_by_finite_positions_alone():
    local = CRS.from_proj4("+proj=tmerc +lat_0=0 +lon_0=113.28 +x_0=500000 +datum=WGS84 +units=m")
    assert in_area_of_use(np.array([500000.0, np.inf]), np.array([2.5e6, 2.5e6]), local).tolist() == [
        True,
        False,
    ]


def test_no_position_has_no_reason():
    assert judge_positions(np.array([]), np.array([]), crs="wgs84", x_name="x", y_name="y") == []


def test_text_that_is_utf8_with_control_characters_is_no_text():
    with pytest.raises(errors.UnreadableFileError):
        read("lon,lat,note\n114,23,\x07\n")
