"""Which rows count by their state, as a check has it: existing ones, unless others are asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from spatial.density.categories import coded_words
from spatial.station_words import STATUS_WORDS, normalise_word

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spatial.density.model import PointBatch, PointSource, SourcePart
    from spatial.notice import Notice

__all__ = ["CountedRows"]


@dataclass(frozen=True, kw_only=True)
class CountedRows:
    """A source without the rows whose state is not one of those that count.

    Attributes
    ----------
    source : PointSource
        The points; its batches bring ``column`` along.
    column : str
        Where a row says its state.
    states : tuple of str
        Those that count; ``""`` for a row that states none.
    """

    source: PointSource
    column: str
    states: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the file, without its folder."""
        return self.source.name

    @property
    def path(self) -> Path | None:
        """The file, None for points in memory."""
        return getattr(self.source, "path", None)

    @property
    def n_rows(self) -> int:
        """Rows of the file."""
        return self.source.n_rows

    @property
    def column_names(self) -> tuple[str, ...]:
        """Every column that the file has."""
        return self.source.column_names

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the reader should know."""
        return self.source.notices

    def parts(self) -> tuple[SourcePart, ...]:
        """Return the pieces of the file."""
        return self.source.parts()

    def batches(self, part: SourcePart) -> Iterator[PointBatch]:
        """Read a piece; of each batch the rows that count."""
        for batch in self.source.batches(part):
            yield self._counted(batch)

    def _counted(self, batch: PointBatch) -> PointBatch:
        """Return a batch without the rows that do not count."""
        codes, values = coded_words(batch.columns, self.column)
        counts = [STATUS_WORDS.get(normalise_word(value), value) in self.states for value in values]
        kept = np.array(counts, dtype=bool)[codes]
        if kept.all():
            return batch
        return replace(
            batch,
            lon=batch.lon[kept],
            lat=batch.lat[kept],
            rows=batch.rows[kept],
            columns={name: values.filter(pa.array(kept)) for name, values in batch.columns.items()},
            n_left_out=batch.n_left_out + int((~kept).sum()),
        )
