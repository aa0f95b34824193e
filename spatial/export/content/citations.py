"""Where each figure of a package stands: document, section, and a short phrase by which it is found again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from spatial.district_check import STATIONS, published_count
from spatial.export.wording import both
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from spatial.pack import Pack
    from spatial.plan_records import ContextFigure, Indicator
    from spatial.target import Target

__all__ = [
    "area_citations",
    "count_passage",
    "dates_of",
    "documents_of",
    "plan_citations",
    "target_phrase",
]

_AREAS: Final = {
    "area_official": "content.figure_area_official",
    "area_land": "content.figure_area_land",
}


def plan_citations(pack: Pack, target: Target | None) -> list[dict[str, Any]]:
    """Return the citations of the target and of the published counts of stations."""
    cited = []
    if target is not None and target.indicator_id is not None:
        cited.append(_cited(pack, pack.plan.indicator(target.indicator_id)))
    figures = {figure.context_id: figure for figure in pack.plan.context}
    for count in pack.published_counts(STATIONS):
        if count.context_id in figures:
            cited.append(_cited(pack, figures[count.context_id]))
        else:
            cited.append(
                {
                    "figure": both("content.figure_count", zone=count.zone_id),
                    "value": count.count,
                    "unit": both("content.unit_stations"),
                    "document_id": count.document_id,
                    "section_id": count.section_id,
                    "heading": pack.plan.section(count.section_id).heading,
                    "text": "",
                }
            )
    return cited


def area_citations(zones: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return where the published areas of zones come from, which is a source of their own row."""
    cited = []
    for row in zones.drop(columns="geometry").to_dict("records"):
        for column, figure in _AREAS.items():
            value = row.get(f"{column}_km2")
            source = row.get(f"{column}_source_zh")
            if value is None or pd.isna(value):
                continue
            cited.append(
                {
                    "figure": both(figure, zone=str(row.get("name_zh") or row["zone_id"])),
                    "value": float(value),
                    "unit": both("content.unit_km2"),
                    "document_id": "",
                    "section_id": "",
                    "heading": "",
                    "text": source if isinstance(source, str) else "",
                }
            )
    return cited


def target_phrase(pack: Pack | None, target: Target | None) -> str:
    """Return document, section and phrase of a target on one line; empty where no plan states it."""
    if pack is None or target is None or target.indicator_id is None:
        return ""
    record = pack.plan.indicator(target.indicator_id)
    passage = _passage(pack, document_id=record.document_id, section_id=record.section_id)
    return text("content.target_phrase", passage=passage, phrase=_phrase(record))


def _passage(pack: Pack, *, document_id: str, section_id: str) -> str:
    """Return the title of a document and the heading of its section."""
    document = pack.plan.document(document_id)
    heading = pack.plan.section(section_id).heading
    return text("content.passage", document=document.title or document.short_zh, heading=heading)


def count_passage(pack: Pack) -> str:
    """Return where the district's published count stands; empty where there is none."""
    count = published_count(pack)
    if count is None:
        return ""
    return _passage(pack, document_id=count.document_id, section_id=count.section_id)


def _cited(pack: Pack, record: Indicator | ContextFigure) -> dict[str, Any]:
    """Return the citation of one record of a plan."""
    return {
        "figure": {"zh": record.name_zh, "en": record.name_en},
        "value": record.value,
        "unit": {"zh": record.unit_zh, "en": record.unit_en},
        "document_id": record.document_id,
        "section_id": record.section_id,
        "heading": pack.plan.section(record.section_id).heading,
        "text": _phrase(record),
    }


def _phrase(record: Indicator | ContextFigure) -> str:
    """Return the words of the document: what it calls the figure, and the figure."""
    if record.value_text in record.name_in_text:
        return record.name_in_text
    return f"{record.name_in_text} … {record.value_text}"


def documents_of(pack: Pack) -> list[Mapping[str, str | None]]:
    """Return what a package says of each document of the plan."""
    return [
        {
            "document_id": document.document_id,
            "title": document.title or document.short_zh,
            "issuer": document.issuer,
            "date": document.date,
        }
        for document in pack.plan.documents
    ]


def dates_of(pack: Pack) -> Iterable[str]:
    """Return the dates of the documents and of the published counts."""
    yield from (document.date for document in pack.plan.documents if document.date)
    yield from (count.as_of for count in pack.published_counts(STATIONS) if count.as_of)
