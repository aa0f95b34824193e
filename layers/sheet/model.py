"""What stands on the sheet of one zone, gathered from a scene, its verdicts and the plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from layers.wording import as_text
from spatial.plan_records import Bilingual
from spatial.text import LANGUAGES, text
from spatial.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geopandas import GeoDataFrame

    from layers.scene import MapScene
    from spatial.check_result import CheckResult
    from spatial.definition import Definition
    from spatial.notice import Notice
    from spatial.pack_file import PublishedCount
    from spatial.plan import PlanRecords
    from spatial.target import Target

__all__ = ["LEVELS", "Level", "SheetSource", "SheetVerdict", "ZoneSheet", "zone_sheets"]

Level = Literal["district", "zones", "parts"]
LEVELS: Final[tuple[Level, ...]] = ("district", "zones", "parts")

NOT_COUNTED: Final = frozenset(
    {
        "verdict.cell_level_table",
        "verdict.column_basis_unavailable",
        "verdict.site_not_per_operator",
        "verdict.published_as_given_only",
    }
)
"""Notices of a check that could count nothing."""


@dataclass(frozen=True, kw_only=True)
class SheetVerdict:
    """One verdict on the zone, and what its count rests on.

    Attributes
    ----------
    basis : Bilingual
        Where the count comes from, or why there is none.
    definition : Definition
        How stations and area were counted.
    target : Target or None
        What it was held against.
    figures : Mapping
        The zone's row of the check result.
    """

    basis: Bilingual
    definition: Definition
    target: Target | None
    figures: Mapping[str, Any]

    @property
    def status(self) -> Status:
        """Return the status of the row."""
        return Status(self.figures["status"])


@dataclass(frozen=True, kw_only=True)
class SheetSource:
    """A figure or fact, and where it was read."""

    what: Bilingual
    where: Bilingual


@dataclass(frozen=True, kw_only=True)
class ZoneSheet:
    """One sheet.

    Attributes
    ----------
    zone_id : str
        Zone, part or district that the sheet is about.
    level : {"district", "zones", "parts"}
        The frame of ``scene`` that holds it.
    scene : MapScene
        What the map draws; points and places as its ``layers_on`` say.
    verdicts : tuple of SheetVerdict
        The one in use first; empty where no check was made.
    sources : tuple of SheetSource
    title : Bilingual
        Name of the pack.
    data_date : str
        ISO date of the data, never of the print; empty where nobody stated one.
    """

    zone_id: str
    level: Level
    scene: MapScene
    verdicts: tuple[SheetVerdict, ...]
    sources: tuple[SheetSource, ...]
    title: Bilingual
    data_date: str

    @property
    def frame(self) -> GeoDataFrame:
        """Return the layer that the zone belongs to."""
        return getattr(self.scene, self.level)

    @property
    def zone(self) -> GeoDataFrame:
        """Return the zone as a frame of one row."""
        return self.frame[self.frame["zone_id"].astype(str) == self.zone_id]

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return the zone's attributes."""
        return dict(self.zone.drop(columns="geometry").iloc[0])


def zone_sheets(
    scene: MapScene,
    *,
    counted: Sequence[CheckResult | None],
    published: Sequence[CheckResult] = (),
    counts: Sequence[PublishedCount] = (),
    plan: PlanRecords | None = None,
    title: Bilingual,
    data_date: str = "",
) -> tuple[ZoneSheet, ...]:
    """Return one sheet for the district, each zone and each part of ``scene``.

    Parameters
    ----------
    scene : MapScene
        The current view.
    counted : sequence of CheckResult or None
        Checks of an inventory; a zone takes its row from each that holds it.
    published : sequence of CheckResult
        Checks of a published number; the one over the area that ``counted`` uses comes first.
    counts : sequence of PublishedCount
        The published numbers themselves, for their source and basis.
    plan : PlanRecords or None
        Where target, counts and zones are cited from.
    title : Bilingual
        Name of the pack.
    data_date : str
        ISO date of the data.
    """
    published = _in_use_first(published, counted)
    sheets = []
    for level in LEVELS:
        frame: GeoDataFrame | None = getattr(scene, level)
        if frame is None:
            continue
        for zone_id in frame["zone_id"].astype(str):
            own = [count for count in counts if count.zone_id == zone_id]
            verdicts = (*_verdicts(counted, zone_id, ()), *_verdicts(published, zone_id, own))
            sheets.append(
                ZoneSheet(
                    zone_id=zone_id,
                    level=level,
                    scene=scene,
                    verdicts=verdicts,
                    sources=tuple(_sources(zone_id, verdicts, own, plan)),
                    title=title,
                    data_date=data_date,
                )
            )
    return tuple(sheets)


def _in_use_first(
    published: Sequence[CheckResult], counted: Sequence[CheckResult | None]
) -> list[CheckResult]:
    """Return the results with those first that divide by the same area as the other verdicts."""
    chosen = {result.definition.area_basis for result in counted if result is not None}
    return sorted(published, key=lambda result: result.definition.area_basis not in chosen)


def _verdicts(
    results: Sequence[CheckResult | None], zone_id: str, counts: Sequence[PublishedCount]
) -> Iterator[SheetVerdict]:
    for result in results:
        if result is None:
            continue
        found = result.rows[result.rows["zone_id"].astype(str) == zone_id]
        for values in found.itertuples(index=False):
            figures = dict(zip(found.columns, values, strict=True))
            yield SheetVerdict(
                basis=_basis(counts, _reason(result), synthetic=bool(figures.get("synthetic"))),
                definition=result.definition,
                target=result.target,
                figures=figures,
            )


def _basis(counts: Sequence[PublishedCount], reason: Notice | None, *, synthetic: bool) -> Bilingual:
    if counts:
        count = counts[0]
        words = both("sheet.basis_published", date=count.as_of, zh=count.basis_zh, en=count.basis_en)
        if reason is None:
            return words
        return Bilingual(zh=f"{words.zh}{reason.message('zh')}", en=f"{words.en} {reason.message('en')}")
    if reason is not None:
        return both(reason.key, **reason.params)
    return both("sheet.basis_synthetic" if synthetic else "sheet.basis_inventory")


def _reason(result: CheckResult) -> Notice | None:
    """Return why nothing could be counted as the definition asks; None where it could."""
    return next((notice for notice in result.notices if notice.key in NOT_COUNTED), None)


def both(key: str, **params: object) -> Bilingual:
    """Return the text of ``key`` in both languages."""
    words = {lang: text(key, lang, **params) for lang in LANGUAGES}
    return Bilingual(**words)


def _sources(
    zone_id: str,
    verdicts: Sequence[SheetVerdict],
    counts: Sequence[PublishedCount],
    plan: PlanRecords | None,
) -> Iterator[SheetSource]:
    if plan is None:
        return
    targets = [verdict.target for verdict in verdicts[:1]]
    for target in targets:
        if target is not None and target.document_id and target.section_id:
            words = both("sheet.source_target", value=f"{target.value_per_km2:g}", year=target.year or "–")
            yield SheetSource(what=words, where=_cited(plan, target.document_id, target.section_id))
    for count in counts:
        words = both("sheet.source_count", count=f"{count.count:,}", date=count.as_of or "–")
        yield SheetSource(what=words, where=_cited(plan, count.document_id, count.section_id))
    for place in plan.places:
        if place.place_id == zone_id:
            yield SheetSource(
                what=both("sheet.source_zone"), where=_cited(plan, place.document_id, place.section_id)
            )


def _cited(plan: PlanRecords, document_id: str, section_id: str) -> Bilingual:
    document, heading = plan.document(document_id), as_text(plan.section(section_id).heading).strip()
    return Bilingual(
        zh=text("sheet.cited", "zh", document=document.title or document.short_zh, heading=heading),
        en=text("sheet.cited", "en", document=document.short_en, heading=heading),
    )
