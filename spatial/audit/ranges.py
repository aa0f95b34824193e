"""What the rows of a matrix come to: each zone's range, and which single choice turns its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from spatial.audit.axes import single_change
from spatial.verdict import STATUS_ORDER

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["definition_ranges", "single_changes", "what_flips"]

_CARRIED: Final = ("definition", "density_per_km2", "margin_count", "status")


def definition_ranges(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how far each zone's density and verdict go over the definitions of a matrix.

    Parameters
    ----------
    rows : DataFrame
        A matrix (`spatial.audit.matrix.definition_matrix`), or the rows of some of its definitions for
        every zone; the first definition is the measure of a flip.

    Returns
    -------
    DataFrame
        One row per zone: ``zone_id``, ``name``, ``geometry_basis``, ``synthetic``, ``target_scope``;
        ``density_per_km2``, ``margin_count`` and ``status`` of the first definition; ``n_definitions``,
        ``n_answered`` (those with a density), ``n_flips`` and, for each status, ``n_<status>``; and
        ``lowest_`` and ``highest_`` with ``definition``, ``density_per_km2``, ``margin_count`` and
        ``status`` of the definitions with the least and the most stations per km² (None or missing where
        no definition is answered). The target is the same for all, so that these are also the worst and
        the best.
    """
    n_zones = rows["zone_id"].nunique()
    shape = (len(rows) // n_zones, n_zones)
    first = rows.iloc[:n_zones].reset_index(drop=True)
    status = rows["status"].to_numpy().reshape(shape)
    density = rows["density_per_km2"].to_numpy(dtype=float).reshape(shape)
    answered = ~np.isnan(density)
    kept = ["zone_id", "name", "geometry_basis", "synthetic", "target_scope", *_CARRIED[1:]]
    found = first.loc[:, kept].assign(
        n_definitions=shape[0],
        n_answered=answered.sum(axis=0),
        n_flips=rows["flips"].to_numpy(dtype=bool).reshape(shape).sum(axis=0),
        **{f"n_{each}": (status == str(each)).sum(axis=0) for each in STATUS_ORDER},
    )
    lowest = np.where(answered, density, np.inf).argmin(axis=0)
    highest = np.where(answered, density, -np.inf).argmax(axis=0)
    for name, at in (("lowest", lowest), ("highest", highest)):
        extreme = rows.iloc[at * n_zones + np.arange(n_zones)].reset_index(drop=True)
        for column in _CARRIED:
            found[f"{name}_{column}"] = _where_answered(extreme[column], answered.any(axis=0))
    return found


def single_changes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what each single choice would change, the others staying as they are in use.

    Parameters
    ----------
    rows : DataFrame
        A matrix; its first definition is the one in use.

    Returns
    -------
    DataFrame
        Zone by zone, one row per definition that differs from the one in use in one choice: ``zone_id``,
        ``name``, ``field`` (that choice), ``definition``, ``status_before``, ``status``, ``flips``,
        ``count_change`` (stations), ``density_change_per_km2``, ``margin_before`` and ``margin_count``
        (stations above what the target asks), ``density_per_km2``, ``reason`` and what marks the row.
    """
    n_zones = rows["zone_id"].nunique()
    current = rows["definition"].iloc[0]
    fields = [single_change(current, each) for each in rows["definition"].iloc[::n_zones]]
    field = np.repeat(np.array(fields, dtype=object), n_zones)
    before = pd.concat([rows.iloc[:n_zones]] * len(fields), ignore_index=True)
    after = rows.reset_index(drop=True)
    changed = after.assign(
        field=field,
        status_before=before["status"],
        margin_before=before["margin_count"],
        count_change=after["count"] - before["count"],
        density_change_per_km2=after["density_per_km2"] - before["density_per_km2"],
    )
    columns = [
        *("zone_id", "name", "field", "definition", "status_before", "status", "flips", "count_change"),
        *("density_change_per_km2", "margin_before", "margin_count", "density_per_km2"),
        *("reason", "geometry_basis", "synthetic", "target_scope"),
    ]
    by_zone = np.argsort(np.tile(np.arange(n_zones), len(fields)), kind="stable")
    changed = changed.iloc[by_zone]
    return changed.loc[changed["field"].notna(), columns].reset_index(drop=True)


def what_flips(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `single_changes` that turn a verdict into another one."""
    changed = single_changes(rows)
    return changed[changed["flips"]].reset_index(drop=True)


def _where_answered(values: pd.Series, answered: NDArray[np.bool_]) -> pd.Series:
    """Return the values, missing where no definition is answered: words and definitions are then None."""
    if pd.api.types.is_numeric_dtype(values):
        return values.where(answered)
    kept = values.to_numpy(dtype=object, copy=True)
    kept[~answered] = None
    return pd.Series(kept, index=values.index, dtype=object)
