from __future__ import annotations

from dataclasses import fields

import pytest

from spatial.errors import LimitExceededError, UsageError
from spatial.limits import COMMAND_LINE_LIMITS, DEFAULT_LIMITS, Limits, setting_name
from spatial.text import catalogue

NAMES = [field.name for field in fields(Limits)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_breach_names_limit_value_and_setting(name, lang):
    limits = Limits(**{name: 3})
    limits.check(name, 3)
    with pytest.raises(LimitExceededError) as caught:
        limits.check(name, 4)
    words = caught.value.message(lang)
    assert f"{name} = 3" in words
    assert "4" in words
    assert f"ATLAS_MAX_{name.upper()}" in words


def test_every_limit_has_its_own_text():
    assert {key for key in catalogue() if key.startswith("error.limit_")} == {
        "error.limit_setting",
        *(f"error.limit_{name}" for name in NAMES),
    }


def test_the_environment_sets_a_limit_and_leaves_the_others():
    limits = Limits.from_environment({"ATLAS_MAX_ROWS": " 12 ", "PATH": "x"})
    assert limits == Limits(rows=12)
    assert Limits.from_environment({}) == DEFAULT_LIMITS


@pytest.mark.parametrize("words", ["", "0", "-1", "1.5", "many", "１２", "9" * 5000])
def test_a_setting_that_is_no_whole_number_is_a_usage_error(words):
    with pytest.raises(UsageError, match="ATLAS_MAX_ROWS"):
        Limits.from_environment({setting_name("rows"): words})


def test_the_command_line_starts_from_its_own_defaults_and_heeds_the_same_settings():
    assert Limits.for_command_line({}) == COMMAND_LINE_LIMITS
    assert Limits.for_command_line({"ATLAS_MAX_SECONDS": "7"}).seconds == 7
    assert Limits.for_command_line({"ATLAS_MAX_SECONDS": "7"}).rows == COMMAND_LINE_LIMITS.rows
    with pytest.raises(UsageError, match="ATLAS_MAX_SECONDS"):
        Limits.for_command_line({"ATLAS_MAX_SECONDS": "soon"})


def test_the_command_line_admits_at_least_what_the_page_admits():
    for here, there in zip(DEFAULT_LIMITS.listed(), COMMAND_LINE_LIMITS.listed(), strict=True):
        assert there.value >= here.value, here.name


def test_the_command_line_admits_a_million_rows_of_twenty_columns():
    assert COMMAND_LINE_LIMITS.rows >= 1_000_000
    assert COMMAND_LINE_LIMITS.upload_bytes >= 250_000_000
    assert COMMAND_LINE_LIMITS.columns >= 20


def test_limits_are_listed_with_value_and_setting():
    listed = {row.name: (row.value, row.setting) for row in Limits(rows=12).listed()}
    assert list(listed) == NAMES
    assert listed["rows"] == (12, "ATLAS_MAX_ROWS")
