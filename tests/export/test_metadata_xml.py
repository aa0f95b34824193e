# ruff: noqa: E501 - rows of tables stay on one line
from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from spatial.export.describe.metadata import layer_metadata, package_metadata
from spatial.export.describe.metadata_xml import metadata_xml
from tests.export.self_description import files_of, found, local_names, texts, tree
from tests.export.small_content import about_package, small_content, zones_layer

CONTENT = small_content()
FILES = files_of(CONTENT)
IDENTIFICATION = "gmd:identificationInfo/gmd:MD_DataIdentification"
EXTENT = f"{IDENTIFICATION}/gmd:extent/gmd:EX_Extent"
QUALITY = "gmd:dataQualityInfo/gmd:DQ_DataQuality"

# The sequences of ISO/TS 19139:2007; a document keeps their order and may leave out what is optional.
SEQUENCES = {
    "MD_Metadata": "fileIdentifier language characterSet parentIdentifier hierarchyLevel hierarchyLevelName contact dateStamp metadataStandardName metadataStandardVersion dataSetURI locale spatialRepresentationInfo referenceSystemInfo metadataExtensionInfo identificationInfo contentInfo distributionInfo dataQualityInfo",
    "MD_DataIdentification": "citation abstract purpose credit status pointOfContact resourceMaintenance graphicOverview resourceFormat descriptiveKeywords resourceSpecificUsage resourceConstraints aggregationInfo spatialRepresentationType spatialResolution language characterSet topicCategory environmentDescription extent supplementalInformation",
    "CI_Citation": "title alternateTitle date edition editionDate identifier citedResponsibleParty",
    "CI_ResponsibleParty": "individualName organisationName positionName contactInfo role",
    "CI_Contact": "phone address onlineResource",
    "MD_Keywords": "keyword type thesaurusName",
    "MD_LegalConstraints": "useLimitation accessConstraints useConstraints otherConstraints",
    "MD_SecurityConstraints": "useLimitation classification userNote",
    "EX_Extent": "description geographicElement temporalElement verticalElement",
    "EX_GeographicBoundingBox": "extentTypeCode westBoundLongitude eastBoundLongitude southBoundLatitude northBoundLatitude",
    "MD_VectorSpatialRepresentation": "topologyLevel geometricObjects",
    "MD_GeometricObjects": "geometricObjectType geometricObjectCount",
    "RS_Identifier": "authority code codeSpace version",
    "MD_FeatureCatalogueDescription": "complianceCode language includedWithDataset featureTypes featureCatalogueCitation",
    "MD_Distribution": "distributionFormat distributor transferOptions",
    "MD_Format": "name version",
    "CI_OnlineResource": "linkage protocol applicationProfile name description function",
    "DQ_DataQuality": "scope report lineage",
    "DQ_AbsoluteExternalPositionalAccuracy": "nameOfMeasure measureIdentification measureDescription result",
    "DQ_CompletenessOmission": "nameOfMeasure measureIdentification measureDescription result",
    "DQ_QuantitativeResult": "valueType valueUnit errorStatistic value",
    "DQ_ConformanceResult": "specification explanation pass",
    "LI_Lineage": "statement processStep source",
    "PT_Locale": "languageCode country characterEncoding",
    "TimePeriod": "beginPosition endPosition",
}  # fmt: skip


def of_layer(layer, content=CONTENT):
    return tree(metadata_xml(layer_metadata(content, layer, files=files_of(content))))


def of_package(**changes):
    content = small_content(**changes)
    return tree(metadata_xml(package_metadata(content, files=files_of(content))))


def sequences_kept(root):
    """Names of the elements whose children stand in the order of their sequence; fails on any that do not."""
    kept = set()
    for element in root.iter():
        name = element.tag.split("}")[1]
        if name in SEQUENCES:
            order = SEQUENCES[name].split()
            places = [order.index(child) for child in local_names(element)]
            assert places == sorted(places), name
            kept.add(name)
    return kept


def test_elements_stand_in_the_order_of_the_schema():
    contact = {"organisation": "某局", "email": "a@example.org", "phone": "020-1"}
    assert sequences_kept(of_package(about={**about_package(), "contact": contact})) == set(SEQUENCES)
    for layer in CONTENT.layers:
        assert "DQ_DataQuality" in sequences_kept(of_layer(layer))


def test_it_says_what_the_json_says():
    layer = CONTENT.layers[1]
    record = layer_metadata(CONTENT, layer, files=FILES)
    root = of_layer(layer)
    assert texts(root, "gmd:fileIdentifier/gco:CharacterString") == [record["identifier"]]
    assert texts(root, "gmd:parentIdentifier/gco:CharacterString") == ["small-package"]
    assert texts(root, "gmd:dateStamp/gco:Date") == ["2023-03-31"]
    title = f"{IDENTIFICATION}/gmd:citation/gmd:CI_Citation/gmd:title"
    assert texts(root, title, "gco:CharacterString") == [record["title"]["zh"]]
    assert texts(root, title, "gmd:PT_FreeText/gmd:textGroup/gmd:LocalisedCharacterString") == [
        record["title"]["en"]
    ]
    kind = "{http://www.w3.org/2001/XMLSchema-instance}type"
    assert found(root, title)[0].get(kind) == "gmd:PT_FreeText_PropertyType"
    box = f"{EXTENT}/gmd:geographicElement/gmd:EX_GeographicBoundingBox"
    sides = texts(root, box, "*/gco:Decimal")
    assert [float(side) for side in sides] == [
        record["extent"]["bbox"][side] for side in ("west", "east", "south", "north")
    ]
    codes = texts(
        root, "gmd:referenceSystemInfo/gmd:MD_ReferenceSystem/gmd:referenceSystemIdentifier/*/gmd:code/*"
    )
    assert codes == ["4490", "4547", "CRS84", "5737"]
    paths = texts(root, "gmd:distributionInfo/*/gmd:transferOptions/*/gmd:onLine/*/gmd:linkage/gmd:URL")
    assert paths == [each["path"] for each in record["distribution"]]
    assert texts(root, f"{QUALITY}/gmd:lineage/*/gmd:statement/gco:CharacterString") == [
        record["lineage"]["zh"]
    ]


def test_the_supplement_holds_axis_orders_heights_and_every_wkt():
    record = package_metadata(CONTENT, files=FILES)
    (said,) = texts(of_package(), IDENTIFICATION, "gmd:supplementalInformation/gco:CharacterString")
    for system in record["reference_systems"]:
        assert system["wkt2"] in said
    for file in record["distribution"]:
        assert file["axis_order"]["zh"] in said
        assert file["axis_order"]["en"] in said
    assert "不含高程" in said


def test_accuracy_and_omissions_are_figures_with_their_unit():
    root = of_layer(CONTENT.layers[1])
    accuracy = (
        f"{QUALITY}/gmd:report/gmd:DQ_AbsoluteExternalPositionalAccuracy/gmd:result/gmd:DQ_QuantitativeResult"
    )
    assert texts(root, accuracy, "gmd:value/gco:Record") == ["0.5", "150.0"]
    (unit,) = found(root, accuracy, "gmd:valueUnit")
    assert unit.get("{http://www.w3.org/1999/xlink}href").endswith("UCUM/0/m")
    omission = f"{QUALITY}/gmd:report/gmd:DQ_CompletenessOmission"
    assert texts(root, omission, "gmd:result/*/gmd:value/gco:Record") == ["1"]
    assert "点的坐标无效" in texts(root, omission, "gmd:measureDescription/gco:CharacterString")[0]


def test_what_nobody_supplied_is_marked_as_missing():
    about = {**about_package(), "constraints": {}, "disclaimer": "", "period": None}
    root = of_package(about=about)
    nil = "{http://www.isotc211.org/2005/gco}nilReason"
    (organisation,) = found(root, "gmd:contact/gmd:CI_ResponsibleParty/gmd:organisationName")
    assert organisation.get(nil) == "missing"
    (level,) = found(
        root, f"{IDENTIFICATION}/gmd:resourceConstraints/gmd:MD_SecurityConstraints/gmd:classification"
    )
    assert level.get(nil) == "missing"
    assert not found(root, f"{EXTENT}/gmd:temporalElement")
    empty = replace(zones_layer(), features=zones_layer().features.iloc[:0], about={})
    root = of_layer(empty, small_content(data_date="", layers=(empty,)))
    assert found(root, "gmd:dateStamp")[0].get(nil) == "unknown"
    assert not found(root, EXTENT)
    assert not found(root, f"{QUALITY}/gmd:lineage/gmd:LI_Lineage/gmd:source")


def test_a_contact_and_a_review_number_stand_where_tools_look_for_them():
    about = about_package()
    about["contact"] = {"organisation": "某局", "email": "a@example.org", "phone": "020-1"}
    about["constraints"]["review_number"] = "粤S(2026)01号"
    root = of_package(about=about)
    party = f"{IDENTIFICATION}/gmd:pointOfContact/gmd:CI_ResponsibleParty"
    assert texts(root, party, "gmd:organisationName/*") == ["某局"]
    assert texts(root, party, "gmd:contactInfo/*/gmd:phone/*/gmd:voice/*") == ["020-1"]
    assert texts(root, party, "gmd:contactInfo/*/gmd:address/*/gmd:electronicMailAddress/*") == [
        "a@example.org"
    ]
    limits = texts(root, IDENTIFICATION, "gmd:resourceConstraints/*/gmd:useLimitation/gco:CharacterString")
    assert any("粤S(2026)01号" in each for each in limits)
    assert not any("未经审核" in each for each in limits)


def test_an_end_that_nobody_stated_is_unknown():
    root = of_package(about={**about_package(), "period": {"begin": None, "end": "2023"}})
    period = f"{EXTENT}/gmd:temporalElement/gmd:EX_TemporalExtent/gmd:extent/gml:TimePeriod"
    (begin,) = found(root, period, "gml:beginPosition")
    assert begin.get("indeterminatePosition") == "unknown"
    assert texts(root, period, "gml:endPosition") == ["2023"]


def test_a_decimal_has_no_exponent():
    record = package_metadata(CONTENT, files=FILES)
    record["extent"]["bbox"]["west"] = 1e-07
    sides = texts(
        tree(metadata_xml(record)), EXTENT, "gmd:geographicElement/*/gmd:westBoundLongitude/gco:Decimal"
    )
    assert sides == ["0.0000001"]


@given(words=st.text(max_size=30))
def test_whatever_a_text_holds_the_document_is_well_formed_and_keeps_it(words):
    record = layer_metadata(CONTENT, CONTENT.layers[0], files=FILES)
    record["abstract"] = {"zh": f"x{words}", "en": "x"}
    (read,) = texts(tree(metadata_xml(record)), IDENTIFICATION, "gmd:abstract/gco:CharacterString")
    lines = words.replace("\r\n", "\n").replace("\r", "\n")  # as every XML reader takes them
    assert read == "x" + "".join(letter if held_by_xml(letter) else "\ufffd" for letter in lines)


def held_by_xml(letter):
    return (
        letter in "\t\n" or " " <= letter <= "\ud7ff" or "\ue000" <= letter <= "\ufffd" or letter > "\uffff"
    )
