"""One object gives each status its colour, pattern, symbol and word."""

from __future__ import annotations

import itertools

import pytest

from layers.classification import CLASSIFICATION
from spatial.text import LANGUAGES
from spatial.verdict import Status


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_status_has_one_class():
    assert sorted(look.status for look in CLASSIFICATION.classes) == sorted(Status)
    for status in Status:
        assert CLASSIFICATION[status].status is status


def test_no_two_classes_look_alike():
    for one, other in itertools.combinations(CLASSIFICATION.classes, 2):
        assert one.symbol != other.symbol
        assert (one.hatching, one.colour) != (other.hatching, other.colour)
        for lang in LANGUAGES:
            assert one.label(lang) != other.label(lang)


def test_verdicts_differ_in_pattern_not_only_in_colour():
    patterns = {
        CLASSIFICATION[s].hatching for s in (Status.MET, Status.NEAR, Status.SHORT, Status.UNDETERMINED)
    }
    assert len(patterns) == 4


def test_ink_is_readable_on_white_and_labels_on_every_fill():
    for look in CLASSIFICATION.classes:
        assert contrast(look.ink, "#ffffff") >= 4.5
        assert contrast("#12222f", look.colour) >= 4.5


def test_unknown_status_is_an_error():
    with pytest.raises(ValueError, match="nonsense"):
        CLASSIFICATION["nonsense"]
