"""Sites counted by zone and divided by its area: the way in for notebooks and the command line."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from spatial.area import measure, outlines, require_geometry
from spatial.counting import zone_ids
from spatial.crs import CANONICAL_CRS
from spatial.definition import AreaBasis, LifecycleStatus, on_earth, require_basis
from spatial.density.categories import coded_words
from spatial.density.counted_rows import CountedRows
from spatial.density.counting import count_density
from spatial.density.frame_source import FrameSource
from spatial.density.model import GRID_SIZES_M, Dedupe, DedupeKind, DensitySettings
from spatial.density.sources import open_source
from spatial.errors import UsageError
from spatial.file_kinds import TABLE_SUFFIXES, file_suffix
from spatial.geopackage import GPKG_SUFFIX
from spatial.geoparquet import PARQUET_SUFFIXES
from spatial.limits import Limits
from spatial.notice import Notice, once
from spatial.overlaps import LayerKind
from spatial.selection import STATES_COUNTED
from spatial.station_words import SHARED_WORDS, normalise_word, pick_columns
from spatial.vector_files import read_zones
from spatial.zone_columns import SCHEMATIC_BASES
from spatial.zone_index import ZoneIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from spatial.density.model import DensityResult, PointBatch, PointSource

    Progress = Callable[[int, int | None], None]

__all__ = ["COUNT", "Reading", "ZoneDensity", "count", "count_points", "make_settings"]

COUNT: Final = "count"
"""What a category's number is called, so that no column of the points can be."""

LOCAL: Final = "local"
"""Names, where a scheduler's address may stand, worker processes on this machine."""

_SYNTHETIC: Final = "synthetic"
_GEOMETRY_BASIS: Final = "geometry_basis"


@dataclass(frozen=True, kw_only=True)
class ZoneDensity:
    """The sites of each zone and their density.

    Attributes
    ----------
    layer : LayerKind
        Whether the zones overlap; then a site counts in several and no total is their sum.
    zones : GeoDataFrame
        In the order and on the index of the input: ``zone_id``, the names, ``count``, ``area_km2`` (as
        `spatial.check_zones` has it: of the outline, on the ellipsoid), ``density_per_km2``,
        ``geometry_basis``, ``synthetic`` and the outline.
    result : DensityResult
        Counts by category, rows that were set aside, the grid, the totals.
    synthetic : bool
        Whether a row of the points says that it is made up.
    notices : tuple of Notice
        What the reader of the figures has to know.
    """

    layer: LayerKind
    zones: gpd.GeoDataFrame
    result: DensityResult
    synthetic: bool
    notices: tuple[Notice, ...]

    def by_category(self) -> pd.DataFrame:
        """Return ``zone_id``, a column for each of ``by``, and ``count``: one row for each that occurs."""
        ids = self.zones["zone_id"].to_numpy()
        parts = [
            pd.DataFrame({"zone_id": ids, **dict(zip(self.result.by, values, strict=True)), COUNT: counts})
            for values, counts in self.result.by_counts.items()
        ]
        if not parts:
            return pd.DataFrame(columns=["zone_id", *self.result.by, COUNT])
        rows = pd.concat(parts)
        # Sorted by zone alone and stably: within one, the categories keep their order.
        order = np.argsort(np.tile(np.arange(len(ids)), len(parts)), kind="stable")
        rows = rows.iloc[order]
        return rows[rows[COUNT] > 0].reset_index(drop=True)

    def categories(self) -> list[list[dict[str, Any]]]:
        """Return for each zone its categories as plain values: each column's value and the ``count``."""
        rows: list[list[dict[str, Any]]] = [[] for _ in range(len(self.zones))]
        for values, counts in self.result.by_counts.items():
            named = dict(zip(self.result.by, values, strict=True))
            for at in np.flatnonzero(counts):
                rows[at].append({**named, COUNT: int(counts[at])})
        return rows


def count(  # noqa: PLR0913 - each is a choice that the result depends on
    zones: gpd.GeoDataFrame | str | Path,
    points: gpd.GeoDataFrame | str | Path | Iterable[gpd.GeoDataFrame | str | Path],
    *,
    by: Sequence[str] = (),
    dedupe: Dedupe | str = "none",
    grid_m: int | None = None,
    status: LifecycleStatus | str = LifecycleStatus.EXISTING,
    crs: str | None = None,
    x: str | None = None,
    y: str | None = None,
    layer: str | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ZoneDensity:
    """Count the points of each zone, however many there are.

    ::

        from spatial import density

        found = density.count("zones.geojson", "stations.parquet", by=["operator"])
        found.zones[["zone_id", "count", "density_per_km2"]]

    Parameters
    ----------
    zones : GeoDataFrame or path
        Zones with ``zone_id`` in any stated system, or a file of them.
    points : GeoDataFrame or path, or several
        Frames in any stated system, or files: CSV, Parquet, GeoParquet and GeoPackage are streamed and may
        be larger than memory, GeoJSON is read as a whole.
    by : sequence of str
        Columns of the points whose values split each zone's count.
    dedupe : Dedupe or str
        ``"none"``, ``"key:COLUMN"`` or ``"distance:METRES"``: what makes several rows one site.
    grid_m : int, optional
        1000, 500 or 250: also count the cells of that side on the kilometre lines of EPSG:4547.
    status : LifecycleStatus or str
        ``"existing"``, ``"planned"`` or ``"all"``: which rows count where a column states it, as in a check.
    crs : str, optional
        Reference system of the files' coordinates; a table needs it.
    x, y : str, optional
        Columns of the coordinates in tables; found by their names unless given.
    layer : str, optional
        Layer of a GeoPackage of points; needed where it has several.
    scheduler : str, optional
        ``tcp://HOST:PORT`` or ``tls://HOST:PORT`` of a Dask scheduler whose workers see the same files, or
        ``"local"`` for worker processes on this machine.
    progress : callable, optional
        Called with the rows read and the rows there are, None where only reading tells.
    cancelled : callable, optional
        Asked now and then; the count ends once it returns True.

    Raises
    ------
    UsageError
        If a choice cannot be meant.
    InputError
        If zones or points cannot be used; nothing is left behind.
    """
    settings = make_settings(by=by, dedupe=dedupe, grid_m=grid_m)
    notices: tuple[Notice, ...] = ()
    if not isinstance(zones, gpd.GeoDataFrame):
        read = read_zones(Path(zones), limits=Limits.from_environment(os.environ))
        zones, notices = read.zones, read.notices
    several = [points] if isinstance(points, gpd.GeoDataFrame | str | Path) else list(points)
    reading = Reading(crs=crs, x=x, y=y, layer=layer, status=_status_of(status))
    found = count_points(
        zones, several, settings, reading=reading, scheduler=scheduler, progress=progress, cancelled=cancelled
    )
    return replace(found, notices=once((*notices, *found.notices)))


def make_settings(*, by: Sequence[str], dedupe: Dedupe | str, grid_m: int | None) -> DensitySettings:
    """Return the settings of a count.

    Raises
    ------
    UsageError
        If a column is named twice or ``count``, or the other choices are none that there are.
    """
    columns = (by,) if isinstance(by, str) else tuple(by)
    for column in columns:
        if columns.count(column) > 1 or column == COUNT:
            raise UsageError("density.bad_by", column=column)
    if grid_m is not None and grid_m not in GRID_SIZES_M:
        raise UsageError("density.grid_size", size=grid_m)
    way = Dedupe.parse(dedupe) if isinstance(dedupe, str) else dedupe
    return DensitySettings(by=columns, dedupe=way, grid_m=grid_m)


def _status_of(words: str) -> LifecycleStatus:
    """Return the rows that are asked for by their state."""
    if words not in set(LifecycleStatus):
        raise UsageError("density.bad_status", value=str(words), choices=[*map(str, LifecycleStatus)])
    return LifecycleStatus(words)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the files of points are to be read; see `count`."""

    crs: str | None = None
    x: str | None = None
    y: str | None = None
    layer: str | None = None
    status: LifecycleStatus = LifecycleStatus.EXISTING

    def counted(self, points: gpd.GeoDataFrame | Path, columns: Sequence[str]) -> PointSource:
        """Open a frame or file without the rows that do not count by their state."""
        source = self.source(points, columns)
        header = _header_of(points, source, "status")
        if header is None or self.status == LifecycleStatus.ALL:
            return source
        with_state = source if header in columns else self.source(points, (*columns, header))
        return CountedRows(source=with_state, column=header, states=STATES_COUNTED[self.status])

    def source(self, points: gpd.GeoDataFrame | Path, columns: Sequence[str]) -> PointSource:
        """Open a frame or file; errors as for `count`."""
        if isinstance(points, gpd.GeoDataFrame):
            return FrameSource.of_frame(points, columns, name="points")
        suffix = file_suffix(points.name)
        # What is said of tables or of GeoPackages is for those of the files that are one.
        named = suffix in TABLE_SUFFIXES or (suffix in PARQUET_SUFFIXES and not _has_geometry(points))
        return open_source(
            points,
            layer=self.layer if suffix == GPKG_SUFFIX else None,
            x=self.x if named else None,
            y=self.y if named else None,
            crs=self.crs,
            columns=tuple(columns),
        )


def _has_geometry(path: Path) -> bool:
    """Tell a Parquet file that says where its geometry is; one that cannot be read is refused later."""
    try:
        # What is no plain file, or one of the system's own, may make its reader wait for ever.
        if not path.is_file() or not path.stat().st_size:
            return False
        return b"geo" in (pq.read_metadata(path).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def count_points(
    zones: gpd.GeoDataFrame,
    several: Sequence[gpd.GeoDataFrame | str | Path],
    settings: DensitySettings,
    *,
    reading: Reading,
    scheduler: str | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ZoneDensity:
    """Count opened zones; see `count`."""
    ids = zone_ids(zones)
    require_geometry(zones)
    given = [each if isinstance(each, gpd.GeoDataFrame) else Path(each) for each in several]
    sources = [reading.counted(each, settings.columns) for each in given]
    synthetic = any(
        _says_synthetic(reading, each, source) for each, source in zip(given, sources, strict=True)
    )
    n_points = sum(max(source.n_rows, 0) for source in sources)
    index = ZoneIndex.of(outlines(zones, CANONICAL_CRS), tuple(ids), n_points=n_points)
    if scheduler is None:
        result = count_density(index, sources, settings, progress=progress, cancelled=cancelled)
    else:
        from spatial.density.cluster import count_on_cluster  # noqa: PLC0415 - it needs Dask

        address = None if scheduler == LOCAL else scheduler
        result = count_on_cluster(
            index, sources, settings, address=address, progress=progress, cancelled=cancelled
        )
    rows = _rows(zones, result, synthetic=synthetic)
    notices = [notice for source in sources for notice in source.notices]
    notices += [] if result.total_count else [Notice("density.nothing_counted", {"n_in": result.n_in})]
    notices += [*result.notices, *_notices_on(rows, index.kind, synthetic=synthetic)]
    notices += [] if settings.dedupe.kind != DedupeKind.NONE else [Notice("density.rows_as_given")]
    return ZoneDensity(
        layer=index.kind, zones=rows, result=result, synthetic=synthetic, notices=once(notices)
    )


def _says_synthetic(reading: Reading, points: gpd.GeoDataFrame | Path, source: PointSource) -> bool:
    """Tell whether any row says that it is made up; the first one that does ends the search."""
    header = _header_of(points, source, _SYNTHETIC)
    if header is None:
        return False
    flagged = reading.source(points, (header,))
    return any(
        SHARED_WORDS.get(normalise_word(word), False)
        for part in flagged.parts()
        for batch in flagged.batches(part)
        for word in _values(batch, header)
    )


def _values(batch: PointBatch, column: str) -> list[str]:
    """Return the values that the rows of a batch have."""
    codes, values = coded_words(batch.columns, column)
    return [values[code] for code in np.unique(codes)]


def _header_of(points: gpd.GeoDataFrame | Path, source: PointSource, column: str) -> str | None:
    """Return the column that means one of ours, None where there is none."""
    names = points.columns if isinstance(points, gpd.GeoDataFrame) else source.column_names
    return pick_columns(map(str, names)).get(column)


def _rows(zones: gpd.GeoDataFrame, result: DensityResult, *, synthetic: bool) -> gpd.GeoDataFrame:
    """Return one row per zone.

    Raises
    ------
    GeometryError
        If an outline encloses no area.
    """
    ids = zone_ids(zones)
    areas = on_earth(measure(zones)["area_km2"])
    require_basis(areas, ids, basis=AreaBasis.GEOMETRY)
    counts = pd.Series(result.counts, index=zones.index, dtype="int64")
    columns = {
        "zone_id": ids.astype(object),
        **{name: _text_column(zones, name, ids) for name in ("name_zh", "name_en") if name in zones},
        COUNT: counts,
        "area_km2": areas,
        "density_per_km2": counts / areas,
        _GEOMETRY_BASIS: _text_column(zones, _GEOMETRY_BASIS),
        _SYNTHETIC: synthetic,
    }
    return gpd.GeoDataFrame(columns, index=zones.index, geometry=zones.geometry.to_numpy(), crs=zones.crs)


def _text_column(zones: gpd.GeoDataFrame, name: str, instead: pd.Series | None = None) -> pd.Series:
    """Return a column as text; where it says nothing, what stands instead, else None."""
    if name not in zones:
        return pd.Series(None, index=zones.index, dtype=object)
    said = zones[name].astype("string").str.strip()
    filled = said.where(said.fillna("") != "", instead)
    plain: pd.Series = filled.astype(object).where(filled.notna(), None)
    return plain


def _notices_on(rows: gpd.GeoDataFrame, layer: LayerKind, *, synthetic: bool) -> list[Notice]:
    """Return what the figures do not show by themselves."""
    notices = []
    if layer == LayerKind.OVERLAPPING:
        notices.append(Notice("verdict.layer_overlaps"))
    sketched = rows[rows[_GEOMETRY_BASIS].isin(SCHEMATIC_BASES)]
    if len(sketched):
        ids = sketched["zone_id"].tolist()
        notices.append(Notice("density.schematic", {"count": len(ids), "zone_ids": ids}))
    if synthetic:
        notices.append(Notice("density.synthetic"))
    return notices
