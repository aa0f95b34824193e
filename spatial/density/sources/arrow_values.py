"""Arrow arrays to what a count needs: binary records, and the values of a column as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from spatial.density.sources.wkb_points import Records

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Offsets = NDArray[np.int64] | NDArray[np.int32]

__all__ = ["binary_records", "is_text", "null_mask", "plain_storage", "text_column"]

_WHOLE_NUMBERS: Final = 2**53


def plain_storage(array: pa.Array) -> pa.Array:
    """Return what an array of an extension type is stored as."""
    return array.storage if isinstance(array.type, pa.BaseExtensionType) else array


def null_mask(array: pa.Array) -> NDArray[np.bool_] | None:
    """Tell the values that are not given; None where all are."""
    if not array.null_count:
        return None
    return np.asarray(array.is_null().to_numpy(zero_copy_only=False))


def is_text(kind: pa.DataType) -> bool:
    """Tell a type of texts, or of bytes that are taken as such."""
    tests = (
        *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
        *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view),
    )
    return any(test(kind) for test in tests)


def binary_records(array: pa.Array) -> Records:
    """Return the values of a binary array of any kind, without copying them where that can be."""
    array = plain_storage(array)
    kind, n = array.type, len(array)
    null = null_mask(array)
    if pa.types.is_fixed_size_binary(kind):
        data = _bytes(array.buffers()[1])
        starts = (np.arange(n, dtype=np.int64) + array.offset) * kind.byte_width
        return Records(data, starts, starts + kind.byte_width, null)
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        array = array.cast(pa.large_binary())
        kind = array.type
    _, offsets_buffer, data_buffer = array.buffers()
    data = _bytes(data_buffer)
    if offsets_buffer is None:
        none = np.zeros(n, dtype=np.int64)
        return Records(data, none, none, null)
    offsets: Offsets = np.frombuffer(offsets_buffer, np.int32)
    if pa.types.is_large_binary(kind):
        offsets = np.frombuffer(offsets_buffer, np.int64)
    offsets = offsets[array.offset : array.offset + n + 1]
    return Records(data, offsets[:-1], offsets[1:], null)


def _bytes(buffer: pa.Buffer | None) -> NDArray[np.uint8]:
    return np.empty(0, dtype=np.uint8) if buffer is None else np.frombuffer(buffer, dtype=np.uint8)


def text_column(array: pa.Array) -> pa.Array:
    """Return the values of a column as texts: a string array, or a dictionary of strings.

    Whole numbers lose their point, truth is ``true`` and ``false``, what is not given stays null: as
    `spatial.geojson.property_text` words them.
    """
    array = plain_storage(array)
    if is_text(array.type) and not pa.types.is_string(array.type):
        return array.cast(pa.string())
    if pa.types.is_string(array.type):
        return array
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    if pa.types.is_string(array.type.value_type):
        return array
    return pa.DictionaryArray.from_arrays(array.indices, _worded(array.dictionary))


def _worded(values: pa.Array) -> pa.Array:
    """Return different values as text."""
    if pa.types.is_floating(values.type):
        return pa.array([_number(value) for value in values.to_pylist()], pa.string())
    if pa.types.is_decimal(values.type) or pa.types.is_temporal(values.type):
        given = values.to_pylist()
        return pa.array([None if value is None else str(value) for value in given], pa.string())
    return values.cast(pa.string())


def _number(value: float | None) -> str | None:
    """Return a number as text, None for what is none."""
    if value is None or value != value:  # noqa: PLR0124 - NaN differs from itself
        return None
    return str(int(value)) if value.is_integer() and abs(value) < _WHOLE_NUMBERS else str(value)
