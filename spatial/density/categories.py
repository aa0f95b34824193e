"""The values of columns as trimmed text, and the combinations of them that occur."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from spatial.errors import InputError, MissingColumnError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.int64]

__all__ = ["MOST_BYTES_REPEATED", "Categories", "coded_words", "encoded", "ranks", "words"]

MOST_BYTES_REPEATED: Final = 1 << 26
"""Bytes that the values of a batch may take once each stands in every row that has it: a thousand a row."""

_FEW: Final = 4
"""Codes for each row up to which a table of all codes is quicker than sorting."""


class Categories:
    """Numbers for the combinations of several columns' values, in the order in which they turn up."""

    def __init__(self, n_columns: int) -> None:
        self._n_columns = n_columns
        self._codes: dict[tuple[str, ...], int] = {}

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """The combinations, by number."""
        return tuple(self._codes)

    def codes(self, columns: Sequence[pa.Array]) -> Rows:
        """Return the number of each row's combination."""
        codes, values = zip(*(encoded(column) for column in columns), strict=True)
        mixed, n_mixed = codes[0], len(values[0])
        for code, value in zip(codes[1:], values[1:], strict=True):
            # Told apart after each column, so that no number grows past the rows times one column.
            mixed, n_mixed = _without_gaps(mixed * len(value) + code, n_mixed * len(value))
        example = np.empty(n_mixed, dtype=np.int64)
        example[mixed] = np.arange(len(mixed))
        named = zip(
            *([value[row] for row in code[example]] for code, value in zip(codes, values, strict=True)),
            strict=True,
        )
        numbers = [self._codes.setdefault(name, len(self._codes)) for name in named]
        found: Rows = np.array(numbers, dtype=np.int64)[mixed]
        return found


def words(columns: Mapping[str, pa.Array], name: str) -> pa.Array:
    """Return a column as trimmed text, ``""`` where it has no value.

    Raises
    ------
    MissingColumnError
        If there is no such column.
    InputError
        If its values are no plain values: lists, structures, raw bytes; or they are written once in the
        file, for many rows, and too long to stand in each of them.
    """
    import pyarrow.compute as pc  # noqa: PLC0415 - takes longer to load than many a count without categories

    column = _plain(columns, name)
    if not pa.types.is_dictionary(column.type):
        return _trimmed(column)
    values = _trimmed(column.dictionary)
    _require_short(values, column.indices, name)
    return pc.fill_null(values.take(column.indices), "")


def coded_words(columns: Mapping[str, pa.Array], name: str) -> tuple[Rows, list[str]]:
    """Return the number of each row's value, and the values as `words` has them, however long they are.

    Values may be alike. Errors as for `words`, but for those of length.
    """
    column = _plain(columns, name)
    if not pa.types.is_dictionary(column.type):
        return encoded(_trimmed(column))
    values = _trimmed(column.dictionary).to_pylist()
    missing = np.asarray(column.indices.is_null().to_numpy(zero_copy_only=False))
    codes = np.where(missing, len(values), column.indices.to_numpy(zero_copy_only=False))
    return codes.astype(np.int64), [*values, ""]


def _plain(columns: Mapping[str, pa.Array], name: str) -> pa.Array:
    """Return a column in one piece; errors as for `coded_words`."""
    if name not in columns:
        raise MissingColumnError("density.no_such_column", column=name)
    column = columns[name]
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise InputError("density.column_not_plain", column=name, type=str(kind))
    return column


def _trimmed(values: pa.Array) -> pa.Array:
    """Return plain values as trimmed text, ``""`` for none."""
    import pyarrow.compute as pc  # noqa: PLC0415 - as in `words`

    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
    return pc.utf8_trim_whitespace(pc.fill_null(values.cast(pa.string()), ""))


def _require_short(values: pa.Array, indices: pa.Array, name: str) -> None:
    """Refuse values that would take too much memory, were each written for every row that has it."""
    import pyarrow.compute as pc  # noqa: PLC0415 - as in `words`

    if not values.nbytes * len(indices) > MOST_BYTES_REPEATED:
        return
    lengths = pc.binary_length(values)
    if (pc.sum(lengths.take(indices)).as_py() or 0) > MOST_BYTES_REPEATED:
        longest = pc.max(lengths).as_py()
        raise InputError(
            "density.values_too_long",
            column=name,
            n_bytes=longest,
            allowed=MOST_BYTES_REPEATED // len(indices),
        )


def encoded(column: pa.Array) -> tuple[Rows, list[str]]:
    """Return the number of each row's value, and the values by number."""
    coded = column.dictionary_encode()
    return coded.indices.to_numpy().astype(np.int64), coded.dictionary.to_pylist()


def ranks(column: pa.Array) -> Rows:
    """Return numbers that sort as the texts of a column do, shape (n,)."""
    codes, values = encoded(column)
    rank = np.empty(len(values), dtype=np.int64)
    rank[sorted(range(len(values)), key=values.__getitem__)] = np.arange(len(values))
    return rank[codes]


def _without_gaps(codes: Rows, size: int) -> tuple[Rows, int]:
    """Return codes below ``size`` as numbers from nought on, each of which occurs, and how many."""
    if size > _FEW * len(codes):
        distinct, place = np.unique(codes, return_inverse=True)
        return place, len(distinct)
    seen = np.zeros(size, dtype=np.int64)
    seen[codes] = 1
    place = np.cumsum(seen) - 1
    return place[codes], int(seen.sum())
