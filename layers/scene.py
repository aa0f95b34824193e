"""What stands on the map at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers.registry import DEFAULT_LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame
    from pandas import DataFrame

    from layers.coverage_layer import CoverageOverlay
    from layers.grid_layer import GridPicture
    from layers.registry import LayerId
    from layers.scenario_layer import ScenarioOverlay
    from spatial.drawn_areas.areas import DrawnArea

__all__ = ["Drawing", "MapScene", "OwnLayer", "Placing"]


@dataclass(frozen=True, kw_only=True)
class OwnLayer:
    """A layer that the planner brought.

    Attributes
    ----------
    title : str
        Its name, as the planner's file has it.
    frame : GeoDataFrame
        Features in any stated CRS.
    """

    title: str
    frame: GeoDataFrame


@dataclass(frozen=True, kw_only=True)
class Placing:
    """A place without a position for which the next click on the map says one."""

    place_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Areas that the planner draws on this map.

    Attributes
    ----------
    areas : tuple of DrawnArea
        Those that are drawn.
    said : mapping
        Id of an area -> what stands under its name.
    chosen_id : str or None
        The area in hand, whose corners can be moved.
    answered : int
        How many shapes the page has answered; a change lets go of the one that was just drawn.
    found : DataFrame or None
        What was found in them, as `spatial.check` gives it; it is said of the area under the pointer.
    """

    areas: tuple[DrawnArea, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    chosen_id: str | None = None
    answered: int = 0
    found: DataFrame | None = None


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
    context, own_parks, own_points : tuple of OwnLayer
        What the planner brought: any geometry under the zones, parks over them, points.
    placing : Placing or None
        The place whose position is being chosen.
    drawing : Drawing or None
        The areas that can be drawn and moved here; None where none can.
    scenario : ScenarioOverlay or None
        What a scenario changes, where the map is one of two that show before and after.
    grid : GridPicture or None
        Cells or a surface, drawn under everything but the ground.
    coverage : CoverageOverlay or None
        The coverage proxy, where that is what the map shows.
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
    context: tuple[OwnLayer, ...] = ()
    own_parks: tuple[OwnLayer, ...] = ()
    own_points: tuple[OwnLayer, ...] = ()
    placing: Placing | None = None
    drawing: Drawing | None = None
    scenario: ScenarioOverlay | None = None
    coverage: CoverageOverlay | None = None
    grid: GridPicture | None = None
    layers_on: frozenset[LayerId] = DEFAULT_LAYERS
    opacity: Mapping[LayerId, float] = field(default_factory=dict)
    selected_zone_id: str | None = None
    highlighted_place_id: str | None = None
    stations_synthetic: bool = False
    poles_synthetic: bool = False
    attribution: str = ""
    review_number: str | None = None
    tianditu_key: str | None = None
