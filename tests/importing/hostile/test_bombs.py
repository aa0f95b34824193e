"""Files that cost much: stopped within the limits, while the process that serves pages stays as it was."""

from __future__ import annotations

import json
import resource
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spatial.errors import AtlasError, InputError, LimitExceededError
from spatial.importing.isolation import run_examination, watch
from spatial.importing.model import ImportSettings, Subject
from spatial.limits import DEFAULT_LIMITS
from tests.importing.hostile.hostile_files import (
    archive,
    endless_geopackage,
    workbook_with_giant_token,
    zip_bomb,
)
from tests.importing.isolation.probe_program import guards_off, write_program

MOST_SECONDS = 31
MOST_BYTES = 1_600_000_000
MOST_GROWTH = 100_000_000


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


@pytest.fixture
def examine(tmp_path_factory, monkeypatch):
    """Examine a file as the product does, and return what became of it."""

    def run(data: bytes, name: str, *, layer: str | None = None, **bounds: int):
        if guards_off():
            folder = tmp_path_factory.mktemp("program")
            monkeypatch.setattr(watch, "_PROGRAM", write_program(folder, probes=False))
        limits = replace(DEFAULT_LIMITS, **bounds)
        settings = ImportSettings(subject=Subject.FEATURES, crs="wgs84", layer=layer)
        ended = []
        original = watch._end

        def note(process, end):
            original(process, end)
            ended.append(end)

        monkeypatch.setattr(watch, "_end", note)
        before = resident_bytes()
        try:
            found = run_examination(data, name=name, settings=settings, limits=limits)
        except AtlasError as refusal:
            found = refusal
        (end,) = ended
        assert end.peak_bytes < MOST_BYTES
        assert end.cpu_seconds < MOST_SECONDS
        assert resident_bytes() - before < MOST_GROWTH
        return found

    return run


def test_a_zip_bomb_is_refused_by_its_ratio(examine):
    refusal = examine(zip_bomb(), "bomb.zip")
    assert isinstance(refusal, LimitExceededError), refusal
    assert refusal.key in {"error.limit_archive_ratio", "error.limit_unpacked_bytes"}


def test_an_archive_of_very_many_members_is_refused(examine):
    refusal = examine(archive({f"{n}.shp": b"" for n in range(3000)}), "many.zip")
    assert isinstance(refusal, LimitExceededError), refusal
    assert refusal.key == "error.limit_archive_members"


def test_a_giant_tag_in_a_workbook_is_refused(examine):
    data = workbook_with_giant_token()
    assert len(data) < 100_000
    refusal = examine(data, "token.xlsx")
    assert isinstance(refusal, LimitExceededError), refusal
    assert refusal.key == "error.limit_archive_ratio"


def test_a_giant_tag_is_refused_also_where_nothing_is_packed(examine):
    refusal = examine(workbook_with_giant_token(packed=False), "token.xlsx")
    assert isinstance(refusal, LimitExceededError), refusal
    assert refusal.key == "error.limit_xml_token_bytes"


def test_a_polygon_that_crosses_itself_everywhere_costs_no_more_than_its_row(examine):
    """Each of its edges crosses nearly every other one: the repair of it has millions of corners to place."""
    turns = np.arange(2001) * np.pi * 2 * 1000 / 2001
    ring = np.column_stack([113.3 + 0.05 * np.cos(turns), 23.1 + 0.05 * np.sin(turns)]).round(8).tolist()
    star = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    sound = {"type": "Polygon", "coordinates": [[[113, 23], [113.1, 23], [113.1, 23.1], [113, 23]]]}
    features = [{"type": "Feature", "geometry": each, "properties": {}} for each in (star, sound)]
    found = examine(json.dumps({"type": "FeatureCollection", "features": features}).encode(), "star.geojson")
    result = found.examination.result
    assert (result.n_in, result.n_used, result.n_reported) == (2, 1, 1)


@pytest.mark.parametrize("layer", [None, "endless"])
def test_an_endless_view_is_not_read(examine, layer):
    found = examine(endless_geopackage(), "endless.gpkg", layer=layer)
    if layer is None and not isinstance(found, AtlasError):
        assert [each.name for each in found.examination.layers] == ["zones"]
    else:
        assert isinstance(found, InputError)


def test_a_table_above_the_rows_is_refused(examine):
    data = "名称,经度,纬度\n".encode() + b"a,113.33,23.09\n" * 30
    refusal = examine(data, "rows.csv", rows=20)
    assert isinstance(refusal, LimitExceededError), refusal
    assert refusal.key == "error.limit_rows"
