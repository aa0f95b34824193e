"""Writers of one format or of a package, for the tests that kill them or take their disk away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spatial.export.opened_package import opened_directory
from spatial.export.package import write_package
from tests.export.small_content import EVERY_FORMAT, small_content

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spatial.export.model import PackageContent

__all__ = ["KINDS", "SMALL_FORMATS", "content_of", "target_in", "which"]

SMALL_FORMATS = ("jsonfg", "geojson", "csv")
KINDS: Mapping[str, tuple[tuple[str, ...], str]] = {
    **{name: ((name,), "small.zip") for name in EVERY_FORMAT},
    "package zip": (SMALL_FORMATS, "small.zip"),
    "package directory": (SMALL_FORMATS, "small"),
}
"""What is written: each format as the only one of a package, then whole packages in both shapes."""


def content_of(kind: str, *, title: str) -> PackageContent:
    """The small package under a title, by which the old one and the new one are told apart."""
    content = small_content(formats=KINDS[kind][0])
    return replace(content, title=replace(content.title, zh=title))


def target_in(directory: Path, kind: str) -> Path:
    """Where it goes."""
    return directory / KINDS[kind][1]


def which(target: Path) -> str:
    """The title of the package that stands there, whole: every digest of its manifest agrees."""
    with opened_directory(target) as directory:
        words = (directory / "package.json").read_text(encoding="utf-8")
    return next(title for title in ("OLD", "NEW") if f'"zh": "{title}"' in words)


def write(kind: str, target: Path, *, title: str) -> None:
    """Write it."""
    write_package(content_of(kind, title=title), target)
