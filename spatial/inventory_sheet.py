"""The rows of an inventory file, before their positions are judged.

Whichever format a file has, its rows come to one form: a place in the file, two numbers and text
cells. A row that cannot come to it is set aside with its place, field, value and reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely.geometry import MultiPoint, Point

from spatial.coordinates import parse_coordinate
from spatial.crs import Datum, parse_crs
from spatial.errors import MissingColumnError, MissingCrsError, UnsupportedFormatError
from spatial.geojson import read_position
from spatial.notice import Notice
from spatial.stated_crs import override_notices
from spatial.station_words import pick_coordinates
from spatial.tables import read_table
from spatial.text_decoding import decode_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from spatial.geojson import Feature, FeatureCollection
    from spatial.limits import Limits
    from spatial.tables import Table

__all__ = ["Sheet", "sheet_from_features", "sheet_from_frame", "sheet_from_table"]


@dataclass(kw_only=True)
class Sheet:
    """Positions and text cells on their way from any format.

    ``places``, ``x``, ``y`` and ``cells`` run side by side, one entry for each row whose position could
    be read; ``cells`` are in the order of ``headers`` or keyed by them. ``rejected`` holds the others.
    """

    crs: str
    x_name: str
    y_name: str
    encoding: str
    row_unit: str
    n_in: int = 0
    places: list[int] = field(default_factory=list)
    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    cells: list[Mapping[str, Any] | tuple[Any, ...]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    rejected: list[tuple[int, str, str, str]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def sheet_from_table(
    data: bytes,
    *,
    name: str,
    crs: str | None,
    names: tuple[str | None, str | None],
    limits: Limits,
    encoding: str | None,
) -> Sheet:
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
    if decoded.characters.lstrip().startswith("{"):
        raise UnsupportedFormatError("error.foreign_json", name=name)
    table = read_table(
        decoded.characters, name=name, limits=limits, is_header=lambda cells: coordinates(cells) is not None
    )
    chosen = coordinates(list(table.headers))
    if chosen is None:
        wanted = " / ".join(word for word in names if word) or "经度 / 纬度 (lon / lat)"
        raise MissingColumnError(
            "error.missing_coordinates", name=name, wanted=wanted, columns=", ".join(table.headers)
        )
    sheet = Sheet(crs=crs, x_name=chosen[0], y_name=chosen[1], encoding=decoded.encoding, row_unit="line")
    _take_rows(table, sheet)
    return sheet


def _take_rows(table: Table, sheet: Sheet) -> None:
    """Move the rows of a table into the sheet."""
    if table.header_line > 1:
        sheet.notices.append(Notice("inventory.header_line", {"line": table.header_line}))
    if table.n_blank:
        sheet.notices.append(Notice("inventory.blank_lines", {"n": table.n_blank}))
    if table.n_unguarded:
        sheet.notices.append(Notice("format.unguarded", {"n": table.n_unguarded}))
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


def sheet_from_features(collection: FeatureCollection, *, name: str, crs: str | None) -> Sheet:
    """Read the points of a feature collection."""
    stated = crs or collection.crs
    sheet = Sheet(
        crs=stated or "wgs84", x_name="lon", y_name="lat", encoding=collection.encoding, row_unit="feature"
    )
    if stated is None:
        sheet.notices.append(Notice("inventory.geojson_wgs84", {"name": name}))
    sheet.notices += override_notices(crs, collection.crs)
    keys = {key: None for feature in collection.features for key in feature.properties}
    with_ids = "id" not in keys and any(feature.feature_id for feature in collection.features)
    sheet.headers = [*keys, "id"] if with_ids else list(keys)
    sheet.n_in = len(collection.features)
    n_heights = sum(_take_feature(feature, sheet) for feature in collection.features)
    if n_heights:
        sheet.notices.append(Notice("inventory.heights_dropped", {"n": n_heights}))
    return sheet


def _take_feature(feature: Feature, sheet: Sheet) -> bool:
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


def sheet_from_frame(attributes: pd.DataFrame, geometry: list[BaseGeometry | None], *, crs: str) -> Sheet:
    """Take the points of a layer that is a frame already, in the reference system ``crs``."""
    sheet = Sheet(crs=crs, x_name="x", y_name="y", encoding="utf-8", row_unit="feature")
    sheet.headers = [str(column) for column in attributes.columns]
    sheet.n_in = len(geometry)
    rows = attributes.itertuples(index=False, name=None)
    for index, (shape, cells) in enumerate(zip(geometry, rows, strict=True)):
        if isinstance(shape, MultiPoint) and len(shape.geoms) == 1:
            shape = shape.geoms[0]  # noqa: PLW2901 - the one point of the row
        if not isinstance(shape, Point) or shape.is_empty:
            kind = "null" if shape is None else shape.geom_type
            sheet.rejected.append((index, "geometry", kind, "error.reason_not_a_point"))
        elif not (np.isfinite(shape.x) and np.isfinite(shape.y)):
            sheet.rejected.append((index, "geometry", "Point", "error.reason_bad_position"))
        else:
            sheet.places.append(index)
            sheet.x.append(shape.x)
            sheet.y.append(shape.y)
            sheet.cells.append(cells)
    return sheet
