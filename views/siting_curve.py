"""How far a part of the money goes: what the chosen poles bring together, one after another, as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.text import text
from views.figures import figure, percent
from views.html_table import Markup, fragment, join
from views.siting_tables import qualified

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.siting.proposal import Proposal

__all__ = ["gain_curve"]

PARTS: Final = 5
ROUND: Final = (1, 2, 5)
LEAST: Final = 2
PERCENT: Final = 100.0


def gain_curve(proposal: Proposal, lang: str) -> Markup:
    """Return how far some of the chosen poles go: gap closed, density reached, demand covered.

    Parameters
    ----------
    proposal : Proposal
        An answer; one pole alone has no curve.
    lang : str
        ``"zh"`` or ``"en"``.
    """
    steps = proposal.steps
    if len(steps) < LEAST:
        return Markup("")
    reached = _densities(proposal)
    shown = steps.assign(reached=reached).iloc[_rows(len(steps))].to_dict(orient="records")
    covered = bool(steps["covered_share"].notna().all())
    return fragment(
        '<figure class="density-chart"><figcaption><strong>{caption}</strong></figcaption>'
        '<div role="img" aria-label="{spoken}">{bars}</div></figure>',
        spoken="；".join(_words(step, lang, covered=covered) for step in shown),
        bars=join(_bar(step, lang, covered=covered) for step in shown),
        caption=qualified(text("siting.curve_covered" if covered else "siting.curve", lang), proposal, lang),
    )


def _rows(n: int) -> list[int]:
    """Return the places in the order at round numbers of poles, and the last one."""
    least = n / PARTS
    step = next(
        size
        for power in range(len(str(n)) + 1)
        for size in (one * 10**power for one in ROUND)
        if size >= least
    )
    return [*range(step - 1, n - 1, step), n - 1]


def _densities(proposal: Proposal) -> NDArray[np.float64]:
    """Return the stations per km² after each pole; NaN where several zones are asked for."""
    steps, zones, rows = proposal.steps, proposal.solution.zones, proposal.case.check.rows
    if len(zones) != 1:
        return np.full(len(steps), np.nan)
    area_km2 = float(rows.loc[rows["zone_id"] == zones[0].zone_id, "area_km2"].iloc[0])
    gained = np.cumsum([len(each) for each in steps["zone_ids"]])
    return np.asarray((zones[0].before + gained) / area_km2)


def _bar(step: dict[str, float], lang: str, *, covered: bool) -> Markup:
    """Return one bar: the gap closed; the upright is the demand covered."""
    mark = fragment('<span class="bar-target" style="left:{at}%"></span>', at=_share(step["covered_share"]))
    return fragment(
        '<div class="bar-row"><span class="bar-name">{name}</span><span class="bar-track">'
        '<span class="bar" style="width:{width}%;background:var(--accent)"></span>{mark}</span>'
        '<span class="bar-figure">{value}</span></div>',
        name=_name(step, lang),
        width=_share(step["closed_share"]),
        mark=mark if covered else Markup(""),
        value=percent(step["closed_share"]),
    )


def _name(step: dict[str, float], lang: str) -> str:
    n = figure(step["order"])
    cost = ""
    if step["total_cost"] != step["order"]:
        cost = text("siting.curve_cost", lang, cost=figure(step["total_cost"]))
    if np.isnan(step["reached"]):
        return text("siting.curve_poles", lang, n=n) + cost
    return text("siting.curve_reached", lang, n=n, density=figure(step["reached"], 1)) + cost


def _words(step: dict[str, float], lang: str, *, covered: bool) -> str:
    shares = [percent(step["closed_share"]), *([percent(step["covered_share"])] if covered else [])]
    return f"{_name(step, lang)} {' · '.join(shares)}"


def _share(share: float) -> str:
    return f"{min(max(share, 0.0), 1.0) * PERCENT:.1f}"
