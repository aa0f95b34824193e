"""A workspace file: nothing is lost, any program reads it, and a forged one does nothing."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace

import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.errors import AtlasError, ExportRefusedError, LimitExceededError, WorkspaceError
from spatial.importing.model import Subject
from spatial.limits import Limits
from spatial.text import LANGUAGES
from spatial.workspace.gpkg_file import FORMAT_VERSION, open_workspace, save_workspace, workspace_bytes
from spatial.workspace.layer_file import write_layer
from spatial.workspace.model import Workspace, add_dataset
from spatial.workspace.stored_tables import TableReader, connect
from tests.workspace.same_workspace import assert_same, assert_same_frame
from tests.workspace.workspaces import CRS, dataset_of, full_workspace, result_of, station_frame


@pytest.fixture(scope="module")
def saved():
    return workspace_bytes(full_workspace())


@pytest.fixture
def path(tmp_path, saved):
    path = tmp_path / "工作区 1?.gpkg"
    path.write_bytes(saved)
    return path


def change(path, *statements):
    with closing(sqlite3.connect(path)) as database:
        for statement, *values in statements:
            database.execute(statement, values)
        database.commit()


def change_without_triggers(path, statement):
    """Change a layer, whose own triggers ask for functions that the database here does not have."""
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(statement)
        database.commit()


def parts(path):
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT part, content FROM atlas_workspace").fetchall()
    return {part: json.loads(content) for part, content in rows}


def change_part(path, part, content):
    change(path, ("UPDATE atlas_workspace SET content = ? WHERE part = ?", json.dumps(content), part))


def refusal(path, **limits):
    with pytest.raises(AtlasError) as refused:
        open_workspace(path, name="w.gpkg", limits=replace(Limits(), **limits))
    for lang in LANGUAGES:
        assert refused.value.message(lang)
    return refused.value


def test_everything_comes_back(path):
    assert_same(open_workspace(path, name="w.gpkg"), full_workspace())


def test_an_empty_workspace_comes_back(tmp_path):
    save_workspace(Workspace(), tmp_path / "empty.gpkg")
    assert_same(open_workspace(tmp_path / "empty.gpkg", name="w"), Workspace())


def test_the_same_workspace_gives_the_same_bytes(path):
    assert workspace_bytes(full_workspace()) == path.read_bytes()


def test_what_was_opened_is_saved_alike(path):
    assert workspace_bytes(open_workspace(path, name="w")) == path.read_bytes()


def test_any_program_reads_the_layers(path):
    spatial = {"base_stations", "features", "features_2", "zones", "placed_points", "replaced_zones_1"}
    assert spatial <= set(fiona.listlayers(path))
    with fiona.open(path, layer="base_stations") as layer:
        assert layer.crs.to_epsg() == 4490
        assert [feature.properties["site_id"] for feature in layer] == ["S0", "S1", "S2", "S3", "S4"]
        assert [feature.properties["source_row"] for feature in layer] == [2, 3, 7, 11, 12]
        assert [feature.properties["cells"] for feature in layer] == [3, None, -1, 0, 2**53 + 1]
    with fiona.open(path, layer="placed_points") as layer:
        assert {feature.properties["place_id"] for feature in layer} == {"park", "广场"}
    with closing(sqlite3.connect(path)) as database:
        kinds = dict(database.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall())
        made = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert kinds["atlas_workspace"] == "attributes"
    assert kinds["base_stations_rejected"] == "attributes"
    listed = {name for name in made if not name.startswith(("gpkg_", "rtree_", "sqlite_"))}
    assert listed == set(kinds)


CELLS = st.one_of(
    st.none(),
    st.just(float("nan")),
    st.just(pd.NA),
    st.text(max_size=5),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.binary(max_size=3),
    st.dates(dt.date(1700, 1, 1), dt.date(2200, 1, 1)).map(pd.Timestamp),
    st.lists(st.integers(), max_size=2),
)
COLUMNS = st.one_of(
    st.lists(CELLS, min_size=3, max_size=3).map(lambda cells: pd.Series(cells, dtype=object)),
    st.lists(st.one_of(st.none(), st.text()), min_size=3, max_size=3).map(
        lambda cells: pd.Series(cells, dtype=object)
    ),
    st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), min_size=3, max_size=3).map(
        lambda cells: pd.Series(cells, dtype="Int64")
    ),
    st.lists(st.floats(), min_size=3, max_size=3).map(lambda cells: pd.Series(cells, dtype="float64")),
    st.lists(st.one_of(st.none(), st.booleans()), min_size=3, max_size=3).map(
        lambda cells: pd.Series(cells, dtype="boolean")
    ),
    st.lists(st.integers(0, 2**64 - 1), min_size=3, max_size=3).map(
        lambda cells: pd.Series(cells, dtype="uint64")
    ),
    st.lists(st.one_of(st.none(), st.text("aé海🏙'\"\n", max_size=4)), min_size=3, max_size=3).map(
        lambda cells: pd.Series(cells, dtype="str")
    ),
    st.lists(st.sampled_from(["a", "b"]), min_size=3, max_size=3).map(
        lambda cells: pd.Series(cells, dtype="category").cat.set_categories(sorted(set(cells)))
    ),
)
HEADERS = st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=4, unique=True)


@settings(max_examples=25)
@given(headers=HEADERS, data=st.data())
def test_any_column_comes_back(headers, data):
    headers = [header for header in headers if header != "geometry"] or ["a"]
    columns = {header: data.draw(COLUMNS) for header in headers}
    frame = pd.DataFrame(columns)
    frame.columns = pd.Index(headers, dtype=object)
    rows = data.draw(st.lists(st.integers(-5, 5), min_size=3, max_size=3))
    frame.index = pd.Index(rows, name=data.draw(st.sampled_from([None, "row", "海"])))
    shapes = gpd.GeoSeries([None, shapely.Point(114, 23), shapely.Point(1, 2, 3)], index=frame.index, crs=CRS)
    layer = gpd.GeoDataFrame(frame, geometry=shapes)
    workspace = add_dataset(Workspace(), dataset_of(layer, subject=Subject.POINTS))
    assert_same(reopened(workspace), workspace)


def reopened(workspace):
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "w.gpkg"
        save_workspace(workspace, path)
        return open_workspace(path, name="w")


def test_a_geometry_column_keeps_its_name_and_place():
    frame = station_frame().rename_geometry("形状")
    frame = frame[["site_id", "形状", "cells"]]
    workspace = add_dataset(Workspace(), dataset_of(frame))
    assert_same_frame(reopened(workspace).datasets[0].frame, frame)


def test_a_range_index_stays_one():
    frame = station_frame().reset_index(drop=True)
    workspace = add_dataset(Workspace(), dataset_of(frame))
    assert isinstance(reopened(workspace).datasets[0].frame.index, pd.RangeIndex)


@pytest.mark.parametrize(
    "facts",
    [{"report": {"a": object()}}, {"result": result_of(station_frame().assign(words=[object()] * 5))}],
)
def test_what_cannot_be_stored_is_refused_before_anything_is_written(tmp_path, facts):
    workspace = Workspace(datasets=(replace(dataset_of(station_frame()), name="base_stations", **facts),))
    with pytest.raises(ExportRefusedError):
        save_workspace(workspace, tmp_path / "w.gpkg")
    assert not list(tmp_path.iterdir())


def test_an_index_of_several_levels_is_refused(tmp_path):
    frame = station_frame().set_index("site_id", append=True)
    with pytest.raises(ExportRefusedError) as refused:
        save_workspace(add_dataset(Workspace(), dataset_of(frame)), tmp_path / "w.gpkg")
    assert refused.value.key == "workspace.cannot_store"


def test_a_newer_version_is_refused_with_both_versions(path):
    change_part(path, "format_version", FORMAT_VERSION + 6)
    refused = refusal(path)
    assert refused.key == "workspace.newer_version"
    assert str(FORMAT_VERSION + 6) in refused.message("en")
    assert f"up to version {FORMAT_VERSION}" in refused.message("en")


@pytest.mark.parametrize(("version", "unknown"), [(2, ["drawn"]), (1, ["drawn", "reported"])])
def test_a_file_of_an_older_version_is_opened_without_what_it_did_not_know(path, version, unknown):
    held = parts(path)["workspace"]
    change_part(path, "workspace", {part: held[part] for part in held if part not in unknown})
    change_part(path, "format_version", version)
    opened = open_workspace(path, name="w.gpkg")
    assert_same(opened, replace(full_workspace(), **{part: {} for part in unknown}))


def test_drawn_areas_alone_are_worth_saving():
    assert not replace(Workspace(), drawn=full_workspace().drawn).is_empty


def test_an_older_version_says_why_it_is_not_opened(path):
    change_part(path, "format_version", 0)
    assert refusal(path).key == "workspace.older_version"


def test_a_geopackage_of_somebody_else_is_no_workspace(tmp_path):
    path = tmp_path / "layer.gpkg"
    write_layer(path, "points", station_frame().drop(columns="words"))
    assert refusal(path).key == "workspace.not_workspace"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"SQLite format 3\0" + b"\0" * 100])
def test_another_file_is_no_workspace(tmp_path, content):
    path = tmp_path / "w.gpkg"
    path.write_bytes(content)
    assert refusal(path).key == "workspace.not_workspace"


def test_a_cut_file_is_damaged(path):
    path.write_bytes(path.read_bytes()[:20_000])
    assert refusal(path).key == "workspace.damaged"


@pytest.mark.parametrize("seed", range(30))
def test_a_file_with_wrong_bytes_is_read_or_refused_by_a_sentence(path, seed):
    random = np.random.default_rng(seed)
    data = bytearray(path.read_bytes())
    for at in random.integers(100, len(data), 40):
        data[at] = random.integers(0, 256)
    path.write_bytes(bytes(data))
    with suppress(WorkspaceError, LimitExceededError):
        assert isinstance(open_workspace(path, name="w.gpkg"), Workspace)


def forged(document):
    """Return documents in each of which one statement is not true."""
    yield {**document, "datasets": "none"}
    yield {**document, "packs": [{"pack_id": 1}]}
    yield {**document, "datasets": [document["datasets"][0]] * 2}
    yield {**document, "packs": []}  # the placed points of no pack
    yield {**document, "columns": {"$": "mapping", "items": [["a", 5]]}}
    for facts in (
        {"subject": "roads"},
        {"report": []},
        {"tables": {**document["datasets"][0]["tables"], "frame": "sqlite_master"}},
        {"tables": {**document["datasets"][0]["tables"], "frame": "base_stations_rejected"}},
        {"tables": {**document["datasets"][0]["tables"], "rejected": "base_stations_rejected_source"}},
    ):
        yield {**document, "datasets": [{**document["datasets"][0], **facts}, *document["datasets"][1:]]}
    for facts in (
        {"n_in": 3},
        {"row_unit": "page"},
        {"columns": {"$": "mapping", "items": [["a", 5]]}},
        {"notices": {"$": "tuple", "items": [{"$": "Notice", "key": "no.such", "params": {}}]}},
        {
            "notices": {
                "$": "tuple",
                "items": [
                    {"$": "Notice", "key": "inventory.blank_lines", "params": {"$": "mapping", "items": []}}
                ],
            }
        },
    ):
        first = document["datasets"][0]
        yield {
            **document,
            "datasets": [{**first, "result": {**first["result"], **facts}}, *document["datasets"][1:]],
        }
    pack = document["packs"][0]
    for facts in (
        {"table": "features"},
        {"dataset": 99},
        {"dataset": True},
        {"match": [[["a", "b", "c"]], []]},
    ):
        zones = [{**pack["zones"][0], **facts}]
        yield {**document, "packs": [{**pack, "zones": zones}, *document["packs"][1:]]}
    drawn = document["drawn"]["small"]
    first, *others = drawn["areas"]
    for areas in (
        [first, first],
        [first] * 60,
        [{**first, "id": "drawn_9"}],
        [{**first, "id": "drawn_02"}],
        [{**first, "id": 2}],
        [{**first, "name": "a\u202eb"}],
        [{**first, "name": " "}],
        [{**first, "kind": ["circle"]}],
        [{**first, "radius_m": 1e9}],
        [{**first, "corners": [[114.01000000001, 23.0]]}],
        [{**first, "more": 1}, *others],
        "none",
    ):
        yield {**document, "drawn": {"small": {**drawn, "areas": areas}}}
    yield {**document, "drawn": {"small": {**drawn, "drawn": True}}}
    yield {**document, "drawn": {"small": []}}


@pytest.mark.parametrize("number", range(33))
def test_a_document_that_says_what_is_not_so_is_damaged(path, number):
    change_part(path, "workspace", list(forged(parts(path)["workspace"]))[number])
    assert refusal(path).key == "workspace.damaged"


def test_every_forged_document_is_tried(path):
    assert len(list(forged(parts(path)["workspace"]))) == 33


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE base_stations SET shared = 'perhaps'",
        "UPDATE base_stations SET cells = 'many'",
        "UPDATE base_stations SET height_m = 'high'",
        "UPDATE base_stations SET site_id = x'00'",
        'UPDATE base_stations SET words = \'{"a": 1, "b": 2}\'',
        "UPDATE base_stations SET geom_3 = x'00'",
        "UPDATE base_stations SET geom_3 = x'47500001' || zeroblob(30)",
        "UPDATE placed_points SET lon = 500",
        "UPDATE atlas_workspace SET content = '[' WHERE part = 'tables'",
        "DELETE FROM atlas_workspace WHERE part = 'tables'",
        "DROP TABLE base_stations_rejected_source",
        "ALTER TABLE base_stations ADD COLUMN x AS (zeroblob(10))",
    ],
)
def test_a_cell_of_another_kind_is_damage(path, statement):
    change_without_triggers(path, statement)
    if "ADD COLUMN" in statement:
        document = parts(path)
        document["tables"]["base_stations"]["columns"][1]["stored"] = "x"
        change_part(path, "tables", document["tables"])
    assert refusal(path).key == "workspace.damaged"


def test_a_view_is_never_read(path):
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS fid, 'a' AS part"
    change(
        path,
        ("ALTER TABLE atlas_workspace RENAME TO other",),
        (f"CREATE VIEW atlas_workspace AS {endless}, '1' AS content FROM n",),
    )
    assert refusal(path).key == "workspace.not_workspace"


def forge_schema(path, made):
    """Have the schema say of a table of ours that it was made so."""
    change(
        path,
        ("PRAGMA writable_schema = ON",),
        ("UPDATE sqlite_master SET sql = ?, rootpage = 0 WHERE name = 'base_stations'", made),
    )


@pytest.mark.parametrize(
    "made",
    [
        "CREATE VIRTUAL TABLE base_stations USING fts5(fid)",
        "CREATE/**/VIRTUAL TABLE base_stations USING fts5(fid)",
        "CREATE  VIRTUAL\nTABLE base_stations USING rtree(fid, a, b)",
    ],
)
def test_a_virtual_table_is_never_read_however_it_is_written(path, made):
    forge_schema(path, made)
    with closing(connect(path)) as database, suppress(sqlite3.Error):
        assert "base_stations" not in TableReader(database, Limits()).tables
    assert refusal(path).key == "workspace.damaged"


def test_a_trigger_is_never_run_and_nothing_is_written(path):
    with closing(sqlite3.connect(path)) as database:
        for table in ("atlas_workspace", "base_stations"):
            for event in ("INSERT", "UPDATE", "DELETE"):
                database.execute(
                    f"CREATE TRIGGER own_{table}_{event} AFTER {event} ON {table}"  # noqa: S608 - of our own
                    " BEGIN DELETE FROM atlas_workspace; END"
                )
        database.commit()
    before = path.read_bytes()
    assert_same(open_workspace(path, name="w.gpkg", limits=Limits()), full_workspace())
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]  # no journal beside it


@pytest.mark.parametrize("content", ["hex(zeroblob(20000000))", "zeroblob(20000000)"])
def test_a_vast_cell_is_refused_by_its_size(path, content):
    change_without_triggers(path, f"UPDATE base_stations SET site_id = {content}")  # noqa: S608 - of our own
    assert refusal(path).key in {"error.limit_cell_characters", "workspace.damaged"}


def test_a_cell_longer_than_any_is_not_read(path):
    change(path, ("UPDATE atlas_workspace SET content = hex(zeroblob(110000000)) WHERE part = 'workspace'",))
    assert refusal(path).key == "workspace.damaged"


@pytest.mark.parametrize(
    ("limits", "key"),
    [
        ({"package_bytes": 1000}, "error.limit_package_bytes"),
        ({"features": 4}, "error.limit_features"),
        ({"columns": 3}, "error.limit_columns"),
        ({"cell_characters": 1}, "error.limit_cell_characters"),
        ({"vertices": 10}, "error.limit_vertices"),
    ],
)
def test_each_limit_is_kept(path, limits, key):
    assert refusal(path, **limits).key == key
