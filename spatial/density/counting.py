"""Points of several files counted by zone, in one pass and in memory that does not grow with them.

`count_density` does it all on one machine. `map_part`, `merge` and `finish` are its steps as pure
functions of values that can be pickled, for a cluster.

Every number is the same whatever the order of files' parts, batches and threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.density.categories import words
from spatial.density.feed import Feed, run_threads, usable_cores
from spatial.density.grid_cells import cells_of
from spatial.density.model import (
    GRID_SIZES_M,
    DensityResult,
    GridCounts,
    PointBatch,
    Reported,
)
from spatial.density.partial import Partial, merge
from spatial.density.tally import Counts, Tally
from spatial.density.watch import Watch
from spatial.errors import InputError, UsageError
from spatial.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spatial.density.model import DensitySettings, PointSource, SourcePart
    from spatial.zone_index import ZoneIndex

__all__ = ["Partial", "count_density", "finish", "map_part", "merge"]

_MOST_REPORTS_KEPT = 64


class PartCounter:
    """Counts the batches that one thread takes.

    Parameters
    ----------
    index : ZoneIndex
        The zones.
    settings : DensitySettings
        What is counted.
    """

    def __init__(self, index: ZoneIndex, settings: DensitySettings) -> None:
        self._settings = settings
        self._tally = Tally(index, n_by=len(settings.by), grid_m=settings.grid_m)
        self._n_in = 0
        self._reports: list[Reported] = []

    def take(self, source: PointSource, batch: PointBatch) -> None:
        """Count the rows of a batch."""
        self._n_in += batch.n_in
        self._report(batch.reported)
        by = [words(batch.columns, column) for column in self._settings.by]
        self._tally.add(batch.lon, batch.lat, by)

    def partial(self) -> Partial:
        """Return what all batches came to."""
        return Partial(n_in=self._n_in, reported=Reported.joined(self._reports), counts=self._tally.counts())

    def _report(self, reported: Reported) -> None:
        if reported.n:
            self._reports.append(reported)
        if len(self._reports) > _MOST_REPORTS_KEPT:
            self._reports = [Reported.joined(self._reports)]


def count_density(
    index: ZoneIndex,
    sources: Sequence[PointSource],
    settings: DensitySettings,
    *,
    progress: Callable[[int, int | None], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    threads: int | None = None,
) -> DensityResult:
    """Count the points of several files by zone.

    Parameters
    ----------
    index : ZoneIndex
        The zones.
    sources : sequence of PointSource
        The files of points, in canonical degrees.
    settings : DensitySettings
        What is counted.
    progress : callable, optional
        Called in this thread with the rows read so far and all rows, None where a file does not say.
    cancelled : callable, optional
        Asked in this thread every so often; once it says so, the count ends.
    threads : int, optional
        How many count at once; by default one for each core that the process may use.

    Raises
    ------
    UsageError, InputError
        If there is nothing to count or in, or a column cannot be used.
    UnreadableFileError
        If a file is damaged.
    CountCancelledError
        If ``cancelled`` said so.
    """
    check_settings(index, sources, settings)
    n_threads = threads or usable_cores()
    feed = Feed(sources, n_threads=n_threads)
    watch = Watch(sources, progress=progress, cancelled=cancelled)
    counters = [PartCounter(index, settings) for _ in range(n_threads)]

    def work(thread: int) -> None:
        for source, batch in feed.batches(thread):
            counters[thread].take(source, batch)
            watch.read(batch.n_in)

    run_threads(work, n_threads, stop=feed.stop, look=watch.look)
    notices = tuple(notice for source in sources for notice in source.notices)
    return finish(index, merge([counter.partial() for counter in counters]), settings, notices=notices)


def map_part(index: ZoneIndex, source: PointSource, part: SourcePart, settings: DensitySettings) -> Partial:
    """Count one part of a file; `merge` puts several together, in any order."""
    counter = PartCounter(index, settings)
    for batch in source.batches(part):
        counter.take(source, batch)
    return counter.partial()


def finish(
    index: ZoneIndex,
    partial: Partial,
    settings: DensitySettings,
    *,
    notices: Sequence[Notice] = (),
) -> DensityResult:
    """Return the result of all parts put together.

    Parameters
    ----------
    index : ZoneIndex
        The zones.
    partial : Partial
        All parts, from `merge`.
    settings : DensitySettings
        What was counted.
    notices : sequence of Notice
        What the files had to say.
    """
    counts = partial.counts
    per_zone, n_outside = counts.zone_counts(index)
    return DensityResult(
        zone_ids=tuple(index.zone_ids),
        counts=per_zone,
        by=settings.by,
        by_counts=counts.split_counts(index) if settings.by else {},
        n_in=partial.n_in,
        n_used=partial.n_in - partial.reported.n,
        n_reported=partial.reported.n,
        total_count=counts.n_sites,
        outside_count=n_outside,
        reported=partial.reported,
        notices=tuple(dict.fromkeys((*notices, *_notices(counts)))),
        grid=_grid(counts, settings.grid_m),
    )


def check_settings(index: ZoneIndex, sources: Sequence[PointSource], settings: DensitySettings) -> None:
    """Refuse what cannot be counted before anything is read.

    Raises
    ------
    UsageError, InputError
        If there are no zones or no files, or the grid is none that is offered.
    """
    if not index.n_zones:
        raise InputError("density.no_zones")
    if not sources:
        raise UsageError("density.no_points_files")
    if settings.grid_m is not None and settings.grid_m not in GRID_SIZES_M:
        raise UsageError("density.grid_size", size=settings.grid_m)


def _notices(counts: Counts) -> list[Notice]:
    """Return what a reader of the counts should know."""
    said = []
    if counts.beyond_area:
        said.append(Notice("density.grid_beyond_area", {"count": counts.beyond_area}))
    if counts.without_cell:
        said.append(Notice("density.grid_without_cell", {"count": counts.without_cell}))
    return said


def _grid(counts: Counts, size_m: int | None) -> GridCounts | None:
    """Return the counts of the grid cells, from west to east and south to north."""
    if size_m is None:
        return None
    column, row = cells_of(counts.cells.codes)
    return GridCounts(size_m=size_m, column=column, row=row, count=counts.cells.n)
