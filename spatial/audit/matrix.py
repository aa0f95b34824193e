"""Every zone under every definition: figures, verdict, and why there is none where there is none.

Counts, areas and verdicts are those of `spatial.check`; nothing is counted here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from spatial.check import compare_count, compare_surveyed
from spatial.definition import word_key
from spatial.errors import BasisUnavailableError, CellLevelTableError, UsageError
from spatial.notice import Notice
from spatial.verdict import Status, VerdictSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from spatial.definition import Definition
    from spatial.tally import Survey
    from spatial.target import Target

__all__ = ["MATRIX_COLUMNS", "MOST_ROWS", "definition_matrix", "is_flip", "published_matrix"]

MATRIX_COLUMNS: Final = (
    "zone_id",
    "name",
    "definition",
    "count",
    "area_km2",
    "density_per_km2",
    "density_low",
    "density_high",
    "target_per_km2",
    "target_scope",
    "required_count",
    "gap_count",
    "margin_count",
    "status",
    "flips",
    "reason",
    "geometry_basis",
    "synthetic",
)
MOST_ROWS: Final = 2_000_000
"""Zones × definitions that one matrix may have."""

_SETTINGS: Final = VerdictSettings()


def definition_matrix(
    found: Survey,
    definitions: Sequence[Definition],
    *,
    target: Target | None,
    settings: VerdictSettings = _SETTINGS,
    synthetic: bool = False,
    name_column: str = "name_zh",
) -> pd.DataFrame:
    """Return what each definition makes of each zone.

    Parameters
    ----------
    found : Survey
        What `spatial.tally.survey` returned for the zones and the points.
    definitions : sequence of Definition
        The first is the one in use, the measure of a flip; `spatial.audit.axes.every_definition` gives all.
    target, settings, synthetic, name_column
        As for `spatial.check.check_surveyed`.

    Returns
    -------
    DataFrame
        The columns of `MATRIX_COLUMNS`, one row per definition and zone, definition by definition.
        ``margin_count`` is the stations above what the target asks, negative below it. ``flips`` says that
        the definition gives another verdict than the first; one that the data cannot answer gives none, has
        the status ``no_data`` and a ``reason`` (Notice).

    Raises
    ------
    UsageError
        If the matrix would have more than `MOST_ROWS` rows.
    """
    _refuse_too_many(len(found.zones), len(definitions))
    table = compare_surveyed(
        found, definitions=definitions, target=target, settings=settings, name_column=name_column
    )
    refusals = [_refusal(found, definition) for definition in definitions]
    return _finished(table, definitions, refusals, synthetic=synthetic or found.synthetic)


def published_matrix(
    zone: gpd.GeoDataFrame,
    count: int,
    definitions: Sequence[Definition],
    *,
    target: Target | None,
    settings: VerdictSettings = _SETTINGS,
    name_column: str = "name_zh",
) -> pd.DataFrame:
    """Return what each definition makes of a number that is published for one zone.

    Parameters, columns and errors are those of `definition_matrix` and `spatial.check.check_count`.
    """
    table = compare_count(
        zone, count, definitions=definitions, target=target, settings=settings, name_column=name_column
    )
    answered = table["count"].notna()
    refusals = [None if there else Notice("verdict.published_as_given_only") for there in answered]
    return _finished(table, definitions, refusals, synthetic=False)


def is_flip(before: str, after: str) -> bool:
    """Tell whether a verdict turned into another one; no data is no verdict."""
    return before != after and Status.NO_DATA not in (before, after)


def _refuse_too_many(n_zones: int, n_definitions: int) -> None:
    allowed = MOST_ROWS // n_definitions
    if n_zones > allowed:
        raise UsageError("audit.too_many_rows", zones=n_zones, definitions=n_definitions, allowed=allowed)


def _refusal(found: Survey, definition: Definition) -> Notice | None:
    """Return why the inventory cannot answer a definition at all."""
    try:
        tally = found.tally(definition)
    except (BasisUnavailableError, CellLevelTableError) as fault:
        return Notice(fault.key, fault.params)
    return Notice("audit.no_stations") if tally.counts is None else None


def _finished(
    table: pd.DataFrame,
    definitions: Sequence[Definition],
    refusals: Sequence[Notice | None],
    *,
    synthetic: bool,
) -> pd.DataFrame:
    n_zones = len(table) // len(definitions)
    status = table["status"].to_numpy()
    first = np.tile(status[:n_zones], len(definitions))
    table = table.assign(
        margin_count=table["count"] - table["required_count"],
        flips=(status != first) & (status != str(Status.NO_DATA)) & (first != str(Status.NO_DATA)),
        reason=_reasons(table, definitions, refusals),
        synthetic=synthetic,
    )
    return table.loc[:, list(MATRIX_COLUMNS)]


def _reasons(
    table: pd.DataFrame, definitions: Sequence[Definition], refusals: Sequence[Notice | None]
) -> NDArray[Any]:
    """Return why a row has no density: the stations cannot be counted so, or nobody states the area."""
    n_zones = len(table) // len(definitions)
    whole = np.empty(len(definitions), dtype=object)
    whole[:] = refusals
    lacking = np.empty(len(definitions), dtype=object)
    lacking[:] = [Notice("audit.no_area", {"basis": word_key(each.area_basis)}) for each in definitions]
    reasons = np.repeat(whole, n_zones)
    no_area = np.isnan(table["area_km2"].to_numpy()) & (reasons == None)  # noqa: E711 - cell by cell
    return np.where(no_area, np.repeat(lacking, n_zones), reasons)
