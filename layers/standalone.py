"""The map as one HTML page that needs no server, no network and no other file.

For notebooks and for handing on. The page holds Leaflet and the map's own script; the online base
map and its key are left out, and the page forbids itself every request. With the facts of a sheet
it says beside the map what was counted, over which area, against which target, and on what terms.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from layers.atlas_map import LANGUAGE_TAGS, build_atlas
from layers.elements import FinishedText
from layers.escape import escape_text, script_json
from layers.registry import LayerId
from layers.standalone_panel import PANEL_STYLE, facts_json, facts_panel
from layers.vendor import APP_SCRIPTS, APP_STYLES, LEAFLET_CSS, LEAFLET_JS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.scene import MapScene
    from layers.sheet.model import ZoneSheet

__all__ = ["STANDALONE_FILES", "standalone_html"]

_SCRIPTS: Final = (f"vendor/{LEAFLET_JS}", *(f"map/{name}" for name in APP_SCRIPTS))
_STYLES: Final = (f"vendor/{LEAFLET_CSS}", *(f"map/{name}" for name in APP_STYLES))

# What the page is made of, as paths below static/.
STANDALONE_FILES: Final = (*_STYLES, *_SCRIPTS)

# Whatever a file or a name may hold, the page asks nobody for anything.
POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:;"
    " base-uri 'none'; form-action 'none'"
)


def standalone_html(
    scene: MapScene, *, lang: str, files: Mapping[str, str], facts: ZoneSheet | None = None
) -> str:
    """Return the map of ``scene`` as a page.

    Parameters
    ----------
    scene : MapScene
        What to show; the online base map is dropped.
    lang : str
        ``"zh"`` or ``"en"``.
    files : mapping
        The text of each of `STANDALONE_FILES`.
    facts : ZoneSheet, optional
        The sheet of the district: its verdict, definition, sources and terms stand beside the map.
        Without it the map stands alone, as in a notebook.

    Raises
    ------
    KeyError
        If one of the files is not given.
    """
    offline = replace(scene, tianditu_key=None, layers_on=scene.layers_on - {LayerId.TIANDITU})
    atlas = build_atlas(offline, lang=lang)
    atlas.map.default_js, atlas.map.default_css = [], []
    page: Any = atlas.map.get_root()
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    page.header.add_child(FinishedText(policy), name="policy")
    for name in _STYLES:
        page.header.add_child(FinishedText(f"<style>{files[name]}</style>"), name=name)
    if facts is not None:
        _add_facts(page, facts, offline, lang=lang)
    for name in _SCRIPTS:
        script = files[name].replace("</script", "<\\/script")
        page.header.add_child(FinishedText(f"<script>{script}</script>"), name=name)
    for group in atlas.groups:
        group.add_to(atlas.map)
    finished = str(page.render())
    return finished.replace("<html>", f'<html lang="{LANGUAGE_TAGS.get(lang, lang)}">', 1)


def _add_facts(page: Any, facts: ZoneSheet, scene: MapScene, *, lang: str) -> None:
    title = escape_text(facts.title.in_language(lang))
    page.header.add_child(FinishedText(f"<title>{title}</title>"), name="title")
    # The map's script names the page after its region, for frames; a page of its own has a title.
    named = f"document.title = {script_json(facts.title.in_language(lang))};"
    retitle = f'<script>addEventListener("load", () => {{ {named} }});</script>'
    page.header.add_child(FinishedText(retitle), name="retitle")
    page.header.add_child(FinishedText(f"<style>{PANEL_STYLE}</style>"), name="panel-style")
    block = f'<script type="application/json" id="atlas-facts">{facts_json(facts, scene)}</script>'
    page.header.add_child(FinishedText(block), name="facts")
    page.html.add_child(FinishedText(facts_panel(facts, scene, lang=lang)), name="panel")
