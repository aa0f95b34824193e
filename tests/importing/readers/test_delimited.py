from __future__ import annotations

import numpy as np
import pytest

from spatial.errors import LimitExceededError, UnreadableFileError, UsageError
from spatial.importing.model import Encoding, ReadOptions
from spatial.importing.readers.delimited import list_layers, read_layer
from spatial.limits import Limits

HEADER = "站点编号,基站名称,经度,纬度,备注"


def read(tmp_path, content, *, encoding="utf-8", options=None, **keywords):
    path = tmp_path / "copy"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return read_layer(path, name="台账.csv", options=options or ReadOptions(), **keywords)


def keys(layer):
    return [notice.key for notice in (*layer.notices, *layer.warnings)]


def test_cells_stay_the_text_they_are(tmp_path):
    layer = read(tmp_path, f'{HEADER}\n007,NA,１１３．３２,23.1,null\n1e5,true,"1,234",, 甲 乙 \n')
    assert layer.table.iloc[0].tolist() == ["007", "NA", "１１３．３２", "23.1", "null"]
    assert layer.table.iloc[1].tolist() == ["1e5", "true", "1,234", "", "甲 乙"]
    assert set(layer.table.dtypes.astype(str)) == {"str"}
    assert layer.rows.dtype == np.int64
    assert (layer.kind, layer.row_unit, layer.name, layer.geometry) == ("CSV", "line", "", None)
    assert layer.n_in == 2
    assert keys(layer) == []


def test_a_table_is_one_layer(tmp_path):
    (layer,) = list_layers(tmp_path / "none", name="a.csv", options=ReadOptions())
    assert layer.name == ""


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("utf-8", Encoding("utf-8", "strict")),
        ("utf-8-sig", Encoding("utf-8", "mark")),
        ("gbk", Encoding("gb18030", "strict")),
        ("utf-16", Encoding("utf-16", "mark")),
        ("utf-16-le", Encoding("utf-16-le", "strict")),
        ("utf-16-be", Encoding("utf-16-be", "strict")),
    ],
)
def test_the_encoding_is_found_and_told(tmp_path, written, said):
    layer = read(tmp_path, f"{HEADER}\r\n1,滨江东路站,113.3,23.1,\r\n", encoding=written)
    assert layer.encoding == said
    assert layer.table["基站名称"].tolist() == ["滨江东路站"]
    assert ("table.encoding" in keys(layer)) == (said.name != "utf-8")


def test_unicode_text_of_excel_is_utf_16_with_tabs(tmp_path):
    layer = read(tmp_path, f"{HEADER}\r\n1,甲,113.3,23.1,\r\n".replace(",", "\t"), encoding="utf-16")
    assert layer.kind == "TSV"
    assert layer.table["经度"].tolist() == ["113.3"]


def test_a_stated_encoding_is_obeyed(tmp_path):
    options = ReadOptions(encoding="big5")
    layer = read(tmp_path, "編號,名稱,經度\n1,甲,113\n", encoding="big5", options=options)
    assert layer.encoding == Encoding("big5", "stated")
    assert list(layer.table.columns) == ["編號", "名稱", "經度"]
    with pytest.raises(UnreadableFileError):
        read(tmp_path, "編號,名稱\n1,甲\n", encoding="utf-8", options=ReadOptions(encoding="utf-16-le"))
    with pytest.raises(UsageError):
        read(tmp_path, HEADER, options=ReadOptions(encoding="ebcdic"))


@pytest.mark.parametrize(
    "content", [b"\xff\xff\xff,\x81\n", "名称,经度\n甲\x00,1\n".encode(), b"a,b\n1,\xed\xa0\x80\xff\n"]
)
def test_what_is_no_text_is_refused_and_never_mended(tmp_path, content):
    with pytest.raises(UnreadableFileError, match="UTF-8"):
        read(tmp_path, content)


@pytest.mark.parametrize("mark", [",", ";", "\t", "，", "|", "；"])
def test_the_delimiter_is_the_one_that_shows_a_header(tmp_path, mark):
    content = f"{HEADER}\n1,甲站、乙站 (a;b),113.3,23.1,x".replace(",", mark)
    quoted = content.replace("甲站、乙站 (a;b)", '"甲站、乙站 (a;b)"')
    layer = read(tmp_path, quoted)
    assert list(layer.table.columns) == HEADER.split(",")
    assert layer.table["基站名称"].tolist() == ["甲站、乙站 (a;b)".replace(",", mark)]


def test_decimal_commas_between_semicolons_stay_and_are_reported(tmp_path):
    layer = read(tmp_path, "名称;经度;纬度\n甲;113,3275;23,1\n乙;113,3;23,05\n")
    assert layer.table["经度"].tolist() == ["113,3275", "113,3"]
    (warning,) = layer.warnings
    assert warning.key == "table.decimal_commas"
    assert warning.params["columns"] == ["经度", "纬度"]


def test_a_row_that_does_not_fit_is_set_aside_with_its_line_and_cells(tmp_path):
    layer = read(tmp_path, f"{HEADER}\n1,甲,113,23,a\n2,乙,extra,113,23,b\n3,丙,113\n4,丁,113,23,d,,\n")
    assert layer.table["站点编号"].tolist() == ["1", "4"]
    assert layer.rows.tolist() == [2, 5]
    assert [(one.row, one.value, one.reason_key) for one in layer.rejected] == [
        (3, "6 ≠ 5", "error.reason_ragged"),
        (4, "3 ≠ 5", "error.reason_ragged"),
    ]
    assert layer.rejected_cells[0] == ("2", "乙", "extra", "113", "23", "b")
    assert layer.n_in == 4


def test_lines_are_those_of_the_file_whatever_stands_between(tmp_path):
    content = f'说明\n\n{HEADER}\n1,"甲\n乙",113,23,\n\n,,,,\n2,丙,113,23,\n'
    layer = read(tmp_path, content)
    assert layer.rows.tolist() == [4, 8]
    assert layer.table["基站名称"].tolist() == ["甲\n乙", "丙"]
    blank = next(notice for notice in layer.notices if notice.key == "inventory.blank_lines")
    assert blank.params["n"] == 2


def test_titles_above_the_header_are_told(tmp_path):
    layer = read(tmp_path, f"某区5G基站台账,,,,\n填报单位：某局,,,,2024\n{HEADER}\n1,甲,113,23,\n")
    (notice,) = layer.notices
    assert notice.key == "table.title_rows"
    assert notice.params == {"line": 3, "n": 2, "titles": ["某区5G基站台账", "填报单位：某局"]}
    assert "第 3 行" in notice.message("zh")
    assert layer.table["站点编号"].tolist() == ["1"]


def test_a_merged_header_of_two_rows_is_joined(tmp_path):
    content = "序号,基站名称,坐标,,频段\n,,经度,纬度,\n1,甲,113.3,23.1,3.5GHz\n"
    layer = read(tmp_path, content)
    assert list(layer.table.columns) == ["序号", "基站名称", "坐标/经度", "坐标/纬度", "频段"]
    assert layer.rows.tolist() == [3]
    assert keys(layer) == ["table.header_of_rows"]


def test_a_header_of_words_that_nobody_knows_is_the_first_full_row(tmp_path):
    layer = read(tmp_path, "2024 survey\nfoo,bar,baz\na,1,2\nb,3,4\n")
    assert list(layer.table.columns) == ["foo", "bar", "baz"]
    assert layer.rows.tolist() == [3, 4]


def test_a_known_word_among_the_data_makes_no_header(tmp_path):
    layer = read(tmp_path, "编码甲,说明,值\nA,甲,1\nB,名称,2\n")
    assert layer.rows.tolist() == [2, 3]


def test_data_without_a_header_is_refused_rather_than_losing_a_row(tmp_path):
    with pytest.raises(UnreadableFileError) as caught:
        read(tmp_path, "113.31,23.1,5\n113.32,23.2,6\n")
    assert caught.value.key == "table.no_header"


def test_columns_without_a_name_or_with_a_second_one(tmp_path):
    layer = read(tmp_path, "编号,,经度,纬度,备注,备注,\n1,x,113,23,a,b,\n2,y,113,23,c,d,\n")
    assert list(layer.table.columns) == ["编号", "column_2", "经度", "纬度", "备注", "备注(2)"]
    assert keys(layer) == ["table.unnamed_columns", "table.duplicate_columns"]
    with_content = read(tmp_path, "编号,经度,纬度,\n1,113,23,\n2,113,23,鼎\n")
    assert list(with_content.table.columns) == ["编号", "经度", "纬度", "column_4"]
    assert with_content.table["column_4"].tolist() == ["", "鼎"]


def test_the_guard_of_our_own_export_is_taken_away_and_told(tmp_path):
    layer = read(tmp_path, f"{HEADER}\n'=1,'@甲,113,23,'n\n2,''+x,113,23,'－5\n")
    assert layer.table["站点编号"].tolist() == ["=1", "2"]
    assert layer.table["基站名称"].tolist() == ["@甲", "'+x"]
    assert layer.table["备注"].tolist() == ["'n", "－5"]
    assert next(notice for notice in layer.notices if notice.key == "format.unguarded").params["n"] == 4


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("\n\n , \n", "error.empty_file"),
        (f"{HEADER}\n\n", "error.header_only"),
        (f'{HEADER}\n1,"甲,113,23,\n2,乙,113,23,\n', "error.broken_quotes"),
        (f'{HEADER}\n1,"甲"乙,113,23,\n', "error.broken_quotes"),
        (f'{HEADER}\n1,"甲,113,23,\n' + "2,乙,113,23,\n" * 20_000, "error.broken_quotes"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, key):
    with pytest.raises(UnreadableFileError) as caught:
        read(tmp_path, content)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("limits", "content"),
    [
        ({"rows": 3}, f"{HEADER}\n" + "1,甲,113,23,\n" * 4),
        ({"rows": 3}, f"{HEADER}\n" + '1,"甲\n",113,23,\n' * 4),
        ({"rows": 3}, f"{HEADER}\n" + "1\n" * 4),
        ({"rows": 30}, f"{HEADER}\n1,甲,113,23,\n" + "\n" * 31),
        ({"rows": 30}, "\n" * 100 + HEADER),
        ({"columns": 4}, f"{HEADER}\n1,甲,113,23,\n"),
        ({"columns": 6}, f"{HEADER}\n1,甲,113,23,,,,\n"),
        ({"cell_characters": 9}, f"{HEADER}\n1,0123456789,113,23,\n"),
        ({"upload_bytes": 9}, HEADER),
    ],
)
def test_a_limit_is_named_that_is_passed(tmp_path, limits, content):
    (named,) = limits
    with pytest.raises(LimitExceededError, match=f"ATLAS_MAX_{named.upper()}"):
        read(tmp_path, content, options=ReadOptions(limits=Limits(**limits)))


def test_a_cell_longer_than_the_parser_takes_names_the_limit(tmp_path):
    with pytest.raises(LimitExceededError, match="cell_characters"):
        read(tmp_path, f"{HEADER}\n1,{'x' * 140_000},113,23,\n", fast=False)


def test_a_caller_may_bring_words_of_its_own(tmp_path):
    content = "foo,bar,baz\nklm,nop,qrs\na,b,c\n"
    assert read(tmp_path, content).rows.tolist() == [2, 3]
    layer = read(tmp_path, content, knows=lambda word: word in {"klm", "qrs"})
    assert list(layer.table.columns) == ["klm", "nop", "qrs"]


def test_zones_and_parks_without_coordinates_have_headers_too(tmp_path):
    parks = read(tmp_path, "园区一览表\n园区名称,占地面积,建筑面积,可租面积,租金,招商方向\n甲园,1,2,3,4,5\n")
    assert parks.rows.tolist() == [3]
    zones = read(tmp_path, "附表1\n2024年\n片区编号,片区名称,面积（km²）\nA,甲,1.5\n")
    assert list(zones.table.columns) == ["片区编号", "片区名称", "面积（km²）"]
