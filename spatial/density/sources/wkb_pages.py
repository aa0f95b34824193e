"""Column chunks of WKB points taken apart by NumPy, which is twice as quick as the library.

The library copies value after value, since each may have another length. Where every value is one plain
point, a page is a table of records. Whatever else a chunk holds, a missing value, another encoding, a page
of another kind or one that is damaged, is left to the library, which also words what is wrong.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from spatial.density.sources.parquet_pages import CODECS, PageHeader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow.parquet as pq
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Codes = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Positions = tuple[Floats, Floats]
    Header = Mapping[tuple[int, ...], int]

__all__ = ["plain_positions"]

_MOST_ROWS: Final = 1 << 22
_MOST_BYTES: Final = 1 << 26
_LONGEST_PAGE: Final = 1 << 24

_RECORD: Final = np.dtype(
    {
        "names": ["head", "kind", "x", "y"],
        "formats": ["<u8", "u1", "<f8", "<f8"],
        "offsets": [0, 8, 9, 17],
        "itemsize": 25,
    }
)
_HEAD: Final = int.from_bytes(b"\x15\x00\x00\x00\x01\x01\x00\x00", "little")
"""The length of a value, its byte order and the lower part of its kind, which is that of a point."""

_KIND, _SIZE, _PACKED_SIZE, _CHECKSUM, _DATA, _DICTIONARY = 1, 2, 3, 4, 5, 7
_N_VALUES, _ENCODING, _LEVELS = 1, 2, 3
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2
_PLAIN, _OLD_DICTIONARY, _RUNS, _CODES = 0, 2, 3, 8
_NOT_PACKED: Final = ""
_MOST_RUNS: Final = 4096
_WIDEST: Final = 32


class _NotPlainError(ValueError):
    """The chunk holds something else than plain points."""


def plain_positions(path: Path, footer: pq.FileMetaData, group: int, column: int) -> Positions | None:
    """Return the positions of a column chunk; None where the library has to read it.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    footer : pyarrow.parquet.FileMetaData
        Its footer.
    group, column : int
        Row group and leaf column.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    chunk, leaf = footer.row_group(group).column(column), footer.schema.column(column)
    n_rows, n_bytes = footer.row_group(group).num_rows, chunk.total_compressed_size
    if leaf.max_repetition_level or leaf.max_definition_level > 1 or not 0 < n_bytes <= _MOST_BYTES:
        return None
    if not 0 < n_rows <= _MOST_ROWS:
        return None
    begin = chunk.data_page_offset
    if chunk.dictionary_page_offset is not None:
        begin = min(begin, chunk.dictionary_page_offset)
    with path.open("rb") as stream:
        stream.seek(max(begin, 0))
        data = stream.read(n_bytes)
    try:
        return _positions(data, n_rows, optional=leaf.max_definition_level == 1)
    except (KeyError, IndexError, ValueError, OverflowError, OSError, pa.ArrowException):
        return None


def _positions(data: bytes, n_rows: int, *, optional: bool) -> Positions:
    """Return the positions of all pages of a chunk; raise where one is not plain."""
    x, y, row = np.empty(n_rows), np.empty(n_rows), 0
    for page_x, page_y in _pages_read(data, optional=optional):
        end = row + len(page_x)
        x[row:end], y[row:end] = page_x, page_y
        row = end
    if row != n_rows:
        raise _NotPlainError
    return x, y


def _pages_read(data: bytes, *, optional: bool) -> Iterator[Positions]:
    """Yield the positions of each page of a chunk, in the page itself where they can be."""
    dictionary: Positions | None = None
    codec: str | None = None
    for header, packed in _pages(data):
        size = header[_SIZE,]
        if not 0 <= size <= _LONGEST_PAGE:
            raise _NotPlainError
        if codec is None:
            codec = _codec_of(packed, size)
        page = np.frombuffer(_unpacked_page(packed, size, codec), np.uint8)
        if header[_KIND,] == _DICTIONARY_PAGE and dictionary is None:
            values = _records(page, header[_DICTIONARY, _N_VALUES])
            dictionary = np.ascontiguousarray(values[0]), np.ascontiguousarray(values[1])
        elif header[_KIND,] == _DATA_PAGE:
            yield _page_positions(page, header, dictionary, optional=optional)
        else:
            raise _NotPlainError


def _pages(data: bytes) -> Iterator[tuple[Header, pa.Buffer]]:
    """Yield the header and the packed bytes of each page."""
    whole, at = pa.py_buffer(data), 0
    while at < len(data):
        header, at = PageHeader(data, at).read()
        n_bytes = header[_PACKED_SIZE,]
        if not 0 <= n_bytes <= len(data) - at:
            raise _NotPlainError
        packed = whole[at : at + n_bytes]
        checksum = header.get((_CHECKSUM,))
        if checksum is not None and zlib.crc32(packed) != checksum & 0xFFFFFFFF:
            raise _NotPlainError
        yield header, packed
        at += n_bytes


def _codec_of(packed: pa.Buffer, size: int) -> str:
    """Return the name of what unpacks a page, nothing where it is not packed.

    What the footer calls it is not asked: of a codec that it does not know, the library's answer to that
    question is the end of the process.
    """
    if packed.size == size:
        return _NOT_PACKED
    for name in CODECS:
        with suppress(OSError, ValueError, pa.ArrowException):
            _unpacked_page(packed, size, name)
            return name
    raise _NotPlainError


def _unpacked_page(packed: pa.Buffer, size: int, codec: str) -> pa.Buffer:
    """Return the bytes of a page."""
    if codec != _NOT_PACKED:
        return pa.Codec(codec).decompress(packed, decompressed_size=size)
    if packed.size != size:
        raise _NotPlainError
    return packed


def _page_positions(
    page: Bytes, header: Header, dictionary: Positions | None, *, optional: bool
) -> Positions:
    """Return the positions of a data page, all of whose values are given."""
    n, encoding, at = header[_DATA, _N_VALUES], header[_DATA, _ENCODING], 0
    if not 0 <= n <= _MOST_ROWS:
        raise _NotPlainError
    if optional:
        at = _after_levels(page, n, header[_DATA, _LEVELS])
    if encoding == _PLAIN:
        return _records(page[at:], n)
    if encoding not in (_OLD_DICTIONARY, _CODES) or dictionary is None:
        raise _NotPlainError
    codes = _codes(page[at + 1 :], n, width=int(page[at]))
    if len(codes) and int(codes.max()) >= len(dictionary[0]):
        raise _NotPlainError
    return dictionary[0][codes], dictionary[1][codes]


def _records(page: Bytes, n: int) -> Positions:
    """Return the positions of values that stand one after the other."""
    if len(page) != n * _RECORD.itemsize:
        raise _NotPlainError
    table = page.view(_RECORD)
    if (table["head"] != _HEAD).any() or table["kind"].any():
        raise _NotPlainError
    return table["x"], table["y"]


def _after_levels(page: Bytes, n: int, encoding: int) -> int:
    """Return where the values begin; raise where the levels before them say that one is missing."""
    end = 4 + int.from_bytes(page[:4].tobytes(), "little")
    if encoding != _RUNS or end > len(page):
        raise _NotPlainError
    at, left = 4, n
    for _ in range(_MOST_RUNS):
        if left <= 0 or at >= end:
            break
        run, at = _varint(page, at)
        # A run of single bits, or of nought, may hold a missing value.
        if run & 1 or page[at] != 1:
            raise _NotPlainError
        left, at = left - (run >> 1), at + 1
    if left > 0 or at != end:
        raise _NotPlainError
    return end


def _codes(data: Bytes, n: int, *, width: int) -> Codes:
    """Return numbers of so many bits each, kept in runs of one number or of packed ones."""
    if width > _WIDEST:
        raise _NotPlainError
    found: list[Codes] = []
    at = left = 0
    left = n
    for _ in range(_MOST_RUNS):
        if left <= 0:
            break
        begin = at
        run, at = _varint(data, at)
        if run & 1:
            n_bytes = (run >> 1) * width
            # Packed runs of one size follow each other at one distance.
            step = at - begin + n_bytes
            n_runs = _alike(data[begin:], step, at - begin, most=-(-left // ((run >> 1) * 8 or 1)))
            table = data[begin : begin + n_runs * step].reshape(n_runs, step)[:, at - begin :]
            codes = _unpacked(np.ascontiguousarray(table).ravel(), width)
            at = begin + n_runs * step
        else:
            n_bytes = -(-width // 8)
            value = int.from_bytes(data[at : at + n_bytes].tobytes(), "little")
            codes = np.full(min(run >> 1, left), value, dtype=np.int64)
            at += n_bytes
        if not len(codes) or at > len(data):
            raise _NotPlainError
        found.append(codes)
        left -= len(codes)
    if left > 0:
        raise _NotPlainError
    return np.concatenate([np.zeros(0, dtype=np.int64), *found])[:n]


def _alike(data: Bytes, step: int, n_head: int, *, most: int) -> int:
    """Return how many runs begin alike, each so many bytes after the one before; at least one."""
    if n_head > 1:
        return 1
    heads = data[: max(min(len(data) // step, most), 1) * step : step]
    other = np.flatnonzero(heads != heads[0])
    return int(other[0]) if len(other) else len(heads)


def _unpacked(packed: Bytes, width: int) -> Codes:
    """Return numbers of ``width`` bits each, the lowest bit first."""
    if not width:
        raise _NotPlainError
    n = len(packed) * 8 // width
    padded = np.concatenate([packed, np.zeros(8, dtype=np.uint8)])
    words = np.ndarray((len(packed) + 1,), dtype="<u8", buffer=padded, strides=(1,))
    bits = np.arange(n, dtype=np.int64) * width
    shifted = words[bits >> 3] >> (bits & 7).astype(np.uint64)
    codes: Codes = (shifted & np.uint64((1 << width) - 1)).astype(np.int64)
    return codes


def _varint(data: Bytes, at: int) -> tuple[int, int]:
    """Return a whole number of seven bits a byte, and where the next thing begins."""
    number = shift = 0
    while shift < 64:  # noqa: PLR2004 - no number is longer
        byte = int(data[at])
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 - the last byte has no mark
            return number, at
    raise _NotPlainError
