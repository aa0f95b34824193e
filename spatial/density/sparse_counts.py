"""Counts of the few codes that occur among very many."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.int64]

__all__ = ["SparseCounts", "counted"]


class SparseCounts(NamedTuple):
    """Counts of those codes that occur, in ascending order."""

    codes: Rows
    n: Rows

    @classmethod
    def none(cls) -> SparseCounts:
        """Return no counts."""
        return cls(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

    @classmethod
    def joined(cls, several: Sequence[SparseCounts]) -> SparseCounts:
        """Return the sums of several, whatever the order of their codes."""
        codes = np.concatenate([counts.codes for counts in several])
        n = np.concatenate([counts.n for counts in several])
        order = np.argsort(codes, kind="stable")
        codes, n = codes[order], n[order]
        first = np.flatnonzero(np.diff(codes, prepend=-1))
        return cls(codes[first], np.add.reduceat(n, first) if len(first) else n)


def counted(codes: Rows) -> SparseCounts:
    """Return how often each code, nought or above, occurs."""
    if len(codes) and codes.max() < 4 * len(codes):
        n = np.bincount(codes)
        distinct = np.flatnonzero(n)
        return SparseCounts(distinct, n[distinct].astype(np.int64))
    distinct, n = np.unique(codes, return_counts=True)
    return SparseCounts(distinct.astype(np.int64), n.astype(np.int64))
