"""A metadata record as ISO/TS 19139 XML, which tools for ISO 19115 and GB/T 19710 read.

The order of the elements is that of the schemas of ISO/TS 19139:2007; a reader that validates refuses
any other.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from spatial.export.describe.iso_elements import (
    citation,
    code,
    coded,
    missing,
    node,
    one_language,
    plain,
    words,
)
from spatial.export.describe.iso_quality import data_quality
from spatial.export.wording import both

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["metadata_xml"]

_LANGUAGES: Final = "http://www.loc.gov/standards/iso639-2/"
_GEOMETRIC_OBJECT: Final = {"Point": "point", "MultiPolygon": "surface"}
_SIDES: Final = {
    "gmd:westBoundLongitude": "west",
    "gmd:eastBoundLongitude": "east",
    "gmd:southBoundLatitude": "south",
    "gmd:northBoundLatitude": "north",
}
_FORMAT_VERSIONS: Final = {"geojson": "RFC 7946", "csv": "RFC 4180", "kml": "2.2", "xlsx": "ISO/IEC 29500"}


def metadata_xml(record: Mapping[str, Any]) -> bytes:
    """Return the record as an XML document in UTF-8.

    Parameters
    ----------
    record : Mapping
        As `spatial.export.describe.metadata.layer_metadata` or ``package_metadata`` returns it.
    """
    parent = record["parent_identifier"]
    root = node(
        "gmd:MD_Metadata",
        plain("gmd:fileIdentifier", record["identifier"]),
        _language(),
        coded("gmd:characterSet", "MD_CharacterSetCode", "utf8"),
        plain("gmd:parentIdentifier", parent) if parent else None,
        coded("gmd:hierarchyLevel", "MD_ScopeCode", record["hierarchy_level"]),
        _contact("gmd:contact", record["contact"]),
        _date_stamp(record["date_stamp"]),
        plain("gmd:metadataStandardName", "ISO 19115:2003 / GB/T 19710"),
        plain("gmd:metadataStandardVersion", "ISO/TS 19139:2007"),
        _locale(),
        *(_representation(each) for each in record["spatial_representation"]),
        *(_reference_system(each) for each in [*record["reference_systems"], record["height"]]),
        _identification(record),
        _feature_catalogue(record),
        _distribution(record["distribution"]),
        data_quality(record),
    )
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _date_stamp(date: str | None) -> ET.Element:
    return plain("gmd:dateStamp", date, as_type="gco:Date") if date else missing("gmd:dateStamp", "unknown")


def _language() -> ET.Element:
    return node("gmd:language", _language_code("chi"))


def _language_code(name: str) -> ET.Element:
    element = node("gmd:LanguageCode", codeList=_LANGUAGES, codeListValue=name)
    element.text = name
    return element


def _locale() -> ET.Element:
    """Return the second language, to which the English twins of the texts refer."""
    encoding = coded("gmd:characterEncoding", "MD_CharacterSetCode", "utf8")
    language = node("gmd:languageCode", _language_code("eng"))
    return node("gmd:locale", node("gmd:PT_Locale", language, encoding, id="locale-en"))


def _contact(name: str, contact: Mapping[str, str]) -> ET.Element:
    """Return who may be asked; what nobody supplied is marked as missing."""
    phone = email = None
    if contact["phone"]:
        voice = plain("gmd:voice", contact["phone"])
        phone = node("gmd:phone", node("gmd:CI_Telephone", voice))
    if contact["email"]:
        address = node("gmd:CI_Address", plain("gmd:electronicMailAddress", contact["email"]))
        email = node("gmd:address", address)
    reach = node("gmd:contactInfo", node("gmd:CI_Contact", phone, email)) if phone or email else None
    organisation = contact["organisation"]
    who = plain("gmd:organisationName", organisation) if organisation else missing("gmd:organisationName")
    role = coded("gmd:role", "CI_RoleCode", "pointOfContact")
    return node(name, node("gmd:CI_ResponsibleParty", who, reach, role))


def _representation(each: Mapping[str, Any]) -> ET.Element:
    shape = _GEOMETRIC_OBJECT[each["geometry_type"]]
    objects = node(
        "gmd:MD_GeometricObjects",
        coded("gmd:geometricObjectType", "MD_GeometricObjectTypeCode", shape),
        plain("gmd:geometricObjectCount", each["count"], as_type="gco:Integer") if each["count"] else None,
    )
    level = coded("gmd:topologyLevel", "MD_TopologyLevelCode", "geometryOnly")
    vector = node("gmd:MD_VectorSpatialRepresentation", level, node("gmd:geometricObjects", objects))
    return node("gmd:spatialRepresentationInfo", vector)


def _reference_system(record: Mapping[str, Any]) -> ET.Element:
    authority, identifier = record["identifier"].split(":", 1)
    name = node(
        "gmd:RS_Identifier",
        plain("gmd:code", identifier),
        plain("gmd:codeSpace", authority),
    )
    held = node("gmd:referenceSystemIdentifier", name)
    return node("gmd:referenceSystemInfo", node("gmd:MD_ReferenceSystem", held))


def _identification(record: Mapping[str, Any]) -> ET.Element:
    title = citation(
        "gmd:citation", record["title"], date=record["date_stamp"], identifier=record["identifier"]
    )
    vector = coded("gmd:spatialRepresentationType", "MD_SpatialRepresentationTypeCode", "vector")
    topics = (
        plain("gmd:topicCategory", topic, as_type="gmd:MD_TopicCategoryCode")
        for topic in record["topic_categories"]
    )
    return node(
        "gmd:identificationInfo",
        node(
            "gmd:MD_DataIdentification",
            title,
            words("gmd:abstract", record["abstract"]),
            *(words("gmd:credit", each) for each in record["constraints"]["attribution"]),
            _contact("gmd:pointOfContact", record["contact"]),
            _keywords(record["class_paths"]),
            _legal_constraints(record),
            _security_constraints(record["constraints"]),
            vector,
            _language(),
            coded("gmd:characterSet", "MD_CharacterSetCode", "utf8"),
            *topics,
            _extent(record),
            _supplement(record),
        ),
    )


def _keywords(class_paths: list[Mapping[str, str]]) -> ET.Element:
    """Return the class paths as keywords of a thesaurus that says whose codes are blank."""
    paths = dict.fromkeys(
        "/".join(filter(None, (each["category"], each["main_class"], each["sub_class"], each["code"])))
        for each in class_paths
    )
    return node(
        "gmd:descriptiveKeywords",
        node(
            "gmd:MD_Keywords",
            *(plain("gmd:keyword", path) for path in paths),
            coded("gmd:type", "MD_KeywordTypeCode", "theme"),
            citation("gmd:thesaurusName", both("describe.class_list")),
        ),
    )


def _legal_constraints(record: Mapping[str, Any]) -> ET.Element:
    given = record["constraints"]
    review = both("describe.review_number", number=given["review_number"])
    limits = [given["disclaimer"], given["use"], review if given["review_number"] else given["review_slot"]]
    return node(
        "gmd:resourceConstraints",
        node(
            "gmd:MD_LegalConstraints",
            *(words("gmd:useLimitation", each) for each in limits if each["zh"]),
            coded("gmd:accessConstraints", "MD_RestrictionCode", "otherRestrictions"),
            coded("gmd:useConstraints", "MD_RestrictionCode", "otherRestrictions"),
            *(words("gmd:otherConstraints", each) for each in record["licence"] if each["zh"]),
        ),
    )


def _security_constraints(given: Mapping[str, Any]) -> ET.Element:
    """Return the security level in the words supplied; the code says no more than "not for all"."""
    level = given["security"]
    classification = missing("gmd:classification")
    if level["zh"]:
        classification = coded("gmd:classification", "MD_ClassificationCode", "restricted", level["zh"])
    note = words("gmd:userNote", level) if level["zh"] else None
    return node("gmd:resourceConstraints", node("gmd:MD_SecurityConstraints", classification, note))


def _extent(record: Mapping[str, Any]) -> ET.Element | None:
    box = record["extent"]["bbox"]
    bounds = None
    if box is not None:
        edges = (plain(name, _decimal(box[side]), as_type="gco:Decimal") for name, side in _SIDES.items())
        bounds = node("gmd:geographicElement", node("gmd:EX_GeographicBoundingBox", *edges))
    period = _period(record["period"])
    if bounds is None and period is None:
        return None
    return node("gmd:extent", node("gmd:EX_Extent", bounds, period))


def _decimal(degrees: float) -> str:
    """Return a number without an exponent, which an XML decimal may not have."""
    return format(Decimal(repr(degrees)), "f")


def _period(period: Mapping[str, Any] | None) -> ET.Element | None:
    """Return the time that the data speak of; an end that nobody stated is marked as unknown."""
    if not period:
        return None
    ends = []
    for name, moment in (("gml:beginPosition", period.get("begin")), ("gml:endPosition", period.get("end"))):
        end = node(name) if moment else node(name, indeterminatePosition="unknown")
        end.text = moment or None
        ends.append(end)
    span = node("gml:TimePeriod", *ends, gml__id="period")
    return node("gmd:temporalElement", node("gmd:EX_TemporalExtent", node("gmd:extent", span)))


def _supplement(record: Mapping[str, Any]) -> ET.Element:
    """Return what ISO/TS 19139 has no place for: axis orders, heights, WKT2, open points."""
    height = record["height"]
    orders = {(each["format"], each["crs"]): each["axis_order"] for each in record["distribution"]}
    said = [height["datum"], height["statement"], record["reference_system_note"]]
    said += [{lang: f"{name}: {order[lang]}" for lang in order} for (name, _), order in orders.items()]
    said += record["open_points"]
    parts = [*(each["zh"] for each in said), *(each["en"] for each in said)]
    systems = [f"{each['identifier']}: {each['wkt2']}" for each in record["reference_systems"]]
    return plain("gmd:supplementalInformation", "\n".join(filter(None, [*parts, *systems])))


def _feature_catalogue(record: Mapping[str, Any]) -> ET.Element:
    layers = [each["layer"] for each in record["spatial_representation"]]
    name = both("describe.dictionary_title", path=record["fields"]["dictionary"])
    return node(
        "gmd:contentInfo",
        node(
            "gmd:MD_FeatureCatalogueDescription",
            _language(),
            plain("gmd:includedWithDataset", "true", as_type="gco:Boolean"),
            *(node("gmd:featureTypes", _local_name(layer)) for layer in layers),
            citation("gmd:featureCatalogueCitation", name, date=record["date_stamp"]),
        ),
    )


def _local_name(layer: str) -> ET.Element:
    element = node("gco:LocalName")
    element.text = layer
    return element


def _distribution(files: list[Mapping[str, Any]]) -> ET.Element:
    formats = []
    for name in dict.fromkeys(each["format"] for each in files):
        version = _FORMAT_VERSIONS.get(name)
        stated = plain("gmd:version", version) if version else missing("gmd:version", "unknown")
        title = one_language("gmd:name", both(f"describe.format_{name}"))
        formats.append(node("gmd:distributionFormat", node("gmd:MD_Format", title, stated)))
    online = [node("gmd:onLine", _online(each)) for each in files]
    transfer = node("gmd:transferOptions", node("gmd:MD_DigitalTransferOptions", *online))
    return node("gmd:distributionInfo", node("gmd:MD_Distribution", *formats, transfer))


def _online(file: Mapping[str, Any]) -> ET.Element:
    """Return a file of the package, by its path within the package."""
    count = both("describe.file_line", crs=file["crs"] or "-", n_features=file["n_features"])
    return node(
        "gmd:CI_OnlineResource",
        plain("gmd:linkage", file["path"], as_type="gmd:URL"),
        plain("gmd:name", file["path"]),
        one_language("gmd:description", count),
        node("gmd:function", code("CI_OnLineFunctionCode", "download")),
    )
