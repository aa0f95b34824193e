"""Points of several files counted by zone, in one pass and in memory that does not grow with them.

`count_density` does it all on one machine. `map_part`, `merge` and `finish` are its steps as pure
functions of values that can be pickled, for a cluster.

Every number is the same whatever the order of files' parts, batches and threads.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeVar

import pyarrow as pa

from spatial.density.feed import Feed, run_threads, usable_cores
from spatial.density.grid_cells import cells_of
from spatial.density.laid_zones import LaidZones
from spatial.density.model import (
    GRID_SIZES_M,
    DedupeKind,
    DensityResult,
    GridCounts,
)
from spatial.density.part_counter import PartCounter
from spatial.density.partial import Partial, merge
from spatial.density.row_store import RowStore, grouped
from spatial.density.watch import Watch
from spatial.errors import InputError, UsageError
from spatial.notice import Notice, once
from spatial.text import LANGUAGES, TextKey, printable, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from spatial.density.model import DensitySettings, PointSource, SourcePart
    from spatial.density.tally import Counts
    from spatial.zone_index import ZoneIndex

    _Read = TypeVar("_Read")

__all__ = ["Partial", "count_bucket", "count_density", "finish", "map_part", "merge"]

NEAREST_M: Final = 0.01
FARTHEST_M: Final = 10_000.0
"""Distances within which rows may be merged: closer is one place, farther is no site."""


def count_density(
    index: ZoneIndex | Callable[[], ZoneIndex],
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
    index : ZoneIndex or callable
        The zones, or what lays them: the first points are read meanwhile.
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
    _check_points(sources, settings)
    n_threads = threads or usable_cores()
    feed = Feed(sources, n_threads=n_threads)
    watch = Watch(sources, progress=progress, cancelled=cancelled)

    def lay() -> ZoneIndex:
        laid = index() if callable(index) else index
        _check_zones(laid)
        return laid

    zones = LaidZones(lay)
    if not callable(index):
        zones.lay()
    with RowStore() as store:
        counters: dict[int, PartCounter] = {}

        def read(thread: int) -> None:
            batches = feed.batches(thread)
            early = zones.early(batches)
            counter = counters[thread] = PartCounter(zones.index, settings, store.put)
            for source, batch in chain(_emptied(early), batches):
                counter.take(source, batch)
                watch.read(batch.n_in)

        def stop() -> None:
            feed.stop()
            zones.give_up()

        run_threads(read, n_threads, stop=stop, look=watch.look, first=zones.lay)
        if settings.dedupe.kind != DedupeKind.NONE:
            _merge_rows(store, list(counters.values()), feed, watch)
    notices = tuple(notice for source in sources for notice in source.notices)
    partial = merge([counter.partial() for counter in counters.values()])
    return finish(zones.index, partial, settings, notices=notices)


def map_part(index: ZoneIndex, source: PointSource, part: SourcePart, settings: DensitySettings) -> Partial:
    """Count one part of a file; `merge` puts several together, in any order.

    Where rows are merged into sites, they are in the partial's ``buckets``, for `count_bucket` once all
    parts are put together.
    """
    counter = PartCounter(index, settings)
    for batch in source.batches(part):
        counter.take(source, batch)
    return counter.partial()


def count_bucket(index: ZoneIndex, settings: DensitySettings, rows: pa.Table) -> Partial:
    """Merge the rows of one bucket or several, those of all parts, into sites and count these.

    The partial that had the bucket, without it, and this one are together what `finish` needs; what
    buckets `finish` still finds it counts itself.
    """
    counter = PartCounter(index, settings)
    counter.take_bucket(rows)
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
    partial = _whole(index, partial, settings)
    counts = partial.counts
    per_zone, n_outside = counts.zone_counts(index)
    n_used = partial.n_in - partial.reported.n
    return DensityResult(
        zone_ids=tuple(index.zone_ids),
        counts=per_zone,
        by=settings.by,
        by_counts=counts.split_counts(index) if settings.by else {},
        n_in=partial.n_in,
        n_used=n_used,
        n_reported=partial.reported.n,
        total_count=counts.n_sites,
        outside_count=n_outside,
        reported=partial.reported,
        notices=once((*notices, *_notices(partial, settings))),
        grid=_grid(counts, settings.grid_m),
        n_left_out=partial.n_left_out,
    )


def check_settings(index: ZoneIndex, sources: Sequence[PointSource], settings: DensitySettings) -> None:
    """Refuse what cannot be counted before anything is read.

    Raises
    ------
    UsageError, InputError
        If there are no zones or no files, the grid is none that is offered, or the distance is none that
        makes a site.
    """
    _check_zones(index)
    _check_points(sources, settings)


def _check_zones(index: ZoneIndex) -> None:
    if not index.n_zones:
        raise InputError("density.no_zones")


def _check_points(sources: Sequence[PointSource], settings: DensitySettings) -> None:
    if not sources:
        raise UsageError("density.no_points_files")
    dedupe = settings.dedupe
    if dedupe.kind == DedupeKind.DISTANCE and not NEAREST_M <= dedupe.distance_m <= FARTHEST_M:
        raise UsageError(
            "density.distance_out_of_range",
            distance_m=dedupe.distance_m,
            nearest=NEAREST_M,
            farthest=FARTHEST_M,
        )
    if settings.grid_m is not None and settings.grid_m not in GRID_SIZES_M:
        raise UsageError("density.grid_size", size=settings.grid_m)


def _emptied(early: list[_Read]) -> Iterator[_Read]:
    """Yield what was read early, and hold none of it any longer."""
    early.reverse()
    while early:
        yield early.pop()


def _merge_rows(store: RowStore, counters: Sequence[PartCounter], feed: Feed, watch: Watch) -> None:
    """Merge the stored rows into sites, bucket by bucket, and count these."""
    waiting = deque(grouped(store.sizes()))

    def work(thread: int) -> None:
        while not feed.is_stopped:
            try:
                buckets = waiting.popleft()
            except IndexError:
                return
            counters[thread].take_bucket(store.rows(buckets))

    run_threads(work, len(counters), stop=feed.stop, look=watch.look)


def _whole(index: ZoneIndex, partial: Partial, settings: DensitySettings) -> Partial:
    """Return a partial with its buckets and the pieces of its sites counted."""
    groups = grouped({bucket: len(rows) for bucket, rows in partial.buckets.items()})
    counted = [
        count_bucket(index, settings, pa.concat_tables([partial.buckets[bucket] for bucket in group]))
        for group in groups
    ]
    partial = merge([replace(partial, buckets={}), *counted])
    if not partial.spans:
        return partial
    counter = PartCounter(index, settings)
    counter.take_spans(partial.spans)
    return merge([replace(partial, spans=()), counter.partial()])


def _notices(partial: Partial, settings: DensitySettings) -> list[Notice]:
    """Return what a reader of the counts should know."""
    counts, said = partial.counts, []
    if partial.n_left_out:
        reason = TextKey("verdict.left_out_status")
        said.append(Notice("verdict.rows_left_out", {"count": partial.n_left_out, "reason": reason}))
    n_rows = partial.n_in - partial.reported.n - partial.n_left_out
    if n_rows != counts.n_sites:
        said.append(
            Notice("density.rows_merged", {"rows": n_rows, "sites": counts.n_sites, "how": _how(settings)})
        )
    if partial.n_apart:
        said.append(Notice("density.sites_apart", {"count": partial.n_apart}))
    if counts.beyond_area:
        said.append(Notice("density.grid_beyond_area", {"count": counts.beyond_area}))
    if counts.without_cell:
        said.append(Notice("density.grid_without_cell", {"count": counts.without_cell}))
    return said


def _how(settings: DensitySettings) -> dict[str, str]:
    """Return in every language what made rows one site."""
    dedupe = settings.dedupe
    if dedupe.kind == DedupeKind.KEY:
        return {lang: text("density.by_key", lang, column=printable(dedupe.column)) for lang in LANGUAGES}
    return {lang: text("density.by_distance", lang, distance_m=dedupe.distance_m) for lang in LANGUAGES}


def _grid(counts: Counts, size_m: int | None) -> GridCounts | None:
    """Return the counts of the grid cells, from west to east and south to north."""
    if size_m is None:
        return None
    column, row = cells_of(counts.cells.codes)
    return GridCounts(size_m=size_m, column=column, row=row, count=counts.cells.n)
