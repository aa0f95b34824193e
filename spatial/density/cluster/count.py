"""A count on several machines: its tasks, and the tree by which their counts are put together."""

from __future__ import annotations

import pickle
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

from spatial.density.cluster.connection import connected, require_dask, require_same_versions
from spatial.density.cluster.frame import Places, places_of
from spatial.density.cluster.job import (
    Job,
    count_buckets,
    count_frame,
    count_pieces,
    counts_of,
    merge_counts,
    rows_of,
)
from spatial.density.cluster.patience import ClusterPatience
from spatial.density.cluster.plan import n_known_rows, planned
from spatial.density.cluster.same_files import mark_of
from spatial.density.cluster.versions import own_versions
from spatial.density.cluster.waiting import Waiting
from spatial.density.counting import check_settings, finish
from spatial.density.model import DedupeKind
from spatial.density.row_store import N_BUCKETS
from spatial.density.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from distributed import Client, Future

    from spatial.density.model import DensityResult, DensitySettings, PointSource
    from spatial.density.partial import Partial
    from spatial.zone_index import ZoneIndex

    Progress = Callable[[int, int | None], None]

__all__ = ["count_dask_frame", "count_on_cluster"]

_PATIENCE: Final = ClusterPatience()

_FAN_IN: Final = 8
"""Counts that one task puts together."""

_FEWEST_GROUPS: Final = 8
_GROUPS_PER_THREAD: Final = 4
"""Groups of buckets whose rows are merged by one task each: small beside a worker's memory."""


def count_on_cluster(
    index: ZoneIndex,
    sources: Sequence[PointSource],
    settings: DensitySettings,
    *,
    address: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    patience: ClusterPatience = _PATIENCE,
) -> DensityResult:
    """Count the points of several files on the workers of a Dask scheduler.

    The result is that of `spatial.density.counting.count_density`, whatever the number of workers and
    whatever becomes of them.

    Parameters
    ----------
    index : ZoneIndex
        The zones; it goes to each worker once.
    sources : sequence of PointSource
        The files, which every worker must see under the same path.
    settings : DensitySettings
        What is counted.
    address : str, optional
        ``tcp://HOST:PORT`` or ``tls://HOST:PORT`` of the scheduler; worker processes on this machine, which
        end with the count, unless given. Whoever can reach a ``tcp://`` scheduler can run programs on its
        workers: keep it to a network that you trust.
    workers : int, optional
        How many processes to start on this machine, one thread each; one for each core unless given. With
        an address, how many to wait for.
    progress : callable, optional
        Called in this thread with the rows counted and all rows, None where a file does not say.
    cancelled : callable, optional
        Asked in this thread every so often; once it says so, the count ends.
    patience : ClusterPatience
        How long to wait for whom.

    Raises
    ------
    UsageError
        If the address or the settings cannot be meant.
    ClusterError
        If there is no scheduler or worker, they are lost, run other programs or do not see the files.
    InputError
        If a file cannot be used.
    CountCancelledError
        If ``cancelled`` said so.
    """
    check_settings(index, sources, settings)
    watch = Watch(sources, progress=progress, cancelled=cancelled)
    with connected(address, workers=workers, patience=patience) as client:
        job = _handed_out(client, index, settings, sources)
        tasks = {
            client.submit(count_pieces, job, pieces, pure=False): n_known_rows(pieces)
            for pieces in planned(sources, _n_threads(client))
        }
        waiting = Waiting(client, patience, watch)
        counted = _put_together(client, job, tasks, settings, waiting)
    notices = tuple(notice for source in sources for notice in source.notices)
    return finish(index, counted, settings, notices=notices)


def count_dask_frame(
    index: ZoneIndex,
    frame: Any,  # noqa: ANN401 - a frame of Dask, which has no types
    settings: DensitySettings,
    *,
    scheduler: str | Client | None = None,
    xy: tuple[str, str] | None = None,
    crs: str | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> DensityResult:
    """Count the rows of a frame of Dask: each partition where it is, one task each.

    Parameters
    ----------
    index : ZoneIndex
        The zones.
    frame : dask.dataframe.DataFrame or dask_geopandas.GeoDataFrame
        One row per point.
    settings : DensitySettings
        What is counted.
    scheduler : str or distributed.Client, optional
        Address as for `count_on_cluster`, or the client that the frame was made with: one that is persisted
        needs it.
    xy : tuple of two str, optional
        Columns of x and y; the geometry column is used unless given.
    crs : str, optional
        Reference system of these columns; canonical degrees unless given.
    progress, cancelled : callable, optional
        As for `count_on_cluster`; the rows of a frame are known once they are read.

    Raises
    ------
    UsageError, ClusterError, InputError, CountCancelledError
        As for `count_on_cluster`.
    """
    check_settings(index, [frame], settings)
    require_dask()
    from dask import delayed  # noqa: PLC0415 - Dask is imported for a count on a cluster alone

    chosen = places_of(frame, xy=xy, crs=crs, columns=settings.columns)
    places = Places(xy=xy, crs=crs)
    watch = Watch((), progress=progress, cancelled=cancelled)
    own = isinstance(scheduler, str) or scheduler is None
    way = connected(scheduler, workers=None, patience=_PATIENCE) if own else nullcontext(scheduler)
    with way as given:
        client: Client = given
        require_same_versions(client)
        job = _handed_out(client, index, settings, ())
        each = delayed(count_frame, pure=False)
        counts = [each(job, part, places, number) for number, part in enumerate(chosen.to_delayed())]
        tasks = dict.fromkeys(client.compute(counts), 0)
        waiting = Waiting(client, _PATIENCE, watch)
        counted = _put_together(client, job, tasks, settings, waiting)
    return finish(index, counted, settings)


def _handed_out(
    client: Client, index: ZoneIndex, settings: DensitySettings, sources: Sequence[PointSource]
) -> Future:
    """Return the job as the result of a task.

    What is scattered is lost with the worker that holds it; what a task gave is made again.
    """
    job = Job(
        index=index,
        settings=settings,
        sources=tuple(sources),
        marks=tuple(mark_of(source) for source in sources),
        versions=dict(own_versions()),
    )
    return client.submit(pickle.loads, pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL), pure=False)


def _put_together(
    client: Client, job: Future, tasks: dict[Future, int], settings: DensitySettings, waiting: Waiting
) -> Partial:
    """Wait for the counts of all tasks, put together by a tree."""
    counts = list(tasks)
    if settings.dedupe.kind != DedupeKind.NONE:
        counts = _merged_rows(client, job, counts)
    partial: Partial = waiting.wait(_tree(client, counts), tasks)
    return partial


def _merged_rows(client: Client, job: Future, parted: list[Future]) -> list[Future]:
    """Return the tasks that count the sites into which the rows of all tasks are merged.

    No folder is shared: the rows of a bucket go from the workers that read them to the one that merges.
    """
    n_groups = min(max(_n_threads(client) * _GROUPS_PER_THREAD, _FEWEST_GROUPS), N_BUCKETS)
    counts = client.map(counts_of, parted, pure=False)
    for group in range(n_groups):
        rows = client.map(rows_of, parted, group=group, n_groups=n_groups, pure=False)
        counts.append(client.submit(count_buckets, job, rows, pure=False))
    return list(counts)


def _tree(client: Client, counts: list[Future]) -> Future:
    """Return the task at whose root all counts are put together."""
    while len(counts) > 1:
        counts = [
            client.submit(merge_counts, counts[start : start + _FAN_IN], pure=False)
            for start in range(0, len(counts), _FAN_IN)
        ]
    return counts[0]


def _n_threads(client: Client) -> int:
    """Return how many tasks the workers run at once."""
    return sum(client.nthreads().values())
