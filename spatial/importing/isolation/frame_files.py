"""A table as one Arrow file and back, cell by cell what it was: types, index, None, NaN and NA.

The columns stand under names of our own; their headers, types and the reference system are described
beside them, so that no part of the file is taken for more than numbers, text and well-known binary.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.ipc
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from spatial.importing.isolation.arrow_messages import read_table
from spatial.importing.isolation.cell_values import cell_from_words, words_of_cell
from spatial.importing.isolation.plain_values import ForeignOutcomeError, of_kind
from spatial.wkb_nesting import is_nested_too_deep

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["read_frame", "write_frame"]

_ROWS_AT_ONCE: Final = 10_000
"""Cells that exist twice while a column is made of them."""
_LONGEST_CRS: Final = 20_000
_NUMBER: Final = re.compile(r"bool|u?int(8|16|32|64)|float(16|32|64)")
_MASKED: Final = re.compile(r"boolean|U?Int(8|16|32|64)|Float(32|64)")
_MOMENT: Final = re.compile(r"(datetime64|timedelta64)\[(s|ms|us|ns)(, [\w/+:-]{1,40})?\]")
_BY_WORDS: Final = "cells"
"""Way of a column whose cells are of several kinds: each is written in words that say its kind."""


def write_frame(frame: pd.DataFrame, path: Path) -> dict[str, Any]:
    """Write a table and return its description, to be handed to `read_frame`.

    Raises
    ------
    TypeError
        If a column or the index is of a kind that has no form here.
    """
    described: list[dict[str, Any]] = []
    arrays: list[pa.Array] = []
    for position in range(frame.shape[1]):
        description, array = _column(frame.iloc[:, position])
        described.append({"header": _header(frame.columns[position]), **description})
        arrays.append(array)
    index, array = _index(frame.index)
    if array is not None:
        arrays.append(array)
    names = [f"c{position}" for position in range(len(arrays))]
    table = pa.table(dict(zip(names, arrays, strict=True)))
    with pa.OSFile(str(path), "wb") as sink, pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)  # as one batch: the reading side can take each column as it lies there
    geometry = frame._geometry_column_name if isinstance(frame, gpd.GeoDataFrame) else None  # noqa: SLF001
    return {
        "n_rows": len(frame),
        "columns": described,
        "index": index,
        "headers_dtype": str(frame.columns.dtype),
        "is_geo": isinstance(frame, gpd.GeoDataFrame),
        "geometry": geometry if geometry in frame.columns else None,
    }


def read_frame(
    source: BinaryIO | pa.NativeFile, description: dict[str, Any], forget: Callable[[], None] = lambda: None
) -> pd.DataFrame:
    """Read what `write_frame` wrote.

    Text and numbers stay where they lie in ``source``, not to be written to; of a mapped file they take no
    memory.

    Parameters
    ----------
    source : file
        At the beginning of the stream.
    description : dict
        What `write_frame` returned.
    forget : callable
        Told after each column that was looked at whole.

    Raises
    ------
    ForeignOutcomeError
        If the file is not what the description says.
    """
    try:
        return _read_frame(source, description, forget)
    except ForeignOutcomeError:
        raise
    except (pa.ArrowException, shapely.GEOSException, CRSError, MemoryError) as fault:
        raise ForeignOutcomeError("table") from fault
    except (KeyError, IndexError, TypeError, ValueError, OverflowError, OSError, struct.error) as fault:
        raise ForeignOutcomeError("table") from fault


def _read_frame(
    source: BinaryIO | pa.NativeFile, description: dict[str, Any], forget: Callable[[], None]
) -> pd.DataFrame:
    table = read_table(source, forget)
    n_rows = of_kind(description["n_rows"], int)
    columns, index = of_kind(description["columns"], list), of_kind(description["index"], dict)
    if table.num_columns != len(columns) + (index["way"] != "range"):
        raise ForeignOutcomeError("table")
    if table.num_columns and table.num_rows != n_rows:
        raise ForeignOutcomeError("table")
    labels = _read_index(index, table, n_rows)
    held = []
    for position, column in enumerate(columns):
        held.append(_values(table.column(position), column))
        forget()
    # Each dtype is stated: of text among objects pandas would make a dtype of its own.
    series = [pd.Series(values, index=labels, dtype=values.dtype, copy=False) for values in held]
    frame = pd.DataFrame(dict(enumerate(series)), index=labels, copy=False)
    headers = [cell_from_words(of_kind(column["header"], str)) for column in columns]
    frame.columns = pd.Index(headers, dtype=_headers_dtype(description["headers_dtype"]))
    if not of_kind(description["is_geo"], bool):
        return frame
    geometry = description["geometry"]
    geo: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=geometry, copy=False)
    return geo


def _header(label: object) -> str:
    if not isinstance(label, str | int):
        raise TypeError(type(label).__name__)
    return words_of_cell(label)


def _headers_dtype(words: object) -> Any:  # noqa: ANN401
    if words not in {"object", "str", "string", "int64"}:
        raise ForeignOutcomeError("headers")
    return words


def _column(values: pd.Series) -> tuple[dict[str, Any], pa.Array]:
    """Return the description of a column and the array that holds it."""
    for is_kind, write in _WRITERS:
        if is_kind(values.dtype):
            described, array = write(values)
            return described, array
    raise TypeError(str(values.dtype))


def _write_geometry(values: pd.Series) -> tuple[dict[str, Any], pa.Array]:
    crs = values.array.crs
    words = None if crs is None else (crs.to_string() if crs.to_epsg() else crs.to_wkt())
    held = shapely.to_wkb(np.asarray(values.array), output_dimension=4)
    return {"way": "geometry", "crs": words}, pa.array(held, type=pa.large_binary(), from_pandas=False)


def _write_text(values: pd.Series) -> tuple[dict[str, Any], pa.Array]:
    dtype: Any = values.dtype
    text = [dtype.storage, dtype.na_value is pd.NA]
    try:
        array = pa.array(values.array, type=pa.large_string(), from_pandas=True)
    except UnicodeEncodeError:  # half of a pair of surrogates, out of a JSON file
        return {"way": _BY_WORDS, "text": text}, _in_words(values.astype(object))
    return {"way": "text", "text": text}, array


def _write_category(values: pd.Series) -> tuple[dict[str, Any], pa.Array]:
    dtype: Any = values.dtype
    held = dtype.categories
    described = {"categories": [words_of_cell(each) for each in held], "of": str(held.dtype)}
    codes = pa.array(values.cat.codes.to_numpy(), from_pandas=False)
    return {"way": "category", **described, "ordered": dtype.ordered}, codes


def _write_moment(values: pd.Series) -> tuple[dict[str, Any], pa.Array]:
    ticks = pa.array(values.array.asi8, from_pandas=False)
    return {"way": "moment", "dtype": str(values.dtype)}, ticks


def _write_masked(values: pd.Series) -> tuple[dict[str, Any], pa.Array]:
    array = pa.array(values.array._data, mask=values.array._mask, from_pandas=False)  # noqa: SLF001
    return {"way": "masked", "dtype": str(values.dtype)}, array


def _write_number(values: pd.Series) -> tuple[dict[str, Any], pa.Array]:
    return {"way": "number", "dtype": str(values.dtype)}, pa.array(values.to_numpy(), from_pandas=False)


def _objects(values: pd.Series) -> tuple[dict[str, Any], pa.Array]:
    """Return a column of Python objects: as text where all are text or None, else in words."""
    if pd.api.types.infer_dtype(values, skipna=False) == "string" or all(
        value is None or type(value) is str for value in values
    ):
        try:
            return {"way": "objects"}, _narrow(pa.array(values, type=pa.large_string(), from_pandas=False))
        except (UnicodeEncodeError, pa.ArrowException):
            pass
    return {"way": _BY_WORDS, "text": None}, _in_words(values)


def _in_words(values: pd.Series) -> pa.Array:
    return pa.array([words_of_cell(value) for value in values], type=pa.large_string())


def _narrow(array: pa.Array) -> pa.Array:
    """Return text with the shorter of the two kinds of offsets where they reach."""
    return array.cast(pa.string()) if array.nbytes < 2**31 - 1 else array


def _index(index: pd.Index) -> tuple[dict[str, Any], pa.Array | None]:
    """Return the description of an index, and the array that holds it where it takes one."""
    name = None if index.name is None else _header(index.name)
    if isinstance(index, pd.MultiIndex):
        raise TypeError("MultiIndex")
    if isinstance(index, pd.RangeIndex):
        return {"way": "range", "name": name, "range": [index.start, index.stop, index.step]}, None
    description, array = _column(pd.Series(index))
    return {"way": "column", "name": name, "column": description}, array


def _read_index(described: dict[str, Any], table: pa.Table, n_rows: int) -> pd.Index:
    name = None if described["name"] is None else cell_from_words(described["name"])
    if described["way"] == "range":
        start, stop, step = (of_kind(number, int) for number in described["range"])
        labels = range(start, stop, step)
        if len(labels) != n_rows:
            raise ForeignOutcomeError("index")
        return pd.RangeIndex(labels, name=name)
    values = _values(table.column(table.num_columns - 1), described["column"])
    index: pd.Index = pd.Index(values, name=name, dtype=values.dtype)
    return index


def _values(array: pa.ChunkedArray, described: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the values of a column as it is described."""
    return _WAYS[of_kind(described["way"], str)](array, described)


def _read_number(array: pa.ChunkedArray, described: dict[str, Any]) -> np.ndarray[Any, Any]:
    dtype = described["dtype"]
    if not _NUMBER.fullmatch(dtype) or array.null_count:
        raise ForeignOutcomeError("number")
    return np.asarray(array.to_numpy(), dtype=dtype)


def _read_masked(array: pa.ChunkedArray, described: dict[str, Any]) -> Any:  # noqa: ANN401
    if not _MASKED.fullmatch(described["dtype"]):
        raise ForeignOutcomeError("masked")
    dtype: Any = pd.api.types.pandas_dtype(described["dtype"])
    mask = np.array(array.is_null().to_numpy(), dtype=bool)
    return dtype.construct_array_type()(_under_mask(_whole(array), dtype.numpy_dtype), mask)


def _under_mask(array: pa.Array, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """Return the numbers of a column, anything at all where it has none."""
    if dtype.kind == "b" or array.type.to_pandas_dtype() != dtype:
        # Of truth values, Arrow keeps eight in a byte.
        filled = array.fill_null(False if dtype.kind == "b" else 0)
        return np.array(filled.to_numpy(zero_copy_only=False), dtype)
    content = array.buffers()[1]
    if content is None:
        return np.empty(0, dtype)
    return np.frombuffer(content, dtype, count=len(array), offset=array.offset * dtype.itemsize)


def _whole(array: pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece, which it is as we write it."""
    return array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()


def _read_moment(array: pa.ChunkedArray, described: dict[str, Any]) -> Any:  # noqa: ANN401
    found = _MOMENT.fullmatch(described["dtype"])
    if found is None or array.null_count:
        raise ForeignOutcomeError("moment")
    held: Any = np.asarray(array.to_numpy(), dtype=np.int64).view(f"{found[1]}[{found[2]}]")
    if found[3] is None:
        return held
    return pd.DatetimeIndex(held).tz_localize("UTC").tz_convert(found[3][2:]).array


def _read_category(array: pa.ChunkedArray, described: dict[str, Any]) -> pd.Categorical:
    cells = [cell_from_words(words) for words in described["categories"]]
    of = described["of"]
    if not (of in {"object", "str", "string"} or _NUMBER.fullmatch(of)):
        raise ForeignOutcomeError("category")
    dtype = pd.CategoricalDtype(pd.Index(cells, dtype=of), ordered=bool(described["ordered"]))
    return pd.Categorical.from_codes(np.array(array.to_numpy()), dtype=dtype)


def _read_text(array: pa.ChunkedArray, described: dict[str, Any]) -> Any:  # noqa: ANN401
    dtype: Any = _string_dtype(described["text"])
    return dtype.__from_arrow__(array.cast(pa.large_string()))


def _read_objects(array: pa.ChunkedArray, _: dict[str, Any]) -> np.ndarray[Any, Any]:
    """Return text as objects, each different text once however often it stands there."""
    encoded = _whole(array.cast(pa.large_string())).dictionary_encode()
    texts = _as_objects([*encoded.dictionary.to_pylist(), None])
    held: np.ndarray[Any, Any] = texts[encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
    return held


def _read_words(array: pa.ChunkedArray, described: dict[str, Any]) -> Any:  # noqa: ANN401
    cells = _as_objects([cell_from_words(of_kind(words, str)) for words in array.to_pylist()])
    return cells if described["text"] is None else pd.array(cells, dtype=_string_dtype(described["text"]))


def _read_geometry(array: pa.ChunkedArray, described: dict[str, Any]) -> Any:  # noqa: ANN401
    held = np.empty(len(array), dtype=object)
    for start in range(0, len(array), _ROWS_AT_ONCE):
        blobs = array.slice(start, _ROWS_AT_ONCE).to_pylist()
        if any(is_nested_too_deep(blob) for blob in blobs if blob is not None):
            raise ForeignOutcomeError("nesting")
        held[start : start + _ROWS_AT_ONCE] = shapely.from_wkb(_as_objects(blobs))
    return gpd.array.GeometryArray(held, crs=_read_crs(described["crs"]))


def _read_crs(words: str | None) -> CRS | None:
    if words is None:
        return None
    if re.fullmatch(r"EPSG:[0-9]{1,6}", words):
        return CRS.from_user_input(words)
    if len(words) > _LONGEST_CRS:
        raise ForeignOutcomeError("crs")
    return CRS.from_wkt(words)


def _string_dtype(described: list[Any]) -> pd.StringDtype:
    storage, is_na = described
    return pd.StringDtype(storage=storage, na_value=pd.NA if is_na else np.nan)


def _as_objects(values: list[Any]) -> np.ndarray[Any, Any]:
    held = np.empty(len(values), dtype=object)
    held[:] = values
    return held


_WAYS: Final[dict[str, Any]] = {
    "number": _read_number,
    "masked": _read_masked,
    "moment": _read_moment,
    "category": _read_category,
    "text": _read_text,
    "objects": _read_objects,
    _BY_WORDS: _read_words,
    "geometry": _read_geometry,
}
_WRITERS: Final[tuple[tuple[Any, Any], ...]] = (
    (lambda dtype: isinstance(dtype, gpd.array.GeometryDtype), _write_geometry),
    (lambda dtype: isinstance(dtype, pd.StringDtype), _write_text),
    (lambda dtype: isinstance(dtype, pd.CategoricalDtype), _write_category),
    (lambda dtype: _MOMENT.fullmatch(str(dtype)), _write_moment),
    (lambda dtype: _MASKED.fullmatch(str(dtype)), _write_masked),
    (lambda dtype: _NUMBER.fullmatch(str(dtype)), _write_number),
    (lambda dtype: dtype.kind == "O", _objects),
)
