"""The headers that mean each field, subject by subject: Chinese tables first, then English ones.

Words are compared after `spatial.station_words.normalise_word`, so that case, width, blanks, hyphens
and bracketed units do not matter. Of several headers that mean one field the earliest word wins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.importing.model import Subject
from spatial.station_words import ATTRIBUTE_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    Words = Mapping[str, tuple[str, ...]]

__all__ = [
    "CELL_FIELDS",
    "CELL_WORDS",
    "FEATURE_WORDS",
    "OUTLINE_NAMES",
    "PARK_WORDS",
    "POLE_WORDS",
    "STATION_WORDS",
    "SUBJECT_WORDS",
    "ZONE_WORDS",
]

_SITE_EXTRA: Final[Words] = {
    "site_id": (
        "基站编号/站址编码",
        "站点编码",
        "站点代码",
        "站号",
        "站点标识",
        "siteid",
        "stationid",
        "点位编号",
        "点编号",
    ),
    "name": ("基站名", "小区所属基站名称", "点位名称", "sitename", "stationname"),
    "operator": ("电信运营商", "承建运营商", "承建方", "运营公司", "carrier", "operatorname"),
    "band": ("频段(MHz)", "5G频段", "使用频段", "frequencyband"),
    "site_type": ("站点类别", "基站类别", "宏微类型", "站型类别"),
    "status": ("建设进度", "站点状态", "运行状态", "lifecyclestatus"),
    "shared": ("共享情况", "共建共享情况", "isshared"),
    "physical_site_id": ("铁塔编码", "站址id", "physicalsite"),
    "logical_station_id": ("gnodeb编号", "gnodeb", "gnb", "enodeb标识", "enodebid", "enbid"),
    "position_accuracy_m": ("accuracym", "accuracy", "误差", "定位误差"),
    "as_of": ("入网日期/计划年份", "开站日期", "投用日期", "date", "日期"),
}
_PLACE: Final[Words] = {
    "datum": ("坐标系", "坐标系统", "坐标基准", "坐标类型", "crs", "srs", "coordsys", "coordinatesystem"),
    "province": ("省", "省份", "省市"),
    "city": ("地市", "地州", "城市", "市", "地区", "prefecture"),
    "county": ("区县", "行政区", "所属区县", "所属行政区", "区", "xzqmc", "district"),
    "subdistrict": (
        "所属街道",
        "街道",
        "街镇",
        "镇街",
        "乡镇街道",
        "街道乡镇",
        "街道或村名",
        "所属镇街",
        "town",
    ),
    "village": ("行政村", "社区", "村居", "居委会"),
    "zone_name": ("所属片区", "片区", "片区名称", "所在片区"),
    "zone_ids": ("pq",),
    "address": (
        "详细地址",
        "地址",
        "站址",
        "安装地址",
        "杆体具体地址",
        "具体地址",
        "位置",
        "location",
        "addr",
    ),
}
_STATEMENT: Final[Words] = {
    "geometry_basis": ("几何来源", "位置来源", "边界来源", "basis"),
    "source": ("数据来源", "来源", "资料来源", "datasource"),
    "note": ("备注", "说明", "备注说明", "bz", "remark", "remarks", "notes", "comment"),
}

STATION_WORDS: Final[Words] = {
    **{field: (*words, *_SITE_EXTRA.get(field, ())) for field, words in ATTRIBUTE_WORDS.items()},
    **_PLACE,
    "build_mode": ("建设方式", "建设模式", "建设类型", "新建共址"),
    "height_m": ("挂高", "天线挂高", "天线高度", "站高", "antennaheight", "height"),
    "plan_year": ("计划年份", "规划年份", "计划建设年份", "建设年份", "planyear"),
    "pole_id": ("承载杆体编号", "杆体编号", "灯杆编号", "所在灯杆", "杆号"),
    "operators": ("共享运营商", "共享方", "使用运营商"),
    "serial_no": ("序号", "行号", "no", "no."),
    **_STATEMENT,
}
"""Stations, poles and other points; also what a planner keeps of each."""

CELL_WORDS: Final[Words] = {
    "vendor": ("厂家", "设备厂家", "厂商", "设备厂商"),
    "cell_key": ("gnodeb标识小区id", "cgi", "ncgi", "小区cgi"),
    "cell_name": ("nr小区名称", "小区名称", "小区中文名", "cellname"),
    "local_cell_id": ("小区本地id", "本地小区标识", "本地小区id"),
    "cell_id": ("小区id", "小区标识", "小区编号", "cellid", "ci"),
    "pci": ("物理小区标识", "物理小区识别码"),
    "tac": ("跟踪区域码", "跟踪区码", "跟踪区"),
    "azimuth_deg": ("方位角", "天线方位角", "azimuth"),
    "mechanical_downtilt_deg": ("机械下倾角", "机械倾角"),
    "electrical_downtilt_deg": ("电子下倾角", "电下倾角", "电子倾角"),
    "uplink_channel": ("上行频点",),
    "downlink_channel": ("下行频点", "中心频点", "频点"),
    "ssb_channel": ("ssb绝对信道号", "ssb频点"),
    "ssb_position": ("ssb频域位置",),
    "uplink_bandwidth": ("上行带宽",),
    "downlink_bandwidth": ("下行带宽", "带宽", "小区带宽"),
    "subcarrier_spacing_khz": ("子载波间隔",),
    "root_sequence": ("根序列", "根序列索引"),
    "antenna_mode": ("发送和接收模式", "收发模式", "天线模式"),
    "mast_type": ("塔桅类型", "铁塔类型", "塔型"),
    "coverage_scene": ("覆盖场景", "场景"),
    "scene_class": ("五高一地一景",),
    "coverage_scene_detail": ("详细覆盖场景",),
    "bbu_serial": ("bbusn码", "bbusn"),
    "aau_serial": ("aausn码", "aausn"),
    "aau_model": ("aau型号", "rru型号"),
    "colocated_4g_cgi": ("共站4gci", "共站4gcgi"),
    "maintenance_grid": ("维护网格", "网格"),
    "order_kind": ("订单属性",),
    "ownership": ("产权属性", "产权单位", "产权"),
    "former_owner": ("原产权方",),
}
"""What operators' tables say of each cell and tower."""

CELL_FIELDS: Final = frozenset(CELL_WORDS) - {
    "vendor",
    "mast_type",
    "coverage_scene",
    "scene_class",
    "coverage_scene_detail",
    "maintenance_grid",
    "order_kind",
    "ownership",
    "former_owner",
} | {"band", "serial_no", "note"}
"""Fields that may differ between the cells of one station."""

POLE_WORDS: Final[Words] = {
    "site_id": (
        "杆体编号",
        "灯杆编号",
        "智慧灯杆编号",
        "杆件编号",
        "杆编号",
        "杆号",
        "灯号",
        "设备编号",
        "标识码",
        "编号",
        "poleid",
        "candidateid",
        "poleno",
        "pole",
        "id",
    ),
    "name": ("灯杆名称", "杆体名称", "杆件名称", "设备名称", "名称", "polename"),
    "pole_type": ("杆体类型", "杆体类别", "灯杆类型", "杆型", "杆件类型", "类型", "poletype"),
    "pole_height_m": ("杆高", "杆体高度", "灯杆高度", "高度", "height", "heightm"),
    "road": ("所属道路", "道路名称", "道路", "所在道路", "路名", "road", "roadname", "street"),
    "road_side": ("道路侧", "路侧", "所在侧", "side"),
    "chainage": ("里程", "桩号"),
    "spacing_m": ("间距", "杆间距", "灯杆间距"),
    "site_type": ("站型", "zx"),
    "status": ("状态", "建设状态", "设备状态", "杆体状态", "现状", "zt", "lifecyclestatus"),
    "devices": ("挂载设备", "搭载设备", "挂载情况", "设备清单", "已挂载设备", "devices"),
    "carries_5g": ("是否挂载5g", "5g微站", "是否挂载基站", "挂载5g", "carries5g"),
    "mountable": ("可挂载", "是否可挂载", "是否具备挂载条件", "可否挂载", "ismountable"),
    "reserved_slots": ("预留舱位", "预留仓位", "剩余舱位"),
    "power_supply": ("供电", "供电方式", "供电情况"),
    "fibre": ("光纤接入", "光纤", "光缆接入"),
    "owner": ("权属单位", "产权单位", "权属", "业主单位", "owner"),
    "builder": ("建设单位", "建设主体", "builder"),
    "operator": ("运营商", "运维单位", "运营单位"),
    "as_of": ("建成日期", "建设日期", "投用日期", "数据日期", "最近更新时间", "采集日期"),
    "built_year": ("建成年份", "建设年份", "builtyear"),
    "plan_year": ("计划年份", "规划年份", "计划建设年份", "建成日期/计划年份"),
    "position_accuracy_m": ("位置精度", "定位精度", "坐标精度", "accuracy"),
    "synthetic": ("模拟", "模拟数据", "是否模拟"),
    **_PLACE,
    "serial_no": ("序号", "行号", "no", "no."),
    **_STATEMENT,
}
"""Lamp poles."""

ZONE_WORDS: Final[Words] = {
    "zone_id": (
        "片区编号",
        "片区编码",
        "片区代码",
        "分区编号",
        "单元编号",
        "管理单元编号",
        "区域编号",
        "地块编号",
        "标识码",
        "编号",
        "bh",
        "编码",
        "代码",
        "zoneid",
        "zonecode",
        "code",
        "id",
        "fid",
    ),
    "name_zh": (
        "片区名称",
        "分区名称",
        "单元名称",
        "区域名称",
        "名称",
        "片区",
        "zonename",
        "name",
        "mc",
        "街道名称",
        "中文名称",
    ),
    "name_en": ("英文名称", "英文名", "nameen", "englishname"),
    "short_zh": ("简称", "片区简称"),
    "role": ("区类型", "层级", "片区类型", "分区类型"),
    "parent_id": ("上级编号", "上级片区", "上级编码", "所属片区编号"),
    "area_official_km2": (
        "公布面积",
        "官方面积",
        "行政区面积",
        "规划面积",
        "批复面积",
        "总面积",
        "officialareakm2",
        "areaofficial",
        "mjgf",
    ),
    "area_land_km2": ("陆域面积", "陆地面积", "landareakm2", "arealand"),
    "area_built_up_km2": ("建成区面积", "builtupareakm2", "areabuiltup"),
    "population": ("人口", "常住人口", "总人口", "人口数", "pop"),
    "position_accuracy_m": (
        "边界精度",
        "界线精度",
        "位置精度",
        "boundaryaccuracym",
        "boundaryaccuracy",
        "accuracy",
    ),
    "synthetic": ("模拟", "模拟数据", "是否模拟"),
    "as_of": ("数据日期", "批复日期", "发布日期", "采集日期"),
    "datum": _PLACE["datum"],
    **_STATEMENT,
}
"""Zones."""

PARK_WORDS: Final[Words] = {
    "place_id": (
        "园区编号",
        "载体编号",
        "项目编号",
        "地点编号",
        "标识码",
        "编号",
        "placeid",
        "parkid",
        "id",
    ),
    "name_zh": (
        "园区名称",
        "载体名称",
        "项目名称",
        "楼宇名称",
        "地点名称",
        "名称",
        "园区",
        "name",
        "parkname",
        "mc",
    ),
    "name_en": ("英文名称", "英文名", "nameen"),
    "kind": ("类别", "园区类型", "载体类型", "类型", "park type"),
    "parent_id": ("上级编号",),
    "site_area_m2": ("占地面积", "用地面积", "土地面积", "园区面积", "sitearea", "landarea"),
    "floor_area_m2": ("建筑面积", "总建筑面积", "建筑总面积", "楼面面积", "floorarea", "gfa"),
    "leasable_area_m2": ("可租面积", "可招商面积", "可出租面积", "空置面积", "leasablearea"),
    "rent": ("租金", "租金水平", "参考租金", "租金价格", "月租金", "rent"),
    "industries": ("招商方向", "产业方向", "主导产业", "招商产业", "重点产业", "industries", "industry"),
    "owner": ("权属单位", "业主单位", "产权单位", "owner"),
    "operator": ("运营单位", "运营方", "管理单位", "运营主体", "operator"),
    "contact": ("联系人", "联系方式", "联系电话", "contact"),
    "status": ("状态", "建设状态", "运营状态", "zt"),
    "as_of": ("数据日期", "采集日期", "更新日期", "截止日期"),
    "position_accuracy_m": ("位置精度", "定位精度", "坐标精度", "accuracy"),
    "synthetic": ("模拟", "模拟数据", "是否模拟"),
    **{field: words for field, words in _PLACE.items() if field not in {"province", "city", "village"}},
    "serial_no": ("序号", "行号", "no", "no."),
    **_STATEMENT,
}
"""Parks and other carriers of industry."""

FEATURE_WORDS: Final[Words] = {
    "name": ("名称", "name", "名字", "道路名称", "河流名称", "线路名称", "mc", "title"),
    "kind": ("类别", "类型", "等级", "道路等级", "fclass", "class", "type"),
    "position_accuracy_m": ("位置精度", "accuracy"),
    "datum": _PLACE["datum"],
    **_STATEMENT,
}
"""Layers of context, whose own columns matter more than ours."""

SUBJECT_WORDS: Final[Mapping[Subject, tuple[str, ...]]] = {
    Subject.LAMP_POLES: ("灯杆",),
    Subject.PARKS: ("园区", "载体"),
    Subject.ZONES: ("片区",),
    Subject.BASE_STATIONS: ("基站", "站址", "工参"),
}
"""What a file is called after; worth asking only where no header tells."""

OUTLINE_NAMES: Final = frozenset({"片区", "片区名称", "分区名称", "单元名称", "zonename"})
"""Headers of the name of an outline; a table of points has them for the zone that each lies in."""
