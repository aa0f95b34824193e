"""The file of a scenario: nothing lost on the way there and back, nothing let in that was not meant."""

from __future__ import annotations

import base64
import json
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.errors import LimitExceededError, ScenarioError, UnreadableFileError
from spatial.limits import Limits
from spatial.scenario.address import LONGEST_WORD, MOST_ADDRESSED, scenario_of_word, word_of_scenario
from spatial.scenario.document import MOST_BYTES, read_scenario, scenario_bytes, scenario_dict
from spatial.scenario.model import (
    MOST_EDITS,
    SITE_TYPES,
    AddStation,
    MoveStation,
    NamedInventory,
    RemoveStation,
    Scenario,
)

NAME = "s.scenario.json"
SHA = "0123456789abcdef" * 4
FULL = Scenario(
    name="琶洲补点",
    target_per_km2=60.5,
    planned_until=2027,
    inventory=NamedInventory(name="清单.csv", sha256=SHA, rows=5144),
    edits=(
        AddStation(site_id="N-1", lon=113.3612345, lat=23.1, operator="移动", site_type="pole", year=2026),
        AddStation(site_id="N-2", lon=-180.0, lat=-90.0),
        MoveStation(site_id="A,1;=x\"'{{7*7}}", lon=113.0, lat=23.0),
        RemoveStation(site_id="<b>"),
    ),
)


def document(**changes: object) -> dict:
    return {**json.loads(scenario_bytes(FULL)), **changes}


def read(value: object) -> Scenario:
    return read_scenario(json.dumps(value).encode(), name=NAME)


def test_file_and_address_give_back_what_they_were_given():
    assert read_scenario(scenario_bytes(FULL), name=NAME) == FULL
    assert read_scenario(b"\xef\xbb\xbf" + scenario_bytes(FULL), name=NAME) == FULL
    assert scenario_of_word(word_of_scenario(FULL)) == FULL
    assert scenario_bytes(FULL).count(b"\n") == 14
    assert json.loads(scenario_bytes(FULL)) == scenario_dict(FULL)
    assert read({"format": "atlas-scenario", "version": 1, "edits": []}) == Scenario()


words = st.text(st.characters(codec="utf-8"), max_size=12).map(str.strip).filter(str.isprintable)
ids = words.filter(bool)
positions = {"lon": st.floats(-180, 180), "lat": st.floats(-90, 90)}
years = st.none() | st.integers(1990, 2100)
edits = st.one_of(
    st.builds(
        AddStation,
        site_id=ids,
        operator=words,
        site_type=st.sampled_from(["", *SITE_TYPES]),
        year=years,
        **positions,
    ),
    st.builds(MoveStation, site_id=ids, **positions),
    st.builds(RemoveStation, site_id=ids),
)
scenarios = st.builds(
    Scenario,
    name=words,
    target_per_km2=st.none() | st.floats(0.1, 1e6),
    planned_until=years,
    inventory=st.none()
    | st.builds(NamedInventory, name=words, sha256=st.just(SHA), rows=st.integers(0, 10**9)),
    edits=st.lists(edits, max_size=8).map(tuple),
)


@settings(max_examples=80, deadline=None)
@given(scenarios)
def test_every_scenario_comes_back_from_its_file_and_its_address(scenario):
    assert read_scenario(scenario_bytes(scenario), name=NAME) == scenario
    word = word_of_scenario(scenario)
    assert word is not None
    assert scenario_of_word(word) == scenario


REFUSED = {
    "another document": ({"format": "other"}, "not_a_scenario"),
    "another version": ({"version": 2}, "other_version"),
    "a version that is no number": ({"version": True}, "other_version"),
    "an unknown member": ({"colour": "red"}, "unknown_member"),
    "a name that is a number": ({"name": 7}, "wrong_kind"),
    "a name of two lines": ({"name": "a\nb"}, "bad_words"),
    "a name too long": ({"name": "a" * 201}, "bad_words"),
    "a target of nought": ({"target_per_km2": 0}, "bad_target"),
    "a target below": ({"target_per_km2": -3}, "bad_target"),
    "a target in words": ({"target_per_km2": "60"}, "wrong_kind"),
    "a target that is yes": ({"target_per_km2": True}, "wrong_kind"),
    "a year in words": ({"planned_until": "2027"}, "bad_year"),
    "a half year": ({"planned_until": 2027.5}, "wrong_kind"),
    "a year long past": ({"planned_until": 1800}, "bad_year"),
    "an inventory in words": ({"inventory": "清单.csv"}, "wrong_kind"),
    "an inventory with more": (
        {"inventory": {"name": "a", "sha256": SHA, "rows": 1, "path": "/etc"}},
        "unknown_member",
    ),
    "an inventory with less": ({"inventory": {"name": "a", "rows": 1}}, "missing_member"),
    "a short digest": ({"inventory": {"name": "a", "sha256": "ab", "rows": 1}}, "bad_sha256"),
    "rows below nought": ({"inventory": {"name": "a", "sha256": SHA, "rows": -1}}, "bad_rows"),
    "edits in words": ({"edits": "add"}, "wrong_kind"),
    "too many edits": ({"edits": [{"remove": "a"}] * (MOST_EDITS + 1)}, "too_many_edits"),
    "an edit that is a word": ({"edits": ["add"]}, "edit_without_kind"),
    "an edit of two kinds": ({"edits": [{"remove": "a", "move": "a"}]}, "edit_without_kind"),
    "an edit of no kind": ({"edits": [{"lon": 1, "lat": 2}]}, "edit_without_kind"),
    "an edit with more": ({"edits": [{"remove": "a", "lon": 1}]}, "unknown_member"),
    "an edit without a place": ({"edits": [{"move": "a", "lon": 1}]}, "missing_member"),
    "an id that is a number": ({"edits": [{"remove": 7}]}, "wrong_kind"),
    "an empty id": ({"edits": [{"remove": ""}]}, "bad_edit"),
    "a place off the globe": ({"edits": [{"move": "a", "lon": 181, "lat": 2}]}, "bad_edit"),
    "a place in words": ({"edits": [{"move": "a", "lon": "113", "lat": 2}]}, "wrong_kind"),
    "a huge place": ({"edits": [{"move": "a", "lon": 10**400, "lat": 2}]}, "bad_edit"),
    "a site type nobody knows": (
        {"edits": [{"add": "a", "lon": 1, "lat": 2, "site_type": "tower"}]},
        "bad_edit",
    ),
}


@pytest.mark.parametrize(("changes", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_was_not_meant_is_refused_by_name(changes, reason):
    with pytest.raises(ScenarioError) as caught:
        read(document(**changes))
    assert caught.value.key == f"scenario.{reason}"
    assert all(caught.value.message(lang) for lang in ("zh", "en"))


def test_a_refusal_names_the_edit_and_the_member():
    with pytest.raises(ScenarioError, match=r"s\.scenario\.json: edits\[2\].*sped"):
        read(document(edits=[{"remove": "a"}, {"remove": "b", "sped": 1}]))
    with pytest.raises(ScenarioError, match=r"edits\[1\].*999"):
        read(document(edits=[{"move": "a", "lon": 999, "lat": 2}]))
    lacking = document()
    del lacking["edits"]
    with pytest.raises(ScenarioError, match="edits"):
        read(lacking)


def test_what_is_no_strict_json_is_refused():
    good = scenario_bytes(FULL).decode()
    for bad in (
        good.replace('"version": 1', '"version": 1, "version": 1'),
        good.replace("60.5", "NaN"),
        good.replace("60.5", "1e999"),
        good[:-20],
        "[" * 100_000,
        good.replace("N-1", "\\ud800"),
        "",
    ):
        with pytest.raises((UnreadableFileError, LimitExceededError, ScenarioError)):
            read_scenario(bad.encode(), name=NAME)
    for bytes_, kind in ((good.encode("gbk"), ScenarioError), (b"[]", ScenarioError)):
        with pytest.raises(kind):
            read_scenario(bytes_, name=NAME)


def test_size_and_depth_are_held_to_the_limits():
    with pytest.raises(ScenarioError, match="4,000,000"):
        read_scenario(b" " * (MOST_BYTES + 1), name=NAME)
    with pytest.raises(LimitExceededError):
        read_scenario(scenario_bytes(FULL), name=NAME, limits=Limits(upload_bytes=10))
    with pytest.raises(LimitExceededError):
        read({**document(), "deep": json.loads("[" * 80 + "]" * 80)})


def test_a_file_with_the_most_edits_of_the_longest_words_is_not_too_large():
    longest = AddStation(
        site_id="号" * 60,
        lon=-113.1234567,
        lat=-23.1234567,
        operator="商" * 20,
        site_type="indoor",
        year=2030,
    )
    full = Scenario(edits=(longest,) * MOST_EDITS)
    assert len(scenario_bytes(full)) < MOST_BYTES


# --- address -----------------------------------------------------------------------------------


def test_fifty_edits_fit_an_address():
    named = NamedInventory(name="海珠区基站清单2025.csv", sha256=SHA, rows=5144)
    added = tuple(
        AddStation(site_id=f"新增{n}", lon=113.25 + 0.0031337 * n, lat=23.05 + 0.0017771 * (n % 20))
        for n in range(MOST_ADDRESSED)
    )
    mixed = tuple(
        MoveStation(site_id=f"GZHZ{n * 7919:07d}", lon=113.25 + 0.0031337 * n, lat=23.05) for n in range(50)
    )
    for edits_ in (added, mixed):
        scenario = Scenario(
            name="方案一", target_per_km2=60, planned_until=2030, inventory=named, edits=edits_
        )
        word = word_of_scenario(scenario)
        assert word is not None
        assert len(word) < 1_600
        assert scenario_of_word(word) == scenario


def test_a_scenario_holds_so_many_edits_and_no_more():
    with pytest.raises(ScenarioError, match="10,001"):
        Scenario(edits=(RemoveStation(site_id="a"),) * (MOST_EDITS + 1))


def test_a_scenario_too_long_for_an_address_has_none():
    assert word_of_scenario(Scenario(edits=(RemoveStation(site_id="a"),) * (MOST_ADDRESSED + 1))) is None
    rng = random.Random(7)  # noqa: S311 - made up for a test
    ids_ = ["".join(chr(rng.randint(0x4E00, 0x9FA5)) for _ in range(150)) for _ in range(MOST_ADDRESSED)]
    assert word_of_scenario(Scenario(edits=tuple(RemoveStation(site_id=each) for each in ids_))) is None


def packed(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")


HOSTILE_WORDS = {
    "empty": "",
    "no letters of an address": "ab/c+",
    "not packed": "AAAA",
    "cut": word_of_scenario(FULL)[:-4],
    "with something after it": word_of_scenario(FULL) + "AAAA",
    "too long": "A" * (LONGEST_WORD + 1),
    "a bomb": packed(b"[" + b" " * 900_000 + b"]"),
    "not text": packed(b"\xff\xfe"),
    "no list": packed({"edits": []}),
    "a short list": packed([1, "", None, None, None]),
    "another version": packed([2, "", None, None, None, []]),
    "a version that is yes": packed([True, "", None, None, None, []]),
    "a name that is none": packed([1, None, None, None, None, []]),
    "a target in words": packed([1, "", "60", None, None, []]),
    "a year that is yes": packed([1, "", None, True, None, []]),
    "an unknown letter": packed([1, "", None, None, None, [["x", "a"]]]),
    "a letter that is a number": packed([1, "", None, None, None, [[1, "a"]]]),
    "an edit too short": packed([1, "", None, None, None, [["m", "a", 1]]]),
    "an empty edit": packed([1, "", None, None, None, [[]]]),
    "half steps": packed([1, "", None, None, None, [["m", "a", 1.5, 2]]]),
    "off the globe": packed([1, "", None, None, None, [["m", "a", 10**12, 2]]]),
    "beyond numbers": packed([1, "", None, None, None, [["m", "a", 10**400, 2]]]),
    "fifty-one edits": packed([1, "", None, None, None, [["r", "a"]] * 51]),
    "an inventory of another shape": packed([1, "", None, None, ["a", SHA], []]),
    "nested": packed(b"[" * 20_000),
}


@pytest.mark.parametrize("word", HOSTILE_WORDS.values(), ids=HOSTILE_WORDS)
def test_a_word_that_is_no_scenario_is_refused(word):
    with pytest.raises(ScenarioError) as caught:
        scenario_of_word(word)
    assert caught.value.key == "scenario.bad_word"


@settings(max_examples=80, deadline=None)
@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=9)
)
def test_no_word_brings_anything_but_a_scenario_or_a_refusal(value):
    raw = json.dumps([1, "", None, None, None, value]).encode()
    try:
        assert isinstance(scenario_of_word(packed(raw)), Scenario)
    except ScenarioError as error:
        assert error.key == "scenario.bad_word"  # noqa: PT017 - a refusal is one of two good ends
