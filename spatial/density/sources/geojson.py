"""GeoJSON in one piece: its text is one object, so it is read whole, within the named limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from spatial.density.model import SourcePart
from spatial.density.sources.placing import Fault, Placement, RawBatch
from spatial.density.sources.stream_limits import limits_in_force
from spatial.errors import MissingColumnError
from spatial.file_kinds import refuse_foreign
from spatial.geojson import property_text, read_geojson
from spatial.inventory_sheet import Sheet, sheet_from_features
from spatial.vector_files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spatial.density.model import PointBatch
    from spatial.limits import Limits
    from spatial.notice import Notice

__all__ = ["GeoJsonSource", "open_geojson"]


def open_geojson(path: Path, *, crs: str | None, columns: tuple[str, ...]) -> GeoJsonSource:
    """Open a GeoJSON file; parameters and errors as for `spatial.density.sources.open_source`."""
    path = path.absolute()
    limits = limits_in_force()
    sheet = _sheet(path, crs, limits)
    for column in columns:
        if column not in sheet.headers:
            raise MissingColumnError(
                "error.missing_column", name=path.name, column=column, columns=", ".join(sheet.headers)
            )
    placement = Placement(file=path.name, crs=sheet.crs, names=(sheet.x_name, sheet.y_name), limits=limits)
    placement.check()
    source = GeoJsonSource(
        path=path,
        stated_crs=crs,
        n_rows=sheet.n_in,
        columns=columns,
        column_names=tuple(sheet.headers),
        notices=tuple(sheet.notices),
        placement=placement,
    )
    placement.refuse_misreading(source.raw(sheet))
    return source


def _sheet(path: Path, crs: str | None, limits: Limits) -> Sheet:
    """Read the whole file."""
    data = read_bytes(path, limits)
    refuse_foreign(data, name=path.name)
    collection = read_geojson(data, name=path.name, limits=limits, crs_stated=crs is not None)
    return sheet_from_features(collection, name=path.name, crs=crs)


@dataclass(frozen=True, kw_only=True)
class GeoJsonSource:
    """A GeoJSON file of points; it holds no open file and can be pickled.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    stated_crs : str or None
        The reference system where the caller states it.
    n_rows : int
        Features.
    columns : tuple of str
        Properties that each batch brings along.
    column_names : tuple of str
        Every property that a feature has.
    notices : tuple of Notice
        What the reader should know.
    placement : Placement
        How its coordinates become canonical degrees.
    """

    path: Path
    stated_crs: str | None
    n_rows: int
    columns: tuple[str, ...]
    column_names: tuple[str, ...]
    notices: tuple[Notice, ...]
    placement: Placement

    @property
    def name(self) -> str:
        """Name of the file, without its folder."""
        return self.path.name

    def parts(self) -> tuple[SourcePart, ...]:
        """Return the file as one piece."""
        return (SourcePart(0, self.n_rows, ()),)

    def batches(self, _: SourcePart) -> Iterator[PointBatch]:
        """Read the features; errors as for `open_geojson`."""
        yield self.placement.placed(self.raw(_sheet(self.path, self.stated_crs, self.placement.limits)))

    def raw(self, sheet: Sheet) -> RawBatch:
        """Return the features as they stand."""
        x, y = np.full(sheet.n_in, np.nan), np.full(sheet.n_in, np.nan)
        x[sheet.places], y[sheet.places] = sheet.x, sheet.y
        cells: dict[str, list[str | None]] = {name: [None] * sheet.n_in for name in self.columns}
        for place, properties in zip(sheet.places, sheet.cells, strict=True):
            assert not isinstance(properties, tuple)  # noqa: S101 - features have their properties by name
            for name in self.columns:
                value = properties.get(name)
                cells[name][place] = None if value is None else property_text(value)
        faults = []
        for key in dict.fromkeys(reason for *_, reason in sheet.rejected):
            kinds = {place: value for place, _, value, reason in sheet.rejected if reason == key}
            faults.append(Fault(key, np.array(sorted(kinds), dtype=np.int64), "geometry", kinds.__getitem__))
        columns = {name: pa.array(values, pa.string()) for name, values in cells.items()}
        return RawBatch(first_row=0, x=x, y=y, columns=columns, faults=faults)
