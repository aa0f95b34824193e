"""Packages of one or two layers whose values are given by a test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from spatial.export.fields import Field, FieldType, LayerKind, Obligation, typed_columns
from spatial.export.model import ClassPath, ExportLayer, PackageContent
from spatial.plan_records import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CLASS_PATH = ClassPath(category="资源调查数据", main_class="城市部件", sub_class="公用设施类", code="")
TYPES = {
    "BSM": FieldType.TEXT,
    "MC": FieldType.TEXT,
    "BZ": FieldType.TEXT,
    "SL": FieldType.INTEGER,
    "ZBZ": FieldType.REAL,
    "SFMN": FieldType.BOOLEAN,
    "CJRQ": FieldType.DATE,
    "GXSJ": FieldType.DATETIME,
}
ALIASES = {
    "BSM": "标识码",
    "MC": "名称",
    "BZ": "备注",
    "SL": "数量",
    "ZBZ": "指标现状值",
    "SFMN": "是否模拟",
    "CJRQ": "采集日期",
    "GXSJ": "更新时间",
}


def field(code: str, kind: FieldType | None = None, *, alias: str | None = None, unit: str = "") -> Field:
    alias = ALIASES.get(code, code) if alias is None else alias
    return Field(
        code=code, source="", alias_zh=alias, alias_en=code, type=kind or TYPES[code], width=None, unit=unit,
        obligation=Obligation.OPTIONAL, values=(), description_zh=f"{alias}。", description_en=code,
    )  # fmt: skip


def layer_of(
    columns: Mapping[str, Sequence[Any]],
    *,
    name: str = "base_stations",
    title: str = "基站",
    fields: tuple[Field, ...] | None = None,
    geometry: Sequence[Any] | None = None,
) -> ExportLayer:
    """A layer of the columns given, sorted by BSM, which is made where it is not given."""
    n = len(next(iter(columns.values())))
    columns = {"BSM": [f"S{at:06}" for at in range(n)], **columns}
    fields = fields or tuple(field(code) for code in columns)
    plain = pd.DataFrame({code: pd.Series(list(values), dtype=object) for code, values in columns.items()})
    shapes = [shapely.Point(113.3 + at * 1e-7 / 3, 23.1 - at * 1e-7 / 3) for at in range(n)]
    frame = gpd.GeoDataFrame(
        typed_columns(plain, fields), geometry=shapes if geometry is None else list(geometry), crs="EPSG:4490"
    )
    frame = frame.sort_values("BSM", ignore_index=True)
    kind = "Point" if geometry is None else "MultiPolygon"
    return ExportLayer(
        name=name,
        kind=LayerKind.BASE_STATIONS if kind == "Point" else LayerKind.ZONES,
        title=Bilingual(zh=title, en=name),
        geometry_type=kind,
        fields=fields,
        features=frame,
        class_path=CLASS_PATH,
        synthetic=False,
        n_in=n,
    )


def content_of(*layers: ExportLayer, crs: str = "EPSG:4490", **changes: Any) -> PackageContent:
    content = PackageContent(
        package_id="test-package", title=Bilingual(zh="测试包", en="Test package"), profile="cim", formats=(),
        crs=crs, data_date="2023-03-31", layers=layers, about={},
    )  # fmt: skip
    return replace(content, **changes)
