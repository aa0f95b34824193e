from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from spatial.coverage.radii import (
    DEFAULT_RADII,
    FARTHEST_M,
    USUAL_RANGE_M,
    Radii,
    SiteClass,
    bands_of,
    radii_from_words,
    site_reach,
)
from spatial.errors import UsageError
from spatial.station_columns import StationColumns
from tests.spatial.strategies import point_frame


@pytest.mark.parametrize(
    ("words", "bands"),
    [
        ("3.5 GHz", ["3.5G"]),
        ("３．５Ｇ", ["3.5G"]),
        ("3500MHz", ["3.5G"]),
        ("3500", ["3.5G"]),
        ("3.4-3.6GHz", ["3.5G"]),
        ("n78", ["3.5G"]),
        ("NR n41", ["2.6G"]),
        ("2.6G/700M", ["700M", "2.6G"]),
        ("N28+N79", ["700M", "4.9G"]),
        ("700", ["700M"]),
        ("758-788MHz", ["700M"]),
        ("800M", []),
        ("5G", []),
        ("4G", []),
        ("5G 4.9G", ["4.9G"]),
        ("n7", []),
        ("n780", []),
        ("2.1GHz", []),
        ("", []),
        ("不详", []),
    ],
)
def test_a_band_is_read_as_operators_write_it(words, bands):
    assert [str(each) for each in bands_of(words)] == bands


def reach_of(radii=DEFAULT_RADII, **columns):
    number = len(next(iter(columns.values())))
    points = point_frame([(430000.0, 2550000.0)] * number, **columns)
    found = site_reach(StationColumns(points), np.arange(number), radii)
    return [list(SiteClass)[each] for each in found.classes], found.radius_m.tolist(), found.notices


def test_the_type_decides_indoors_and_on_poles_the_band_outdoors():
    classes, metres, notices = reach_of(
        site_type=["indoor", "micro", "pole", "macro", "macro", "室分"],
        band=["700 MHz", "3.5 GHz", "3.5 GHz", "2.6 GHz", "700 MHz", ""],
    )
    assert classes == ["indoor", "micro", "pole", "2.6G", "700M", "indoor"]
    assert metres == [0.0, 75.0, 75.0, 250.0, 800.0, 0.0]
    assert notices == ()


def test_what_a_row_does_not_say_is_assumed_and_counted():
    classes, metres, notices = reach_of(
        site_type=["", "other", "塔", "macro", ""], band=["3.5G", "n41", "", "", ""]
    )
    assert classes == ["3.5G", "2.6G", "unknown", "unknown", "unknown"]
    assert metres == [200.0, 250.0, 100.0, 100.0, 100.0]
    assert [(each.key, dict(each.params)) for each in notices] == [
        ("coverage.type_assumed", {"count": 2}),
        ("coverage.radius_assumed", {"count": 3, "radius": 100.0}),
    ]


def test_a_table_without_either_column_is_unknown_throughout():
    classes, _, notices = reach_of(name=["甲", "乙"])
    assert classes == ["unknown", "unknown"]
    assert notices[0].params["count"] == 2


def test_of_several_bands_the_widest_counts_as_the_radii_are_set():
    assert reach_of(band=["700M+3.5G"], site_type=["macro"])[0] == ["700M"]
    turned = DEFAULT_RADII.changed({SiteClass.BAND_700M: 100.0})
    assert reach_of(turned, band=["700M+3.5G"], site_type=["macro"])[:2] == (["3.5G"], [200.0])


def test_every_default_lies_in_its_usual_range():
    for each in SiteClass:
        low, high = USUAL_RANGE_M[each]
        assert low <= DEFAULT_RADII.by_class[each] <= high


def test_words_change_radii_one_after_the_other():
    found = radii_from_words(["300", "3.5G=180", "灯杆＝６０", "unknown=0", "室分=20"]).to_dict()
    assert found == {
        "700M": 300.0, "2.6G": 300.0, "3.5G": 180.0, "4.9G": 300.0, "micro": 300.0, "pole": 60.0,
        "indoor": 20.0, "unknown": 0.0,
    }  # fmt: skip
    by_band = radii_from_words(["macro=90"]).to_dict()
    assert [by_band[name] for name in ("700M", "2.6G", "3.5G", "4.9G", "micro")] == [90.0] * 4 + [75.0]
    assert radii_from_words(["50"]).by_class[SiteClass.INDOOR] == 0.0


@pytest.mark.parametrize(
    "word", ["", "=", "3.5G=", "3.5G=wide", "lte=5", "1e999", "=5", "nan", "-1", "micro=5001"]
)
def test_a_word_that_is_no_radius_is_a_usage_error(word):
    with pytest.raises(UsageError):
        radii_from_words([word])


@pytest.mark.parametrize("metres", [-0.1, FARTHEST_M + 1, float("nan"), float("inf")])
def test_a_radius_has_bounds(metres):
    with pytest.raises(UsageError):
        Radii({SiteClass.MICRO: metres})


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_states_the_default_of_every_class_and_its_range(name):
    readme = (Path(__file__).parents[2] / name).read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?) \| (\d+) \| (?:(\d+)–(\d+)|–) \|", readme, re.MULTILINE)
    stated = {
        each: (float(metres), (float(low or 0), float(high or 0)))
        for names, metres, low, high in rows
        for each in re.findall(r"`([^`]+)`", names)
    }
    assert stated == {str(each): (DEFAULT_RADII.by_class[each], USUAL_RANGE_M[each]) for each in SiteClass}
