"""Which rules a file is held to: by its name in a package, by its name and bytes elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from spatial.errors import UnsupportedFormatError
from spatial.export.formats.table_columns import headers_of, position_headers
from spatial.export.formats.workbook_sheets import sheet_names
from spatial.export.formula_guard import unguard
from spatial.export.rules.geojson_rules import check_geojson
from spatial.export.rules.geopackage_rules import check_geopackage
from spatial.export.rules.json_rules import UNREADABLE, parse_json
from spatial.export.rules.jsonfg_rules import check_jsonfg, is_jsonfg
from spatial.export.rules.oracles import ask_oracles
from spatial.export.rules.package_rules import LayerIds
from spatial.export.rules.report import CheckedFile
from spatial.export.rules.schema_rules import check_schema, properties_of
from spatial.export.rules.shapefile_rules import check_shapefile
from spatial.export.rules.statement_rules import check_marks, check_xml
from spatial.export.rules.table_rules import check_csv, check_workbook
from spatial.file_kinds import GEOJSON_SUFFIXES, PARQUET_MAGIC, file_suffix
from spatial.vector_files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path, PurePosixPath

    from spatial.export.rules.geojson_rules import ParsedLayer
    from spatial.export.rules.package_rules import Package
    from spatial.export.rules.report import Findings
    from spatial.limits import Limits

__all__ = ["check_package_file", "check_single"]

_COMPANIONS: Final = ("shx", "dbf", "prj", "cpg")
_KNOWN: Final = (".geojson", ".json", ".gpkg", ".shp", ".csv", ".txt", ".tsv", ".xlsx", ".zip")
_MAGIC: Final[Mapping[str, tuple[bytes, ...]]] = {
    "flatgeobuf": (b"fgb\x03",),
    "geoparquet": (PARQUET_MAGIC,),
    "kml": (b"<?xml", b"<kml"),
}


def check_single(path: Path, *, limits: Limits, findings: Findings) -> None:
    """Hold a file from anybody to the rules of its kind.

    Parameters
    ----------
    path : pathlib.Path
        The file; the members of a Shapefile stand beside it.
    limits : Limits
        Named limits.
    findings : Findings
        Takes the faults.

    Raises
    ------
    UnreadableFileError
        If it cannot be opened.
    UnsupportedFormatError
        If no rule speaks of such files.
    LimitExceededError
        If a limit is passed.
    """
    name, suffix = path.name, file_suffix(path.name)
    n_features: int | None = None
    form = suffix.removeprefix(".")
    if suffix in GEOJSON_SUFFIXES:
        form, n_features = _check_json(path, limits=limits, findings=findings)
    elif suffix == ".gpkg":
        found = check_geopackage(read_bytes(path, limits), file=name, limits=limits, findings=findings)
        form, n_features = "geopackage", sum(layer.n_features for layer in found)
    elif suffix == ".shp":
        members = {"shp": read_bytes(path, limits), **_companions(path, limits)}
        shapes = check_shapefile(members, file=name, findings=findings)
        form, n_features = "shapefile", shapes.n_features if shapes else None
    elif suffix in {".csv", ".txt", ".tsv"}:
        rows = check_csv(read_bytes(path, limits), file=name, limits=limits, findings=findings)
        form, n_features = "csv", rows[0] if rows else None
    elif suffix == ".xlsx":
        sheets = check_workbook(read_bytes(path, limits), file=name, limits=limits, findings=findings)
        n_features = sum(n for n, _ in sheets.values())
    else:
        raise UnsupportedFormatError("rule.unknown_suffix", name=name, suffix=suffix, known=", ".join(_KNOWN))
    findings.files.append(CheckedFile(path=name, format=form, n_features=n_features))


def _check_json(path: Path, *, limits: Limits, findings: Findings) -> tuple[str, int | None]:
    """Hold a JSON text to the rules; return its format and its count."""
    name = path.name
    document = parse_json(read_bytes(path, limits), file=name, limits=limits, findings=findings)
    if document is UNREADABLE:
        return "geojson", None
    layer = check_geojson(document, file=name, findings=findings)
    if layer is None:
        return "geojson", None
    limits.check("features", len(layer.features))
    ask_oracles(layer, file=name, findings=findings)
    if is_jsonfg(document):
        check_jsonfg(layer, file=name, findings=findings)
        return "jsonfg", len(layer.features)
    return "geojson", len(layer.features)


def _companions(path: Path, limits: Limits) -> dict[str, bytes]:
    """Return the members beside a .shp, whatever the case of their suffixes."""
    found: dict[str, bytes] = {}
    for name in _COMPANIONS:
        for suffix in (name, name.upper()):
            beside = path.with_suffix(f".{suffix}")
            if beside.is_file():
                found.setdefault(name, read_bytes(beside, limits))
    return found


def check_package_file(package: Package, path: PurePosixPath) -> None:
    """Hold one file of a package to the rules of its place, and note what it holds."""
    name, folder = str(path), path.parts[0]
    findings = package.findings
    entry = package.entries.get(name, {})
    stated = entry.get("crs")
    crs = stated if isinstance(stated, str) and stated else None
    n_features: int | None = None
    if folder in {"geojson", "jsonfg"}:
        n_features = _check_layer_file(package, path, crs)
    elif folder == "gpkg":
        data = package.read(name) or b""
        tables = check_geopackage(data, file=name, limits=package.limits, findings=findings, crs=crs)
        _hold(package, name, [(table.name, table.n_features, table.ids) for table in tables])
        n_features = sum(table.n_features for table in tables)
    elif name.endswith(".shp"):
        stem = name.removesuffix(".shp")
        members = {each: package.read(f"{stem}.{each}") for each in ("shp", *_COMPANIONS)}
        there = {each: data for each, data in members.items() if data is not None}
        rows = check_shapefile(there, file=name, findings=findings, crs=crs) if "shp" in there else None
        if rows is not None:
            n_features = rows.n_features
            _hold(package, name, [(path.stem, rows.n_features, rows.ids)])
    elif folder in {"csv", "xlsx"}:
        n_features = _check_tables(package, path)
    else:
        _check_other(package, path)
    form = entry.get("format", folder)
    findings.files.append(CheckedFile(path=name, format=str(form), n_features=n_features))


def _hold(package: Package, file: str, layers: list[tuple[str, int, frozenset[str]]]) -> None:
    """Note which identifiers a file holds, layer by layer."""
    package.held += [LayerIds(file=file, layer=layer, n_features=n, ids=ids) for layer, n, ids in layers]


def _check_layer_file(package: Package, path: PurePosixPath, crs: str | None) -> int | None:
    """Hold a GeoJSON or JSON-FG file of a package to the rules, its schema and its marks."""
    name, findings = str(path), package.findings
    document = parse_json(package.read(name) or b"", file=name, limits=package.limits, findings=findings)
    layer = None if document is UNREADABLE else check_geojson(document, file=name, findings=findings)
    if layer is None:
        return None
    ask_oracles(layer, file=name, findings=findings)
    if path.parts[0] == "jsonfg":
        check_jsonfg(layer, file=name, findings=findings, crs=crs)
    schema_path = f"schemas/{path.stem}.schema.json"
    findings.families.add("schema")
    stated = properties_of(package.read_json(schema_path))
    if stated is None:
        findings.add("schema.missing", schema_path)
    else:
        check_schema(layer, stated, file=name, findings=findings)
    check_marks(package, path.stem, layer, file=name)
    _hold(package, name, [(path.stem, len(layer.features), frozenset(layer.ids))])
    _note_bounds(package, path.stem, layer)
    return len(layer.features)


def _note_bounds(package: Package, name: str, layer: ParsedLayer) -> None:
    """Note the extent of a layer."""
    xy = layer.coordinates.xy
    if len(xy) and np.isfinite(xy).all():
        west, south, east, north = (float(value) for value in (*xy.min(axis=0), *xy.max(axis=0)))
        package.bounds[name] = (west, south, east, north)


def _check_tables(package: Package, path: PurePosixPath) -> int | None:
    """Hold a CSV or a workbook of a package to the rules and to the data dictionary."""
    name, data = str(path), package.read(str(path)) or b""
    layers = package.described.layers if package.described else ()
    heads = {layer.name: [*headers_of(layer), *position_headers(layer)] for layer in layers}
    options: dict[str, Any] = {"file": name, "limits": package.limits, "findings": package.findings}
    if path.parts[0] == "csv":
        table = check_csv(data, heads=heads.get(path.stem), **options)
        if table is not None:
            _hold(package, name, [(path.stem, table[0], _own_ids(table[1]))])
        return table[0] if table else None
    names = dict(zip(sheet_names(layers), heads, strict=True))
    sheets = check_workbook(data, sheets={sheet: heads[layer] for sheet, layer in names.items()}, **options)
    found = [(names[sheet], n, _own_ids(cells)) for sheet, (n, cells) in sheets.items() if sheet in names]
    _hold(package, name, found)
    return sum(n for _, n, _ in found)


def _own_ids(cells: list[str]) -> frozenset[str]:
    """Return identifiers as they were before the guard against formulas."""
    return frozenset(unguard(cell) for cell in cells)


def _check_other(package: Package, path: PurePosixPath) -> None:
    """Hold the files around the data to what their names say."""
    name, folder = str(path), path.parts[0]
    if folder in _MAGIC:
        data = package.read(name) or b""
        if not data.removeprefix(b"\xef\xbb\xbf").startswith(_MAGIC[folder]):
            package.findings.add("package.wrong_format", name)
    elif name.endswith(".xml"):
        check_xml(package.read(name) or b"", name, package)
    elif name.endswith(".json") and folder in {"schemas", "report", "definition.json"}:
        package.read_json(name)
