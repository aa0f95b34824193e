"""Zones of a package: their outlines with the verdict of one definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from spatial.area import area_km2
from spatial.definition import AREA_COLUMNS, AreaBasis, word_key
from spatial.export.content.source_columns import made_anew
from spatial.export.fields import LayerKind
from spatial.export.verdict_word import verdict_word
from spatial.text import catalogue, text

if TYPE_CHECKING:
    import geopandas as gpd

    from spatial.check import CheckResult

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
    known = pd.DataFrame({"BSM": _ids(zones)}, index=zones.index)
    used = [*_USED]
    for code, column in (*_SOURCE.items(), *_NUMBERS.items()):
        if column in zones:
            numeric = code in _NUMBERS
            known[code] = _numbers(zones[column]) if numeric else zones[column]
            used.append(column)
    known["MC"] = _names(zones)
    if "role" in zones:
        known["QLX"] = [_worded("content.role", role, lang) for role in zones["role"]]
    known["JHLY"] = [basis_word(basis, lang) for basis in outline_bases(zones)]
    known["MJ_TX"] = area_km2(zones)
    if _is_same_area(zones, known["MJ_TX"]):
        used.append(_OUTLINE_AREA)
    known = known.assign(**_verdict(figures, lang))
    further = pd.DataFrame(zones.drop(columns=[column for column in used if column in zones]))
    return known, further.drop(columns=made_anew(LayerKind.ZONES, map(str, further.columns)))


def _verdict(figures: ZoneFigures, lang: str) -> dict[str, Any]:
    """Return the columns of the verdict, one value per zone or one for all."""
    result, rows = figures.result, figures.result.rows
    stated, counted = rows["target_scope"].notna(), rows["count"].notna()
    year = None if result.target is None else result.target.year
    both = text("content.source_zone", lang, outline=figures.outline_source, count=figures.count_source)
    return {code: rows[column].array for code, column in _VERDICT.items()} | {
        "MJKJ": text(word_key(result.definition.area_basis), lang),
        "TJKJ": result.definition.label(lang),
        "MBNF": [year if told else None for told in stated],
        "MBFW": [scope and text(f"content.scope_{scope}", lang) for scope in rows["target_scope"]],
        "DBQK": _verdict_words(result, lang),
        "YJWJ": [(figures.citation or None) if told else None for told in stated],
        "CJRQ": [(figures.count_as_of or None) if told else None for told in counted],
        "SJLY": [both if told else figures.outline_source for told in counted],
    }


def _verdict_words(result: CheckResult, lang: str) -> list[str]:
    """Return the verdict of each zone in words that need no other field."""
    stated = result.definition.numerator is not None
    columns = (result.rows[name] for name in ("status", "target_scope", "synthetic"))
    return [
        verdict_word(status, stated=stated, scope=scope, synthetic=bool(synthetic), lang=lang)
        for status, scope, synthetic in zip(*columns, strict=True)
    ]


def _ids(zones: gpd.GeoDataFrame) -> pd.Series:
    """Return the ids as text."""
    ids: pd.Series = zones["zone_id"].astype(str).astype(object)
    return ids


def _numbers(values: pd.Series) -> pd.Series:
    """Return numbers; what is none is missing."""
    return pd.to_numeric(values, errors="coerce").astype(float)


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
    ids = _ids(zones)
    if "name_zh" not in zones:
        return ids
    names: pd.Series = zones["name_zh"].astype(object)
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
    return bool((_numbers(zones[_OUTLINE_AREA]) - areas).abs().le(_SAME_AREA_KM2).all())
