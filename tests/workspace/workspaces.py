"""Workspaces that hold whatever may go wrong on the way through a file."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.drawn_areas.areas import DrawnAreas
from spatial.drawn_areas.shapes import DrawnShape, ShapeKind
from spatial.evaluation_tables.reported import ReportedValue
from spatial.importing.model import Choice, Decision, Encoding, ImportResult, Subject
from spatial.notice import Notice
from spatial.text import TextKey
from spatial.workspace.model import (
    Dataset,
    PlacedPoint,
    ReplacedZones,
    Workspace,
    add_dataset,
    place_point,
    remember_columns,
    replace_zones,
    report_value,
)
from spatial.workspace.zone_replacement import match_zones, replaced_frame

CRS = "EPSG:4490"
REJECTED = ["row", "field", "value", "reason_key"]


def station_frame(n=5):
    """Return stations with every kind of column and of nothing."""
    frame = pd.DataFrame(
        {
            "site_id": [f"S{at}" for at in range(n)],
            "shared": pd.array([True, None, False, True, None][:n], dtype="boolean"),
            "cells": pd.array([3, None, -1, 0, 2**53 + 1][:n], dtype="Int64"),
            "height_m": [1.5, np.nan, -0.0, 1e-300, 0.1 + 0.2][:n],
            "words": pd.Series(["=1+1", "", "  海\n", "\x00nul", "\ud800"][:n], dtype=object),
            "mixed": [1, "52个", None, float("nan"), pd.NA][:n],
            "when": pd.to_datetime(["2024-05-01", None, "2025-01-01", "1970-01-01", None][:n]),
            "fid": range(n),
            "Geom": ["a", None, "b", "c", "d"][:n],
            "geom": ["A", None, "B", "C", "D"][:n],
        },
    ).set_axis(pd.Index([2, 3, 7, 11, 12][:n]))
    points = gpd.points_from_xy(np.linspace(114.001, 114.019, n), np.full(n, 23.005))
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, index=frame.index, crs=CRS))


def result_of(frame, *, subject=Subject.BASE_STATIONS, name="基站 '清单'.csv"):
    rejected = pd.DataFrame(
        [(4, "lon", "north", "error.reason_zero"), (9, "lat", "", "error.reason_zero")], columns=REJECTED
    )
    source = pd.DataFrame({"编号": ["a", "b"], "经度": ["north", "113"]}, index=[4, 9])
    choice = Choice("gcj02", Notice("inventory.header_line", {"line": 2}), 0.25)
    return ImportResult(
        subject=subject,
        name=name,
        frame=frame,
        n_in=len(frame) + 2,
        n_used=len(frame),
        rejected=rejected,
        rejected_source=source,
        row_unit="line",
        crs="wgs84",
        encoding=Encoding("gb18030", "strict"),
        decisions=(
            Decision(
                what="crs",
                chosen="wgs84",
                why=Notice("inventory.encoding", {"encoding": TextKey("error.reason_zero")}),
                confidence=1.0,
                choices=(choice,),
            ),
        ),
        columns={"site_id": "编号", "lon": "经度"},
        notices=(Notice("inventory.blank_lines", {"n": 3}),),
        warnings=(Notice("inventory.header_line", {"line": [1, "a"]}),),
    )


def dataset_of(frame, **facts):
    return Dataset(
        title="清单 <b>",
        result=result_of(frame, **facts),
        sha256="0" * 64,
        imported_at="2025-03-01T08:00:00+00:00",
        report={"n_in": 7, "warnings": ["一", {"a": None}], "share": 0.5, "rejected": []},
    )


def zone_frame(shift=0.0, names=("西片区", "东片区"), ids=("west", "east"), basis="schematic"):
    boxes = [
        shapely.box(114.00, 23.0, 114.01 + shift, 23.01),
        shapely.box(114.01 + shift, 23.0, 114.02, 23.01),
    ]
    facts = {
        "zone_id": list(ids),
        "name_zh": list(names),
        "name_en": ["West", "East"],
        "geometry_basis": basis,
        "position_accuracy_m": 300.0,
        "area_official_km2": [np.nan, 1.2],
        "area_official_source_zh": [None, "公报"],
        "area_land_km2": [0.9, np.nan],
        "area_land_source_zh": ["推算", None],
        "includes_water": True,
        "note_zh": "据文字勾绘",
    }
    return gpd.GeoDataFrame(facts, geometry=boxes, crs=CRS)


def full_workspace():
    workspace = add_dataset(Workspace(), dataset_of(station_frame()))
    lines = [shapely.LineString([(114, 23), (114.01, 23.01)]), None, shapely.Point(114.01, 23), None, None]
    features = station_frame().set_geometry(lines, crs=CRS)
    for _ in range(2):
        workspace = add_dataset(workspace, dataset_of(features, subject=Subject.FEATURES, name="路网.zip"))
    empty = station_frame().iloc[:0]
    workspace = add_dataset(workspace, dataset_of(empty, subject=Subject.LAMP_POLES))
    imported = zone_frame(shift=0.002)
    zones = dataset_of(imported, subject=Subject.ZONES, name="official.gpkg")
    for pack_id in ("small", "另一个"):
        match = match_zones(zone_frame(), imported)
        frame = replaced_frame(
            zone_frame(), imported, match, basis="official_supplied", source="official.gpkg"
        )
        replaced = ReplacedZones(frame=frame, match=match, dataset=zones)
        workspace = replace_zones(workspace, pack_id, "zones", replaced, fingerprint="f" * 64)
    workspace = add_dataset(workspace, zones)
    point = PlacedPoint(place_id="park", lon=114.015, lat=23.005, accuracy_m=50.0, placed_at="2025-03-01")
    workspace = place_point(workspace, "small", point, fingerprint="f" * 64)
    workspace = place_point(
        workspace, "small", PlacedPoint(place_id="广场", lon=114.0, lat=23.0), fingerprint="f" * 64
    )
    value = ReportedValue(
        indicator_id="small.goal",
        value=0.1 + 0.2,
        as_of="2024-06",
        source="=公报",
        basis="含“分公司”",
        reported_at="2025-03-01T08:00:00+00:00",
    )
    workspace = report_value(workspace, "small", value)
    circle = DrawnShape(kind=ShapeKind.CIRCLE, corners=((114.01, 23.0),), radius_m=500.04)
    corners = ((0.1 + 0.2, 23.0), (114.01 - 113.7, 23.01), (0.31, 23.0))
    drawn = DrawnAreas().added(circle, name="=甲 <b>").added(circle, name="乙").removed("drawn_1")
    drawn = drawn.added(DrawnShape(kind=ShapeKind.POLYGON, corners=corners), name="丙")
    workspace = replace(workspace, drawn={"small": drawn})
    return remember_columns(workspace, Subject.BASE_STATIONS, ["编号", "经度"], {"site_id": "编号"})
