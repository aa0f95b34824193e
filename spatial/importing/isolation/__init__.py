"""The process in which a file is opened: bounded in time, memory, files and network."""

from __future__ import annotations

from spatial.importing.isolation.run import (
    GUARDS,
    ExaminationCancelledError,
    IsolatedRun,
    guards_here,
    missing_guards,
    run_examination,
)

__all__ = [
    "GUARDS",
    "ExaminationCancelledError",
    "IsolatedRun",
    "guards_here",
    "missing_guards",
    "run_examination",
]
