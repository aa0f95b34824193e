"""The figures of the coverage proxy as tables and files; each says that it is no signal coverage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import streamlit as st

from layers.coverage_layer import MOST_NUMBERED
from spatial.coverage.model import CoverageSettings
from spatial.coverage.result_files import patches_csv, patches_geojson, radii_line, zones_csv
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

__all__ = ["basis_line", "gap_table", "land_notes", "show_downloads", "small_gaps", "zone_table"]

M2_PER_HECTARE: Final = 10_000.0
LEAST: Final = figure(CoverageSettings().least_patch_m2)
FILES: Final = {
    "zones": ("shares", "csv", "text/csv"),
    "csv": ("gaps", "csv", "text/csv"),
    "geojson": ("gaps", "geojson", "application/geo+json"),
}


def zone_table(
    results: Sequence[CoverageResult], names: Mapping[str, str], lang: str, *, chosen: str | None
) -> Markup:
    """Return one row per area: the district, where it is measured, before its zones."""
    measured = results[-1].measured
    columns = [
        Column(head=text("coverage.page_zone", lang)),
        Column(head=text(f"coverage.page_area_{measured}", lang), unit="km²", numeric=True, roomy=True),
        Column(head=text("coverage.page_covered", lang), unit="km²", numeric=True),
        Column(head=text(f"coverage.page_share_{measured}", lang), numeric=True),
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
    caption = text("coverage.zones_caption", lang, measured=text(f"coverage.measured_{measured}", lang))
    return render_table(columns, rows, caption=caption, row_styles=styles)


def _zone_cells(
    row: Mapping[str, object], largest: pd.Series, names: Mapping[str, str], lang: str
) -> list[Cell | Markup | str]:
    zone_id, basis = str(row["zone_id"]), str(row["geometry_basis"])
    marks = [badge(basis, lang)] if basis in BADGED_BASES else []
    if row["synthetic"]:
        marks.append(badge("synthetic", lang))
    low, high = row["covered_share_low"], row["covered_share_high"]
    spread = (
        Markup("")
        if _share(low) == _share(high)
        else fragment('<small class="aside">{low}–{high}</small>', low=_share(low), high=_at_most(high))
    )
    return [
        fragment("{name} {marks}", name=names.get(zone_id, row["name"]), marks=join(marks, " ")),
        figure(row["area_km2"], 2),
        figure(row["covered_km2"], 2),
        fragment("<strong>{share}</strong>{spread}", share=_share(row["covered_share"]), spread=spread),
        figure(row["n_patches"]),
        figure(largest.get(zone_id, float("nan")) / M2_PER_HECTARE, 1),
    ]


def basis_line(found: CoverageResult, lang: str) -> Markup:
    """Return the radii that the figures rest on, which rows cover, and of what each share is."""
    return fragment(
        '<p class="definition-line"><strong>{head}</strong> {radii}<br><strong>{asked}</strong> {words}</p>',
        head=text("coverage.radii_in_use", lang),
        radii=radii_line(found, lang),
        asked=text("app.definition.in_use", lang),
        words=found.basis(lang),
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
        Column(head=text("coverage.page_centre", lang), unit="CGCS2000", numeric=True, roomy=True),
    ]
    rows: list[list[Cell | Markup | str]] = [
        [
            figure(row["number"]),
            names.get(row["zone_id"], row["zone"]),
            figure(row["area_m2"] / M2_PER_HECTARE, 1),
            figure(row["width_m"]),
            f"{row['lon']:.5f}, {row['lat']:.5f}",
        ]
        for row in gaps.head(MOST_NUMBERED).to_dict("records")
    ]
    key = "coverage.gaps_caption" if len(rows) < len(gaps) else "coverage.gaps_caption_all"
    caption = text(key, lang, n=figure(len(gaps)), least=LEAST, shown=figure(len(rows)))
    return render_table(columns, rows, caption=caption)


def small_gaps(found: CoverageResult, zone: str | None, lang: str) -> str:
    """Return how many pieces are too small to be listed, of one zone or of all; empty where there is none."""
    rows = found.rows[found.rows["zone_id"] == zone] if zone in set(found.rows["zone_id"]) else found.rows
    number = int(rows["n_small_patches"].sum())
    if not number:
        return ""
    area = figure(rows["small_patches_m2"].sum() / M2_PER_HECTARE, 2)
    return text("coverage.small_gaps", lang, n=figure(number), least=LEAST, area=area)


def land_notes(results: Sequence[CoverageResult], names: Mapping[str, str], lang: str) -> list[str]:
    """Return between which shares the land is covered, for areas whose land is known as a number."""
    said = []
    for result in results:
        for row in result.rows[result.rows["land_share_low"].notna()].to_dict("records"):
            low, high = _share(row["land_share_low"]), _at_most(row["land_share_high"])
            name = names.get(row["zone_id"], row["name"])
            said.append(text("coverage.land_range", lang, name=name, low=low, high=high))
    return said


def _share(share: object) -> str:
    """Return a share to the tenth of a per cent, as `cover` writes it."""
    return percent(share, 1)


def _at_most(share: float) -> str:
    """Return an upper bound as a percentage: never rounded down."""
    return _share(math.ceil(share * 1000 - 1e-9) / 1000)


def show_downloads(results: Sequence[CoverageResult], pack_id: str, lang: str) -> None:
    """Show the buttons that save the share of each zone, and every gap of the last result's layer."""
    found = results[-1]
    mark = "simulated-" if found.rows["synthetic"].any() else ""
    with st.popover(text("coverage.save", lang)):
        for kind, (what, suffix, media_type) in FILES.items():
            if st.button(text(f"coverage.save_{kind}", lang), key=widget_key(SessionKey.COVERAGE_SAVE, kind)):
                content = {
                    "zones": lambda: zones_csv(results, lang),
                    "csv": lambda: patches_csv(found, lang),
                    "geojson": lambda: patches_geojson(found, lang),
                }[kind]()
                hand_over(f"{mark}coverage-{what}-{pack_id}.{suffix}", content, media_type=media_type)
