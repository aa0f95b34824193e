"""What the chosen poles bring together, one after another: bars over their cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.text import text
from views.figures import figure, percent
from views.html_table import Markup, fragment, join

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["gain_curve"]

PARTS: Final = 5
LEAST: Final = 2
PERCENT: Final = 100.0


def gain_curve(steps: pd.DataFrame, lang: str) -> Markup:
    """Return how much of the gap is closed, and of the demand covered, after each fifth of the poles.

    Parameters
    ----------
    steps : DataFrame
        As `spatial.siting.proposal.Proposal.steps`; one pole alone has no curve.
    lang : str
        ``"zh"`` or ``"en"``.
    """
    if len(steps) < LEAST:
        return Markup("")
    rows = np.unique(np.ceil(np.linspace(0, len(steps), PARTS + 1)[1:]).astype(int)) - 1
    shown = steps.iloc[rows].to_dict(orient="records")
    covered = bool(steps["covered_share"].notna().all())
    return fragment(
        '<figure class="density-chart"><div role="img" aria-label="{spoken}">{bars}</div>'
        "<figcaption>{caption}</figcaption></figure>",
        spoken="；".join(_words(step, lang, covered=covered) for step in shown),
        bars=join(_bar(step, lang, covered=covered) for step in shown),
        caption=text("siting.curve_covered" if covered else "siting.curve", lang),
    )


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
    if step["total_cost"] == step["order"]:
        return text("siting.curve_poles", lang, n=figure(step["order"]))
    return text("siting.curve_cost", lang, n=figure(step["order"]), cost=figure(step["total_cost"], 1))


def _words(step: dict[str, float], lang: str, *, covered: bool) -> str:
    shares = [percent(step["closed_share"]), *([percent(step["covered_share"])] if covered else [])]
    return f"{_name(step, lang)} {' · '.join(shares)}"


def _share(share: float) -> str:
    return f"{min(max(share, 0.0), 1.0) * PERCENT:.1f}"
