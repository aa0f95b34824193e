"""Shapefile, zipped or loose, as a planner's colleague sends it: parts missing, cut off, in any encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from spatial.importing.model import Encoding, LayerInfo, Rejection, SourceLayer, StatedCrs
from spatial.importing.readers.dbf_frame import AttributeFrame, read_attributes
from spatial.importing.readers.dbf_table import DbfTable, open_table
from spatial.importing.readers.layer_choice import choose_layer
from spatial.importing.readers.shape_geometry import read_shapes
from spatial.importing.readers.shape_records import (
    HEAD_BYTES,
    ShapeRecords,
    find_records,
    geometry_type_name,
    index_count,
)
from spatial.importing.readers.shapefile_parts import LooseParts, ShapefileSet, ZippedParts, open_parts
from spatial.notice import Notice

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.importing.model import ReadOptions
    from spatial.importing.readers.wkb_geometry import BuiltGeometry

__all__ = ["list_layers", "read_layer"]

_KIND: Final = "Shapefile"
_TABLE_HEAD_BYTES: Final = 32
_SYSTEM_BYTES: Final = 65_536
_HEIGHTS: Final = (11, 13, 15, 18)
_MEASURES: Final = (21, 23, 25, 28)
_NO_VALUE: Final = ""


class _Loaded(NamedTuple):
    """The parts of one Shapefile as bytes."""

    shp: bytes
    shx: bytes | None
    dbf: bytes | None
    prj: bytes | None
    cpg: bytes | None


def list_layers(path: Path, *, name: str, options: ReadOptions) -> tuple[LayerInfo, ...]:
    """Return the Shapefiles of a file with the rows that their index or table states.

    Parameters
    ----------
    path : pathlib.Path
        The private copy: a ``.shp`` with its parts beside it, or an archive.
    name : str
        The planner's file name, for messages.
    options : ReadOptions

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError, LimitExceededError
        If the archive or a ``.shp`` is refused.
    """
    with open_parts(path, name=name, limits=options.limits) as parts:
        return tuple(_layer_info(parts, one, name) for one in parts.sets)


def read_layer(path: Path, *, name: str, options: ReadOptions) -> SourceLayer:
    """Read one Shapefile; parameters as `list_layers`.

    Raises
    ------
    UndecidedError
        If there are several and none is stated, or no encoding fits.
    UnreadableFileError, UnsupportedFormatError, LimitExceededError, UsageError
        If the file is refused, or the stated layer or encoding is not known.
    """
    limits = options.limits
    with open_parts(path, name=name, limits=limits) as parts:
        layers = [_layer_info(parts, one, name) for one in parts.sets]
        chosen = parts.sets[choose_layer(layers, options.layer, name=name)]
        loaded = _load(parts, chosen)
        told = list(parts.passed_over)
    n_index = 0 if loaded.shx is None else index_count(loaded.shx) or 0
    table = None
    if loaded.dbf is not None:
        table = open_table(loaded.dbf, name=name, n_shapes=n_index, limits=limits)
    n_rows = None if table is None else max(len(table.rows), table.n_stated)
    records = find_records(loaded.shp, loaded.shx, n_rows=n_rows, limits=limits)
    if table is not None and len(records) > len(table.rows):
        assert loaded.dbf is not None  # noqa: S101 - it was opened above
        table = open_table(loaded.dbf, name=name, n_shapes=len(records), limits=limits)
    shapes = read_shapes(loaded.shp, records, name=name, limits=limits)
    attributes = _attributes(table, loaded, options, name=name, n=len(records))
    attributes.warnings[:0] = told
    _tell_counts(attributes, records, table, loaded, name)
    _tell_shapes(attributes, records, shapes, name)
    crs = _system(loaded.prj, attributes, name)
    return _assembled(chosen.name, attributes, shapes, table, crs)


def _layer_info(parts: LooseParts | ZippedParts, one: ShapefileSet, name: str) -> LayerInfo:
    """Return name, rows and type of a Shapefile by the heads of its parts."""
    kind = geometry_type_name(parts.read(one, ".shp", HEAD_BYTES) or b"", name=name)
    head = parts.read(one, ".dbf", _TABLE_HEAD_BYTES)
    if head is not None and len(head) == _TABLE_HEAD_BYTES:
        return LayerInfo(one.name, int.from_bytes(head[4:8], "little"), kind)
    if ".shx" in one.parts:
        return LayerInfo(one.name, max(one.parts[".shx"].size - HEAD_BYTES, 0) // 8, kind)
    return LayerInfo(one.name, None, kind)


def _load(parts: LooseParts | ZippedParts, chosen: ShapefileSet) -> _Loaded:
    """Return the bytes of the parts."""
    return _Loaded(
        shp=parts.read(chosen, ".shp") or b"",
        shx=parts.read(chosen, ".shx"),
        dbf=parts.read(chosen, ".dbf"),
        prj=parts.read(chosen, ".prj", _SYSTEM_BYTES),
        cpg=parts.read(chosen, ".cpg", _SYSTEM_BYTES),
    )


def _attributes(
    table: DbfTable | None, loaded: _Loaded, options: ReadOptions, *, name: str, n: int
) -> AttributeFrame:
    """Return the attributes, none where there is no table."""
    if table is not None:
        return read_attributes(
            table, name=name, stated=options.encoding, sidecar=loaded.cpg, limits=options.limits
        )
    warning = Notice("gis.dbf_missing", {"name": name, "n": n})
    frame = pd.DataFrame(index=pd.RangeIndex(n))
    return AttributeFrame(frame, Encoding("utf-8", "format"), warnings=[warning])


def _tell_counts(
    frame: AttributeFrame, records: ShapeRecords, table: DbfTable | None, loaded: _Loaded, name: str
) -> None:
    """Tell parts that are missing, cut off or do not agree on how many rows there are."""
    n_listed = None if loaded.shx is None else index_count(loaded.shx)
    if loaded.shx is None:
        frame.notices.append(Notice("gis.shx_rebuilt", {"name": name, "n": len(records)}))
    elif n_listed is None:
        frame.warnings.append(Notice("gis.shx_damaged", {"name": name, "n": len(records)}))
    if records.missing_bytes:
        frame.warnings.append(Notice("gis.shp_cut", {"name": name, "n": records.missing_bytes}))
    counts = {"shp": records.n_found, "shx": n_listed, "dbf": None if table is None else table.n_stated}
    if table is not None and len(table.rows) < table.n_stated:
        params = {"name": name, "n": table.n_stated, "found": len(table.rows)}
        frame.warnings.append(Notice("gis.dbf_cut", params))
    known = {part: n for part, n in counts.items() if n is not None}
    if len(set(known.values())) > 1:
        words = ", ".join(f".{part} {n:,}" for part, n in known.items())
        frame.warnings.append(Notice("gis.counts_differ", {"name": name, "counts": words}))


def _tell_shapes(frame: AttributeFrame, records: ShapeRecords, shapes: BuiltGeometry, name: str) -> None:
    """Tell rings that were closed, and heights and measures that are left out."""
    if shapes.closed:
        params = {"name": name, "n": len(shapes.closed), "rows": shapes.closed}
        frame.warnings.append(Notice("gis.rings_closed", params))
    for key, kinds in (("gis.heights_dropped", _HEIGHTS), ("gis.measures_dropped", _MEASURES)):
        n = int(np.isin(records.types, kinds).sum())
        if n:
            frame.notices.append(Notice(key, {"name": name, "n": n}))


def _system(words: bytes | None, frame: AttributeFrame, name: str) -> StatedCrs | None:
    """Return the system that the ``.prj`` describes; the planner is asked where it describes none."""
    if words is None:
        frame.notices.append(Notice("gis.prj_missing", {"name": name}))
        return None
    text = words.decode("utf-8", "replace").strip("\ufeff\x00 \t\r\n")
    try:
        # Well-known text alone: a path or an address that stands here is never followed.
        CRS.from_wkt(text)
    except CRSError:
        frame.warnings.append(Notice("gis.prj_unusable", {"name": name, "words": text[:60]}))
        return None
    return StatedCrs(text, "prj")


def _assembled(
    layer: str,
    frame: AttributeFrame,
    shapes: BuiltGeometry,
    table: DbfTable | None,
    crs: StatedCrs | None,
) -> SourceLayer:
    """Return the layer: every row of the shapes or of the table is in it or among the rejected."""
    n_shapes = len(shapes.geometry)
    n = n_shapes if table is None else max(n_shapes, len(table.rows), table.n_stated)
    faults: dict[int, tuple[str, str]] = {row: ("geometry", key) for row, key in shapes.faults.items()}
    faults |= dict.fromkeys(range(n_shapes, n), ("geometry", "gis.reason_no_shape"))
    if table is not None:
        faults |= dict.fromkeys(range(len(table.rows), n), ("dbf", "gis.reason_no_attributes"))
        faults |= dict.fromkeys(np.flatnonzero(table.deleted()).tolist(), ("dbf", "gis.reason_deleted"))
    rejected = sorted(faults)
    used = np.setdiff1d(np.arange(n), np.array(rejected, dtype=np.int64))
    return SourceLayer(
        name=layer,
        kind=_KIND,
        table=frame.table.iloc[used].reset_index(drop=True),
        rows=used,
        row_unit="feature",
        encoding=frame.encoding,
        geometry=shapes.geometry[used],
        crs=crs,
        rejected=tuple(Rejection(row, faults[row][0], _NO_VALUE, faults[row][1]) for row in rejected),
        rejected_cells=_cells(frame.table, rejected),
        notices=tuple(frame.notices),
        warnings=tuple(frame.warnings),
    )


def _cells(table: pd.DataFrame, rows: list[int]) -> tuple[tuple[str, ...], ...]:
    """Return rows of a table as text, blank where the table does not reach."""
    blank = ("",) * len(table.columns)
    there = [row for row in rows if row < len(table)]
    found: dict[int, tuple[Any, ...]] = dict(
        zip(there, table.iloc[there].itertuples(index=False, name=None), strict=True)
    )
    return tuple(tuple("" if pd.isna(cell) else str(cell) for cell in found.get(row, blank)) for row in rows)
