"""Which pieces of the files a task counts: enough that handing it out costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.density.cluster.job import Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.density.model import PointSource

__all__ = ["planned"]

_FEWEST_ROWS: Final = 1 << 18
"""A few hundredths of a second of counting: some ten times what a task costs to hand out."""

_MOST_ROWS: Final = 1 << 22
"""What a killed worker loses at most: about a second."""

_TASKS_PER_THREAD: Final = 8
"""So that the last to finish keeps the others waiting for an eighth of the time at most."""


def planned(sources: Sequence[PointSource], n_threads: int) -> list[tuple[Piece, ...]]:
    """Return the pieces of each task, in the order of the files.

    Parameters
    ----------
    sources : sequence of PointSource
        The files.
    n_threads : int
        How many tasks run at once.
    """
    pieces = [Piece(number, part) for number, source in enumerate(sources) for part in source.parts()]
    n_rows = sum(n_known_rows([piece]) for piece in pieces)
    enough = min(max(n_rows // (max(n_threads, 1) * _TASKS_PER_THREAD), _FEWEST_ROWS), _MOST_ROWS)
    tasks: list[tuple[Piece, ...]] = []
    gathered: list[Piece] = []
    for piece in pieces:
        gathered.append(piece)
        # A piece of unknown size may be a whole file: it ends its task.
        if piece.part.n_rows < 0 or n_known_rows(gathered) >= enough:
            tasks.append(tuple(gathered))
            gathered = []
    return [*tasks, tuple(gathered)] if gathered or not tasks else tasks


def n_known_rows(pieces: Sequence[Piece]) -> int:
    """Return the rows of pieces, as far as they are known without reading."""
    return sum(max(piece.part.n_rows, 0) for piece in pieces)
