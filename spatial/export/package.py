"""Packages as a whole: written, checked, read back, and only then put where they were asked for."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from spatial.atomic_write import (
    explain_unwritable,
    make_room,
    replace_directory,
    replace_file,
    staging_directory,
)
from spatial.errors import DeltaMismatchError, ExportRefusedError, PackageError, UnwritableFileError
from spatial.export.archive import ARCHIVE_SUFFIX
from spatial.export.describe.files import describe
from spatial.export.formats import write_format
from spatial.export.formats.format_losses import lost_in_format
from spatial.export.manifest import (
    MANIFEST_FILE,
    build_manifest,
    file_sha256,
    package_files,
    read_json,
    stream_sha256,
)
from spatial.export.opened_package import (
    REFERENCE_FORMAT,
    directory_sha256,
    open_package,
    opened_directory,
    pack_directory,
    package_sha256,
    read_content,
    read_descriptor,
)
from spatial.export.package_file import PACKAGE_FILE, descriptor_of, json_bytes
from spatial.export.rules.validate import validate_package
from spatial.export.same_content import first_difference
from spatial.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.export.model import PackageContent, WrittenFile

    Progress = Callable[[str, float], object]

__all__ = [
    "REFERENCE_FORMAT",
    "STEPS",
    "PackageReport",
    "open_package",
    "opened_directory",
    "package_bytes",
    "package_sha256",
    "read_descriptor",
    "write_package",
]

STEPS: Final = ("formats", "describe", "check", "read_back", "pack")
"""The steps of writing, in their order; `spatial.text` words each as ``export.step_<name>``."""

_NO_LIMITS: Final = Limits(**{limit.name: sys.maxsize for limit in fields(Limits)})
"""What the atlas itself wrote may be as large as it is."""

_REPORT_FILE: Final = PurePosixPath("report/check.json")
_WRITTEN_SHARE: Final = 0.4
"""Share of the time that the formats take, the rest being checks."""


@dataclass(frozen=True, kw_only=True)
class PackageReport:
    """What was handed over.

    Attributes
    ----------
    package_id : str
    sha256 : str
        Of the package as one archive, also where it was written as a directory.
    layers : tuple of dict
        ``name``, ``n_in``, ``n_used``, ``n_reported`` and ``reported``: reason key to number.
    files : tuple of dict
        The manifest's entries.
    warnings : tuple of dict
        What the check had to say without refusing, as plain values.
    notices : tuple of dict
        What the content says of itself.
    """

    package_id: str
    sha256: str
    layers: tuple[dict[str, Any], ...]
    files: tuple[dict[str, Any], ...]
    warnings: tuple[dict[str, Any], ...]
    notices: tuple[dict[str, Any], ...]


def write_package(
    content: PackageContent,
    target: Path,
    *,
    progress: Progress | None = None,
    expected_sha256: str | None = None,
) -> PackageReport:
    """Write a package, check it, and put it in place of the old one in one step.

    Parameters
    ----------
    content : PackageContent
    target : Path
        A ``.zip`` file, or a directory that is not there, empty, or a package.
    progress : callable, optional
        Called with the step (one of `STEPS`) and the share that is done; raising ends the work, and what
        stood at the target is whole.
    expected_sha256 : str, optional
        What the package must be as one archive.

    Raises
    ------
    ExportRefusedError
        If a check fails; ``params["report"]`` holds its report. Nothing is offered.
    DeltaMismatchError
        If the package is another than was expected.
    PackageError
        If something that is no package stands at the target.
    UnwritableFileError
        If the system does not let the package be written.
    """
    target = Path(target)
    with explain_unwritable(target):
        _check_target(target)
    make_room(target)
    with explain_unwritable(target), staging_directory(target) as stage:
        manifest, warnings = _stage(content, stage, progress or _say_nothing)
        if target.suffix.lower() == ARCHIVE_SUFFIX:
            hashed: list[str] = []
            replace_file(
                target,
                lambda beside: pack_directory(stage, beside, content.data_date),
                verify=lambda beside: hashed.append(_check_archive(beside, stage, expected_sha256)),
            )
            sha256 = hashed[0]
        else:
            sha256 = _expected(directory_sha256(stage, content.data_date), expected_sha256)
            replace_directory(target, stage)
    (progress or _say_nothing)(STEPS[-1], 1.0)
    return _report(content, manifest, warnings, sha256)


def package_bytes(
    content: PackageContent, *, progress: Progress | None = None
) -> tuple[bytes, PackageReport]:
    """Return a package as the bytes of a ``.zip``; raises as `write_package` does."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        path = Path(room) / f"{content.package_id}{ARCHIVE_SUFFIX}"
        report = write_package(content, path, progress=progress)
        return path.read_bytes(), report


def _say_nothing(_step: str, _share: float) -> None:
    """Take progress without a word."""


def _check_target(target: Path) -> None:
    """Refuse a target in whose place no package may be put."""
    is_archive = target.suffix.lower() == ARCHIVE_SUFFIX
    if is_archive and target.is_dir():
        raise PackageError("export.target_is_directory", name=target.name)
    if not is_archive and target.exists() and not target.is_dir():
        raise PackageError("export.target_is_file", name=target.name)
    if not target.parent.is_dir():
        raise UnwritableFileError("export.target_no_folder", name=target.name, folder=str(target.parent))
    if is_archive or not target.exists() or not any(target.iterdir()):
        return
    if target.is_symlink():
        raise PackageError("export.target_not_ours", name=target.name, path=target.name)
    try:
        manifest = read_json(target / MANIFEST_FILE, name=target.name)
        listed = {str(entry["path"]) for entry in manifest["files"]}
    except (PackageError, KeyError, TypeError) as fault:
        raise PackageError("export.target_not_ours", name=target.name, path=MANIFEST_FILE) from fault
    foreign = [str(path) for path in package_files(target) if str(path) not in {*listed, MANIFEST_FILE}]
    if foreign or PACKAGE_FILE not in listed:
        path = foreign[0] if foreign else PACKAGE_FILE
        raise PackageError("export.target_not_ours", name=target.name, path=path)


def _stage(
    content: PackageContent, stage: Path, progress: Progress
) -> tuple[dict[str, Any], tuple[dict[str, Any], ...]]:
    """Write every file of a package into an empty directory and check them all."""
    written: list[WrittenFile] = []
    for at, name in enumerate(content.formats):
        progress("formats", _WRITTEN_SHARE * at / len(content.formats))
        written += write_format(name, content, stage)
    progress("describe", _WRITTEN_SHARE)
    for path, data in describe(content, files=written).items():
        (stage / path).parent.mkdir(parents=True, exist_ok=True)
        (stage / path).write_bytes(data)
    (stage / PACKAGE_FILE).write_bytes(json_bytes(descriptor_of(content)))
    progress("check", _WRITTEN_SHARE + 0.05)
    warnings = _check(content, stage, written)
    progress("read_back", 0.85)
    _check_round_trip(content, stage)
    progress("pack", 0.9)
    return read_json(stage / MANIFEST_FILE, name=content.package_id), warnings


def _check(content: PackageContent, stage: Path, written: list[WrittenFile]) -> tuple[dict[str, Any], ...]:
    """Hold the files to every rule, and keep the result among them."""
    manifest = build_manifest(stage, package_id=content.package_id, written=written)
    (stage / MANIFEST_FILE).write_bytes(manifest)
    report = validate_package(stage, limits=_NO_LIMITS)
    if not report.valid:
        fault = report.errors[0]
        raise ExportRefusedError(
            "export.refused",
            n=report.count(report.errors),
            rule=fault.rule,
            file=fault.file,
            feature="" if fault.feature_id is None else fault.feature_id,
            report=report,
        )
    plain = report.to_dict()
    (stage / _REPORT_FILE).parent.mkdir(exist_ok=True)
    (stage / _REPORT_FILE).write_bytes(json_bytes(plain))
    manifest = build_manifest(stage, package_id=content.package_id, written=written)
    (stage / MANIFEST_FILE).write_bytes(manifest)
    return tuple(plain["warnings"])


def _check_round_trip(content: PackageContent, stage: Path) -> None:
    """Refuse a package whose files do not read back as what they were made from."""
    found = None
    if REFERENCE_FORMAT in content.formats:
        found = first_difference(content, read_content(stage, name=content.package_id))
    for name in content.formats:
        if name != REFERENCE_FORMAT:
            found = found or lost_in_format(name, stage, content)
    if found is not None:
        raise ExportRefusedError(
            "export.read_back_differs", layer=found.layer, feature=found.feature_id, member=found.member
        )


def _check_archive(archive: Path, stage: Path, expected: str | None) -> str:
    """Return the SHA-256 of an archive that holds the files of the stage as they are on the disk.

    Raises
    ------
    OSError
        As the system would, had it told that it lost what was written.
    DeltaMismatchError
        If another archive was expected.
    """
    paths = package_files(stage)
    try:
        with zipfile.ZipFile(archive) as packed:
            whole = packed.namelist() == [str(path) for path in paths]
            for path in paths if whole else ():
                with packed.open(str(path)) as member:
                    whole &= stream_sha256(member) == file_sha256(stage / path)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        whole = False
    if not whole:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    return _expected(file_sha256(archive), expected)


def _expected(sha256: str, expected: str | None) -> str:
    """Return the SHA-256 of a package, if it is the expected one."""
    if expected is not None and sha256 != expected:
        raise DeltaMismatchError("export.delta_other_result", expected=expected, found=sha256)
    return sha256


def _report(
    content: PackageContent,
    manifest: dict[str, Any],
    warnings: tuple[dict[str, Any], ...],
    sha256: str,
) -> PackageReport:
    """Return what was handed over."""
    layers = tuple(
        {
            "name": layer.name,
            "title": {"zh": layer.title.zh, "en": layer.title.en},
            "n_in": layer.n_in,
            "n_used": len(layer.features),
            "n_reported": len(layer.withheld),
            "reported": dict(Counter(item.reason_key for item in layer.withheld)),
        }
        for layer in content.layers
    )
    return PackageReport(
        package_id=content.package_id,
        sha256=sha256,
        layers=layers,
        files=tuple(manifest["files"]),
        warnings=warnings,
        notices=tuple(content.about.get("notices", ())),
    )
