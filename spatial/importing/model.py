"""What passes between the rooms of an import: layers as read, decisions, questions, results."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import numpy as np

from spatial.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from spatial.notice import Notice

    RowUnit = Literal["line", "feature"]
    Progress = Callable[[str, float], None]
    """Told the stage (a text key) and the share done, 0…1."""

__all__ = [
    "CERTAIN",
    "REJECTED_COLUMNS",
    "Choice",
    "Decision",
    "Encoding",
    "Examination",
    "FieldState",
    "ImportResult",
    "ImportSettings",
    "LayerInfo",
    "Preview",
    "Question",
    "ReadOptions",
    "Rejection",
    "SourceLayer",
    "StatedCrs",
    "Subject",
]

CERTAIN: Final = 1.0
"""Confidence of what the planner stated, or the file itself says without contradiction."""

REJECTED_COLUMNS: Final = ("row", "field", "value", "reason_key")


class Subject(StrEnum):
    """What the rows of a file are; also the name of the layer that is written."""

    BASE_STATIONS = "base_stations"
    LAMP_POLES = "lamp_poles"
    ZONES = "zones"
    PARKS = "parks"
    POINTS = "points"
    FEATURES = "features"


class Rejection(NamedTuple):
    """A row that is not used: its place in the file, and the first fault that keeps it out.

    ``row`` is the 1-based line (of a workbook: row of the sheet) or the 0-based feature index.
    """

    row: int
    field: str
    value: str
    reason_key: str


class Encoding(NamedTuple):
    """How bytes were read as text, and what said so.

    ``source`` is ``"stated"``, ``"mark"`` (byte order mark), ``"cpg"``, ``"language_byte"``,
    ``"strict"`` (the only one of the tried that fits exactly), ``"format"`` (the format has one).
    """

    name: str
    source: str


class StatedCrs(NamedTuple):
    """The reference system that a file names of itself.

    ``name`` is a datum name, ``EPSG:n``, or WKT; ``source`` is ``"prj"``, ``"layer"``, ``"member"``
    (of GeoJSON) or ``"format"`` (RFC 7946, KML: the format allows one only).
    """

    name: str
    source: str


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What a reader needs to know: which layer, which encoding, how large at most."""

    layer: str | None = None
    encoding: str | None = None
    limits: Limits = DEFAULT_LIMITS


class LayerInfo(NamedTuple):
    """One layer, sheet or shapefile that a file offers; ``None`` where it is not known unread."""

    name: str
    n_rows: int | None
    geometry_type: str | None


@dataclass(frozen=True, kw_only=True)
class SourceLayer:
    """One layer as a file holds it; ``n_in = len(table) + len(rejected)``.

    Attributes
    ----------
    name : str
        Name of the layer, sheet or member; of a file that is one layer, ``""``.
    kind : str
        Format as messages name it, for example ``"CSV"``, ``"XLSX"``, ``"Shapefile"``.
    table : pandas.DataFrame, shape (n, columns)
        Index 0…n-1, columns as printed. Cells of text formats are text (``""`` for none); those of
        formats with types keep theirs (None/NaN for none).
    rows : ndarray of int64, shape (n,)
        Place of each row in the file, in ``row_unit``.
    geometry : ndarray of geometry, shape (n,), or None
        As it stands, None where a row has none; None for a table of cells.
    crs : StatedCrs or None
        What the file says of itself.
    encoding : Encoding
        How its text was read.
    rejected : tuple of Rejection
        Rows that never came into the table.
    rejected_cells : tuple of tuple of str
        Their cells as the file has them, in the order of ``rejected``; ``()`` where it has none to show.
    notices : tuple of Notice
        What the reader should know of the reading.
    warnings : tuple of Notice
        What may be wrong though every row was read.
    """

    name: str
    kind: str
    table: pd.DataFrame
    rows: NDArray[np.int64]
    row_unit: RowUnit
    encoding: Encoding
    geometry: NDArray[np.object_] | None = None
    crs: StatedCrs | None = None
    rejected: tuple[Rejection, ...] = ()
    rejected_cells: tuple[tuple[str, ...], ...] = ()
    notices: tuple[Notice, ...] = ()
    warnings: tuple[Notice, ...] = ()

    @property
    def n_in(self) -> int:
        """Rows of the layer, read or not."""
        return len(self.table) + len(self.rejected)


@dataclass(frozen=True, kw_only=True)
class ImportSettings:
    """What the planner states; None or empty means: find it, or ask.

    Attributes
    ----------
    subject : Subject
        What the rows are.
    layer, encoding : str or None
        Layer of the file and encoding of its text.
    crs : str or None
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``, ``EPSG:n``, WKT or PROJ text.
    x, y : str or None
        Columns of the east (longitude) and north (latitude) coordinate.
    reading : str or None
        How the two columns are read; a name of `spatial.importing.place`.
    columns : mapping
        Field -> source column, as ``--map 源列=字段`` states it. ``""`` leaves a field empty.
    cells : str
        What becomes of a table with one row per cell: ``"collapse"`` to stations or ``"keep"``.
    pack : str or None
        Plan pack that knows the district, its river and its places.
    """

    subject: Subject
    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None
    x: str | None = None
    y: str | None = None
    reading: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    cells: Literal["collapse", "keep"] = "collapse"
    pack: str | None = None


class Choice(NamedTuple):
    """One answer that a decision could have; ``confidence`` 0…1, None where nothing speaks for it."""

    value: str
    label: Notice
    confidence: float | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided, why, and what else it could have been.

    ``what`` is one of ``layer``, ``encoding``, ``columns``, ``reading``, ``crs``, ``datum``,
    ``cells``, ``header``; ``confidence`` is `CERTAIN` where it was stated.
    """

    what: str
    chosen: str
    why: Notice
    confidence: float
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Question:
    """What only the planner can say; ``flag`` is the option of the command line that says it."""

    what: str
    why: Notice
    flag: str
    choices: tuple[Choice, ...] = ()


class FieldState(NamedTuple):
    """A field of the subject and the column it comes from, or an unknown column that is kept.

    ``need`` is ``"required"``, ``"preferred"`` (the row number stands in), ``"optional"`` or ``"unknown"``;
    ``column`` is None where none was found.
    """

    field: str
    need: str
    column: str | None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Where the rows would lie, thinned for a small map: WGS 84 degrees.

    Attributes
    ----------
    lon, lat : ndarray of float, shape (k,)
        Positions, or points of the outlines.
    parts : ndarray of int64, shape (k,)
        Row of the file to which each position belongs; of one row, a line or ring in order.
    kind : str
        ``"points"`` or ``"lines"``.
    starts : ndarray of int64
        At which position each line or ring begins, a row may have several; empty for points.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    parts: NDArray[np.int64]
    kind: Literal["points", "lines"] = "points"
    starts: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """The canonical frame of a file and what became of each of its rows.

    ``n_in = n_used + n_reported``. ``n_features_out = len(frame)`` is smaller than ``n_used`` where
    rows collapse (cells into stations, parts of one zone into one).

    Attributes
    ----------
    frame : geopandas.GeoDataFrame
        EPSG:4490, canonical columns first, unknown columns kept under their names; indexed by the
        row of the file.
    rejected : pandas.DataFrame, columns `REJECTED_COLUMNS`
        Each row that is not used, once.
    rejected_source : pandas.DataFrame
        The same rows as the file had them, to be corrected and brought again.
    decisions : tuple of Decision
        How the file was understood.
    columns : mapping
        Field -> source column.
    sha256 : str
        Digest of the file's bytes.

    Raises
    ------
    RuntimeError
        If a row was lost or reported twice: a fault of this library, never of the file.
    """

    subject: Subject
    name: str
    frame: gpd.GeoDataFrame
    n_in: int
    n_used: int
    rejected: pd.DataFrame
    rejected_source: pd.DataFrame
    row_unit: RowUnit
    crs: str
    encoding: Encoding
    decisions: tuple[Decision, ...]
    columns: Mapping[str, str]
    notices: tuple[Notice, ...] = ()
    warnings: tuple[Notice, ...] = ()
    sha256: str = ""

    def __post_init__(self) -> None:
        """Hold the count: each row is used or reported, once."""
        reported, out = self.n_reported, self.n_features_out
        once = not self.rejected["row"].duplicated().any()
        if self.n_in != self.n_used + reported or out > self.n_used or not once:
            msg = f"{self.n_in} rows in, {self.n_used} used, {reported} reported, {out} features out"
            raise RuntimeError(msg)

    @property
    def n_reported(self) -> int:
        """Rows that are not used."""
        return len(self.rejected)

    @property
    def n_features_out(self) -> int:
        """Rows of the frame."""
        return len(self.frame)


@dataclass(frozen=True, kw_only=True)
class Examination:
    """Everything a planner is shown of a file before it is used.

    Attributes
    ----------
    name, kind, sha256 : str
        File name, format and digest of its bytes.
    layers : tuple of LayerInfo
        What the file offers; more than one is a choice.
    headers, sample : tuple
        The first rows of the chosen layer as text.
    decisions, questions : tuple
        How the file is understood, and what must still be stated; with a question open there is no
        ``result``.
    fields : tuple of FieldState
        Required, optional and unknown fields.
    preview : Preview or None
        Where the rows would lie.
    result : ImportResult or None
        What confirming would bring.
    details : mapping
        Further plain figures for the page, such as areas before and after repair.
    """

    name: str
    kind: str
    sha256: str
    layers: tuple[LayerInfo, ...] = ()
    headers: tuple[str, ...] = ()
    sample: tuple[tuple[str, ...], ...] = ()
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    fields: tuple[FieldState, ...] = ()
    preview: Preview | None = None
    result: ImportResult | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
