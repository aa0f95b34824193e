"""The guard against formulas: nothing dangerous leaves, and everything comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.export.formula_guard import DANGEROUS, guard, is_guarded, unguard
from spatial.inventory import read_inventory
from spatial.text import text
from tests.export.awkward_strings import AWKWARD, BROKEN, CONTROLS

sharp = st.text(st.sampled_from(DANGEROUS + "'1甲 "), max_size=6)


@given(st.text() | sharp)
def test_what_was_guarded_comes_back_and_starts_with_nothing_dangerous(words):
    guarded = guard(words)
    assert unguard(guarded) == words
    assert not guarded.startswith(tuple(DANGEROUS))
    assert is_guarded(guarded) == (guarded != words)


@given(st.text() | sharp)
def test_a_text_that_the_guard_cannot_have_made_stays(words):
    if not is_guarded(words):
        assert unguard(words) == words
    else:
        assert guard(unguard(words)) == words


@pytest.mark.parametrize("first", [*"=+-@＝＋－＠", "\t", "\r", "\n", "\0"])
def test_each_dangerous_character_is_known(first):
    assert first in DANGEROUS
    assert guard(f"{first}SUM(A1)") == f"'{first}SUM(A1)"


def test_awkward_strings_come_back():
    assert len(AWKWARD) >= 500
    assert max(len(words.encode()) for words in AWKWARD) == 254
    for words in (*AWKWARD, *CONTROLS, *BROKEN):
        assert unguard(guard(words)) == words


@pytest.mark.parametrize(
    ("words", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ("＝A1", "'＝A1"),
        ("\tx", "'\tx"),
        ("'=1", "''=1"),
        ("'甲", "'甲"),
        ("-", "'-"),
        ("", ""),
    ],
)
def test_rule(words, guarded):
    assert guard(words) == guarded


def inventory(rows, header="基站编号,基站名称,经度,纬度"):
    data = "\r\n".join([header, *rows, ""]).encode("utf-8-sig")
    return read_inventory(data, name="stations.csv", crs="cgcs2000")


def test_own_import_takes_the_guard_away_and_says_how_often():
    found = inventory(["'-1,\"'=1+1\",113.3,23.1", "a,'甲',113.31,23.1", "b,''=x,113.32,23.1"])
    assert list(found.points["site_id"]) == ["-1", "a", "b"]
    assert list(found.points["name"]) == ["=1+1", "'甲'", "'=x"]
    notice = next(notice for notice in found.notices if notice.key == "format.unguarded")
    assert notice.params == {"n": 3}
    assert "3" in notice.message("zh")
    assert "3" in notice.message("en")


def test_own_import_takes_the_guard_from_headers():
    found = inventory(["1,甲,113.3,23.1"], header="基站编号,'=挂高,经度,纬度")
    assert "=挂高" in found.points
    assert [notice.params for notice in found.notices if notice.key == "format.unguarded"] == [{"n": 1}]


def test_a_foreign_table_without_guards_is_read_as_it_stands():
    found = inventory(["1,'甲,113.3,23.1", "2,O'Brien,113.31,23.1", "3,' =1,113.32,23.1"])
    assert list(found.points["name"]) == ["'甲", "O'Brien", "' =1"]
    assert not [notice for notice in found.notices if notice.key == "format.unguarded"]


def test_a_guard_before_a_blank_goes_with_the_blank():
    found = inventory(['1,"\'\n",113.3,23.1', '2,"\'\tx",113.31,23.1'])
    assert list(found.points["name"]) == ["", "x"]


def test_texts_of_the_topic_are_whole():
    assert text("format.unguarded", "zh", n=1) != text("format.unguarded", "en", n=1)
