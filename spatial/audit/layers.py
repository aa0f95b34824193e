"""The audit of one layer: its matrix, and what its stations were counted from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from spatial.audit.axes import every_definition
from spatial.audit.matrix import definition_matrix, published_matrix
from spatial.audit.ranges import definition_ranges, what_flips
from spatial.check import check_count, check_surveyed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from spatial.definition import Definition
    from spatial.notice import Notice
    from spatial.tally import Survey
    from spatial.target import Target

__all__ = ["AuditedLayer", "StationSource", "audit_published", "audit_survey"]

StationSource = Literal["inventory", "published_count"]


@dataclass(frozen=True, kw_only=True)
class AuditedLayer:
    """One layer under every definition.

    Parameters
    ----------
    layer : str
        Its name.
    stations : {"inventory", "published_count"}
        Whether stations were counted where they lie, or a number was published for the zone.
    definitions : tuple of Definition
        The first is the one in use.
    rows : DataFrame
        As `spatial.audit.matrix.definition_matrix`.
    notices : tuple of Notice
        What a check under the definition in use has to say.
    """

    layer: str
    stations: StationSource
    definitions: tuple[Definition, ...]
    rows: pd.DataFrame
    notices: tuple[Notice, ...] = ()

    @cached_property
    def ranges(self) -> pd.DataFrame:
        """The range of each zone over all definitions."""
        return definition_ranges(self.rows)

    @cached_property
    def ranges_of_state(self) -> pd.DataFrame:
        """The range of each zone over the definitions that count the state in use, for example existing.

        How many are planned answers another question than whether a goal is met.
        """
        state = self.definitions[0].status
        return definition_ranges(self.rows[[each.status == state for each in self.rows["definition"]]])

    @cached_property
    def flipping_choices(self) -> pd.DataFrame:
        """The single choices that turn a verdict."""
        return what_flips(self.rows)

    def named(self, names: Mapping[str, str]) -> AuditedLayer:
        """Return the same with the names of another language, by the id of the zone."""
        return replace(
            self, rows=self.rows.assign(name=self.rows["zone_id"].map(names).fillna(self.rows["name"]))
        )

    @property
    def n_flips(self) -> int:
        """The number of rows whose verdict is another one than in use."""
        return int(self.rows["flips"].sum())


def audit_survey(
    layer: str,
    found: Survey,
    definition: Definition,
    *,
    target: Target | None,
    synthetic: bool = False,
    name_column: str = "name_zh",
) -> AuditedLayer:
    """Audit a layer whose stations have been found; parameters as for `check_surveyed`."""
    definitions = every_definition(definition, found)
    rows = definition_matrix(found, definitions, target=target, synthetic=synthetic, name_column=name_column)
    checked = check_surveyed(
        found,
        definition=definition,
        target=target,
        synthetic=synthetic,
        missing_basis="no_data",
        name_column=name_column,
    )
    return AuditedLayer(
        layer=layer, stations="inventory", definitions=definitions, rows=rows, notices=checked.notices
    )


def audit_published(
    layer: str,
    zone: gpd.GeoDataFrame,
    count: int,
    definition: Definition,
    *,
    target: Target | None,
    name_column: str = "name_zh",
) -> AuditedLayer:
    """Audit a published number; parameters and errors as for `spatial.check.check_count`."""
    definitions = every_definition(definition)
    rows = published_matrix(zone, count, definitions, target=target, name_column=name_column)
    checked = check_count(
        zone, count, definition=definition, target=target, missing_basis="no_data", name_column=name_column
    )
    return AuditedLayer(
        layer=layer, stations="published_count", definitions=definitions, rows=rows, notices=checked.notices
    )
