"""A workspace as one document and its tables, and back: what a file holds, and what a process hands over.

The reading side trusts nothing: whoever wrote the document may have meant harm.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.crs import CANONICAL_CRS
from spatial.drawn_areas.plain_form import plain_areas, read_plain_areas
from spatial.errors import InputError, UsageError
from spatial.evaluation_tables.reported import ReportedValue, reported_value
from spatial.importing.isolation.plain_values import ForeignOutcomeError, from_plain, of_kind, to_plain
from spatial.importing.model import REJECTED_COLUMNS, Decision, Encoding, ImportResult, Subject
from spatial.notice import Notice
from spatial.text import LANGUAGES
from spatial.workspace.model import Dataset, PackChanges, PlacedPoint, ReplacedZones, Workspace
from spatial.workspace.zone_replacement import Match, Pair, Unclear

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spatial.drawn_areas.areas import DrawnAreas

__all__ = ["PLACED_POINTS", "put_together", "take_apart"]

PLACED_POINTS: Final = "placed_points"
"""Table of the places that were put on the map."""

_TABLES: Final = ("frame", "rejected", "rejected_source")
_RESULT: Final[Mapping[str, Any]] = {
    "name": str,
    "n_in": int,
    "n_used": int,
    "row_unit": str,
    "crs": str,
    "encoding": Encoding,
    "decisions": tuple,
    "columns": dict,
    "notices": tuple,
    "warnings": tuple,
}
_DATASET: Final[Mapping[str, Any]] = {
    "name": str,
    "title": str,
    "sha256": str,
    "imported_at": str,
    "report": dict,
}
_ITEMS: Final = {"decisions": Decision, "notices": Notice, "warnings": Notice}
_REPORTED: Final = ("indicator_id", "as_of", "source", "basis", "reported_at")
_POINT: Final = ("pack_id", "place_id", "lon", "lat", "accuracy_m", "placed_at")


def take_apart(workspace: Workspace) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Return a workspace as values of JSON, and its tables by name.

    Raises
    ------
    TypeError
        If it holds what has no form here.
    """
    frames: dict[str, pd.DataFrame] = {PLACED_POINTS: _points_frame(workspace)}
    packs = []
    for pack_id, changes in workspace.packs.items():
        zones = []
        for layer, replaced in changes.zones.items():
            table = f"replaced_zones_{sum(name.startswith('replaced_zones') for name in frames) + 1}"
            frames[table] = replaced.frame
            held = next((at for at, each in enumerate(workspace.datasets) if each is replaced.dataset), None)
            document = (
                _dataset_document(replaced.dataset, f"{table}_source", frames) if held is None else held
            )
            match = [
                [list(pair) for pair in replaced.match.pairs],
                [[unclear.zone_id, list(unclear.imported_ids)] for unclear in replaced.match.unclear],
            ]
            left = [list(replaced.match.unmatched), list(replaced.match.unused)]
            zones.append({"layer": layer, "table": table, "dataset": document, "match": match, "left": left})
        packs.append({"pack_id": pack_id, "fingerprint": changes.fingerprint, "zones": zones})
    datasets = [_dataset_document(dataset, dataset.name, frames) for dataset in workspace.datasets]
    columns = {signature: dict(columns) for signature, columns in workspace.columns.items()}
    reported = {
        pack_id: [
            {"value": to_plain(each.value), **{name: getattr(each, name) for name in _REPORTED}}
            for each in values
        ]
        for pack_id, values in workspace.reported.items()
    }
    parts = {
        "datasets": datasets,
        "packs": packs,
        "columns": to_plain(columns),
        "reported": reported,
        "drawn": {pack_id: plain_areas(areas) for pack_id, areas in workspace.drawn.items()},
    }
    return parts, frames


def put_together(document: object, read: Callable[[str], pd.DataFrame]) -> Workspace:
    """Return the workspace of a document.

    Parameters
    ----------
    document : object
        What JSON gave.
    read : callable
        Returns a table by its name, once.

    Raises
    ------
    ValueError, KeyError, TypeError
        If the document, or a table, is not what it must be.
    """
    held = of_kind(document, dict)
    datasets = tuple(_dataset(of_kind(each, dict), read) for each in of_kind(held["datasets"], list))
    if len({dataset.name for dataset in datasets}) < len(datasets):
        raise ForeignOutcomeError("datasets")
    points = _points(read(PLACED_POINTS))
    packs: dict[str, PackChanges] = {}
    for each in of_kind(held["packs"], list):
        pack_id = of_kind(each["pack_id"], str)
        zones = {
            of_kind(one["layer"], str): _replaced(one, datasets, read) for one in of_kind(each["zones"], list)
        }
        packs[pack_id] = PackChanges(
            fingerprint=of_kind(each["fingerprint"], str), zones=zones, points=points.pop(pack_id, {})
        )
    if points:
        raise ForeignOutcomeError(PLACED_POINTS)
    columns = of_kind(from_plain(held["columns"]), dict)
    for matched in columns.values():
        _words(of_kind(matched, dict))
    # Files of the first version hold none.
    reported = {
        of_kind(pack_id, str): _values(of_kind(values, list))
        for pack_id, values in of_kind(held.get("reported", {}), dict).items()
    }
    # Nor do those of the second hold drawn areas.
    drawn = {
        of_kind(pack_id, str): _drawn(areas)
        for pack_id, areas in of_kind(held.get("drawn", {}), dict).items()
    }
    return Workspace(datasets=datasets, packs=packs, columns=columns, reported=reported, drawn=drawn)


def _drawn(document: object) -> DrawnAreas:
    """Return drawn areas; each must be one that could have been drawn here."""
    try:
        areas = read_plain_areas(document)
    except (InputError, UsageError) as fault:
        raise ForeignOutcomeError("drawn") from fault
    if plain_areas(areas) != document:
        raise ForeignOutcomeError("drawn")
    return areas


def _values(documents: list[Any]) -> tuple[ReportedValue, ...]:
    """Return reported values; each must be one that could have been reported here, and none twice."""
    values = []
    for each in documents:
        said = {name: of_kind(of_kind(each, dict)[name], str) for name in _REPORTED}
        try:
            value = reported_value(value=of_kind(from_plain(each["value"]), float), **said)
        except UsageError as fault:
            raise ForeignOutcomeError("reported") from fault
        if any(getattr(value, name) != said[name] for name in _REPORTED):
            raise ForeignOutcomeError("reported")
        if value.reported_at[:10] > _tomorrow():
            raise ForeignOutcomeError("reported")
        values.append(value)
    if not values or len({value.identity for value in values}) < len(values):
        raise ForeignOutcomeError("reported")
    return tuple(values)


def _tomorrow() -> str:
    """Return the day after today: clocks and zones of time differ, and nothing is reported later."""
    return (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


def _dataset_document(dataset: Dataset, table: str, frames: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Return what is said of a data set; its tables go to the others."""
    result = dataset.result
    names = {part: table if part == "frame" else f"{table}_{part}" for part in _TABLES}
    frames.update({names[part]: getattr(result, part) for part in _TABLES})
    document = {name: to_plain(getattr(dataset, name)) for name in _DATASET}
    fields = {name: to_plain(getattr(result, name)) for name in _RESULT}
    fields["columns"] = to_plain(dict(result.columns))
    return {
        **document,
        "report": to_plain(dict(dataset.report)),
        "subject": str(result.subject),
        "result": fields,
        "tables": names,
    }


def _dataset(document: dict[str, Any], read: Callable[[str], pd.DataFrame]) -> Dataset:
    """Return a data set; its rows must add up."""
    said = {name: of_kind(from_plain(document[name]), kind) for name, kind in _DATASET.items()}
    result = of_kind(document["result"], dict)
    fields = {name: of_kind(from_plain(result[name]), kind) for name, kind in _RESULT.items()}
    for name, kind in _ITEMS.items():
        for item in fields[name]:
            of_kind(item, kind)
    _words(fields["columns"])
    _try_words(fields)
    if fields["row_unit"] not in {"line", "feature"}:
        raise ForeignOutcomeError("row_unit")
    tables = of_kind(document["tables"], dict)
    frames: dict[str, Any] = {part: read(of_kind(tables[part], str)) for part in _TABLES}
    _layer(frames["frame"])
    if tuple(frames["rejected"].columns) != REJECTED_COLUMNS:
        raise ForeignOutcomeError("rejected")
    found = ImportResult(subject=Subject(of_kind(document["subject"], str)), **fields, **frames)
    if found.n_in != found.n_used + found.n_reported or found.n_features_out > found.n_used:
        raise ForeignOutcomeError("count")
    return Dataset(**said, result=found)


def _try_words(fields: Mapping[str, Any]) -> None:
    """Word every remark once: one that cannot be worded would fail where it is shown."""
    remarks = [*fields["notices"], *fields["warnings"], *(decision.why for decision in fields["decisions"])]
    remarks += [choice.label for decision in fields["decisions"] for choice in decision.choices]
    for remark in remarks:
        for lang in LANGUAGES:
            try:
                remark.message(lang)
            except (ValueError, KeyError, IndexError, TypeError, AttributeError) as fault:
                raise ForeignOutcomeError("remark") from fault


def _replaced(
    document: dict[str, Any], datasets: tuple[Dataset, ...], read: Callable[[str], pd.DataFrame]
) -> ReplacedZones:
    """Return a replaced layer; each of its zones must have an id and an outline."""
    source = document["dataset"]
    held = isinstance(source, int) and not isinstance(source, bool)
    if held and not 0 <= source < len(datasets):
        raise ForeignOutcomeError("dataset")
    dataset = datasets[source] if held else _dataset(of_kind(source, dict), read)
    frame = _layer(read(of_kind(document["table"], str)))
    kinds = set(shapely.get_type_id(frame.geometry.to_numpy()).tolist())
    areal = kinds <= {shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value}
    sound = areal and bool(shapely.is_valid(frame.geometry.to_numpy()).all())
    if not sound or "geometry_basis" not in frame or not frame.get("zone_id", pd.Series([None])).is_unique:
        raise ForeignOutcomeError("zones")
    (pairs, unclear), (unmatched, unused) = document["match"], document["left"]
    match = Match(
        pairs=tuple(_pair(of_kind(each, list)) for each in of_kind(pairs, list)),
        unclear=tuple(Unclear(of_kind(a, str), _texts(b)) for a, b in of_kind(unclear, list)),
        unmatched=_texts(unmatched),
        unused=_texts(unused),
    )
    return ReplacedZones(frame=frame, match=match, dataset=dataset)


def _pair(cells: list[Any]) -> Pair:
    zone_id, imported_id, by = _texts(cells)
    if by not in {"zone_id", "name", "stated"}:
        raise ForeignOutcomeError("pair")
    return Pair(zone_id, imported_id, by)  # type: ignore[arg-type] # one of the three, as was just seen


def _texts(values: object) -> tuple[str, ...]:
    return tuple(of_kind(value, str) for value in of_kind(values, list))


def _words(mapping: Mapping[Any, Any]) -> None:
    for key, value in mapping.items():
        of_kind(key, str)
        of_kind(value, str)


def _layer(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a table that is a layer in EPSG:4490, each of whose positions is a number."""
    layer = of_kind(frame, gpd.GeoDataFrame)
    if (
        layer.crs != CANONICAL_CRS
        or not np.isfinite(shapely.get_coordinates(layer.geometry.to_numpy())).all()
    ):
        raise ForeignOutcomeError("layer")
    return layer


def _points_frame(workspace: Workspace) -> gpd.GeoDataFrame:
    """Return every placed point as a row of one layer."""
    points = [
        (pack_id, point.place_id, point.lon, point.lat, point.accuracy_m, point.placed_at)
        for pack_id, changes in workspace.packs.items()
        for point in changes.points.values()
    ]
    table = pd.DataFrame(points, columns=list(_POINT), dtype=object)
    table = table.astype({"lon": float, "lat": float, "accuracy_m": float})
    shapes = [shapely.Point(lon, lat) for lon, lat in zip(table["lon"], table["lat"], strict=True)]
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=CANONICAL_CRS))


def _points(frame: pd.DataFrame) -> dict[str, dict[str, PlacedPoint]]:
    """Return the placed points of each pack."""
    if list(_layer(frame).columns) != [*_POINT, "geometry"]:
        raise ForeignOutcomeError(PLACED_POINTS)
    found: dict[str, dict[str, PlacedPoint]] = {}
    for pack_id, place_id, lon, lat, accuracy_m, placed_at in frame[list(_POINT)].itertuples(
        index=False, name=None
    ):
        if not (abs(of_kind(lon, float)) <= 180 and abs(of_kind(lat, float)) <= 90):  # noqa: PLR2004
            raise ForeignOutcomeError(PLACED_POINTS)
        known = None if np.isnan(of_kind(accuracy_m, float)) else accuracy_m
        found.setdefault(of_kind(pack_id, str), {})[of_kind(place_id, str)] = PlacedPoint(
            place_id=place_id, lon=lon, lat=lat, accuracy_m=known, placed_at=of_kind(placed_at, str)
        )
    return found
