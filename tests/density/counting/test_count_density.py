"""What a count says of itself, refuses, and does when it is no longer wanted."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.density import frame_source, tally
from spatial.density.categories import MOST_BYTES_REPEATED, Categories, coded_words, words
from spatial.density.counting import count_density
from spatial.density.feed import CountCancelledError, Feed, usable_cores
from spatial.density.frame_source import FrameSource
from spatial.density.model import Dedupe, DensitySettings, PointBatch
from spatial.errors import AtlasError, InputError, MissingColumnError, MissingCrsError, UsageError
from spatial.notice import Notice
from tests.density.counting.plain_index import PlainIndex
from tests.spatial.strategies import point_frame

ROOT = Path(__file__).parents[3]
ZONES = PlainIndex([shapely.box(113, 23, 114, 24), shapely.box(113.5, 23, 115, 24)], ["a", "b"])
NO_ZONES = PlainIndex([], [])


def spread(n, columns=None):
    return FrameSource(np.linspace(113.0, 115.0, n), np.full(n, 23.5), columns, name="spread")


def test_rows_of_no_use_are_reported_by_reason_and_number():
    source = FrameSource([113.2, np.nan, np.inf, 113.2, 181.0], [23.5, 23.5, 23.5, -91.0, 23.5], name="f")
    result = count_density(ZONES, [source], DensitySettings())
    assert (result.n_in, result.n_used, result.n_reported, result.total_count) == (5, 1, 4, 1)
    assert result.reported.counts == {"error.reason_not_finite": 2, "error.reason_out_of_range": 2}
    rows = {reason: [row.row for row in named] for reason, named in result.reported.first.items()}
    assert rows == {"error.reason_not_finite": [1, 2], "error.reason_out_of_range": [3, 4]}


def test_zones_that_overlap_both_count_a_site_and_the_total_counts_it_once():
    result = count_density(ZONES, [spread(201)], DensitySettings())
    assert result.counts.tolist() == [101, 151]
    assert (result.total_count, result.outside_count) == (201, 0)


def test_files_without_rows_count_nothing():
    empty = FrameSource([], [], {"operator": pa.array([], pa.string())})
    result = count_density(ZONES, [empty, empty], DensitySettings(by=("operator",), grid_m=1000))
    assert (result.counts.tolist(), result.by_counts, result.n_in, len(result.grid.count)) == (
        [0, 0],
        {},
        0,
        0,
    )


@pytest.mark.parametrize(
    ("index", "sources", "settings", "error", "key"),
    [
        (NO_ZONES, [spread(2)], DensitySettings(), InputError, "density.no_zones"),
        (ZONES, [], DensitySettings(), UsageError, "density.no_points_files"),
        (ZONES, [spread(2)], DensitySettings(grid_m=300), UsageError, "density.grid_size"),
        (ZONES, [spread(2)], DensitySettings(by=("no",)), MissingColumnError, "density.no_such_column"),
    ],
)
def test_what_cannot_be_counted_is_refused_by_name(index, sources, settings, error, key):
    with pytest.raises(error) as caught:
        count_density(index, sources, settings)
    assert caught.value.key == key


def test_a_long_value_that_is_written_once_is_not_repeated_for_every_row():
    indices = pa.array(np.zeros(1000, dtype=np.int32))
    short = "x" * (MOST_BYTES_REPEATED // 1000)
    for value, allowed in ((short, True), (short + "x", False)):
        column = {"c": pa.DictionaryArray.from_arrays(indices, pa.array([value]))}
        if allowed:
            assert words(column, "c")[999].as_py() == value
            continue
        before = pa.total_allocated_bytes()
        with pytest.raises(InputError) as caught:
            words(column, "c")
        assert caught.value.key == "density.values_too_long"
        assert caught.value.params["n_bytes"] == len(value)
        assert pa.total_allocated_bytes() - before < 10 * len(value)
        # What a row's state is can be told of a value of any length.
        codes, values = coded_words(column, "c")
        assert {values[code] for code in codes} == {value}


def test_values_of_a_dictionary_are_trimmed_and_those_missing_are_empty():
    values = pa.array([" a", "a ", None, "\u3000"])
    column = {"c": pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, 3, None], pa.int8()), values)}
    expected = ["a", "a", "", "", ""]
    assert words(column, "c").to_pylist() == expected
    codes, names = coded_words(column, "c")
    assert [names[code] for code in codes] == expected


def test_a_column_of_ids_is_no_category(monkeypatch):
    monkeypatch.setattr(tally, "MOST_CATEGORIES", 3)
    settings = DensitySettings(by=("id",))
    assert len(count_density(ZONES, [spread(9, {"id": [1, 2, 3] * 3})], settings).by_counts) == 3
    with pytest.raises(UsageError) as caught:
        count_density(ZONES, [spread(9, {"id": range(9)})], settings)
    assert caught.value.key == "density.too_many_categories"
    # Each file by itself has few.
    files = [spread(2, {"id": [1, 2]}), spread(2, {"id": [3, 4]})]
    with pytest.raises(UsageError):
        count_density(ZONES, files, settings, threads=2)


def test_categories_that_occur_outside_every_zone_alone_are_there():
    source = FrameSource([113.2, 10.0], [23.5, 10.0], {"operator": ["a", "b"]})
    result = count_density(ZONES, [source], DensitySettings(by=("operator",)))
    assert {name: counts.tolist() for name, counts in result.by_counts.items()} == {
        ("a",): [1, 0],
        ("b",): [0, 0],
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([1, None, -3], pa.int8()), ["1", "", "-3"]),
        (pa.array([2023.0, float("nan"), 0.5]), ["2023", "", "0.5"]),
        (pa.array([True, False, None]), ["true", "false", ""]),
        (pa.array(["a ", "\u3000a", None]).dictionary_encode(), ["a", "a", ""]),
        (pa.array(["a", "b"], pa.large_string()), ["a", "b"]),
        (pa.chunked_array([["a"], [None, " "]]), ["a", "", ""]),
        (pa.array([0, None], pa.date32()), ["1970-01-01", ""]),
        (pa.nulls(2), ["", ""]),
    ],
)
def test_values_are_trimmed_text_whatever_their_type(values, expected):
    assert words({"c": values}, "c").to_pylist() == expected


@pytest.mark.parametrize("values", [pa.array([[1]]), pa.array([{"a": 1}]), pa.array([b"a"])])
def test_values_that_are_not_plain_are_refused(values):
    with pytest.raises(InputError) as caught:
        words({"c": values}, "c")
    assert caught.value.key == "density.column_not_plain"


def test_the_caller_hears_how_far_it_is_in_its_own_thread(monkeypatch):
    monkeypatch.setattr(frame_source, "_ROWS_PER_PART", 10)
    heard, threads = [], set()

    def progress(done, total):
        heard.append((done, total))
        threads.add(threading.current_thread())

    count_density(ZONES, [spread(100), spread(50)], DensitySettings(), progress=progress)
    assert heard[-1] == (150, 150)
    assert heard == sorted(heard)
    assert threads == {threading.current_thread()}


def test_where_a_file_does_not_say_its_rows_no_total_is_told():
    class Stream(FrameSource):
        n_rows = -1

        def parts(self):
            return (frame_source.SourcePart(0, 10, ()),)

    heard = []
    count_density(
        ZONES,
        [Stream([113.2] * 10, [23.5] * 10), spread(5)],
        DensitySettings(),
        progress=lambda done, total: heard.append((done, total)),
    )
    assert heard[-1] == (15, None)


class Endless(FrameSource):
    """Batches without end, slowly."""

    def batches(self, part):
        while True:
            yield from super().batches(part)
            time.sleep(0.001)


@pytest.mark.parametrize("threads", [1, 3])
def test_a_count_that_is_no_longer_wanted_ends_and_leaves_no_thread(threads):
    before = threading.active_count()
    endless = Endless([113.2] * 10, [23.5] * 10)
    with pytest.raises(CountCancelledError):
        count_density(
            ZONES,
            [endless, endless],
            DensitySettings(),
            threads=threads,
            progress=lambda done, total: None,
            cancelled=lambda: True,
        )
    assert threading.active_count() == before


def test_an_error_in_one_thread_ends_the_others():
    class Damaged(FrameSource):
        def batches(self, part):
            raise InputError("density.no_zones")

    before = threading.active_count()
    with pytest.raises(AtlasError):
        count_density(ZONES, [Endless([113.2], [23.5]), Damaged([1.0], [1.0])], DensitySettings(), threads=2)
    assert threading.active_count() == before


def test_a_file_in_one_piece_is_read_by_one_and_counted_by_several():
    class OnePiece(FrameSource):
        reading = 0

        def parts(self):
            return (frame_source.SourcePart(0, 100, ()),)

        def batches(self, part):
            for row in range(100):
                OnePiece.reading += 1
                assert OnePiece.reading == 1
                time.sleep(0.0005)
                OnePiece.reading -= 1
                yield PointBatch(
                    lon=self._lon[row : row + 1], lat=self._lat[row : row + 1], rows=np.array([row])
                )

    source = OnePiece(np.full(100, 113.2), np.full(100, 23.5))
    taken = [set(), set()]
    feed = Feed([source], n_threads=2)
    workers = [
        threading.Thread(target=lambda t=t: taken[t].update(int(b.rows[0]) for _, b in feed.batches(t)))
        for t in (0, 1)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert taken[0] | taken[1] == set(range(100))
    assert not taken[0] & taken[1]
    assert min(map(len, taken)) > 0
    assert count_density(ZONES, [source], DensitySettings(), threads=2).total_count == 100


def test_what_files_have_to_say_is_said_once():
    source = spread(3)
    source.notices = (Notice("density.grid_beyond_area", {"count": 1}),)
    result = count_density(ZONES, [source, source], DensitySettings())
    assert result.notices == source.notices


def test_points_of_a_frame_are_carried_to_degrees():
    points = point_frame([[430000.0, 2550000.0]] * 3, operator=["a", "b", None]).to_crs("EPSG:4547")
    points.loc[1, "geometry"] = None
    lon, lat = point_frame([[430000.0, 2550000.0]]).geometry.iloc[0].coords[0]
    index = PlainIndex([shapely.box(lon - 1e-9, lat - 1e-9, lon + 1e-9, lat + 1e-9)], ["here"])
    source = FrameSource.of_frame(points, ["operator"])
    result = count_density(index, [source], DensitySettings(by=("operator",)))
    assert (result.counts.tolist(), result.n_in, result.n_reported) == ([2], 3, 1)
    assert set(result.by_counts) == {("a",), ("",)}
    with pytest.raises(MissingColumnError):
        FrameSource.of_frame(points, ["no"])
    with pytest.raises(MissingCrsError):
        FrameSource.of_frame(points.set_crs(None, allow_override=True))


def test_columns_of_any_kind_of_array_are_read():
    kept = {
        "arrow": pa.array(["a", "b"]),
        "chunks": pa.chunked_array([["a"], ["b"]]),
        "pandas": pd.Series(["a", "b"], dtype="string", index=[5, 5]),
        "categories": pd.Series(["a", "b"], dtype="category"),
        "list": ["a", "b"],
    }
    source = FrameSource([113.2, 113.2], [23.5, 23.5], kept)
    assert source.column_names == tuple(kept)
    for name in kept:
        result = count_density(ZONES, [source], DensitySettings(by=(name,)))
        assert set(result.by_counts) == {("a",), ("b",)}


def test_rows_left_out_of_a_count_are_used_and_told():
    class Planned(FrameSource):
        def batches(self, part):
            yield PointBatch(
                lon=self._lon[:1], lat=self._lat[:1], rows=np.array([0]), n_left_out=len(self._lon) - 1
            )

    result = count_density(ZONES, [Planned([113.2] * 4, [23.5] * 4)], DensitySettings())
    assert (result.n_in, result.n_used, result.n_left_out, result.total_count) == (4, 4, 3, 1)
    assert [notice.key for notice in result.notices] == ["verdict.rows_left_out"]


@pytest.mark.parametrize("words", ["", "none:x", "key:", "distance:0", "distance:-1", "distance:x", "near:5"])
def test_a_way_to_merge_that_is_not_known_is_refused(words):
    with pytest.raises(UsageError) as caught:
        Dedupe.parse(words)
    assert caught.value.key == "density.bad_dedupe"


@given(st.lists(st.tuples(*[st.sampled_from(["", "a", "b", "c"])] * 3), min_size=1, max_size=60))
def test_numbers_of_combinations_stand_for_them(rows):
    for names in (rows, [(str(number), str(number), row[2]) for number, row in enumerate(rows)]):
        categories = Categories(3)
        for half in (names[: len(names) // 2], names):
            codes = categories.codes(
                [pa.array(column, pa.string()) for column in zip(*half, strict=True)]
                or [pa.array([], pa.string())] * 3
            )
            assert [categories.names[code] for code in codes] == half
        assert set(categories.names) == set(names)


def test_the_cores_are_those_that_the_process_may_use(monkeypatch):
    assert usable_cores() >= 1
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert usable_cores() == 1


def test_a_plain_count_loads_nothing_that_it_does_not_need():
    code = (
        "import sys, numpy as np, shapely\n"
        "from spatial.density.counting import count_density\n"
        "from spatial.density.frame_source import FrameSource\n"
        "from spatial.density.model import DensitySettings\n"
        "from tests.density.counting.plain_index import PlainIndex\n"
        "index = PlainIndex([shapely.box(0, 0, 1, 1)], ['a'])\n"
        "assert count_density(index, [FrameSource([0.5], [0.5])], DensitySettings()).counts.tolist() == [1]\n"
        "slow = ('pandas', 'geopandas', 'pyproj', 'scipy', 'dask', 'pyarrow.compute', 'tempfile')\n"
        "print([name for name in slow if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
