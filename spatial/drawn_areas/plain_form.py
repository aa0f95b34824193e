"""Drawn areas as plain values of JSON, and back; whoever wrote the values may have meant harm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spatial.drawn_areas.areas import ID_PREFIX, MOST_AREAS, DrawnArea, DrawnAreas, plain_name
from spatial.drawn_areas.received import received_shape
from spatial.errors import GeometryError, LimitExceededError

__all__ = ["plain_areas", "read_plain_areas"]

_MOST_DRAWN = 1_000_000_000


def plain_areas(areas: DrawnAreas) -> dict[str, Any]:
    """Return areas as values of JSON: what was drawn, to the last decimal, and no step that led there."""
    return {
        "drawn": areas.drawn,
        "areas": [
            {
                "id": each.area_id,
                "name": each.name,
                "kind": str(each.shape.kind),
                "corners": [list(corner) for corner in each.shape.corners],
                "radius_m": each.shape.radius_m,
            }
            for each in areas.areas
        ],
    }


def read_plain_areas(document: object) -> DrawnAreas:
    """Return the areas that `plain_areas` gave.

    Raises
    ------
    GeometryError
        If they could not have been drawn here.
    LimitExceededError
        If there are more than may be drawn, or one is larger.
    UsageError
        If one has no name.
    """
    held, drawn = (
        (document.get("areas"), document.get("drawn")) if isinstance(document, Mapping) else (None, None)
    )
    if not isinstance(held, list) or isinstance(drawn, bool) or not isinstance(drawn, int):
        raise GeometryError("drawn.not_a_shape")
    if len(held) > MOST_AREAS:
        raise LimitExceededError("drawn.too_many_areas", allowed=MOST_AREAS)
    areas = tuple(_area(each) for each in held)
    numbers = [_number(each.area_id) for each in areas]
    if len(set(numbers)) < len(numbers) or not max(numbers, default=0) <= drawn <= _MOST_DRAWN:
        raise GeometryError("drawn.not_a_shape")
    return DrawnAreas(areas=areas, drawn=drawn)


def _area(document: object) -> DrawnArea:
    shape = received_shape(document)
    assert isinstance(document, Mapping)  # noqa: S101 - the shape was read from it
    area_id, name = document.get("id"), document.get("name")
    if not isinstance(area_id, str) or not isinstance(name, str):
        raise GeometryError("drawn.not_a_shape")
    return DrawnArea(area_id=area_id, name=plain_name(name), shape=shape)


def _number(area_id: str) -> int:
    """Return which area an id numbers."""
    digits = area_id.removeprefix(ID_PREFIX)
    if not (area_id.startswith(ID_PREFIX) and digits.isascii() and digits.isdigit() and len(digits) <= 10):  # noqa: PLR2004
        raise GeometryError("drawn.not_a_shape")
    if str(int(digits)) != digits or int(digits) < 1:
        raise GeometryError("drawn.not_a_shape")
    return int(digits)
