"""The holes as a table, and as a file that a spreadsheet opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.crs import METRIC_CRS, WEB_CRS, transform_xy
from spatial.text import text
from views.figures import figure
from views.html_table import Column, Markup, fragment, render_table
from views.messages import note
from views.verdict_table import badge

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from spatial.grid_view.cells import CellGrid

__all__ = ["hole_table"]

SHOWN: Final = 10
WHOLE: Final = 0.9995


def hole_table(
    grid: CellGrid, holes: GeoDataFrame, *, area: str, target: float, lang: str, synthetic: bool
) -> None:
    """Show the widest holes; a single cell that the edge cuts says how much of it lies inside."""
    if not len(holes):
        note(text("grid.no_holes", lang, target=target))
        return
    per_km2, sites = text("grid.unit_density", lang), text("grid.unit_sites", lang)
    columns = [
        Column(head=text("grid.head_rank", lang)),
        Column(head=text("grid.head_cell", lang), unit=text("grid.head_corner", lang)),
        Column(head=text("grid.head_centre", lang), unit="°", roomy=True),
        Column(head=text("grid.head_area", lang), unit="km²", numeric=True, roomy=True),
        Column(head=text("grid.head_count", lang), unit=sites, numeric=True),
        Column(head=text("grid.head_density", lang), unit=per_km2, numeric=True),
        Column(head=text("grid.head_missing", lang), unit=sites, numeric=True),
    ]
    first = holes.head(SHOWN)
    centres = first.geometry.representative_point()
    lon, lat = transform_xy(centres.x.to_numpy(), centres.y.to_numpy(), source=METRIC_CRS, target=WEB_CRS)
    rows = [
        [
            str(hole.rank),
            _hole_words(hole, grid.size_m, lang),
            f"{east:.5f}, {north:.5f}",
            figure(hole.area_km2, 3),
            figure(hole.count),
            figure(hole.sites_per_km2, 1),
            figure(hole.missing, 1),
        ]
        for hole, east, north in zip(first.itertuples(index=False), lon, lat, strict=True)
    ]
    figures = {"size": grid.size_m, "shown": len(first), "n": len(holes), "target": target}
    caption = text("grid.caption", lang, area=area, **figures)
    st.html(render_table(columns, rows, caption=caption))
    if synthetic:
        st.html(badge("synthetic", lang))


def _hole_words(hole: object, size_m: int, lang: str) -> Markup | str:
    if hole.n_cells > 1:
        return text("grid.joined", lang, n=hole.n_cells)
    corner = text("grid.cell", lang, east=hole.column * size_m, north=hole.row * size_m)
    if hole.share > WHOLE:
        return corner
    return fragment(
        '{corner} <small class="aside">{cut}</small>',
        corner=corner,
        cut=text("grid.cut", lang, share=hole.share),
    )
