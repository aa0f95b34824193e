"""What the map shows for a view: frames of the pack, coloured by the verdicts of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from layers.registry import LayerId
from layers.scene import MapScene, Placing
from spatial.text import text
from spatial.workspace.changed_pack import outline_attribution
from spatial.workspace.model import Workspace
from views.own_layers import own_layers

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from spatial.check import CheckResult
    from spatial.inventory import Inventory
    from views.evaluation import Evaluation
    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = ["map_scene"]

# Columns of a check result that the map reads.
VERDICT_COLUMNS: Final = (
    "area_km2",
    "count",
    "density_per_km2",
    "density_low",
    "density_high",
    "target_per_km2",
    "target_scope",
    "required_count",
    "gap_count",
    "attainment_ratio",
    "status",
    "synthetic",
)


def map_scene(
    frames: PackFrames,
    view: ViewState,
    evaluation: Evaluation,
    *,
    stations: Inventory | None,
    poles: Inventory | None,
    own: Workspace | None = None,
    placing: Placing | None = None,
    tianditu_key: str | None = None,
) -> MapScene:
    """Return the scene of ``view``.

    Parameters
    ----------
    frames : PackFrames
        A pack with geometry.
    view : ViewState
        Layers, opacity, selection.
    evaluation : Evaluation
        The verdicts that the table beside the map shows.
    stations, poles : Inventory or None
        Point inventories.
    own : Workspace or None
        What the planner brought besides.
    placing : Placing or None
        The park whose position the next click gives.
    tianditu_key : str or None
        Key of the online base map.
    """
    zones, parts = (
        _with_verdicts(frames.layers.get(name), result)
        for name, result in (("zones", evaluation.zones), ("parts", evaluation.parts))
    )
    brought = own or Workspace()
    return MapScene(
        pack_id=frames.pack.pack_id,
        district=frames.layers["district"],
        zones=zones,
        parts=parts,
        place_points=frames.places,
        stations=None if stations is None else stations.points,
        poles=None if poles is None else poles.points,
        backdrop=frames.backdrop,
        context=own_layers(brought, LayerId.CONTEXT, lang=view.lang),
        own_parks=own_layers(brought, LayerId.OWN_PARKS, lang=view.lang),
        own_points=own_layers(brought, LayerId.OWN_POINTS, lang=view.lang),
        placing=placing,
        layers_on=view.layers,
        opacity={layer: percent / 100 for layer, percent in view.opacity},
        selected_zone_id=view.zone,
        highlighted_place_id=view.place,
        stations_synthetic=stations is not None and stations.synthetic,
        poles_synthetic=poles is not None and poles.synthetic,
        attribution=outline_attribution(frames.pack, view.lang) or text("app.map_attribution", view.lang),
        review_number=frames.pack.review_number,
        tianditu_key=tianditu_key,
    )


def _with_verdicts(zones: GeoDataFrame | None, result: CheckResult | None) -> GeoDataFrame | None:
    if zones is None or result is None:
        return zones
    verdicts = result.rows.set_index("zone_id")[list(VERDICT_COLUMNS)]
    kept = zones.drop(columns=[name for name in VERDICT_COLUMNS if name in zones.columns])
    return kept.join(verdicts, on="zone_id")
