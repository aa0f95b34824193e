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
from spatial.export.coarsen import coarse_accuracy_m, snap_to_cells
from spatial.export.fields import LayerKind, fields_of
from spatial.export.layer_draft import refuse_unusable_ids
from spatial.export.model import Withheld
from spatial.export.source_columns import made_anew
from spatial.station_words import EXPORTED_SITE_TYPES, EXPORTED_STATUSES, normalise_word
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spatial.inventory import Inventory

__all__ = ["PointColumns", "PointSource", "point_columns", "zones_holding"]

_TEXTS: Final = {
    "MC": "name",
    "YYS": "operator",
    "PD": "band",
    "ZZBM": "physical_site_id",
    "LJBM": "logical_station_id",
    "CJRQ": "as_of",
}
_CONFIDENTIAL: Final = ("MC", "ZZBM", "LJBM", "BZ")
"""Codes of what tells a place by name or number: withheld where positions are coarse."""

_WORDED: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "ZX": ("site_type", EXPORTED_SITE_TYPES),
    "ZT": ("status", EXPORTED_STATUSES),
}
_REMARK_WORDS: Final = ("bz", "备注")
_ID: Final = "site_id"


@dataclass(frozen=True, kw_only=True)
class PointSource:
    """The inventories of one layer taken together.

    Attributes
    ----------
    points : geopandas.GeoDataFrame, shape (n, columns)
        In EPSG:4490, index 0 … n-1; without the simulated rows unless they are asked for.
    source : pandas.Series of str
        Where each row comes from.
    headers : Mapping
        Column of ``points`` to the header it came from, of the first inventory that has it.
    n_in : int
        Rows of all files.
    withheld : tuple of Withheld
        Rows that cannot be used, and simulated ones.
    """

    points: gpd.GeoDataFrame
    source: pd.Series
    headers: Mapping[str, str]
    n_in: int
    withheld: tuple[Withheld, ...]

    @classmethod
    def of(cls, inventories: Sequence[Inventory], *, sources: Sequence[str], synthetic: bool) -> PointSource:
        """Put inventories under one another.

        Parameters
        ----------
        inventories : sequence of Inventory
        sources : sequence of str
            Where each of them comes from, in words.
        synthetic : bool
            Whether simulated rows are kept.
        """
        frames = [inventory.points for inventory in inventories]
        merged = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=CANONICAL_CRS)
        source = np.repeat(np.array(sources, dtype=object), [len(frame) for frame in frames])
        places = [f"{inventory.name}:{row}" for inventory in inventories for row in inventory.points.index]
        withheld = [
            Withheld(feature_id=f"{inventory.name}:{row}", reason_key=str(key))
            for inventory in inventories
            for row, key in zip(inventory.rejected["row"], inventory.rejected["reason_key"], strict=True)
        ]
        kept = np.ones(len(merged), dtype=bool) if synthetic else ~_simulated(merged).to_numpy()
        withheld += [
            Withheld(feature_id=places[row], reason_key="content.withheld_synthetic")
            for row in np.flatnonzero(~kept)
        ]
        headers: dict[str, str] = {}
        for inventory in inventories:
            headers = {**inventory.columns, **headers}
        return cls(
            points=merged[kept].reset_index(drop=True),
            source=pd.Series(source[kept], dtype=object),
            headers=headers,
            n_in=sum(inventory.n_in for inventory in inventories),
            withheld=tuple(withheld),
        )

    @property
    def synthetic(self) -> bool:
        """Whether any row is simulated."""
        return bool(_simulated(self.points).any())

    @property
    def latest(self) -> str:
        """The youngest date of a row, ``""`` where none is stated."""
        dates = self.points["as_of"].dropna() if "as_of" in self.points else []
        return max((str(date) for date in dates), default="")


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
    name: str,
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
    name : str
        Name of the layer, for messages.
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
    ids = _ids(found, name=name)
    exact = gpd.GeoSeries(points.geometry, crs=CANONICAL_CRS)
    geometry = exact if grid_m is None else snap_to_cells(exact, grid_m=grid_m)
    known = pd.DataFrame({"BSM": ids}, index=points.index)
    used = [_ID, "geometry", "synthetic", "position_accuracy_m"]
    for code, column in _TEXTS.items():
        if column in points and code in {field.code for field in fields_of(kind)}:
            known[code] = _text_or_missing(points[column])
            used.append(column)
    unknown: dict[str, int] = {}
    for code, (column, words) in _WORDED.items():
        if column in points:
            known[code] = [words.get(word) for word in points[column]]
            strange = known[code].isna() & (points[column].fillna("").astype(str) != "")
            unknown |= {code: int(strange.sum())} if strange.any() else {}
            # The words that the list does not have stay beside it, in the source's own column.
            used += [] if strange.any() else [column]
    if "shared" in points and kind is LayerKind.BASE_STATIONS:
        known["SFGX"] = points["shared"]
        used.append("shared")
    remark = next((c for c in points.columns if normalise_word(str(c)) in _REMARK_WORDS), None)
    if remark is not None:
        known["BZ"] = _text_or_missing(points[remark])
        used.append(remark)
    known["TJKJ"] = numerator
    known["WZJD"] = _accuracy(points, grid_m)
    known["SFMN"] = _simulated(points)
    known["SJLY"] = found.source
    known["JHLY"] = _basis(known["SFMN"], grid_m)
    known["PQ"] = zones_holding(geometry, zone_layers)
    further = pd.DataFrame(points.drop(columns=[column for column in used if column in points]))
    further = further.drop(columns=made_anew(kind, map(str, further.columns)))
    further = _under_headers(further, found.headers, ids)
    known, further, withheld = _without_confidential(known, further, coarse=grid_m is not None)
    known["MC"] = known["MC"].where(known["MC"].notna(), known["BSM"]) if "MC" in known else known["BSM"]
    return PointColumns(
        known=known, further=further, geometry=geometry, withheld_fields=withheld, unknown_words=unknown
    )


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


def _ids(found: PointSource, *, name: str) -> pd.Series:
    """Return the ids of the rows as text."""
    if _ID not in found.points:
        columns = ", ".join(map(str, found.headers.values()))
        raise MissingColumnError("content.no_ids", layer=name, n=len(found.points), columns=columns)
    ids = found.points[_ID].fillna("").astype(str).astype(object)
    refuse_unusable_ids(ids, layer=name, column=found.headers.get(_ID, _ID))
    return ids


def _under_headers(further: pd.DataFrame, headers: Mapping[str, str], ids: pd.Series) -> pd.DataFrame:
    """Return further columns under the source's headers, without a second copy of the ids."""
    copies = [name for name in further if normalise_word(str(name)) == "id" and further[name].equals(ids)]
    kept = further.drop(columns=copies)
    known = {name: headers[name] for name in kept if headers.get(name, name) not in kept}
    return kept.rename(columns=known)


def _text_or_missing(values: pd.Series) -> pd.Series:
    """Return texts; an empty cell of a table says nothing."""
    cells = values.astype(object)
    return cells.where(cells.notna() & (cells != ""), None)


def _simulated(points: pd.DataFrame) -> pd.Series:
    """Tell the simulated rows."""
    if "synthetic" not in points:
        return pd.Series(False, index=points.index)
    return points["synthetic"].astype("boolean").fillna(value=False).astype(bool)


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
