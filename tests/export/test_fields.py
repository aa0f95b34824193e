"""The field table holds what every format can hold, and says what each field means."""

# ruff: noqa: PD011 - `Field.values` is a closed list, no array
from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from spatial.definition import AreaBasis, word_key
from spatial.export.fields import ID_CODE, Field, FieldType, LayerKind, Obligation, fields_of, typed_columns
from spatial.export.verdict_word import verdict_word
from spatial.station_attributes import point_attributes
from spatial.station_words import (
    ATTRIBUTE_WORDS,
    EXPORTED_SITE_TYPES,
    EXPORTED_STATUSES,
    SITE_TYPE_WORDS,
    STATUS_WORDS,
    normalise_word,
)
from spatial.text import text
from spatial.verdict import Status

EVERY = [(kind, field) for kind in LayerKind for field in fields_of(kind)]
IDS = [f"{kind}-{field.code}" for kind, field in EVERY]
MANDATORY_EVERYWHERE = {"BSM", "YSDM", "MC", "XZQDM", "CIMML", "CIMDL", "JHLY", "SFMN", "SJLY", "BBH"}
COMMON = [
    "BSM", "YSDM", "MC", "XZQDM", "XZQMC", "CIMML", "CIMDL", "CIMZL", "JHLY", "WZJD", "SFMN", "SJLY", "CJRQ",
    "BBH", "BZ",
]  # fmt: skip


def field(kind: LayerKind, code: str) -> Field:
    return next(item for item in fields_of(kind) if item.code == code)


@pytest.mark.parametrize(("kind", "field"), EVERY, ids=IDS)
def test_a_code_fits_a_shapefile_and_a_field_explains_itself(kind, field):
    assert field.code.isascii()
    assert field.code.isupper()
    assert field.code.isidentifier()
    assert len(field.code.encode()) <= 10
    assert not field.code.startswith("X0"), "codes of further columns"
    for words in (field.alias_zh, field.alias_en, field.description_zh, field.description_en):
        assert words == words.strip() != ""
    assert any("\u4e00" <= letter <= "\u9fff" for letter in field.alias_zh + field.description_zh)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in field.alias_en)
    assert field.description_zh != field.alias_zh
    assert len(field.description_zh) > len(field.alias_zh)


@pytest.mark.parametrize("kind", LayerKind)
def test_codes_and_aliases_are_unique_in_a_layer(kind):
    fields = fields_of(kind)
    for names in zip(*[(item.code, item.alias_zh, item.alias_en.casefold()) for item in fields], strict=True):
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", LayerKind)
def test_the_fields_of_every_layer_are_there_in_one_order(kind):
    codes = [item.code for item in fields_of(kind)]
    assert codes[0] == ID_CODE
    assert [code for code in codes if code in COMMON] == COMMON
    mandatory = {item.code for item in fields_of(kind) if item.obligation is Obligation.MANDATORY}
    assert mandatory >= MANDATORY_EVERYWHERE


def test_one_code_means_one_thing_in_every_layer():
    for code, group in itertools.groupby(sorted(EVERY, key=lambda pair: pair[1].code), lambda p: p[1].code):
        fields = [item for _, item in group]
        assert len({(item.type, item.unit) for item in fields}) == 1, code
        if code != "TJKJ":
            assert len({(item.alias_zh, item.alias_en, item.values) for item in fields}) == 1, code


@pytest.mark.parametrize(("kind", "field"), EVERY, ids=IDS)
def test_a_closed_list_is_one_of_texts_without_repetition(kind, field):
    if field.values:
        assert field.type is FieldType.TEXT
        assert len(set(field.values)) == len(field.values) > 1
        assert all(value == value.strip() != "" for value in field.values)


def test_numbers_with_a_unit_name_it():
    units = {item.code: item.unit for _, item in EVERY if item.unit}
    assert units == {
        "MJ_KM2": "km²", "MJ_TX": "km²", "MJ_GB": "km²", "MJ_LD": "km²", "SL": "座", "ZBZ": "座/km²",
        "ZBXX": "座/km²", "ZBSX": "座/km²", "MBZ": "座/km²", "XQS": "座", "QKS": "座", "WZJD": "m",
    }  # fmt: skip
    assert all(item.type in (FieldType.REAL, FieldType.INTEGER) for _, item in EVERY if item.unit)


def test_the_closed_lists_are_the_words_of_the_application():
    assert field(LayerKind.ZONES, "DBQK").values == tuple(
        dict.fromkeys(
            verdict_word(status, stated=not unstated, scope=scope, synthetic=synthetic, lang="zh")
            for status in Status
            for unstated in (False, True)
            for scope in ("district", "district_reference")
            for synthetic in (False, True)
        )
    )
    assert field(LayerKind.ZONES, "MJKJ").values == tuple(text(word_key(basis)) for basis in AreaBasis)
    scopes = ("district", "district_reference", "zone", "user")
    assert field(LayerKind.ZONES, "MBFW").values == tuple(text(f"content.scope_{s}") for s in scopes)
    assert field(LayerKind.BASE_STATIONS, "ZX").values == tuple(EXPORTED_SITE_TYPES.values())
    assert field(LayerKind.BASE_STATIONS, "ZT").values == tuple(EXPORTED_STATUSES.values())


def test_exported_words_read_back_as_the_ones_they_came_from():
    assert set(EXPORTED_SITE_TYPES) == set(SITE_TYPE_WORDS.values())
    assert set(EXPORTED_STATUSES) == set(STATUS_WORDS.values())
    for exported, known in ((EXPORTED_SITE_TYPES, SITE_TYPE_WORDS), (EXPORTED_STATUSES, STATUS_WORDS)):
        assert all(known[normalise_word(word)] == canonical for canonical, word in exported.items())


@pytest.mark.parametrize("header", ["code", "alias_zh"])
def test_our_own_import_understands_codes_and_aliases_as_headers(header):
    sources = {item for item in ATTRIBUTE_WORDS}  # noqa: C416 - a set of its keys
    fields = [item for item in fields_of(LayerKind.BASE_STATIONS) if item.source in sources]
    assert {item.source for item in fields} == sources
    cells = {
        "site_id": "S-1", "name": "甲站", "operator": "运营商甲", "band": "n41", "site_type": "宏站",
        "status": "现状", "shared": "true", "physical_site_id": "P-1", "logical_station_id": "L-1",
        "position_accuracy_m": "20.0", "as_of": "2020-12", "synthetic": "false",
    }  # fmt: skip
    table = pd.DataFrame({getattr(item, header): [cells[item.source]] for item in fields}, dtype=object)
    columns, _, notices = point_attributes(table, name="stations.csv")
    row = columns.iloc[0].to_dict()
    assert row == {
        **cells, "site_type": "macro", "status": "existing", "shared": True, "synthetic": False,
        "position_accuracy_m": 20.0,
    }  # fmt: skip
    assert not notices


def some_fields() -> tuple[Field, ...]:
    return tuple(
        Field(
            code=kind.name, source="", alias_zh="", alias_en="", type=kind, width=None, unit="",
            obligation=Obligation.OPTIONAL, values=(), description_zh="", description_en="",
        )
        for kind in FieldType
    )  # fmt: skip


def test_typed_columns_tells_what_is_missing_from_what_is_empty():
    fields = some_fields()
    given = pd.DataFrame(
        {
            "TEXT": ["", None, float("nan")],
            "INTEGER": [1, None, 2**53 + 1],
            "REAL": [0.1, None, float("nan")],
            "BOOLEAN": [True, None, False],
            "DATE": ["2020-02-29", None, pd.NaT],
            "DATETIME": ["2020-02-29T00:00:00+08:00", None, None],
        },
        index=[7, 3, 5],
        dtype=object,
    )
    typed = typed_columns(given, fields)
    assert list(typed.columns) == [item.code for item in fields]
    assert list(typed.index) == [7, 3, 5]
    assert typed["TEXT"].tolist() == ["", None, None]
    assert typed["INTEGER"].dtype == "Int64"
    assert typed["INTEGER"].tolist() == [1, pd.NA, 2**53 + 1]
    assert typed["REAL"].dtype == np.float64
    assert typed["BOOLEAN"].dtype == "boolean"
    assert typed["DATE"].tolist() == ["2020-02-29", None, None]
    assert typed["DATETIME"].tolist() == ["2020-02-29T00:00:00+08:00", None, None]


@pytest.mark.parametrize(("code", "value"), [("INTEGER", "many"), ("INTEGER", 0.5), ("REAL", "wide")])
def test_typed_columns_refuses_what_is_not_of_the_type(code, value):
    fields = [item for item in some_fields() if item.code == code]
    with pytest.raises((ValueError, TypeError)):
        typed_columns(pd.DataFrame({code: [value]}, dtype=object), fields)
