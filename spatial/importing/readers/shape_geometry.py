"""Shapes of a ``.shp`` by GDAL, from a copy that holds nothing beside the records judged sound."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import numpy as np
import pyogrio.raw  # type: ignore[import-untyped]
from pyogrio.errors import DataLayerError, DataSourceError  # type: ignore[import-untyped]

from spatial.errors import UnreadableFileError
from spatial.importing.readers.shape_records import HEAD_BYTES, index_bytes
from spatial.importing.readers.wkb_geometry import BuiltGeometry, build_geometries

if TYPE_CHECKING:
    from spatial.importing.readers.shape_records import ShapeRecords
    from spatial.limits import Limits

__all__ = ["read_shapes"]

_BATCH: Final = 20_000


def read_shapes(
    shape: bytes | memoryview, records: ShapeRecords, *, name: str, limits: Limits
) -> BuiltGeometry:
    """Return the geometry of every record, faults of records included.

    The driver gets a copy under a name of our own with an index that we wrote: no companion of the
    upload, no definition under a false name and no damaged record reaches it.

    Raises
    ------
    UnreadableFileError
        If the driver cannot open the copy.
    LimitExceededError
        If there are too many positions.
    """
    whole = BuiltGeometry(np.full(len(records), None, dtype=object), faults=dict(records.faults))
    rows = records.readable
    with TemporaryDirectory() as folder:
        path = Path(folder) / "layer.shp"
        head = bytes(shape[:HEAD_BYTES])
        with path.open("wb") as stream:
            # The driver believes the length in the head and would pass over what lies behind it.
            stream.write(head[:24] + struct.pack(">i", len(shape) // 2) + head[28:])
            stream.write(shape[HEAD_BYTES:])
        path.with_suffix(".shx").write_bytes(index_bytes(head, records))
        n_positions = 0
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            built = build_geometries(
                _blobs(path, start, len(batch), name=name), limits=limits, n_before=n_positions
            )
            n_positions += _merge(whole, built, batch.tolist())
    return whole


def _blobs(path: Path, start: int, n: int, *, name: str) -> list[bytes | None]:
    """Return the WKB of ``n`` records."""
    with warnings.catch_warnings():
        # Unclosed rings and measures are reported by us, with their rows.
        warnings.simplefilter("ignore")
        try:
            _, fids, blobs, _ = pyogrio.raw.read(
                path, columns=[], skip_features=start, max_features=n, return_fids=True
            )
        except (DataSourceError, DataLayerError, ValueError) as fault:
            raise UnreadableFileError("gis.shapes_unreadable", name=name) from fault
    found: list[bytes | None] = [None] * n
    for fid, blob in zip(fids.tolist(), blobs.tolist(), strict=True):
        found[fid - start] = blob
    return found


def _merge(whole: BuiltGeometry, built: BuiltGeometry, rows: list[int]) -> int:
    """Put a batch into its place; return how many positions it holds."""
    whole.geometry[rows] = built.geometry
    whole.closed += [rows[at] for at in built.closed]
    whole.faults |= {rows[at]: key for at, key in built.faults.items()}
    lost = [at for at, shape in enumerate(built.geometry) if shape is None and at not in built.faults]
    whole.faults |= {rows[at]: "gis.reason_record" for at in lost}
    return built.n_positions
