"""QGIS, as Debian ships it, opens every file whose format its GDAL knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.conftest import SYSTEM_PYTHON, need, ran, shown

KNOWN = ("geojson", "geopackage", "shapefile", "csv", "xlsx", "flatgeobuf", "kml")
QGIS = Path("/usr/lib/python3/dist-packages/qgis")
READER = Path(__file__).with_name("qgis_reader.py")

pytestmark = pytest.mark.deep


def opened(sources) -> list[dict]:
    need(QGIS.exists(), "python3-qgis")
    given = [
        {"uri": f"{source.path}|layername={source.layer}", "id": source.id_field, "name": source.name_field}
        for source in sources
    ]
    command = [str(SYSTEM_PYTHON), str(READER)]
    # The environment of the tests' own interpreter must not reach the system's.
    told = ran(command, given=given, QT_QPA_PLATFORM="offscreen", PYTHONPATH="", LC_ALL="C.UTF-8")
    return told["layers"]


@pytest.mark.parametrize("form", KNOWN)
def test_layers_are_valid_whole_and_in_their_system(hand_over, form):
    sources = hand_over.sources((form,))
    for source, layer in zip(sources, opened(sources), strict=True):
        assert layer["valid"], source.path.name
        assert layer["count"] == len(source.ids)
        assert layer["crs"] == ("" if source.epsg is None else f"EPSG:{source.epsg}")
        assert sorted(bsm for bsm, _ in layer["rows"]) == source.ids
        assert sorted(shown(name) for _, name in layer["rows"]) == source.names


def test_chinese_aliases_are_stated_in_the_geopackage(hand_over):
    """QGIS 3.22 reads no alias of GDAL 3.6 from a GeoPackage; the table that holds them is there."""
    import sqlite3
    from contextlib import closing

    path = hand_over.source("geopackage", hand_over.content.layers[0]).path
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as table:
        rows = table.execute("SELECT table_name, column_name, name, title FROM gpkg_data_columns").fetchall()
    held = {(layer, code): (name, title) for layer, code, name, title in rows}
    for layer in hand_over.content.layers:
        for field in layer.fields:
            assert field.alias_zh in (held[layer.name, field.code] or ())


def test_the_check_can_fail(hand_over, tmp_path):
    source = hand_over.sources(("geojson",))[0]
    broken = tmp_path / "broken.geojson"
    broken.write_bytes(source.path.read_bytes()[:-40])
    from dataclasses import replace

    assert not opened([replace(source, path=broken)])[0]["valid"]
