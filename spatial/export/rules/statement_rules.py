"""What a package says of its data, held to the data: extent, system, counts, marks, disclaimer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

from spatial.text import text

if TYPE_CHECKING:
    from spatial.export.rules.geojson_rules import ParsedLayer
    from spatial.export.rules.package_rules import Package

__all__ = ["check_marks", "check_statements", "check_xml"]

_MEMBERS: Final = (
    "identifier",
    "title",
    "abstract",
    "lineage",
    "extent",
    "reference_systems",
    "accuracy",
    "quality",
    "constraints",
    "contact",
    "class_paths",
    "distribution",
)
_SLACK_DEG: Final = 1.1e-7
_PACKAGE_RECORD: Final = "metadata/package.json"
_DEFINITION_FILE: Final = "definition.json"
_SIMULATED: Final = "SFMN"
_CLASS_CODE: Final = "YSDM"
_SIDES: Final = ("west", "south", "east", "north")


class _DoctypeError(ValueError):
    """A document type stands in the XML: its entities may unfold without end."""


def check_xml(data: bytes, path: str, package: Package) -> None:
    """Tell XML that is not well-formed, or that declares a document type."""

    def refuse(*_declared: object) -> None:
        raise _DoctypeError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes no name
    except expat.ExpatError as fault:
        package.findings.add("metadata.xml", path, found=f"{fault.lineno}:{fault.offset + 1}")
    except _DoctypeError:
        package.findings.add("metadata.xml", path, found="DOCTYPE")


def check_marks(package: Package, name: str, layer: ParsedLayer, *, file: str) -> None:
    """Hold the marks of the features to what the package says of the layer: simulated, class code."""
    stated = package.layers.get(name, {})
    properties = [feature.get("properties") for feature in layer.features]
    records = [record if isinstance(record, dict) else {} for record in properties]
    package.findings.families.add("content")
    simulated = [record.get(_SIMULATED) is True for record in records]
    if any(simulated):
        package.simulated.add(name)
    wrong: dict[str, list[int]] = {"content.synthetic_unmarked": [], "content.ysdm_blank": []}
    if stated.get("synthetic") is True and not any(simulated):
        wrong["content.synthetic_unmarked"] = list(range(len(records)))
    path = stated.get("class_path")
    if isinstance(path, dict) and path.get("code"):
        wrong["content.ysdm_blank"] = [at for at, record in enumerate(records) if not record.get(_CLASS_CODE)]
    for rule, rows in wrong.items():
        for row in rows:
            package.findings.add(rule, file, feature_id=layer.ids[row])


def check_statements(package: Package) -> None:
    """Hold the metadata and the figures to the data."""
    package.findings.families.update({"metadata", "content"})
    for name, stated in package.layers.items():
        path = f"metadata/{name}.json"
        for needed in (path, f"metadata/{name}.xml"):
            if needed not in package.source.sizes:
                package.findings.add("metadata.missing", needed)
        record = _record(package, path)
        if record is not None:
            _check_layer(package, name, stated, record, path=path)
    record = _record(package, _PACKAGE_RECORD)
    if record is not None and not _said(record, "contact", "organisation"):
        package.findings.add("metadata.contact_blank", _PACKAGE_RECORD)
    _check_figures(package)


def _record(package: Package, path: str) -> dict[str, Any] | None:
    """Return the metadata of a file that is there; what makes them useless is told."""
    if path not in package.source.sizes:
        return None
    record = package.read_json(path)
    if record is None:
        package.findings.add("metadata.unreadable", path)
        return None
    lacking = [member for member in _MEMBERS if not record.get(member)]
    if lacking:
        package.findings.add("metadata.member_missing", path, found=", ".join(lacking))
    if not _said(record, "constraints", "disclaimer"):
        package.findings.add("metadata.disclaimer_missing", path)
    return record


def _said(record: dict[str, Any], *members: str) -> str:
    """Return the words of a member, in Chinese where it has both languages; ``""`` for none."""
    value: Any = record
    for member in members:
        value = value.get(member) if isinstance(value, dict) else None
    if isinstance(value, dict):
        value = value.get("zh")
    return value.strip() if isinstance(value, str) else ""


def _check_layer(
    package: Package, name: str, stated: dict[str, Any], record: dict[str, Any], *, path: str
) -> None:
    """Hold the metadata of one layer to its data."""
    findings = package.findings
    _check_extent(package, name, record, path=path)
    _check_files(package, record, path=path)
    counts = sorted({held.n_features for held in package.held if held.layer == name})
    said = [row.get("count") for row in _objects(record.get("spatial_representation"))]
    if counts and (len(said) != 1 or said[0] not in counts):
        findings.add("metadata.count", path, found=f"{said} / {counts}")
    if (stated.get("synthetic") is True or name in package.simulated) and record.get("simulated") is not True:
        findings.add("metadata.synthetic_unmarked", path)
    about = stated.get("about")
    if isinstance(about, dict) and about.get("schematic") is True and record.get("schematic") is not True:
        findings.add("metadata.schematic_unmarked", path)
    for row in _objects(record.get("class_paths")):
        if not row.get("code"):
            findings.add("metadata.class_code_blank", path)


def _check_extent(package: Package, name: str, record: dict[str, Any], *, path: str) -> None:
    """Hold the stated extent to the data."""
    extent = record.get("extent")
    box = extent.get("bbox") if isinstance(extent, dict) else None
    held = package.bounds.get(name)
    if held is None:
        return
    sides = [box.get(side) for side in _SIDES] if isinstance(box, dict) else []
    numbers = [side for side in sides if isinstance(side, int | float) and not isinstance(side, bool)]
    near = len(numbers) == len(_SIDES) and all(
        abs(side - own) <= _SLACK_DEG for side, own in zip(numbers, held, strict=True)
    )
    if not near:
        package.findings.add("metadata.extent", path, found=f"{sides} / {list(held)}")


def _check_files(package: Package, record: dict[str, Any], *, path: str) -> None:
    """Hold the listed files, and the system of each, to the manifest."""
    said = {str(row.get("path")): row.get("crs") for row in _objects(record.get("distribution"))}
    known = [row.get("identifier") for row in _objects(record.get("reference_systems"))]
    for file, crs in said.items():
        stated = package.entries.get(file, {}).get("crs", crs)
        if stated != crs or (crs and crs not in known):
            package.findings.add("metadata.crs", path, found=f"{file}: {crs} / {stated}")


def _check_figures(package: Package) -> None:
    """Tell figures that simulated data gave and that do not say so where they are cited."""
    about = package.content.get("about")
    wanted = _simulated_rows(about.get("results") if isinstance(about, dict) else None)
    definition = package.read_json(_DEFINITION_FILE) if wanted else None
    if definition is None:
        return
    marked = _simulated_rows(definition.get("results"))
    for zone in sorted(wanted - marked):
        package.findings.add("content.figure_unmarked", _DEFINITION_FILE, feature_id=zone)
    remarks = [definition.get("statements"), definition.get("notices")]
    said = [remark.get("zh") for listed in remarks for remark in _objects(listed)]
    if not any(isinstance(words, str) and text("verdict.badge_synthetic") in words for words in said):
        package.findings.add("content.figure_unmarked", _DEFINITION_FILE)


def _simulated_rows(results: object) -> set[str]:
    """Return the zones of the results whose figures are said to be simulated."""
    zones = [zone for result in _objects(results) for zone in _objects(result.get("zones"))]
    return {str(zone.get("zone_id")) for zone in zones if zone.get("synthetic") is True}


def _objects(value: object) -> list[dict[str, Any]]:
    """Return the members of a JSON array that are objects."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
