from __future__ import annotations

import pytest

from spatial.importing.columns.profiles import PROFILES
from spatial.importing.header_words import is_known_header


@pytest.mark.parametrize("subject", PROFILES)
def test_every_header_that_means_a_field_tells_the_header_row(subject):
    words = [word for field in PROFILES[subject].fields for word in field.words]
    assert words
    assert [word for word in words if not is_known_header(word)] == []


def test_values_are_no_headers():
    assert not any(map(is_known_header, ["", "113.33", "琶洲街道 12 号", "2024-05-01", "已开通"]))
