"""The metadata of a package and of each layer as one record, after ISO 19115 and GB/T 19710.

The JSON sidecar is the record itself; `spatial.export.describe.metadata_xml` says the same in ISO/TS 19139.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from spatial.crs import CANONICAL_CRS
from spatial.export.describe.height_and_crs import axis_order, height_record, reference_systems
from spatial.export.describe.open_points import open_points
from spatial.export.fields import LayerKind
from spatial.export.tool_versions import tool_versions
from spatial.export.wording import both, date_words, said, worded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.export.model import ExportLayer, PackageContent, WrittenFile
    from spatial.export.wording import Words
    from spatial.plan_records import Bilingual

__all__ = ["CHECK_REPORT", "layer_metadata", "package_metadata"]

CHECK_REPORT: Final = "report/check.json"
_MOST_IDS: Final = 1000
"""Withheld features that a layer's metadata name; package.json names them all."""

_TOPICS: Final = {
    LayerKind.ZONES: "planningCadastre",
    LayerKind.PLACES: "planningCadastre",
    LayerKind.BASE_STATIONS: "utilitiesCommunication",
    LayerKind.LAMP_POLES: "utilitiesCommunication",
}
_CONTACT: Final = ("organisation", "email", "phone")


def layer_metadata(
    content: PackageContent, layer: ExportLayer, *, files: Sequence[WrittenFile]
) -> dict[str, Any]:
    """Return the metadata of one layer as plain JSON values.

    Parameters
    ----------
    content : PackageContent
    layer : ExportLayer
        One of its layers.
    files : sequence of WrittenFile
        The data files of the package; those that hold the layer are listed.
    """
    own = [file for file in files if layer.name in file.layers]
    record = {
        "identifier": f"{content.package_id}/{layer.name}",
        "parent_identifier": content.package_id,
        "hierarchy_level": "dataset",
        "title": _title(layer.title),
        "abstract": said(layer.about, "abstract"),
        "lineage": said(layer.about, "lineage"),
        "source": said(layer.about, "source"),
        "period": layer.about.get("period"),
        "licence": [said(layer.about, "licence")],
    }
    return _record(content, (layer,), own, record)


def package_metadata(content: PackageContent, *, files: Sequence[WrittenFile]) -> dict[str, Any]:
    """Return the metadata of the whole package as plain JSON values; arguments as for `layer_metadata`."""
    sources = dict.fromkeys(said(layer.about, "source")["zh"] for layer in content.layers)
    english = dict.fromkeys(said(layer.about, "source")["en"] for layer in content.layers)
    licences = {said(layer.about, "licence")["zh"]: said(layer.about, "licence") for layer in content.layers}
    record = {
        "identifier": content.package_id,
        "parent_identifier": None,
        "hierarchy_level": "series",
        "title": _title(content.title),
        "abstract": _package_abstract(content),
        "lineage": both("describe.package_lineage"),
        "source": {"zh": "；".join(filter(None, sources)), "en": "; ".join(filter(None, english))},
        "period": content.about.get("period"),
        "licence": list(licences.values()),
    }
    return _record(content, content.layers, files, record)


def _record(
    content: PackageContent,
    layers: Sequence[ExportLayer],
    files: Sequence[WrittenFile],
    own: dict[str, Any],
) -> dict[str, Any]:
    """Return the record of some layers; ``own`` are the members that only the caller knows."""
    return {
        "metadata_standard": "ISO 19115:2003 / GB/T 19710 (XML: ISO/TS 19139:2007)",
        "languages": ["zh", "en"],
        "character_set": "utf8",
        "date_stamp": content.data_date or None,
        **own,
        "schematic": any(layer.about.get("schematic") for layer in layers),
        "simulated": any(layer.synthetic for layer in layers),
        "class_paths": [_class_path(layer) for layer in layers],
        "topic_categories": sorted({_TOPICS[layer.kind] for layer in layers}),
        "spatial_representation": [_representation(layer) for layer in layers],
        "extent": _extent(content, layers),
        "reference_systems": reference_systems(files),
        "reference_system_note": both("describe.same_datum"),
        "height": height_record(said(content.about, "height_datum")),
        "accuracy": [_accuracy(layer) for layer in layers],
        "quality": _quality(layers),
        "constraints": _constraints(content),
        "contact": _contact(content),
        "fields": _pointers(layers),
        "definition": "definition.json",
        "distribution": [_file(file) for file in files],
        "software": dict(tool_versions()),
        "open_points": open_points(content, layers),
    }


def _title(title: Bilingual) -> Words:
    return {"zh": title.zh, "en": title.en}


def _package_abstract(content: PackageContent) -> Words:
    counts = {"layers": len(content.layers), "features": sum(len(layer.features) for layer in content.layers)}
    titles = {lang: [layer.title.in_language(lang) for layer in content.layers] for lang in ("zh", "en")}
    dates = date_words(content.data_date)
    return {
        lang: both("describe.package_abstract", titles=titles[lang], date=dates[lang], **counts)[lang]
        for lang in ("zh", "en")
    }


def _class_path(layer: ExportLayer) -> dict[str, Any]:
    place = layer.class_path
    return {
        "layer": layer.name,
        "category": place.category,
        "main_class": place.main_class,
        "sub_class": place.sub_class,
        "code": place.code,
    }


def _representation(layer: ExportLayer) -> dict[str, Any]:
    return {
        "layer": layer.name,
        "type": "vector",
        "geometry_type": layer.geometry_type,
        "count": len(layer.features),
        "dimensions": 2,
    }


def _extent(content: PackageContent, layers: Sequence[ExportLayer]) -> dict[str, Any]:
    """Return the box around the features, in degrees; None where there are none."""
    boxes = [layer.features.total_bounds for layer in layers if len(layer.features)]
    box = None
    if boxes:
        box = {
            "west": min(float(each[0]) for each in boxes),
            "south": min(float(each[1]) for each in boxes),
            "east": max(float(each[2]) for each in boxes),
            "north": max(float(each[3]) for each in boxes),
        }
    return {"bbox": box, "crs": CANONICAL_CRS, "unit": "degree", "district": content.about.get("district")}


def _accuracy(layer: ExportLayer) -> dict[str, Any]:
    """Return how well the positions are known, in figures and in words."""
    about = layer.about
    bounds = about.get("accuracy_m")
    statements = [both("describe.accuracy_unknown")]
    if bounds:
        least, most = bounds["min"], bounds["max"]
        key = "describe.accuracy_one" if least == most else "describe.accuracy_range"
        statements = [both(key, least=least, most=most)]
    if about.get("schematic"):
        statements.append(both("describe.schematic"))
    if about.get("positions") == "grid":
        statements.append(both("describe.positions_grid", grid_m=about.get("grid_m")))
    return {
        "layer": layer.name,
        "position_m": bounds,
        "basis": [worded(word, prefix="map.basis_") for word in about.get("geometry_basis") or ()],
        "schematic": bool(about.get("schematic")),
        "positions": about.get("positions"),
        "grid_m": about.get("grid_m"),
        "statements": statements,
    }


def _quality(layers: Sequence[ExportLayer]) -> dict[str, Any]:
    return {
        "report": CHECK_REPORT,
        "statement": both("describe.quality_report", report=CHECK_REPORT),
        "layers": [_counts(layer) for layer in layers],
    }


def _counts(layer: ExportLayer) -> dict[str, Any]:
    """Return what became of each feature of the source: n_in = n_used + n_withheld."""
    reasons = Counter(item.reason_key for item in layer.withheld)
    ids = [item.feature_id for item in layer.withheld]
    return {
        "layer": layer.name,
        "n_in": layer.n_in,
        "n_used": len(layer.features),
        "n_withheld": len(layer.withheld),
        "reasons": [
            {"key": key, "count": count, "reason": worded(key, prefix="")}
            for key, count in sorted(reasons.items())
        ],
        "withheld_ids": ids[:_MOST_IDS],
        "withheld_ids_left_out": max(0, len(ids) - _MOST_IDS),
        "withheld_fields": list(layer.about.get("withheld_fields") or ()),
    }


def _constraints(content: PackageContent) -> dict[str, Any]:
    given = content.about.get("constraints") or {}
    return {
        "use": said(given, "use"),
        "security": said(given, "security"),
        "review_number": given.get("review_number"),
        "review_slot": said(given, "review_slot"),
        "disclaimer": said(content.about, "disclaimer"),
        "attribution": [said({"text": each}, "text") for each in content.about.get("attribution") or ()],
    }


def _contact(content: PackageContent) -> dict[str, str]:
    given = content.about.get("contact") or {}
    return {name: str(given.get(name) or "") for name in _CONTACT}


def _pointers(layers: Sequence[ExportLayer]) -> dict[str, Any]:
    return {
        "dictionary": "dictionary/fields.csv",
        "classes": "dictionary/classes.csv",
        "schemas": [f"schemas/{layer.name}.schema.json" for layer in layers],
    }


def _file(file: WrittenFile) -> dict[str, Any]:
    return {
        "path": file.path.as_posix(),
        "format": file.format,
        "layers": list(file.layers),
        "crs": file.crs,
        "axis_order": axis_order(file.format, file.crs),
        "n_features": file.n_features,
    }
