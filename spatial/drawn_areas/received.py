"""A shape as a browser sends it: nothing of it is taken on trust."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from spatial.drawn_areas.shapes import MOST_CORNERS, DrawnShape, Position, ShapeKind
from spatial.errors import GeometryError, LimitExceededError

__all__ = ["received_shape"]

_AXES = 2


def received_shape(message: object) -> DrawnShape:
    """Return the shape that ``{"kind": …, "corners": [[lon, lat], …], "radius_m": …}`` names.

    Raises
    ------
    GeometryError
        If the message is no such mapping, or the shape cannot be measured.
    LimitExceededError
        If it has too many corners or reaches too far.
    """
    if not isinstance(message, Mapping) or message.get("kind") not in list(ShapeKind):
        raise GeometryError("drawn.not_a_shape")
    corners = message.get("corners")
    if not isinstance(corners, list):
        raise GeometryError("drawn.not_a_shape")
    if len(corners) > MOST_CORNERS:
        raise LimitExceededError("drawn.too_many_corners", n=len(corners), allowed=MOST_CORNERS)
    radius = message.get("radius_m")
    return DrawnShape(
        kind=ShapeKind(message["kind"]),
        corners=tuple(_position(each) for each in corners),
        radius_m=None if radius is None else _number(radius),
    )


def _position(value: Any) -> Position:  # noqa: ANN401 -- whatever was sent
    if not isinstance(value, list) or len(value) != _AXES:
        raise GeometryError("drawn.not_a_shape")
    return _number(value[0]), _number(value[1])


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise GeometryError("drawn.not_a_shape")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise GeometryError("drawn.not_a_shape")
    return number
