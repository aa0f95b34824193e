"""The quality part of the ISO/TS 19139 metadata: accuracy, omissions, checks and lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from spatial.export.describe.iso_elements import citation, coded, missing, node, one_language, plain, words
from spatial.export.wording import both

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree import ElementTree as ET

__all__ = ["data_quality"]

_UNITS: Final = "http://www.opengis.net/def/uom/UCUM/0"
_METRE, _NUMBER = "m", "1"


def data_quality(record: Mapping[str, Any]) -> ET.Element:
    """Return accuracy and omissions of each layer, the pointer to the check's report, and the lineage."""
    lineage = node("gmd:LI_Lineage", words("gmd:statement", record["lineage"]), _source(record["source"]))
    scope = coded("gmd:level", "MD_ScopeCode", record["hierarchy_level"])
    return node(
        "gmd:dataQualityInfo",
        node(
            "gmd:DQ_DataQuality",
            node("gmd:scope", node("gmd:DQ_Scope", scope)),
            *(node("gmd:report", _accuracy(each)) for each in record["accuracy"]),
            *(node("gmd:report", _omission(each)) for each in record["quality"]["layers"]),
            node("gmd:report", _checks(record["quality"])),
            node("gmd:lineage", lineage),
        ),
    )


def _source(source: Mapping[str, str]) -> ET.Element | None:
    if not source["zh"]:
        return None
    return node("gmd:source", node("gmd:LI_Source", words("gmd:description", source)))


def _accuracy(each: Mapping[str, Any]) -> ET.Element:
    """Return the range of the positions' errors in metres, with what is known of their basis."""
    said = {
        lang: " ".join([f"{each['layer']}:", *(part[lang] for part in [*each["basis"], *each["statements"]])])
        for lang in ("zh", "en")
    }
    bounds = each["position_m"]
    values = [missing("gmd:value", "unknown")]
    if bounds:
        values = [_number("gmd:value", bounds[end]) for end in ("min", "max")]
    return node(
        "gmd:DQ_AbsoluteExternalPositionalAccuracy",
        one_language("gmd:measureDescription", said),
        node("gmd:result", _quantity(values, _METRE)),
    )


def _omission(each: Mapping[str, Any]) -> ET.Element:
    """Return how many features of the source the layer does not hold, and why."""
    why = {
        lang: "; ".join(f"{part['reason'][lang]}: {part['count']}" for part in each["reasons"])
        for lang in ("zh", "en")
    }
    counts = both("describe.counts", n_in=each["n_in"], n_used=each["n_used"], n_withheld=each["n_withheld"])
    said = {lang: " ".join(filter(None, [f"{each['layer']}:", counts[lang], why[lang]])) for lang in why}
    return node(
        "gmd:DQ_CompletenessOmission",
        one_language("gmd:measureDescription", said),
        node("gmd:result", _quantity([_number("gmd:value", each["n_withheld"])], _NUMBER)),
    )


def _checks(quality: Mapping[str, Any]) -> ET.Element:
    """Return where the result of the checks stands: they are run on the package, this file included."""
    result = node(
        "gmd:DQ_ConformanceResult",
        citation("gmd:specification", both("describe.rules_title", report=quality["report"])),
        words("gmd:explanation", quality["statement"]),
        missing("gmd:pass", "other:seeReport"),
    )
    return node("gmd:DQ_FormatConsistency", node("gmd:result", result))


def _quantity(values: list[ET.Element], unit: str) -> ET.Element:
    """Return figures with their unit, a UCUM symbol: ``m`` for metres, ``1`` for a plain number."""
    unit_of_measure = node("gmd:valueUnit", xlink__href=f"{_UNITS}/{unit}")
    return node("gmd:DQ_QuantitativeResult", unit_of_measure, *values)


def _number(name: str, value: float) -> ET.Element:
    return plain(name, repr(value), as_type="gco:Record")
