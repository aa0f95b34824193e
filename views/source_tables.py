"""Tables of where the data come from, how well each outline is known, and the limits in force."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from spatial.catalog import is_intact
from spatial.limits import setting_name
from spatial.text import text
from spatial.workspace.changed_pack import ChangedPack
from views.citation import cite, localised, quoted
from views.figures import NOTHING, figure, plain
from views.html_table import Cell, Column, Markup, fragment, render_table
from views.outline_words import outline_basis, water_words

if TYPE_CHECKING:
    from spatial.limits import Limits
    from spatial.pack import Pack
    from views.pack_frames import PackFrames

__all__ = ["basis_table", "catalog_table", "limits_table", "unlocated_table", "vertex_section"]


def catalog_table(pack: Pack, lang: str) -> Markup:
    """Return every data file with source, licence, basis and whether its checksum holds."""
    columns = [
        Column(head=text(f"app.source.{name}", lang))
        for name in ("dataset", "kind", "origin", "licence", "crs", "basis", "checksum")
    ]
    rows: list[list[Cell | Markup | str]] = [
        [
            fragment(
                '{title}<small class="aside"><code>{path}</code></small>{synthetic}',
                title=localised(dataset, "title", lang),
                path=dataset.path,
                synthetic=_synthetic_badge(lang) if dataset.synthetic else Markup(""),
            ),
            text(f"app.dataset_kind.{dataset.kind}", lang),
            localised(dataset, "source", lang) or NOTHING,
            localised(dataset, "licence", lang) or NOTHING,
            dataset.crs or NOTHING,
            outline_basis({"geometry_basis": dataset.geometry_basis}, lang)
            if dataset.geometry_basis
            else NOTHING,
            fragment(
                '<code title="{full}">{short}…</code> {state}',
                full=dataset.sha256,
                short=dataset.sha256[:12],
                state=text(
                    "app.source.intact" if is_intact(pack.directory, dataset) else "app.source.changed", lang
                ),
            ),
        ]
        for dataset in pack.catalog
    ]
    return render_table(columns, rows, caption=text("app.source.caption", lang), style="wide")


def _synthetic_badge(lang: str) -> Markup:
    return fragment('<span class="badge synthetic">{word}</span>', word=text("app.badge.synthetic", lang))


def basis_table(frames: PackFrames, lang: str) -> Markup:
    """Return how well each outline is known, with its areas and their sources."""
    columns = [
        Column(head=text("app.verdict.zone", lang)),
        Column(head=text("app.sheet.basis", lang)),
        Column(head=text("app.sheet.accuracy", lang), unit="m", numeric=True),
        Column(head=text("app.sheet.area_geometry", lang), unit="km²", numeric=True),
        Column(head=text("app.sheet.area_official", lang), unit="km²", numeric=True),
        Column(head=text("app.source.area_source", lang)),
        Column(head=text("app.sheet.water", lang)),
        Column(head=text("app.source.note", lang)),
    ]
    rows: list[list[Cell | Markup | str]] = [
        [
            frames.names[lang][zone["zone_id"]],
            outline_basis(zone, lang),
            plain(zone["position_accuracy_m"]),
            figure(zone["area_geometry_km2"], 2),
            figure(zone["area_official_km2"], 2),
            zone[f"area_official_source_{lang}"] or NOTHING,
            water_words(zone, lang),
            zone[f"note_{lang}"] or NOTHING,
        ]
        for frame in frames.layers.values()
        for zone in frame.astype(object).where(frame.notna(), None).to_dict("records")
    ]
    return render_table(columns, rows, caption=text("app.source.basis_caption", lang), style="wide")


def vertex_section(pack: Pack, lang: str) -> Markup:
    """Return the vertices that the outlines are drawn from, folded; nothing where there are none."""
    table = pack.vertex_table()
    if table.empty:
        return Markup("")
    columns = [
        Column(head=text("app.source.vertex", lang)),
        Column(head=text("app.source.follows", lang)),
        Column(head=text("app.source.vertex_basis", lang)),
        Column(head=text("app.source.origin", lang)),
        Column(head=text("app.sheet.accuracy", lang), unit="m", numeric=True),
        Column(head=text("app.source.position", lang), numeric=True),
    ]
    rows: list[list[Cell | Markup | str]] = [
        [
            fragment("<code>{vertex}</code>", vertex=vertex["vertex_id"]),
            quoted(vertex["follows"]),
            text(f"app.vertex_basis.{vertex['basis']}", lang),
            quoted(vertex["source"]),
            vertex["accuracy_m"],
            fragment("{lon}, {lat}", lon=vertex["lon"], lat=vertex["lat"]),
        ]
        for vertex in table.to_dict("records")
    ]
    replaced = isinstance(pack, ChangedPack) and pack.changes.zones
    key = "app.source.vertices_of_pack" if replaced else "app.source.vertices_caption"
    caption = text(key, lang, count=len(rows))
    return fragment(
        '<details class="folded"><summary>{caption}</summary>{table}</details>',
        caption=caption,
        table=render_table(columns, rows, caption=caption, style="wide"),
    )


def unlocated_table(frames: PackFrames, lang: str) -> Markup | None:
    """Return the places that are listed and never drawn; None where there is none."""
    plan = frames.pack.plan
    columns = [
        Column(head=text(f"app.source.{name}", lang)) for name in ("place", "place_kind", "origin", "why")
    ]
    why = dict(zip(frames.places["place_id"], frames.places.get(f"note_{lang}", ()), strict=False))
    rows: list[list[Cell | Markup | str]] = [
        [
            localised(place, "name", lang),
            text(f"app.kind.{place.kind}", lang),
            cite(plan, document_id=place.document_id, section_id=place.section_id, lang=lang),
            _why_not_drawn(why.get(place.place_id), lang),
        ]
        for place in plan.places
        if not frames.is_located(place.place_id)
    ]
    if not rows:
        return None
    return render_table(
        columns, rows, caption=text("app.source.unlocated_caption", lang, count=len(rows)), style="wide"
    )


def _why_not_drawn(note: object, lang: str) -> Markup | str:
    return quoted(note) if isinstance(note, str) and note else text("app.source.no_position", lang)


def limits_table(limits: Limits, lang: str) -> Markup:
    """Return the limits of an import as this server is set up."""
    columns = [
        Column(head=text("app.source.limit", lang)),
        Column(head=text("app.source.limit_value", lang), numeric=True),
        Column(head=text("app.source.limit_setting", lang)),
    ]
    rows: list[list[Cell | Markup | str]] = [
        [
            text(f"app.limit.{field.name}", lang),
            figure(getattr(limits, field.name)),
            fragment("<code>{setting}</code>", setting=setting_name(field.name)),
        ]
        for field in fields(limits)
    ]
    return render_table(columns, rows, caption=text("app.source.limits_caption", lang))
