"""Zones of a package: their outlines with the verdict of one definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from spatial.area import area_km2
from spatial.definition import AREA_COLUMNS, AreaBasis, word_key
from spatial.text import catalogue, text

if TYPE_CHECKING:
    import geopandas as gpd

    from spatial.check import CheckResult
    from spatial.notice import Notice

__all__ = ["SCHEMATIC_BASES", "ZoneFigures", "basis_word", "known_columns", "outline_bases"]

SCHEMATIC_BASES: Final = frozenset(
    {"schematic", "published_area_only", "published_four_sides", "placed_by_user"}
)
"""Bases of outlines that somebody drew, not from a survey or a boundary file."""

_SOURCE: Final = {
    "MCYW": "name_en",
    "JC": "short_zh",
    "SJBH": "parent_id",
    "BZ": "note_zh",
}
_NUMBERS: Final = {
    "MJ_GB": AREA_COLUMNS[AreaBasis.OFFICIAL],
    "MJ_LD": AREA_COLUMNS[AreaBasis.LAND],
    "WZJD": "position_accuracy_m",
}
_VERDICT: Final = {
    "MJ_KM2": "area_km2",
    "SL": "count",
    "ZBZ": "density_per_km2",
    "ZBXX": "density_low",
    "ZBSX": "density_high",
    "MBZ": "target_per_km2",
    "XQS": "required_count",
    "QKS": "gap_count",
    "DCL": "attainment_ratio",
    "SFMN": "synthetic",
}
_OUTLINE_AREA: Final = "area_geometry_km2"
_SAME_AREA_KM2: Final = 1e-5
_USED: Final = ("zone_id", "name_zh", "role", "geometry_basis", "geometry")
_UNSTATED: Final = "user_supplied"


@dataclass(frozen=True, kw_only=True)
class ZoneFigures:
    """What was found about the zones of one layer.

    Attributes
    ----------
    result : CheckResult
        One row per zone.
    citation : str
        Where the target stands; empty for a target of the user's own, or none.
    count_as_of : str
        Date of the count; empty where none is known.
    count_source, outline_source : str
        Where the count and the outlines come from; the count's is empty where nothing was counted.
    """

    result: CheckResult
    citation: str
    count_as_of: str
    count_source: str
    outline_source: str

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the reader of the figures has to know."""
        return self.result.notices


def known_columns(
    zones: gpd.GeoDataFrame, figures: ZoneFigures, *, lang: str = "zh"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the columns of the field table, and the further ones of the source.

    Parameters
    ----------
    zones : geopandas.GeoDataFrame, shape (n, columns)
        In EPSG:4490, with ``zone_id`` and ``name_zh``.
    figures : ZoneFigures
        Of the same zones in the same order.
    lang : str
        Language of the words for verdict, definition and basis.

    Returns
    -------
    known : pandas.DataFrame, shape (n, codes)
    further : pandas.DataFrame, shape (n, columns)
    """
    result, rows = figures.result, figures.result.rows
    known = pd.DataFrame({"BSM": zones["zone_id"].astype(str).astype(object)}, index=zones.index)
    used = [*_USED]
    for code, column in (*_SOURCE.items(), *_NUMBERS.items()):
        if column in zones:
            known[code] = zones[column]
            used.append(column)
    known["MC"] = _names(zones)
    if "role" in zones:
        known["QLX"] = [_worded("content.role", role, lang) for role in zones["role"]]
    for code in _NUMBERS.keys() & set(known.columns):
        known[code] = pd.to_numeric(known[code], errors="coerce").astype(float)
    for code, column in _VERDICT.items():
        known[code] = rows[column].array
    known["MJ_TX"] = area_km2(zones)
    if _is_same_area(zones, known["MJ_TX"]):
        used.append(_OUTLINE_AREA)
    known["MJKJ"] = text(word_key(result.definition.area_basis), lang)
    known["TJKJ"] = result.definition.label(lang)
    year = None if result.target is None else result.target.year
    stated = rows["target_scope"].notna().to_numpy()
    known["MBNF"] = np.where(stated, year, None)
    known["MBFW"] = [scope and text(f"content.scope_{scope}", lang) for scope in rows["target_scope"]]
    known["DBQK"] = [text(f"verdict.status_{status}", lang) for status in rows["status"]]
    known["YJWJ"] = np.where(stated & bool(figures.citation), figures.citation, None)
    known["JHLY"] = [basis_word(basis, lang) for basis in outline_bases(zones)]
    counted = rows["count"].notna().to_numpy()
    known["CJRQ"] = np.where(counted & bool(figures.count_as_of), figures.count_as_of, None)
    both = text("content.source_zone", lang, outline=figures.outline_source, count=figures.count_source)
    known["SJLY"] = np.where(counted, both, figures.outline_source)
    further = pd.DataFrame(zones.drop(columns=[column for column in used if column in zones]))
    return known, further


def outline_bases(zones: gpd.GeoDataFrame) -> list[str]:
    """Return how well each outline is known; that of a user's own file where nothing is said."""
    if "geometry_basis" not in zones:
        return [_UNSTATED] * len(zones)
    return [
        str(basis) if isinstance(basis, str) and basis else _UNSTATED for basis in zones["geometry_basis"]
    ]


def basis_word(basis: str, lang: str) -> str:
    """Return the word for the basis of an outline; one that is not ours as it stands."""
    key = f"map.basis_{basis}"
    return text(key, lang) if key in catalogue() else basis


def _names(zones: gpd.GeoDataFrame) -> pd.Series:
    """Return the names; the id where a zone has none."""
    ids = zones["zone_id"].astype(str).astype(object)
    if "name_zh" not in zones:
        return ids
    names = zones["name_zh"].astype(object)
    return names.where(names.notna() & (names.astype(str).str.strip() != ""), ids)


def _worded(prefix: str, word: object, lang: str) -> str | None:
    """Return the catalogue's word; one that it does not have as it stands."""
    if not isinstance(word, str) or not word:
        return None
    key = f"{prefix}_{word}"
    return text(key, lang) if key in catalogue() else word


def _is_same_area(zones: gpd.GeoDataFrame, areas: pd.Series) -> bool:
    """Tell whether the source's own area of the outline is what we find, so that it need not stand twice."""
    if _OUTLINE_AREA not in zones:
        return False
    stated = pd.to_numeric(zones[_OUTLINE_AREA], errors="coerce").astype(float)
    return bool((stated - areas).abs().le(_SAME_AREA_KM2).all())
