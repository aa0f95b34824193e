"""The limits that a planner can set hold for points that are streamed, in every format and process."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from spatial.density.sources import open_source
from spatial.errors import LimitExceededError

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("csv", "quoted.csv", "parquet", "gpkg", "geojson")


def written(folder: Path, kind: str, word: str) -> Path:
    """Write three points, the last of them with a long cell."""
    path = folder / f"points.{kind}"
    table = pd.DataFrame({"operator": ["甲", "乙", word], "lon": 113.3, "lat": 23.1})
    if kind.endswith("csv"):
        table.to_csv(path, index=False, quoting=int(kind.startswith("quoted")))
        return path
    points = gpd.GeoDataFrame(table[["operator"]], geometry=[shapely.Point(113.3, 23.1)] * 3, crs="EPSG:4490")
    if kind == "parquet":
        points.to_parquet(path)
    else:
        points.to_file(path)
    return path


def rows_of(path: Path) -> int:
    source = pickle.loads(pickle.dumps(open_source(path, crs="cgcs2000", columns=("operator",))))  # noqa: S301
    return sum(len(batch.rows) for part in source.parts() for batch in source.batches(part))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_cell_above_the_limit_is_refused_with_the_setting(tmp_path, monkeypatch, kind):
    path = written(tmp_path, kind, "站" * 41)
    assert rows_of(path) == 3
    monkeypatch.setenv("ATLAS_MAX_CELL_CHARACTERS", "41")
    assert rows_of(path) == 3
    monkeypatch.setenv("ATLAS_MAX_CELL_CHARACTERS", "40")
    with pytest.raises(LimitExceededError, match="ATLAS_MAX_CELL_CHARACTERS") as caught:
        rows_of(path)
    assert "41" in caught.value.message("en")


@pytest.mark.parametrize("kind", FORMATS)
def test_too_many_columns_are_refused_with_the_setting(tmp_path, monkeypatch, kind):
    path = written(tmp_path, kind, "丙")
    if kind == "geojson":
        path.write_text(path.read_text().replace('"operator"', '"band": "n78", "operator"'), encoding="utf-8")
    monkeypatch.setenv("ATLAS_MAX_COLUMNS", "1")
    with pytest.raises(LimitExceededError, match="ATLAS_MAX_COLUMNS"):
        open_source(path, crs="cgcs2000")


def test_a_geojson_is_bound_by_its_size(tmp_path, monkeypatch):
    path = written(tmp_path, "geojson", "丙")
    monkeypatch.setenv("ATLAS_MAX_UPLOAD_BYTES", "100")
    with pytest.raises(LimitExceededError, match="ATLAS_MAX_UPLOAD_BYTES"):
        open_source(path)


def test_limits_go_with_an_opened_file(tmp_path, monkeypatch):
    path = written(tmp_path, "parquet", "站" * 41)
    monkeypatch.setenv("ATLAS_MAX_CELL_CHARACTERS", "40")
    source = open_source(path, columns=("operator",))
    monkeypatch.delenv("ATLAS_MAX_CELL_CHARACTERS")
    with pytest.raises(LimitExceededError):
        list(source.batches(source.parts()[0]))
