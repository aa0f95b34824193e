"""A table out of a stream of Arrow that a stranger may have written: no larger in memory than on disk."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.ipc

from spatial.importing.isolation.plain_values import ForeignOutcomeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

__all__ = ["read_table"]

_KINDS: Final = (
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_large_binary,
)
"""What we write. One row of any other kind may stand for more than its bytes: of runs, of a dictionary."""
_HEADER, _COMPRESSION = 2, 3
"""Positions of fields: of the header in a message, of the compression in the header of a batch."""


def read_table(source: BinaryIO | pa.NativeFile, forget: Callable[[], None] = lambda: None) -> pa.Table:
    """Read a table, every cell of which stands in the file as it is.

    Parameters
    ----------
    source : file
        At the beginning of the stream.
    forget : callable
        Told after each column that was looked at whole.

    Raises
    ------
    ForeignOutcomeError
        If it holds kinds of columns that are not written here, or packed content.
    pyarrow.ArrowException, struct.error
        If it is damaged.
    """
    messages = list(pyarrow.ipc.MessageReader.open_stream(source))
    if not messages:
        raise ForeignOutcomeError("table")
    schema = pyarrow.ipc.read_schema(messages[0])
    if not all(any(is_kind(kind) for is_kind in _KINDS) for kind in schema.types):
        raise ForeignOutcomeError("kind")
    if any(_is_packed(message) for message in messages[1:]):
        raise ForeignOutcomeError("packed")
    batches = [pyarrow.ipc.read_record_batch(message, schema) for message in messages[1:]]
    table = pa.Table.from_batches(batches, schema=schema)
    for column in table.columns:  # one by one: all at once, all of the file would be in memory
        if len(column) != table.num_rows:
            raise ForeignOutcomeError("rows")
        column.validate(full=True)
        forget()
    return table


def _is_packed(message: pyarrow.ipc.Message) -> bool:
    """Return whether a batch says that its content is compressed; by then nothing of it is unpacked."""
    words = message.metadata.to_pybytes()
    (root,) = struct.unpack_from("<I", words)
    header = _field(words, root, _HEADER)
    if header is None:
        raise ForeignOutcomeError("message")
    (distance,) = struct.unpack_from("<I", words, header)
    return _field(words, header + distance, _COMPRESSION) is not None


def _field(words: bytes, table: int, position: int) -> int | None:
    """Return where a field of a FlatBuffers table stands; None where it has none."""
    (back,) = struct.unpack_from("<i", words, table)
    (n_bytes,) = struct.unpack_from("<H", words, table - back)
    slot = 4 + 2 * position
    if slot + 2 > n_bytes:
        return None
    (distance,) = struct.unpack_from("<H", words, table - back + slot)
    return table + distance if distance else None
