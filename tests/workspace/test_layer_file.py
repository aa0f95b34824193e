"""One layer as a file: readable by our own check and by any program, atomic, the same bytes twice."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing

import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from spatial.errors import ExportRefusedError
from spatial.vector_files import read_points, read_zones
from spatial.workspace import layer_file
from spatial.workspace.layer_file import write_layer


def stations(n=4):
    frame = pd.DataFrame(
        {
            "site_id": [f"S{at}" for at in range(n)],
            "shared": pd.array([True, False, None, True][:n], dtype="boolean"),
            "cells": pd.array([3, None, 6, 1][:n], dtype="Int64"),
            "height_m": [30.5, np.nan, 12.0, 0.0][:n],
            "opened": [dt.date(2024, 5, 1), None, dt.date(2025, 1, 31), None][:n],
            "surveyed": pd.to_datetime(
                ["2024-05-01T08:30:00", None, "2025-01-01T00:00:00", "2025-01-02T00:00:00"][:n]
            ),
            "remark": [52, "52个", None, 2.5][:n],
            "FID": ["a", "b", "c", "d"][:n],
            "Geom": ["x", "", None, "y"][:n],
            'say "it"': ["=1+1", "海", "🏙", "'"][:n],
        }
    )
    points = gpd.points_from_xy(np.linspace(113.2, 113.4, n), np.linspace(23.0, 23.1, n))
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4490")


def test_points_are_read_by_the_check_of_the_command_line(tmp_path):
    path = tmp_path / "out.gpkg"
    write_layer(path, "base_stations", stations())
    inventory = read_points(path, crs=None)
    assert inventory.n_in == inventory.n_used == 4
    assert list(inventory.points["site_id"]) == ["S0", "S1", "S2", "S3"]
    assert list(inventory.points.geometry.x) == list(stations().geometry.x)


def test_columns_keep_their_types_in_another_reader(tmp_path):
    path = tmp_path / "out.gpkg"
    write_layer(path, "base_stations", stations())
    with fiona.open(path) as layer:
        assert layer.name == "base_stations"
        assert layer.crs.to_epsg() == 4490
        assert layer.schema["geometry"] == "Point"
        kinds = {name: kind.split(":")[0] for name, kind in layer.schema["properties"].items()}
        rows = [dict(feature.properties) for feature in layer]
    assert kinds["shared"] == "bool"
    assert kinds["cells"].startswith("int")
    assert kinds["height_m"] == "float"
    assert kinds["opened"] == "date"
    assert [row["remark"] for row in rows] == ["52", "52个", None, "2.5"]
    assert [row["FID"] for row in rows] == ["a", "b", "c", "d"]
    assert [row["Geom"] for row in rows] == ["x", "", None, "y"]
    assert [row['say "it"'] for row in rows] == ["=1+1", "海", "🏙", "'"]
    assert [row["shared"] for row in rows] == [True, False, None, True]
    assert [row["surveyed"] for row in rows][1] is None


def test_zones_of_one_and_several_parts_share_one_type(tmp_path):
    path = tmp_path / "zones.gpkg"
    several = shapely.MultiPolygon([shapely.box(113.3, 23, 113.31, 23.01), shapely.box(114, 23, 114.1, 23.1)])
    zones = gpd.GeoDataFrame(
        {"zone_id": ["Z1", "Z2"], "name_zh": ["甲", "乙"]},
        geometry=[shapely.box(113.2, 23, 113.21, 23.01), several],
        crs="EPSG:4490",
    )
    write_layer(path, "zones", zones)
    with fiona.open(path) as layer:
        assert layer.schema["geometry"] == "MultiPolygon"
        assert {feature.geometry.type for feature in layer} == {"MultiPolygon"}
    assert list(read_zones(path).zones["zone_id"]) == ["Z1", "Z2"]


def test_features_may_be_of_any_type_or_none(tmp_path):
    path = tmp_path / "features.gpkg"
    shapes = [
        shapely.Point(113, 23),
        shapely.LineString([(113, 23), (113.1, 23)]),
        None,
        shapely.GeometryCollection([shapely.Point(1, 1), shapely.LineString([(0, 0), (1, 1)])]),
        shapely.Point(113, 23, 5),
    ]
    write_layer(path, "features", gpd.GeoDataFrame({"n": range(5)}, geometry=shapes, crs="EPSG:4490"))
    found = gpd.read_file(path)
    assert shapely.equals_identical(np.array(found.geometry), np.array(shapes)).sum() == 4
    assert list(found.geometry.isna()) == [False, False, True, False, False]


def test_a_frame_in_another_system_is_carried_over(tmp_path):
    path = tmp_path / "metres.gpkg"
    write_layer(path, "points", stations().to_crs("EPSG:4547"))
    with fiona.open(path) as layer:
        assert layer.crs.to_epsg() == 4490
        assert layer[1].geometry.coordinates[0] == pytest.approx(113.2, abs=1e-7)


def test_an_empty_layer_is_written(tmp_path):
    path = tmp_path / "empty.gpkg"
    write_layer(path, "points", stations(0))
    with fiona.open(path) as layer:
        assert len(layer) == 0


def test_the_same_frame_gives_the_same_bytes(tmp_path):
    write_layer(tmp_path / "one.gpkg", "points", stations())
    write_layer(tmp_path / "two.gpkg", "points", stations())
    assert (tmp_path / "one.gpkg").read_bytes() == (tmp_path / "two.gpkg").read_bytes()


def test_a_text_that_would_be_cut_is_refused_and_the_old_file_stays(tmp_path):
    path = tmp_path / "out.gpkg"
    path.write_bytes(b"old")
    with pytest.raises(ExportRefusedError) as refused:
        write_layer(path, "points", stations().assign(remark="a\0b"))
    assert refused.value.params == {"layer": "points", "column": "remark"}
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.gpkg"]


def test_a_row_lost_by_the_writer_is_seen(tmp_path, monkeypatch):
    write = layer_file.pyogrio.write_arrow
    monkeypatch.setattr(
        layer_file.pyogrio, "write_arrow", lambda table, *args, **options: write(table[:-1], *args, **options)
    )
    with pytest.raises(ExportRefusedError) as refused:
        write_layer(tmp_path / "out.gpkg", "points", stations())
    assert refused.value.params == {"layer": "points", "expected": 4, "found": 3}
    assert not list(tmp_path.iterdir())


def test_the_database_is_sound_and_of_the_stated_version(tmp_path):
    path = tmp_path / "out.gpkg"
    write_layer(path, "points", stations())
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA user_version").fetchone() == (10300,)
        assert database.execute("SELECT count(*) FROM rtree_points_geom_2").fetchone() == (4,)
