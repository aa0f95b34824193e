"""Check a file from anybody, or a package of the atlas, and report every breach of a rule."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from spatial.errors import UnreadableFileError
from spatial.export.rules.file_checks import check_package_file, check_single
from spatial.export.rules.package_rules import Package, compare_layers, open_package_files
from spatial.export.rules.package_source import open_archive, open_directory
from spatial.export.rules.report import Findings
from spatial.export.rules.statement_rules import check_statements
from spatial.file_kinds import file_suffix
from spatial.limits import DEFAULT_LIMITS, Limits
from spatial.system_reasons import system_reason

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.export.rules.report import Report

__all__ = ["validate_file", "validate_package"]

_ZIP: Final = ".zip"
_WIDER: Final = 10
"""A layer of a package has its own columns beside those of its source, and long texts take several."""


def validate_file(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Report:
    """Check one file, or a package where the path is a folder or a ``.zip``.

    Parameters
    ----------
    path : pathlib.Path
        GeoJSON, JSON-FG, GeoPackage, Shapefile (its ``.shp``), CSV or XLSX.
    limits : Limits
        Named limits.

    Returns
    -------
    Report

    Raises
    ------
    UnreadableFileError
        If there is no such file, or it cannot be opened.
    LimitExceededError
        If it is larger than the limit.
    UnsupportedFormatError
        If no rule speaks of such files.
    """
    if _is_directory(path) or file_suffix(path.name) == _ZIP:
        return validate_package(path, limits=limits)
    findings = Findings()
    check_single(path, limits=limits, findings=findings)
    return findings.report()


def validate_package(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Report:
    """Check a package: its manifest, every file in it, and that all of them say the same.

    Parameters
    ----------
    path : pathlib.Path
        Folder or ``.zip``.
    limits : Limits
        Named limits; those of packages hold the sizes.

    Returns
    -------
    Report
        ``valid`` is False where any rule of weight is broken.

    Raises
    ------
    UnreadableFileError
        If there is no such file or folder.
    LimitExceededError
        If the archive is larger than a package may be.
    """
    findings = Findings(in_package=True)
    try:
        opener = open_directory if _is_directory(path) else open_archive
        source = opener(path, limits=limits, findings=findings)
    except OSError as fault:
        raise UnreadableFileError(
            "error.unreadable_file", name=path.name, reason=system_reason(fault)
        ) from fault
    if source is None:
        findings.families.add("package")
        return findings.report()
    wide = replace(limits, columns=limits.columns * _WIDER)
    package = Package(source=source, limits=wide, findings=findings)
    open_package_files(package)
    for name in source.sizes:
        check_package_file(package, PurePosixPath(name))
    compare_layers(package)
    check_statements(package)
    return findings.report()


def _is_directory(path: Path) -> bool:
    """Tell a folder.

    Raises
    ------
    UnreadableFileError
        If there is nothing of that name.
    """
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        raise UnreadableFileError("error.missing_file", name=path.name) from None
    except OSError as fault:
        reason = system_reason(fault)
        raise UnreadableFileError("error.unreadable_file", name=path.name, reason=reason) from fault
