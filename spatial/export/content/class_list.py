"""Where each layer stands in the platform's catalogue: a list that the platform's owner may edit.

The list that comes with the product names the class path of each layer in words and leaves the codes
blank: no public source gives any, and none is made up. An owner's list replaces its rows one by one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from spatial.errors import DuplicateIdError, MissingColumnError, UnreadableFileError
from spatial.export.model import ClassPath
from spatial.limits import DEFAULT_LIMITS, Limits
from spatial.tables import read_table
from spatial.text_decoding import decode_text
from spatial.vector_files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.export.fields import LayerKind

__all__ = ["CLASS_COLUMNS", "class_path", "read_class_list"]

CLASS_COLUMNS: Final = ("layer", "category", "main_class", "sub_class", "code")
"""Columns that a list must have; any further ones are notes."""

_OWN_LIST: Final = Path(__file__).with_name("class_list.csv")
_REQUIRED: Final = ("layer", "category", "main_class")


def read_class_list(path: Path | None, *, limits: Limits = DEFAULT_LIMITS) -> Mapping[str, ClassPath]:
    """Return the class path of each layer, by the layer's name or kind.

    Parameters
    ----------
    path : pathlib.Path or None
        A CSV with the columns `CLASS_COLUMNS`, in UTF-8 or GBK. Its rows replace those of the list
        that comes with the product; None for that list alone.
    limits : Limits
        Named limits.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    DuplicateIdError
        If a layer is named twice.
    UnreadableFileError, LimitExceededError
        If the file cannot be read, or a row names no layer, category or main class.
    """
    own = _own_list()
    return own if path is None else MappingProxyType({**own, **_read(path, limits)})


def class_path(classes: Mapping[str, ClassPath], *, name: str, kind: LayerKind) -> ClassPath:
    """Return the class path of a layer: that of its name, else that of its kind."""
    return classes[name] if name in classes else classes[str(kind)]


@cache
def _own_list() -> Mapping[str, ClassPath]:
    """Return the list that comes with the product."""
    return MappingProxyType(_read(_OWN_LIST, DEFAULT_LIMITS))


def _read(path: Path, limits: Limits) -> dict[str, ClassPath]:
    """Return the rows of one list."""
    decoded = decode_text(read_bytes(path, limits), name=path.name, encoding=None)
    table = read_table(
        decoded.characters, name=path.name, limits=limits, is_header=lambda cells: CLASS_COLUMNS[0] in cells
    )
    missing = [column for column in CLASS_COLUMNS if column not in table.headers]
    if missing:
        raise MissingColumnError(
            "content.class_columns", name=path.name, missing=missing, columns=list(CLASS_COLUMNS)
        )
    if table.ragged:
        raise UnreadableFileError("content.class_row", name=path.name, line=table.ragged[0].line)
    at = [table.headers.index(column) for column in CLASS_COLUMNS]
    classes: dict[str, ClassPath] = {}
    for line, cells in zip(table.lines, table.rows, strict=True):
        row = dict(zip(CLASS_COLUMNS, (cells[column].strip() for column in at), strict=True))
        if not all(row[column] for column in _REQUIRED):
            raise UnreadableFileError("content.class_row", name=path.name, line=line)
        layer = row.pop("layer")
        if layer in classes:
            raise DuplicateIdError("content.class_twice", name=path.name, line=line, layer=layer)
        classes[layer] = ClassPath(**row)
    return classes
