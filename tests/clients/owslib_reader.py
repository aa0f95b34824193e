"""Run in the service's environment: read a service, or metadata files, with OWSLib; print JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from lxml import etree
from owslib.iso import MD_Metadata
from owslib.ogcapi.features import Features

CRS_4547 = "http://www.opengis.net/def/crs/EPSG/0/4547"


def service(url: str) -> dict[str, Any]:
    """Return what the client finds in a service."""
    client = Features(url)
    told = {}
    for name in client.feature_collections():
        described = client.collection(name)
        page = client.collection_items(name, limit=1000)
        turned = client.collection_items(name, limit=1, crs=CRS_4547)
        told[name] = {
            "title": described["title"],
            "description": described["description"],
            "crs": described["crs"],
            "storage": described["storageCrs"],
            "matched": page["numberMatched"],
            "names": [feature["properties"]["MC"] for feature in page["features"]],
            "first_4547": turned["features"][0],
            "queryables": sorted(client.collection_queryables(name)["properties"]),
        }
    return told


def metadata(folder: str) -> dict[str, Any]:
    """Return what the client finds in each metadata file of a package."""
    told = {}
    for path in sorted(Path(folder).glob("*.xml")):
        record = MD_Metadata(etree.parse(str(path)))
        identification = record.identification[0]
        told[path.stem] = {
            "title": identification.title,
            "abstract": identification.abstract,
            "bbox": [float(getattr(identification.bbox, edge)) for edge in ("minx", "miny", "maxx", "maxy")],
            "crs": record.referencesystem.code if record.referencesystem else None,
        }
    return told


if __name__ == "__main__":
    reader = {"service": service, "metadata": metadata}[sys.argv[1]]
    sys.stdout.write(json.dumps(reader(sys.argv[2])))
