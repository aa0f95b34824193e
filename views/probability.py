"""How likely a chosen zone meets its target, given how well positions are known: beside its status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.text import text
from spatial.uncertainty.probability import Uncertainty, draw_surveyed
from spatial.uncertainty.words import count_words, density_words, drawn_words, probability_words
from views.html_table import Markup, fragment, join
from views.verdict_table import badge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.definition import Definition
    from views.evaluation import StationSurvey
    from views.pack_frames import PackFrames

__all__ = ["draw_view", "probability_facts"]


def draw_view(frames: PackFrames, stations: StationSurvey, definition: Definition) -> dict[str, Uncertainty]:
    """Draw every layer that stations were placed in; errors as for `views.evaluation.evaluate`."""
    target = frames.pack.target
    return {
        layer: draw_surveyed(found, definition=definition, target=target)
        for layer, found in stations.layers.items()
    }


def probability_facts(
    zone_id: str, drawn: Mapping[str, Uncertainty], lang: str, *, synthetic: bool
) -> Markup:
    """Return the probability and the ranges of a zone, how they were drawn and what they leave open.

    A district that only a published number speaks for has no positions, and the sheet says so.
    """
    layer = next((each for each in drawn.values() if (each.rows["zone_id"] == zone_id).any()), None)
    if layer is None:
        facts = [(text("uncertainty.head_probability", lang), text("uncertainty.reason_no_positions", lang))]
        return _sheet(facts, [], Markup(""), lang)
    row = layer.rows[layer.rows["zone_id"] == zone_id].iloc[0].to_dict()
    facts = [
        (text("uncertainty.head_probability", lang), probability_words(row, lang)),
        (text("uncertainty.head_count", lang), count_words(row)),
        (text("uncertainty.head_density", lang), density_words(row)),
    ]
    said = [
        drawn_words(layer.model.to_dict(), lang),
        *(notice.message(lang) for notice in layer.notices if notice.key != "verdict.synthetic"),
    ]
    return _sheet(facts, said, badge("synthetic", lang) if synthetic else Markup(""), lang)


def _sheet(facts: list[tuple[str, str]], said: list[str], badges: Markup, lang: str) -> Markup:
    return fragment(
        '<div class="sheet"><h3>{heading}</h3><dl>{items}</dl>{badges}{said}</div>',
        heading=text("uncertainty.heading", lang),
        items=join(fragment("<dt>{name}</dt><dd>{value}</dd>", name=n, value=v) for n, v in facts),
        badges=badges,
        said=join(fragment('<p class="aside">{words}</p>', words=words) for words in said),
    )
