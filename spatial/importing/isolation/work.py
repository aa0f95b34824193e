"""What is done inside the guarded process: a job taken apart, the file examined, the outcome written."""

from __future__ import annotations

import mimetypes
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatial.errors import AtlasError
from spatial.importing.isolation.outcome_files import write_error, write_outcome
from spatial.importing.model import ImportSettings, Subject
from spatial.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.importing.model import Examination

__all__ = ["examiner", "run"]


def examiner() -> Callable[..., Examination]:
    """Return what examines a file."""
    # A library looks up the system's list of types as soon as it is loaded; that file is out of reach.
    mimetypes.init(())
    examine: Callable[..., Examination] = import_module("spatial.importing.examine").examine
    return examine


def run(
    job: dict[str, Any], examine: Callable[..., Examination], progress: Callable[[str, float], None]
) -> None:
    """Examine the file of a job and write the outcome, or the refusal, into its folder."""
    folder = Path(job["folder"])
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
