"""The rows of the verdict table: the district first, then zones, each saying what it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from spatial.definition import AreaBasis
from spatial.text import text
from spatial.verdict import Status
from views.definition_fields import choice_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from spatial.check import CheckResult
    from views.evaluation import Evaluation

__all__ = ["VerdictRow", "district_rows", "rows_of"]

JUDGED: Final = (Status.MET, Status.NEAR, Status.SHORT)


@dataclass(frozen=True, kw_only=True)
class VerdictRow:
    """One verdict with the words that qualify it; figures are None where there are none.

    The plan states no counting basis for its own goal, whichever inventory is held against it: such a
    verdict is ``unstated``.
    """

    zone_id: str
    name: str
    basis: str
    area_km2: float | None
    count: int | None
    density_per_km2: float | None
    density_low: float | None
    density_high: float | None
    target_per_km2: float | None
    required_count: int | None
    gap_count: int | None
    attainment_ratio: float | None
    status: Status
    synthetic: bool
    reference: bool
    geometry_basis: str
    stations_per_10k_people: float | None
    by_outline: bool = True
    unstated: bool = False
    in_use: bool = True

    @property
    def judged(self) -> bool:
        """Whether the status is a verdict at all."""
        return self.status in JUDGED


def district_rows(evaluation: Evaluation, lang: str) -> list[VerdictRow]:
    """Return the district's rows: by the inventory that was brought, and by published counts."""
    chosen = evaluation.definition.area_basis
    words = text("app.verdict.by_inventory", lang)
    rows = rows_of(evaluation.district, evaluation, lang, basis=words)
    for result in sorted(evaluation.published, key=lambda each: each.definition.area_basis != chosen):
        basis = result.definition.area_basis
        words = text(
            "app.verdict.by_published",
            lang,
            basis=choice_word(basis, lang),
            date=evaluation.published_as_of,
        )
        found = rows_of(result, evaluation, lang, basis=words, in_use=basis == chosen)
        by_outline = basis == AreaBasis.GEOMETRY
        rows += [replace(row, by_outline=by_outline, basis=_with_reason(row, lang)) for row in found]
    return rows


def _with_reason(row: VerdictRow, lang: str) -> str:
    """Return what a published figure rests on, and why there is none where the count cannot answer."""
    if row.status != Status.NO_DATA or row.count is not None:
        return row.basis
    return text("app.clause_separator", lang).join((row.basis, text("app.verdict.cannot_answer", lang)))


def rows_of(
    result: CheckResult | None,
    evaluation: Evaluation,
    lang: str,
    *,
    basis: str = "",
    in_use: bool = True,
) -> list[VerdictRow]:
    """Return one row per zone of ``result``, in its order, named as ``evaluation`` names it."""
    if result is None:
        return []
    names = evaluation.names[lang]
    return [_row(record, names, basis=basis, in_use=in_use) for record in _records(result)]


def _records(result: CheckResult) -> Iterable[dict[str, Any]]:
    names = list(result.rows.columns)
    for values in result.rows.itertuples(index=False):
        yield dict(zip(names, values, strict=True))


def _row(record: dict[str, Any], names: Mapping[str, str], *, basis: str, in_use: bool) -> VerdictRow:
    zone_id = str(record["zone_id"])
    return VerdictRow(
        zone_id=zone_id,
        name=names.get(zone_id, str(record["name"])),
        basis=basis,
        area_km2=_number(record["area_km2"]),
        count=_whole(record["count"]),
        density_per_km2=_number(record["density_per_km2"]),
        density_low=_number(record["density_low"]),
        density_high=_number(record["density_high"]),
        target_per_km2=_number(record["target_per_km2"]),
        required_count=_whole(record["required_count"]),
        gap_count=_whole(record["gap_count"]),
        attainment_ratio=_number(record["attainment_ratio"]),
        status=Status(record["status"]),
        synthetic=bool(record["synthetic"]),
        reference=record["target_scope"] == "district_reference",
        unstated=record["target_scope"] == "district",
        geometry_basis=str(record.get("geometry_basis") or ""),
        stations_per_10k_people=_number(record["stations_per_10k_people"]),
        in_use=in_use,
    )


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _whole(value: object) -> int | None:
    number = _number(value)
    return None if number is None else round(number)
