"""The steps of the guarded process, run here without the guards that would hold for good."""

from __future__ import annotations

import errno
import io
import json
import sys
import warnings
from dataclasses import asdict
from types import SimpleNamespace

import pytest

from spatial.errors import UnreadableFileError
from spatial.importing.isolation import child, drivers
from spatial.importing.model import Examination
from spatial.limits import DEFAULT_LIMITS


@pytest.fixture
def run(tmp_path, monkeypatch):
    def start(examine):
        job = {
            "folder": str(tmp_path),
            "path": str(tmp_path / "a"),
            "name": "a.csv",
            "settings": {"subject": "points"},
            "limits": asdict(DEFAULT_LIMITS),
            "readable": [],
        }
        lines = io.StringIO()
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(job).encode())))
        monkeypatch.setattr(child, "_take_output", lambda: lines)
        monkeypatch.setattr(child, "_load_library", lambda: None)
        monkeypatch.setattr(child.guard_module("process_limits"), "spare_memory", lambda: None)
        monkeypatch.setattr(drivers, "assert_drivers", lambda: None)
        steps = child.Steps(lambda _: {}, lambda _: True, lambda _: None, examine)
        with warnings.catch_warnings():
            assert child.main(steps) == child.DONE
        return json.loads((tmp_path / "outcome.json").read_bytes()), lines.getvalue().splitlines()

    return start


def raising(fault):
    def examine(*_, **__):
        raise fault

    return examine


def test_what_is_found_is_left_in_the_folder_and_progress_told(run):
    def examine(path, *, name, settings, limits, progress):
        progress("guard.without_cpu", 0.1)
        progress("guard.without_cpu", 0.2)
        return Examination(name=name, kind="CSV", sha256="")

    left, lines = run(examine)
    assert left["examination"]["name"] == "a.csv"
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("fault", "left"),
    [
        (MemoryError(), {"limit": "memory_bytes"}),
        (OSError(errno.EFBIG, ""), {"limit": "unpacked_bytes"}),
        (OSError(errno.ENOMEM, ""), {"limit": "memory_bytes"}),
    ],
)
def test_a_limit_is_told(run, fault, left):
    assert run(raising(fault))[0] == left


@pytest.mark.parametrize("fault", [OSError(errno.EIO, ""), ZeroDivisionError(), KeyboardInterrupt()])
def test_a_breakdown_is_told(run, fault):
    assert list(run(raising(fault))[0]) == ["fault"]


def test_a_refusal_is_told(run):
    left, _ = run(raising(UnreadableFileError("error.empty_file", name="a")))
    assert left["error"]["key"] == "error.empty_file"
