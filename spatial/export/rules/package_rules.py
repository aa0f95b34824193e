"""Rules of a package as a whole: what is in it, unchanged, complete, and one in itself."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from spatial.errors import PackageError
from spatial.export.archive import is_package_path
from spatial.export.package_file import package_from_descriptor
from spatial.export.rules.json_rules import UNREADABLE, parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.export.model import PackageContent
    from spatial.export.rules.package_source import PackageSource
    from spatial.export.rules.report import Findings
    from spatial.limits import Limits

__all__ = ["CONTENT_FILE", "MANIFEST_FILE", "LayerIds", "Package", "compare_layers", "open_package_files"]

MANIFEST_FILE: Final = "manifest.json"
CONTENT_FILE: Final = "package.json"
_REQUIRED: Final = (
    ("README.txt", "package.readme_missing"),
    ("dictionary/fields.csv", "package.dictionary_missing"),
)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class LayerIds:
    """The identifiers that one file holds of one layer."""

    file: str
    layer: str
    ids: frozenset[str]
    n_features: int


@dataclass(kw_only=True)
class Package:
    """A package whose names are known, and what was read of it.

    Attributes
    ----------
    source : PackageSource
    entries : dict
        Path to the manifest's entry.
    content : dict
        ``package.json``; empty where it cannot be used.
    held : list of LayerIds
        What each data file holds.
    bounds : dict
        Layer to its west, south, east and north in degrees.
    simulated : set of str
        Layers with a feature that says it is simulated.
    described : PackageContent or None
        ``package.json`` as the library reads it; None where it cannot be used.
    """

    source: PackageSource
    limits: Limits
    findings: Findings
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    held: list[LayerIds] = field(default_factory=list)
    bounds: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    simulated: set[str] = field(default_factory=set)
    described: PackageContent | None = None

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file; None where it is not there or damaged."""
        if path not in self.source.sizes:
            return None
        try:
            return b"".join(self.source.blocks(path))
        except OSError:
            return None

    def read_json(self, path: str) -> dict[str, Any] | None:
        """Return the members of a JSON file; None where it is not there or no JSON object."""
        data = self.read(path)
        if data is None:
            return None
        document = parse_json(data, file=path, limits=self.limits, findings=self.findings)
        return document if document is not UNREADABLE and isinstance(document, dict) else None

    @property
    def layers(self) -> dict[str, dict[str, Any]]:
        """What the package says of each layer, by name."""
        listed = self.content.get("layers")
        rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
        return {str(row["name"]): row for row in rows if "name" in row}

    @property
    def formats(self) -> list[str]:
        """The formats that the package promises."""
        listed = self.content.get("formats")
        return [str(name) for name in listed] if isinstance(listed, list) else []


def open_package_files(package: Package) -> None:
    """Hold the manifest to the files, and read what the package says of itself.

    Parameters
    ----------
    package : Package
        Takes the manifest's entries and the content.
    """
    findings = package.findings
    findings.families.add("package")
    present = package.source.sizes
    for path, rule in _REQUIRED:
        if path not in present:
            findings.add(rule, path)
    content = package.read_json(CONTENT_FILE)
    if content is None:
        findings.add("package.content_missing", CONTENT_FILE)
    package.content = content or {}
    try:
        package.described = package_from_descriptor(package.content, name=CONTENT_FILE) if content else None
    except PackageError as fault:
        findings.add("package.content_missing", CONTENT_FILE, found=fault.message("en"))
    if MANIFEST_FILE in present:
        package.entries = _entries(package)
        _hold_to_manifest(package)
    else:
        findings.add("package.manifest_missing", MANIFEST_FILE)
    _check_formats(package)


def _entries(package: Package) -> dict[str, dict[str, Any]]:
    """Return the sound entries of the manifest by path."""
    manifest = package.read_json(MANIFEST_FILE)
    files = manifest.get("files") if manifest else None
    if not isinstance(files, list):
        package.findings.add("package.manifest_invalid", MANIFEST_FILE, found="files")
        return {}
    entries: dict[str, dict[str, Any]] = {}
    for at, entry in enumerate(files):
        if not _is_entry(entry) or entry["path"] in entries:
            package.findings.add("package.manifest_invalid", MANIFEST_FILE, found=f"files[{at}]")
        elif not is_package_path(entry["path"]):
            package.findings.add("package.unsafe_path", MANIFEST_FILE, found=entry["path"])
        else:
            entries[entry["path"]] = entry
    return entries


def _is_entry(entry: object) -> bool:
    """Tell an entry that names a file, its digest, its size and its count."""
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("path"), str)
        and isinstance(entry.get("sha256"), str)
        and _DIGEST.fullmatch(entry["sha256"]) is not None
        and type(entry.get("bytes")) is int
        and type(entry.get("n_features")) is int
    )


def _hold_to_manifest(package: Package) -> None:
    """Tell files that are missing, not listed or changed."""
    present, entries, findings = package.source.sizes, package.entries, package.findings
    for path in entries:
        if path not in present:
            findings.add("package.file_missing", path)
    for path, size in present.items():
        if path == MANIFEST_FILE:
            continue
        if path not in entries:
            findings.add("package.undeclared_file", path)
            continue
        if size != entries[path]["bytes"]:
            findings.add("package.size_differs", path, found=f"{size:,} / {entries[path]['bytes']:,}")
        digest = _sha256(package.source, path)
        if digest is None:
            findings.add("package.damaged", path)
        elif digest != entries[path]["sha256"]:
            findings.add("package.sha256_differs", path, found=digest)


def _sha256(source: PackageSource, path: str) -> str | None:
    """Return the SHA-256 of a file; None where it is damaged."""
    digest = hashlib.sha256()
    try:
        for block in source.blocks(path):
            digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()


_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "jsonfg": ("jsonfg/{layer}.json",),
    "geojson": ("geojson/{layer}.geojson",),
    "geopackage": ("gpkg/{package}.gpkg",),
    "shapefile": ("shapefile/{layer}.shp",),
    "csv": ("csv/{layer}.csv",),
    "xlsx": ("xlsx/{package}.xlsx",),
    "flatgeobuf": ("flatgeobuf/{layer}.fgb",),
    "geoparquet": ("geoparquet/{layer}.parquet",),
    "kml": ("kml/{layer}.kml",),
}
"""Where each format stands in a package."""


def _check_formats(package: Package) -> None:
    """Tell formats that are promised and not there; without JSON-FG nothing can be read back."""
    findings = package.findings
    name = str(package.content.get("package_id", ""))
    for form in package.formats:
        for place in _PLACES.get(form, ()):
            for path in dict.fromkeys(place.format(layer=layer, package=name) for layer in package.layers):
                if path not in package.source.sizes:
                    findings.add("package.format_missing", path, found=form)
    if package.content and "jsonfg" not in package.formats:
        findings.add("package.reference_missing", CONTENT_FILE)


def compare_layers(package: Package) -> None:
    """Tell counts that differ from the manifest's, and formats of one layer that hold different ids."""
    counts: dict[str, int] = {}
    for held in package.held:
        counts[held.file] = counts.get(held.file, 0) + held.n_features
    for path, n_features in counts.items():
        stated = package.entries.get(path, {}).get("n_features", n_features)
        if stated != n_features:
            package.findings.add("package.count_differs", path, found=f"{n_features:,} / {stated:,}")
    first: dict[str, LayerIds] = {}
    for held in package.held:
        other = first.setdefault(held.layer, held)
        if held.ids != other.ids or held.n_features != other.n_features:
            strange = sorted(held.ids ^ other.ids)[:3]
            words = f"{held.layer}: {held.n_features:,} / {other.n_features:,} {other.file} {strange}"
            package.findings.add("package.layers_disagree", held.file, found=words)
