"""The figures of the coverage proxy as tables and files; each says that it is no signal coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.coverage.model import CoverageSettings
from spatial.coverage.patch_files import patches_csv, patches_geojson
from spatial.text import text
from views.figures import figure, percent
from views.hand_over import hand_over
from views.html_table import Cell, Column, Markup, fragment, join, render_table
from views.session import SessionKey, widget_key
from views.verdict_table import BADGED_BASES, badge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from geopandas import GeoDataFrame

    from spatial.coverage.model import CoverageResult

__all__ = ["basis_line", "gap_table", "land_notes", "show_downloads", "zone_table"]

SHOWN: Final = 12
M2_PER_HECTARE: Final = 10_000.0
LEAST: Final = figure(CoverageSettings().least_patch_m2)
FILES: Final = {"geojson": ("application/geo+json", patches_geojson), "csv": ("text/csv", patches_csv)}


def zone_table(
    results: Sequence[CoverageResult], names: Mapping[str, str], lang: str, *, chosen: str | None
) -> Markup:
    """Return one row per area: the district, where it is measured, before its zones."""
    columns = [
        Column(head=text("coverage.page_zone", lang)),
        Column(head=text("coverage.page_area", lang), unit="km²", numeric=True, roomy=True),
        Column(head=text("coverage.page_covered", lang), unit="km²", numeric=True),
        Column(head=text("coverage.page_share", lang), numeric=True),
        Column(
            head=text("coverage.page_gaps", lang), unit=text("coverage.page_gaps_unit", lang), numeric=True
        ),
        Column(
            head=text("coverage.page_largest", lang), unit=text("coverage.page_hectares", lang), numeric=True
        ),
    ]
    rows, styles = [], []
    for result in results:
        largest = result.patches.groupby("zone_id")["area_m2"].max()
        for row in result.rows.to_dict("records"):
            rows.append(_zone_cells(row, largest, names, lang))
            styles.append("chosen" if row["zone_id"] == chosen else "")
    caption = text("coverage.zones_caption", lang)
    return render_table(columns, rows, caption=caption, row_styles=styles)


def _zone_cells(
    row: Mapping[str, object], largest: pd.Series, names: Mapping[str, str], lang: str
) -> list[Cell | Markup | str]:
    zone_id, basis = str(row["zone_id"]), str(row["geometry_basis"])
    marks = [badge(basis, lang)] if basis in BADGED_BASES else []
    if row["synthetic"]:
        marks.append(badge("synthetic", lang))
    low, high = percent(row["covered_share_low"]), percent(row["covered_share_high"])
    spread = (
        Markup("")
        if low == high
        else fragment('<small class="aside">{low}–{high}</small>', low=low, high=high)
    )
    return [
        fragment("{name} {marks}", name=names.get(zone_id, row["name"]), marks=join(marks, " ")),
        figure(row["area_km2"], 2),
        figure(row["covered_km2"], 2),
        fragment("<strong>{share}</strong>{spread}", share=percent(row["covered_share"]), spread=spread),
        figure(row["n_patches"]),
        figure(largest.get(zone_id, float("nan")) / M2_PER_HECTARE, 1),
    ]


def basis_line(found: CoverageResult, lang: str) -> Markup:
    """Return the radii and the definition that the figures rest on."""
    radii = " · ".join(
        f"{text(f'coverage.class_{each.site_class.name.lower()}', lang)} {figure(each.radius_m)}"
        for each in found.sites
        if each.n_sites
    )
    return fragment(
        '<p class="definition-line"><strong>{head}</strong> {radii} <strong>{asked}</strong> {words}</p>',
        head=text("coverage.radii_in_use", lang),
        radii=radii,
        asked=text("app.definition.in_use", lang),
        words=found.definition.label(lang),
    )


def gap_table(gaps: GeoDataFrame, names: Mapping[str, str], lang: str) -> Markup:
    """Return the largest gaps, numbered as on the map."""
    if gaps.empty:
        return fragment(
            '<p class="note plain">{words}</p>', words=text("coverage.no_gaps", lang, least=LEAST)
        )
    columns = [
        Column(head=text("coverage.page_number", lang), numeric=True),
        Column(head=text("coverage.page_zone", lang)),
        Column(
            head=text("coverage.page_area", lang), unit=text("coverage.page_hectares", lang), numeric=True
        ),
        Column(head=text("coverage.page_width", lang), unit="m", numeric=True),
        Column(head=text("coverage.page_centre", lang), numeric=True, roomy=True),
    ]
    rows: list[list[Cell | Markup | str]] = [
        [
            figure(row["number"]),
            names.get(row["zone_id"], row["zone"]),
            figure(row["area_m2"] / M2_PER_HECTARE, 1),
            figure(row["width_m"]),
            f"{row['lon']:.5f}, {row['lat']:.5f}",
        ]
        for row in gaps.head(SHOWN).to_dict("records")
    ]
    figures = {"n": figure(len(gaps)), "least": LEAST, "shown": figure(len(rows))}
    return render_table(columns, rows, caption=text("coverage.gaps_caption", lang, **figures))


def land_notes(results: Sequence[CoverageResult], names: Mapping[str, str], lang: str) -> list[str]:
    """Return between which shares the land is covered, for areas whose land is known as a number."""
    said = []
    for result in results:
        for row in result.rows[result.rows["land_share_low"].notna()].to_dict("records"):
            low, high = percent(row["land_share_low"]), percent(row["land_share_high"])
            name = names.get(row["zone_id"], row["name"])
            said.append(text("coverage.land_range", lang, name=name, low=low, high=high))
    return said


def show_downloads(found: CoverageResult, pack_id: str, lang: str) -> None:
    """Show the buttons that save every gap of the layer."""
    mark = "simulated-" if found.rows["synthetic"].any() else ""
    for kind, (media_type, write) in FILES.items():
        if st.button(text(f"coverage.save_{kind}", lang), key=widget_key(SessionKey.COVERAGE_SAVE, kind)):
            hand_over(f"{mark}coverage-gaps-{pack_id}.{kind}", write(found, lang), media_type=media_type)
