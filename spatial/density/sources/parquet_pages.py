"""The dictionary page of a column chunk, looked into before the library unpacks what it stands for.

A value of a dictionary is written once and may stand for every row. The library repeats it in memory, so
that a file of one megabyte could ask for a hundred gigabytes. Points are of one length; where a
dictionary holds values of one short length, repeating them is safe, and it is read the fast way.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow.parquet as pq

__all__ = ["CODECS", "PageHeader", "repeats_safely"]

_LONGEST: Final = 64
"""Bytes of a value that may be repeated for each row of a batch."""
_MOST_BYTES: Final = 1 << 24
CODECS: Final = ("snappy", "gzip", "zstd", "brotli", "lz4_raw")
_LENGTH_BYTES: Final = 4
_SIZE, _PACKED_SIZE, _DICTIONARY, _N_VALUES = 2, 3, 7, 1
_STOP, _TRUE, _FALSE, _I32, _I64, _BINARY, _STRUCT = 0, 1, 2, 5, 6, 8, 12


def repeats_safely(path: Path, footer: pq.FileMetaData, group: int, column: int) -> bool:
    """Tell whether the values of a column chunk can be unpacked for each row without great memory.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    footer : pyarrow.parquet.FileMetaData
        Its footer.
    group, column : int
        Row group and leaf column.

    Returns
    -------
    bool
        False where the dictionary holds values that are long or of different lengths, or where it is not
        certain.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    chunk = footer.row_group(group).column(column)
    if chunk.dictionary_page_offset is None:
        return not any("DICTIONARY" in encoding for encoding in chunk.encodings)
    with path.open("rb") as stream:
        stream.seek(max(chunk.dictionary_page_offset, 0))
        data = stream.read(min(max(chunk.data_page_offset - chunk.dictionary_page_offset, 0), _MOST_BYTES))
    try:
        header, begin = PageHeader(data).read()
        size, packed_size = header[_SIZE,], header[_PACKED_SIZE,]
        n_values = header[_DICTIONARY, _N_VALUES]
        if not 0 <= size <= _MOST_BYTES or begin + packed_size > len(data):
            return False
        pages = _unpacked(pa.py_buffer(data)[begin : begin + packed_size], size)
    except (KeyError, IndexError, ValueError, OverflowError):
        return False
    return bool(pages) and all(_is_uniform(page, n_values) for page in pages)


def _unpacked(page: pa.Buffer, size: int) -> list[pa.Buffer]:
    """Return a page as each codec that can read it unpacks it.

    Which one the footer names is not asked: of a codec that it does not know, the library's answer to that
    question is the end of the process.
    """
    pages = [page] if page.size == size else []
    for codec in CODECS:
        with suppress(OSError, ValueError, pa.ArrowException):
            pages.append(pa.Codec(codec).decompress(page, decompressed_size=size))
    return pages


def _is_uniform(page: pa.Buffer, n_values: int) -> bool:
    """Tell a dictionary whose values have all one short length."""
    if not n_values:
        return True
    length = int.from_bytes(page[:_LENGTH_BYTES].to_pybytes(), "little")
    if length > _LONGEST or page.size != n_values * (_LENGTH_BYTES + length):
        return False
    layout = np.dtype({"names": ["n"], "formats": ["<u4"], "itemsize": _LENGTH_BYTES + length})
    return bool((np.frombuffer(page, layout)["n"] == length).all())


class PageHeader:
    """The header of a page in Thrift's compact notation: whole numbers by the path of their fields.

    Parameters
    ----------
    data : bytes
        What holds the header.
    at : int
        Where it begins.
    """

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data = data
        self._at = at
        self._found: dict[tuple[int, ...], int] = {}

    def read(self) -> tuple[dict[tuple[int, ...], int], int]:
        """Return the whole numbers and where the header ends.

        Raises
        ------
        ValueError, IndexError
            If it holds what no header of a page does, or is cut off.
        """
        self._structure(())
        return self._found, self._at

    def _structure(self, path: tuple[int, ...]) -> None:
        if len(path) > 2:  # noqa: PLR2004 - a header holds a structure, and that one statistics at most
            raise ValueError
        field = 0
        while (head := self._byte()) != _STOP:
            kind = head & 0x0F
            field = field + (head >> 4) if head >> 4 else self._whole()
            if kind == _STRUCT:
                self._structure((*path, field))
            elif kind in {_I32, _I64}:
                self._found[*path, field] = self._whole()
            elif kind == _BINARY:
                n_bytes = self._varint()
                self._at += n_bytes
            elif kind not in {_TRUE, _FALSE}:
                raise ValueError

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _whole(self) -> int:
        """Return a whole number, its sign in the lowest bit."""
        number = self._varint()
        return number >> 1 ^ -(number & 1)

    def _varint(self) -> int:
        """Return a number of seven bits a byte."""
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:  # noqa: PLR2004 - the last byte has no mark
                return number
            if shift > 63:  # noqa: PLR2004 - no number of a header is longer
                raise ValueError
