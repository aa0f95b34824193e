"""The catalogue of a plan pack: what each file is, where it comes from and whether it is intact."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from spatial.errors import PackError
from spatial.plan_tables import read_records

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.plan_records import OptionalText

__all__ = ["CATALOG_FILE", "DATASET_KINDS", "DatasetRecord", "is_intact", "member_path", "read_catalog"]

CATALOG_FILE: Final = "catalog.csv"
DATASET_KINDS: Final = (
    "document",
    "sections",
    "indicators",
    "context",
    "places",
    "place_mentions",
    "aliases",
    "findings",
    "zone_layer",
    "vertex_table",
    "place_points",
    "backdrop",
    "inventory",
    "published_counts",
)
_FLAGS: Final = {"true": True, "false": False, "": False}


@dataclass(frozen=True, kw_only=True)
class _CatalogRow:
    """One row of the catalogue, as text."""

    dataset_id: str
    kind: str
    path: str
    title_zh: str
    title_en: str
    source_zh: OptionalText
    source_en: OptionalText
    licence_zh: OptionalText
    licence_en: OptionalText
    crs: OptionalText
    geometry_basis: OptionalText
    synthetic: OptionalText
    built_by: OptionalText
    sha256: OptionalText


@dataclass(frozen=True, kw_only=True)
class DatasetRecord:
    """One file of a plan pack.

    Attributes
    ----------
    dataset_id, kind, path : str
        Id, one of `DATASET_KINDS`, and the path within the pack.
    title_zh, title_en : str
        Title.
    source_zh, source_en, licence_zh, licence_en : str
        Where the content comes from and under which terms.
    crs, geometry_basis : str
        Reference system and how well the geometry is known, ``""`` for tables without any.
    synthetic : bool
        Whether the content is simulated.
    built_by : str
        The script that built the file, ``""`` where a person wrote it.
    sha256 : str
        Digest of the file's bytes.
    """

    dataset_id: str
    kind: str
    path: str
    title_zh: str
    title_en: str
    source_zh: str
    source_en: str
    licence_zh: str
    licence_en: str
    crs: str
    geometry_basis: str
    synthetic: bool
    built_by: str
    sha256: str

    def in_language(self, lang: str) -> tuple[str, str, str]:
        """Return title, source and licence in ``lang`` (``"zh"`` or ``"en"``)."""
        if lang == "en":
            return self.title_en, self.source_en, self.licence_en
        return self.title_zh, self.source_zh, self.licence_zh


def read_catalog(directory: Path) -> tuple[DatasetRecord, ...]:
    """Return the files that the catalogue of a pack lists.

    Raises
    ------
    PackError
        If the catalogue cannot be read, an id or path occurs twice, a word is not known, or a path
        leaves the pack.
    """
    rows = read_records(directory / CATALOG_FILE, _CatalogRow)
    seen: set[str] = set()
    for row in rows:
        for value in (row.dataset_id, row.path):
            if value in seen:
                raise PackError("error.pack_file", path=CATALOG_FILE, reason=f"“{value}” × 2")
        seen |= {row.dataset_id, row.path}
    return tuple(_dataset(row, directory) for row in rows)


def member_path(directory: Path, path: str) -> Path:
    """Return where a listed file lies.

    Raises
    ------
    PackError
        If the path leaves the pack.
    """
    root = directory.resolve()
    member = (root / path).resolve()
    if not member.is_relative_to(root):
        raise PackError("error.pack_path", path=path)
    return member


def is_intact(directory: Path, dataset: DatasetRecord) -> bool:
    """Tell whether a file is there and has the digest that the catalogue states."""
    path = member_path(directory, dataset.path)
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == dataset.sha256


def _dataset(row: _CatalogRow, directory: Path) -> DatasetRecord:
    """Check the words of a row and give it its types."""
    if row.kind not in DATASET_KINDS:
        raise PackError("error.pack_file", path=CATALOG_FILE, reason=f"kind “{row.kind}”")
    if row.synthetic.lower() not in _FLAGS:
        raise PackError("error.pack_file", path=CATALOG_FILE, reason=f"synthetic “{row.synthetic}”")
    member_path(directory, row.path)
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    return DatasetRecord(**{**values, "synthetic": _FLAGS[row.synthetic.lower()]})
