"""Texts and values of a Shapefile's table: the encoding that fits, and no letter wrong without a word."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import UndecidedError, UsageError
from spatial.importing.model import ReadOptions
from spatial.importing.readers.codepages import CellDecoder, named_codec
from spatial.importing.readers.shapefile import read_layer
from tests.importing.readers.shapefile_maker import dbf, loose, names, point, shp

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.importing.model import SourceLayer

WORDS = ["海珠区琶洲", "国际创新谷", "黑龙江省"]


def read(folder: Path, table: bytes, *, cpg: bytes | None = None, encoding: str | None = None) -> SourceLayer:
    n = int.from_bytes(table[4:8], "little")
    shape, index = shp([point(1, 2)] * n, 1)
    path = loose(folder, shp=shape, shx=index, dbf=table, cpg=cpg, prj=None)
    layer = read_layer(path, name="站点.shp", options=ReadOptions(encoding=encoding))
    assert layer.n_in == n
    for remark in layer.warnings:
        assert remark.message("zh")
        assert remark.message("en")
    return layer


def warned(layer: SourceLayer) -> list[str]:
    return [one.key for one in layer.warnings]


@pytest.mark.parametrize(
    ("written", "cpg", "language", "found"),
    [
        ("utf-8", b"UTF-8", 0x57, ("utf-8", "cpg")),
        ("gbk", b"GBK\r\n", 0, ("gbk", "cpg")),
        ("gbk", b"936", 0, ("gbk", "cpg")),
        ("gbk", b"ANSI 936", 0, ("gbk", "cpg")),
        ("utf-8", b"\xef\xbb\xbf65001", 0, ("utf-8", "cpg")),
        ("gbk", None, 0x4D, ("gbk", "language_byte")),
        ("big5", None, 0x4F, ("cp950", "language_byte")),
        ("utf-8", None, 0, ("utf-8", "strict")),
        ("utf-8", None, 0x57, ("utf-8", "strict")),
        ("gb18030", None, 0, ("gb18030", "strict")),
        ("gb18030", None, 0x57, ("gb18030", "strict")),
        ("gbk", b"GBK", 0x4F, ("gbk", "cpg")),
    ],
)
def test_the_encoding_is_found_in_its_order(tmp_path, written, cpg, language, found):
    words = ["臺北市政府", "國際創新"] if written == "big5" else WORDS
    layer = read(tmp_path, names([word.encode(written) for word in words], language=language), cpg=cpg)
    assert list(layer.table["name"]) == words
    assert (layer.encoding, warned(layer)) == (found, [])


@pytest.mark.parametrize(
    ("written", "cpg", "language", "key"),
    [
        ("gbk", b"UTF-8", 0, "gis.encoding_lies"),
        ("utf-8", b"GBK", 0, "gis.encoding_doubted"),
        ("utf-8", None, 0x4D, "gis.encoding_doubted"),
        ("utf-8", b"ISO-8859-1", 0, "gis.encoding_doubted"),
        ("gbk", b"ISO-8859-1", 0, "gis.encoding_doubted"),
        ("gbk", None, 0x03, "gis.encoding_doubted"),
        ("gbk", b"<!DOCTYPE html><html><body>404 Not Found</body></html>" * 3, 0, "gis.cpg_unusable"),
        ("gbk", b"System", 0, "gis.cpg_unusable"),
        ("gbk", b"", 0, "gis.cpg_unusable"),
        ("utf-8", b"unicode_escape", 0, "gis.cpg_unusable"),
    ],
)
def test_a_file_that_names_the_wrong_encoding_is_named(tmp_path, written, cpg, language, key):
    layer = read(tmp_path, names([word.encode(written) for word in WORDS], language=language), cpg=cpg)
    assert layer.table["name"][0][:4] == WORDS[0][:4]
    assert list(layer.table["name"])[2] == WORDS[2]
    assert key in warned(layer)


def test_a_western_file_is_followed_with_a_word_about_the_other_reading(tmp_path):
    words = ["São Paulo", "Zürich", "Málaga"]
    layer = read(tmp_path, names([word.encode("latin-1") for word in words]), cpg=b"ISO-8859-1")
    assert list(layer.table["name"]) == words
    assert layer.encoding == ("iso8859-1", "cpg")


def test_two_readings_that_both_fit_are_told(tmp_path):
    layer = read(tmp_path, names(["é".encode()]))
    assert (layer.encoding.name, warned(layer)) == ("utf-8", ["gis.encoding_unsure"])


def test_what_the_planner_states_is_followed(tmp_path):
    table = names([word.encode("gbk") for word in WORDS], language=0x57)
    assert list(read(tmp_path, table, cpg=b"UTF-8", encoding="GBK").table["name"]) == WORDS
    layer = read(tmp_path, table, encoding="utf-8")
    assert (layer.encoding, set(warned(layer))) == (("utf-8", "stated"), {"gis.text_undecodable"})
    assert "\\x" in layer.table["name"][0]
    with pytest.raises(UsageError, match="klingon"):
        read(tmp_path, table, encoding="klingon")


def test_a_letter_that_the_field_cut_is_left_out_with_its_row(tmp_path):
    for encoding, name in (("gbk", b"GBK"), ("utf-8", None)):
        cells = [word.encode(encoding)[:7] for word in ("海珠区琶洲", "ab", "琶洲南区")]
        layer = read(tmp_path, names(cells, 7), cpg=name)
        assert [word[:2] for word in layer.table["name"]] == ["海珠", "ab", "琶洲"]
        assert "\ufffd" not in "".join(layer.table["name"])
        (warning,) = layer.warnings
        assert (warning.key, warning.params["rows"]) == ("gis.text_cut", [0, 2])
        (tmp_path / "upload.cpg").unlink(missing_ok=True)


def test_a_few_texts_that_fit_nothing_are_named_and_the_others_read(tmp_path):
    cells = [f"区{n}".encode() for n in range(30)]
    cells[7] = b"a\xff\xff b\x80"
    layer = read(tmp_path, names(cells))
    (warning,) = layer.warnings
    assert (warning.key, warning.params["rows"]) == ("gis.text_undecodable", [7])
    assert layer.table["name"][8] == "区8"
    assert layer.table["name"][7].startswith("a\\xff")


def test_texts_in_no_encoding_are_asked_about(tmp_path):
    with pytest.raises(UndecidedError) as caught:
        read(tmp_path, names([b"a\xff\xffb\x80c", b"\x80\xff\xffd", "海".encode() + b"\xff\x20x"]))
    (question,) = caught.value.questions
    assert (question.what, question.flag) == ("encoding", "--encoding")
    assert {choice.value for choice in question.choices} == {"utf-8", "gb18030"}
    assert all(choice.label.message() for choice in question.choices)


def test_names_of_columns_are_decoded_cut_and_told_apart(tmp_path):
    long = "说明文字很长".encode()[:10]
    fields = [(long, "C", 9, 0), (b"A", "C", 5, 0), (b"A", "C", 5, 0), (b"", "N", 5, 0)]
    layer = read(tmp_path, dbf(fields, [["名".encode(), b"1", b"2", b"3"]]))
    assert list(layer.table.columns) == ["说明文", "A", "A_1", "FIELD_4"]
    assert "gis.columns_renamed" in {one.key for one in layer.notices}
    assert list(layer.table.iloc[0]) == ["名", "1", "2", 3]


def test_numbers_keep_their_type_and_what_is_none_is_named(tmp_path):
    fields = [
        (b"n", "N", 10, 0),
        (b"r", "N", 10, 3),
        (b"m", "N", 10, 0),
        (b"id", "N", 20, 0),
        (b"f", "F", 8, 2),
    ]
    rows = [
        [b"52", b"57.500", b"", b"460001234567890123", b"1.5e3"],
        [b"7", b"**********", b"3", b"99999999999999999999", b"nan"],
        [b"-1", b"5,2", b"4", b"1", b"inf"],
    ]
    layer = read(tmp_path, dbf(fields, rows))
    table = layer.table
    assert (table["n"].dtype, list(table["n"])) == ("int64", [52, 7, -1])
    assert table["r"].dtype == "float64"
    assert [table["r"][0], *table["r"].isna()] == [57.5, False, True, True]
    assert list(table["m"]) == [None, 3, 4]
    assert list(table["id"]) == ["460001234567890123", "99999999999999999999", "1"]
    assert [table["f"][0], *table["f"].isna()] == [1500.0, False, True, True]
    found = {(one.key, one.params["column"]): one.params["rows"] for one in layer.warnings}
    assert found == {
        ("gis.cells_starred", "r"): [1],
        ("gis.cells_unread", "r"): [2],
        ("gis.cells_unread", "f"): [1, 2],
    }


def test_whole_numbers_among_others_become_reals(tmp_path):
    layer = read(tmp_path, dbf([(b"n", "N", 10, 0)], [[b"1"], [b"2.5"], [b""]]))
    assert layer.table["n"].dtype == "float64"
    assert list(layer.table["n"].fillna(-1)) == [1.0, 2.5, -1.0]


def test_dates_and_truth_values_are_read(tmp_path):
    fields = [(b"d", "D", 8, 0), (b"l", "L", 1, 0)]
    rows = [[b"20240229", b"T"], [b"00000000", b"?"], [b"20230229", b"x"], [b"", b"n"]]
    layer = read(tmp_path, dbf(fields, rows))
    assert list(layer.table["d"]) == [dt.date(2024, 2, 29), None, None, None]
    assert list(layer.table["l"]) == [True, None, None, False]
    assert [one.params["rows"] for one in layer.warnings] == [[2], [2]]


def test_a_column_of_another_type_is_named(tmp_path):
    layer = read(tmp_path, dbf([(b"memo", "M", 10, 0), (b"a", "C", 5, 0)], [[b"1", b"x"]]))
    assert list(layer.table.columns) == ["a"]
    assert layer.warnings[0].params["columns"] == ["memo"]


def test_text_after_a_zero_byte_and_blanks_at_the_end_are_no_text(tmp_path):
    layer = read(tmp_path, names([b"ab\0garbage", b"  c  ", b"\0\0", b""]))
    assert list(layer.table["name"]) == ["ab", "  c", None, None]


def test_a_long_text_field_of_clipper_is_read_whole(tmp_path):
    table = bytearray(dbf([(b"t", "C", 250, 0), (b"u", "C", 50, 0)], [[b"a" * 250, b"a" * 49 + b"b"]]))
    table[32 + 16 : 32 + 18] = (300 % 256, 300 // 256)
    one = bytes(table[:64]) + b"\r" + bytes(table[97:])
    one = one[:8] + (65).to_bytes(2, "little") + one[10:]
    layer = read(tmp_path, one)
    assert list(layer.table["t"]) == ["a" * 299 + "b"]


def test_a_field_of_no_width_is_empty(tmp_path):
    layer = read(tmp_path, dbf([(b"t", "C", 0, 0), (b"u", "C", 5, 0)], [[b"", b"x"]]))
    assert list(layer.table.iloc[0]) == [None, "x"]


def test_western_letters_that_happen_to_be_chinese_are_told(tmp_path):
    layer = read(tmp_path, names([word.encode("cp1252") for word in ("Atlântico", "Conceição", "Málaga")]))
    (warning,) = layer.warnings
    assert (warning.key, warning.params["other_sample"]) == ("gis.encoding_unsure", "Conceição")


def test_a_table_without_columns_is_no_damage(tmp_path):
    layer = read(tmp_path, dbf([], [[], []]))
    assert (layer.n_in, len(layer.table.columns), warned(layer)) == (2, 0, [])


@pytest.mark.parametrize(
    ("words", "codec"),
    [
        ("GB2312", "gb2312"),
        ("cp936", "gbk"),
        ("windows-1252", "cp1252"),
        ("ISO88591", "iso8859-1"),
        ("ISO-8859-15", "iso8859-15"),
        ("OEM 437", "cp437"),
        ("utf8", "utf-8"),
        ("idna", None),
        ("base64", None),
        ("rot13", None),
        ("\0", None),
        ("../../etc", None),
    ],
)
def test_an_encoding_is_known_by_its_many_names_and_never_another_codec(words, codec):
    assert named_codec(words) == codec


@given(
    st.text(st.characters(codec="gb18030", exclude_categories=["Cc", "Cs"]), max_size=12), st.integers(0, 40)
)
def test_a_cut_text_is_a_beginning_of_the_whole(words, at):
    for encoding in ("gb18030", "utf-8"):
        decoder = CellDecoder(encoding)
        found = decoder.decode(words.encode(encoding)[:at])
        assert words.startswith(found)
        assert not decoder.wrong
