"""What a worker does: counts pieces of the points, puts counts together, merges the rows of buckets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from spatial.density.cluster.same_files import FileMark, require_same
from spatial.density.cluster.versions import differences, own_versions
from spatial.density.counting import count_bucket, map_part
from spatial.density.model import DedupeKind
from spatial.density.part_counter import PartCounter
from spatial.density.partial import Partial, merge
from spatial.errors import ClusterError, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from spatial.density.cluster.frame import Places
    from spatial.density.model import DensitySettings, PointSource, SourcePart
    from spatial.zone_index import ZoneIndex

__all__ = [
    "Job",
    "Parted",
    "Piece",
    "count_buckets",
    "count_frame",
    "count_pieces",
    "counts_of",
    "merge_counts",
    "rows_of",
]


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


class Parted(NamedTuple):
    """What some pieces came to where rows are merged into sites.

    Attributes
    ----------
    counts : Partial
        What is counted already.
    rows : Mapping of int to pyarrow.Buffer
        The rows still to be merged by bucket, each a stream of Arrow: a slice of a table would be pickled
        with all of the table.
    """

    counts: Partial
    rows: Mapping[int, pa.Buffer]


def count_pieces(job: Job, pieces: Sequence[Piece]) -> Partial | Parted:
    """Count some pieces; their rows are parted into buckets where rows are merged into sites.

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
    return _parted(job, [_counted(job, piece, worker) for piece in pieces])


def count_frame(job: Job, frame: pd.DataFrame, places: Places, number: int) -> Partial | Parted:
    """Count one partition of a Dask frame; errors as for `count_pieces`."""
    _require_same_programs(job, _this_worker())
    source = places.source(frame, number, columns=job.settings.columns)
    return _parted(job, [map_part(job.index, source, part, job.settings) for part in source.parts()])


def counts_of(parted: Parted) -> Partial:
    """Return what is counted already."""
    return parted.counts


def rows_of(parted: Parted, group: int, n_groups: int) -> dict[int, pa.Buffer]:
    """Return the rows of every ``n_groups``-th bucket, from one of them on."""
    return {bucket: rows for bucket, rows in parted.rows.items() if bucket % n_groups == group}


def count_buckets(job: Job, several: Sequence[Mapping[int, pa.Buffer]]) -> Partial:
    """Merge the rows of some buckets, those of all pieces, into sites and count these.

    Raises
    ------
    ClusterError
        If this worker runs other programs than the caller.
    """
    _require_same_programs(job, _this_worker())
    buckets = sorted({bucket for rows in several for bucket in rows})
    merged = [_bucket(job, [rows[at] for rows in several if at in rows]) for at in buckets]
    return merge([_nothing(job), *merged])


def merge_counts(partials: Sequence[Partial]) -> Partial:
    """Put counts together."""
    return merge(partials)


def _bucket(job: Job, streams: Sequence[pa.Buffer]) -> Partial:
    """Merge the rows of one bucket."""
    rows = pa.concat_tables([pa.ipc.open_stream(stream).read_all() for stream in streams])
    return count_bucket(job.index, job.settings, rows)


def _parted(job: Job, partials: Sequence[Partial]) -> Partial | Parted:
    """Put the counts of one task together."""
    partial = merge([_nothing(job), *partials])
    if job.settings.dedupe.kind == DedupeKind.NONE:
        return partial
    rows = {bucket: _stream(table) for bucket, table in partial.buckets.items()}
    return Parted(replace(partial, buckets={}), rows)


def _nothing(job: Job) -> Partial:
    """Return what no points come to: a file may be empty, and so may buckets."""
    return PartCounter(job.index, job.settings).partial()


def _stream(table: pa.Table) -> pa.Buffer:
    """Return a table as a stream of Arrow."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return sink.getvalue()


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
