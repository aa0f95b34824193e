"""Packages that are opened: their manifest held to their files, their content read back."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from spatial.errors import PackageError
from spatial.export.archive import ARCHIVE_SUFFIX, list_directory, unpack, write_archive
from spatial.export.formats import read_layer
from spatial.export.manifest import check_manifest, file_sha256, package_files, read_json
from spatial.export.package_file import PACKAGE_FILE, package_from_descriptor
from spatial.limits import DEFAULT_LIMITS
from spatial.vector_files import refuse_special

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spatial.export.model import ExportLayer, PackageContent
    from spatial.limits import Limits

__all__ = [
    "REFERENCE_FORMAT",
    "directory_sha256",
    "open_package",
    "opened_directory",
    "pack_directory",
    "package_sha256",
    "read_content",
    "read_descriptor",
]

REFERENCE_FORMAT: Final = "jsonfg"
"""The format that loses nothing, from which a package is read back."""


def open_package(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> PackageContent:
    """Return the content of a package, unchanged since it was written.

    Parameters
    ----------
    path : Path
        A ``.zip`` or a directory; it may come from anybody.
    limits : Limits

    Raises
    ------
    PackageError
        If it is no package, was changed, or does not hold the format that loses nothing.
    LimitExceededError
        If it passes a limit of packages.
    """
    with opened_directory(Path(path), limits=limits) as directory:
        return read_content(directory, name=Path(path).name)


@contextmanager
def opened_directory(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[Path]:
    """Give the directory in which a package's files stand, its manifest checked; raises as `open_package`."""
    if path.is_dir():
        list_directory(path, limits=limits)
        check_manifest(path, name=path.name)
        yield path
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        directory = Path(room)
        unpack(path, directory, limits=limits)
        check_manifest(directory, name=path.name)
        yield directory


def read_descriptor(directory: Path, *, name: str) -> dict[str, Any]:
    """Return the members of a package's ``package.json``; raises `PackageError` where there is none."""
    return read_json(directory / PACKAGE_FILE, name=name)


def package_sha256(path: Path) -> str:
    """Return the SHA-256 of a package as one archive, from the archive or the directory."""
    if not path.is_dir():
        refuse_special(path)
        return file_sha256(path)
    descriptor = read_descriptor(path, name=path.name)
    return directory_sha256(path, str(descriptor.get("data_date") or ""))


def read_content(directory: Path, *, name: str) -> PackageContent:
    """Return the content of the package in a directory, its manifest checked before."""
    content = package_from_descriptor(read_descriptor(directory, name=name), name=name)
    if REFERENCE_FORMAT not in content.formats:
        raise PackageError("export.package_no_reference", name=name, format=REFERENCE_FORMAT)
    return replace(
        content, layers=tuple(_filled(layer, directory, content, name=name) for layer in content.layers)
    )


def _filled(layer: ExportLayer, directory: Path, content: PackageContent, *, name: str) -> ExportLayer:
    """Return a layer with its features."""
    try:
        features = read_layer(REFERENCE_FORMAT, directory, layer, content=content)
    except FileNotFoundError as fault:
        raise PackageError("export.package_missing", name=name, n=1, paths=[layer.name]) from fault
    n_used = layer.n_in - len(layer.withheld)
    if len(features) != n_used:
        raise PackageError("export.package_count", name=name, layer=layer.name, n=len(features), said=n_used)
    return replace(layer, features=features)


def directory_sha256(directory: Path, date: str) -> str:
    """Return the SHA-256 that the files of a directory have as one archive."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        archive = Path(room) / f"package{ARCHIVE_SUFFIX}"
        pack_directory(directory, archive, date)
        return file_sha256(archive)


def pack_directory(stage: Path, archive: Path, date: str) -> None:
    """Write the files of a package as one archive."""
    write_archive(stage, package_files(stage), archive, date=date)
