from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal
from uuid import UUID

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.ipc
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon

from spatial.importing.isolation.cell_values import cell_from_words, words_of_cell
from spatial.importing.isolation.frame_files import read_frame, write_frame
from spatial.importing.isolation.plain_values import ForeignOutcomeError

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ANY_WORDS = st.text(max_size=12)
MOMENTS = st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1))  # noqa: DTZ001
CELLS = st.one_of(
    st.none(),
    st.just(pd.NA),
    st.just(pd.NaT),
    st.booleans(),
    st.integers(),
    st.floats(),
    ANY_WORDS,
    st.binary(max_size=9),
    st.decimals(allow_nan=False),
    MOMENTS,
    MOMENTS.map(pd.Timestamp),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.uuids(),
    st.integers(-9, 9).map(np.int64),
    st.floats().map(np.float64),
    st.lists(st.integers() | ANY_WORDS, max_size=3),
    st.dictionaries(ANY_WORDS, st.floats(allow_nan=False), max_size=3),
    st.tuples(ANY_WORDS, st.none()),
)


def column(values, dtype):
    return values.map(lambda held: pd.Series(held, dtype=dtype))


def columns(n: int):
    def several(cells):
        return st.lists(cells, min_size=n, max_size=n)

    whole = st.integers(-(2**63), 2**63 - 1)
    return st.one_of(
        column(several(CELLS), object),
        column(several(WORDS | st.none()), object),
        column(several(WORDS | st.none()), "str"),
        column(several(WORDS | st.just(pd.NA)), "string"),
        column(several(WORDS), pd.StringDtype("python", na_value=np.nan)),
        column(several(whole), "int64"),
        column(several(st.integers(0, 255)), "uint8"),
        column(several(st.floats()), "float64"),
        column(several(st.floats(width=32)), "float32"),
        column(several(st.booleans()), "bool"),
        column(several(whole | st.just(pd.NA)), "Int64"),
        column(several(st.booleans() | st.just(pd.NA)), "boolean"),
        column(several(MOMENTS | st.none()), "datetime64[us]"),
        column(several(MOMENTS | st.none()), "datetime64[ms, Asia/Shanghai]"),
        column(several(st.integers(-99, 99) | st.none()), "timedelta64[s]"),
        column(several(st.sampled_from(["a", "", "二"]) | st.none()), "category"),
    )


@st.composite
def frames(draw):
    n = draw(st.integers(0, 5))
    held = draw(st.lists(columns(n), max_size=4))
    names = draw(st.lists(ANY_WORDS, min_size=len(held), max_size=len(held)))
    frame = pd.concat(held, axis=1) if held else pd.DataFrame(index=range(n))
    frame.columns = pd.Index(names, dtype=object)
    labels = st.lists(st.integers(0, 10**6), min_size=n, max_size=n)
    index = draw(st.one_of(st.none(), labels.map(lambda rows: pd.Index(rows, dtype="int64", name="row"))))
    if index is not None:
        frame.index = index
    return frame


def there_and_back(frame, tmp_path):
    path = tmp_path / "t.arrow"
    description = json.loads(json.dumps(write_frame(frame, path)))
    with path.open("rb") as source:
        return read_frame(source, description)


def same(one: object, other: object) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return float.hex(one) == float.hex(other)
    return one is other or one == other


@given(frame=frames())
def test_a_table_comes_back_cell_by_cell(frame, tmp_path_factory):
    back = there_and_back(frame, tmp_path_factory.mktemp("t"))
    assert list(back.columns) == list(frame.columns)
    assert [str(dtype) for dtype in back.dtypes] == [str(dtype) for dtype in frame.dtypes]
    assert back.index.equals(frame.index)
    assert (back.index.dtype, back.index.name) == (frame.index.dtype, frame.index.name)
    for position in range(frame.shape[1]):
        before, after = frame.iloc[:, position], back.iloc[:, position]
        pd.testing.assert_series_equal(before, after, check_names=False)
        if before.dtype == object:
            assert all(same(one, other) for one, other in zip(before, after, strict=True))


@given(cell=CELLS)
def test_a_cell_comes_back_as_what_it_was(cell):
    assert same(cell_from_words(words_of_cell(cell)), cell)


def test_geometry_comes_back_with_its_system_and_its_gaps(tmp_path):
    shapes = [
        Point(113.3, 23.1),
        None,
        Point(),
        Polygon([(0, 0), (1, 0), (1, 1)]),
        LineString([(0, 0, 1), (1, 1, 2)]),
        shapely.from_wkt("POINT M (1 2 3)"),
    ]
    frame = gpd.GeoDataFrame(
        {"name": list("abcdef"), "place": gpd.GeoSeries(shapes, crs="EPSG:4490")}, geometry="place"
    )
    frame.index = pd.Index([2, 3, 5, 7, 11, 13], name="row")
    back = there_and_back(frame, tmp_path)
    assert isinstance(back, gpd.GeoDataFrame)
    assert back.active_geometry_name == "place"
    assert back.crs == "EPSG:4490"
    assert [each is None for each in back.geometry] == [each is None for each in shapes]
    assert back.geometry.iloc[2].is_empty
    assert list(shapely.to_wkb(back.geometry.to_numpy())) == list(shapely.to_wkb(frame.geometry.to_numpy()))
    local = frame.set_crs("+proj=tmerc +lon_0=113.3 +ellps=GRS80 +x_0=40000", allow_override=True)
    assert there_and_back(local, tmp_path).crs == local.crs
    bare = there_and_back(frame.set_crs(None, allow_override=True), tmp_path)
    assert bare.crs is None


def test_tables_without_rows_or_columns_come_back(tmp_path):
    for frame in (
        pd.DataFrame(),
        pd.DataFrame(index=range(3)),
        pd.DataFrame({"a": pd.Series([], dtype="str")}),
        gpd.GeoDataFrame({"a": []}, geometry=gpd.GeoSeries([], crs="EPSG:4490")),
    ):
        back = there_and_back(frame, tmp_path)
        assert type(back) is type(frame)
        assert back.shape == frame.shape


def test_a_geometry_among_other_cells_comes_back(tmp_path):
    frame = pd.DataFrame({"a": pd.Series([Point(1, 2), "x", None], dtype=object)})
    back = there_and_back(frame, tmp_path)
    assert back["a"].tolist() == frame["a"].tolist()


@pytest.mark.parametrize("cell", [object(), {1, 2}, 1j, print])
def test_a_cell_of_no_known_kind_is_refused(cell):
    with pytest.raises(TypeError):
        words_of_cell(cell)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "?",
        "x",
        "s1",
        "sx",
        "i" + "9" * 5000,
        "ione",
        "fx",
        "nO:AAAA",
        "n<f8:",
        "j{}",
        "gzz",
        "yé",
        "P",
        "uz",
    ],
)
def test_words_that_stand_for_no_cell_are_refused(words):
    with pytest.raises(ForeignOutcomeError):
        cell_from_words(words)


def test_kinds_without_a_form_are_refused(tmp_path):
    several = pd.MultiIndex.from_tuples([(1, 2)])
    for frame in (
        pd.DataFrame({"a": [1j]}),
        pd.DataFrame({"a": [1]}, index=several),
        pd.DataFrame({1.5: [1]}),
    ):
        with pytest.raises(TypeError):
            write_frame(frame, tmp_path / "t.arrow")


def described(tmp_path, **changes):
    frame = gpd.GeoDataFrame({"a": [1], "b": ["x"]}, geometry=[Point(1, 2)], crs="EPSG:4490")
    description = write_frame(frame, tmp_path / "t.arrow")
    description.update(changes)
    return description


BAD_COLUMNS = [
    {"header": '"a"', "way": "number", "dtype": "int64"},
    {"header": 's"a"', "way": "number", "dtype": "object"},
    {"header": 's"a"', "way": "number", "dtype": "float128"},
    {"header": 's"a"', "way": "pickle"},
    {"header": 's"a"', "way": ["number"]},
    {"header": 's"a"', "way": "masked", "dtype": "object"},
    {"header": 's"a"', "way": "moment", "dtype": "datetime64[Y]"},
    {"header": 's"a"', "way": "moment", "dtype": "datetime64[us, ../../etc/passwd]"},
    {"header": 's"a"', "way": "category", "categories": [], "of": "object", "ordered": False},
    {"header": 's"a"', "way": "category", "categories": ['s"a"'], "of": "pickle", "ordered": False},
    {"header": 's"a"', "way": "geometry", "crs": None},
    {"header": 's"a"', "way": "text", "text": ["disk", True]},
    {"way": "number", "dtype": "int64"},
]


@pytest.mark.parametrize("bad", BAD_COLUMNS)
def test_a_description_that_does_not_fit_is_refused(bad, tmp_path):
    description = described(tmp_path)
    description["columns"][0] = bad
    with (tmp_path / "t.arrow").open("rb") as source, pytest.raises(ForeignOutcomeError):
        read_frame(source, description)


@pytest.mark.parametrize(
    "changes",
    [
        {"n_rows": 2},
        {"n_rows": "1"},
        {"columns": []},
        {"index": {"way": "range", "name": None, "range": [0, 2, 1]}},
        {"index": {"way": "range", "name": None, "range": [0, 1, 0]}},
        {"index": {"way": "column", "name": None, "column": {"way": "number", "dtype": "int64"}}},
        {"headers_dtype": "float64"},
        {"is_geo": 1},
        {"geometry": "nowhere"},
    ],
)
def test_a_table_that_is_not_as_described_is_refused(changes, tmp_path):
    description = described(tmp_path, **changes)
    with (tmp_path / "t.arrow").open("rb") as source, pytest.raises(ForeignOutcomeError):
        read_frame(source, description)


def stream_of(array: pa.Array, **options) -> io.BytesIO:
    """Return a table of one column as a process might write it that lies."""
    sink = io.BytesIO()
    table = pa.table({"c0": array})
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    sink.seek(0)
    return sink


def described_numbers(n_rows: int) -> dict:
    column = {"header": 's"a"', "way": "number", "dtype": "int64"}
    index = {"way": "range", "name": None, "range": [0, n_rows, 1]}
    common = {"n_rows": n_rows, "headers_dtype": "object", "is_geo": False, "geometry": None}
    return {"columns": [column], "index": index, **common}


SMALL_AND_VAST = {
    "runs": pa.RunEndEncodedArray.from_arrays(pa.array([1000], pa.int64()), pa.array([7], pa.int64())),
    "dictionary": pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int8()), pa.array([7], pa.int64())),
    "nothing": pa.nulls(1000),
}


@pytest.mark.parametrize("kind", SMALL_AND_VAST)
def test_a_column_that_stands_for_more_than_its_bytes_is_refused(kind):
    with pytest.raises(ForeignOutcomeError, match="kind"):
        read_frame(stream_of(SMALL_AND_VAST[kind]), described_numbers(1000))


@pytest.mark.parametrize("packing", [None, "zstd", "lz4"])
def test_packed_content_is_refused_before_it_is_unpacked(packing):
    stream = stream_of(pa.array(np.zeros(1000, dtype=np.int64)), compression=packing)
    if packing is None:
        assert read_frame(stream, described_numbers(1000)).shape == (1000, 1)
        return
    with pytest.raises(ForeignOutcomeError, match="packed"):
        read_frame(stream, described_numbers(1000))


@pytest.mark.parametrize("crs", ["http://127.0.0.1/x", "/etc/passwd", "+init=x", "GEOGCS" * 9000, "EPSG:1"])
def test_a_system_is_a_code_or_well_known_text(crs, tmp_path):
    description = described(tmp_path)
    description["columns"][2]["crs"] = crs
    with (tmp_path / "t.arrow").open("rb") as source, pytest.raises(ForeignOutcomeError):
        read_frame(source, description)


@given(at=st.integers(0, 4000), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_file_is_refused_or_still_a_table(at, byte, cut, tmp_path_factory):
    folder = tmp_path_factory.mktemp("t")
    description = described(folder)
    data = bytearray((folder / "t.arrow").read_bytes())
    at %= len(data)
    data[at] = byte
    held = io.BytesIO(bytes(data[:at] if cut else data))
    try:
        frame = read_frame(held, description)
    except ForeignOutcomeError:
        return
    assert frame.shape == (1, 3)


def test_moments_of_every_kind_are_cells():
    for cell in (
        pd.Timestamp("2024-01-01T00:00:00+08:00"),
        pd.Timedelta(5, "s"),
        dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        Decimal("1E+3"),
        UUID(int=5),
        np.bool_(True),
        np.datetime64("2024-01-01"),
    ):
        back = cell_from_words(words_of_cell(cell))
        assert (back, type(back)) == (cell, type(cell))
    assert cell_from_words(words_of_cell(np.str_("甲"))) == "甲"
