"""Scene in, folium map out.

The `folium.Map` is constant for a language and a pack: streamlit-folium rebuilds the frame, and
loses the view, when anything in it changes. All that changes travels in one feature group, which
is updated in place; the map's own script (static/map/) redraws only the layers whose version
differs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import folium

from layers.backdrop_layer import backdrop_layer
from layers.context_layer import CONTEXT_COLOURS, PARK_COLOUR, context_layer
from layers.coverage_layer import coverage_layer
from layers.drawing_layer import drawing_layer
from layers.elements import AtlasFoliumMap, ScriptElement
from layers.escape import escape_text, script_json
from layers.furniture import badges, foot_lines, is_synthetic, legend, status_styles
from layers.geometry import bounds
from layers.grid_layer import grid_layer
from layers.place_layer import place_layer
from layers.point_layer import point_layer
from layers.registry import LAYERS, ONLINE_LAYERS, OWN_LAYERS, PLACE_KINDS, LayerId
from layers.scenario_layer import scenario_layer
from layers.selection_layer import selection_layer
from layers.zone_layer import area_layer, zone_layer
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geopandas import GeoDataFrame

    from layers.scene import MapScene

__all__ = ["OWN_POINT_COLOURS", "AtlasMap", "build_atlas"]

LANGUAGE_TAGS: Final = {"zh": "zh-CN", "en": "en"}
# Where a map without any geometry opens: all of China.
NOWHERE: Final = [[18.0, 73.0], [54.0, 135.0]]
FRAME_TEXTS: Final = (
    "region", "zoom_in", "zoom_out", "fit", "north", "north_title", "legend",
    "scale_km", "scale_m", "confidence", "tip_part", "legend_points", "legend_places",
    "legend_absent", "legend_context", "places_here", "places_stacked",
)  # fmt: skip
POINT_COLOURS: Final = {LayerId.STATIONS: "#22313f", LayerId.POLES: "#8a4f9e"}
OWN_POINT_COLOURS: Final = ("#b0611a", "#0f6e84", "#7a6a12")


@dataclass(frozen=True)
class AtlasMap:
    """A map ready for the page.

    Attributes
    ----------
    map : folium.Map
        Constant for language and pack.
    groups : list of folium.FeatureGroup
        Everything that changes; pass as ``feature_group_to_add``.
    version : str
        Names the constant part: two maps of one version may share a frame.
    lang : str
        Language of the map's texts.
    """

    map: folium.Map
    groups: list[folium.FeatureGroup]
    version: str
    lang: str


def build_atlas(scene: MapScene, *, lang: str, focus: GeoDataFrame | None = None) -> AtlasMap:
    """Build the map of ``scene``.

    Parameters
    ----------
    scene : MapScene
        Frames in any stated CRS, and the planner's choices.
    lang : str
        ``"zh"`` or ``"en"``.
    focus : GeoDataFrame, optional
        What the map shows at first and comes home to; the district unless given.
    """
    home = (None if focus is None else bounds(focus)) or _home(scene)
    options = script_json(_frame_options(scene, home=home, lang=lang))
    south_west, north_east = home
    atlas = AtlasFoliumMap(
        location=[(south_west[0] + north_east[0]) / 2, (south_west[1] + north_east[1]) / 2],
        zoom_start=12,
        tiles=None,
        zoom_control=False,
        control_scale=False,
        attribution_control=False,
        track_resize=False,
        font_size="12px",
        zoom_snap=0.1,
        wheel_px_per_zoom_level=90,
        minZoom=4,
        maxZoom=19,
    )
    atlas.add_child(ScriptElement("AtlasFrame", lambda name: f"atlas.start({name}, {options});"))
    group = folium.FeatureGroup(name=escape_text(text("map.legend", lang)), control=False)
    contents = _scene_literal(scene, lang=lang)
    group.add_child(ScriptElement("AtlasScene", lambda name: f"atlas.show({name}, {contents});"))
    version = hashlib.sha256(options.encode()).hexdigest()[:12]
    return AtlasMap(map=atlas, groups=[group], version=version, lang=lang)


def _home(scene: MapScene) -> list[list[float]]:
    for frame in (scene.district, scene.zones, scene.parts, scene.stations):
        if frame is not None and len(frame) and (found := bounds(frame)):
            return found
    return NOWHERE


def _frame_options(scene: MapScene, *, home: list[list[float]], lang: str) -> dict[str, Any]:
    return {
        "lang": LANGUAGE_TAGS.get(lang, lang),
        "pack": scene.pack_id,
        "home": home,
        "text": {name: text(f"map.{name}", lang) for name in FRAME_TEXTS},
        "status": status_styles(),
    }


def _scene_literal(scene: MapScene, *, lang: str) -> str:
    """Return ``{"layers": [[name, kind, version, opacity, data], …]}`` as JavaScript."""
    entries = []
    for name, kind, opacity, data in _layers(scene, lang=lang):
        version = hashlib.sha256(data.encode()).hexdigest()[:16]
        entries.append(f'["{name}","{kind}","{version}",{opacity:g},{data}]')
    return "[" + ",\n".join(entries) + "]"


def _layers(scene: MapScene, *, lang: str) -> Iterator[tuple[str, str, float, str]]:
    """Yield name, kind, opacity and data of each layer that is on, lowest first."""
    opacity = {spec.layer_id: spec.default_opacity for spec in (*LAYERS, *OWN_LAYERS, *ONLINE_LAYERS)}
    opacity.update(scene.opacity)
    on = scene.layers_on
    if LayerId.TIANDITU in on and scene.tianditu_key:
        yield "tianditu", "tiles", opacity[LayerId.TIANDITU], script_json(_tianditu(scene, lang))
    if scene.backdrop is not None:
        backdrop = backdrop_layer(scene.backdrop, lang=lang, home=_home(scene))
        yield "backdrop", "backdrop", 1.0, script_json(backdrop)
    if scene.district is not None:
        yield "district", "district", 1.0, script_json(area_layer(scene.district, lang=lang))
    yield from _context_layers(scene, opacity, lang=lang)
    if LayerId.ZONES in on and scene.zones is not None:
        zones = zone_layer(scene.zones, lang=lang, synthetic=is_synthetic(scene))
        yield "zones", "zones", opacity[LayerId.ZONES], script_json(zones)
    if LayerId.PARTS in on and scene.parts is not None:
        parts = area_layer(scene.parts, lang=lang)
        yield "parts", "parts", opacity[LayerId.PARTS], script_json(parts)
    if scene.coverage is not None:
        yield "coverage", "coverage", 1.0, script_json(coverage_layer(scene.coverage, lang=lang))
    yield from _point_layers(scene, opacity, lang=lang)
    yield from _place_layers(scene, opacity, lang=lang)
    if scene.placing is not None:
        words = text("map.placing", lang, place=scene.placing.name)
        yield "placing", "placing", 1.0, script_json({"id": scene.placing.place_id, "words": words})
    if scene.drawing is not None:
        yield "drawing", "drawing", 1.0, script_json(drawing_layer(scene.drawing, lang=lang))
    if scene.scenario is not None:
        yield "scenario", "scenario", 1.0, script_json(scenario_layer(scene.scenario))
    yield "selection", "selection", 1.0, script_json(selection_layer(scene, lang=lang))
    furniture = {
        "legend": legend(scene, lang=lang),
        "badges": badges(scene, lang=lang),
        "foot": foot_lines(scene, lang=lang),
    }
    yield "furniture", "furniture", 1.0, script_json(furniture)


def _point_layers(
    scene: MapScene, opacity: dict[LayerId, float], *, lang: str
) -> Iterator[tuple[str, str, float, str]]:
    for layer, frame, synthetic in (
        (LayerId.POLES, scene.poles, scene.poles_synthetic),
        (LayerId.STATIONS, scene.stations, scene.stations_synthetic),
    ):
        if layer in scene.layers_on and frame is not None:
            title = text(f"map.layer_{layer.value}", lang)
            if synthetic:
                title = text("map.simulated_title", lang, layer=title)
            data = point_layer(
                frame, lang=lang, title=title, synthetic=synthetic, colour=POINT_COLOURS[layer]
            )
            yield layer.value, "points", opacity[layer], data
    layer = LayerId.OWN_POINTS
    for number, each in enumerate(scene.own_points if layer in scene.layers_on else ()):
        colour = OWN_POINT_COLOURS[number % len(OWN_POINT_COLOURS)]
        data = point_layer(each.frame, lang=lang, title=each.title, synthetic=False, colour=colour)
        yield f"{layer.value}-{number}", "points", opacity[layer], data


def _context_layers(
    scene: MapScene, opacity: dict[LayerId, float], *, lang: str
) -> Iterator[tuple[str, str, float, str]]:
    for layer, own, colours, over in (
        (LayerId.CONTEXT, scene.context, CONTEXT_COLOURS, False),
        (LayerId.OWN_PARKS, scene.own_parks, (PARK_COLOUR,), True),
    ):
        for number, each in enumerate(own if layer in scene.layers_on else ()):
            colour = colours[number % len(colours)]
            data = context_layer(each.frame, title=each.title, colour=colour, lang=lang, over_zones=over)
            yield f"{layer.value}-{number}", "context", opacity[layer], script_json(data)
    if scene.grid is not None:
        yield "grid", "grid", 0.85, script_json(grid_layer(scene.grid, lang=lang))


def _place_layers(
    scene: MapScene, opacity: dict[LayerId, float], *, lang: str
) -> Iterator[tuple[str, str, float, str]]:
    for layer in PLACE_KINDS:
        if layer in scene.layers_on and scene.place_points is not None:
            data = script_json(place_layer(scene.place_points, layer, lang=lang))
            yield layer.value, "places", opacity[layer], data


def _tianditu(scene: MapScene, lang: str) -> dict[str, str]:
    return {
        "key": str(scene.tianditu_key),
        "attribution": text("map.tianditu_attribution", lang),
    }
