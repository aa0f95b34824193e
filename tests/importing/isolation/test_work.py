"""The tasks of the guarded process, done here: which one a job names, and what is left of a refusal."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from spatial.errors import WorkspaceError
from spatial.importing import examine as examining
from spatial.importing.isolation import work
from spatial.limits import DEFAULT_LIMITS
from spatial.workspace import gpkg_file, handover
from spatial.workspace.model import Workspace


def test_a_job_names_its_task():
    assert work.examiner() is examining.examine
    assert work.examiner(work.OPEN_WORKSPACE) is gpkg_file.open_workspace


def opening(tmp_path, content):
    (tmp_path / "a.gpkg").write_bytes(content)
    job = {
        "task": work.OPEN_WORKSPACE,
        "folder": str(tmp_path),
        "path": str(tmp_path / "a.gpkg"),
        "name": "甲.gpkg",
        "limits": asdict(DEFAULT_LIMITS),
    }
    work.run(job, work.examiner(work.OPEN_WORKSPACE), lambda *_: None)


def test_a_workspace_is_left_in_the_folder(tmp_path):
    opening(tmp_path, gpkg_file.workspace_bytes(Workspace()))
    assert handover.read_workspace(tmp_path).is_empty


def test_what_is_no_workspace_is_left_as_its_refusal(tmp_path):
    opening(tmp_path, b"no database")
    assert "error" in json.loads((tmp_path / "outcome.json").read_bytes())
    with pytest.raises(WorkspaceError):
        handover.read_workspace(tmp_path)
