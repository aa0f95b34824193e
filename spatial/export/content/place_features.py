"""Places of a plan that somebody located; the others are withheld and named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd

from spatial.crs import CANONICAL_CRS
from spatial.export.content.layer_draft import refuse_unusable_ids
from spatial.export.content.point_features import without_empty_texts, zones_holding
from spatial.export.model import Withheld
from spatial.export.wording import both
from spatial.text import catalogue, text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from spatial.pack import Pack
    from spatial.plan import PlanRecords
    from spatial.plan_records import Place

__all__ = ["SCHEMATIC_POSITIONS", "PlaceColumns", "place_columns"]

SCHEMATIC_POSITIONS: Final = frozenset({"recalled", "address"})
"""Bases of positions that somebody remembered or read off an address: no survey, no map control."""

_UNSTATED: Final = "user_supplied"
_OUTLINED: Final = "content.withheld_outlined"
_UNLOCATED: Final = "content.withheld_unlocated"
_USED: Final = ("place_id", "lon", "lat", "confidence_m", "basis", "source", "geometry")


@dataclass(frozen=True, kw_only=True)
class PlaceColumns:
    """The columns of the located places.

    Attributes
    ----------
    known, further : pandas.DataFrame, shape (n, columns)
        Under the codes of the field table, and under the source's headers.
    geometry : geopandas.GeoSeries, shape (n,)
        In EPSG:4490.
    bases : list of str
        How each position is known.
    n_in : int
        Places of the plan and of the table of positions.
    withheld : tuple of Withheld
        Those that nobody has located.
    """

    known: pd.DataFrame
    further: pd.DataFrame
    geometry: gpd.GeoSeries
    bases: list[str]
    n_in: int
    withheld: tuple[Withheld, ...]


def place_columns(
    pack: Pack,
    zone_layers: Iterable[gpd.GeoDataFrame],
    *,
    source: str,
    outlined: Collection[str] = (),
    lang: str = "zh",
) -> PlaceColumns:
    """Return the columns of the layer of places.

    Parameters
    ----------
    pack : Pack
    zone_layers : iterable of geopandas.GeoDataFrame
        Layers whose zones are named in ``PQ``.
    source : str
        Where a place comes from whose row does not say so.
    outlined : collection of str
        Ids of the places that another layer hands over as outlines.
    lang : str
        Language of the words for kind and basis.

    Raises
    ------
    DuplicateIdError, MissingColumnError
        If places have no id of their own.
    """
    table = pack.place_points().reset_index(drop=True)
    located = table[table.geometry.notna()].reset_index(drop=True)
    ids = located["place_id"].fillna("").astype(str).astype(object)
    refuse_unusable_ids(ids, title=both("content.title_places"), column="place_id")
    every = {*table["place_id"], *(place.place_id for place in pack.plan.places)}
    missing = sorted(every - set(ids))
    records = {place.place_id: place for place in pack.plan.places}
    found = [records.get(place_id) for place_id in ids]
    geometry = gpd.GeoSeries(located.geometry, crs=CANONICAL_CRS)
    known = _of_plan(pack.plan, found, lang).assign(BSM=ids)
    known["MC"] = known["MC"].where(known["MC"].notna(), ids)
    known["WZJD"] = located["confidence_m"].astype(float) if "confidence_m" in located else float("nan")
    bases = [str(basis) or _UNSTATED for basis in located.get("basis", pd.Series(_UNSTATED, ids.index))]
    known["JHLY"] = [_basis_word(basis, lang) for basis in bases]
    stated = located.get("source", pd.Series("", ids.index)).fillna("").astype(object)
    known["SJLY"] = stated.where(stated != "", source)
    known["SFMN"] = False
    known["PQ"] = zones_holding(geometry, zone_layers)
    further = pd.DataFrame(located.drop(columns=[name for name in _USED if name in located]))
    further = without_empty_texts(further)
    further = _place_words(found, further)
    return PlaceColumns(
        known=known,
        further=further,
        geometry=geometry,
        bases=bases,
        n_in=len(every),
        withheld=tuple(
            Withheld(feature_id=place_id, reason_key=_OUTLINED if place_id in outlined else _UNLOCATED)
            for place_id in missing
        ),
    )


def _of_plan(plan: PlanRecords, found: list[Place | None], lang: str) -> pd.DataFrame:
    """Return what the plan says of each place; nothing of one that it does not name."""
    rows = [
        {}
        if place is None
        else {
            "MC": place.name_zh,
            "MCYW": place.name_en,
            "LB": _kind_word(place.kind, lang),
            "SJBH": place.parent_id or None,
            "YJWJ": _passage(plan, place),
            "CJRQ": plan.document(place.document_id).date,
            "BZ": place.role_zh,
        }
        for place in found
    ]
    return pd.DataFrame(rows, columns=["MC", "MCYW", "LB", "SJBH", "YJWJ", "CJRQ", "BZ"], dtype=object)


def _place_words(found: list[Place | None], further: pd.DataFrame) -> pd.DataFrame:
    """Return the further columns with those of the plan's own record that no field holds."""
    for column in ("short_zh", "short_en", "level", "role_en"):
        if column not in further:
            words = [None if place is None else getattr(place, column) for place in found]
            further = further.assign(**{column: pd.Series(words, index=further.index, dtype=object)})
    return further


def _passage(plan: PlanRecords, place: Place) -> str:
    document = plan.document(place.document_id)
    heading = plan.section(place.section_id).heading
    return text("content.passage", document=document.title or document.short_zh, heading=heading)


def _kind_word(kind: str, lang: str) -> str:
    key = f"app.kind.{kind}"
    return text(key, lang) if key in catalogue() else kind


def _basis_word(basis: str, lang: str) -> str:
    key = f"content.place_basis_{basis}"
    return text(key, lang) if key in catalogue() else basis
