"""The drivers of GDAL that an upload may meet: two, asserted before anything is opened.

GDAL knows which drivers to leave out, never which alone to use. Every driver that a build is known to
hold is therefore named; one that a newer build adds is found by `assert_drivers`, and nothing is opened.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ALLOWED_DRIVERS", "DriversError", "assert_drivers", "skipped_drivers"]

ALLOWED_DRIVERS: Final = ("ESRI Shapefile", "GPKG")

_OTHER_DRIVERS: Final = (
    "ADBC,AIVector,AVCBin,AVCE00,AmigoCloud,Arrow,CAD,CSV,CSW,Carto,DGN,DXF,EDIGEO,EEDA,ESRIJSON,"
    "Elasticsearch,FlatGeobuf,GDALG,GML,GMLAS,GPSBabel,GPX,GTFS,GeoJSON,GeoJSONSeq,GeoRSS,"
    "Geoconcept,HANA,HTTP,IDB,ILI1,ILI2,Idrisi,JML,JSONFG,KML,KMLSUPEROVERLAY,LIBKML,LVBAG,MBTiles,"
    "MEM,MSSQLSpatial,MVT,MapML,Memory,MiraMonVector,MongoDBv3,MySQL,NGW,NTF,NetCDF,OAPIF,OCI,ODBC,"
    "ODS,OGCAPI,OGR_GMT,OGR_PDS,OGR_VRT,OSM,OpenFileGDB,PCIDSK,PDF,PDS4,PGDUMP,PGeo,PLSCENES,"
    "PMTiles,Parquet,PostgreSQL,S57,SOSI,SQLite,SVG,SXF,Selafin,TIGER,TopoJSON,VDV,VDV452,VFK,VICAR,"
    "WAsP,WFS,XLS,XLSX,XODR,netCDF,Interlis 1,Interlis 2,MapInfo File,UK .NTF"
)
"""Commas separate them: a list with blanks GDAL takes for one name, and leaves out nothing, silently."""


class DriversError(RuntimeError):
    """GDAL holds drivers that an upload must not meet."""


def skipped_drivers() -> str:
    """Return the drivers to leave out, as the environment must name them before GDAL is loaded."""
    return _OTHER_DRIVERS


def assert_drivers() -> None:
    """Hold GDAL to the two drivers.

    Raises
    ------
    DriversError
        If it holds another, or lacks one.
    """
    import pyogrio  # type: ignore[import-untyped] # noqa: PLC0415 - loaded in the guarded process alone

    held = sorted(pyogrio.list_drivers())
    if held != sorted(ALLOWED_DRIVERS):
        raise DriversError(", ".join(held))
