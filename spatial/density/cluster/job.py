"""What a worker does: counts pieces of the points, puts counts together, merges the rows of a bucket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from spatial.density.cluster.same_files import FileMark, require_same
from spatial.density.cluster.versions import differences, own_versions
from spatial.density.counting import map_part
from spatial.density.partial import Partial, merge
from spatial.errors import ClusterError, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from spatial.density.cluster.frame import Places
    from spatial.density.model import DensitySettings, PointSource, SourcePart
    from spatial.zone_index import ZoneIndex

__all__ = ["Job", "Piece", "count_frame", "count_pieces", "merge_counts"]


class Piece(NamedTuple):
    """A part of one of the files."""

    source: int
    part: SourcePart


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is the same for every task of a count; it goes to each worker once.

    Attributes
    ----------
    index : ZoneIndex
        The zones.
    settings : DensitySettings
        What is counted.
    sources : tuple of PointSource
        The files.
    marks : tuple of FileMark or None
        What tells each file from another.
    versions : Mapping of str to str
        What the caller runs.
    """

    index: ZoneIndex
    settings: DensitySettings
    sources: tuple[PointSource, ...]
    marks: tuple[FileMark | None, ...]
    versions: Mapping[str, str]


def count_pieces(job: Job, pieces: Sequence[Piece]) -> Partial:
    """Count some pieces.

    Raises
    ------
    ClusterError
        If this worker runs other programs than the caller, or does not see the same file.
    InputError
        If a file is damaged.
    """
    worker = _this_worker()
    _require_same_programs(job, worker)
    for source in {piece.source for piece in pieces}:
        require_same(job.marks[source], worker=worker)
    return merge([_counted(job, piece, worker) for piece in pieces])


def count_frame(job: Job, frame: pd.DataFrame, places: Places, number: int) -> Partial:
    """Count one partition of a Dask frame; errors as for `count_pieces`."""
    _require_same_programs(job, _this_worker())
    source = places.source(frame, number, columns=job.settings.columns)
    return merge([map_part(job.index, source, part, job.settings) for part in source.parts()])


def merge_counts(partials: Sequence[Partial]) -> Partial:
    """Put counts together."""
    return merge(partials)


def _counted(job: Job, piece: Piece, worker: str) -> Partial:
    """Count a piece; a file that is lost on the way is no damaged file."""
    source = job.sources[piece.source]
    try:
        return map_part(job.index, source, piece.part, job.settings)
    except (OSError, UnreadableFileError):
        require_same(job.marks[piece.source], worker=worker)
        raise


def _require_same_programs(job: Job, worker: str) -> None:
    """Refuse to count with other programs than the caller's: a worker may have come late."""
    unlike = differences(job.versions, own_versions())
    if unlike:
        raise ClusterError("cluster.other_versions", worker=worker, differences=unlike)


def _this_worker() -> str:
    """Return the address of the worker that runs this task."""
    from distributed import get_worker  # noqa: PLC0415 - a task runs where Dask is

    return str(get_worker().address)
