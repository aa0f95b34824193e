"""What a format gives back, held against what was written: a writer may lose data and report success."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.errors import AtlasError
from spatial.export.fields import ID_CODE, FieldType
from spatial.export.formats import read_layer
from spatial.export.same_content import Difference

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from spatial.export.fields import Field
    from spatial.export.model import ExportLayer, PackageContent

__all__ = ["lost_in_format"]

_DEGREES: Final = 1e-6
"""A tenth of a metre: more than any format rounds, less than any mistake moves."""

_RELATIVE: Final = 1e-9
_ABSOLUTE: Final = 1e-15


def lost_in_format(name: str, directory: Path, content: PackageContent) -> Difference | None:
    """Return the first place where the files of a format hold something else than the package.

    Counts, ids in their order, every attribute, and the bounds of every geometry are compared. A text that
    is missing and an empty one are the same, because not every format can tell, and so are texts that
    differ in blanks around them: a Shapefile states how many it lost.
    """
    for layer in content.layers:
        try:
            found = read_layer(name, directory, layer, content=content)
        except (AtlasError, OSError, RuntimeError, ValueError):
            return Difference(layer.name, "", name)
        if len(found) != len(layer.features):
            return Difference(layer.name, "", name)
        at = _first_wrong(layer, found)
        if at is not None:
            return Difference(layer.name, str(layer.features[ID_CODE].iloc[at[0]]), f"{name}: {at[1]}")
    return None


def _first_wrong(layer: ExportLayer, found: pd.DataFrame) -> tuple[int, str] | None:
    """Return the row and the column of the first value that is another."""
    for field in layer.fields:
        wrong = _other_values(field, layer.features[field.code], found[field.code])
        if wrong.any():
            return int(np.argmax(wrong)), field.code
    if "geometry" in found:
        apart = np.abs(layer.features.geometry.bounds.to_numpy() - found.geometry.bounds.to_numpy())
        wrong = ~(apart <= _DEGREES).all(axis=1)
        if wrong.any():
            return int(np.argmax(wrong)), "geometry"
    return None


def _other_values(field: Field, ours: pd.Series, theirs: pd.Series) -> NDArray[np.bool_]:
    """Return which values are others."""
    if field.type is FieldType.REAL:
        numbers = ours.to_numpy(dtype=float), theirs.to_numpy(dtype=float)
        return np.asarray(~np.isclose(*numbers, rtol=_RELATIVE, atol=_ABSOLUTE, equal_nan=True))
    if field.type in {FieldType.INTEGER, FieldType.BOOLEAN}:
        pairs = (values.astype(object).where(values.notna(), None) for values in (ours, theirs))
    else:
        pairs = (values.where(values.notna(), "").str.strip(" ") for values in (ours, theirs))
    one, other = (values.to_numpy(dtype=object) for values in pairs)
    return np.asarray(one != other, dtype=bool)
