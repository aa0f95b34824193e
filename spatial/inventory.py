"""An inventory of stations or poles from a file that somebody brings.

The bytes are hostile until proven otherwise: they are parsed in Python alone, within named limits,
and no library that opens drivers by content ever sees them. Every row of the file is either used
or reported with its place and the reason, so that ``n_in = n_used + n_reported`` always holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.notice import Notice
from spatial.coordinates import judge_positions, parse_coordinate
from spatial.crs import CANONICAL_CRS, Datum, parse_crs, points_from_lonlat
from spatial.errors import MissingColumnError, MissingCrsError, UnsupportedFormatError
from spatial.file_kinds import GEOJSON_SUFFIXES, TABLE_SUFFIXES, file_suffix, refuse_foreign
from spatial.geojson import property_text, read_geojson, read_position
from spatial.limits import DEFAULT_LIMITS, Limits
from spatial.station_attributes import point_attributes
from spatial.station_words import pick_coordinates
from spatial.tables import read_table
from spatial.text_decoding import decode_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.geojson import Feature, FeatureCollection
    from spatial.tables import Table

__all__ = ["REJECTED_COLUMNS", "Inventory", "read_inventory"]

REJECTED_COLUMNS: Final = ("row", "field", "value", "reason_key")


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """The stations of one file, and what became of each of its rows.

    Attributes
    ----------
    name : str
        File name.
    points : geopandas.GeoDataFrame, shape (n_used, columns)
        In EPSG:4490, indexed by the row's place in the file (see ``row_unit``).
    n_in, n_used, n_reported : int
        Rows of the file, rows in ``points``, rows in ``rejected``; the first is the sum of the others.
    rejected : pandas.DataFrame, shape (n_reported, 4)
        ``row``, ``field``, ``value`` and ``reason_key`` (a key of the text catalogue).
    notices : tuple of Notice
        What the planner should know about the reading.
    encoding : str
        How the bytes were read as text.
    columns : dict
        Column of ``points`` to the header it came from; ``lon`` and ``lat`` for the coordinates.
    synthetic : bool
        Whether the file says of any row that it is simulated.
    row_unit : str
        ``"line"`` (1-based line of the file) or ``"feature"`` (0-based index).
    crs : str
        The reference system that the coordinates were read in.
    """

    name: str
    points: gpd.GeoDataFrame
    n_in: int
    n_used: int
    n_reported: int
    rejected: pd.DataFrame
    notices: tuple[Notice, ...]
    encoding: str
    columns: Mapping[str, str]
    synthetic: bool
    row_unit: str
    crs: str


@dataclass(kw_only=True)
class _Sheet:
    """Positions and text cells on their way from either format."""

    crs: str
    x_name: str
    y_name: str
    encoding: str
    row_unit: str
    n_in: int = 0
    places: list[int] = field(default_factory=list)
    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    cells: list[Mapping[str, str] | tuple[str, ...]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    rejected: list[tuple[int, str, str, str]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def read_inventory(
    data: bytes,
    *,
    name: str,
    crs: str | None,
    x: str | None = None,
    y: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    encoding: str | None = None,
) -> Inventory:
    """Read stations or poles from CSV or GeoJSON.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        File name; its suffix says which format is meant, its content must agree.
    crs : str or None
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n``. A table needs it; for GeoJSON None
        means what the file names, else WGS 84.
    x, y : str or None
        Headers of the east and north coordinate of a table; otherwise they are found by their names.
    limits : Limits
        Named limits.
    encoding : str or None
        Encoding of the text; otherwise it is found.

    Returns
    -------
    Inventory

    Raises
    ------
    MissingCrsError
        If a table comes without ``crs``.
    MissingColumnError
        If the coordinates' columns are not there.
    GeometryError
        If most rows show one misreading, such as longitude and latitude exchanged.
    UnsupportedFormatError, UnreadableFileError, DuplicateIdError, UnknownCrsError, LimitExceededError
        If the file is refused; nothing of it is used.
    """
    limits.check("upload_bytes", len(data))
    refuse_foreign(data, name=name)
    suffix = file_suffix(name)
    if suffix in GEOJSON_SUFFIXES:
        collection = read_geojson(data, name=name, limits=limits, encoding=encoding, crs_stated=crs is not None)
        sheet = _sheet_from_features(collection, name=name, crs=crs)
    elif suffix in TABLE_SUFFIXES:
        sheet = _sheet_from_table(data, name=name, crs=crs, names=(x, y), limits=limits, encoding=encoding)
    else:
        raise UnsupportedFormatError("error.unknown_suffix", name=name, suffix=suffix)
    if sheet.encoding != "utf-8":
        sheet.notices.insert(0, Notice("inventory.encoding", {"encoding": sheet.encoding}))
    return _finish(sheet, name=name)


def _sheet_from_table(
    data: bytes,
    *,
    name: str,
    crs: str | None,
    names: tuple[str | None, str | None],
    limits: Limits,
    encoding: str | None,
) -> _Sheet:
    """Read a delimited table."""
    if crs is None:
        raise MissingCrsError("error.table_without_crs", name=name)
    parsed = parse_crs(crs)
    grid = not isinstance(parsed, Datum) and parsed.is_projected

    def coordinates(cells: list[str]) -> tuple[str, str] | None:
        if names[0] is not None and names[1] is not None:
            return (names[0], names[1]) if {*names} <= {*cells} else None
        return pick_coordinates(cells, grid_first=grid)

    decoded = decode_text(data, name=name, encoding=encoding)
    table = read_table(
        decoded.characters, name=name, limits=limits, is_header=lambda cells: coordinates(cells) is not None
    )
    chosen = coordinates(list(table.headers))
    if chosen is None:
        wanted = " / ".join(word for word in names if word) or "经度 / 纬度 (lon / lat)"
        raise MissingColumnError(
            "error.missing_coordinates", name=name, wanted=wanted, columns=", ".join(table.headers)
        )
    sheet = _Sheet(crs=crs, x_name=chosen[0], y_name=chosen[1], encoding=decoded.encoding, row_unit="line")
    _take_rows(table, sheet)
    return sheet


def _take_rows(table: Table, sheet: _Sheet) -> None:
    """Move the rows of a table into the sheet."""
    if table.header_line > 1:
        sheet.notices.append(Notice("inventory.header_line", {"line": table.header_line}))
    if table.n_blank:
        sheet.notices.append(Notice("inventory.blank_lines", {"n": table.n_blank}))
    at_x, at_y = table.headers.index(sheet.x_name), table.headers.index(sheet.y_name)
    others = [at for at in range(len(table.headers)) if at not in (at_x, at_y)]
    sheet.headers = [table.headers[at] for at in others]
    sheet.n_in = len(table.rows) + len(table.ragged)
    expected = len(table.headers)
    sheet.rejected = [
        (row.line, "", f"{row.n_cells} ≠ {expected}", "error.reason_ragged") for row in table.ragged
    ]
    for line, cells in zip(table.lines, table.rows, strict=True):
        numbers = []
        for header, cell in ((sheet.x_name, cells[at_x]), (sheet.y_name, cells[at_y])):
            number, reason = parse_coordinate(cell)
            if reason:
                sheet.rejected.append((line, header, cell, reason))
                break
            numbers.append(number)
        else:
            sheet.places.append(line)
            sheet.x.append(numbers[0])
            sheet.y.append(numbers[1])
            sheet.cells.append(tuple(cells[at] for at in others))


def _sheet_from_features(collection: FeatureCollection, *, name: str, crs: str | None) -> _Sheet:
    """Read the points of a feature collection."""
    stated = crs or collection.crs
    sheet = _Sheet(
        crs=stated or "wgs84", x_name="lon", y_name="lat", encoding=collection.encoding, row_unit="feature"
    )
    if stated is None:
        sheet.notices.append(Notice("inventory.geojson_wgs84", {"name": name}))
    elif crs is not None and collection.crs is not None and crs.lower() != collection.crs.lower():
        sheet.notices.append(Notice("inventory.crs_overrides", {"stated": crs, "named": collection.crs}))
    keys = {key: None for feature in collection.features for key in feature.properties}
    with_ids = "id" not in keys and any(feature.feature_id for feature in collection.features)
    sheet.headers = [*keys, "id"] if with_ids else list(keys)
    sheet.n_in = len(collection.features)
    n_heights = sum(_take_feature(feature, sheet) for feature in collection.features)
    if n_heights:
        sheet.notices.append(Notice("inventory.heights_dropped", {"n": n_heights}))
    return sheet


def _take_feature(feature: Feature, sheet: _Sheet) -> bool:
    """Move one feature into the sheet; tell whether a height was dropped."""
    geometry: Mapping[str, Any] = feature.geometry or {}
    kind = str(geometry.get("type", "null"))
    if kind == "MultiPoint" and _is_single(geometry.get("coordinates")):
        position = read_position(geometry["coordinates"][0])
    elif kind == "Point":
        position = read_position(geometry.get("coordinates"))
    else:
        sheet.rejected.append((feature.index, "geometry", kind, "error.reason_not_a_point"))
        return False
    if position is None:
        sheet.rejected.append((feature.index, "geometry", kind, "error.reason_bad_position"))
        return False
    sheet.places.append(feature.index)
    sheet.x.append(position[0])
    sheet.y.append(position[1])
    sheet.cells.append({"id": feature.feature_id, **feature.properties})
    return position[2]


def _is_single(coordinates: object) -> bool:
    """Tell a list of one position, which desktop programs write for a point."""
    return isinstance(coordinates, list) and len(coordinates) == 1


def _finish(sheet: _Sheet, *, name: str) -> Inventory:
    """Judge the positions and build the inventory."""
    x, y = np.array(sheet.x, dtype=float), np.array(sheet.y, dtype=float)
    reasons = judge_positions(x, y, crs=sheet.crs, x_name=sheet.x_name, y_name=sheet.y_name)
    good = np.array([not reason for reason in reasons], dtype=bool)
    pair = f"{sheet.x_name}, {sheet.y_name}"
    for at in np.flatnonzero(~good):
        value = f"{sheet.x[at]!r}, {sheet.y[at]!r}"
        sheet.rejected.append((sheet.places[at], pair, value, reasons[at]))
    index = pd.Index(np.array(sheet.places, dtype=np.int64)[good], name="row")
    cells = _cell_frame(sheet, good, index)
    attributes, columns, notices = point_attributes(cells)
    geometry = points_from_lonlat(x[good], y[good], crs=sheet.crs)
    geometry.index = index
    points = gpd.GeoDataFrame(attributes, geometry=geometry, crs=CANONICAL_CRS)
    rejected = pd.DataFrame(sorted(sheet.rejected, key=lambda row: row[0]), columns=list(REJECTED_COLUMNS))
    synthetic = "synthetic" in points and bool(points["synthetic"].fillna(value=False).any())
    return Inventory(
        name=name,
        points=points,
        n_in=sheet.n_in,
        n_used=len(points),
        n_reported=len(rejected),
        rejected=rejected,
        notices=(*sheet.notices, *notices),
        encoding=sheet.encoding,
        columns={"lon": sheet.x_name, "lat": sheet.y_name, **columns},
        synthetic=synthetic,
        row_unit=sheet.row_unit,
        crs=sheet.crs,
    )


def _cell_frame(sheet: _Sheet, good: np.ndarray[Any, np.dtype[np.bool_]], index: pd.Index) -> pd.DataFrame:
    """Return the text of the usable rows under the source's headers."""
    chosen = [cells for cells, usable in zip(sheet.cells, good, strict=True) if usable]
    columns = {
        header: [
            property_text(cells.get(header)) if not isinstance(cells, tuple) else cells[at] for cells in chosen
        ]
        for at, header in enumerate(sheet.headers)
    }
    return pd.DataFrame(columns, index=index, dtype=object)
