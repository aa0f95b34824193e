"""A column of reference systems: one is followed, of several the planner chooses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spatial.importing.columns.system_column import read_system_column
from spatial.importing.model import ImportSettings, Subject


def read(cells, header="坐标系", **settings):
    table = pd.DataFrame({header: pd.Series(cells, dtype="str")})
    return read_system_column(table, ImportSettings(subject=Subject.POINTS, **settings))


@pytest.mark.parametrize(
    ("cell", "system"),
    [
        ("WGS-84", "wgs84"),
        ("2000国家大地坐标系", "cgcs2000"),
        ("高德", "gcj02"),
        ("BD09LL", "bd09"),
        ("epsg:4547", "EPSG:4547"),
        ("某地独立坐标系", "某地独立坐标系"),
    ],
)
def test_the_words_of_planners(cell, system):
    assert read([cell, ""]).system == system


def test_no_column_and_an_empty_one_say_nothing():
    assert read(["WGS84"], header="别的").header is None
    empty = read(["", ""])
    assert (empty.header, empty.system) == ("坐标系", None)
    assert empty.words(np.array([], dtype=int)) == []
    assert read(["WGS84"], header="别的").words(np.array([], dtype=int)) == []


def test_of_several_systems_one_is_stated():
    cells = ["WGS84", "高德", "", "高德"]
    (question,) = read(cells).questions
    assert [(choice.value, choice.label.params["n"]) for choice in question.choices] == [
        ("gcj02", 2),
        ("wgs84", 1),
    ]
    chosen = read(cells, crs="gcj02")
    assert chosen.questions == ()
    assert chosen.other.tolist() == [True, False, False, False]
    assert chosen.words(np.flatnonzero(chosen.other)) == ["WGS84"]
    assert read(cells, crs="bd09").questions != ()


def test_a_stated_column_and_a_column_left_out():
    assert read(["WGS84"], header="甲", columns={"datum": "甲"}).system == "wgs84"
    assert read(["WGS84"], columns={"datum": ""}).header is None
