"""Zones that a hand-over package of ours held, understood again as the source that they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.export.content.source_columns import made_anew
from spatial.export.content.zone_features import basis_word
from spatial.export.fields import LayerKind, fields_of
from spatial.station_words import normalise_word

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["as_source"]

_KEPT: Final = ("MCYW", "JC", "QLX", "SJBH", "MJ_GB", "MJ_LD", "WZJD", "BZ")
"""Codes that stand for a column of the source; the others are made anew by each export."""

_BASIS: Final = "JHLY"
_BASES: Final = (
    "official_supplied",
    "user_supplied",
    "derived",
    "published_four_sides",
    "published_area_only",
    "schematic",
    "placed_by_user",
)


def as_source(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return zones with the columns of an earlier package under the names that they came from.

    An outline that was handed over as schematic stays schematic. Zones of anybody else are returned as
    they are.

    Parameters
    ----------
    zones : geopandas.GeoDataFrame
        In EPSG:4490, with ``zone_id``.
    """
    if not made_anew(LayerKind.ZONES, map(str, zones.columns)):
        return zones
    by_word = {normalise_word(str(name)): str(name) for name in zones.columns}
    found: dict[str, str] = {}
    for field in fields_of(LayerKind.ZONES):
        for word in (normalise_word(field.alias_zh), normalise_word(field.code)):
            if word in by_word:
                found[field.code] = by_word[word]
    sources = {field.code: field.source for field in fields_of(LayerKind.ZONES)}
    renamed = {found[code]: sources[code] for code in _KEPT if code in found and sources[code] not in zones}
    if _BASIS in found:
        basis_of = {basis_word(basis, "zh"): basis for basis in _BASES}
        bases = [basis_of.get(word, word) for word in zones[found[_BASIS]]]
        zones = zones.assign(geometry_basis=bases)
    dropped = [name for name in found.values() if name not in renamed]
    return zones.drop(columns=dropped).rename(columns=renamed)
