"""The files that together are a Shapefile: found in an archive or beside one another, never mixed up."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, Self

from spatial.errors import UnreadableFileError
from spatial.importing.readers.archive import Archive, Member, open_archive
from spatial.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from spatial.limits import Limits

__all__ = ["LooseParts", "ShapefileSet", "ZippedParts", "open_parts"]

PART_SUFFIXES: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_ZIP_MAGIC: Final = b"PK"
_OTHER_DATA: Final = (
    ".csv",
    ".dbf",
    ".geojson",
    ".gpkg",
    ".json",
    ".kml",
    ".kmz",
    ".shx",
    ".tab",
    ".xls",
    ".xlsx",
)


@dataclass
class ShapefileSet:
    """One Shapefile of an archive: its name and its parts by suffix."""

    name: str
    parts: dict[str, Member] = field(default_factory=dict)


class LooseParts:
    """A ``.shp`` with the parts that stand beside it under the same stem."""

    def __init__(self, path: Path, *, limits: Limits) -> None:
        self.sets = [ShapefileSet("")]
        self.passed_over: tuple[Notice, ...] = ()
        self._paths = {}
        for sibling in sorted(path.parent.iterdir()):
            suffix = sibling.suffix.lower()
            if sibling.stem == path.stem and suffix in PART_SUFFIXES and sibling.is_file():
                self._paths[suffix] = sibling
        self._paths[".shp"] = path
        limits.check("unpacked_bytes", sum(part.stat().st_size for part in self._paths.values()))
        for suffix, sibling in self._paths.items():
            self.sets[0].parts[suffix] = Member(sibling.name, sibling.stat().st_size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, chosen: ShapefileSet, suffix: str, at_most: int | None = None) -> bytes | None:
        """Return the bytes of a part, or the first ``at_most`` of them; None where there is none."""
        if suffix not in chosen.parts:
            return None
        with self._paths[suffix].open("rb") as stream:
            return stream.read(-1 if at_most is None else at_most)


class ZippedParts:
    """The Shapefiles of an archive, each in whatever folder."""

    def __init__(self, archive: Archive, *, name: str) -> None:
        self._archive = archive
        self.sets = _named_sets(archive.members)
        complete = [one for one in self.sets if ".shp" in one.parts]
        if not complete:
            archive.close()
            key = "gis.zip_without_shp" if self.sets else "gis.zip_without_shapefile"
            raise UnreadableFileError(key, name=name, members=[member.name for member in archive.members])
        self.sets = complete
        used = {member.name for one in complete for member in one.parts.values()}
        others = [
            member.name
            for member in archive.members
            if member.name not in used and PurePosixPath(member.name).suffix.lower() in _OTHER_DATA
        ]
        params = {"name": name, "n": len(others), "members": others}
        self.passed_over = (Notice("gis.zip_passed_over", params),) if others else ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def read(self, chosen: ShapefileSet, suffix: str, at_most: int | None = None) -> bytes | None:
        """Return the bytes of a part, or the first ``at_most`` of them; None where there is none."""
        member = chosen.parts.get(suffix)
        return None if member is None else self._archive.read(member, at_most)


def open_parts(
    path: Path, *, name: str, limits: Limits
) -> AbstractContextManager[LooseParts] | AbstractContextManager[ZippedParts]:
    """Open a ``.shp`` or an archive of Shapefiles; raises as `spatial.importing.readers.archive`."""
    with path.open("rb") as stream:
        zipped = stream.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC
    if zipped:
        return ZippedParts(open_archive(path, name, limits), name=name)
    return LooseParts(path, limits=limits)


def _named_sets(members: tuple[Member, ...]) -> list[ShapefileSet]:
    """Return the parts of an archive by folder and stem; folders are told where stems repeat."""
    found: dict[str, ShapefileSet] = {}
    for stem, suffix, member in _parts(members):
        one = found.setdefault(stem.casefold(), ShapefileSet(stem))
        one.parts[suffix] = member
        if suffix == ".shp":
            one.name = stem
    short = [PurePosixPath(one.name).name for one in found.values()]
    if len({name.casefold() for name in short}) == len(short):
        for one, name in zip(found.values(), short, strict=True):
            one.name = name
    return list(found.values())


def _parts(members: tuple[Member, ...]) -> Iterator[tuple[str, str, Member]]:
    """Return stem with folder, suffix and member of each part."""
    for member in members:
        path = PurePosixPath(member.name)
        if path.suffix.lower() in PART_SUFFIXES:
            yield str(path.with_suffix("")), path.suffix.lower(), member
