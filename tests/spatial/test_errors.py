"""An error that another process raised says here what it said there."""

from __future__ import annotations

import pickle

import pytest

from spatial import errors


def returned(error):
    return pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes


@pytest.mark.parametrize("name", sorted(set(errors.__all__)))
def test_an_error_survives_the_way_between_processes(name):
    error = getattr(errors, name)("density.bad_dedupe", value="近似")
    again = returned(error)
    assert type(again) is type(error)
    assert (again.key, again.params, str(again)) == (error.key, error.params, str(error))
    assert again.message("en") == error.message("en")


def test_an_open_question_keeps_its_questions():
    again = returned(errors.UndecidedError("density.bad_dedupe", value="x", questions=("q",)))
    assert again.questions == ("q",)
