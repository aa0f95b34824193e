"""A hand-over package of three small, awkward layers, made by hand for a test.

It depends on the model alone, so that a test of a writer fails for the writer's own reasons.
"""

# ruff: noqa: E501 - rows of tables stay on one line
from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from spatial.definition import Definition, LifecycleStatus, Numerator
from spatial.export.fields import Field, FieldType, LayerKind, Obligation, typed_columns
from spatial.export.model import ClassPath, ExportLayer, PackageContent, Withheld
from spatial.plan_records import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# code|alias_zh|alias_en|type|width|unit|obligation|values
COMMON = (
    "BSM|标识码|Identifier|text|64||M|",
    "YSDM|要素代码|Feature code|text|10||C|",
    "MC|名称|Name|text|254||M|",
    "XZQDM|行政区代码|District code|text|12||C|",
    "XZQMC|行政区名称|District name|text|||C|",
    "CIMML|CIM门类|CIM category|text|||M|",
    "CIMDL|CIM大类|CIM main class|text|||M|",
    "CIMZL|CIM中类|CIM sub-class|text|||O|",
    "JHLY|几何来源|Basis of the geometry|text|||M|正式提供,推导,示意,自带",
    "WZJD|位置精度|Position accuracy|real||m|C|",
    "SFMN|是否模拟|Simulated|boolean|||M|",
    "SJLY|数据来源|Source|text|||M|",
    "CJRQ|采集日期|Date of capture|text|||C|",
    "BBH|版本号|Version|text|||M|",
    "BZ|备注|Remark|text|||O|",
)
ZONES = (
    "MCYW|英文名称|English name|text|||C|",
    "MJ_KM2|图形面积|Area of the outline|real||km²|M|",
    "SL|基站数|Stations|integer||座|C|",
    "ZBZ|密度|Density|real||座/km²|C|",
    "DBQK|达标情况|Verdict|text|||C|达标,未达标,尚不能判定,无数据",
)
STATIONS = (
    "TJKJ|统计口径|Counting basis|text|||M|物理站址,逻辑基站,按原表逐行",
    "SFGX|是否共享|Shared|boolean|||C|",
    "PQ|所属片区|Zones|text|||C|",
    "X01|层数|层数|integer||||",
    "X02|=挂高(米)|=挂高(米)|real||||",
    "X03|有源|有源|boolean||||",
    "X04|入网日期|入网日期|date||||",
    "X05|更新时间|更新时间|datetime||||",
)
PLACES = ("LB|类别|Kind|text|||M|", "SJBH|上级编号|Parent|text|||C|")

A_HOLE = [[(113.33, 23.08), (113.34, 23.08), (113.34, 23.09), (113.33, 23.09)], [(113.332, 23.082), (113.332, 23.084), (113.334, 23.084), (113.334, 23.082)]]  # fmt: skip
CLOCKWISE = [
    [(113.3400000000001, 23.08), (113.3400000000001, 23.0899999999997), (113.35, 23.09), (113.35, 23.08)]
]
TWO_PARTS = [[[(113.35, 23.08), (113.355, 23.08), (113.355, 23.085), (113.35, 23.085)]], [[(113.36, 23.09), (113.365123456789, 23.09), (113.365, 23.095987654321)]]]  # fmt: skip

EVERY_FORMAT = (
    "jsonfg",
    "geojson",
    "geopackage",
    "shapefile",
    "csv",
    "xlsx",
    "flatgeobuf",
    "geoparquet",
    "kml",
)


def field(row: str) -> Field:
    code, alias_zh, alias_en, kind, width, unit, obligation, values = row.split("|")
    return Field(
        code=code, source=alias_zh if code.startswith("X0") else code.lower(), alias_zh=alias_zh, alias_en=alias_en,
        type=FieldType(kind), width=int(width) if width else None, unit=unit, obligation=Obligation(obligation or "O"),
        values=tuple(values.split(",")) if values else (), description_zh=f"{alias_zh}。", description_en=f"{alias_en}.",
    )  # fmt: skip


def layer_of(
    name: str, kind: LayerKind, title: Bilingual, rows: Sequence[str], geometry: list[Any], records: list[Mapping[str, Any]],
    **more: Any,
) -> ExportLayer:  # fmt: skip
    """A layer of records, given by code; what a record does not give is missing."""
    fields = tuple(field(row) for row in (*COMMON, *rows))
    columns = pd.DataFrame(
        {item.code: pd.Series([record.get(item.code) for record in records], dtype=object) for item in fields}
    )
    frame = gpd.GeoDataFrame(typed_columns(columns, fields), geometry=geometry, crs="EPSG:4490")
    frame = frame.sort_values("BSM", ignore_index=True)
    withheld = more.pop("withheld", ())
    return ExportLayer(
        name=name, kind=kind, title=title, geometry_type=geometry[0].geom_type, fields=fields, features=frame,
        class_path=more.pop("class_path"), synthetic=more.pop("synthetic", False), n_in=len(frame) + len(withheld),
        withheld=withheld, about=more.pop("about"),
    )  # fmt: skip


def both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def about_layer(**more: Any) -> dict[str, Any]:
    return {
        "abstract": both("用于测试的图层。", "A layer for tests."), "lineage": both("手工编写 <&> “引号”。", 'Written by hand <&> "quoted".'),
        "source": both("测试", "test"), "licence": both("Apache-2.0", "Apache-2.0"), "geometry_basis": ["schematic"],
        "accuracy_m": {"min": 5.0, "max": 150.0}, "period": {"begin": "2020", "end": "2023-03-31"}, "schematic": True,
        "positions": "exact", "grid_m": None, "withheld_fields": [], **more,
    }  # fmt: skip


def common(bsm: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "BSM": bsm, "YSDM": None, "MC": name, "XZQDM": "440105", "XZQMC": "海珠区", "CIMML": "规划管控数据", "CIMDL": "专项规划",
        "JHLY": "示意", "WZJD": 150.0, "SFMN": False, "SJLY": "测试", "CJRQ": "2023-03", "BBH": "2023-03-31", **more,
    }  # fmt: skip


def zones_layer() -> ExportLayer:
    """Four zones: with a hole, clockwise, in two parts, and one with nothing but what must be."""
    plain = [[(113.36, 23.07), (113.37, 23.07), (113.37, 23.08), (113.36, 23.08)]]
    geometry = [polygons([A_HOLE]), polygons([CLOCKWISE]), polygons(TWO_PARTS), polygons([plain])]
    records = [
        common("zone-b", "琶洲，“试验区”；𠮷😀", MCYW='Pazhou, "pilot" zone', MJ_KM2=90.96843657352764, SL=1436, ZBZ=45.7618865934588, DBQK="尚不能判定", BZ="第一行\n第二行"),
        common("zone-a", "=1+1", MCYW="", MJ_KM2=1.0874439602259156, SL=0, ZBZ=0.0, DBQK="未达标", BZ=""),
        common("007", "@甲&乙<b>", MCYW="NULL", MJ_KM2=1e-07, SL=9007199254740991, ZBZ=2.0, DBQK="达标", BZ=None, WZJD=None),
        common("zone-d", "O'Brien\\路", MJ_KM2=0.1, DBQK="无数据", CJRQ=None),
    ]  # fmt: skip
    return layer_of(
        "zones", LayerKind.ZONES, Bilingual(zh="规划片区（示意）", en="Planning zones (schematic)"), ZONES, geometry, records,
        class_path=ClassPath(category="规划管控数据", main_class="专项规划", sub_class="科技创新片区", code=""), about=about_layer(),
    )  # fmt: skip


def polygons(parts: list[Any]) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([shapely.Polygon(shell, holes) for shell, *holes in parts])


def stations_layer() -> ExportLayer:
    """Five simulated stations with a column of every type, two of them on one spot, one withheld."""
    spots = [
        (113.3312345678901, 23.0812345678909),
        (113.3312345678901, 23.0812345678909),
        (113.36, 23.07),
        (113.33, 23.08),
        (113.4, 23.1),
    ]
    more: list[dict[str, Any]] = [
        {"SFGX": True, "PQ": "zone-a;zone-b", "X01": 3, "X02": 35.5, "X03": True, "X04": "2020-02-29", "X05": "2020-02-29T23:59:59+08:00"},
        {"SFGX": False, "PQ": "zone-a", "X01": -9007199254740991, "X02": -0.5, "X03": False, "X04": "1999-12-31", "X05": "2021-01-01T00:00:00.123+08:00"},
        {"PQ": "", "BZ": "-2+3+cmd|' /C calc'!A0", "WZJD": 0.5},
        {"MC": "  前有空格", "BZ": "'=已加引号", "X02": 123456.5, "WZJD": None},
        {"MC": "很长" * 40, "BZ": "＝SUM(A1)", "X01": 0, "X02": 0.0, "XZQDM": "", "XZQMC": ""},
    ]  # fmt: skip
    records = [
        common(
            f"S{n:04}", f"模拟站 {n}", SFMN=True, TJKJ="按原表逐行", CIMML="资源调查数据", CIMDL="城市部件"
        )
        | extra
        for n, extra in enumerate(more, start=1)
    ]
    return layer_of(
        "base_stations", LayerKind.BASE_STATIONS, Bilingual(zh="5G 基站（模拟）", en="5G base stations (simulated)"), STATIONS,
        [shapely.Point(spot) for spot in spots], records, synthetic=True,
        class_path=ClassPath(category="资源调查数据", main_class="城市部件", sub_class="公用设施类", code=""),
        withheld=(Withheld(feature_id="S0006", reason_key="error.reason_bad_position"),),
        about=about_layer(geometry_basis=["user_supplied"], schematic=False, period=None, accuracy_m={"min": 0.5, "max": 150.0}, withheld_fields=["基站密码"]),
    )  # fmt: skip


def places_layer() -> ExportLayer:
    """One place, of which next to nothing is known."""
    return layer_of(
        "places", LayerKind.PLACES, Bilingual(zh="规划地点", en="Places of the plans"), PLACES, [shapely.Point(113.3, 23.1)],
        [common("place-1", "某园区", LB="park", CJRQ="2022", WZJD=None)],
        class_path=ClassPath(category="公共专题数据", main_class="兴趣点", sub_class="", code=""),
        about=about_layer(accuracy_m=None, period={"begin": "2022", "end": "2022"}, positions="grid", grid_m=100.0),
    )  # fmt: skip


def about_package() -> dict[str, Any]:
    definition = Definition(numerator=Numerator.LOGICAL_STATION, status=LifecycleStatus.EXISTING)
    return {
        "district": {"zone_id": "haizhu", "name": both("海珠区", "Haizhu District"), "code": "440105"},
        "definition": {**definition.to_dict(), "label": both(definition.label("zh"), definition.label("en"))},
        "target": {"value_per_km2": 52.0, "scope": "district", "scope_zone_id": "haizhu", "year": 2025, "indicator_id": "plan.base_stations", "document_id": "plan", "section_id": "plan-2-1"},
        "results": [{
            "layer_name": "district", "definition": definition.to_dict(), "layer": "tiling",
            "zones": [{"zone_id": "haizhu", "name": "海珠区", "area_km2": 90.96843657352764, "count": 5144, "density_per_km2": 56.54708593174762, "target_per_km2": 52.0, "target_scope": "district", "required_count": 4731, "gap_count": 0, "attainment_ratio": 1.0874439602259156, "density_low": 55.74915846727624, "density_high": 57.368186243375966, "status": "met", "synthetic": False, "geometry_basis": "derived"}],
            "n_in": 5144, "n_used": 5144, "n_reported": 0, "total_count": 5144, "outside_count": 0,
            "notices": [{"key": "verdict.published_count", "params": {"count": 5144}, "zh": "数量 5,144 为公布的总数。", "en": "The number 5,144 is a published total."}],
        }],
        "documents": [{"document_id": "plan", "title": "测试规划", "issuer": "测试机关", "date": "2023-03"}],
        "citations": [{"figure": both("每平方公里5G基站数", "5G stations per km²"), "value": 52.0, "unit": both("座/km²", "per km²"), "document_id": "plan", "section_id": "plan-2-1", "heading": "第一节 目标", "text": "每平方公里5G基站数量达到52个"}],
        "constraints": {"security": both("内部", "internal"), "use": both("规划研究", "planning studies"), "review_number": None, "review_slot": both("内部工作用图 · 未经审核不得公开", "Internal working map, not to be published without review")},
        "contact": {"organisation": "", "email": "", "phone": ""},
        "attribution": [both("测试数据：手工编写", "Test data, written by hand")],
        "disclaimer": both("凡标“示意”的范围不是法定界线。", "An outline marked schematic is no legal boundary."),
        "options": {"points": "exact", "grid_m": None, "synthetic": True, "extent": {}},
        "notices": [{"key": "verdict.synthetic", "params": {}, "zh": "清单为模拟数据。", "en": "The inventory is simulated."}],
        "period": {"begin": "2020", "end": "2023-03-31"},
        "height_datum": both("1985国家高程基准（EPSG:5737）；本包图层为二维，不含高程", "1985 national height datum (EPSG:5737); the layers are two-dimensional and hold no heights"),
    }  # fmt: skip


def small_content(**changes: Any) -> PackageContent:
    """The package, with any of its parts exchanged."""
    content = PackageContent(
        package_id="small-package", title=Bilingual(zh="测试移交包", en="Package for tests"), profile="cim",
        formats=EVERY_FORMAT, crs="EPSG:4490", data_date="2023-03-31",
        layers=(zones_layer(), stations_layer(), places_layer()), about=about_package(),
    )  # fmt: skip
    return replace(content, **changes)
