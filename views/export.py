"""移交: a checked package for the city's platform, and the view as a page or on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from spatial.errors import ExportRefusedError
from spatial.export.content.build import ContentOptions, build_content
from spatial.export.content.cell_tables import telling_cells
from spatial.export.content.extent import Extent
from spatial.export.package import STEPS, package_bytes
from spatial.importing.model import Subject
from spatial.text import TextKey, text
from views.export_request import ExportRequest, layer_offers, show_choices
from views.export_result import MadePackage, RefusedPackage, show_result
from views.html_table import fragment
from views.messages import note, reporting
from views.own_layers import OWN_SUBJECTS
from views.pack_choice import show_pack_choice
from views.pack_frames import STATIONS
from views.session import SessionKey, brought_inventory, current_view, current_workspace
from views.session_frames import session_frames
from views.sheets_panel import show_sheets_panel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streamlit.delta_generator import DeltaGenerator

    from spatial.inventory import Inventory
    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = ["show_export"]


def show_export() -> None:
    """Show the page."""
    view = current_view()
    lang = view.lang
    with reporting(lang):
        st.html(
            fragment(
                '<h2 class="page-title">{title}</h2><p class="lead">{lead}</p>',
                title=text("app.page.export", lang),
                lead=text("app.export.lead", lang),
            )
        )
        show_pack_choice(lang)
        frames = session_frames(view.pack)
        if "district" not in frames.layers:
            note(text("app.export.no_geometry", lang), tone="caution")
            return
        _show_package(frames, view)
        with reporting(lang):
            show_sheets_panel(frames, view)


def _show_package(frames: PackFrames, view: ViewState) -> None:
    """Show the choices, and beside them what became of them."""
    lang = view.lang
    brought = _brought()
    with st.container(key="atlas-export"):
        request = show_choices(
            frames,
            layer_offers(frames, {**frames.inventories, **brought}),
            definition=view.definition,
            inventory=", ".join(f"{each.name} ({each.n_used})" for each in brought.values()),
            lang=lang,
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            wanted = st.button(
                text("app.export.make", lang),
                key=SessionKey.EXPORT_MAKE,
                type="primary",
                disabled=not request.held_layers,
            )
            _show_definition(view, lang)
        _show_left_out(lang)
        with reporting(lang):
            if wanted:
                st.session_state.pop(SessionKey.EXPORT_RESULT, None)
                st.session_state[SessionKey.EXPORT_RESULT] = _make(request, frames, brought, lang)
            _show_latest(request, frames.names[lang], lang)


def _brought() -> dict[str, Inventory]:
    """Return the stations and poles that the planner brought, by their layer."""
    found = {str(each): brought_inventory(each) for each in (Subject.BASE_STATIONS, Subject.LAMP_POLES)}
    return {layer: inventory for layer, inventory in found.items() if inventory is not None}


def _show_left_out(lang: str) -> None:
    """Say which files of the planner's own no package holds."""
    workspace = current_workspace()
    names = [each.source_name for subject in OWN_SUBJECTS.values() for each in workspace.of_subject(subject)]
    if names:
        files = text("app.list_separator", lang).join(names)
        note(text("app.export.own_left_out", lang, files=files), tone="caution")


def _show_definition(view: ViewState, lang: str) -> None:
    """Show the definition of every figure in the package."""
    st.html(
        fragment(
            '<p class="definition-line"><strong>{head}</strong> {words} · {where}</p>',
            head=text("app.export.definition", lang),
            words=view.definition.label(lang),
            where=text("app.export.definition_where", lang),
        )
    )


def _show_latest(request: ExportRequest, names: Mapping[str, str], lang: str) -> None:
    """Show the latest result, unless the choices have changed since."""
    result = st.session_state.get(SessionKey.EXPORT_RESULT)
    if not request.held_layers:
        note(text("app.export.none_chosen", lang), tone="caution")
    elif result is None:
        note(text("app.export.idle", lang))
    elif result.request != request:
        note(text("app.export.stale", lang))
    else:
        show_result(result, names, lang)


def _make(
    request: ExportRequest, frames: PackFrames, brought: Mapping[str, Inventory], lang: str
) -> MadePackage | RefusedPackage:
    """Make and check the package; a press on the button beside the bar ends the work and leaves nothing."""
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, text=text("app.export.gathering", lang))
        st.button(text("app.export.cancel", lang), key=SessionKey.EXPORT_CANCEL)
    options = ContentOptions(
        profile=request.profile,
        layers=request.held_layers,
        points=request.points,
        crs=request.crs,
        synthetic=request.synthetic,
        extent=Extent(zone_ids=request.zone_ids) if request.zone_ids else None,
        definition=request.definition,
    )
    try:
        with telling_cells([brought[STATIONS]] if STATIONS in brought else []):
            content = build_content(frames.pack, options=options, inventories=brought)
        data, report = package_bytes(content, progress=_steps_on(bar, content.formats, lang))
    except ExportRefusedError as error:
        return RefusedPackage(request=request, error=error)
    finally:
        place.empty()
    return MadePackage(
        request=request, name=f"{content.package_id}-{request.profile}.zip", data=data, report=report
    )


def _steps_on(bar: DeltaGenerator, formats: Sequence[str], lang: str) -> Callable[[str, float], None]:
    """Return what shows each step of the work on the bar; the first is told once for each format."""
    waiting = iter(formats)

    def show_step(step: str, share: float) -> None:
        named = {"format": TextKey(f"describe.format_{next(waiting)}")} if step == STEPS[0] else {}
        bar.progress(share, text=text(f"export.step_{step}", lang, **named))

    return show_step
