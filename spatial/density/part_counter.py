"""Counts the batches that one thread takes; rows that may be one site it hands on to be merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.density.categories import words
from spatial.density.model import DedupeKind, Reported
from spatial.density.partial import Partial, joined_buckets
from spatial.density.sites import by_columns
from spatial.density.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from spatial.density.model import DensitySettings, PointBatch, PointSource
    from spatial.density.row_store import BucketedRows
    from spatial.density.sites import Sites
    from spatial.zone_index import ZoneIndex

__all__ = ["PartCounter"]

_MOST_REPORTS_KEPT: Final = 64


class PartCounter:
    """Counts batch after batch, in one thread.

    Parameters
    ----------
    index : ZoneIndex
        The zones.
    settings : DensitySettings
        What is counted.
    put : callable, optional
        Takes the rows that have to be merged before they are counted; by default the partial has them.
    """

    def __init__(
        self, index: ZoneIndex, settings: DensitySettings, put: Callable[[BucketedRows], None] | None = None
    ) -> None:
        self._settings = settings
        self._kept: list[BucketedRows] = []
        self._put = put or self._kept.append
        self._tally = Tally(index, n_by=len(settings.by), grid_m=settings.grid_m)
        self._n_in = 0
        self._n_left_out = 0
        self._reports: list[Reported] = []
        self._n_apart = 0
        self._spans: list[pa.Table] = []

    def take(self, source: PointSource, batch: PointBatch) -> None:
        """Count the rows of a batch, or hand them on to be merged."""
        self._n_in += batch.n_in
        self._n_left_out += batch.n_left_out
        self._report(batch.reported)
        by = [words(batch.columns, column) for column in self._settings.by]
        dedupe = self._settings.dedupe
        if dedupe.kind == DedupeKind.NONE:
            self._tally.add(batch.lon, batch.lat, by)
        elif dedupe.kind == DedupeKind.KEY:
            from spatial.density.key_rows import key_rows  # noqa: PLC0415 - few counts merge rows

            rows, without_key = key_rows(source.name, batch, by, dedupe.column)
            self._report(without_key)
            self._put(rows)
        else:
            from spatial.density.near_rows import near_rows  # noqa: PLC0415 - few counts merge rows

            self._put(near_rows(batch, by, dedupe.distance_m))

    def take_bucket(self, rows: pa.Table) -> None:
        """Merge the rows of a bucket, all of them, and count the sites."""
        if self._settings.dedupe.kind == DedupeKind.KEY:
            from spatial.density.key_rows import key_sites  # noqa: PLC0415 - few counts merge rows

            self._count(key_sites(rows))
        else:
            from spatial.density.near_rows import near_sites  # noqa: PLC0415 - few counts merge rows

            self._count(near_sites(rows, self._settings.dedupe.distance_m))

    def take_spans(self, spans: Sequence[pa.Table]) -> None:
        """Join the pieces of sites that reach over buckets, all of them, and count the sites."""
        from spatial.density.near_rows import whole_sites  # noqa: PLC0415 - few counts merge rows

        self._count(whole_sites(spans))

    def partial(self) -> Partial:
        """Return what it all came to."""
        return Partial(
            n_in=self._n_in,
            n_left_out=self._n_left_out,
            reported=Reported.joined(self._reports),
            counts=self._tally.counts(),
            buckets=joined_buckets([rows.tables() for rows in self._kept]),
            n_apart=self._n_apart,
            spans=tuple(self._spans),
        )

    def _count(self, sites: Sites) -> None:
        self._tally.add(sites.table["lon"].to_numpy(), sites.table["lat"].to_numpy(), by_columns(sites.table))
        self._n_apart += sites.n_apart
        if sites.spans is not None:
            self._spans.append(sites.spans)

    def _report(self, reported: Reported) -> None:
        if reported.n:
            self._reports.append(reported)
        if len(self._reports) > _MOST_REPORTS_KEPT:
            self._reports = [Reported.joined(self._reports)]
