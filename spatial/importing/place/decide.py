"""Where the rows of a layer lie: columns, reading and reference system decided or asked for.

Nothing is repaired: a row whose position cannot be meant is rejected with its reason. Nothing is
assumed: a reference system is stated by the planner, a header, a column or the file, or it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from spatial.errors import UnknownCrsError
from spatial.importing.model import Rejection
from spatial.importing.place.place_geometry import place_geometry
from spatial.importing.place.placed import Placed
from spatial.importing.place.reading_choice import canonical_degrees, understand, without_system
from spatial.importing.place.readings import CHINA, Reading, positions
from spatial.importing.place.row_texts import opinion_of_rows
from spatial.importing.place.system_choice import StatedSystem, doubt_about, stated_system
from spatial.importing.place.table_columns import pick_columns_of, read_coordinates, system_column
from spatial.notice import Notice
from spatial.station_words import DEGREE_WORDS, normalise_word

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.importing.model import Decision, ImportSettings, Question, SourceLayer
    from spatial.importing.place.context import ImportContext
    from spatial.importing.place.coordinate_columns import ColumnPair
    from spatial.importing.place.reading_choice import Understanding
    from spatial.importing.place.table_columns import Coordinates
    from spatial.limits import Limits

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

__all__ = ["Placed", "place_geometry", "place_table"]

_MAX_LON, _MAX_LAT = 180.0, 90.0
_COARSE_DECIMALS: Final = 3


def place_table(
    layer: SourceLayer, *, settings: ImportSettings, context: ImportContext, limits: Limits
) -> Placed:
    """Place the rows of a table by its coordinate columns.

    Parameters
    ----------
    layer : SourceLayer
        A table of cells.
    settings : ImportSettings
        What the planner states: reference system, columns, reading.
    context : ImportContext
        What is known of the place.
    limits : Limits
        The rows are held to it.

    Returns
    -------
    Placed
        Without geometry while a question is open.

    Raises
    ------
    MissingColumnError
        If a stated column is not there.
    LimitExceededError
        If the table has more rows than the limit.
    """
    limits.check("rows", len(layer.table))
    told, unknown = StatedSystem(), None
    try:
        told = stated_system(settings, None)
    except UnknownCrsError as error:
        unknown = error
    picked = pick_columns_of(layer.table, settings, context, told.system)
    pair = picked.pair
    if pair is None:
        return _open(layer, () if picked.question is None else (picked.question,))
    columns = () if picked.decision is None else (picked.decision,)
    told = told if unknown is not None else _table_system(layer, settings, pair, told)
    numbers = read_coordinates(layer.table, pair)
    opinion = opinion_of_rows(layer, pair, context)
    found = understand(
        numbers.x,
        numbers.y,
        system=told.system,
        settings=settings,
        context=context,
        opinion_of=opinion,
        named_degrees=normalise_word(pair.x) in DEGREE_WORDS[0] or pair.datum is not None,
    )
    if unknown is None and not (np.isfinite(numbers.x) & np.isfinite(numbers.y)).any():
        # No cell holds a position: there is nothing to ask, every row says why.
        return _without_positions(layer, pair, numbers, columns, told)
    if unknown is not None:
        found = without_system(found, unknown, settings)
    decisions = (*columns, *found.decisions, *told.decisions)
    if found.questions or found.reading is None or found.system is None:
        return Placed(
            geometry=None,
            kept=np.zeros(len(layer.table), dtype=bool),
            decisions=(*columns, *found.decisions),
            questions=found.questions,
            notices=told.notices,
            warnings=told.warnings,
            x_name=pair.x,
            y_name=pair.y,
            candidates=found.candidates,
        )
    doubt = doubt_about(told, opinion(numbers.x, numbers.y, found.reading), found.reading)
    return _finish(layer, pair, numbers, found, told, (decisions, doubt))


def _open(layer: SourceLayer, questions: tuple[Question, ...]) -> Placed:
    """Return a layer of which nothing is placed yet."""
    return Placed(geometry=None, kept=np.zeros(len(layer.table), dtype=bool), questions=questions)


def _table_system(
    layer: SourceLayer, settings: ImportSettings, pair: ColumnPair, told: StatedSystem
) -> StatedSystem:
    """Return the system that the planner, the headers or a column state."""
    column = system_column(layer.table)
    return told.with_table(pair, column) if settings.crs is None else told.checked_by(pair, column)


def _without_positions(
    layer: SourceLayer,
    pair: ColumnPair,
    numbers: Coordinates,
    decisions: tuple[Decision, ...],
    told: StatedSystem,
) -> Placed:
    """Return a table none of whose rows holds a position."""
    kept = np.zeros(len(layer.table), dtype=bool)
    return Placed(
        geometry=np.full(len(layer.table), None, dtype=object),
        kept=kept,
        rejections=_rejections(layer, pair, numbers, kept, {}),
        decisions=(*decisions, *told.decisions),
        crs="" if told.system is None else told.system.text,
        x_name=pair.x,
        y_name=pair.y,
    )


def _finish(
    layer: SourceLayer,
    pair: ColumnPair,
    numbers: Coordinates,
    found: Understanding,
    told: StatedSystem,
    said: tuple[tuple[Decision, ...], tuple[Notice, ...]],
) -> Placed:
    """Carry the positions over and reject the rows that have none."""
    decisions, doubt = said
    reading, system = found.reading or Reading("degrees"), found.system or ""
    faults = _faults(numbers, reading)
    lon, lat = canonical_degrees(numbers.x, numbers.y, reading, system)
    with np.errstate(invalid="ignore"):
        kept: Mask = (np.abs(lon) <= _MAX_LON) & (np.abs(lat) <= _MAX_LAT)
    for mask in faults.values():
        kept &= ~mask
    geometry = np.full(len(kept), None, dtype=object)
    geometry[kept] = shapely.points(lon[kept], lat[kept])
    return Placed(
        geometry=geometry,
        kept=kept,
        rejections=_rejections(layer, pair, numbers, kept, faults),
        decisions=decisions,
        notices=told.notices,
        warnings=(
            *told.warnings,
            *found.warnings,
            *doubt,
            *_against_headers(pair, reading),
            *_coarse(layer, pair, numbers, reading),
        ),
        crs=system,
        x_name=pair.x,
        y_name=pair.y,
    )


def _faults(numbers: Coordinates, reading: Reading) -> dict[str, Mask]:
    """Return reason and rows for numbers that cannot be meant under the reading of the table."""
    x, y = numbers.x, numbers.y
    lon, lat = positions(x, y, reading)
    other_lon, other_lat = positions(x, y, reading._replace(swapped=not reading.swapped))
    west, south, east, north = CHINA
    with np.errstate(invalid="ignore"):
        here = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        turned = (other_lon >= west) & (other_lon <= east) & (other_lat >= south) & (other_lat <= north)
        # Beyond the country nothing is known of what was exchanged, but no latitude passes 90 degrees.
        turned |= (np.abs(lat) > _MAX_LAT) & (np.abs(other_lat) <= _MAX_LAT) & (np.abs(other_lon) <= _MAX_LON)
        off = ~((np.abs(lon) <= _MAX_LON) & (np.abs(lat) <= _MAX_LAT))
    outside = "error.reason_outside_crs" if reading.is_plane else "error.reason_out_of_range"
    return {"error.reason_zero": (x == 0) & (y == 0), "error.reason_swapped": turned & ~here, outside: off}


def _rejections(
    layer: SourceLayer, pair: ColumnPair, numbers: Coordinates, kept: Mask, faults: dict[str, Mask]
) -> tuple[Rejection, ...]:
    """Return the first fault of each row that is not kept: a cell that is no number, then the position."""
    both = pair.x if pair.is_single else f"{pair.x}, {pair.y}"
    lost = np.flatnonzero(~kept)
    cells = zip(layer.table[pair.x].iloc[lost], layer.table[pair.y].iloc[lost], strict=True)
    found = []
    for at, values in zip(lost.tolist(), cells, strict=True):
        row = int(layer.rows[at])
        x_cell, y_cell = map(_cell, values)
        if numbers.x_reasons[at]:
            found.append(Rejection(row, pair.x, x_cell, numbers.x_reasons[at]))
        elif numbers.y_reasons[at]:
            found.append(Rejection(row, pair.y, y_cell, numbers.y_reasons[at]))
        else:
            reason = next((key for key, mask in faults.items() if mask[at]), "error.reason_outside_crs")
            found.append(Rejection(row, both, x_cell if pair.is_single else f"{x_cell}, {y_cell}", reason))
    return tuple(found)


def _cell(value: object) -> str:
    """Return a cell as the report quotes it."""
    missing = value is None or (isinstance(value, float) and np.isnan(value))
    return "" if missing else str(value)


def _against_headers(pair: ColumnPair, reading: Reading) -> tuple[Notice, ...]:
    """Warn where longitude and latitude stand in the columns of each other."""
    named = normalise_word(pair.x) in DEGREE_WORDS[0]
    if not (named and reading.swapped):
        return ()
    return (Notice("place.columns_exchanged", {"x": pair.x, "y": pair.y}),)


def _coarse(
    layer: SourceLayer, pair: ColumnPair, numbers: Coordinates, reading: Reading
) -> tuple[Notice, ...]:
    """Warn of degrees with so few decimals that the place is known to a hundred metres at best."""
    if reading.kind != "degrees" or pair.is_single:
        return ()
    with np.errstate(invalid="ignore"):
        coarse = (np.round(numbers.x, _COARSE_DECIMALS) == numbers.x) & (
            np.round(numbers.y, _COARSE_DECIMALS) == numbers.y
        )
    # Degrees and minutes may come out round and are not coarse for it.
    decimals = pd.to_numeric(layer.table[pair.x][coarse], errors="coerce").notna()
    n = int(decimals.sum())
    return (Notice("place.coarse", {"n": n, "decimals": _COARSE_DECIMALS}),) if n else ()
