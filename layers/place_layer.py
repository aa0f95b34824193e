"""Places as the map's script reads them: symbol, position, its uncertainty and tooltip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from layers.geometry import located
from layers.registry import PLACE_KINDS, LayerId
from layers.wording import as_number, as_text, localised, metres, word
from spatial.text import text

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas import Series

__all__ = ["SYMBOLS", "PlaceSymbol", "place_layer", "symbol_of"]


@dataclass(frozen=True)
class PlaceSymbol:
    """Shape and colour of one kind of place; the shape alone tells the kind."""

    shape: str
    colour: str


PLACED_BY_USER: Final = "placed_by_user"
SYMBOLS: Final = {
    "park": PlaceSymbol("square", "#2f6b4f"),
    "carrier": PlaceSymbol("hollow-square", "#2f6b4f"),
    "platform": PlaceSymbol("diamond", "#5b4a8a"),
    "algorithm": PlaceSymbol("hollow-diamond", "#5b4a8a"),
    "infrastructure": PlaceSymbol("cross", "#5b4a8a"),
    "culture": PlaceSymbol("triangle", "#8a3b5f"),
    "commerce": PlaceSymbol("hollow-triangle", "#8a3b5f"),
    "wetland": PlaceSymbol("circle", "#2b7a78"),
    "city": PlaceSymbol("hollow-circle", "#3d4b57"),
}


def symbol_of(kind: str) -> str:
    """Return the name of the symbol that stands for ``kind``."""
    return "city" if kind in PLACE_KINDS[LayerId.CITY] else kind


def place_layer(places: GeoDataFrame, layer: LayerId, *, lang: str) -> dict[str, Any]:
    """Return the located places of one layer; a place without a position is left out."""
    here = located(places[places["kind"].isin(PLACE_KINDS[layer])])
    items = []
    for _, row in here.iterrows():
        symbol = symbol_of(as_text(row["kind"]))
        name = localised(row, "name", lang) or as_text(row["place_id"])
        confidence = as_number(row.get("confidence_m"))
        items.append(
            {
                "id": as_text(row["place_id"]),
                "name": name,
                "short": _label(row, localised(row, "short", lang) or name, lang),
                "symbol": symbol,
                "at": [round(row.geometry.y, 6), round(row.geometry.x, 6)],
                "confidence_m": confidence,
                "tip": _lines(row, symbol, confidence, lang),
            }
        )
    used = {item["symbol"] for item in items}
    looks = {
        name: [look.shape, look.colour, text(f"map.kind_{name}", lang)]
        for name, look in SYMBOLS.items()
        if name in used
    }
    return {"items": items, "symbols": looks}


def _placed_by_user(row: Series) -> bool:
    return as_text(row.get("basis")) == PLACED_BY_USER


def _label(row: Series, short: str, lang: str) -> str:
    """Return what stands beside the symbol; a position that a user gave says so also on paper."""
    return text("map.placed_name", lang, name=short) if _placed_by_user(row) else short


def _lines(row: Series, symbol: str, confidence: float | None, lang: str) -> list[list[str]]:
    lines = [[text("map.tip_kind", lang), word("map.kind", symbol, lang)]]
    if _placed_by_user(row):
        lines.append([text("map.tip_position", lang), text("map.basis_placed_by_user", lang)])
    if confidence is not None:
        lines.append([text("map.tip_position", lang), metres(confidence, lang)])
    if as_text(row.get("near_boundary")).lower() == "true":
        lines.append([text("map.tip_boundary", lang), text("map.near_boundary", lang)])
    return lines
