from __future__ import annotations

import csv
import io
from dataclasses import replace

from spatial.export.describe.dictionary import CLASS_COLUMNS, FIELD_COLUMNS, classes_csv, fields_csv
from spatial.export.formula_guard import is_guarded, unguard
from tests.export.small_content import small_content, zones_layer

CONTENT = small_content()


def rows(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_every_field_of_every_layer_has_its_row_in_order():
    found = rows(fields_csv(CONTENT))
    assert tuple(found[0]) == FIELD_COLUMNS
    assert [(row["layer"], row["code"]) for row in found] == [
        (layer.name, field.code) for layer in CONTENT.layers for field in layer.fields
    ]
    area = next(row for row in found if row["code"] == "MJ_KM2")
    assert area["alias_zh"] == "图形面积"
    assert (area["type"], area["unit"], area["obligation"], area["blank_allowed"]) == (
        "real",
        "km²",
        "M",
        "false",
    )
    verdict = next(row for row in found if row["code"] == "DBQK")
    assert verdict["values"] == "达标|未达标|尚不能判定|无数据"
    assert next(row for row in found if row["code"] == "MC")["width_bytes"] == "254"


def test_a_further_column_names_the_heading_it_had_and_own_fields_none():
    found = rows(fields_csv(CONTENT))
    headings = {row["code"]: unguard(row["source_header"]) for row in found if row["source_header"]}
    assert headings == {
        "X01": "层数", "X02": "=挂高(米)", "X03": "有源", "X04": "入网日期", "X05": "更新时间"
    }  # fmt: skip


def test_no_cell_is_computed_by_a_spreadsheet():
    title = replace(zones_layer().title, zh="=1+1", en="@SUM(A1)")
    layer = replace(zones_layer(), title=title)
    content = replace(CONTENT, layers=(layer, *CONTENT.layers[1:]))
    guarded = rows(classes_csv(content))[0]
    assert (guarded["title_zh"], guarded["title_en"]) == ("'=1+1", "'@SUM(A1)")
    heading = next(row for row in rows(fields_csv(content)) if row["code"] == "X02")
    assert is_guarded(heading["alias_zh"])
    assert is_guarded(heading["source_header"])


def test_a_class_without_a_code_says_so_and_makes_none_up():
    layer = zones_layer()
    coded = replace(layer, class_path=replace(layer.class_path, code="0203"))
    blank, given = (rows(classes_csv(replace(CONTENT, layers=(each,))))[0] for each in (layer, coded))
    assert tuple(blank) == CLASS_COLUMNS
    assert (blank["category"], blank["main_class"], blank["code"]) == ("规划管控数据", "专项规划", "")
    assert "不自拟" in blank["remark_zh"]
    assert given["code"] == "0203"
    assert "不自拟" not in given["remark_zh"]
