"""Who says in which reference system a layer is: the planner, a header, a column, or the file itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from spatial.crs import Datum
from spatial.importing.model import CERTAIN, Decision
from spatial.importing.place.reading_choice import worded
from spatial.importing.place.systems import System, resolve_system
from spatial.notice import Notice

if TYPE_CHECKING:
    from spatial.importing.model import ImportSettings, StatedCrs
    from spatial.importing.place.coordinate_columns import ColumnPair
    from spatial.importing.place.datum_opinion import Opinion
    from spatial.importing.place.readings import Reading

__all__ = ["StatedSystem", "doubt_about", "stated_system"]

_HEADER_CONFIDENCE: Final = 0.9
_COLUMN_CONFIDENCE: Final = 0.95
_FORMAT_CONFIDENCE: Final = 0.7
"""Web tools write GCJ-02 into GeoJSON and KML, which by their rule are WGS 84."""
_CONFIDENCES: Final = {
    "format": _FORMAT_CONFIDENCE,
    "member": 0.9,
    "prj": 0.95,
    "layer": 0.95,
    "column": _COLUMN_CONFIDENCE,
}
_SAID_BY: Final = {
    "prj": "place.crs_by_prj",
    "layer": "place.crs_by_layer",
    "member": "place.crs_by_member",
    "format": "place.crs_by_format",
    "column": "place.crs_by_row_column",
}
_OFFSET: Final = frozenset((Datum.GCJ02, Datum.BD09))


@dataclass(frozen=True, kw_only=True)
class StatedSystem:
    """The system that was stated and by whom; None where nobody stated any."""

    system: System | None = None
    decisions: tuple[Decision, ...] = ()
    notices: tuple[Notice, ...] = ()
    warnings: tuple[Notice, ...] = ()

    def with_table(self, pair: ColumnPair, column: tuple[str, System | None] | None) -> StatedSystem:
        """Return the system that the headers or a column of a table name, where the planner named none."""
        from_header = _system_of(pair)
        name, system = column or ("", None)
        if column is not None and system is None:
            # Rows of several systems: what one header says cannot hold for all.
            return replace(self, warnings=(*self.warnings, Notice("place.mixed_systems", {"column": name})))
        if system is not None:
            if from_header is not None and not _agree(from_header, system):
                clash = {"columns": f"{pair.x}, {pair.y}", "column": name, "crs": worded(system.label)}
                return replace(self, warnings=(*self.warnings, Notice("place.header_against_column", clash)))
            why = Notice("place.crs_by_column", {"column": name, "crs": worded(system.label)})
            return _stated(system, why, _COLUMN_CONFIDENCE)
        if from_header is not None:
            why = Notice("place.crs_by_header", {"column": pair.x, "crs": worded(from_header.label)})
            return _stated(from_header, why, _HEADER_CONFIDENCE)
        return self

    def checked_by(self, pair: ColumnPair, column: tuple[str, System | None] | None) -> StatedSystem:
        """Return the planner's system, with a warning where the table says something else."""
        others = [(pair.x, _system_of(pair)), *([] if column is None else [column])]
        warnings = [
            Notice(
                "place.table_says_otherwise",
                {"column": name, "found": worded(system.label), "crs": worded(self.system.label)},
            )
            for name, system in others
            if system is not None and self.system is not None and not _agree(system, self.system)
        ]
        return replace(self, warnings=(*self.warnings, *warnings))


def stated_system(settings: ImportSettings, file: StatedCrs | None) -> StatedSystem:
    """Return the system that the planner states, else the one that the file names of itself.

    Raises
    ------
    UnknownCrsError
        If the one that counts is not known or cannot be carried over.
    """
    if settings.crs is not None:
        system = resolve_system(settings.crs)
        why = Notice("place.crs_stated", {"crs": worded(system.label)})
        found = _stated(system, why, CERTAIN)
        return found if file is None else replace(found, warnings=(*found.warnings, *_against(system, file)))
    if file is None:
        return StatedSystem()
    system = resolve_system(file.name)
    why = Notice(_SAID_BY.get(file.source, "place.crs_by_layer"), {"crs": worded(system.label)})
    return _stated(system, why, _CONFIDENCES.get(file.source, _FORMAT_CONFIDENCE))


def _stated(system: System, why: Notice, confidence: float) -> StatedSystem:
    decision = Decision(what="crs", chosen=system.text, why=why, confidence=confidence)
    return StatedSystem(
        system=system, decisions=(decision,), notices=system.notices, warnings=system.warnings
    )


def _against(system: System, file: StatedCrs) -> tuple[Notice, ...]:
    """Warn where the file names another system than the planner."""
    try:
        named = resolve_system(file.name)
    except ValueError:
        return (Notice("place.file_names_unknown", {"crs": worded(system.label), "found": file.name[:200]}),)
    if _agree(named, system):
        return ()
    return (Notice("place.file_says_otherwise", {"crs": worded(system.label), "found": worded(named.label)}),)


def _agree(one: System, other: System) -> bool:
    """Tell two systems that place every row alike: one and the same, or degrees of one datum."""
    same_datum = one.datum is not None and other.datum is not None and not {one.datum, other.datum} & _OFFSET
    in_metres = Datum.CGCS2000 in {one.datum, other.datum} and one.is_plane is not other.is_plane
    return one.text == other.text or same_datum or in_metres


def _system_of(pair: ColumnPair) -> System | None:
    """Return the system that the headers of a pair name for sure."""
    return resolve_system(pair.datum.value) if pair.datum is not None and pair.sure else None


def doubt_about(told: StatedSystem, opinion: Opinion | None, reading: Reading) -> tuple[Notice, ...]:
    """Warn where the place of the rows speaks clearly for another datum than the stated one."""
    if opinion is None or opinion.datum is None or told.system is None or reading.kind == "grid":
        return ()
    stated = told.system.datum
    if stated is None:
        return ()
    meant = Datum.WGS84 if stated is Datum.CGCS2000 else stated
    if meant is opinion.datum:
        return ()
    figures = {"crs": worded(told.system.label), "opinion": worded(opinion.why)}
    return (Notice("place.datum_doubt", figures),)
