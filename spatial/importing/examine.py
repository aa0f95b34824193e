"""One file from its bytes to the frame that confirming would bring, or to what must still be stated.

Runs in the process that `spatial.importing.isolation` bounds. Every choice of the planner is a setting,
and each run begins anew, so that the answer depends on file and settings alone.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np

from spatial.crs import CANONICAL_CRS
from spatial.errors import GeometryError, UndecidedError
from spatial.importing.build import BUILDERS
from spatial.importing.build.attributes import canonical_attributes
from spatial.importing.build.draft import Draft
from spatial.importing.build.material import Material
from spatial.importing.build.preview import candidate_preview, candidates_of, preview_of, sample_of
from spatial.importing.build.rows_beside import set_beside
from spatial.importing.build.shapes import find_wkt_column, geometry_from_text, set_unusable_aside
from spatial.importing.columns.mapping import ColumnMapping, map_columns
from spatial.importing.columns.system_column import read_system_column
from spatial.importing.model import Examination, FieldState, ImportResult, ReadOptions, StatedCrs, Subject
from spatial.importing.place.context import context_of_pack
from spatial.importing.place.coordinate_columns import find_pairs
from spatial.importing.place.decide import Placed, place_geometry, place_table
from spatial.importing.readers.registry import list_layers, read_layer, recognise
from spatial.importing.source_decisions import source_decisions
from spatial.notice import Notice
from spatial.text import TextKey

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.importing.columns.system_column import SystemColumn
    from spatial.importing.model import Decision, ImportSettings, LayerInfo, Progress, Question, SourceLayer
    from spatial.importing.place.context import ImportContext
    from spatial.limits import Limits

__all__ = ["examine"]


@dataclass(kw_only=True)
class _Run:
    """What is known of the file so far."""

    name: str
    settings: ImportSettings
    limits: Limits
    tell: Progress
    kind: str = ""
    sha256: str = ""
    layers: tuple[LayerInfo, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


def examine(
    path: Path,
    *,
    name: str,
    settings: ImportSettings,
    limits: Limits,
    progress: Progress | None = None,
) -> Examination:
    """Examine one file.

    Parameters
    ----------
    path : pathlib.Path
        A private copy under a generated name; the parts of a loose Shapefile stand beside it.
    name : str
        The planner's file name.
    settings : ImportSettings
        What the planner states.
    limits : Limits
        Named limits.
    progress : callable or None
        Told each stage (a text key) and the share done.

    Returns
    -------
    Examination
        With ``questions`` and no ``result`` while something must still be stated.

    Raises
    ------
    InputError
        If the file is refused; nothing of it is used.
    """
    settings = _with_coordinates(settings)
    run = _Run(name=name, settings=settings, limits=limits, tell=progress or _silent)
    run.tell("import.stage_recognise", 0.0)
    run.kind = recognise(path, name, limits)
    options = ReadOptions(layer=settings.layer, encoding=settings.encoding, limits=limits)
    run.tell("import.stage_read", 0.05)
    # Hashing holds no lock of the interpreter: it runs beside the reading.
    with ThreadPoolExecutor(max_workers=1) as beside:
        digest = beside.submit(_digest, path)
        run.layers = list_layers(path, name=name, options=options)
        layer, questions = _read(path, name, options)
        run.sha256 = digest.result()
    if layer is None:
        return Examination(
            name=name, kind=run.kind, sha256=run.sha256, layers=run.layers, questions=questions
        )
    return _examine_layer(layer, run)


def _read(path: Path, name: str, options: ReadOptions) -> tuple[SourceLayer | None, tuple[Question, ...]]:
    """Return the layer of a file, or the questions which of several it is."""
    try:
        return read_layer(path, name=name, options=options), ()
    except UndecidedError as asked:
        if not asked.questions:
            raise
        return None, asked.questions


def _with_coordinates(settings: ImportSettings) -> ImportSettings:
    """Return the settings with the columns of the coordinates where they are stated like fields."""
    for x, y in (("lon", "lat"), ("x", "y")):
        east, north = settings.columns.get(x), settings.columns.get(y)
        if settings.x is None and east and north:
            return replace(settings, x=east, y=north)
    return settings


def _examine_layer(layer: SourceLayer, run: _Run) -> Examination:
    """Decide columns and positions of a layer, then build its frame or ask."""
    context = context_of_pack(run.settings.pack)
    draft = Draft(layer)
    run.tell("import.stage_place", 0.45)
    shaped = _with_geometry(layer, run.settings, draft)
    system = read_system_column(shaped.table, run.settings)
    placed = _place(shaped, system, context, run)
    run.tell("import.stage_columns", 0.65)
    coordinates = {placed.x_name, placed.y_name} - {None}
    headers = [str(header) for header in shaped.table.columns if header not in coordinates]
    mapping = map_columns(headers, run.settings.subject, run.settings.columns, name=run.name)
    questions = (*placed.questions, *mapping.questions)
    headers_shown, sample = sample_of(layer)
    examination = Examination(
        name=run.name,
        kind=layer.kind or run.kind,
        sha256=run.sha256,
        layers=run.layers,
        headers=headers_shown,
        sample=sample,
        decisions=_decisions(layer, placed, mapping, run),
        questions=questions,
        fields=(*_coordinate_states(placed, shaped, run.settings.subject), *mapping.states),
        preview=candidate_preview(placed.candidates),
        details={"candidates": candidates_of(placed.candidates)},
    )
    if questions or placed.geometry is None:
        return examination
    if layer.geometry is None:
        set_beside(draft, mapping)
    other = np.flatnonzero(system.other)
    draft.reject(other, system.header or "", system.words(other), "import.reason_other_system")
    draft.reject_all(_counted(placed, run.settings.subject))
    draft.notices.extend((*placed.notices, *mapping.notices))
    draft.warnings.extend(placed.warnings)
    result = _build(draft, placed, mapping, context, run)
    run.tell("import.stage_done", 1.0)
    preview = preview_of(result.frame.geometry.to_numpy(), result.frame.index.to_numpy())
    return replace(
        examination,
        result=result,
        preview=preview,
        details={**draft.details, "reasons": dict(Counter(result.rejected["reason_key"]))},
    )


def _with_geometry(layer: SourceLayer, settings: ImportSettings, draft: Draft) -> SourceLayer:
    """Return the layer with geometry that can be placed: its own, or that of a column of text."""
    if layer.geometry is None:
        header = find_wkt_column(layer.table)
        if header is None:
            return layer
        layer = geometry_from_text(layer, header, draft)
    if layer.geometry is None:
        return layer
    return replace(layer, geometry=set_unusable_aside(layer.geometry, settings.subject, draft))


def _place(layer: SourceLayer, system: SystemColumn, context: ImportContext, run: _Run) -> Placed:
    """Place the rows of a layer, or ask what must be known for it."""
    settings = run.settings
    subject = settings.subject
    if system.questions:
        return Placed(geometry=None, kept=np.zeros(len(layer.table), dtype=bool), questions=system.questions)
    if layer.geometry is not None:
        if layer.crs is None and system.system is not None:
            layer = replace(layer, crs=StatedCrs(system.system, "column"))
        return place_geometry(layer, settings=settings, context=context)
    if subject == Subject.ZONES:
        raise GeometryError("import.zones_without_geometry", name=run.name)
    if subject == Subject.PARKS and not _has_coordinates(layer, settings):
        nowhere = np.full(len(layer.table), None, dtype=object)
        return Placed(geometry=nowhere, kept=np.ones(len(nowhere), dtype=bool), crs=CANONICAL_CRS)
    if system.header is not None and system.system is not None:
        # The planners' words for a system, in the one word that every room knows.
        layer = replace(layer, table=layer.table.assign(**{system.header: system.system}))
    return place_table(layer, settings=settings, context=context, limits=run.limits)


def _has_coordinates(layer: SourceLayer, settings: ImportSettings) -> bool:
    """Tell whether a table has columns of coordinates, by their names or as stated."""
    return settings.x is not None or bool(find_pairs(map(str, layer.table.columns)))


def _counted(placed: Placed, subject: Subject) -> tuple[Any, ...]:
    """Return the rejections that count: a park without coordinates is kept, to be placed on the map."""
    if subject != Subject.PARKS:
        return placed.rejections
    return tuple(entry for entry in placed.rejections if entry.reason_key not in _UNPLACED)


_UNPLACED: Final = ("error.reason_missing", "place.reason_no_geometry")


def _coordinate_states(placed: Placed, layer: SourceLayer, subject: Subject) -> tuple[FieldState, ...]:
    """Return the two fields of coordinates of a table."""
    if layer.geometry is not None:
        return ()
    need = "optional" if subject == Subject.PARKS else "required"
    return (FieldState("lon", need, placed.x_name), FieldState("lat", need, placed.y_name))


def _build(
    draft: Draft, placed: Placed, mapping: ColumnMapping, context: ImportContext, run: _Run
) -> ImportResult:
    """Build the canonical frame of the rows that are left, and say what became of each row."""
    layer, subject = draft.layer, run.settings.subject
    wkt = find_wkt_column(layer.table) if layer.geometry is None else None
    left_out = [name for name in (placed.x_name, placed.y_name, wkt) if name is not None]
    attributes = canonical_attributes(draft, mapping, subject, left_out=left_out)
    columns = dict(mapping.columns)
    if placed.x_name is not None and placed.y_name is not None:
        columns |= {"lon": placed.x_name, "lat": placed.y_name}
    geometry = np.asarray(placed.geometry, dtype=object)
    run.tell("import.stage_build", 0.8)
    material = Material(
        attributes=attributes,
        geometry=geometry[draft.used],
        positions=np.flatnonzero(draft.used),
        draft=draft,
        settings=run.settings,
        context=context,
        columns=columns,
    )
    built = BUILDERS[subject](material)
    rejected = draft.rejected()
    if not len(built.attributes) and len(rejected):
        first = TextKey(rejected["reason_key"].iloc[0])
        params = {"name": run.name, "n": len(rejected), "reason": first}
        draft.warnings.insert(0, Notice("import.nothing_usable", params))
    frame = gpd.GeoDataFrame(built.attributes, geometry=built.geometry, crs=CANONICAL_CRS)
    return ImportResult(
        subject=subject,
        name=run.name,
        frame=frame,
        n_in=layer.n_in,
        n_used=draft.n_used,
        rejected=rejected,
        rejected_source=draft.rejected_source(),
        row_unit=layer.row_unit,
        crs=placed.crs,
        encoding=layer.encoding,
        decisions=_decisions(layer, placed, mapping, run),
        columns=columns,
        notices=_once(draft.notices),
        warnings=_once(draft.warnings),
        sha256=run.sha256,
    )


def _decisions(layer: SourceLayer, placed: Placed, mapping: ColumnMapping, run: _Run) -> tuple[Decision, ...]:
    """Return how the file was understood, from its bytes to its columns."""
    opened = source_decisions(layer, run.layers, run.settings)
    return (*opened, *placed.decisions, *mapping.decisions)


def _once(notices: list[Notice]) -> tuple[Notice, ...]:
    """Return each remark once, in its order."""
    return tuple(notice for at, notice in enumerate(notices) if notice not in notices[:at])


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _silent(stage: str, share: float) -> None:
    """Tell nobody."""
