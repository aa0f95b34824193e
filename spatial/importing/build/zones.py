"""Zones: an outline each, parts of one zone brought together, and how they lie to each other told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.counting import overlapping_pairs
from spatial.crs import CANONICAL_CRS
from spatial.errors import GeometryError
from spatial.importing.build.attributes import filled, led_by, text_column, with_basis
from spatial.importing.build.duplicates import outside_district
from spatial.importing.build.material import Built
from spatial.importing.build.mending import mend_shapes
from spatial.notice import Notice
from spatial.reading import metric_polygons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.importing.build.material import Material

__all__ = ["build_zones"]

_ID: Final = "zone_id"
_NAME: Final = "name_zh"
_SHOWN: Final = 11
_MOST_ZONES: Final = 3_000
"""Zones that are held against one another; more than a district has, and no more than a second takes."""
_SMALLEST_GAP_M2: Final = 1.0


def build_zones(material: Material) -> Built:
    """Return one row per zone."""
    draft = material.draft
    geometry = mend_shapes(material, polygons_only=True)
    kept = draft.used[material.positions]
    attributes, notices = _named(material.attributes[kept])
    draft.warnings.extend(notices)
    geometry, positions = geometry[kept], material.positions[kept]
    rivals = _rivals(attributes)
    draft.reject(
        positions[rivals],
        material.columns.get(_ID, _ID),
        attributes[_ID].to_numpy(dtype=object)[rivals].tolist(),
        "import.reason_zone_id_taken",
    )
    attributes, geometry = attributes[~rivals], geometry[~rivals]
    attributes, geometry, notices = _together(attributes, geometry)
    draft.warnings.extend(notices)
    attributes = with_basis(attributes)
    draft.warnings.extend(_how_they_lie(attributes, geometry))
    draft.warnings.extend(outside_district(geometry, material.context.district, attributes[_NAME]))
    return Built(attributes=attributes, geometry=geometry)


def _named(attributes: pd.DataFrame) -> tuple[pd.DataFrame, list[Notice]]:
    """Return the columns with an id and a name in every row."""
    own = text_column(attributes, _ID)
    ids, counts = filled(own, {"row": lambda: _free_numbers(own)})
    names, _ = filled(text_column(attributes, _NAME), {_ID: lambda: ids})
    frame = led_by(attributes, {_ID: ids, _NAME: names})
    return frame, [Notice("import.zone_ids_from_row", {"n": n}) for n in counts.values()]


def _free_numbers(ids: pd.Series) -> pd.Series:
    """Return the place of each row in the layer, from 1, marked where the file has that id already."""
    taken = set(ids)
    numbers = (str(number) for number in range(1, len(ids) + 1))
    free = [number if number not in taken else f"row_{number}" for number in numbers]
    return pd.Series(free, index=ids.index, dtype="str")


def _rivals(attributes: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell the rows whose id an earlier row has under another name."""
    first_name = attributes.groupby(_ID, sort=False)[_NAME].transform("first")
    rivals: NDArray[np.bool_] = (attributes[_NAME] != first_name).to_numpy()
    return rivals


def _together(
    attributes: pd.DataFrame, geometry: NDArray[np.object_]
) -> tuple[pd.DataFrame, NDArray[np.object_], list[Notice]]:
    """Return one row per zone: its parts as one outline, its columns from its first row."""
    codes, distinct = pd.factorize(attributes[_ID].to_numpy(dtype=object))
    if len(distinct) == len(codes):
        return attributes, geometry, []
    _, first, sizes = np.unique(codes, return_index=True, return_counts=True)
    outlines = geometry[first].copy()
    ends = np.cumsum(sizes)
    parts = geometry[np.argsort(codes, kind="stable")]
    for zone in np.flatnonzero(sizes > 1):
        outlines[zone] = shapely.union_all(parts[ends[zone] - sizes[zone] : ends[zone]])
    named = [str(zone) for zone in distinct[sizes > 1][:_SHOWN]]
    params = {"rows": int(sizes[sizes > 1].sum()), "zones": int((sizes > 1).sum()), "ids": named}
    return attributes.iloc[first], outlines, [Notice("import.zone_parts_joined", params)]


def _how_they_lie(attributes: pd.DataFrame, geometry: NDArray[np.object_]) -> list[Notice]:
    """Tell zones that overlap, and the gaps that they enclose."""
    if len(geometry) <= 1:
        return []
    unknown = Notice("import.zones_not_compared", {"n": len(geometry)})
    if len(geometry) > _MOST_ZONES:
        return [unknown]
    try:
        flat = metric_polygons(gpd.GeoDataFrame(geometry=geometry, crs=CANONICAL_CRS))
        pairs = overlapping_pairs(flat)
    except GeometryError:
        # Outlines on two sides of the globe lie on no common grid; a layer laid upon itself has no end.
        return [unknown]
    notices = []
    if len(pairs):
        names = attributes[_NAME].to_numpy(dtype=object)
        named = [f"{names[one]} / {names[other]}" for one, other in pairs[:_SHOWN]]
        notices.append(Notice("import.zones_overlap", {"n": len(pairs), "pairs": named}))
    try:
        parts = shapely.get_parts(shapely.union_all(_untwisted(flat)))
    except shapely.errors.GEOSException:
        return [*notices, unknown]
    gaps = np.concatenate([shapely.area(shapely.polygons(shapely.get_rings(part)[1:])) for part in parts])
    gaps = gaps[gaps > _SMALLEST_GAP_M2]
    if len(gaps):
        params = {"n": len(gaps), "area_m2": float(gaps.sum())}
        notices.append(Notice("import.zones_gaps", params))
    return notices


def _untwisted(flat: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return outlines, mended where the grid has made them cross themselves."""
    outlines = np.array(flat, dtype=object)
    twisted = ~shapely.is_valid(outlines)
    outlines[twisted] = shapely.make_valid(outlines[twisted], method="structure", keep_collapsed=False)
    return outlines
