"""The small maps of the import page: one for each place that the rows could have; dots inside and outside."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
from shapely.geometry import LineString, MultiLineString

from spatial.importing.build.preview import preview_of
from views import cache
from views.import_map import INSIDE_COLOUR, OUTSIDE_COLOUR, Places, preview_map

LON, LAT = np.array([113.30, 113.32]), np.array([23.09, 23.08])
PICTURE = re.compile(r"data:image/svg\+xml;base64,([^\"]+)")


def places(label: str = "", shift: float = 0.0) -> Places:
    return Places(lon=LON + shift, lat=LAT, parts=np.arange(2), label=label)


def pictures(words: str) -> list[str]:
    return [base64.b64decode(picture).decode() for picture in PICTURE.findall(words)]


def dots(picture: str, where: str) -> int:
    found = re.search(rf'class="dots {where}" d="([^"]*)"', picture)
    assert found
    return found[1].count("M")


@pytest.fixture
def frames():
    return cache.frames("haizhu")


def test_systems_that_put_the_rows_at_one_place_share_a_picture(frames) -> None:
    words = preview_map(frames, [places("甲"), places("乙", 1e-9), places("丙", 0.005)], "zh")
    assert len(pictures(words)) == 2
    assert "<strong>甲、乙</strong>" in words
    assert "<strong>丙</strong>" in words


def test_pictures_of_several_systems_have_one_scale_unless_they_lie_far_apart(frames) -> None:
    near = pictures(preview_map(frames, [places("甲"), places("乙", 0.005)], "zh"))
    assert re.search(r'class="district" d="[^"]*"', near[0])[0] in near[1]
    far = pictures(preview_map(frames, [places("甲"), places("乙", 60.0)], "zh"))
    assert re.search(r'class="district" d="[^"]*"', far[0])[0] not in far[1]


def test_rows_outside_the_district_have_another_colour_and_a_key(frames) -> None:
    words = preview_map(frames, [places(shift=0.075)], "zh")
    (picture,) = pictures(words)
    assert (dots(picture, "inside"), dots(picture, "outside")) == (1, 1)
    assert "落在区内 1，区外 1" in words
    assert INSIDE_COLOUR in words
    assert OUTSIDE_COLOUR in words


def test_parts_of_one_row_are_drawn_apart(frames) -> None:
    lines = [LineString([(113.27, 23.08), (113.30, 23.09)]), LineString([(113.33, 23.07), (113.35, 23.08)])]
    shape = np.array([MultiLineString(lines), lines[0].buffer(0.001)], dtype=object)
    preview = preview_of(shape, np.array([4, 7]))
    assert preview.starts[1] == 2
    (picture,) = pictures(
        preview_map(
            frames,
            [Places(lon=preview.lon, lat=preview.lat, parts=preview.parts, starts=preview.starts)],
            "zh",
        )
    )
    assert re.search(r'class="lines outside" d="([^"]*)"', picture)[1].count("M") == 3


def test_without_a_district_every_row_is_drawn_alike() -> None:
    (picture,) = pictures(preview_map(None, [places()], "zh"))
    assert (dots(picture, "inside"), dots(picture, "outside")) == (2, 0)
