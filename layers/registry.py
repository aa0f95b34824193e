"""The layers a planner can switch, in the order in which they are listed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = [
    "DEFAULT_LAYERS",
    "LAYERS",
    "ONLINE_LAYERS",
    "OWN_LAYERS",
    "PLACE_KINDS",
    "LayerId",
    "LayerSpec",
]


class LayerId(StrEnum):
    """Identifiers of the layers; they also stand in shared links, so they never change."""

    ZONES = "zones"
    PARTS = "parts"
    PARKS = "parks"
    PLATFORMS = "platforms"
    CULTURE = "culture"
    STATIONS = "stations"
    POLES = "poles"
    CITY = "city"
    CONTEXT = "context"
    OWN_PARKS = "own_parks"
    OWN_POINTS = "own_points"
    TIANDITU = "tianditu"


@dataclass(frozen=True, kw_only=True)
class LayerSpec:
    """One switchable layer: its title in the text catalogue and whether it starts switched on."""

    layer_id: LayerId
    title_key: str
    default_on: bool
    default_opacity: float = 1.0


def _spec(layer: LayerId, *, on: bool, opacity: float = 1.0) -> LayerSpec:
    return LayerSpec(
        layer_id=layer,
        title_key=f"map.layer_{layer.value}",
        default_on=on,
        default_opacity=opacity,
    )


LAYERS: Final = (
    _spec(LayerId.ZONES, on=True, opacity=0.85),
    _spec(LayerId.PARTS, on=True),
    _spec(LayerId.PARKS, on=True),
    _spec(LayerId.PLATFORMS, on=False),
    _spec(LayerId.CULTURE, on=False),
    _spec(LayerId.STATIONS, on=False, opacity=0.8),
    _spec(LayerId.POLES, on=False, opacity=0.8),
    _spec(LayerId.CITY, on=False),
)

# Offered only where the planner has brought such files.
OWN_LAYERS: Final = (
    _spec(LayerId.CONTEXT, on=True),
    _spec(LayerId.OWN_PARKS, on=True),
    _spec(LayerId.OWN_POINTS, on=True, opacity=0.8),
)

# Offered only where a key is configured; the map asks the network for these and nothing else.
ONLINE_LAYERS: Final = (_spec(LayerId.TIANDITU, on=False),)

DEFAULT_LAYERS: Final = frozenset(spec.layer_id for spec in (*LAYERS, *OWN_LAYERS) if spec.default_on)

# Which kinds of place each layer shows (kinds are the plan pack's).
PLACE_KINDS: Final = {
    LayerId.PARKS: frozenset({"park", "carrier"}),
    LayerId.PLATFORMS: frozenset({"platform", "algorithm", "infrastructure"}),
    LayerId.CULTURE: frozenset({"culture", "commerce", "wetland"}),
    LayerId.CITY: frozenset(
        {"city_axis", "city_core", "city_node", "city_district", "value_park", "policy_park"}
    ),
}
