"""What is done inside the guarded process: a job taken apart, the file examined, the outcome written."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from spatial.errors import AtlasError
from spatial.importing.isolation.outcome_files import write_error, write_outcome
from spatial.importing.model import ImportSettings, Subject
from spatial.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.importing.model import Examination
    from spatial.workspace.model import Workspace

__all__ = ["OPEN_WORKSPACE", "examiner", "run"]


OPEN_WORKSPACE: Final = "open_workspace"
"""Task of a job that opens a workspace; any other job examines a file."""


def examiner(task: str | None = None) -> Callable[..., Any]:
    """Return what does the task with a file, its libraries loaded."""
    if task == OPEN_WORKSPACE:
        import_module("spatial.workspace.handover")
        opening: Callable[..., Workspace] = import_module("spatial.workspace.gpkg_file").open_workspace
        return opening
    examine: Callable[..., Examination] = import_module("spatial.importing.examine").examine
    return examine


def run(job: dict[str, Any], examine: Callable[..., Any], progress: Callable[[str, float], None]) -> None:
    """Examine the file of a job and write the outcome, or the refusal, into its folder."""
    folder = Path(job["folder"])
    if job.get("task") == OPEN_WORKSPACE:
        _open_workspace(job, examine)
        return
    settings = ImportSettings(**{**job["settings"], "subject": Subject(job["settings"]["subject"])})
    try:
        examination = examine(
            Path(job["path"]),
            name=job["name"],
            settings=settings,
            limits=Limits(**job["limits"]),
            progress=progress,
        )
    except AtlasError as refusal:
        write_error(folder, refusal)
    else:
        write_outcome(folder, examination)


def _open_workspace(job: dict[str, Any], opening: Callable[..., Workspace]) -> None:
    """Open the workspace of a job and write it, or the refusal, into its folder."""
    folder = Path(job["folder"])
    try:
        workspace = opening(Path(job["path"]), name=job["name"], limits=Limits(**job["limits"]))
    except AtlasError as refusal:
        write_error(folder, refusal)
    else:
        import_module("spatial.workspace.handover").write_workspace(folder, workspace)
