"""Columns on their way through a file: every kind of cell and of nothing comes back as it was."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
import shapely

from spatial.text import TextKey
from spatial.workspace.stored_columns import free_name, restore_column, store_column, stored_names
from tests.workspace.same_workspace import assert_same_frame

CELLS = [
    dt.time(8, 30),
    pd.Timedelta(days=1, seconds=3),
    dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC),
    {"a": [1, None], 2: {"nan": float("inf")}},
    b"\x00\xff",
    -float("inf"),
    True,
    10**30,
    "\ud800",
    shapely.Point(1, 2).buffer(1),
    pd.NaT,
]


def round_trip(values):
    array, form = store_column(values, stored="c", exact=True)
    # A database returns a date as text.
    cells = [str(cell) if isinstance(cell, dt.date) else cell for cell in array.to_pylist()]
    return restore_column(cells, form)


def test_cells_of_every_kind_come_back():
    column = pd.Series(CELLS, dtype=object, name="x")
    assert_same_frame(round_trip(column).to_frame(), column.to_frame())


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["b", None, "a"], dtype="category"),
        pd.Series(pd.to_datetime(["2024-05-01T08:00:00.123456789", None])).dt.tz_localize("Asia/Shanghai"),
        pd.Series(["a", pd.NA], dtype="string[python]"),
        pd.Series([dt.date(2024, 5, 1), None], dtype=object),
        pd.Series([], dtype=object),
        pd.Series([True, False]),
        pd.Series([1, 2], dtype="int8"),
        pd.Series([1.5, None], dtype="Float64"),
    ],
    ids=str,
)
def test_each_type_comes_back(column):
    column = column.rename("x")
    assert_same_frame(round_trip(column).to_frame(), column.to_frame())


def test_what_people_read_is_plain_words():
    array, form = store_column(pd.Series([1, "52个", None], dtype=object), stored="c", exact=False)
    assert array.to_pylist() == ["1", "52个", None]
    assert form.kind == "json"


def test_a_key_of_the_catalogue_is_stored_as_text():
    assert round_trip(pd.Series([TextKey("error.reason_zero")], dtype=object))[0] == "error.reason_zero"


def test_a_cell_of_no_known_type_is_refused():
    with pytest.raises(ValueError, match="object"):
        store_column(pd.Series([object()], dtype=object), stored="c", exact=True)


def test_names_that_a_database_takes_for_one_are_told_apart():
    assert stored_names(["a", "A", "", "x\0y", "a_2"]) == ["a", "A_2", "column", "x_y", "a_2_2"]
    assert free_name("fid", ["FID", "fid_2"]) == "fid_3"
