"""What position errors make of a chosen zone: drawn at random beside its status, and at their worst."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from spatial.text import text
from spatial.uncertainty.probability import draw_surveyed
from spatial.uncertainty.words import count_words, density_words, drawn_words, probability_words
from spatial.verdict import Status
from views.figures import figure, interval, plain
from views.html_table import Markup, fragment, join
from views.status_mark import status_word
from views.verdict_table import BADGED_BASES, badge, short_badges

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from spatial.definition import Definition
    from spatial.uncertainty.probability import Uncertainty
    from views.evaluation import StationSurvey
    from views.pack_frames import PackFrames
    from views.verdict_rows import VerdictRow

__all__ = ["draw_view", "layer_with_positions", "probability_facts", "probability_pending"]

NOTHING_BELOW: Final = Markup("")


def layer_with_positions(stations: StationSurvey, zone_id: str) -> str | None:
    """Return the layer in which stations were placed in that zone; None where a total alone speaks for it."""
    found = stations.layers.items()
    return next((layer for layer, placed in found if (placed.zones["zone_id"] == zone_id).any()), None)


def draw_view(frames: PackFrames, stations: StationSurvey, definition: Definition, layer: str) -> Uncertainty:
    """Draw a layer that stations were placed in; errors as for `views.evaluation.evaluate`."""
    return draw_surveyed(stations.layers[layer], definition=definition, target=frames.pack.target)


def probability_pending(lang: str) -> Markup:
    """Return what stands in the place of the facts while they are drawn."""
    return _sheet([(text("uncertainty.head_probability", lang), text("uncertainty.drawing", lang))], lang)


def probability_facts(zone: VerdictRow, drawn: Uncertainty | None, lang: str) -> Markup:
    """Return the probability and the ranges of a zone, drawn and at worst, and how its status follows.

    Parameters
    ----------
    zone : VerdictRow
        The zone as it is judged.
    drawn : Uncertainty or None
        The draws of its layer; None where a published total alone speaks for it, which the facts say.
    lang : str
        Their language.
    """
    if drawn is None:
        reason = text("uncertainty.reason_no_positions", lang)
        return _sheet([(text("uncertainty.head_probability", lang), reason)], lang)
    row = drawn.rows[drawn.rows["zone_id"] == zone.zone_id].iloc[0].to_dict()
    facts = [
        (text("uncertainty.head_probability", lang), probability_words(row, lang, maybe_low=drawn.maybe_low)),
        (text("uncertainty.head_count", lang), count_words(row)),
        (text("uncertainty.head_density", lang), density_words(row)),
        (text("uncertainty.head_worst", lang), _worst(zone, lang)),
    ]
    said = [
        drawn_words(drawn.model.to_dict(), lang),
        *(notice.message(lang) for notice in drawn.notices if notice.key != "verdict.synthetic"),
    ]
    return _sheet(facts, lang, below=join([_badges(zone, lang), _why(zone, row, lang), _how(said, lang)]))


def _worst(zone: VerdictRow, lang: str) -> str:
    if zone.density_high is None and zone.density_low is not None:
        return text("uncertainty.at_least", lang, low=figure(zone.density_low, 1))
    return interval(zone.density_low, zone.density_high)


def _why(zone: VerdictRow, row: Mapping[str, Any], lang: str) -> Markup:
    """Return in a line how the status follows from the worst case, whatever the draws say."""
    if pd.isna(row["probability_met"]):
        return Markup("")
    open_ = zone.status == Status.UNDETERMINED
    words = text(
        "uncertainty.why_open" if open_ else "uncertainty.why_settled",
        lang,
        worst=_worst(zone, lang),
        target=plain(zone.target_per_km2),
        status=status_word(zone.status, lang),
    )
    return fragment("<p>{words}</p>", words=words)


def _badges(zone: VerdictRow, lang: str) -> Markup:
    known = badge(zone.geometry_basis, lang) if zone.geometry_basis in BADGED_BASES else Markup("")
    return fragment(
        '<span class="badges">{known}{others}</span>', known=known, others=short_badges(zone, lang)
    )


def _how(said: list[str], lang: str) -> Markup:
    return fragment(
        '<details class="finding-note"><summary>{words}</summary>{said}</details>',
        words=text("uncertainty.how", lang),
        said=join(fragment("<p>{words}</p>", words=words) for words in said),
    )


def _sheet(facts: list[tuple[str, str]], lang: str, *, below: Markup = NOTHING_BELOW) -> Markup:
    return fragment(
        '<div class="sheet"><h3>{heading}</h3><dl>{items}</dl>{below}</div>',
        heading=text("uncertainty.heading", lang),
        items=join(fragment("<dt>{name}</dt><dd>{value}</dd>", name=n, value=v) for n, v in facts),
        below=below,
    )
