"""The densities as bars beside the target: what the verdict table says, at a glance.

Drawn from the same rows and the same classes as the table and the map. A bar is the density, the
thin line its possible range, the upright the target; a range across the upright cannot be judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.text import text
from views.figures import figure, interval
from views.html_table import Markup, fragment, join
from views.status_mark import status_background, status_word
from views.verdict_table import badge_words, short_badges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from views.verdict_rows import VerdictRow

__all__ = ["density_chart"]

HEADROOM: Final = 1.05
PERCENT: Final = 100.0


def density_chart(rows: Sequence[VerdictRow], lang: str) -> Markup:
    """Return the bars of ``rows``; empty where no row has both a density and a target.

    Parameters
    ----------
    rows : sequence of VerdictRow
        The rows of the table; those not in use are left out.
    lang : str
        ``"zh"`` or ``"en"``.
    """
    shown = [row for row in rows if row.in_use and row.density_per_km2 is not None and row.target_per_km2]
    if not shown:
        return Markup("")
    top = HEADROOM * max(max(_figures(row)) for row in shown)
    return fragment(
        '<figure class="density-chart"><div role="img" aria-label="{spoken}">{bars}</div>'
        "<figcaption>{caption}</figcaption></figure>",
        spoken="；".join(_spoken(row, lang) for row in shown),
        bars=join(_bar(row, top, lang) for row in shown),
        caption=text("app.chart.caption", lang),
    )


def _bar(row: VerdictRow, top: float, lang: str) -> Markup:
    low = row.density_low if row.density_low is not None else row.density_per_km2 or 0.0
    # An area that may be nought leaves the range open: it runs off the chart.
    high = row.density_high if row.density_high is not None else top
    fill, ink = status_background(row.status)
    return fragment(
        '<div class="bar-row"><span class="bar-name">{name} {badges}</span><span class="bar-track">'
        '<span class="bar" style="width:{width}%;background:{fill};border-color:{ink}"></span>'
        '<span class="bar-range" style="left:{low}%;width:{span}%;border-color:{ink}"></span>'
        '<span class="bar-target" style="left:{target}%"></span></span>'
        '<span class="bar-figure">{value}</span></div>',
        name=row.name,
        badges=short_badges(row, lang),
        width=_share(row.density_per_km2, top),
        fill=fill,
        ink=ink,
        low=_share(low, top),
        span=_share(high - low, top),
        target=_share(row.target_per_km2, top),
        value=figure(row.density_per_km2, 1),
    )


def _spoken(row: VerdictRow, lang: str) -> str:
    return text(
        "app.chart.spoken",
        lang,
        name=row.name,
        density=figure(row.density_per_km2, 1),
        range=interval(row.density_low, row.density_high),
        target=figure(row.target_per_km2, 0),
        status=status_word(row.status, lang, conditional=row.unstated and row.judged),
        marks=badge_words(row, lang),
    )


def _figures(row: VerdictRow) -> list[float]:
    figures = (row.density_per_km2, row.density_high, row.target_per_km2)
    return [each for each in figures if each is not None]


def _share(value: float | None, top: float) -> str:
    return f"{PERCENT * (value or 0.0) / top:.2f}"
