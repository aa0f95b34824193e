"""The manifest of a package: each of its files with its SHA-256, so that it can be proved unchanged."""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

from spatial.errors import PackageError, UnreadableFileError
from spatial.export.archive import is_package_path
from spatial.export.formats.feature_lines import parse_strictly

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spatial.export.model import WrittenFile

__all__ = [
    "MANIFEST_FILE",
    "build_manifest",
    "check_manifest",
    "file_sha256",
    "package_files",
    "read_json",
    "stream_sha256",
]

MANIFEST_FILE: Final = "manifest.json"
_METADATA: Final = "metadata"
_BLOCK: Final = 1 << 20
_SHA256_DIGITS: Final = 64


def build_manifest(directory: Path, *, package_id: str, written: Sequence[WrittenFile]) -> bytes:
    """Return the manifest of the files in a directory, itself left out.

    Parameters
    ----------
    directory : Path
        The package.
    package_id : str
    written : sequence of WrittenFile
        What is known of the data files; a file that is not among them is of the format ``metadata``.
    """
    known = {file.path: file for file in written}
    entries = []
    for path in package_files(directory):
        if path == PurePosixPath(MANIFEST_FILE):
            continue
        file = known.get(path)
        entries.append(
            {
                "path": str(path),
                "sha256": file_sha256(directory / path),
                "bytes": (directory / path).stat().st_size,
                "format": file.format if file else _METADATA,
                "layers": list(file.layers) if file else [],
                "crs": file.crs if file else "",
                "n_features": file.n_features if file else 0,
            }
        )
    document = {"package_id": package_id, "files": entries}
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def package_files(directory: Path) -> tuple[PurePosixPath, ...]:
    """Return every file under a directory, relative to it and in the order of their names."""
    found = (path for path in directory.rglob("*") if path.is_symlink() or not path.is_dir())
    return tuple(sorted(PurePosixPath(path.relative_to(directory).as_posix()) for path in found))


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as stream:
        return stream_sha256(stream)


def stream_sha256(stream: IO[bytes]) -> str:
    """Return the SHA-256 of what is left in a stream in hexadecimal digits."""
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def check_manifest(directory: Path, *, name: str) -> dict[str, Any]:
    """Return the manifest of a package whose files are all there and unchanged.

    Parameters
    ----------
    directory : Path
        The package.
    name : str
        What messages call it.

    Raises
    ------
    PackageError
        If there is no manifest, or a file is missing, changed or not listed.
    """
    manifest = read_json(directory / MANIFEST_FILE, name=name)
    files = manifest.get("files")
    if not isinstance(files, list) or not all(_is_entry(entry) for entry in files):
        raise PackageError("export.package_member", name=name, path=MANIFEST_FILE, member="files")
    listed = {PurePosixPath(entry["path"]): entry["sha256"] for entry in files}
    present = set(package_files(directory)) - {PurePosixPath(MANIFEST_FILE)}
    faults = {
        "export.package_missing": sorted(set(listed) - present),
        "export.package_unlisted": sorted(present - set(listed)),
        "export.package_changed": sorted(
            path for path in present & set(listed) if file_sha256(directory / path) != listed[path]
        ),
    }
    for key, paths in faults.items():
        if paths:
            raise PackageError(key, name=name, n=len(paths), paths=[str(path) for path in paths])
    return manifest


def read_json(path: Path, *, name: str) -> dict[str, Any]:
    """Return the members of a JSON file of a package.

    Raises
    ------
    PackageError
        If it is not there or no strict JSON object.
    """
    try:
        document = parse_strictly(path.read_bytes(), name=path.name)
    except OSError as fault:
        raise PackageError("export.package_missing", name=name, n=1, paths=[path.name]) from fault
    except UnreadableFileError as fault:
        raise PackageError("export.package_json", name=name, path=path.name) from fault
    if not isinstance(document, dict):
        raise PackageError("export.package_json", name=name, path=path.name)
    return document


def _is_entry(entry: object) -> bool:
    """Return whether a manifest's entry names a file of a package and its digest."""
    if not isinstance(entry, dict):
        return False
    path, digest = entry.get("path"), entry.get("sha256")
    return (
        isinstance(path, str)
        and is_package_path(path)
        and isinstance(digest, str)
        and len(digest) == _SHA256_DIGITS
    )
