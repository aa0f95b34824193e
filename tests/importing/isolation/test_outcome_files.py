from __future__ import annotations

import json
import os
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from spatial.errors import AtlasError, MissingColumnError, UndecidedError, UnreadableFileError
from spatial.importing.isolation.outcome_files import OUTCOME_FILE, read_outcome, write_error, write_outcome
from spatial.importing.isolation.plain_values import ForeignOutcomeError, from_plain, to_plain
from spatial.importing.model import (
    REJECTED_COLUMNS,
    Choice,
    Decision,
    Encoding,
    Examination,
    FieldState,
    ImportResult,
    LayerInfo,
    Preview,
    Question,
    Subject,
)
from spatial.notice import Notice
from spatial.text import TextKey

needs_posix = pytest.mark.skipif(os.name != "posix", reason="pipes and links of other systems differ")
WHY = Notice("error.limit_rows", {"value": 3, "allowed": 2, "setting": TextKey("error.system_full")})
CHOICES = (Choice("wgs84", WHY, 0.5), Choice("gcj02", WHY))
DECISION = Decision(what="crs", chosen="wgs84", why=WHY, confidence=1.0, choices=CHOICES)


def examination(**changes) -> Examination:
    points = [Point(113, 23), None]
    frame = gpd.GeoDataFrame(
        {"name": ["甲", None]}, geometry=points, crs="EPSG:4490", index=pd.Index([2, 4], name="row")
    )
    result = ImportResult(
        subject=Subject.ZONES,
        name="a.csv",
        frame=frame,
        n_in=3,
        n_used=2,
        rejected=pd.DataFrame([(3, "x", "?", "error.empty_file")], columns=list(REJECTED_COLUMNS)),
        rejected_source=pd.DataFrame({"x": ["?"]}, index=[3]),
        row_unit="line",
        crs="EPSG:4490",
        encoding=Encoding("gb18030", "strict"),
        decisions=(DECISION,),
        columns={"name": "名称"},
        notices=(WHY,),
        warnings=(Notice("guard.without_files"),),
    )
    whole = Examination(
        name="甲.csv",
        kind="CSV",
        sha256="00",
        layers=(LayerInfo("a", None, None), LayerInfo("b", 3, "Point")),
        headers=("名称", "x"),
        sample=(("甲", "1"), ("乙", "")),
        decisions=(DECISION,),
        questions=(Question(what="crs", why=WHY, flag="--points-crs", choices=CHOICES),),
        fields=(FieldState("name", "required", "名称"), FieldState("id", "optional", None)),
        preview=Preview(lon=np.array([113.0, np.nan]), lat=np.array([23.0, 1]), parts=np.array([2, 4])),
        result=result,
        details={"area_km2": np.float64(1.5), "rows": {2: [1, None, float("inf")]}, "pair": ("a", True)},
    )
    return replace(whole, **changes)


def test_an_examination_comes_back_whole(tmp_path):
    before = examination()
    write_outcome(tmp_path, before)
    back = read_outcome(tmp_path)
    for name in ("name", "kind", "sha256", "layers", "headers", "sample", "decisions", "questions", "fields"):
        assert getattr(back, name) == getattr(before, name), name
    assert back.details == before.details
    assert back.questions[0].why.message("zh") == WHY.message("zh")
    for name in ("lon", "lat", "parts"):
        one, other = getattr(back.preview, name), getattr(before.preview, name)
        assert np.array_equal(one, other, equal_nan=name != "parts")
        assert one.dtype == other.dtype
    for name in ("subject", "name", "n_in", "n_used", "row_unit", "crs", "encoding", "decisions", "columns"):
        assert getattr(back.result, name) == getattr(before.result, name), name
    assert (back.result.notices, back.result.warnings) == (before.result.notices, before.result.warnings)
    assert back.result.subject is Subject.ZONES
    pd.testing.assert_frame_equal(back.result.frame, before.result.frame)
    pd.testing.assert_frame_equal(back.result.rejected, before.result.rejected)
    pd.testing.assert_frame_equal(back.result.rejected_source, before.result.rejected_source)


def test_a_held_result_can_be_changed_like_any_other(tmp_path):
    write_outcome(tmp_path, examination())
    changed = replace(read_outcome(tmp_path).result, name="b.csv")
    assert (changed.name, changed.n_reported, changed.n_features_out) == ("b.csv", 1, 2)
    assert changed.frame["name"].tolist()[0] == "甲"


def test_tables_outlive_the_folder(tmp_path):
    write_outcome(tmp_path, examination())
    result = read_outcome(tmp_path).result
    for path in tmp_path.iterdir():
        path.unlink()
    assert len(result.frame) == 2


def test_an_examination_without_a_result_comes_back(tmp_path):
    write_outcome(tmp_path, examination(result=None, preview=None))
    back = read_outcome(tmp_path)
    assert (back.result, back.preview) == (None, None)


@pytest.mark.parametrize(
    "error",
    [
        UnreadableFileError("guard.reader_stopped", name="甲"),
        MissingColumnError("guard.reader_stopped", name=["a", "b"]),
        UndecidedError(
            "guard.reader_stopped", questions=(Question(what="layer", why=WHY, flag="--layer"),), name=""
        ),
    ],
)
def test_a_refusal_comes_back_as_it_was(error, tmp_path):
    write_error(tmp_path, error)
    with pytest.raises(type(error)) as caught:
        read_outcome(tmp_path)
    assert (caught.value.key, caught.value.params) == (error.key, error.params)
    assert getattr(caught.value, "questions", ()) == getattr(error, "questions", ())


def error_document(**changes):
    found = {"class": "UnreadableFileError", "key": "guard.reader_stopped", "params": to_plain({"name": "a"})}
    return {"error": {**found, **changes}}


@pytest.mark.parametrize(
    "document",
    [
        error_document(**{"class": "SystemExit"}),
        error_document(**{"class": ["x"]}),
        error_document(key="no.such"),
        error_document(key=5),
        error_document(params=to_plain({})),
        error_document(params=to_plain({"key": "a"})),
        error_document(params=[1]),
        error_document(questions=to_plain(("a",))),
        error_document(questions=[]),
        {"error": "a"},
        {"examination": {}},
        {"examination": []},
        {},
        [],
        None,
    ],
)
def test_a_document_that_is_not_ours_is_refused(document, tmp_path):
    (tmp_path / OUTCOME_FILE).write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ForeignOutcomeError):
        read_outcome(tmp_path)


@pytest.mark.parametrize("words", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_document_is_refused(words, tmp_path):
    (tmp_path / OUTCOME_FILE).write_bytes(words)
    with pytest.raises(ForeignOutcomeError):
        read_outcome(tmp_path)


def test_a_document_that_is_too_large_or_missing_is_refused(tmp_path, monkeypatch):
    with pytest.raises(ForeignOutcomeError):
        read_outcome(tmp_path)
    monkeypatch.setattr("spatial.importing.isolation.outcome_files._LARGEST_DOCUMENT", 100)
    write_outcome(tmp_path, examination())
    with pytest.raises(ForeignOutcomeError):
        read_outcome(tmp_path)


def tampered(tmp_path, change):
    write_outcome(tmp_path, examination())
    path = tmp_path / OUTCOME_FILE
    document = json.loads(path.read_bytes())
    change(document["examination"])
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda held: held.update(name=5),
        lambda held: held.update(sample=to_plain((("a", 1),))),
        lambda held: held.update(headers=to_plain(("a", None))),
        lambda held: held.update(preview=to_plain("x")),
        lambda held: held.update(decisions=to_plain((WHY,))),
        lambda held: held["result"].update(n_in=4),
        lambda held: held["result"].update(n_in=True),
        lambda held: held["result"].update(subject="secrets"),
        lambda held: held["result"].update(columns=to_plain({"a": 1})),
        lambda held: held["result"]["tables"].pop("frame"),
        lambda held: held["result"]["tables"]["frame"].update(n_rows=3),
        lambda held: held["result"]["tables"]["frame"].update(n_rows=None),
        lambda held: held.pop("result") and held.update(result=[]),
    ],
)
def test_an_examination_that_does_not_fit_is_refused(change, tmp_path):
    tampered(tmp_path, change)
    with pytest.raises(ForeignOutcomeError):
        read_outcome(tmp_path)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("frame", lambda held: held["result"]["tables"]["frame"].update(is_geo=False)),
        ("rejected", lambda held: held["result"]["tables"]["rejected"]["columns"][0].update(header='s"a"')),
        ("frame", lambda held: held["result"]["tables"]["frame"]["columns"].pop()),
    ],
)
def test_a_table_that_does_not_fit_is_one_sentence(table, change, tmp_path):
    tampered(tmp_path, change)
    result = read_outcome(tmp_path).result
    with pytest.raises(UnreadableFileError):
        getattr(result, table)


def test_a_missing_table_is_refused(tmp_path):
    write_outcome(tmp_path, examination())
    (tmp_path / "frame.arrow").unlink()
    with pytest.raises(ForeignOutcomeError):
        read_outcome(tmp_path)


@needs_posix
@pytest.mark.parametrize("left", [OUTCOME_FILE, "frame.arrow"])
@pytest.mark.parametrize("what", ["link", "pipe", "folder"])
def test_what_is_no_plain_file_is_not_read(left, what, tmp_path):
    write_outcome(tmp_path, examination())
    moved = (tmp_path / left).rename(tmp_path / "moved")
    if what == "link":
        (tmp_path / left).symlink_to(moved)
    elif what == "pipe":
        os.mkfifo(tmp_path / left)
    else:
        (tmp_path / left).mkdir()
    with pytest.raises(ForeignOutcomeError):
        read_outcome(tmp_path)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.tuples(inner, inner)
        | st.lists(st.integers(0, 9)).map(lambda numbers: np.array(numbers, dtype=np.int64).tolist())
    ),
    max_leaves=12,
)


@given(value=PLAIN)
def test_plain_values_come_back(value):
    assert from_plain(json.loads(json.dumps(to_plain(value)))) == value


@pytest.mark.parametrize("value", [object(), {"a": {1}}, np.array([[1]]), np.array([object()]), b"x"])
def test_values_of_no_known_kind_are_refused(value):
    with pytest.raises(TypeError):
        to_plain(value)


@pytest.mark.parametrize(
    "value",
    [
        {"$": "exec"},
        {"a": 1},
        {"$": "Notice", "key": "no.such", "params": {"$": "mapping", "items": []}},
        {"$": "Notice", "key": "guard.without_cpu"},
        {"$": "Choice", "value": 1, "label": None, "confidence": None},
        {"$": "number", "words": "1e9"},
        {"$": "text_key", "key": "no.such"},
        {"$": "mapping", "items": [1]},
        {"$": "mapping", "items": [[[], 1]]},
        {"$": "array", "dtype": "O", "items": []},
        {"$": "array", "dtype": "<i8", "items": ["x"]},
        {"$": "array", "dtype": None, "items": []},
        {"$": "array", "dtype": "<U99999", "items": [""] * 1000},
        {"$": "tuple", "items": 5},
    ],
)
def test_plain_values_that_are_not_ours_are_refused(value):
    with pytest.raises(ForeignOutcomeError):
        from_plain(value)


def test_values_too_deep_are_refused():
    deep: object = 1
    for _ in range(50):
        deep = [deep]
    with pytest.raises(ForeignOutcomeError):
        from_plain(deep)


def test_every_error_of_the_library_can_cross_over():
    from spatial import errors

    for name in errors.__all__:
        assert issubclass(getattr(errors, name), AtlasError)
