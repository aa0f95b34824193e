"""What stands on the map at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers.registry import DEFAULT_LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame

    from layers.registry import LayerId

__all__ = ["MapScene"]


@dataclass(frozen=True, kw_only=True)
class MapScene:
    """Frames and choices from which the map is drawn.

    Attributes
    ----------
    district, zones, parts : GeoDataFrame or None
        Zone frames (`zone_id`, `name_zh` …). ``zones`` may carry the columns of a check result:
        ``status``, ``count``, ``density_per_km2``, ``target_per_km2``, ``gap_count``,
        ``target_scope``, ``synthetic``.
    place_points : GeoDataFrame or None
        Points with ``place_id``, ``kind``, a name and ``confidence_m``; rows without geometry are
        left out, never placed.
    stations, poles : GeoDataFrame or None
        Point frames of an inventory.
    backdrop : GeoDataFrame or None
        ``kind`` is ``neighbour`` or ``river``.
    opacity : mapping
        LayerId -> 0…1; a layer that is not named keeps its default.
    selected_zone_id, highlighted_place_id : str or None
        What is marked.
    stations_synthetic, poles_synthetic : bool
        Whether the inventory is generated; the map then says so beside every status.
    attribution : str
        Sources, as plain text.
    review_number : str or None
        The map review number (审图号); without one the map says that it is for internal use.
    pack_id : str
        Keeps the remembered view of two packs apart.
    tianditu_key : str or None
        Without a key the online layer does not exist.
    """

    pack_id: str = "atlas"
    district: GeoDataFrame | None = None
    zones: GeoDataFrame | None = None
    parts: GeoDataFrame | None = None
    place_points: GeoDataFrame | None = None
    stations: GeoDataFrame | None = None
    poles: GeoDataFrame | None = None
    backdrop: GeoDataFrame | None = None
    layers_on: frozenset[LayerId] = DEFAULT_LAYERS
    opacity: Mapping[LayerId, float] = field(default_factory=dict)
    selected_zone_id: str | None = None
    highlighted_place_id: str | None = None
    stations_synthetic: bool = False
    poles_synthetic: bool = False
    attribution: str = ""
    review_number: str | None = None
    tianditu_key: str | None = None
