"""The class list: words for each layer, codes only from the platform's owner."""

from __future__ import annotations

import pytest

from spatial.errors import DuplicateIdError, LimitExceededError, MissingColumnError, UnreadableFileError
from spatial.export.content.class_list import class_path, read_class_list
from spatial.export.fields import LayerKind
from spatial.export.model import ClassPath
from spatial.limits import Limits

LAYERS = ("district", "zones", "parts", "places", "base_stations", "lamp_poles")
HEAD = "layer,category,main_class,sub_class,code,note\n"


def write(tmp_path, words, encoding="utf-8"):
    path = tmp_path / "owner.csv"
    path.write_bytes(words.encode(encoding))
    return path


def test_the_list_of_the_product_classes_every_layer_and_makes_up_no_code():
    classes = read_class_list(None)
    assert set(classes) == set(LAYERS) >= {str(kind) for kind in LayerKind}
    for path in classes.values():
        assert path.category
        assert path.main_class
        assert path.code == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_an_owners_list_replaces_row_by_row(tmp_path, encoding):
    path = write(tmp_path, HEAD + "base_stations,公共专题数据,通信设施,5G,0301010,甲方给定\n", encoding)
    classes = read_class_list(path)
    found = class_path(classes, name="base_stations", kind=LayerKind.BASE_STATIONS)
    assert found == ClassPath(category="公共专题数据", main_class="通信设施", sub_class="5G", code="0301010")
    assert classes["zones"] == read_class_list(None)["zones"]


def test_a_layer_has_the_class_of_its_name_before_that_of_its_kind():
    classes = read_class_list(None)
    assert class_path(classes, name="district", kind=LayerKind.ZONES) == classes["district"]
    assert class_path(classes, name="streets", kind=LayerKind.ZONES) == classes["zones"]


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(MissingColumnError) as caught:
        read_class_list(write(tmp_path, "layer,category,main_class\nzones,甲,乙\n"))
    assert "sub_class、code" in caught.value.message("zh")
    assert "owner.csv" in caught.value.message("en")


@pytest.mark.parametrize(
    ("row", "line"),
    [("zones,,专项规划,,1,", 2), (",甲,乙,,1,", 2), ("zones,甲,,,1,", 2), ("parts,甲,乙,,1,\nzones,甲", 3)],
)
def test_an_incomplete_row_is_refused_with_its_line(tmp_path, row, line):
    with pytest.raises(UnreadableFileError, match=f"第 {line} 行"):
        read_class_list(write(tmp_path, HEAD + row + "\n"))


def test_a_layer_named_twice_is_refused(tmp_path):
    with pytest.raises(DuplicateIdError, match="zones"):
        read_class_list(write(tmp_path, HEAD + "zones,甲,乙,,1,\nzones,甲,乙,,2,\n"))


def test_a_list_larger_than_any_list_is_refused(tmp_path):
    with pytest.raises(LimitExceededError):
        read_class_list(write(tmp_path, HEAD), limits=Limits(upload_bytes=5))
