"""What lies around the district when there is no base map: neighbours and the river."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import shapely

from layers.geometry import anchors, encode_polygons
from layers.wording import as_text, localised
from spatial.text import text

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["backdrop_layer"]

# A neighbour's name stands in the part of it that this share beyond the first view still shows.
MARGIN: Final = 0.12


def backdrop_layer(backdrop: GeoDataFrame, *, lang: str, home: list[list[float]]) -> dict[str, Any]:
    """Return the backdrop's polygons; a schematic one says so in its label.

    Parameters
    ----------
    backdrop : GeoDataFrame
        ``kind`` (``neighbour`` or ``river``), names, ``geometry_basis``.
    lang : str
        Language of the labels.
    home : list
        ``[[south, west], [north, east]]`` of the first view, degrees.
    """
    visible = backdrop.set_geometry(backdrop.geometry.intersection(_around(home)))
    items = []
    rows = zip(backdrop.iterrows(), encode_polygons(backdrop), anchors(visible), strict=True)
    for (_, row), rings, anchor in rows:
        label = localised(row, "short", lang) or localised(row, "name", lang)
        if as_text(row.get("geometry_basis")) == "schematic":
            label = text("map.schematic_label", lang, name=label)
        items.append({"kind": as_text(row["kind"]), "label": label, "rings": rings, "anchor": anchor})
    return {"items": items}


def _around(home: list[list[float]]) -> shapely.Polygon:
    (south, west), (north, east) = home
    more_x, more_y = (east - west) * MARGIN, (north - south) * MARGIN
    return shapely.box(west - more_x, south - more_y, east + more_x, north + more_y)
