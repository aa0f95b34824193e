"""What a planner confirmed: data sets, outlines, placed points, reported values, drawn areas, columns.

Nothing here changes in place: each step gives a new workspace, so that two pages never see half of one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from spatial.errors import UsageError
from spatial.importing.model import Subject
from spatial.station_words import normalise_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    import pandas as pd

    from spatial.drawn_areas.areas import DrawnAreas
    from spatial.evaluation_tables.reported import ReportedValue
    from spatial.importing.model import Decision, ImportResult
    from spatial.workspace.zone_replacement import Match

__all__ = [
    "SEVERAL_ALLOWED",
    "Dataset",
    "PackChanges",
    "PlacedPoint",
    "ReplacedZones",
    "Workspace",
    "add_dataset",
    "drop_dataset",
    "header_signature",
    "place_point",
    "remember_columns",
    "replace_zones",
    "report_value",
    "restore_zones",
    "unplace",
    "withdraw_value",
]

SEVERAL_ALLOWED: Final = frozenset({Subject.FEATURES, Subject.POINTS})
"""Subjects of which a workspace holds any number; of the others, whoever confirms says which it is."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One file that was imported and confirmed.

    Attributes
    ----------
    name : str
        Tells it from the others of the workspace, for example ``"features_2"``; `add_dataset` gives it.
    title : str
        What the planner calls it.
    result : ImportResult
        Its canonical frame, and what became of each row of the file.
    sha256 : str
        Digest of the file's bytes.
    imported_at : str
        Instant of the confirmation, ISO 8601; given by whoever confirms.
    report : mapping
        The report of the import, as it is handed over.
    """

    title: str
    result: ImportResult
    sha256: str
    imported_at: str
    report: Mapping[str, Any]
    name: str = ""

    @property
    def subject(self) -> Subject:
        """What the rows are."""
        return self.result.subject

    @property
    def frame(self) -> gpd.GeoDataFrame:
        """The rows, in EPSG:4490."""
        return self.result.frame

    @property
    def source_name(self) -> str:
        """Name of the file."""
        return self.result.name

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """How the file was understood."""
        return self.result.decisions

    @property
    def rejected(self) -> pd.DataFrame:
        """The rows that are not used."""
        return self.result.rejected


@dataclass(frozen=True, kw_only=True)
class ReplacedZones:
    """A zone layer of a pack whose outlines came from a file.

    Attributes
    ----------
    frame : geopandas.GeoDataFrame
        Every zone of the layer, those without a partner in the file as the pack has them.
    match : Match
        Which zone of the file stands for which of the pack.
    dataset : Dataset
        The file.
    """

    frame: gpd.GeoDataFrame
    match: Match
    dataset: Dataset


@dataclass(frozen=True, kw_only=True)
class PlacedPoint:
    """A place of the plans that the planner put on the map.

    Attributes
    ----------
    place_id : str
    lon, lat : float
        Degrees, EPSG:4490.
    accuracy_m : float or None
        How well the planner knows it; None where that was not stated.
    placed_at : str
        Instant, ISO 8601; given by whoever places.
    """

    place_id: str
    lon: float
    lat: float
    accuracy_m: float | None = None
    placed_at: str = ""


@dataclass(frozen=True, kw_only=True)
class PackChanges:
    """What was changed on one plan pack.

    Attributes
    ----------
    fingerprint : str
        Which edition of the pack it was, see `spatial.workspace.changed_pack.fingerprint`.
    zones : mapping
        Zone layer -> what replaced its outlines.
    points : mapping
        Id of a place -> where it was put.
    """

    fingerprint: str = ""
    zones: Mapping[str, ReplacedZones] = field(default_factory=dict)
    points: Mapping[str, PlacedPoint] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """All that one planner has confirmed.

    Attributes
    ----------
    datasets : tuple of Dataset
        In the order of confirmation.
    packs : mapping
        Name of a plan pack -> what was changed on it.
    columns : mapping
        Subject and header of a file, see `header_signature` -> field -> column.
    reported : mapping
        Name of a plan pack -> the values that were reported for its indicators, in the order of reporting.
    drawn : mapping
        Name of a plan pack -> the areas that were drawn on it, as they were when the file was saved.
    """

    datasets: tuple[Dataset, ...] = ()
    packs: Mapping[str, PackChanges] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reported: Mapping[str, tuple[ReportedValue, ...]] = field(default_factory=dict)
    drawn: Mapping[str, DrawnAreas] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to lose."""
        changed = any(changes.zones or changes.points for changes in self.packs.values())
        drawn = any(each.areas for each in self.drawn.values())
        return not (self.datasets or changed or self.columns or self.reported or drawn)

    def of_subject(self, subject: Subject) -> tuple[Dataset, ...]:
        """Return the data sets of one subject."""
        return tuple(dataset for dataset in self.datasets if dataset.subject == subject)

    def dataset(self, name: str) -> Dataset:
        """Return the data set of that name.

        Raises
        ------
        UsageError
            If there is none.
        """
        for dataset in self.datasets:
            if dataset.name == name:
                return dataset
        raise UsageError("workspace.unknown_dataset", name=name)

    def changes(self, pack_id: str) -> PackChanges:
        """Return what was changed on a pack."""
        return self.packs.get(pack_id, PackChanges())

    def columns_of(self, subject: Subject, headers: Iterable[str]) -> Mapping[str, str]:
        """Return how the columns of a file with that header were matched before; empty for never."""
        return self.columns.get(header_signature(subject, headers), {})


def header_signature(subject: Subject, headers: Iterable[str]) -> str:
    """Return what files with the same header have in common, whatever the order of their columns."""
    words = sorted({normalise_word(header) for header in headers})
    return "\t".join((str(subject), *words))


def add_dataset(workspace: Workspace, dataset: Dataset, *, beside: bool = False) -> Workspace:
    """Return the workspace with a data set under a name of its own.

    Parameters
    ----------
    workspace : Workspace
    dataset : Dataset
    beside : bool
        Whether it stands beside those of its subject, as the files of several operators do; else one of
        a subject that is not in `SEVERAL_ALLOWED` takes the place of the former.
    """
    kept = workspace.datasets
    if dataset.subject not in SEVERAL_ALLOWED and not beside:
        kept = tuple(each for each in kept if each.subject != dataset.subject)
    names = {each.name for each in kept}
    name, number = str(dataset.subject), 2
    while name in names:
        name, number = f"{dataset.subject}_{number}", number + 1
    return replace(workspace, datasets=(*kept, replace(dataset, name=name)))


def drop_dataset(workspace: Workspace, name: str) -> Workspace:
    """Return the workspace without a data set; errors as for `Workspace.dataset`."""
    dropped = workspace.dataset(name)
    return replace(workspace, datasets=tuple(each for each in workspace.datasets if each is not dropped))


def replace_zones(
    workspace: Workspace, pack_id: str, layer: str, zones: ReplacedZones, *, fingerprint: str
) -> Workspace:
    """Return the workspace with the outlines of a layer replaced.

    Parameters
    ----------
    workspace : Workspace
    pack_id, layer : str
        Pack and zone layer.
    zones : ReplacedZones
        What stands there from now on.
    fingerprint : str
        Edition of the pack.
    """
    changes = workspace.changes(pack_id)
    return _changed(
        workspace, pack_id, replace(changes, fingerprint=fingerprint, zones={**changes.zones, layer: zones})
    )


def restore_zones(workspace: Workspace, pack_id: str, layer: str) -> Workspace:
    """Return the workspace with a layer as the pack has it."""
    changes = workspace.changes(pack_id)
    kept = {name: zones for name, zones in changes.zones.items() if name != layer}
    return _changed(workspace, pack_id, replace(changes, zones=kept))


def place_point(workspace: Workspace, pack_id: str, point: PlacedPoint, *, fingerprint: str) -> Workspace:
    """Return the workspace with a place put on the map; a former point of it is moved."""
    changes = workspace.changes(pack_id)
    points = {**changes.points, point.place_id: point}
    return _changed(workspace, pack_id, replace(changes, fingerprint=fingerprint, points=points))


def unplace(workspace: Workspace, pack_id: str, place_id: str) -> Workspace:
    """Return the workspace with a place where the pack has it, or nowhere."""
    changes = workspace.changes(pack_id)
    kept = {name: point for name, point in changes.points.items() if name != place_id}
    return _changed(workspace, pack_id, replace(changes, points=kept))


def remember_columns(
    workspace: Workspace, subject: Subject, headers: Iterable[str], columns: Mapping[str, str]
) -> Workspace:
    """Return the workspace that knows how the columns under a header were matched."""
    signature = header_signature(subject, headers)
    return replace(workspace, columns={**workspace.columns, signature: MappingProxyType(dict(columns))})


def report_value(workspace: Workspace, pack_id: str, value: ReportedValue) -> Workspace:
    """Return the workspace with a value of an indicator.

    One of the same indicator, date, source and way of counting takes the place of the former.
    """
    return _reported(workspace, pack_id, value, add=True)


def withdraw_value(workspace: Workspace, pack_id: str, value: ReportedValue) -> Workspace:
    """Return the workspace without a value that was reported."""
    return _reported(workspace, pack_id, value, add=False)


def _reported(workspace: Workspace, pack_id: str, value: ReportedValue, *, add: bool) -> Workspace:
    kept = tuple(each for each in workspace.reported.get(pack_id, ()) if each.identity != value.identity) + (
        (value,) if add else ()
    )
    others = {name: each for name, each in workspace.reported.items() if name != pack_id}
    return replace(workspace, reported={**others, pack_id: kept} if kept else others)


def _changed(workspace: Workspace, pack_id: str, changes: PackChanges) -> Workspace:
    """Return the workspace with the changes of one pack; none at all leaves no trace."""
    others = {name: each for name, each in workspace.packs.items() if name != pack_id}
    if changes.zones or changes.points:
        others[pack_id] = changes
    return replace(workspace, packs=others)
