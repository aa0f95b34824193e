"""The columns of the canonical frame: fields of the subject first, then what no field takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from spatial.importing.columns.mapping import REPORT_WORDS
from spatial.importing.columns.profiles import PROFILES, ValueKind
from spatial.importing.columns.values import as_text, read_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from spatial.importing.build.draft import Draft
    from spatial.importing.columns.mapping import ColumnMapping
    from spatial.importing.model import Subject

__all__ = ["canonical_attributes", "filled", "led_by", "row_numbers", "text_column", "with_basis"]

_RESERVED: Final = ("geometry", "geom", "fid", "ogc_fid", "index")
"""Names that a written layer needs for itself."""
_SOURCE: Final = "source_"
_BASIS: Final = "geometry_basis"


def canonical_attributes(
    draft: Draft, mapping: ColumnMapping, subject: Subject, *, left_out: Iterable[str]
) -> pd.DataFrame:
    """Return the columns of the rows in use, indexed by their row of the file.

    Parameters
    ----------
    draft : Draft
        Which rows are used; takes what was not understood as warnings.
    mapping : ColumnMapping
        Which column each field comes from.
    subject : Subject
        What the rows are.
    left_out : iterable of str
        Columns that became the geometry.
    """
    layer, profile = draft.layer, PROFILES[subject]
    table = layer.table if draft.used.all() else layer.table[draft.used]
    index = pd.Index(layer.rows[draft.used], dtype="int64")
    dropped = {*left_out, *REPORT_WORDS}
    known: dict[str, pd.Series] = {}
    kept: dict[str, pd.Series] = {}
    for field, column in mapping.columns.items():
        kind = profile.field(field).kind
        read = read_cells(table[column], kind, header=column)
        draft.warnings.extend(read.notices)
        # The frame is in one system, whatever the rows were brought in.
        known[f"{_SOURCE}{field}" if kind == ValueKind.DATUM else field] = read.cells
        if read.kept is not None:
            kept[f"{_SOURCE}{field}"] = read.kept
    columns = {**known, **kept}
    taken = {name.casefold() for name in (*profile, *columns, *_RESERVED)}
    for header in mapping.unknown:
        if header not in dropped:
            name = _free_name(header, taken)
            taken.add(name.casefold())
            cells = table[header]
            columns[name] = as_text(cells) if cells.dtype == object else cells
    return pd.DataFrame({name: cells.array for name, cells in columns.items()}, index=index)


def text_column(attributes: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as trimmed text, ``""`` where it is missing or not filled in."""
    if column not in attributes:
        return pd.Series("", index=attributes.index, dtype="str")
    return as_text(attributes[column]).str.strip()


def filled(
    words: pd.Series, others: Mapping[str, Callable[[], pd.Series]]
) -> tuple[pd.Series, dict[str, int]]:
    """Fill empty words from the first other that has one; return how many came from each."""
    counts: dict[str, int] = {}
    result = words
    for name, make in others.items():
        empty = result == ""
        if not empty.any():
            break
        other = make()
        used = empty & (other != "")
        if used.any():
            result = result.mask(used, other)
            counts[name] = int(used.sum())
    return result, counts


def led_by(attributes: pd.DataFrame, first: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Return the columns with ``first`` before the others, in the place of those of the same names."""
    rest = {name: attributes[name] for name in attributes.columns if name not in first}
    return pd.DataFrame({**first, **rest}, index=attributes.index)


def row_numbers(attributes: pd.DataFrame) -> pd.Series:
    """Return the row of the file of each row, as text."""
    return pd.Series(attributes.index.astype("str"), index=attributes.index, dtype="str")


def with_basis(attributes: pd.DataFrame) -> pd.DataFrame:
    """Return the columns with ``geometry_basis`` in every row: the file's own word, else user supplied."""
    basis = text_column(attributes, _BASIS)
    return attributes.assign(**{_BASIS: basis.mask(basis == "", "user_supplied")})


def _free_name(header: str, taken: set[str]) -> str:
    """Return the header, marked as the source's where the frame needs the name; case makes no difference."""
    name = header
    while name.casefold() in taken:
        name = f"{_SOURCE}{name}"
    return name
