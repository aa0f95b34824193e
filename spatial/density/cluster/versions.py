"""Whether two processes run the same programs: a count must not depend on who makes it."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PACKAGES", "PRODUCT", "differences", "own_versions"]

PACKAGES: Final = ("dask", "distributed", "numpy", "shapely", "pyarrow", "pyproj", "scipy")
"""What the counts are made with."""

PRODUCT: Final = "spatial"
"""Stands for this product's own code."""

_SHOWN: Final = 12


@cache
def own_versions() -> Mapping[str, str]:
    """Return the versions that this process runs, and a digest of the product's own code."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "-"
    found[PRODUCT] = _digest(Path(__file__).resolve().parents[2])
    return found


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """Return what differs, each as ``name here/there``."""
    return [
        f"{name} {words}/{there.get(name, '-')}"
        for name, words in here.items()
        if there.get(name, "-") != words
    ]


def _digest(folder: Path) -> str:
    """Return the first signs of a digest of every module below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:_SHOWN]
