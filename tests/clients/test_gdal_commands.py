"""GDAL's own commands, as Debian ships them, open every file whose format that version knows."""

from __future__ import annotations

import json
import re
import subprocess

import numpy as np
import pytest
import shapely

from tests.clients.conftest import RFC7946, program, shown

KNOWN = ("geojson", "geopackage", "shapefile", "csv", "xlsx", "flatgeobuf", "kml")
MILLIMETRE = {4326: RFC7946, 4490: 1e-8, 4547: 1e-3}

YES, NO = {True, "true", "1", "T", "是"}, {False, "false", "0", "F", "否"}

pytestmark = pytest.mark.deep


def quietly(*command: str) -> str:
    """Return what a command prints; anything that it complains of is a failure."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("form", KNOWN)
def test_ogrinfo_names_layer_count_and_system(hand_over, form):
    for source in hand_over.sources((form,)):
        told = quietly(program("ogrinfo"), "-ro", "-so", str(source.path), source.layer)
        assert f"Layer name: {source.layer}\n" in told
        assert f"Feature Count: {len(source.ids)}\n" in told
        systems = re.findall(r'^ {4}ID\["EPSG",(\d+)\]\]$', told, re.MULTILINE)
        assert systems == ([] if source.epsg is None else [str(source.epsg)])


@pytest.mark.parametrize("form", KNOWN)
def test_ogr2ogr_reads_every_feature_text_and_place(hand_over, form):
    for source in hand_over.sources((form,)):
        told = quietly(
            program("ogr2ogr"), "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=12",
            "/vsistdout/", str(source.path), source.layer,
        )  # fmt: skip
        features = json.loads(told)["features"]
        properties = [feature["properties"] for feature in features]
        assert sorted(str(row[source.id_field]) for row in properties) == source.ids
        assert sorted(shown(row[source.name_field]) for row in properties) == source.names
        if source.epsg is None:
            continue
        wanted = source.features().set_index("BSM").geometry
        for feature in features:
            place = shapely.geometry.shape(feature["geometry"])
            there = wanted[str(feature["properties"][source.id_field])]
            assert np.allclose(place.bounds, there.bounds, rtol=0, atol=MILLIMETRE[source.epsg])


@pytest.mark.parametrize("form", ["geojson", "geopackage", "shapefile", "flatgeobuf", "kml"])
def test_a_simulated_feature_stays_simulated(hand_over, form):
    for source in hand_over.sources((form,)):
        told = quietly(program("ogr2ogr"), "-f", "GeoJSON", "/vsistdout/", str(source.path), source.layer)
        marks = {row["properties"]["SFMN"] for row in json.loads(told)["features"]}
        assert marks <= (YES if source.wanted.synthetic else NO)


def test_the_check_can_fail(hand_over, tmp_path):
    source = hand_over.sources(("geojson",))[0]
    broken = tmp_path / "broken.geojson"
    broken.write_bytes(source.path.read_bytes()[:-40])
    with pytest.raises(AssertionError):
        quietly(program("ogrinfo"), "-ro", "-so", str(broken), source.layer)
