from __future__ import annotations

from dataclasses import fields

import pytest

from spatial.errors import LimitExceededError, UsageError
from spatial.limits import DEFAULT_LIMITS, Limits, setting_name
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


@pytest.mark.parametrize("words", ["", "0", "-1", "1.5", "many", "１２"])
def test_a_setting_that_is_no_whole_number_is_a_usage_error(words):
    with pytest.raises(UsageError, match="ATLAS_MAX_ROWS"):
        Limits.from_environment({setting_name("rows"): words})
