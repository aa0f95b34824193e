"""The columns of the formats that are tables: their headers, their positions and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from spatial.errors import PackageError
from spatial.export.fields import FieldType
from spatial.export.formats.file_frames import unique_aliases
from spatial.export.formula_guard import guard, unguard
from spatial.station_words import DEGREE_WORDS, normalise_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from spatial.export.fields import Field
    from spatial.export.model import ExportLayer

__all__ = ["coordinate_columns", "headers_of", "point_array", "position_headers", "values_from_cells"]

_POSITION: Final = ("经度", "纬度")
_INSIDE: Final = ("代表点经度", "代表点纬度")
_DEGREES: Final = frozenset(word for words in DEGREE_WORDS for word in words)
_TRUTH: Final[Mapping[object, bool]] = {"是": True, "否": False, True: True, False: False}


def headers_of(layer: ExportLayer) -> list[str]:
    """Return the headers of a layer's fields: the Chinese alias, its unit in brackets, all different.

    Our own import compares headers without what stands in brackets, so the unit does not hide a column
    from it; a field that it would take for a coordinate gets its code.
    """
    names = unique_aliases(layer.fields)
    headers = []
    for field in layer.fields:
        name = names[field.code]
        if normalise_word(name) in _DEGREES:
            name = f"{name}_{field.code}"
        headers.append(guard(f"{name}({field.unit})" if field.unit else name))
    return headers


def position_headers(layer: ExportLayer) -> tuple[str, str]:
    """Return the headers of the position; that of an outline is a point inside it, for reference."""
    return _POSITION if layer.geometry_type == "Point" else _INSIDE


def coordinate_columns(layer: ExportLayer) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude of each point, or of a point inside each outline, in CGCS2000."""
    shapes = layer.features.geometry.to_numpy()
    points = shapes if layer.geometry_type == "Point" else shapely.point_on_surface(shapes)
    return shapely.get_x(points), shapely.get_y(points)


def point_array(cells: Sequence[Sequence[Any]], layer: ExportLayer, *, file: str) -> NDArray[np.object_]:
    """Return points from two columns of cells, longitude and latitude.

    Raises
    ------
    PackageError
        If a cell is no number, or is empty.
    """
    try:
        pairs = np.array(cells, dtype=float).T.reshape(-1, 2)
    except (ValueError, TypeError) as fault:
        raise PackageError("format.wrong_values", file=file, layer=layer.name) from fault
    if not np.isfinite(pairs).all():
        raise PackageError("format.wrong_values", file=file, layer=layer.name)
    return np.asarray(shapely.points(pairs))


def values_from_cells(cells: Sequence[Sequence[Any]], layer: ExportLayer, *, file: str) -> pd.DataFrame:
    """Return columns of cells as columns under the codes of the fields, the guard reversed.

    Parameters
    ----------
    cells : sequence of sequences
        One per field and in that order, of text or of values; None where a cell is empty.
    layer : ExportLayer
    file : str
        For the message.

    Raises
    ------
    PackageError
        If a cell is not of its field's type.
    """
    try:
        return pd.DataFrame(
            {
                field.code: pd.Series([_value(cell, field) for cell in column], dtype=object)
                for field, column in zip(layer.fields, cells, strict=False)
            }
        )
    except (ValueError, TypeError, KeyError, OverflowError) as fault:
        raise PackageError("format.wrong_values", file=file, layer=layer.name) from fault


def _value(cell: Any, field: Field) -> Any:  # noqa: ANN401 - a cell of any type
    """Return what a cell says."""
    if cell is None:
        return None
    if field.type is FieldType.BOOLEAN:
        return _TRUTH[cell]
    if field.type is FieldType.INTEGER:
        number = int(cell)
        if number != cell and not isinstance(cell, str):
            raise ValueError
        return number
    if field.type is FieldType.REAL:
        return float(cell)
    if not isinstance(cell, str):
        raise TypeError
    return unguard(cell)
