"""Where a Parquet file keeps its positions, and in which reference system, by its footer alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow as pa

from spatial.coordinates import stated_system
from spatial.datums import Datum
from spatial.errors import (
    DuplicateIdError,
    MissingColumnError,
    MissingCrsError,
    UnknownCrsError,
    UnreadableFileError,
    UnsupportedFormatError,
)
from spatial.notice import Notice
from spatial.stated_crs import override_notices
from spatial.station_words import pick_coordinates

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ParquetShape", "coordinate_columns", "find_shape", "is_grid", "require_columns"]

_WKB: Final = "WKB"
_POINT: Final = "point"
_COLUMNS: Final = "columns"
_SAME_DEGREES: Final = {
    ("OGC", "CRS84"): "wgs84",
    ("EPSG", "4326"): "EPSG:4326",
    ("EPSG", "4490"): "EPSG:4490",
}
_LONGEST_NAME: Final = 200
_GEOGRAPHIC: Final = ("GeographicCRS", "GeodeticCRS")


class ParquetShape(NamedTuple):
    """How positions are kept.

    ``encoding`` is ``"WKB"``, ``"point"`` or ``"columns"``; ``fields`` are the geometry column, or the
    columns of the east and the north coordinate; ``crs`` is what they are read in.
    """

    encoding: str
    fields: tuple[str, ...]
    crs: str
    notices: tuple[Notice, ...] = ()


def find_shape(
    schema: pa.Schema,
    geo: bytes | None,
    *,
    name: str,
    names: tuple[str | None, str | None],
    crs: str | None,
) -> ParquetShape:
    """Return how a file keeps its positions.

    Parameters
    ----------
    schema : pyarrow.Schema
        Its columns.
    geo : bytes or None
        What it says of its geometry under the key ``geo``.
    name : str
        File name, for messages.
    names : tuple of str or None
        Columns of the coordinates, where they are stated.
    crs : str or None
        The reference system, where it is stated.

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError
        If the description of the geometry is damaged, or of an encoding that holds no points.
    MissingColumnError, MissingCrsError, UnknownCrsError, DuplicateIdError
        As `spatial.density.sources.open_source`.
    """
    if geo is not None and None in names:
        return _geometry_shape(schema, geo, name=name, crs=crs)
    return _column_shape(schema, name=name, names=names, crs=crs)


def _geometry_shape(schema: pa.Schema, geo: bytes, *, name: str, crs: str | None) -> ParquetShape:
    """Return the shape that a GeoParquet file describes."""
    try:
        described = json.loads(geo)
        field = described["primary_column"]
        column = described["columns"][field]
        encoding = column.get("encoding", _WKB)
        if not (isinstance(field, str) and isinstance(column, dict) and isinstance(encoding, str)):
            raise TypeError  # noqa: TRY301 - one way out for whatever is not as the format says
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise UnreadableFileError("error.not_parquet", name=name) from fault
    require_columns(schema, (field,), name=name)
    kind = _storage(schema.field(field).type)
    if encoding == _WKB and _is_binary(kind):
        encoding = _WKB
    elif encoding.lower() == _POINT and _is_native_point(kind):
        encoding = _POINT
    else:
        raise UnsupportedFormatError("stream.encoding", name=name, column=field, encoding=encoding)
    system, notices = _system(column, name=name, crs=crs)
    return ParquetShape(encoding, (field,), system, notices)


def _storage(kind: pa.DataType) -> pa.DataType:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _is_binary(kind: pa.DataType) -> bool:
    types = pa.types
    kind = kind.value_type if types.is_dictionary(kind) else kind
    return any(
        test(kind)
        for test in (types.is_binary, types.is_large_binary, types.is_fixed_size_binary, types.is_binary_view)
    )


def _is_native_point(kind: pa.DataType) -> bool:
    """Tell a structure with x and y, or a list of as many numbers as there are ordinates."""
    if pa.types.is_struct(kind):
        members = {kind.field(at).name: kind.field(at).type for at in range(kind.num_fields)}
        return all(axis in members and pa.types.is_floating(members[axis]) for axis in ("x", "y"))
    return bool(
        pa.types.is_fixed_size_list(kind)
        and 2 <= kind.list_size <= 4  # noqa: PLR2004 - x, y, height, measure
        and pa.types.is_floating(kind.value_type)
    )


def _column_shape(
    schema: pa.Schema, *, name: str, names: tuple[str | None, str | None], crs: str | None
) -> ParquetShape:
    """Return the shape of a table with columns of coordinates."""
    if crs is None:
        raise MissingCrsError("error.table_without_crs", name=name)
    chosen = coordinate_columns(schema.names, names, name=name, crs=crs)
    require_columns(schema, chosen, name=name)
    for field in chosen:
        if pa.types.is_nested(_storage(schema.field(field).type)):
            raise UnsupportedFormatError("stream.nested_column", name=name, column=field)
    return ParquetShape(_COLUMNS, chosen, crs)


def coordinate_columns(
    headers: Sequence[str], names: tuple[str | None, str | None], *, name: str, crs: str
) -> tuple[str, str]:
    """Return the columns of the coordinates, east first.

    Raises
    ------
    MissingColumnError
        If they are not there, or several read alike.
    """
    east, north = names
    if east is not None and north is not None:
        if {east, north} <= set(headers):
            return east, north
    else:
        found = pick_coordinates(headers, grid_first=is_grid(crs))
        if found is not None:
            return found
    wanted = " / ".join(word for word in names if word) or "经度 / 纬度 (lon / lat)"
    raise MissingColumnError(
        "error.missing_coordinates", name=name, wanted=wanted, columns=", ".join(headers)
    )


def is_grid(crs: str) -> bool:
    """Tell a system of eastings and northings.

    Raises
    ------
    UnknownCrsError
        If it is not known.
    """
    system = stated_system(crs)
    return not isinstance(system, Datum) and bool(system.is_projected)


def require_columns(schema: pa.Schema, wanted: Sequence[str], *, name: str) -> None:
    """Refuse a file that lacks a column, or has it twice.

    Raises
    ------
    MissingColumnError, DuplicateIdError
        Naming it and those that are there.
    """
    for column in wanted:
        count = len(schema.get_all_field_indices(column))
        if not count:
            raise MissingColumnError(
                "error.missing_column", name=name, column=column, columns=", ".join(schema.names)
            )
        if count > 1:
            raise DuplicateIdError("error.duplicate_columns", name=name, columns=column)


def _system(column: dict[str, Any], *, name: str, crs: str | None) -> tuple[str, tuple[Notice, ...]]:
    """Return the reference system of a geometry column and what is to be said of it."""
    if crs is not None:
        return crs, override_notices(crs, _named_system(column))
    if "crs" not in column:
        return "wgs84", (Notice("inventory.parquet_wgs84", {"name": name}),)
    described = column["crs"]
    if described is None:
        raise MissingCrsError("error.file_without_crs", name=name)
    if not isinstance(described, dict):
        raise UnreadableFileError("error.not_parquet", name=name)
    identity = described.get("id")
    if isinstance(identity, dict) and described.get("type") in _GEOGRAPHIC:
        known = _SAME_DEGREES.get((str(identity.get("authority")), str(identity.get("code"))))
        if known is not None:
            return known, ()
    return _described_system(described), ()


def _named_system(column: dict[str, Any]) -> str | None:
    """Return the system that a column names, None where that cannot be told."""
    described = column.get("crs")
    if not isinstance(described, dict):
        return None
    try:
        return _system(column, name="", crs=None)[0]
    except UnknownCrsError:
        return None


def _described_system(described: dict[str, Any]) -> str:
    """Return ``EPSG:n`` where a description has a code, else its text."""
    from pyproj import CRS  # noqa: PLC0415 - half a second, and most files need it not
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        system = CRS.from_json_dict(described)
        code = system.to_epsg()
        return f"EPSG:{code}" if code is not None else system.to_wkt()
    except (CRSError, ValueError, TypeError, RecursionError) as fault:
        words = str(described.get("name", ""))[:_LONGEST_NAME]
        raise UnknownCrsError("verdict.unknown_crs", crs=words) from fault
