"""Shapefile: narrow columns, nothing cut in silence, and exactly the losses that are stated."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import ExportRefusedError
from spatial.export.fields import FieldType
from spatial.export.formats import shapefile_files
from spatial.export.formats.dbf_fields import dbf_fields
from tests.export.awkward_layers import content_of, field, layer_of
from tests.export.small_content import small_content


def back(layer, directory):
    content = content_of(layer)
    shapefile_files.write(content, directory)
    return shapefile_files.read(directory, layer, content=content)


def test_companions_state_encoding_system_and_date(tmp_path):
    shapefile_files.write(small_content(crs="EPSG:4547"), tmp_path)
    folder = tmp_path / "shapefile"
    assert (folder / "zones.cpg").read_text(encoding="ascii") == "UTF-8"
    assert (folder / "zones.prj").read_text(encoding="ascii").startswith("PROJCS[")
    assert (folder / "zones.shp").read_bytes()[:4] == b"\x00\x00\x27\x0a"
    table = (folder / "zones.dbf").read_bytes()
    assert (table[1] + 1900, table[2], table[3]) == (2023, 3, 31)


def test_widths_come_from_the_data():
    layer = layer_of(
        {"MC": ["甲", "abcd", None], "SL": [-12, 3, None], "ZBZ": [1.25, -100.0, None], "SFMN": [True] * 3}
    )
    found = {column.field.code: column.schema for column in dbf_fields(layer)}
    assert found == {"BSM": "str:7", "MC": "str:4", "SL": "int:3", "ZBZ": "float:7.2", "SFMN": "bool"}


def test_what_is_lost_is_exactly_what_is_stated(tmp_path):
    layer = layer_of(
        {
            "MC": ["", None, "  ", " 甲 ", "乙\n", "\t丙\t"],
            "CJRQ": ["2020", "2020-02", "2020-02-29", None, "", "1899-01-01"],
            "GXSJ": ["2020-01-01T00:00:00+08:00", "2020-01-01T00:00:00.123456Z", None, None, None, None],
            "SFMN": [True, False, None, None, None, None],
            "SL": [10**17, -(10**16), None, 0, 1, 2],
            "ZBZ": [0.1 + 0.2, 1e-300, None, -0.0, 123456.789, 61.23456789012345],
        }
    )
    found = back(layer, tmp_path)
    ours = layer.features
    assert list(found["MC"]) == [None, None, None, "甲", "乙\n", "\t丙\t"]
    assert list(found["CJRQ"]) == ["2020", "2020-02", "2020-02-29", None, None, "1899-01-01"]
    assert list(found["GXSJ"]) == list(ours["GXSJ"])
    assert found["SFMN"].equals(ours["SFMN"])
    assert found["SL"].equals(ours["SL"])
    assert [a == b for a, b in zip(found["ZBZ"], ours["ZBZ"], strict=True)] == [
        True,
        False,
        False,
        True,
        True,
        True,
    ]
    assert found["ZBZ"][1] == 0.0
    assert math.isnan(found["ZBZ"][2])


def test_sidecar_states_codes_storage_and_losses(tmp_path):
    layer = layer_of({"MC": ["", None, " 甲", "  "], "SFMN": [True, None, None, False]})
    shapefile_files.write(content_of(layer), tmp_path)
    with (tmp_path / "shapefile" / "base_stations.fields.csv").open(
        encoding="utf-8-sig", newline=""
    ) as stream:
        rows = list(csv.reader(stream))
    assert [row[:2] for row in rows[1:]] == [["BSM", "标识码"], ["MC", "名称"], ["SFMN", "是否模拟"]]
    assert rows[2][4:7] == ["1", "2", "2"]
    assert rows[3][3:7] == ["T 为真，F 为假，? 为空", "2", "0", "0"]


@pytest.mark.parametrize("text", ["A" * 255, "中" * 85, "😀" * 64])
def test_a_text_that_would_be_cut_is_refused_by_name(text, tmp_path):
    layer = layer_of({"MC": ["甲", text]})
    with pytest.raises(ExportRefusedError, match="base_stations") as caught:
        back(layer, tmp_path)
    assert caught.value.key == "format.dbf_text"
    assert caught.value.params["feature"] == "S000001"
    assert caught.value.params["n"] == len(text.encode())
    assert not list(tmp_path.rglob("*.shp"))


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("SL", [1, 10**18]),
        ("SL", [1, -(10**17)]),
        ("ZBZ", [1.0, 1e22]),
        ("ZBZ", [1e-7, 1.5e21]),
        ("ZBZ", [0.123456789, 1e18]),
    ],
)
def test_a_number_that_would_be_cut_is_refused_by_name(code, values, tmp_path):
    with pytest.raises(ExportRefusedError, match=code) as caught:
        back(layer_of({code: values}), tmp_path)
    assert caught.value.key == "format.dbf_number"


@pytest.mark.parametrize("code", ["ELEVENBYTES", "名称", "A B", "1A", ""])
def test_a_code_that_would_be_changed_is_refused(code, tmp_path):
    fields = (field("BSM"), field(code, FieldType.TEXT))
    layer = layer_of({code: ["甲"]}, fields=fields)
    with pytest.raises(ExportRefusedError) as caught:
        back(layer, tmp_path)
    assert caught.value.key == "format.dbf_code"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_reals_are_kept_or_refused(values):
    layer = layer_of({"ZBZ": values})
    try:
        (column,) = (column for column in dbf_fields(layer) if column.field.code == "ZBZ")
    except ExportRefusedError:
        assert max(map(abs, values)) >= 1e6
        return
    width, decimals = map(int, column.schema.removeprefix("float:").split("."))
    assert width <= 24
    for value in values:
        words = f"{value:{width}.{decimals}f}"
        assert len(words) == width
        assert abs(float(words) - value) <= max(1e-12 * abs(value), 1e-15)
        if abs(value) < 1e6 and Decimal(repr(value)).as_tuple().exponent >= -15:
            assert float(words) == value


def test_reading_asks_for_every_part(tmp_path):
    content = small_content()
    shapefile_files.write(content, tmp_path)
    found = shapefile_files.read(tmp_path, replace(content.layers[2], about={}), content=content)
    assert list(found["BSM"]) == ["place-1"]
