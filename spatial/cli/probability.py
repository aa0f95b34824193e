"""What ``check --probability`` adds: options, a key of the document, columns of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from spatial.errors import UsageError
from spatial.tally import survey
from spatial.text import text
from spatial.uncertainty.model import FEWEST_DRAWS, ErrorModel
from spatial.uncertainty.probability import ENDS_AT_BORDER, draw_surveyed
from spatial.uncertainty.words import count_words, probability_words

if TYPE_CHECKING:
    import argparse

    import geopandas as gpd

    from spatial.cli.options import Parser
    from spatial.definition import Definition
    from spatial.target import Target
    from spatial.uncertainty.probability import Uncertainty

__all__ = ["HEADS", "Probabilities", "add_probability", "cells", "error_model_of"]

HEADS: Final = ("uncertainty.head_probability", "uncertainty.head_count")


def add_probability(parser: Parser, lang: str) -> None:
    """Add ``--probability``, ``--draws`` and ``--seed``."""
    group = parser.add_argument_group(text("uncertainty.group", lang))
    group.add_argument("--probability", action="store_true", help=text("uncertainty.option", lang))
    group.add_argument(
        "--draws", metavar="N", type=int, help=text("uncertainty.option_draws", lang, least=FEWEST_DRAWS)
    )
    group.add_argument("--seed", metavar="N", type=int, help=text("uncertainty.option_seed", lang))


def error_model_of(options: argparse.Namespace) -> ErrorModel | None:
    """Return what is to be drawn, None where no probability is asked for.

    Raises
    ------
    UsageError
        If a number is out of its range, or given without ``--probability``.
    """
    given = {name: value for name in ("draws", "seed") if (value := getattr(options, name)) is not None}
    if options.probability:
        return ErrorModel(**given)
    if given:
        raise UsageError("uncertainty.only_with_probability")
    return None


@dataclass(frozen=True)
class Probabilities:
    """The draws for the zones of a call, and for the district where stations were given for it."""

    zones: Uncertainty
    district: Uncertainty | None

    @classmethod
    def of(
        cls,
        zones: gpd.GeoDataFrame,
        points: gpd.GeoDataFrame | None,
        *,
        district: gpd.GeoDataFrame | None,
        definition: Definition,
        target: Target | None,
        model: ErrorModel,
    ) -> Probabilities:
        """Draw; ``district`` is None where the points do not speak for one."""
        drawn = [
            draw_surveyed(survey(layer, points), definition=definition, target=target, model=model)
            for layer in (zones, district)
            if layer is not None
        ]
        return cls(drawn[0], drawn[1] if len(drawn) > 1 else None)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for the document."""
        document: dict[str, Any] = {**self.zones.to_dict()}
        district: dict[str, Any] = {} if self.district is None else {**self.district.to_dict()}
        document["district"] = district["zones"][0] if district else None
        notices = [*document["notices"], *district.get("notices", [])]
        document["notices"] = [notice for at, notice in enumerate(notices) if notice not in notices[:at]]
        return document


def cells(row: dict[str, Any] | None, notices: list[dict[str, Any]], lang: str) -> list[str]:
    """Return the cells of one zone of `Probabilities.to_dict`; a district by a published number is None."""
    if row is None:
        return [text("uncertainty.reason_no_positions", lang), "–"]
    low = any(notice["key"] == ENDS_AT_BORDER for notice in notices)
    return [probability_words(row, lang, maybe_low=low), count_words(row)]
