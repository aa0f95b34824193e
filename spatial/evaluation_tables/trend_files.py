"""Counts at several dates as CSV and XLSX: one row for each zone and date, with what the count rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.evaluation_tables.sheets import Cells, csv_bytes, workbook_bytes
from spatial.evaluation_tables.words import standing_word
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from spatial.evaluation_tables.trend import ZoneTrend

__all__ = ["TREND_HEADS", "ZoneFacts", "trend_csv", "trend_workbook"]

TREND_HEADS: Final = (
    *("zone_id", "zone", "geometry", "day", "origin", "inventory", "synthetic", "count", "area_km2"),
    *("sites_per_km2", "required_count", "definition", "rate_so_far", "rate_needed", "standing", "reason"),
)
_WIDE: Final = frozenset({"inventory", "definition", "reason"})

ZoneFacts = tuple[str, str]
"""Name of a zone, and in words how well its outline is known."""


def trend_csv(found: Sequence[Mapping[str, ZoneTrend]], zones: Mapping[str, ZoneFacts], lang: str) -> bytes:
    """Return the counts as CSV: UTF-8 with a byte order mark."""
    return csv_bytes(_heads(lang), _rows(found, zones, lang))


def trend_workbook(
    found: Sequence[Mapping[str, ZoneTrend]],
    zones: Mapping[str, ZoneFacts],
    lang: str,
    *,
    remarks: Iterable[str] = (),
) -> bytes:
    """Return a workbook: the counts, and what their reader has to know.

    Parameters
    ----------
    found : sequence of mapping
        Zone -> its trend; one mapping for each way in which counts are dated.
    zones : mapping
        Zone -> its name and how well its outline is known.
    lang : str
    remarks : iterable of str
        What the reader has to know.
    """
    return workbook_bytes(
        _heads(lang),
        _rows(found, zones, lang),
        title=text("evaluation.trend_sheet", lang),
        wide={at for at, name in enumerate(TREND_HEADS) if name in _WIDE},
        remarks_title=text("evaluation.sheet_remarks", lang),
        remarks=[text("evaluation.trend_lead", lang), *remarks],
    )


def _heads(lang: str) -> list[str]:
    return [text(f"evaluation.trend_head_{name}", lang) for name in TREND_HEADS]


def _rows(
    found: Sequence[Mapping[str, ZoneTrend]], zones: Mapping[str, ZoneFacts], lang: str
) -> Iterator[Cells]:
    for by_zone in found:
        for zone_id, each in by_zone.items():
            name, geometry = zones.get(zone_id, (zone_id, ""))
            trend = each.trend
            for one in each.observations:
                yield [
                    zone_id,
                    name,
                    geometry,
                    one.day.isoformat(),
                    text(f"evaluation.origin_{one.origin}", lang),
                    one.source,
                    text("evaluation.synthetic", lang) if one.synthetic else "",
                    one.count,
                    one.area_km2,
                    one.density_per_km2,
                    one.required_count,
                    one.definition.label(lang),
                    None if trend is None else trend.yearly_rate_so_far,
                    None if trend is None else trend.yearly_rate_needed,
                    "" if trend is None else standing_word(trend.standing, lang),
                    "" if each.said is None else each.said.message(lang),
                ]
