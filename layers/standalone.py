"""The map as one HTML page that needs no server, no network and no other file.

For notebooks and for handing on. The page holds Leaflet and the map's own script; the online base
map and its key are left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from layers.atlas_map import build_atlas
from layers.elements import FinishedText
from layers.registry import LayerId
from layers.vendor import APP_SCRIPTS, APP_STYLES, LEAFLET_CSS, LEAFLET_JS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.scene import MapScene

__all__ = ["STANDALONE_FILES", "standalone_html"]

_SCRIPTS: Final = (f"vendor/{LEAFLET_JS}", *(f"map/{name}" for name in APP_SCRIPTS))
_STYLES: Final = (f"vendor/{LEAFLET_CSS}", *(f"map/{name}" for name in APP_STYLES))

# What the page is made of, as paths below static/.
STANDALONE_FILES: Final = (*_STYLES, *_SCRIPTS)


def standalone_html(scene: MapScene, *, lang: str, files: Mapping[str, str]) -> str:
    """Return the map of ``scene`` as a page.

    Parameters
    ----------
    scene : MapScene
        What to show; the online base map is dropped.
    lang : str
        ``"zh"`` or ``"en"``.
    files : mapping
        The text of each of `STANDALONE_FILES`.

    Raises
    ------
    KeyError
        If one of the files is not given.
    """
    offline = replace(scene, tianditu_key=None, layers_on=scene.layers_on - {LayerId.TIANDITU})
    atlas = build_atlas(offline, lang=lang)
    atlas.map.default_js, atlas.map.default_css = [], []
    page: Any = atlas.map.get_root()
    for name in _STYLES:
        page.header.add_child(FinishedText(f"<style>{files[name]}</style>"), name=name)
    for name in _SCRIPTS:
        script = files[name].replace("</script", "<\\/script")
        page.header.add_child(FinishedText(f"<script>{script}</script>"), name=name)
    for group in atlas.groups:
        group.add_to(atlas.map)
    return str(page.render())
