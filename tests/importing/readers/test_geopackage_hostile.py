"""GeoPackages that would never end, or are none: refused by name, read within the limits, never run."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from spatial.errors import AtlasError, LimitExceededError, UnsupportedFormatError
from spatial.limits import Limits
from tests.importing.readers.gpkg_maker import (
    ENDLESS,
    MAGIC,
    blob,
    change,
    keys,
    read,
    refusal,
    with_shapes,
    written,
)


def listed(name: str) -> str:
    return f"INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('{name}', 'features', 4326)"  # noqa: S608


def test_an_endless_view_is_never_opened(tmp_path):
    path = change(written(tmp_path / "a.gpkg"), f"CREATE VIEW endless AS {ENDLESS}", listed("endless"))
    layer = read(path)
    assert (layer.name, keys(layer), layer.warnings[0].params["layers"]) == (
        "站点",
        ["gis.views_passed_over"],
        ["endless"],
    )


def test_a_file_of_views_alone_is_refused(tmp_path):
    path = change(
        written(tmp_path / "a.gpkg"),
        "DELETE FROM gpkg_geometry_columns",
        "DELETE FROM gpkg_contents",
        f"CREATE VIEW endless AS {ENDLESS}",
        listed("endless"),
    )
    assert refusal(path).key == "gis.gpkg_views"


def test_a_virtual_table_is_never_opened(tmp_path):
    path = change(written(tmp_path / "a.gpkg"), "CREATE VIRTUAL TABLE far USING fts4(geom)", listed("far"))
    assert keys(read(path)) == ["gis.views_passed_over"]


def test_a_metadata_table_that_is_a_view_is_no_metadata(tmp_path):
    path = change(
        written(tmp_path / "a.gpkg"),
        "DROP TABLE gpkg_ogr_contents",
        f"CREATE VIEW gpkg_ogr_contents AS SELECT fid AS feature_count, 'x' AS table_name FROM ({ENDLESS})",  # noqa: S608
    )
    assert read(path).n_in == 3


def test_a_query_that_takes_too_many_steps_is_broken_off(tmp_path, monkeypatch):
    monkeypatch.setattr("spatial.importing.readers.gpkg_database._STEPS", 0)
    monkeypatch.setattr("spatial.importing.readers.gpkg_database._STEPS_AT_ONCE", 10)
    path = written(tmp_path / "a.gpkg")
    assert refusal(path, limits=Limits(features=3, columns=1)).key == "gis.gpkg_damaged"


def test_a_table_named_to_break_a_query_is_read(tmp_path):
    name = 'x"; DROP TABLE gpkg_contents; --'
    path = change(
        written(tmp_path / "a.gpkg"),
        f'ALTER TABLE "站点" RENAME TO "{name.replace(chr(34), chr(34) * 2)}"',
        ("UPDATE gpkg_contents SET table_name = ?", (name,)),
        ("UPDATE gpkg_geometry_columns SET table_name = ?", (name,)),
    )
    assert (read(path).name, read(path).n_in) == (name, 3)


@pytest.mark.parametrize(
    ("statements", "key"),
    [
        (("CREATE TABLE geometry_columns (a)",), "gis.spatialite"),
        (("CREATE TABLE t (a)",), "gis.sqlite"),
        (("CREATE TABLE t (a)", "PRAGMA application_id = 1196444487"), "gis.gpkg_damaged"),
        (("CREATE TABLE gpkg_contents (table_name, data_type)",), "gis.gpkg_empty"),
        (("CREATE TABLE gpkg_contents (a)",), "gis.gpkg_damaged"),
    ],
)
def test_another_database_is_refused_by_name(tmp_path, statements, key):
    error = refusal(change(tmp_path / "a.gpkg", *statements))
    assert error.key == key
    assert isinstance(error, UnsupportedFormatError) == (key in {"gis.spatialite", "gis.sqlite"})


def test_a_file_of_pictures_is_refused(tmp_path):
    path = change(
        tmp_path / "a.gpkg",
        "CREATE TABLE gpkg_contents (table_name, data_type)",
        "INSERT INTO gpkg_contents VALUES ('影像', 'tiles')",
    )
    assert refusal(path).key == "gis.gpkg_pictures"


@pytest.mark.parametrize("data", [b"", MAGIC, b"{}" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_what_is_no_database_is_refused(tmp_path, data):
    (tmp_path / "a.gpkg").write_bytes(data)
    assert refusal(tmp_path / "a.gpkg").key in {"gis.not_gpkg", "gis.gpkg_damaged"}


def test_a_file_cut_off_is_refused(tmp_path):
    path = written(tmp_path / "a.gpkg")
    path.write_bytes(path.read_bytes()[:20_000])
    assert refusal(path).key == "gis.gpkg_damaged"


def test_a_computed_column_is_never_computed(tmp_path):
    path = change(
        written(tmp_path / "a.gpkg"),
        'ALTER TABLE "站点" ADD COLUMN trap INTEGER AS (abs(-9223372036854775807 - fid * 0 - 1))',
    )
    layer = read(path)
    assert (len(layer.table), layer.warnings[0].params["columns"]) == (3, ["trap"])


def test_too_many_rows_are_refused_before_one_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("spatial.importing.readers.geopackage._read_rows", None)
    path = written(tmp_path / "a.gpkg")
    assert refusal(path, limits=Limits(features=2)).key == "error.limit_features"


def test_features_columns_vertices_and_texts_are_limited(tmp_path):
    path = written(tmp_path / "a.gpkg")
    assert read(path, limits=Limits(features=3, columns=1, vertices=3, cell_characters=1)).n_in == 3
    for limits in (Limits(features=2), Limits(vertices=2)):
        assert isinstance(refusal(path, limits=limits), LimitExceededError)
    change(path, 'ALTER TABLE "站点" ADD COLUMN b TEXT', "UPDATE \"站点\" SET b = 'long'")
    for limits in (Limits(columns=1), Limits(cell_characters=3)):
        assert isinstance(refusal(path, limits=limits), LimitExceededError)


@given(st.data())
def test_no_change_of_bytes_loses_a_row_or_breaks_out(tmp_path_factory, data):
    """Whatever bytes change: each row used or reported, or the file refused by name."""
    folder = tmp_path_factory.mktemp("gpkg")
    content = bytearray(sample(tmp_path_factory))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / "a.gpkg").write_bytes(content)
    with suppress(AtlasError):
        read(folder / "a.gpkg")


_SAMPLE: list[bytes] = []


def sample(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    if not _SAMPLE:
        path = with_shapes(
            tmp_path_factory.mktemp("x") / "a.gpkg", blob(Point(1, 2)), blob(shapely.box(0, 0, 1, 1))
        )
        with closing(sqlite3.connect(path)) as database:
            database.execute("DROP TABLE gpkg_extensions")
            database.execute("VACUUM")
        _SAMPLE.append(path.read_bytes())
    return _SAMPLE[0]
