"""What becomes of the positions of a layer: where each row lies, or why it lies nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from spatial.importing.model import Decision, Question, Rejection
    from spatial.notice import Notice

    LonLat = tuple[NDArray[np.float64], NDArray[np.float64]]

__all__ = ["Placed"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Placed:
    """Where the rows of a layer lie; while a question is open, nowhere.

    Attributes
    ----------
    geometry : ndarray of geometry, shape (len(layer.table),), or None
        EPSG:4490, None for a row that is not kept; None as a whole while a question is open.
    kept : ndarray of bool, shape (len(layer.table),)
        Rows with a position; none while a question is open.
    rejections : tuple of Rejection
        One for each row that is not kept; none while a question is open.
    decisions, questions : tuple
        How columns, reading and reference system were found, and what must be stated.
    notices, warnings : tuple of Notice
        What the planner should know, and what may be wrong.
    crs : str
        The reference system in which the numbers were read: a datum name, ``EPSG:n`` or WKT.
    x_name, y_name : str or None
        Columns of the east and north coordinate, one and the same where a single column holds both;
        None for a layer with geometry.
    candidates : mapping
        While a question on reading or system is open: value of a choice to longitudes and latitudes
        (WGS 84) of up to 500 rows, so that a map can show what the choice would mean.
    """

    geometry: NDArray[np.object_] | None
    kept: NDArray[np.bool_]
    rejections: tuple[Rejection, ...] = ()
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    notices: tuple[Notice, ...] = ()
    warnings: tuple[Notice, ...] = ()
    crs: str = ""
    x_name: str | None = None
    y_name: str | None = None
    candidates: Mapping[str, LonLat] = field(default_factory=dict)
