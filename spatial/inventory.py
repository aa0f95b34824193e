"""An inventory of stations or poles from a file that somebody brings.

The bytes are hostile until proven otherwise: they are parsed in Python alone, within named limits,
and no library that opens drivers by content ever sees them. Every row of the file is either used
or reported with its place and the reason, so that ``n_in = n_used + n_reported`` always holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.coordinates import judge_positions
from spatial.crs import CANONICAL_CRS, points_from_lonlat
from spatial.errors import UnsupportedFormatError
from spatial.file_kinds import GEOJSON_SUFFIXES, TABLE_SUFFIXES, file_suffix, refuse_foreign
from spatial.geojson import property_text, read_geojson
from spatial.inventory_sheet import Sheet, sheet_from_features, sheet_from_frame, sheet_from_table
from spatial.limits import DEFAULT_LIMITS, Limits
from spatial.notice import Notice
from spatial.station_attributes import point_attributes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "REJECTED_COLUMNS",
    "Inventory",
    "inventory_from_frame",
    "read_inventory",
    "read_sheet",
    "reject_misplaced",
]

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


def read_inventory(
    data: bytes,
    *,
    name: str,
    crs: str | None,
    x: str | None = None,
    y: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    encoding: str | None = None,
    site_id: str | None = None,
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
    site_id : str or None
        Header of the stations' ids; otherwise it is found by its name.

    Returns
    -------
    Inventory

    Raises
    ------
    MissingCrsError
        If a table comes without ``crs``.
    MissingColumnError
        If the coordinates' columns, or the one that was named for the ids, are not there.
    GeometryError
        If most rows show one misreading, such as longitude and latitude exchanged.
    UnsupportedFormatError, UnreadableFileError, DuplicateIdError, UnknownCrsError, LimitExceededError
        If the file is refused; nothing of it is used.
    """
    sheet = read_sheet(data, name=name, crs=crs, x=x, y=y, limits=limits, encoding=encoding)
    return _finish(sheet, name=name, site_id=site_id)


def read_sheet(
    data: bytes,
    *,
    name: str,
    crs: str | None,
    x: str | None = None,
    y: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    encoding: str | None = None,
) -> Sheet:
    """Return the rows of a file before they are judged; parameters and errors as for `read_inventory`."""
    limits.check("upload_bytes", len(data))
    refuse_foreign(data, name=name)
    suffix = file_suffix(name)
    if suffix in GEOJSON_SUFFIXES:
        collection = read_geojson(
            data, name=name, limits=limits, encoding=encoding, crs_stated=crs is not None
        )
        sheet = sheet_from_features(collection, name=name, crs=crs)
    elif suffix in TABLE_SUFFIXES:
        sheet = sheet_from_table(data, name=name, crs=crs, names=(x, y), limits=limits, encoding=encoding)
    else:
        raise UnsupportedFormatError("error.unknown_suffix", name=name, suffix=suffix)
    if sheet.encoding != "utf-8":
        sheet.notices.insert(0, Notice("inventory.encoding", {"encoding": sheet.encoding}))
    return sheet


def inventory_from_frame(
    attributes: pd.DataFrame,
    geometry: list[BaseGeometry | None],
    *,
    name: str,
    crs: str,
    site_id: str | None = None,
) -> Inventory:
    """Return the inventory of a point layer that was read as a frame; errors as for `read_inventory`."""
    return _finish(sheet_from_frame(attributes, geometry, crs=crs), name=name, site_id=site_id)


def reject_misplaced(sheet: Sheet) -> NDArray[np.bool_]:
    """Tell the rows whose positions can be meant; set the others aside in the sheet.

    Raises
    ------
    GeometryError, UnknownCrsError
        As for `spatial.coordinates.judge_positions`.
    """
    x, y = np.array(sheet.x, dtype=float), np.array(sheet.y, dtype=float)
    reasons = judge_positions(x, y, crs=sheet.crs, x_name=sheet.x_name, y_name=sheet.y_name)
    good = np.array([not reason for reason in reasons], dtype=bool)
    pair = f"{sheet.x_name}, {sheet.y_name}"
    for at in np.flatnonzero(~good):
        value = f"{sheet.x[at]!r}, {sheet.y[at]!r}"
        sheet.rejected.append((sheet.places[at], pair, value, reasons[at]))
    return good


def _finish(sheet: Sheet, *, name: str, site_id: str | None = None) -> Inventory:
    """Judge the positions and build the inventory."""
    good = reject_misplaced(sheet)
    x, y = np.array(sheet.x, dtype=float)[good], np.array(sheet.y, dtype=float)[good]
    index = pd.Index(np.array(sheet.places, dtype=np.int64)[good])
    cells = _cell_frame(sheet, good, index)
    attributes, columns, notices = point_attributes(cells, name=name, site_id=site_id)
    geometry = points_from_lonlat(x, y, crs=sheet.crs)
    geometry.index = index
    points = gpd.GeoDataFrame(attributes, geometry=geometry, crs=CANONICAL_CRS)
    in_order = sorted(sheet.rejected, key=itemgetter(0))
    rejected = pd.DataFrame(in_order, columns=list(REJECTED_COLUMNS))
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


def _cell_frame(sheet: Sheet, good: NDArray[np.bool_], index: pd.Index) -> pd.DataFrame:
    """Return the text of the usable rows under the source's headers."""
    chosen = [cells for cells, usable in zip(sheet.cells, good, strict=True) if usable]
    columns = {
        header: [
            property_text(cells[at] if isinstance(cells, tuple) else cells.get(header)) for cells in chosen
        ]
        for at, header in enumerate(sheet.headers)
    }
    return pd.DataFrame(columns, index=index, dtype=object)
