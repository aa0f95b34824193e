from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from functools import cache

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment

from spatial.errors import (
    InputError,
    LimitExceededError,
    UndecidedError,
    UnreadableFileError,
    UnsupportedFormatError,
)
from spatial.importing.model import Encoding, LayerInfo, ReadOptions
from spatial.importing.place.coordinate_columns import find_pairs
from spatial.importing.readers.workbook import list_layers, read_layer
from spatial.limits import Limits

HEADER = ["站点编号", "基站名称", "经度", "纬度", "备注"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def book_of(rows, *, title="基站"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


def saved(book, folder):
    path = folder / "copy.xlsx"
    book.save(path)
    return path


def read(path, **options):
    return read_layer(path, name="台账.xlsx", options=ReadOptions(**options))


def read_rows(folder, rows):
    return read(saved(book_of(rows), folder))


def crafted(folder, sheet, *, strings="", styles="", extra=()):
    """Return a workbook of raw parts, as no program writes it."""
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships><Relationship Id="r1" Type="{OFFICE}/worksheet" Target="/xl/worksheets/s.xml"/>'
            "</Relationships>"
        ),
        "xl/worksheets/s.xml": sheet,
        **({"xl/sharedStrings.xml": strings} if strings else {}),
        **({"xl/styles.xml": styles} if styles else {}),
        **dict(extra),
    }
    path = folder / "crafted.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for part, content in parts.items():
            packed.writestr(part, content)
    return path


def sheet_of(*rows):
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'


def text_row(number, *words, cell='<c t="inlineStr"><is><t>{}</t></is></c>'):
    return f'<row r="{number}">{"".join(cell.format(word) for word in words)}</row>'


def warned(layer):
    return {notice.key: notice.params for notice in (*layer.notices, *layer.warnings)}


def test_every_cell_is_the_text_of_its_value(tmp_path):
    rows = [
        [*HEADER, "日期", "时刻", "共享", "数"],
        [
            "007",
            "NA",
            113.32,
            23.1,
            " 甲 ",
            dt.date(2024, 5, 1),
            dt.datetime(2024, 5, 1, 8, 30),  # noqa: DTZ001 - a sheet knows no zone
            True,
            5.0,
        ],
        ["8", "乙\n丙", 113.32000000000001, 1e-7, None, 45658, dt.time(9, 15), False, "1,234"],
    ]
    layer = read_rows(tmp_path, rows)
    assert layer.table.iloc[0].tolist() == [
        *("007", "NA", "113.32", "23.1", "甲", "2024-05-01", "2024-05-01T08:30:00", "TRUE", "5"),
    ]
    assert layer.table.iloc[1].tolist() == [
        *("8", "乙\n丙", "113.32", "1e-07", "", "45658", "09:15:00", "FALSE", "1,234"),
    ]
    assert set(layer.table.dtypes.astype(str)) == {"str"}
    assert layer.rows.tolist() == [2, 3]
    assert (layer.kind, layer.name, layer.row_unit) == ("XLSX", "基站", "line")
    assert layer.encoding == Encoding("utf-8", "format")
    assert warned(layer) == {}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("113.32000000000001", "113.32000000000001"),
        ("113.320000000000000003", "113.32"),
        ("1.1332E2", "113.32"),
        ("4.4010500000012E13", "44010500000012"),
        ("-0", "0"),
        ("1E400", "1E400"),
        ("x", "x"),
        ("", ""),
    ],
)
def test_a_number_is_its_shortest_text(tmp_path, written, text):
    row = f'<row><c t="inlineStr"><is><t>甲</t></is></c><c><v>{written}</v></c></row>'
    assert read(crafted(tmp_path, sheet_of(text_row(1, "名称", "经度"), row))).table.iloc[0]["经度"] == text


def test_dates_are_told_by_their_format(tmp_path):
    book = book_of([["名称", "a", "b", "c", "d", "e"], ["甲", 45658, 45658.5, 7, 60, -4]])
    formats = ('yyyy"年"m"月"d"日"', "yyyy/m/d h:mm", "0000", "yyyy-mm-dd", "yyyy-mm-dd")
    for cell, code in zip(book.active[2][1:], formats, strict=True):
        cell.number_format = code
    layer = read(saved(book, tmp_path))
    assert layer.table.iloc[0].tolist()[1:4] == ["2025-01-01", "2025-01-01T12:00:00", "0007"]
    assert layer.table.iloc[0]["e"] in {"-4", "1899-12-26"}


def test_days_may_be_counted_from_1904(tmp_path):
    book = book_of([["名称", "日期"], ["甲", None]])
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active["B2"] = dt.date(2024, 5, 1)
    assert read(saved(book, tmp_path)).table["日期"].tolist() == ["2024-05-01"]


def test_a_date_that_is_none_stays_a_number_and_is_told(tmp_path):
    styles = (
        f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="31"/></cellXfs></styleSheet>'
    )
    rows = (
        text_row(1, "名称", "日期"),
        '<row r="2"><c t="inlineStr"><is><t>甲</t></is></c><c s="1"><v>45658</v></c></row>',
        '<row r="3"><c t="inlineStr"><is><t>乙</t></is></c><c s="1"><v>99999999999</v></c></row>',
    )
    layer = read(crafted(tmp_path, sheet_of(*rows), styles=styles))
    assert layer.table["日期"].tolist() == ["2025-01-01", "99999999999"]
    assert warned(layer)["table.odd_dates"] == {"n": 1}


def test_a_line_that_says_who_filled_in_the_table_is_no_group_of_columns(tmp_path):
    said = ["填报单位：甲", "", "", "", "单位：个"]
    layer = read_rows(tmp_path, [said, HEADER, ["1", "甲", "", "", ""], ["Z1", "甲", 113.1, 23.1, ""]])
    assert list(layer.table.columns) == HEADER
    below = [["编号", "坐标(单位：度)", ""], ["", "经度", "纬度"], ["Z1", 113.1, 23.1]]
    grouped = read_rows(tmp_path, below)
    assert list(grouped.table.columns) == ["编号", "坐标(单位：度)/经度", "坐标(单位：度)/纬度"]


@pytest.mark.parametrize("blank", [" ", "\u3000", "\n"])
def test_a_row_of_blanks_is_no_row_above_or_below_the_header(tmp_path, blank):
    site = ["Z1", "甲", 113.1, 23.1, ""]
    layer = read_rows(tmp_path, [[blank], ["表一"], HEADER, site, [blank, blank], site])
    assert layer.rows.tolist() == [4, 6]
    assert [notice.params["titles"] for notice in layer.notices if notice.key == "table.title_rows"] == [
        ["表一"]
    ]


def test_titles_and_a_merged_header_of_two_rows(tmp_path):
    book = book_of(
        [
            ["某区5G基站台账"],
            ["填报单位：某局", None, None, None, "2024-05"],
            ["序号", "基站名称", "坐标", None, "所属片区"],
            [None, None, "经度", "纬度", None],
            [1, "甲", 113.3, 23.1, "东"],
            [2, "乙", 113.4, 23.2, None],
        ]
    )
    for merged in ("A1:E1", "A3:A4", "B3:B4", "C3:D3", "E3:E4", "E5:E6"):
        book.active.merge_cells(merged)
    layer = read(saved(book, tmp_path))
    assert list(layer.table.columns) == ["序号", "基站名称", "坐标/经度", "坐标/纬度", "所属片区"]
    assert [(pair.x, pair.y) for pair in find_pairs(layer.table.columns)] == [("坐标/经度", "坐标/纬度")]
    assert layer.rows.tolist() == [5, 6]
    told = warned(layer)
    assert told["table.title_rows"]["n"] == 2
    assert told["table.header_of_rows"] == {"first": 3, "last": 4}
    assert told["table.merged_cells"] == {"n": 1, "cells": ["E5:E6"]}


def test_a_table_may_begin_anywhere_and_have_gaps(tmp_path):
    book = openpyxl.Workbook()
    for at, row in ((3, HEADER), (4, ["1", "甲", 113, 23, None]), (9, ["2", "乙", 113, 23, None])):
        for column, value in enumerate(row, start=3):
            book.active.cell(at, column, value)
    book.active.cell(9, 9, "旁注")
    layer = read(saved(book, tmp_path))
    assert list(layer.table.columns) == [*HEADER, "column_6"]
    assert layer.table["column_6"].tolist() == ["", "旁注"]
    assert layer.rows.tolist() == [4, 9]
    assert warned(layer)["inventory.blank_lines"] == {"n": 4}


def test_errors_and_formulas_without_a_value_are_told(tmp_path):
    rows = (
        text_row(1, "名称", "经度", "纬度"),
        '<row r="2"><c r="A2" t="str"><f>B2</f><v>甲</v></c><c r="B2" t="e"><v>#N/A</v></c>{}</row>'.format(
            '<c r="C2"><f>1+1</f></c>'
        ),
    )
    layer = read(crafted(tmp_path, sheet_of(*rows)))
    assert layer.table.iloc[0].tolist() == ["甲", "#N/A", ""]
    assert warned(layer)["table.error_cells"] == {"n": 1, "cells": ["B2 #N/A"]}
    assert warned(layer)["table.formulas_unvalued"] == {"n": 1, "cells": ["C2"]}


def test_our_own_guard_is_taken_away(tmp_path):
    layer = read_rows(tmp_path, [HEADER, ["'=1", "'n", 113, 23, "'@x"]])
    assert layer.table.iloc[0].tolist() == ["=1", "'n", "113", "23", "@x"]
    assert warned(layer)["format.unguarded"] == {"n": 2}


def test_several_sheets_with_content_are_a_question(tmp_path):
    book = book_of([HEADER, ["1", "甲", 113, 23, ""]], title="现状")
    book.create_sheet("空表")
    book.create_sheet("规划").append([*HEADER])
    book["规划"].append(["2", "乙", 113, 23, ""])
    path = saved(book, tmp_path)
    assert list_layers(path, name="a.xlsx", options=ReadOptions()) == (
        LayerInfo("现状", None, None),
        LayerInfo("空表", 0, None),
        LayerInfo("规划", None, None),
    )
    with pytest.raises(UndecidedError) as caught:
        read(path)
    (question,) = caught.value.questions
    assert [choice.value for choice in question.choices] == ["现状", "规划"]
    assert (question.what, question.flag) == ("layer", "--layer")
    assert read(path, layer="规划").table["站点编号"].tolist() == ["2"]
    with pytest.raises(UnreadableFileError):
        read(path, layer="没有")
    with pytest.raises(UnreadableFileError, match="空表"):
        read(path, layer="空表")


def test_a_hidden_sheet_is_named_and_read_when_asked_for(tmp_path):
    book = book_of([HEADER, ["1", "甲", 113, 23, ""]])
    hidden = book.create_sheet("选项")
    hidden.append(["编号", "名称"])
    hidden.append(["A", "宏站"])
    hidden.sheet_state = "hidden"
    book.active.row_dimensions[2].hidden = True
    path = saved(book, tmp_path)
    layer = read(path)
    assert layer.name == "基站"
    assert warned(layer)["table.hidden_sheets"] == {"n": 1, "sheets": ["选项"]}
    assert warned(layer)["table.hidden_rows"] == {"n": 1}
    assert read(path, layer="选项").table["名称"].tolist() == ["宏站"]


def test_a_hidden_sheet_among_several_is_offered_as_such(tmp_path):
    book = book_of([HEADER, ["1", "甲", 113, 23, ""]])
    for title in ("规划", "旧"):
        sheet = book.create_sheet(title)
        sheet.append(HEADER)
        sheet.append(["2", "乙", 113, 23, ""])
    book["旧"].sheet_state = "veryHidden"
    with pytest.raises(UndecidedError) as caught:
        read(saved(book, tmp_path))
    (question,) = caught.value.questions
    assert [choice.value for choice in question.choices] == ["基站", "规划", "旧"]
    assert ["隐藏" in choice.label.message("zh") for choice in question.choices] == [False, False, True]
    assert "hidden" in question.choices[2].label.message("en")


@pytest.mark.parametrize("cell", ["<v>1.0</v><is><t>1.</t></is>", "<is><t>1.</t></is><v>1.0</v>"])
def test_a_text_in_its_cell_goes_before_a_value_beside_it(tmp_path, cell):
    head = '<row><c t="inlineStr"><is><t>名称</t></is></c><c t="inlineStr"><is><t>经度</t></is></c></row>'
    rows = f'<row><c t="inlineStr">{cell}</c><c><v>113.3</v></c></row>'
    layer = read(crafted(tmp_path, sheet_of(head + rows)))
    assert layer.table.iloc[0].tolist() == ["1.", "113.3"]


def test_rich_and_spoken_texts_and_escapes(tmp_path):
    strings = (
        f'<sst xmlns="{MAIN}"><si><r><t>经</t></r><r><t xml:space="preserve">度 </t></r>'
        "<rPh><t>jing</t></rPh></si><si><t>纬_x0041_度_xD800_</t></si><si><t>甲</t></si></sst>"
    )
    rows = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row><c t="s"><v>2</v></c></row>'
    layer = read(crafted(tmp_path, sheet_of(rows), strings=strings))
    assert list(layer.table.columns) == ["经度", "纬A度_xD800_"]
    assert layer.table.iloc[0].tolist() == ["甲", ""]


@pytest.mark.parametrize(
    "sheet",
    [
        sheet_of('<row r="2"/><row r="2"/>'),
        sheet_of('<row><c r="1A"><v>1</v></c></row>'),
        sheet_of('<row><c r="ZZZZ1"><v>1</v></c></row>'),
        sheet_of('<row><c t="s"><v>7</v></c></row>'),
        sheet_of('<row><c t="s"><v>-1</v></c></row>'),
        sheet_of("<row>"),
        "<a>" * 100,
        "no markup",
        "",
    ],
)
def test_a_damaged_sheet_is_refused_by_its_part(tmp_path, sheet):
    with pytest.raises(UnreadableFileError) as caught:
        read(crafted(tmp_path, sheet), layer="S")
    assert caught.value.key == "table.part_damaged"
    assert caught.value.params["part"] == "xl/worksheets/s.xml"


def test_parts_that_are_missing_are_named(tmp_path):
    path = crafted(tmp_path, sheet_of(text_row(1, "名称"), text_row(2, "甲")))
    for gone, key in (
        ("xl/worksheets/s.xml", "table.part_missing"),
        ("xl/_rels/workbook.xml.rels", "table.part_missing"),
    ):
        with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "less.xlsx", "w") as less:
            for member in whole.namelist():
                if member != gone:
                    less.writestr(member, whole.read(member))
        with pytest.raises(UnreadableFileError) as caught:
            read(tmp_path / "less.xlsx")
        assert caught.value.key == key


@pytest.mark.parametrize("target", ["https://example.invalid/s.xml", "../../../etc/passwd"])
def test_a_sheet_elsewhere_is_never_followed(tmp_path, target):
    relation = f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="{target}" {{}}/>'
    relations = f"<Relationships>{relation}</Relationships>"
    for mode in ("", 'TargetMode="External"'):
        part = ("xl/_rels/workbook.xml.rels", relations.format(mode))
        with pytest.raises(UnreadableFileError):
            read(crafted(tmp_path, sheet_of(text_row(1, "名称"), text_row(2, "甲")), extra=[part]))


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE w [<!ENTITY x "y">]>',
        '<!DOCTYPE w SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ],
)
@pytest.mark.parametrize(
    "part", ["xl/worksheets/s.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"]
)
def test_no_part_may_declare_a_type_or_entities(tmp_path, declaration, part):
    rows = sheet_of('<row><c t="s"><v>0</v></c></row><row><c t="s"><v>0</v></c></row>')
    bomb = f'<?xml version="1.0"?>{declaration}' + (
        rows if part.endswith("s.xml") else f'<a xmlns="{MAIN}"/>'
    )
    with pytest.raises(UnsupportedFormatError) as caught:
        read(crafted(tmp_path, rows, extra=[(part, bomb)]), layer="S")
    assert caught.value.key == "table.document_type"
    assert caught.value.params["part"] == part


@pytest.mark.parametrize(
    ("mark", "letter"),
    [
        ('<c a="{}"/>', "y"),
        ('<c a="{}"/>', ">"),
        ("<!--{}-->", "y"),
        ("<!--{}-->", "<"),
        ("<!--{}-->", ">"),
        ("<?pi {}?>", "<"),
        ("<{}/>", "y"),
    ],
)
def test_one_giant_mark_is_stopped_at_once(tmp_path, mark, letter):
    content = sheet_of("<row>" + mark.format(letter * 32_000_000) + "</row>")
    path = crafted(tmp_path, content)
    began = time.process_time()
    with pytest.raises(LimitExceededError, match="ATLAS_MAX_XML_TOKEN_BYTES"):
        read(path, layer="S", limits=Limits(archive_ratio=5000))
    assert time.process_time() - began < 2.0
    with pytest.raises(LimitExceededError, match="ATLAS_MAX_ARCHIVE_RATIO"):
        read(path, layer="S")


@pytest.mark.parametrize(
    ("limits", "rows"),
    [
        ({"rows": 3}, [HEADER, *[["1", "甲", 1, 2, ""]] * 4]),
        ({"rows": 15}, [HEADER, *[["1", "甲", 1, 2, ""]] * 16]),
        ({"columns": 4}, [HEADER, ["1"]]),
        ({"cell_characters": 9}, [HEADER, ["0123456789"]]),
        ({"unpacked_bytes": 900}, [HEADER, ["1"]]),
        ({"archive_members": 3}, [HEADER, ["1"]]),
    ],
)
def test_a_limit_is_named_that_is_passed(tmp_path, limits, rows):
    (named,) = limits
    with pytest.raises(LimitExceededError, match=f"ATLAS_MAX_{named.upper()}"):
        read(saved(book_of(rows), tmp_path), limits=Limits(**limits))


def test_a_long_text_in_pieces_is_held_to_the_limit(tmp_path):
    sheet = sheet_of(text_row(1, "名称"), text_row(2, "&#38;" * 300))
    with pytest.raises(LimitExceededError, match="cell_characters"):
        read(crafted(tmp_path, sheet), layer="S", limits=Limits(cell_characters=200))


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([], "error.empty_file"),
        ([HEADER], "error.header_only"),
        ([[113.1, 23.1], [113.2, 23.2]], "table.no_header"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, rows, key):
    with pytest.raises(UnreadableFileError) as caught:
        read_rows(tmp_path, rows)
    assert caught.value.key == key


def test_macros_and_links_are_told_and_never_followed(tmp_path):
    extra = [("xl/vbaProject.bin", b"\x00"), ("xl/externalLinks/externalLink1.xml", "<!DOCTYPE x><x/>")]
    layer = read(crafted(tmp_path, sheet_of(text_row(1, "名称"), text_row(2, "甲")), extra=extra))
    assert {"table.macros", "table.external_links"} <= warned(layer).keys()


def test_what_belongs_to_no_cell_does_no_harm(tmp_path):
    book = book_of([HEADER, ["1", "甲", 113, 23, ""]])
    book.active["A2"].comment = Comment("批注", "某人")
    book.active["A2"].hyperlink = "https://example.invalid/"
    book.active.auto_filter.ref = "A1:E2"
    book.create_chartsheet("图")
    assert read(saved(book, tmp_path)).table["站点编号"].tolist() == ["1"]


def test_other_prefixes_and_the_strict_form_are_read(tmp_path):
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    sheet = (
        f'<x:worksheet xmlns:x="{strict}"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>名称</x:t></x:is>'
        '</x:c></x:row><x:row><x:c t="d"><x:v>2024-05-01</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert read(crafted(tmp_path, sheet)).table["名称"].tolist() == ["2024-05-01"]


CELLS = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=8),
    st.integers(-(10**14), 10**14),
    st.floats(-1e300, 1e300),
    st.booleans(),
    st.dates(dt.date(1901, 1, 1), dt.date(2100, 1, 1)),
)


def as_text(value):
    """Return what a cell must read as, by the values that openpyxl reads."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    return str(value).strip()


@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6))
def test_cells_agree_with_openpyxl(tmp_path_factory, rows):
    book = book_of([["名称", "经度", "纬度"]])
    for row in rows:
        book.active.append(["k", *("t" + cell if isinstance(cell, str) else cell for cell in row)])
    path = saved(book, tmp_path_factory.mktemp("book"))
    layer = read(path)
    values = openpyxl.load_workbook(path).active.iter_rows(min_row=2, max_col=3, values_only=True)
    assert layer.table.to_numpy().tolist() == [[as_text(value) for value in row] for row in values]


@cache
def whole_workbook():
    """Return the bytes of one workbook, the same ones each time: a file holds when it was saved."""
    whole = io.BytesIO()
    book_of([HEADER, ["1", "甲", 113.5, 23, dt.date(2024, 5, 1)]]).save(whole)
    return whole.getvalue()


@given(data=st.data())
def test_a_broken_workbook_is_refused_or_read_and_nothing_else(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("broken")
    bytes_ = bytearray(whole_workbook())
    for _ in range(data.draw(st.integers(1, 6))):
        bytes_[data.draw(st.integers(0, len(bytes_) - 1))] = data.draw(st.integers(0, 255))
    path = folder / "b.xlsx"
    path.write_bytes(bytes_)
    try:
        layer = read(path)
    except InputError as fault:
        assert fault.message("zh")  # noqa: PT017 - a refusal is one of two good ends
    else:
        assert layer.n_in == len(layer.rows)


@given(
    words=st.lists(
        st.sampled_from(
            [
                "<row>",
                "</row>",
                "<c>",
                "</c>",
                "<v>1</v>",
                '<c t="s">',
                "<f>",
                "</f>",
                "<is><t>x</t></is>",
                '<c r="B9">',
                '<row r="3">',
                "<!-- -->",
            ]
        ),
        max_size=14,
    )
)
def test_elements_in_any_order_are_refused_or_read(tmp_path_factory, words):
    path = crafted(tmp_path_factory.mktemp("odd"), sheet_of("".join(words)))
    try:
        layer = read(path)
    except InputError as fault:
        assert fault.message("en")  # noqa: PT017 - a refusal is one of two good ends
    else:
        assert layer.n_in == len(layer.rows)
