"""A hand-over package before it is written: its layers, and everything that is said about them.

Every file of a package is made from a `PackageContent` alone, so that the same content gives the same
bytes, and a package that was read back gives the content it was made from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePosixPath

    import geopandas as gpd

    from spatial.export.fields import Field, LayerKind
    from spatial.plan_records import Bilingual

__all__ = [
    "GEOMETRY_TYPES",
    "ClassPath",
    "ExportLayer",
    "GeometryType",
    "PackageContent",
    "Withheld",
    "WrittenFile",
]

GeometryType = Literal["Point", "MultiPolygon"]
GEOMETRY_TYPES: Final[tuple[GeometryType, ...]] = ("Point", "MultiPolygon")


@dataclass(frozen=True, kw_only=True)
class ClassPath:
    """Where a layer stands in the platform's classification, from an editable list.

    ``code`` stays empty until the platform's owner supplies it: nothing pretends to be official.
    """

    category: str
    main_class: str
    sub_class: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """A feature of the source that the layer does not hold, and why (a key of the text catalogue)."""

    feature_id: str
    reason_key: str


@dataclass(frozen=True, kw_only=True)
class ExportLayer:
    """One layer of a package.

    Attributes
    ----------
    name : str
        ASCII stem of the layer's files, unique in the package.
    kind : LayerKind
    title : Bilingual
    geometry_type : {"Point", "MultiPolygon"}
        The one type of all its geometries.
    fields : tuple of Field
        The kind's own fields, then one for each further column of the source (codes ``X01``, ``X02`` …).
    features : geopandas.GeoDataFrame, shape (n, fields + 1)
        In EPSG:4490, x east and y north in degrees; columns are the codes of ``fields`` typed as
        `spatial.export.fields.typed_columns` leaves them, then ``geometry``; sorted by ``BSM``,
        index 0 … n-1. Never a missing or empty geometry.
    class_path : ClassPath
    synthetic : bool
        Whether any feature is simulated; then each says so in its ``SFMN``.
    n_in : int
        Features of the source; ``n_in = len(features) + len(withheld)``.
    withheld : tuple of Withheld
    about : Mapping
        What the metadata say, as plain JSON values; keys are set by `spatial.export.content.build`.
    """

    name: str
    kind: LayerKind
    title: Bilingual
    geometry_type: GeometryType
    fields: tuple[Field, ...]
    features: gpd.GeoDataFrame
    class_path: ClassPath
    synthetic: bool
    n_in: int
    withheld: tuple[Withheld, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PackageContent:
    """Everything that a package says.

    Attributes
    ----------
    package_id : str
        ASCII name.
    title : Bilingual
    profile : str
        ``cim``, ``geojson``, ``desktop`` or ``spreadsheet``.
    formats : tuple of str
        Formats of the layers, in the order of `spatial.export.formats.FORMATS`.
    crs : str
        ``EPSG:4490`` or ``EPSG:4547``: the system of the desktop formats.
    data_date : str
        ISO date; the youngest date in the input, ``""`` where it states none. Every date in the package
        derives from it or from the data.
    layers : tuple of ExportLayer
    about : Mapping
        What the package says of itself as plain JSON values: definition, target, citations, documents,
        constraints, contact, attribution, disclaimer, review number, options, notices. Keys are set by
        `spatial.export.content.build`.
    """

    package_id: str
    title: Bilingual
    profile: str
    formats: tuple[str, ...]
    crs: str
    data_date: str
    layers: tuple[ExportLayer, ...]
    about: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class WrittenFile:
    """A data file that was written for a package.

    Attributes
    ----------
    path : PurePosixPath
        Relative to the package.
    format : str
    layers : tuple of str
        Names of the layers that it holds.
    crs : str
        For example ``OGC:CRS84`` or ``EPSG:4490``; empty for a table without geometry.
    n_features : int
        Features of all its layers.
    """

    path: PurePosixPath
    format: str
    layers: tuple[str, ...]
    crs: str
    n_features: int

    @classmethod
    def of_layer(cls, layer: ExportLayer, path: PurePosixPath, *, format_name: str, crs: str) -> WrittenFile:
        """Return the file that holds one whole layer."""
        return cls(
            path=path, format=format_name, layers=(layer.name,), crs=crs, n_features=len(layer.features)
        )
