"""A workspace file opened in a process of its own, as any other file from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.importing.isolation.run import run_workspace_opening
from spatial.workspace.handover import read_workspace

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.limits import Limits
    from spatial.workspace.model import Workspace

__all__ = ["open_isolated"]


def open_isolated(source: Path | bytes, *, name: str, limits: Limits) -> Workspace:
    """Open a workspace file without reading it in this process.

    Parameters
    ----------
    source : Path or bytes
        The file.
    name : str
        The planner's name of it, for messages.
    limits : Limits
        Bounds of the process and of what it reads.

    Raises
    ------
    WorkspaceError
        If the file is none of ours, is damaged, or of a version that is not opened here.
    LimitExceededError
        Naming the limit that was passed.
    UnreadableFileError
        If the process broke down.
    """
    return run_workspace_opening(source, name=name, limits=limits, read=read_workspace)
