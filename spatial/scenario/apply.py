"""The table that a scenario makes of an inventory, with a report on every edit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.crs import to_canonical
from spatial.reading import canonical_positions
from spatial.scenario.model import EVERY_YEAR, AddStation, MoveStation, RemoveStation
from spatial.scenario.planned import planned_rows
from spatial.selection import MERGED_ROWS_APART_DEG
from spatial.station_columns import StationColumns
from spatial.text import LANGUAGES, text

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from spatial.scenario.model import Edit, Scenario

__all__ = ["Applied", "RejectedEdit", "ScenarioReport", "apply_scenario"]

_EXISTING: Final = "existing"
_KINDS: Final = {AddStation: "add", MoveStation: "move", RemoveStation: "remove"}
_ID_COLUMNS: Final = ("site_id", "physical_site_id", "logical_station_id")


@dataclass(frozen=True, kw_only=True)
class RejectedEdit:
    """An edit that was not made.

    Parameters
    ----------
    edit : int
        Its place among the edits, from 1.
    kind : {"add", "move", "remove"}
    site_id : str
    reason_key : str
        Key of the text catalogue.
    rows : int
        Rows of the table that have the id.
    """

    edit: int
    kind: str
    site_id: str
    reason_key: str
    rows: int

    def message(self, lang: str = "zh") -> str:
        """Return what is the matter, in ``lang``."""
        return text(
            "scenario.edit_rejected",
            lang,
            n=self.edit,
            kind=text(f"scenario.kind_{self.kind}", lang),
            site_id=self.site_id,
            reason=text(self.reason_key, lang, rows=self.rows),
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain values, with the sentence in every language."""
        plain = {"edit": self.edit, "kind": self.kind, "id": self.site_id, "reason_key": self.reason_key}
        return plain | {lang: self.message(lang) for lang in LANGUAGES}


@dataclass(frozen=True, kw_only=True)
class ScenarioReport:
    """What became of the edits and of the stations.

    Parameters
    ----------
    n_in, n_used, n_reported : int
        Edits: given, made, and not made; the first is the sum of the others.
    rejected : tuple of RejectedEdit
        Those that were not made.
    rows_before, rows_added, rows_removed, rows_after : int
        Rows of the table; before and added less removed is after.
    rows_moved : int
        Rows that moves put elsewhere, each as often as it was moved.
    became_existing : int
        Planned rows that count as built by the year.
    planned_later, planned_undated : int
        Planned rows that are dated after it, or not at all, and stay planned.
    planned_year_column : str
        The column that says when planned rows are built, "" where the scenario asks for no year.
    planned_not_later : int
        Planned rows whose only date is no later than the newest existing row's: it may be the data's.
    """

    n_in: int
    n_used: int
    rejected: tuple[RejectedEdit, ...]
    rows_before: int
    rows_added: int
    rows_moved: int
    rows_removed: int
    rows_after: int
    became_existing: int
    planned_later: int
    planned_undated: int
    planned_year_column: str
    planned_not_later: int

    @property
    def n_reported(self) -> int:
        """Edits that were not made."""
        return len(self.rejected)

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        edits = {"n_in": self.n_in, "n_used": self.n_used, "n_reported": self.n_reported}
        rows = {
            "rows_before": self.rows_before,
            "rows_added": self.rows_added,
            "rows_moved": self.rows_moved,
            "rows_removed": self.rows_removed,
            "rows_after": self.rows_after,
            "became_existing": self.became_existing,
            "planned_later": self.planned_later,
            "planned_undated": self.planned_undated,
            "planned_year_column": self.planned_year_column,
            "planned_not_later": self.planned_not_later,
        }
        return {"edits": edits | {"reported": [each.to_dict() for each in self.rejected]}, "stations": rows}


@dataclass(frozen=True, kw_only=True)
class Applied:
    """The edited table and the report on it."""

    points: gpd.GeoDataFrame
    report: ScenarioReport


def apply_scenario(points: gpd.GeoDataFrame, scenario: Scenario, *, as_of: dt.date | None = None) -> Applied:
    """Make the edits on a table, in their order, then let planned stations become existing.

    An id stands for every row that has it, as long as those lie in one place (about 20 m). A station
    that was added or moved has no position error: where it stands is decided, not measured.

    Parameters
    ----------
    points : GeoDataFrame
        Point frame in any stated system; it is not changed.
    scenario : Scenario
        The edits.
    as_of : date, optional
        The day that an added station without a year is dated, so that a definition with a date counts it.

    Returns
    -------
    Applied
        The table in EPSG:4490, rows of the inventory first.

    Raises
    ------
    MissingCrsError
        If the frame states no system.
    """
    table = _Table(to_canonical(points), scenario.edits)
    rejected = []
    for number, edit in enumerate(scenario.edits, start=1):
        reason, rows = table.make(edit)
        if reason:
            kind = _KINDS[type(edit)]
            rejected.append(
                RejectedEdit(edit=number, kind=kind, site_id=edit.site_id, reason_key=reason, rows=rows)
            )
    kept, built = _build_planned(table.kept(), scenario, as_of)
    edited = table.with_added(kept, scenario, as_of)
    built["planned_later"] += sum(not _stands(each, scenario) for each in table.new())
    return Applied(
        points=edited,
        report=ScenarioReport(
            n_in=len(scenario.edits),
            n_used=len(scenario.edits) - len(rejected),
            rejected=tuple(rejected),
            rows_before=len(points),
            rows_added=len(table.added),
            rows_moved=table.n_moved,
            rows_removed=len(table.removed),
            rows_after=len(edited),
            **built,
        ),
    )


class _Table:
    """Rows of the inventory and added ones by number, and which id of an edit stands where."""

    def __init__(self, given: gpd.GeoDataFrame, edits: tuple[Edit, ...]) -> None:
        self.given = given
        self.lon, self.lat = canonical_positions(given)
        self.rows_of: dict[str, list[int]] = defaultdict(list)
        words = StationColumns(given).words("site_id")
        asked = tuple({edit.site_id for edit in edits})
        for row in np.flatnonzero(words.among(asked)).tolist():
            self.rows_of[str(words.names[words.codes[row]])].append(row)
        self.added: dict[int, AddStation] = {}
        self.removed: set[int] = set()
        self.placed: dict[int, tuple[float, float]] = {}
        self.n_moved = 0

    def make(self, edit: Edit) -> tuple[str, int]:
        """Make an edit; return the key of the reason why it cannot be made, and the rows of its id."""
        rows = self.rows_of.get(edit.site_id, [])
        if isinstance(edit, AddStation):
            if rows:
                return "scenario.id_taken", len(rows)
            rows = [len(self.given) + len(self.added)]
            self.added[rows[0]] = edit
            self.rows_of[edit.site_id] = rows
        elif not rows:
            return "scenario.id_unknown", 0
        elif self._apart(rows):
            return "scenario.id_apart", len(rows)
        if isinstance(edit, RemoveStation):
            self.removed.update(self.rows_of.pop(edit.site_id))
        else:
            self.placed |= dict.fromkeys(rows, (edit.lon, edit.lat))
            self.n_moved += len(rows) * isinstance(edit, MoveStation)
        return "", len(rows)

    def _apart(self, rows: list[int]) -> bool:
        """Tell whether rows of one id lie in several places."""
        places = np.array([self.placed.get(row) or (self.lon[row], self.lat[row]) for row in rows])
        reach = places.max(axis=0) - places.min(axis=0)
        return len(rows) > 1 and not bool((reach <= MERGED_ROWS_APART_DEG).all())

    def kept(self) -> gpd.GeoDataFrame:
        """Return the rows of the inventory that are left, at their places."""
        kept = [row for row in range(len(self.given)) if row not in self.removed]
        frame = self.given.iloc[kept].reset_index(drop=True)
        moved = [at for at, row in enumerate(kept) if row in self.placed]
        if moved:
            geometry = frame.geometry.to_numpy().copy()
            geometry[moved] = [shapely.Point(self.placed[kept[at]]) for at in moved]
            frame = frame.set_geometry(gpd.GeoSeries(geometry, crs=frame.crs))
            if "position_accuracy_m" in frame:
                frame.loc[moved, "position_accuracy_m"] = 0.0
        return frame

    def new(self) -> list[AddStation]:
        """Return the added stations that are left."""
        return [edit for row, edit in self.added.items() if row not in self.removed]

    def with_added(
        self, frame: gpd.GeoDataFrame, scenario: Scenario, as_of: dt.date | None
    ) -> gpd.GeoDataFrame:
        """Return the rows of the inventory, then the added ones."""
        new = [row for row in self.added if row not in self.removed]
        if not new:
            return frame
        records = [_record(self.added[row], scenario, as_of) for row in new]
        frame = frame.assign(**{name: "" for name in _needed(records) if name not in frame})
        rows = pd.DataFrame(records)
        rows = rows[[name for name in rows if name in frame]]
        blank = [
            name for name in frame.columns.drop([frame.geometry.name, *rows]) if frame[name].dtype == object
        ]
        rows = rows.assign(**dict.fromkeys(blank, ""))
        if "shared" in rows:
            rows["shared"] = rows["shared"].astype(frame["shared"].dtype)
        where = frame.geometry.name
        rows[where] = gpd.GeoSeries([shapely.Point(self.placed[row]) for row in new], crs=frame.crs)
        added = gpd.GeoDataFrame(rows, geometry=where)
        return gpd.GeoDataFrame(pd.concat([frame, added], ignore_index=True), geometry=where, crs=frame.crs)


def _stands(edit: AddStation, scenario: Scenario) -> bool:
    """Tell whether an added station stands in the scenario's year."""
    return edit.year is None or (scenario.until_year is not None and edit.year <= scenario.until_year)


def _record(edit: AddStation, scenario: Scenario, as_of: dt.date | None) -> dict[str, Any]:
    """Return an added station in the library's columns; text that nobody states is empty."""
    day = as_of.isoformat() if as_of is not None else ""
    return {
        **dict.fromkeys(_ID_COLUMNS, edit.site_id),
        "operator": edit.operator,
        "operators": edit.operator,
        "site_type": edit.site_type,
        "status": _EXISTING if _stands(edit, scenario) else "planned",
        "as_of": day if edit.year is None else f"{edit.year:04d}",
        "shared": False,
        "synthetic": False,
        "position_accuracy_m": 0.0,
    }


def _needed(records: list[dict[str, Any]]) -> set[str]:
    """Return the columns without which an added station would be read as another one."""
    said = {name for record in records for name in ("operator", "site_type") if record[name]}
    planned = any(record["status"] != _EXISTING for record in records)
    return {"site_id", *said} | ({"status", "as_of"} if planned else set())


def _build_planned(
    frame: gpd.GeoDataFrame, scenario: Scenario, as_of: dt.date | None
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Let planned rows up to the scenario's year become existing; return what became of them."""
    counts: dict[str, Any] = dict.fromkeys(
        ("became_existing", "planned_later", "planned_undated", "planned_not_later"), 0
    )
    counts["planned_year_column"] = ""
    until = scenario.until_year
    if until is None or "status" not in frame:
        return frame, counts
    found = planned_rows(frame)
    undated = found.planned & ~found.dated
    built = found.planned & found.dated & (found.years <= until)
    if scenario.planned_until == EVERY_YEAR:
        built, undated = found.planned, np.zeros(len(frame), dtype=bool)
    counts |= {
        "became_existing": int(built.sum()),
        "planned_later": int((found.planned & ~built & ~undated).sum()),
        "planned_undated": int(undated.sum()),
        "planned_year_column": found.column if found.dated[found.planned].any() else "",
        "planned_not_later": found.n_not_later,
    }
    frame = frame.assign(status=frame["status"].where(~built, _EXISTING))
    if as_of is not None:
        _date(frame, built, found.years, as_of)
    return frame, counts


def _date(
    frame: gpd.GeoDataFrame, built: NDArray[np.bool_], years: NDArray[np.int64], as_of: dt.date
) -> None:
    """Date what was built and has no date by its year, else by the day that is counted."""
    bare = built & StationColumns(frame).words("as_of").empty
    if bare.any():
        dates = frame["as_of"].tolist() if "as_of" in frame else [""] * len(frame)
        for row in np.flatnonzero(bare).tolist():
            dates[row] = f"{years[row]:04d}" if years[row] else as_of.isoformat()
        frame["as_of"] = pd.Series(dates, index=frame.index, dtype=object)
