"""A workspace file from elsewhere is opened in a process of its own, or refused by a sentence."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from spatial.errors import LimitExceededError, WorkspaceError
from spatial.importing.isolation.plain_values import ForeignOutcomeError
from spatial.limits import DEFAULT_LIMITS
from spatial.workspace import gpkg_file
from spatial.workspace.gpkg_file import workspace_bytes
from spatial.workspace.handover import read_workspace, write_workspace
from spatial.workspace.isolated_opening import open_isolated
from tests.workspace.same_workspace import assert_same
from tests.workspace.workspaces import full_workspace


@pytest.fixture(scope="module")
def saved():
    return workspace_bytes(full_workspace())


def test_everything_comes_back_and_this_process_never_reads_the_file(saved, monkeypatch):
    monkeypatch.setattr(gpkg_file, "open_workspace", None)
    monkeypatch.setattr(gpkg_file, "connect", None)
    assert_same(open_isolated(saved, name="w.gpkg", limits=DEFAULT_LIMITS), full_workspace())


def test_a_damaged_file_is_refused_by_its_own_name(saved, tmp_path):
    path = tmp_path / "secret-folder.gpkg"
    path.write_bytes(saved[:20_000])
    with pytest.raises(WorkspaceError) as refused:
        open_isolated(path, name="工作区.gpkg", limits=DEFAULT_LIMITS)
    assert "工作区.gpkg" in refused.value.message()
    assert "secret-folder" not in refused.value.message()


def test_a_limit_of_the_process_is_kept(saved):
    with pytest.raises(LimitExceededError) as refused:
        open_isolated(saved, name="w.gpkg", limits=replace(DEFAULT_LIMITS, features=2))
    assert refused.value.key == "error.limit_features"


def test_what_a_process_leaves_is_not_trusted(tmp_path):
    workspace = full_workspace()
    write_workspace(tmp_path, workspace)
    assert_same(read_workspace(tmp_path), workspace)
    outcome = tmp_path / "outcome.json"
    document = json.loads(outcome.read_bytes())
    for forged in (
        b"[",
        b"[]",
        json.dumps({**document, "tables": {}}).encode(),
        json.dumps({**document, "workspace": None}).encode(),
        json.dumps(
            {**document, "tables": {**document["tables"], "placed_points": {"file": "../x.arrow"}}}
        ).encode(),
    ):
        outcome.write_bytes(forged)
        with pytest.raises(ForeignOutcomeError):
            read_workspace(tmp_path)


def test_an_endless_view_under_our_name_is_not_followed(saved, tmp_path):
    path = tmp_path / "w.gpkg"
    path.write_bytes(saved)
    with closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE base_stations RENAME TO other")
        database.execute(
            "CREATE VIEW base_stations AS WITH RECURSIVE n(x) AS"
            " (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS fid FROM n"
        )
        database.commit()
    with pytest.raises(WorkspaceError) as refused:
        open_isolated(path, name="w.gpkg", limits=DEFAULT_LIMITS)
    assert refused.value.key == "workspace.damaged"
