"""XLSX: texts stay texts, numbers keep their bits, and the workbook says what it is."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import ExportRefusedError, LimitExceededError, PackageError
from spatial.export.formats import workbook
from spatial.export.formats.workbook_sheets import sheet_names
from spatial.export.formula_guard import DANGEROUS, unguard
from spatial.limits import Limits
from spatial.plan_records import Bilingual
from tests.export.awkward_layers import content_of, field, layer_of
from tests.export.awkward_strings import AWKWARD
from tests.export.small_content import small_content


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    content = small_content()
    (written,) = workbook.write(content, folder)
    opened = openpyxl.load_workbook(folder / written.path)
    return content, opened, folder / written.path


def test_sheets_are_notes_layers_and_dictionary(book):
    content, opened, _ = book
    assert opened.sheetnames == ["说明", "规划片区（示意）", "5G 基站（模拟）", "规划地点", "字段"]
    assert opened.properties.title == "测试移交包"
    assert opened.properties.created.isoformat() == "2023-03-31T00:00:00"
    for layer, sheet in zip(content.layers, opened.worksheets[1:4], strict=True):
        assert sheet.freeze_panes == "B2"
        assert sheet.max_row == len(layer.features) + 1
        assert sheet.auto_filter.ref == sheet.dimensions
        assert len({dimension.width for dimension in sheet.column_dimensions.values()}) > 3


def test_notes_hold_definition_disclaimer_attribution_and_review_slot(book):
    content, opened, _ = book
    notes = {row[0]: row[1] for row in opened["说明"].iter_rows(values_only=True)}
    assert notes["标题"] == "测试移交包"
    assert notes["统计口径"] == content.about["definition"]["label"]["zh"]
    assert notes["使用说明"] == "凡标“示意”的范围不是法定界线。"
    assert notes["审图号"] == "内部工作用图 · 未经审核不得公开"
    assert notes["数据来源"] == "测试数据：手工编写"
    sheets = [row[1] for row in opened["说明"].iter_rows(values_only=True) if row[0] == "工作表"]
    assert sheets[0] == "规划片区（示意）：4 个要素，未列入 0 个；示意；用于测试的图层。"
    assert sheets[1] == "5G 基站（模拟）：5 个要素，未列入 1 个；模拟数据；用于测试的图层。"


def test_a_review_number_takes_the_place_of_the_slot(tmp_path):
    content = small_content()
    about = {
        **content.about,
        "constraints": {**content.about["constraints"], "review_number": "粤S(2023)001号"},
    }
    (written,) = workbook.write(replace(content, about=about), tmp_path)
    notes = openpyxl.load_workbook(tmp_path / written.path)["说明"]
    assert "粤S(2023)001号" in [cell.value for cell in notes["B"]]


def test_dictionary_explains_every_column(book):
    content, opened, _ = book
    rows = list(opened["字段"].iter_rows(values_only=True))
    assert rows[0] == ("图层", "字段代码", "列名", "类型", "约束", "单位", "取值", "说明")
    assert len(rows) == 1 + sum(len(layer.fields) for layer in content.layers)
    assert rows[1] == ("规划片区（示意）", "BSM", "标识码", "文本", "必选", None, None, "标识码。")


def test_cells_have_the_types_of_their_fields_and_no_formula(tmp_path):
    layer = layer_of({"MC": [*AWKWARD], "SL": [3] * len(AWKWARD), "SFMN": [True] * len(AWKWARD)})
    (written,) = workbook.write(content_of(layer), tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / written.path)["基站"]
    kinds = {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row}
    assert kinds == {"s", "n", "b"}
    assert not [cell for cell in sheet["B"] if cell.value and cell.value.startswith(tuple(DANGEROUS))]
    with zipfile.ZipFile(tmp_path / written.path) as archive:
        names = archive.namelist()
        xml = b"".join(archive.read(name) for name in names if name.startswith("xl/worksheets/"))
    assert b"<f>" not in xml
    assert b"hyperlink" not in xml
    assert not [name for name in names if "rels/sheet" in name]


def test_reals_keep_every_bit(tmp_path):
    anything = np.frombuffer(np.random.default_rng(5).bytes(8 * 3000), dtype=float)
    values = [
        *anything[np.isfinite(anything)].tolist(),
        0.1 + 0.2,
        5e-324,
        1.7976931348623157e308,
        -0.0,
        None,
    ]
    layer = layer_of({"ZBZ": values})
    content = content_of(layer)
    workbook.write(content, tmp_path)
    found = workbook.read(tmp_path, layer, content=content)
    assert found["ZBZ"].equals(layer.features["ZBZ"])


def test_long_whole_numbers_are_texts_that_no_spreadsheet_rounds(tmp_path):
    layer = layer_of({"SL": [10**15 - 1, -(10**15) + 1, 10**15, 440105000000000001]})
    content = content_of(layer)
    (written,) = workbook.write(content, tmp_path)
    column = openpyxl.load_workbook(tmp_path / written.path)["基站"]["B"]
    assert [cell.data_type for cell in column[1:]] == ["n", "n", "s", "s"]
    assert workbook.read(tmp_path, layer, content=content)["SL"].equals(layer.features["SL"])


@pytest.mark.parametrize(
    ("text", "fits"), [("中" * 32_767, True), ("中" * 32_768, False), ("=" * 32_767, False)]
)
def test_a_cell_that_would_be_cut_is_refused_by_name(text, fits, tmp_path):
    layer = layer_of({"MC": ["短", text]})
    content = content_of(layer)
    if fits:
        workbook.write(content, tmp_path)
        assert workbook.read(tmp_path, layer, content=content)["MC"].equals(layer.features["MC"])
        return
    with pytest.raises(ExportRefusedError, match="S000001") as caught:
        workbook.write(content, tmp_path)
    assert caught.value.params["n"] == 32_768


def test_letters_outside_the_basic_plane_count_twice(tmp_path):
    with pytest.raises(ExportRefusedError, match="32768"):
        workbook.write(content_of(layer_of({"MC": ["😀" * 16_384]})), tmp_path)


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(ExportRefusedError, match="3"):
        workbook.write(content_of(layer_of({"MC": ["甲"] * 3})), tmp_path)


@given(
    st.lists(
        st.text(st.characters(codec="utf-8") | st.sampled_from("[]:*?/\\'甲😀"), max_size=40), max_size=6
    )
)
def test_sheet_names_are_allowed_and_unique(titles):
    layer = layer_of({"MC": ["甲"]})
    titles = [*titles, *titles, "说明", "History"]
    names = sheet_names([replace(layer, title=Bilingual(zh=title, en="")) for title in titles])
    assert len({name.casefold() for name in names} | {"说明", "字段", "history"}) == len(titles) + 3
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not re.search(r"[\[\]:*?/\\]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")


def test_headers_are_guarded_and_read_back(tmp_path):
    fields = (field("BSM"), field("MC", alias="=1+1"))
    layer = layer_of({"MC": ["甲"]}, fields=fields)
    (written,) = workbook.write(content_of(layer), tmp_path)
    header = [cell.value for cell in openpyxl.load_workbook(tmp_path / written.path)["基站"][1]]
    assert [unguard(word) for word in header] == ["标识码", "=1+1", "经度", "纬度"]
    assert header[1] == "'=1+1"
    assert workbook.read(tmp_path, layer, content=content_of(layer))["MC"].tolist() == ["甲"]


def rewritten(path, change):
    with zipfile.ZipFile(path) as archive:
        members = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<v>3</v>", b"<v>3.5</v>"),
        (b"<v>113.3</v>", b"<v></v>"),
        (">标识码<".encode(), ">编号<".encode()),
        (b't="b"><v>1</v>', b't="inlineStr"><is><t>x</t></is>'),
        ('t="inlineStr"><is><t>甲</t></is>'.encode(), b"><v>5</v>"),
        (b"?>\n<worksheet", b'?>\n<!DOCTYPE x [<!ENTITY a "aa">]>\n<worksheet'),
        (b"?>\n<worksheet", b"?>\n<!-- " + b" " * 5000 + b'--><!DOCTYPE x [<!ENTITY a "aa">]><worksheet'),
        (b'encoding="UTF-8"', b'encoding="GBK"'),
    ],
)
def test_a_changed_workbook_is_refused(before, after, tmp_path):
    layer = layer_of({"MC": ["甲"], "SL": [3], "SFMN": [True]})
    content = content_of(layer)
    (written,) = workbook.write(content, tmp_path)
    rewritten(
        tmp_path / written.path,
        lambda name, data: data.replace(before, after) if name.startswith("xl/worksheets/sheet2") else data,
    )
    with pytest.raises(PackageError, match=r"test-package\.xlsx"):
        workbook.read(tmp_path, layer, content=content)


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    layer = layer_of({"MC": ["甲"]})
    content = content_of(layer)
    (written,) = workbook.write(content, tmp_path)
    with zipfile.ZipFile(tmp_path / written.path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"\0" * 3_000_000)
    with pytest.raises(LimitExceededError, match="unpacked_bytes"):
        workbook.read(tmp_path, layer, content=content, limits=Limits(unpacked_bytes=2_000_000))


def test_an_archive_that_is_no_workbook_is_refused(tmp_path):
    content = content_of(layer_of({"MC": ["甲"]}))
    path = tmp_path / "xlsx" / "test-package.xlsx"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(PackageError):
        workbook.read(tmp_path, content.layers[0], content=content)
