from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from spatial.importing.build import zones
from spatial.importing.build.zones import _how_they_lie


def outline_close_to_an_edge(notch: float, top: float) -> shapely.Polygon:
    """Return an outline of two degrees, sound in degrees; on a grid its long edge runs beyond its notch.

    An edge is straight between its ends in both, and what is straight in the one is bent in the other.
    """
    corners = [
        (122.82, 49.59),
        (124.82, 49.59),
        (123.82, 49.59 + notch),
        (124.02, 49.59 + top),
        (123.67, 54.59),
    ]
    return shapely.Polygon(corners)


@pytest.fixture
def twisted():
    outlines = np.array(
        [outline_close_to_an_edge(0.001, 0.55), outline_close_to_an_edge(0.1, 2.7)], dtype=object
    )
    assert shapely.is_valid(outlines).all()
    return outlines


def told(outlines) -> list[str]:
    names = pd.DataFrame({"name_zh": [f"片{number}" for number in range(len(outlines))]})
    return [notice.key for notice in _how_they_lie(names, outlines)]


def test_outlines_that_the_grid_makes_cross_themselves_are_held_against_one_another(twisted):
    assert "import.zones_overlap" in told(twisted)
    assert "import.zones_not_compared" not in told(twisted)


def test_where_they_cannot_be_the_planner_is_told(twisted, monkeypatch):
    monkeypatch.setattr(zones, "_untwisted", lambda flat: flat)
    assert told(twisted)[-1] == "import.zones_not_compared"
