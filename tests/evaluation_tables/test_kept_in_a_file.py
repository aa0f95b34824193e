"""Reports go into the workspace file and come back; a forged one does not."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from spatial.errors import WorkspaceError
from spatial.workspace.gpkg_file import open_workspace, save_workspace
from spatial.workspace.model import Workspace, report_value, withdraw_value
from tests.evaluation_tables.indicators import reported

REPORTS = (reported(700.25), reported(650, "2022-02", source="来文 12 号", basis="=含分公司"))


def held():
    workspace = Workspace()
    for value in REPORTS:
        workspace = report_value(workspace, "haizhu", value)
    return workspace


@pytest.fixture
def path(tmp_path):
    save_workspace(held(), tmp_path / "kept.gpkg")
    return tmp_path / "kept.gpkg"


def change(path, work):
    with closing(sqlite3.connect(path)) as database:
        row = database.execute("SELECT content FROM atlas_workspace WHERE part = 'workspace'").fetchone()
        document = json.loads(row[0])
        work(document)
        database.execute(
            "UPDATE atlas_workspace SET content = ? WHERE part = 'workspace'", (json.dumps(document),)
        )
        database.commit()


def test_reports_come_back_as_they_were(path):
    assert open_workspace(path, name="kept").reported == {"haizhu": REPORTS}
    assert not held().is_empty


def test_a_newer_report_takes_the_place_of_the_former():
    newer = reported(701, reported_at="2024-07-01T00:00:00+00:00")
    kept = report_value(held(), "haizhu", newer).reported["haizhu"]
    assert kept == (REPORTS[1], newer)


def test_withdrawing_the_last_report_leaves_no_trace():
    workspace = withdraw_value(held(), "haizhu", REPORTS[0])
    assert workspace.reported == {"haizhu": (REPORTS[1],)}
    assert withdraw_value(workspace, "haizhu", REPORTS[1]).is_empty
    assert withdraw_value(workspace, "other", REPORTS[1]) == workspace


@pytest.mark.parametrize(
    "forged",
    [
        {"value": "700"},
        {"value": None},
        {"value": 1e300},
        {"as_of": "2023-13"},
        {"as_of": "2023-6"},
        {"as_of": "2999"},
        {"source": ""},
        {"source": "长" * 400},
        {"source": "a\u202eb"},
        {"basis": 7},
        {"reported_at": ""},
        {"reported_at": "2024-06-01<img>"},
        {"reported_at": "2998-06-01", "as_of": "2998"},
        {"as_of": "1900"},
        {"indicator_id": None},
        {"indicator_id": ""},
        {"indicator_id": "x" * 10_000},
    ],
)
def test_a_forged_report_is_damage(path, forged):
    change(path, lambda document: document["reported"]["haizhu"][0].update(forged))
    with pytest.raises(WorkspaceError) as caught:
        open_workspace(path, name="forged")
    assert caught.value.key == "workspace.damaged"


@pytest.mark.parametrize(
    "work",
    [
        lambda reports: reports.update(haizhu=[]),
        lambda reports: reports.update(haizhu=reports["haizhu"] * 2),
        lambda reports: reports.update(haizhu={}),
    ],
)
def test_reports_that_are_none_or_twice_are_damage(path, work):
    change(path, lambda document: work(document["reported"]))
    with pytest.raises(WorkspaceError):
        open_workspace(path, name="forged")
