"""Names, limits, and every step taken back and again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.drawn_areas.areas import MOST_AREAS, MOST_NAME_CHARACTERS, MOST_STEPS, AreaHistory, DrawnAreas
from spatial.drawn_areas.shapes import DrawnShape, ShapeKind
from spatial.errors import LimitExceededError, UsageError


def square(at=0.0):
    return DrawnShape(kind=ShapeKind.RECTANGLE, corners=((at, 0.0), (at + 0.01, 0.01)))


SHAPES = [square(at / 100) for at in range(5)]


def changed(areas, step):
    """Return the areas after one step of a kind, as a planner might take it."""
    kind, number = step
    if kind == "draw" or not areas.areas:
        return areas.added(SHAPES[number % 5], name=f"第 {number} 块")
    chosen = areas.areas[number % len(areas.areas)].area_id
    if kind == "redraw":
        return areas.redrawn(chosen, SHAPES[(number + 1) % 5])
    if kind == "rename":
        return areas.renamed(chosen, f"改名 {number}")
    return areas.removed(chosen)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["draw", "redraw", "rename", "remove"]), st.integers(0, 40)), max_size=40
    )
)
def test_every_step_can_be_taken_back_and_again(steps):
    history = AreaHistory()
    states = [history.present]
    for step in steps:
        history = history.step(changed(history.present, step))
        if history.present != states[-1]:
            states.append(history.present)
    for state in reversed(states):
        assert history.present == state
        history = history.back()
    assert history.present == DrawnAreas()
    assert not history.past
    for state in states:
        assert history.present == state
        history = history.again()
    assert not history.future


def test_a_hundred_steps_are_kept_and_a_new_step_forgets_what_was_taken_back():
    history = AreaHistory()
    history = history.step(history.present.added(SHAPES[0], name="甲"))
    for number in range(MOST_STEPS + 30):
        history = history.step(history.present.renamed("drawn_1", f"甲 {number}"))
    assert len(history.past) == MOST_STEPS >= 20
    history = history.back()
    assert len(history.future) == 1
    assert history.step(history.present.removed("drawn_1")).future == ()
    assert history.step(history.present) is history, "a step that changes nothing is none"


def test_an_id_is_given_once():
    areas = DrawnAreas().added(SHAPES[0], name="甲").added(SHAPES[1], name="乙").removed("drawn_2")
    assert [each.area_id for each in areas.added(SHAPES[2], name="丙").areas] == ["drawn_1", "drawn_3"]


def test_an_area_that_is_gone_is_said_to_be():
    with pytest.raises(UsageError) as refused:
        DrawnAreas().removed("drawn_9")
    assert "drawn_9" in refused.value.message("zh")


def test_no_more_than_the_limit():
    areas = DrawnAreas()
    for _ in range(MOST_AREAS):
        areas = areas.added(SHAPES[0], name="块")
    with pytest.raises(LimitExceededError):
        areas.added(SHAPES[0], name="块")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  新\n港\t西 ", "新 港 西"),
        ("<script>{{7*7}}</script>", "<script>{{7*7}}</script>"),
        ("左\u202e右", "左右"),
        ("a" * 200, "a" * MOST_NAME_CHARACTERS),
        ("\ud800x", "?x"),
        ("\x1b[31m红", "�[31m红"),
    ],
)
def test_a_name_is_one_line_and_otherwise_verbatim(written, kept):
    assert DrawnAreas().added(SHAPES[0], name=written).areas[0].name == kept


@pytest.mark.parametrize("written", ["", "  ", "\u200b\u202e"])
def test_an_empty_name_is_refused(written):
    with pytest.raises(UsageError):
        DrawnAreas().added(SHAPES[0], name=written)
