"""Run by the system's Python: open layers with QGIS and print what it finds, as JSON."""

from __future__ import annotations

import json
import sys

from qgis.core import NULL, Qgis, QgsApplication, QgsVectorLayer


def words(value: object) -> str:
    """Return a text; QGIS holds what is missing as an object of its own."""
    return "" if value == NULL else str(value)


def found(given: dict[str, str]) -> dict[str, object]:
    """Return what QGIS finds in one layer."""
    layer = QgsVectorLayer(given["uri"], "layer", "ogr")
    rows = (
        [[words(f[given["id"]]), words(f[given["name"]])] for f in layer.getFeatures()]
        if layer.isValid()
        else []
    )
    return {
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "count": layer.featureCount(),
        "rows": rows,
        "aliases": {field.name(): field.alias() for field in layer.fields()},
    }


if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    layers = [found(given) for given in json.load(sys.stdin)]
    sys.stdout.write(json.dumps({"version": Qgis.QGIS_VERSION, "layers": layers}))
    application.exitQgis()
