from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from spatial.importing.isolation import IsolatedRun, environment, run_examination, watch
from spatial.importing.model import ImportSettings, Subject
from spatial.limits import DEFAULT_LIMITS
from tests.importing.isolation.probe_program import guards_off, write_program

Probe = Callable[..., IsolatedRun]


@pytest.fixture
def probe(tmp_path_factory, monkeypatch) -> Probe:
    """Do in the guarded process what a hostile file would have a reader do, and return what came of it."""

    def run(
        name: str, *, off: tuple[str, ...] = (), limits=None, on_progress=None, cancelled=None, **arguments
    ):
        off = (*off, *guards_off())
        folder = tmp_path_factory.mktemp("program")
        monkeypatch.setattr(watch, "_PROGRAM", write_program(folder, off=off))
        if "drivers" in off:
            monkeypatch.setattr(environment, "skipped_drivers", lambda: "")
        if "time" in off or "memory" in off:
            monkeypatch.setattr(watch, "_look_at_memory", lambda *_: None)
        bounds = replace(DEFAULT_LIMITS, **(limits or {}))
        if "time" in off:
            monkeypatch.setattr(watch, "_deadline", lambda *_: float("inf"))
        return run_examination(
            json.dumps(arguments).encode(),
            name=name,
            settings=ImportSettings(subject=Subject.POINTS),
            limits=bounds,
            on_progress=on_progress,
            cancelled=cancelled,
        )

    return run


@pytest.fixture(autouse=True)
def without_a_guard(monkeypatch):
    """Switch off what stands in this process, where the suite shows that each guard is needed."""
    off = guards_off()
    if "limits" in off:
        monkeypatch.setattr("spatial.limits.Limits.check", lambda *_: None)
    if "count" in off:
        from spatial.importing.isolation import outcome_files

        monkeypatch.setattr(outcome_files, "_hold_count", lambda *_: None)
    if "escape" in off:
        monkeypatch.setattr("layers.atlas_map.script_json", json.dumps)
