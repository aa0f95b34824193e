"""Layers as readers hand them over, made of positions, for tests of where they are placed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from spatial.importing.model import Encoding, ImportSettings, SourceLayer, Subject
from spatial.importing.place.context import ImportContext
from spatial.importing.place.decide import place_geometry, place_table
from spatial.limits import DEFAULT_LIMITS

TOWN = ImportContext(district=shapely.box(113.24, 23.04, 113.42, 23.12), district_accuracy_m=30.0)
"""A district that is a plain box, without river and places."""


def degrees(n: int = 40, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Positions inside `TOWN`, WGS 84."""
    rng = np.random.default_rng(seed)
    return rng.uniform(113.25, 113.41, n), rng.uniform(23.05, 23.11, n)


def table(x, y, names=("经度", "纬度"), write=repr, **columns) -> pd.DataFrame:
    """A table of text cells."""
    cells = {names[0]: [write(float(v)) for v in x], names[1]: [write(float(v)) for v in y]}
    return pd.DataFrame({**columns, **cells}).astype("str")


def place(
    frame: pd.DataFrame, *, context=TOWN, subject=Subject.BASE_STATIONS, limits=DEFAULT_LIMITS, **stated
):
    """Place a table whose first row stands on line 2."""
    layer = SourceLayer(
        name="",
        kind="CSV",
        table=frame,
        rows=np.arange(2, len(frame) + 2),
        row_unit="line",
        encoding=Encoding("utf-8", "strict"),
    )
    settings = ImportSettings(subject=subject, **stated)
    return place_table(layer, settings=settings, context=context, limits=limits)


def place_shapes(shapes, *, file_crs=None, context=TOWN, names=None, subject=Subject.ZONES, **stated):
    """Place features."""
    layer = SourceLayer(
        name="",
        kind="Shapefile",
        table=pd.DataFrame({"name": names or ["甲"] * len(shapes)}),
        rows=np.arange(len(shapes)),
        row_unit="feature",
        encoding=Encoding("utf-8", "strict"),
        geometry=np.array(shapes, dtype=object),
        crs=file_crs,
    )
    return place_geometry(layer, settings=ImportSettings(subject=subject, **stated), context=context)


def lonlat(placed) -> np.ndarray:
    """Positions of the kept rows."""
    return shapely.get_coordinates(placed.geometry[placed.kept])


def decided(placed, what: str) -> str:
    """What was decided of one matter."""
    return next(decision.chosen for decision in placed.decisions if decision.what == what)


def warned(placed) -> set[str]:
    """Keys of the warnings."""
    return {warning.key for warning in placed.warnings}
