"""A plan pack of two square zones, written to a directory for a test."""

# ruff: noqa: E501 - rows of tables stay on one line
from __future__ import annotations

import csv
import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Two squares of 0.01° that share an edge, in the sea off nobody's coast.
WEST = [[114.00, 23.00], [114.01, 23.00], [114.01, 23.01], [114.00, 23.01], [114.00, 23.00]]
EAST = [[114.01, 23.00], [114.02, 23.00], [114.02, 23.01], [114.01, 23.01], [114.01, 23.00]]
WHOLE = [[114.00, 23.00], [114.02, 23.00], [114.02, 23.01], [114.00, 23.01], [114.00, 23.00]]
TEXT = "第一节 目标\n每平方公里基站数达到10个，已建成30座。"

CATALOG_COLUMNS = [
    "dataset_id", "kind", "path", "title_zh", "title_en", "source_zh", "source_en", "licence_zh", "licence_en", "crs",
    "geometry_basis", "synthetic", "built_by", "sha256",
]  # fmt: skip


def zone(zone_id: str, name: str, ring: list[list[float]], **properties: object) -> dict[str, Any]:
    facts = {
        "zone_id": zone_id, "name_zh": name, "name_en": zone_id, "short_zh": name, "short_en": zone_id,
        "role": "zone", "parent_id": None, "geometry_basis": "schematic", "position_accuracy_m": 5.0,
        "area_official_km2": None, "area_official_source_zh": None, "area_geometry_km2": 1.0,
        "area_land_km2": None, "area_land_source_zh": None, "population": None, "population_source_zh": None,
        "includes_water": False, "note_zh": "", "note_en": "",
    }  # fmt: skip
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {**facts, **properties}, "geometry": geometry}


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def write_csv(path: Path, header: str, *rows: Sequence[object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def write_catalog(directory: Path, *datasets: tuple[str, str, str]) -> None:
    """List (kind, path, synthetic) with the digests of the files as they stand."""
    rows = []
    for kind, path, synthetic in datasets:
        digest = hashlib.sha256((directory / path).read_bytes()).hexdigest()
        crs = "wgs84" if kind == "inventory" else ""
        words = ["标题", "title", "来源", "source", "公共领域", "CC0"]
        rows.append([path, kind, path, *words, crs, "", synthetic, "", digest])
    write_csv(directory / "catalog.csv", ",".join(CATALOG_COLUMNS), *rows)


def _write_plan(directory: Path) -> None:
    document = directory / "documents" / "plan-a"
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    facts: dict[str, Any] = {
        "document_id": "plan-a", "title": "甲规划", "short_zh": "甲规划", "short_en": "Plan A",
        "issuer": None, "date": "2021-12", "period": None, "level": "district", "sha256": digest,
        "characters": len(TEXT), "notes": [],
    }  # fmt: skip
    write_json(document / "document.json", facts)
    write_csv(
        document / "sections.csv",
        "section_id,document_id,heading,char_start,char_end,sha256",
        ["plan-a-1", "plan-a", "第一节", 0, len(TEXT), digest],
    )
    write_csv(
        document / "indicators.csv",
        "indicator_id,document_id,section_id,name_zh,name_en,name_in_text,value,value_text,unit_zh,unit_en,"
        "operator,direction,base_value,base_year,base_text,target_year,scope,scope_zh,scope_en,subject,"
        "notes_zh,notes_en",
        ["density", "plan-a", "plan-a-1", "每平方公里基站数", "Stations per km²", "每平方公里基站数", 10, "10个",
         "个/km²", "per km²", "ge", "reach", "", "", "", 2025, "whole", "全区", "whole", "base_stations", "", ""],
    )  # fmt: skip
    write_csv(
        document / "context.csv",
        "context_id,document_id,section_id,name_zh,name_en,name_in_text,value,value_text,unit_zh,unit_en,year,"
        "scope,reason_zh,reason_en",
        ["built", "plan-a", "plan-a-1", "已建成", "Built", "已建成", 30, "30座", "座", "", 2020, "whole", "累计",
         "stock"],
    )  # fmt: skip
    columns = "place_id,name_zh,name_en,short_zh,short_en,kind,level,parent_id,role_zh,role_en,document_id,section_id"
    write_csv(
        directory / "places.csv",
        columns,
        [
            "west",
            "西片",
            "West",
            "西片",
            "West",
            "zone",
            "district",
            "",
            "角色",
            "role",
            "plan-a",
            "plan-a-1",
        ],
    )
    write_csv(
        directory / "place_mentions.csv",
        "place_id,document_id,section_id,box,name_in_text,zone_id,description_zh,description_en",
    )
    write_csv(directory / "aliases.csv", "alias,place_id", ["西", "west"])
    finding = {
        "finding_id": "basis", "kind": "gap", "title": {"zh": "口径未写明", "en": "Basis not stated"},
        "detail": {"zh": "没有写明统计口径。", "en": "The counting basis is not stated."},
        "evidence": [{"document_id": "plan-a", "section_id": "plan-a-1", "text": "10个"}],
        "touches": ["density"],
    }  # fmt: skip
    write_json(directory / "findings.json", [finding])


PLAN_DATASETS = (
    ("document", "documents/plan-a/document.json", "false"),
    ("sections", "documents/plan-a/sections.csv", "false"),
    ("indicators", "documents/plan-a/indicators.csv", "false"),
    ("context", "documents/plan-a/context.csv", "false"),
    ("findings", "findings.json", "false"),
)


def write_pack(directory: Path, *, with_geometry: bool = True) -> Path:
    """Write the pack and return its directory; the demonstration inventory has three points, one outside."""
    facts = {
        "pack_id": "small", "name": {"zh": "小规划包", "en": "Small pack"}, "district_zone_id": "whole",
        "district_name": {"zh": "全区", "en": "Whole"}, "target_indicator_id": "density",
        "map_view": {"lon": 114.01, "lat": 23.005, "zoom": 14}, "review_number": None,
    }  # fmt: skip
    _write_plan(directory)
    if not with_geometry:
        write_json(
            directory / "pack.json",
            {
                **facts,
                "district_zone_id": None,
                "district_name": None,
                "map_view": None,
                "target_indicator_id": None,
            },
        )
        write_catalog(directory, *PLAN_DATASETS)
        return directory
    write_json(directory / "pack.json", facts)
    geography = directory / "geography"
    write_json(geography / "district.geojson", collection(zone("whole", "全区", WHOLE, role="district")))
    write_json(
        geography / "zones.geojson", collection(zone("west", "西片", WEST), zone("east", "东片", EAST))
    )
    write_json(geography / "backdrop.geojson", collection(zone("sea", "海", WHOLE)))
    write_csv(geography / "zone_vertices.csv", "zone_id,vertex,lon,lat", ["west", 1, 114.0, 23.0])
    write_csv(
        geography / "place_points.csv",
        "place_id,lon,lat,confidence_m,basis,note",
        ["west", 114.005, 23.005, 50, "map", ""],
        ["nowhere", "", "", "", "", "not located"],
    )
    write_csv(
        directory / "inventories" / "base_stations_demo.csv",
        "site_id,lon,lat,site_type,status,synthetic",
        ["a", 114.005, 23.005, "macro", "existing", "true"],
        ["b", 114.015, 23.005, "macro", "existing", "true"],
        ["c", 114.5, 23.5, "macro", "existing", "true"],
    )
    write_csv(
        directory / "published_counts.csv",
        "count_id,subject,zone_id,count,as_of,basis_zh,basis_en,context_id,document_id,section_id",
        [
            "built-2020",
            "base_stations",
            "whole",
            30,
            "2020-12-31",
            "未写明",
            "not stated",
            "built",
            "plan-a",
            "plan-a-1",
        ],
    )
    write_catalog(
        directory,
        *PLAN_DATASETS,
        ("zone_layer", "geography/district.geojson", "false"),
        ("zone_layer", "geography/zones.geojson", "false"),
        ("backdrop", "geography/backdrop.geojson", "false"),
        ("vertex_table", "geography/zone_vertices.csv", "false"),
        ("place_points", "geography/place_points.csv", "false"),
        ("inventory", "inventories/base_stations_demo.csv", "true"),
        ("published_counts", "published_counts.csv", "false"),
    )
    return directory
