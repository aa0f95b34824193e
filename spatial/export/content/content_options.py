"""What a hand-over package is asked to hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from spatial.definition import Definition
from spatial.errors import UsageError
from spatial.export.content.coarsen import check_cell
from spatial.export.formats import FORMATS, PROFILES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from spatial.export.content.extent import Extent
    from spatial.target import Target

__all__ = ["ContentOptions", "check_choice"]

_CRS_NAMES: Final = ("EPSG:4490", "EPSG:4547")
_PACKAGE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class ContentOptions:
    """What a package is to hold.

    Parameters
    ----------
    package_id : str, optional
        ASCII name; by default that of the pack.
    profile : str
        One of `spatial.export.formats.PROFILES`.
    formats : tuple of str, optional
        Formats instead of those of the profile.
    crs : {"EPSG:4490", "EPSG:4547"}
        System of the desktop formats.
    layers : tuple of str, optional
        Layers by name; by default all.
    points : {"exact", "grid", "totals"}
        Whether stations and poles stand where they are, at the centres of cells, or not in the package
        at all: then no layer of points is, and the zones hold their figures.
    grid_m : float
        Size of the cells in metres.
    synthetic : bool
        Whether simulated rows are wanted; every one of them, and every figure from them, says so.
    extent : Extent, optional
        The ground; by default all.
    class_list : pathlib.Path, optional
        An owner's class list.
    definition : Definition
        How stations and areas are counted.
    target : Target, optional
        A target instead of the pack's.

    Raises
    ------
    UsageError
        If a choice is none.
    """

    package_id: str | None = None
    profile: str = "cim"
    formats: tuple[str, ...] | None = None
    crs: str = "EPSG:4490"
    layers: tuple[str, ...] | None = None
    points: Literal["exact", "grid", "totals"] = "exact"
    grid_m: float = 100
    synthetic: bool = False
    extent: Extent | None = None
    class_list: Path | None = None
    definition: Definition = field(default_factory=Definition)
    target: Target | None = None

    def __post_init__(self) -> None:
        """Refuse choices that cannot be met."""
        check_choice("profile", self.profile, PROFILES)
        check_choice("crs", self.crs, _CRS_NAMES)
        check_choice("points", self.points, ("exact", "grid", "totals"))
        for name in self.formats or ():
            check_choice("formats", name, FORMATS)
        if self.package_id is not None and not _PACKAGE_ID.fullmatch(self.package_id):
            raise UsageError("content.package_id", name=self.package_id)
        if self.points == "grid":
            check_cell(self.grid_m)

    @property
    def wanted_formats(self) -> tuple[str, ...]:
        """The formats in the order of `spatial.export.formats.FORMATS`."""
        wanted = PROFILES[self.profile] if self.formats is None else self.formats
        return tuple(name for name in FORMATS if name in wanted)


def check_choice(option: str, value: str, known: Iterable[str]) -> None:
    """Refuse a word that is none of a list.

    Raises
    ------
    UsageError
        With the words that are.
    """
    if value not in known:
        raise UsageError("content.unknown_choice", option=option, value=value, known=list(known))
