"""The named limits of a file that is streamed: of its columns and cells, not of its length."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from spatial.limits import Limits

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["limits_in_force", "refuse_long_cells"]


def limits_in_force() -> Limits:
    """Return the limits of a file that is streamed, as the environment sets them."""
    return Limits.for_command_line(os.environ)


def refuse_long_cells(column: pa.Array, limits: Limits) -> None:
    """Refuse texts with more than `cell_characters`; of a dictionary, each different one is looked at."""
    import pyarrow as pa  # noqa: PLC0415 - imported by whoever read the column
    import pyarrow.compute as pc  # noqa: PLC0415

    words = column.dictionary if pa.types.is_dictionary(column.type) else column
    if not (pa.types.is_string(words.type) or pa.types.is_large_string(words.type)):
        return
    # No text has more characters than bytes, which are told without looking at any.
    if (pc.max(pc.binary_length(words)).as_py() or 0) > limits.cell_characters:
        limits.check("cell_characters", pc.max(pc.utf8_length(words)).as_py())
