"""Shapefiles for tests: read, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spatial.errors import AtlasError
from spatial.importing.model import ReadOptions
from spatial.importing.readers.shapefile import read_layer
from tests.importing.readers.shapefile_maker import (
    WGS84,
    names,
    shp,
)

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.importing.model import SourceLayer

NAN, INF = float("nan"), float("inf")


def read(path: Path, **options: object) -> SourceLayer:
    layer = read_layer(path, name="片区.zip", options=ReadOptions(**options))
    assert len(layer.table) == len(layer.rows) == len(layer.geometry)
    assert len(layer.rejected) == len(layer.rejected_cells)
    told = [row.row for row in layer.rejected]
    assert sorted([*layer.rows, *told]) == list(range(layer.n_in))
    for remark in (*layer.notices, *layer.warnings):
        assert remark.message("zh")
        assert remark.message("en")
    return layer


def keys(layer: SourceLayer) -> set[str]:
    return {remark.key for remark in (*layer.notices, *layer.warnings)}


def faults(layer: SourceLayer) -> dict[int, str]:
    return {row.row: row.reason_key for row in layer.rejected}


def whole(records: list[bytes], kind: int = 5, **more: bytes | None) -> dict[str, bytes | None]:
    shape, index = shp(records, kind)
    rows = names([b"row %d" % n for n in range(len(records))])
    return {"shp": shape, "shx": index, "dbf": rows, "prj": WGS84.encode(), "cpg": b"UTF-8"} | more


def refusal(path: Path, **options: object) -> AtlasError:
    with pytest.raises(AtlasError) as caught:
        read(path, **options)
    assert str(path.parent) not in caught.value.message("zh") + caught.value.message("en")
    return caught.value
