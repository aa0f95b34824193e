"""Positions of a row group of WKB points, by NumPy alone."""

from __future__ import annotations

import numpy as np

RECORD = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])


def positions(column):  # noqa: ANN001, ANN201 - a pyarrow.ChunkedArray of one chunk; two arrays of float
    """Return easting and northing of every point of a column in one chunk."""
    (chunk,) = column.chunks
    _, offsets, data = chunk.buffers()
    start = np.frombuffer(offsets, np.int32)[chunk.offset]
    records = np.frombuffer(data, RECORD, count=len(chunk), offset=start)
    return np.ascontiguousarray(records["x"]), np.ascontiguousarray(records["y"])
