"""Tables of cells in place of stations: why their ids repeat, and what to bring instead."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from spatial.errors import DuplicateIdError
from spatial.selection import lists_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spatial.inventory import Inventory

__all__ = ["telling_cells"]

_ID: Final = "site_id"


@contextmanager
def telling_cells(inventories: Sequence[Inventory]) -> Iterator[None]:
    """Say of ids that repeat, where a table lists cells, that this is why.

    Parameters
    ----------
    inventories : sequence of Inventory
        The stations that somebody brought. Each is judged alone: two files with the same stations list
        no cells.

    Raises
    ------
    DuplicateIdError
        As the block raised it, with the cause and the next step where a table lists cells.
    """
    try:
        yield
    except DuplicateIdError as error:
        if any(_repeats_ids_of_cells(inventory) for inventory in inventories):
            told = {**error.params, "layer": error.params["title"]}
            raise DuplicateIdError("export.ids_of_cells", **told) from error
        raise


def _repeats_ids_of_cells(inventory: Inventory) -> bool:
    """Tell whether a table lists cells, under ids that repeat."""
    points = inventory.points
    return _ID in points and bool(points[_ID].duplicated().any()) and lists_cells(points)
