"""What the chosen poles bring together, one after another, as lines over their cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.text import text
from views.figures import figure, percent
from views.html_table import Markup, fragment, join

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["gain_curve"]

WIDTH: Final = 520
HEIGHT: Final = 120
MOST_POINTS: Final = 200
INKS: Final = {"closed_share": "#0b6e4f", "covered_share": "#b26a00"}
LEAST: Final = 2


def gain_curve(steps: pd.DataFrame, lang: str) -> Markup:
    """Return the share of the gap closed, and of the demand covered, over the cost; empty for one pole."""
    if len(steps) < LEAST:
        return Markup("")
    # A few of many are as good for the eye; the last is among them.
    rows = np.unique(np.linspace(0, len(steps) - 1, MOST_POINTS).astype(int))
    cost = steps["total_cost"].to_numpy()[rows]
    shown = {name: steps[name].to_numpy()[rows] for name in INKS if steps[name].notna().all()}
    lines = join(_line(cost, shares, INKS[name]) for name, shares in shown.items())
    keys = join(
        (
            fragment(
                '<span style="color:{ink}">▬</span> {words}',
                ink=INKS[name],
                words=text(f"siting.curve_{name}", lang),
            )
            for name in shown
        ),
        " · ",
    )
    half = int(np.searchsorted(steps["closed_share"].to_numpy(), 0.5))
    spoken = text(
        "siting.curve_spoken",
        lang,
        half=figure(steps["total_cost"].iloc[min(half, len(steps) - 1)]),
        whole=figure(steps["total_cost"].iloc[-1]),
        share=percent(steps["closed_share"].iloc[-1]),
    )
    return fragment(
        '<figure class="density-chart"><svg role="img" aria-label="{spoken}" viewBox="0 0 {w} {h}" '
        'width="100%" preserveAspectRatio="none" '
        'style="max-height:{h}px;background:var(--wash)">{lines}</svg>'
        "<figcaption>{keys} · {spoken}</figcaption></figure>",
        spoken=spoken,
        w=WIDTH,
        h=HEIGHT,
        lines=lines,
        keys=keys,
    )


def _line(cost: np.ndarray, shares: np.ndarray, ink: str) -> Markup:
    """Return one line; it begins at nothing spent."""
    x = WIDTH * cost / cost[-1]
    y = HEIGHT - 4 - (HEIGHT - 8) * np.clip(shares, 0.0, 1.0)
    points = " ".join(f"{one:.1f},{other:.1f}" for one, other in zip(x, y, strict=True))
    return fragment(
        '<polyline points="{points}" fill="none" stroke="{ink}" stroke-width="2"/>', points=points, ink=ink
    )
