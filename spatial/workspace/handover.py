"""A workspace handed over by the process that opened its file, as files of one folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from spatial.importing.isolation.frame_files import read_frame, write_frame
from spatial.importing.isolation.job_folder import open_left
from spatial.importing.isolation.left_document import OUTCOME_FILE, read_document
from spatial.importing.isolation.outcome_files import read_outcome
from spatial.importing.isolation.own_copy import OwnCopy
from spatial.importing.isolation.plain_values import ForeignOutcomeError, of_kind
from spatial.workspace.document import put_together, take_apart

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from spatial.workspace.model import Workspace

__all__ = ["read_workspace", "write_workspace"]

_LARGEST_DOCUMENT: Final = 200_000_000
_MOST_VALUES: Final = 10_000_000
"""The reports of a workspace name each row that was not used."""


def write_workspace(folder: Path, workspace: Workspace) -> None:
    """Write a workspace into ``folder``."""
    document, frames = take_apart(workspace)
    tables = {
        name: {"file": f"table_{number}.arrow", **write_frame(frame, folder / f"table_{number}.arrow")}
        for number, (name, frame) in enumerate(frames.items())
    }
    outcome = {"workspace": document, "tables": tables}
    (folder / OUTCOME_FILE).write_text(json.dumps(outcome), encoding="ascii")


def read_workspace(folder: Path) -> Workspace:
    """Return the workspace that a process left in ``folder``.

    Raises
    ------
    AtlasError
        The refusal that the process wrote, of the class it was.
    ForeignOutcomeError
        If the files are not what they must be.
    """
    try:
        held = read_document(folder, largest=_LARGEST_DOCUMENT, most_values=_MOST_VALUES)
        if "error" in held:
            read_outcome(folder)
        tables = of_kind(held["tables"], dict)
        return put_together(held["workspace"], lambda name: _read(folder, of_kind(tables[name], dict)))
    except (KeyError, TypeError, OSError, RecursionError) as fault:
        raise ForeignOutcomeError("workspace") from fault


def _read(folder: Path, described: dict[str, Any]) -> pd.DataFrame:
    file = of_kind(described["file"], str)
    if "/" in file or "\\" in file:
        raise ForeignOutcomeError("table")
    with open_left(folder / file) as source:
        copy = OwnCopy(source)
    return read_frame(copy.reader(), described, copy.forget_pages)
