"""What the tests of a package's self-description share: the files that it would list, and its XML."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from spatial.export.model import WrittenFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.export.model import PackageContent

NAMES = {
    "gmd": "http://www.isotc211.org/2005/gmd",
    "gco": "http://www.isotc211.org/2005/gco",
    "gml": "http://www.opengis.net/gml/3.2",
    "xlink": "http://www.w3.org/1999/xlink",
}


def files_of(content: PackageContent) -> tuple[WrittenFile, ...]:
    """One file of each manner: per layer, of all layers, in metres, without geometry, a companion."""
    manners = (("jsonfg", "json", "EPSG:4490"), ("geojson", "geojson", "OGC:CRS84"), ("csv", "csv", ""))
    files = [
        WrittenFile(
            path=PurePosixPath(name, f"{layer.name}.{ending}"),
            format=name,
            layers=(layer.name,),
            crs=crs,
            n_features=len(layer.features),
        )
        for name, ending, crs in manners
        for layer in content.layers
    ]
    everything = WrittenFile(
        path=PurePosixPath("gpkg", f"{content.package_id}.gpkg"),
        format="geopackage",
        layers=tuple(layer.name for layer in content.layers),
        crs="EPSG:4547",
        n_features=sum(len(layer.features) for layer in content.layers),
    )
    companion = WrittenFile(
        path=PurePosixPath("shapefile/zones.dbf"), format="shapefile", layers=("zones",), crs="", n_features=0
    )
    return (*files, everything, companion)


def tree(document: bytes) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 - our own bytes


def found(element: ET.Element, *path: str) -> list[ET.Element]:
    """Elements at a path, ``gmd:a/gmd:b`` split where a line would be too long."""
    return element.findall("/".join(path), NAMES)


def texts(element: ET.Element, *path: str) -> list[str | None]:
    return [each.text for each in found(element, *path)]


def local_names(element: ET.Element) -> Sequence[str]:
    return [child.tag.split("}")[1] for child in element]
