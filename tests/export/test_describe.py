from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spatial
from spatial.export.describe.definition_file import definition_record
from spatial.export.describe.files import describe
from spatial.export.formats import FORMATS
from spatial.export.wording import both, said, worded
from spatial.text import LANGUAGES, catalogue
from tests.export.self_description import files_of, tree
from tests.export.small_content import about_package, small_content

CONTENT = small_content()
FILES = files_of(CONTENT)


def about(**changes):
    return small_content(about={**about_package(), **changes})


def described(content=CONTENT):
    return {path.as_posix(): data for path, data in describe(content, files=files_of(content)).items()}


def test_every_file_in_which_a_package_describes_itself_is_there():
    names = ["package", *(layer.name for layer in CONTENT.layers)]
    assert set(described()) == {
        "README.txt", "definition.json", "dictionary/fields.csv", "dictionary/classes.csv",
        *(f"metadata/{name}.{ending}" for name in names for ending in ("json", "xml")),
        *(f"schemas/{name}.schema.json" for name in names[1:]),
    }  # fmt: skip
    assert all(isinstance(path, PurePosixPath) for path in describe(CONTENT, files=FILES))


def test_the_same_content_gives_the_same_bytes():
    assert described(small_content()) == described(small_content())


def test_each_file_reads_as_what_its_name_says():
    for name, data in described().items():
        if name.endswith(".json"):
            document = json.loads(data.decode("utf-8"), parse_constant=pytest.fail)
            assert data == (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
        if name.endswith(".xml"):
            assert tree(data).tag.endswith("MD_Metadata")


def test_the_definition_names_every_choice_and_cites_every_figure():
    record = json.loads(described()["definition.json"])
    assert record["choices"]["numerator"] == {
        "value": "logical_station",
        "label": {"zh": "逻辑基站", "en": "logical stations"},
    }
    assert record["choices"]["area_basis"]["label"]["zh"] == "图形面积"
    assert record["choices"]["as_of"] == {"value": None}
    assert record["target_scope"]["zh"] == "全区目标"
    assert record["figures"][0]["text"] == "每平方公里5G基站数量达到52个"
    assert record["results"][0]["zones"][0]["density_per_km2"] == 56.54708593174762
    assert any("没有说明怎样计数" in each["zh"] for each in record["statements"])
    assert record["documents"][0]["title"] == "测试规划"


def test_a_definition_that_states_no_numerator_says_so():
    definition = {**about_package()["definition"], "numerator": "as_given", "numerator_stated": False}
    record = definition_record(about(definition=definition))
    assert record["choices"]["numerator"]["label"] == both("verdict.numerator_not_stated")
    assert both("describe.numerator_not_stated") in record["statements"]


def test_without_target_or_definition_nothing_is_claimed():
    record = definition_record(about(target=None, definition=None, district=None))
    assert record["choices"] == {}
    assert record["target_scope"] is None
    assert record["statements"] == [both("describe.no_target")]


def test_a_target_of_the_users_own_is_not_one_of_a_plan():
    record = definition_record(about(target={"value_per_km2": 10.0, "scope": "user"}))
    assert record["target_scope"] == both("describe.scope_user")
    assert both("describe.target_of_district", value=10.0) not in record["statements"]


def test_texts_come_in_both_languages_or_stand_for_themselves():
    assert said({"a": {"zh": "甲"}}, "a") == {"zh": "甲", "en": ""}
    assert said({"a": "甲"}, "a") == {"zh": "甲", "en": "甲"}
    assert said({"a": None}, "a") == said({}, "a") == {"zh": "", "en": ""}
    assert worded("met", prefix="verdict.status_") == both("verdict.status_met")
    assert worded("未知", prefix="verdict.status_") == {"zh": "未知", "en": "未知"}


@settings(max_examples=15)
@given(words=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_no_text_of_a_source_breaks_a_file(words):
    hostile = {"zh": words, "en": words}
    content = about(disclaimer=hostile, attribution=[hostile], contact={"organisation": words})
    for name, data in described(content).items():
        if name.endswith(".json"):
            json.loads(data)
        elif name.endswith(".xml"):
            tree(data)
    plain = about(disclaimer="x", attribution=["x"], contact={"organisation": words and "x"})
    assert len(readme_lines(content)) == len(readme_lines(plain))


def readme_lines(content):
    return described(content)["README.txt"].decode("utf-8-sig").split("\r\n")


def test_every_text_is_used_and_every_text_used_is_there():
    rooms = sorted((Path(spatial.__file__).parent).rglob("*.py"))
    source = "".join(path.read_text(encoding="utf-8") for path in rooms)
    used = set(re.findall(r'"(describe\.[a-z_]+)"', source))
    families = {f"describe.format_{name}" for name in FORMATS}
    families |= {f"describe.geometry_{name}" for name in ("point", "multipolygon")}
    families |= {f"describe.scope_{name}" for name in ("district", "zone", "user")}
    families |= {f"describe.proof_{name}" for name in ("manifest", "windows", "linux", "validate")}
    families |= {
        f"describe.{kind}_{name}" for kind in ("mark", "readme") for name in ("schematic", "simulated")
    }
    families |= {
        f"describe.head_{name}"
        for name in ("what", "not", "definition", "files", "load", "fields", "proof", "rights", "contact")
    }
    prefixes = {"describe.scope_", "describe.mark", "describe.readme"}
    held = {key for key in catalogue() if key.startswith("describe.")}
    assert held == (used - prefixes) | families
    for key in held:
        fields = [set(re.findall(r"\{(\w+)", catalogue()[key][lang])) for lang in LANGUAGES]
        assert fields[0] == fields[1], key
