"""Stations and poles of a package, from one or several inventories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.counting import locate, zone_ids
from spatial.crs import CANONICAL_CRS
from spatial.errors import MissingColumnError
from spatial.export.content.coarsen import coarse_accuracy_m, snap_to_cells
from spatial.export.content.layer_draft import refuse_unusable_ids
from spatial.export.content.point_source import simulated
from spatial.export.content.source_columns import made_anew
from spatial.export.fields import LayerKind, fields_of
from spatial.export.iso_dates import is_iso_date
from spatial.station_words import EXPORTED_SITE_TYPES, EXPORTED_STATUSES, normalise_word
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from spatial.export.content.point_source import PointSource
    from spatial.export.wording import Words

__all__ = ["PointColumns", "point_columns", "without_empty_texts", "zones_holding"]

_TEXTS: Final = {
    "MC": "name",
    "YYS": "operator",
    "PD": "band",
    "ZZBM": "physical_site_id",
    "LJBM": "logical_station_id",
}
_CONFIDENTIAL: Final = ("MC", "ZZBM", "LJBM", "BZ")
"""Codes of what tells a place by name or number: withheld where positions are coarse."""

_WORDED: Final[Mapping[str, tuple[str, Callable[[str], str | None]]]] = {
    "ZX": ("site_type", EXPORTED_SITE_TYPES.get),
    "ZT": ("status", EXPORTED_STATUSES.get),
    "CJRQ": ("as_of", lambda date: date if is_iso_date(date) else None),
}
_REMARK_WORDS: Final = ("bz", "备注")
_ID: Final = "site_id"


@dataclass(frozen=True, kw_only=True)
class PointColumns:
    """The columns of a layer of points.

    Attributes
    ----------
    known, further : pandas.DataFrame
        Under the codes of the field table, and under the source's headers.
    geometry : geopandas.GeoSeries
        In EPSG:4490; centres of cells where positions are coarse.
    withheld_fields : tuple of str
        Codes and headers of what is left out.
    unknown_words : Mapping
        Code to the number of rows whose word is none of the field's list.
    """

    known: pd.DataFrame
    further: pd.DataFrame
    geometry: gpd.GeoSeries
    withheld_fields: tuple[str, ...]
    unknown_words: Mapping[str, int]


def point_columns(
    found: PointSource,
    kind: LayerKind,
    zone_layers: Iterable[gpd.GeoDataFrame],
    *,
    title: Words,
    grid_m: float | None,
    numerator: str,
) -> PointColumns:
    """Return the columns of a layer of stations or poles.

    Parameters
    ----------
    found : PointSource
    kind : LayerKind
    zone_layers : iterable of geopandas.GeoDataFrame
        Layers whose zones are named in ``PQ``.
    title : Mapping
        Title of the layer in every language, for messages.
    grid_m : float or None
        Size of the cells to which positions are moved; None for exact ones. Everything that is said of
        a coarse point, its zones included, is then said of the centre of its cell.
    numerator : str
        What one row is, in words.

    Raises
    ------
    MissingColumnError, DuplicateIdError
        If rows have no id, or share one.
    """
    points = found.points
    ids = _ids(found, title=title)
    exact = gpd.GeoSeries(points.geometry, crs=CANONICAL_CRS)
    geometry = exact if grid_m is None else snap_to_cells(exact, grid_m=grid_m)
    known, used, unknown = _of_source(points, kind)
    known = known.assign(
        BSM=ids,
        TJKJ=numerator,
        WZJD=_accuracy(points, grid_m),
        SFMN=simulated(points),
        SJLY=found.source,
        JHLY=_basis(simulated(points), grid_m),
        PQ=zones_holding(geometry, zone_layers),
    )
    further = pd.DataFrame(points.drop(columns=[column for column in used if column in points]))
    further = further.drop(columns=made_anew(kind, map(str, further.columns)))
    further = without_empty_texts(_under_headers(further, found.headers, ids))
    known, further, withheld = _without_confidential(known, further, coarse=grid_m is not None)
    known["MC"] = known["MC"].where(known["MC"].notna(), known["BSM"]) if "MC" in known else known["BSM"]
    return PointColumns(
        known=known, further=further, geometry=geometry, withheld_fields=withheld, unknown_words=unknown
    )


def _of_source(points: pd.DataFrame, kind: LayerKind) -> tuple[pd.DataFrame, list[str], dict[str, int]]:
    """Return the known columns of a source, the names of those used up, and the words not in a list.

    A column with such words is not used up: it stays beside its field, as the source has it.
    """
    known = pd.DataFrame(index=points.index)
    used = [_ID, "geometry", "synthetic", "position_accuracy_m"]
    unknown: dict[str, int] = {}
    codes = {field.code for field in fields_of(kind)}
    remark = next((c for c in points if normalise_word(str(c)) in _REMARK_WORDS), "")
    for code, column in (_TEXTS | {"BZ": str(remark)}).items():
        if column in points and code in codes:
            known[code] = _text_or_missing(points[column])
            used.append(column)
    if "SFGX" in codes and "shared" in points:
        known["SFGX"] = points["shared"]
        used.append("shared")
    for code, (column, read) in _WORDED.items():
        if column in points:
            known[code] = [read(word) for word in points[column]]
            strange = known[code].isna() & _text_or_missing(points[column]).notna()
            if strange.any():
                unknown[code] = int(strange.sum())
            else:
                used.append(column)
    return known, used, unknown


def zones_holding(points: gpd.GeoSeries, zone_layers: Iterable[gpd.GeoDataFrame]) -> pd.Series:
    """Return the ids of the zones that hold each point, joined by semicolons; None where none does.

    Parameters
    ----------
    points : geopandas.GeoSeries, shape (n,)
        In EPSG:4490, index 0 … n-1.
    zone_layers : iterable of geopandas.GeoDataFrame
        Of each layer that tiles the ground a point has one zone at most, see `spatial.counting`.
    """
    joined = np.full(len(points), "", dtype=object)
    frame = gpd.GeoDataFrame(geometry=points)
    for layer in zone_layers:
        placed = locate(frame, layer)
        names = zone_ids(layer).to_numpy(dtype=object)[placed.zone_rows]
        for row, name in zip(placed.point_rows, names, strict=True):
            joined[row] = f"{joined[row]};{name}" if joined[row] else name
    return pd.Series(joined, index=points.index, dtype=object).replace("", None)


def _ids(found: PointSource, *, title: Words) -> pd.Series:
    """Return the ids of the rows as text."""
    if _ID not in found.points:
        names = [str(name) for name in found.points.columns if name != "geometry"]
        columns = ", ".join(found.headers.get(name, name) for name in names)
        raise MissingColumnError("content.no_ids", title=title, n=len(found.points), columns=columns)
    ids: pd.Series = found.points[_ID].fillna("").astype(str).astype(object)
    refuse_unusable_ids(ids, title=title, column=found.headers.get(_ID, _ID))
    return ids


def _under_headers(further: pd.DataFrame, headers: Mapping[str, str], ids: pd.Series) -> pd.DataFrame:
    """Return further columns under the source's headers, without a second copy of the ids."""
    names = [str(name) for name in further.columns]
    copies = [name for name in names if normalise_word(name) == "id" and further[name].equals(ids)]
    kept = further.drop(columns=copies)
    known = {name: headers[name] for name in names if headers.get(name, name) not in names}
    return kept.rename(columns=known)


def without_empty_texts(columns: pd.DataFrame) -> pd.DataFrame:
    """Return the columns with nothing where a cell is empty: a table cannot tell the two."""
    cells = {str(name): _text_or_missing(columns[name]) for name in columns}
    return pd.DataFrame(cells, index=columns.index)


def _text_or_missing(values: pd.Series) -> pd.Series:
    """Return texts; an empty cell of a table says nothing."""
    cells: pd.Series = values.astype(object)
    return cells.where(cells.notna() & (cells != ""), None)


def _accuracy(points: pd.DataFrame, grid_m: float | None) -> pd.Series:
    """Return the accuracy of the positions as they are given out."""
    stated = (
        points["position_accuracy_m"].astype(float)
        if "position_accuracy_m" in points
        else pd.Series(np.nan, index=points.index)
    )
    return stated if grid_m is None else coarse_accuracy_m(stated, grid_m=grid_m)


def _basis(simulated: pd.Series, grid_m: float | None) -> np.ndarray:
    """Return where each position comes from, in words."""
    if grid_m is not None:
        return np.full(len(simulated), text("content.position_cell"), dtype=object)
    given, made = text("content.position_given"), text("content.position_synthetic")
    return np.where(simulated, made, given)


def _without_confidential(
    known: pd.DataFrame, further: pd.DataFrame, *, coarse: bool
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Return the columns that a coarse layer may show, and the names of the others."""
    if not coarse:
        return known, further, ()
    hidden = [code for code in _CONFIDENTIAL if code in known]
    return (
        known.drop(columns=hidden),
        further.drop(columns=list(further.columns)),
        (*hidden, *map(str, further.columns)),
    )
