"""What a part of the points came to, and how parts are put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from spatial.density.model import Reported
from spatial.density.tally import Counts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Partial", "joined_buckets", "merge"]


@dataclass(frozen=True, kw_only=True)
class Partial:
    """What a part of the points came to: plain arrays, to be pickled and put together in any order.

    Attributes
    ----------
    n_in, n_left_out : int
        Rows read, and those of them with a place that are not to be counted.
    reported : Reported
        The rows of them that were set aside.
    counts : Counts
        Sites that are counted already.
    buckets : Mapping of int to pyarrow.Table
        Where rows are merged into sites: the rows still to be merged, by bucket. Rows that may be one
        site are never in two buckets, unless they are bridged by ``spans``.
    n_apart : int
        Sites whose rows lie more than some 20 m apart.
    spans : tuple of pyarrow.Table
        Pieces of sites that reach over the border of a bucket, see `spatial.density.near_rows`.
    """

    n_in: int = 0
    n_left_out: int = 0
    reported: Reported = field(default_factory=Reported)
    counts: Counts
    buckets: Mapping[int, pa.Table] = field(default_factory=dict)
    n_apart: int = 0
    spans: tuple[pa.Table, ...] = ()


def merge(partials: Sequence[Partial]) -> Partial:
    """Put partials over one index and one choice of settings together, in any order and any grouping."""
    return Partial(
        n_in=sum(partial.n_in for partial in partials),
        n_left_out=sum(partial.n_left_out for partial in partials),
        reported=Reported.joined([partial.reported for partial in partials]),
        counts=Counts.joined([partial.counts for partial in partials]),
        buckets=joined_buckets([partial.buckets for partial in partials]),
        n_apart=sum(partial.n_apart for partial in partials),
        spans=tuple(rows for partial in partials for rows in partial.spans),
    )


def joined_buckets(several: Sequence[Mapping[int, pa.Table]]) -> dict[int, pa.Table]:
    """Return the rows of each bucket from several places."""
    gathered: dict[int, list[pa.Table]] = {}
    for buckets in several:
        for bucket, rows in buckets.items():
            gathered.setdefault(bucket, []).append(rows)
    return {
        bucket: rows[0] if len(rows) == 1 else pa.concat_tables(rows)
        for bucket, rows in sorted(gathered.items())
    }
