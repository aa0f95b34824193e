"""The one interface between pages and wherever workspaces are kept.

Today that is the memory of one session. A store for several users comes behind the same three calls; so
each save names the version that it was made from, and one that would undo another's work is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from spatial.errors import WorkspaceError
from spatial.workspace.model import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MemoryStore", "StoredWorkspace", "WorkspaceStore"]


@dataclass(frozen=True, kw_only=True)
class StoredWorkspace:
    """A workspace and the version under which it is kept; 0 for one that was never saved."""

    workspace: Workspace
    version: int


class WorkspaceStore(Protocol):
    """Where workspaces are kept, each under the name of its owner."""

    def owners(self) -> Sequence[str]:
        """Return who keeps a workspace here, in alphabetical order."""
        ...

    def load(self, owner: str) -> StoredWorkspace:
        """Return the workspace of an owner; an empty one of version 0 where there is none."""
        ...

    def save(self, owner: str, workspace: Workspace, *, expected: int) -> StoredWorkspace:
        """Keep a workspace that was made from version ``expected``.

        Raises
        ------
        WorkspaceError
            If another version is kept by now; that one stays.
        """
        ...


class MemoryStore:
    """Workspaces in the memory of this process, gone when it ends."""

    def __init__(self) -> None:
        self._kept: dict[str, StoredWorkspace] = {}

    def owners(self) -> Sequence[str]:
        """Return who keeps a workspace here, in alphabetical order."""
        return sorted(self._kept)

    def load(self, owner: str) -> StoredWorkspace:
        """Return the workspace of an owner; an empty one of version 0 where there is none."""
        return self._kept.get(owner, StoredWorkspace(workspace=Workspace(), version=0))

    def save(self, owner: str, workspace: Workspace, *, expected: int) -> StoredWorkspace:
        """Keep a workspace that was made from version ``expected``.

        Raises
        ------
        WorkspaceError
            If another version is kept by now; that one stays.
        """
        found = self.load(owner).version
        if found != expected:
            raise WorkspaceError("workspace.changed_meanwhile", found=found, expected=expected)
        stored = StoredWorkspace(workspace=workspace, version=expected + 1)
        self._kept[owner] = stored
        return stored
