"""Rows of a frame as plain records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

    Record: TypeAlias = dict[str, Any]

__all__ = ["records"]


def records(frame: pd.DataFrame) -> list[Record]:
    """Return one record per row, in order, its cells under their columns' names."""
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False, name=None)]
