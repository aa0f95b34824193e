"""GeoPackage of a hand-over package: one file, a table per layer, its words in Chinese.

Version 1.3, which GDAL 3.6 and everything since reads without a warning. The aliases of the fields stand
in ``gpkg_data_columns`` (extension ``gpkg_schema``) and a short description of each layer in
``gpkg_metadata`` (extension ``gpkg_metadata``), in the form that QGIS shows as a layer's metadata. ``fid``
is the database's own row number; the identity is ``BSM``.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from spatial.errors import PackageError
from spatial.export.formats.file_frames import PACKAGE_LIMITS, checked_file, time_stamp
from spatial.export.formats.gdal_writing import frozen_clock, read_gdal_layer, write_gdal_layer
from spatial.export.model import WrittenFile
from spatial.file_kinds import GPKG_MAGIC

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from spatial.export.model import ExportLayer, PackageContent
    from spatial.limits import Limits

__all__ = ["GPKG_VERSION", "read", "write"]

GPKG_VERSION: Final = "1.3"

_FORMAT: Final = "geopackage"
_QUERY_STEPS: Final = 200_000_000
_QGIS_METADATA: Final = "http://mrcc.com/qgis.dtd"

_METADATA_TABLES: Final = """
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
  md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT ''
);
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL,
  table_name TEXT,
  column_name TEXT,
  row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL,
  md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id)
);
INSERT INTO gpkg_extensions VALUES ('gpkg_metadata', NULL, 'gpkg_metadata',
  'http://www.geopackage.org/spec121/#extension_metadata', 'read-write');
INSERT INTO gpkg_extensions VALUES ('gpkg_metadata_reference', NULL, 'gpkg_metadata',
  'http://www.geopackage.org/spec121/#extension_metadata', 'read-write');
"""


def write(content: PackageContent, directory: Path) -> tuple[WrittenFile, ...]:
    """Write ``gpkg/<package_id>.gpkg`` with all layers in ``content.crs``; nothing where there is none.

    Raises
    ------
    ExportRefusedError
        If a text holds a character that the format would cut at, or a number is infinite.
    """
    if not content.layers:
        return ()
    relative = _relative(content)
    path = directory / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with frozen_clock(content.data_date):
        for at, layer in enumerate(content.layers):
            options = {"IDENTIFIER": _identifier(content, layer), "DESCRIPTION": _abstract(layer)}
            if at == 0:
                options["VERSION"] = GPKG_VERSION
            write_gdal_layer(layer, path, driver="GPKG", crs=content.crs, append=at > 0, **options)
    with closing(sqlite3.connect(path)) as database:
        _describe(database, content)
        database.commit()
    return (
        WrittenFile(
            path=relative,
            format=_FORMAT,
            layers=tuple(layer.name for layer in content.layers),
            crs=content.crs,
            n_features=sum(len(layer.features) for layer in content.layers),
        ),
    )


def read(
    directory: Path, layer: ExportLayer, *, content: PackageContent, limits: Limits = PACKAGE_LIMITS
) -> gpd.GeoDataFrame:
    """Read one layer back, as `ExportLayer.features` holds it.

    Raises
    ------
    PackageError
        If the file is no GeoPackage, is damaged, holds programs of its own, or is not what the layer says.
    LimitExceededError
        If it passes a limit.
    """
    path = checked_file(directory / _relative(content), magic=GPKG_MAGIC, limits=limits)
    _refuse_programs(path)
    return read_gdal_layer(path, layer, crs=content.crs, limits=limits)


def _relative(content: PackageContent) -> PurePosixPath:
    """Return the path of the file in the package."""
    return PurePosixPath("gpkg", f"{content.package_id}.gpkg")


def _identifier(content: PackageContent, layer: ExportLayer) -> str:
    """Return the Chinese title, followed by the name where another layer has the same title."""
    title = layer.title.zh
    twins = [other for other in content.layers if other.title.zh == title]
    return title if len(twins) == 1 else f"{title} {layer.name}"


def _words(value: object) -> str:
    """Return the Chinese words of a text of the content; nothing for none."""
    if isinstance(value, dict):
        value = value.get("zh", "")
    return value if isinstance(value, str) else ""


def _abstract(layer: ExportLayer) -> str:
    """Return the Chinese abstract of a layer."""
    return _words(layer.about.get("abstract")) or layer.title.zh


def _describe(database: sqlite3.Connection, content: PackageContent) -> None:
    """Give each column its title and each layer its metadata."""
    database.execute("UPDATE gpkg_data_columns SET title = name")
    database.executescript(_METADATA_TABLES)
    for number, layer in enumerate(content.layers, start=1):
        database.execute(
            "INSERT INTO gpkg_metadata VALUES (?, 'dataset', ?, 'text/xml', ?)",
            (number, _QGIS_METADATA, _metadata(content, layer)),
        )
        database.execute(
            "INSERT INTO gpkg_metadata_reference VALUES ('table', ?, NULL, NULL, ?, ?, NULL)",
            (layer.name, time_stamp(content.data_date), number),
        )


def _metadata(content: PackageContent, layer: ExportLayer) -> str:
    """Return the short description of a layer in the form that QGIS shows."""
    path = layer.class_path
    root = Element("qgis")
    for tag, words in (
        ("identifier", f"{content.package_id}/{layer.name}"),
        ("parentidentifier", content.package_id),
        ("language", "ZHO"),
        ("type", "dataset"),
        ("title", layer.title.zh),
        ("abstract", _abstract(layer)),
    ):
        SubElement(root, tag).text = words
    keywords = SubElement(root, "keywords", vocabulary="CIM")
    for step in (path.category, path.main_class, path.sub_class, path.code):
        if step:
            SubElement(keywords, "keyword").text = step
    use = SubElement(root, "constraints", type="use")
    use.text = _words(content.about.get("disclaimer"))
    SubElement(root, "license").text = _words(layer.about.get("licence"))
    attribution = content.about.get("attribution") or ()
    SubElement(root, "rights").text = "；".join(map(_words, attribution))
    SubElement(root, "encoding").text = "UTF-8"
    SubElement(root, "history").text = _words(layer.about.get("lineage"))
    return tostring(root, encoding="unicode")


def _refuse_programs(path: Path) -> None:
    """Refuse a damaged database, and one that holds a view or a foreign virtual table.

    A view of a name that the driver reads by itself may go on for ever, where no limit reaches. Triggers
    are let be: nothing is written here that would set one off.

    Raises
    ------
    PackageError
        Naming the file.
    """
    # Percent signs: a name with a question mark would be read as options of the address.
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.set_progress_handler(lambda: 1, _QUERY_STEPS)
            programs = database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'view'"
                " OR (type = 'table' AND sql LIKE 'CREATE VIRTUAL%' AND sql NOT LIKE '% USING rtree(%')"
            ).fetchall()
            sound = database.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
    except (sqlite3.Error, UnicodeDecodeError) as fault:
        raise PackageError("format.damaged", file=path.name) from fault
    if programs or not sound:
        raise PackageError("format.damaged", file=path.name)
