"""The small change of ISO/TS 19139: texts in two languages, code list values, dates, citations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "GCO",
    "GMD",
    "GML",
    "citation",
    "code",
    "coded",
    "missing",
    "node",
    "one_language",
    "plain",
    "qualified",
    "words",
]

GMD: Final = "http://www.isotc211.org/2005/gmd"
GCO: Final = "http://www.isotc211.org/2005/gco"
GML: Final = "http://www.opengis.net/gml/3.2"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_NAMESPACES: Final = {"gmd": GMD, "gco": GCO, "gml": GML, "xlink": _XLINK, "xsi": _XSI}
_CODE_LISTS: Final = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml"
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

for _prefix, _uri in _NAMESPACES.items():
    ET.register_namespace(_prefix, _uri)


def qualified(name: str) -> str:
    """Return ``gmd:title`` as ElementTree names it."""
    prefix, local = name.split(":", 1)
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def node(name: str, *children: ET.Element | None, **attributes: str) -> ET.Element:
    """Return an element with its children in the order given; a child that is None is left out.

    Attributes without a prefix stand for themselves; ``gco__nilReason`` is ``gco:nilReason``.
    """
    element = ET.Element(qualified(name))
    for key, value in attributes.items():
        element.set(qualified(key.replace("__", ":")) if "__" in key else key, value)
    element.extend(child for child in children if child is not None)
    return element


def plain(name: str, value: object, *, as_type: str = "gco:CharacterString") -> ET.Element:
    """Return an element that holds one plain value; what XML cannot hold is shown as U+FFFD."""
    inner = node(as_type)
    inner.text = _NO_XML.sub("\ufffd", str(value))
    return node(name, inner)


def missing(name: str, reason: str = "missing") -> ET.Element:
    """Return an element that must stand and has no value, with the reason why not."""
    return node(name, gco__nilReason=reason)


def words(name: str, said: Mapping[str, str]) -> ET.Element:
    """Return a text in Chinese with its English twin; one that nobody gave is marked as missing."""
    if not said.get("zh"):
        return missing(name)
    element = plain(name, said["zh"])
    if said.get("en") and said["en"] != said["zh"]:
        element.set(qualified("xsi:type"), "gmd:PT_FreeText_PropertyType")
        english = node("gmd:LocalisedCharacterString", locale="#locale-en")
        english.text = _NO_XML.sub("\ufffd", said["en"])
        element.append(node("gmd:PT_FreeText", node("gmd:textGroup", english)))
    return element


def one_language(name: str, said: Mapping[str, str]) -> ET.Element:
    """Return a text where ISO/TS 19139 takes one string: Chinese, then English."""
    parts = dict.fromkeys(part for part in (said.get("zh"), said.get("en")) if part)
    return plain(name, " / ".join(parts)) if parts else missing(name)


def code(code_list: str, value: str, shown: str | None = None) -> ET.Element:
    """Return a value of an ISO code list, for example ``code("CI_RoleCode", "pointOfContact")``."""
    element = node(f"gmd:{code_list}", codeList=f"{_CODE_LISTS}#{code_list}", codeListValue=value)
    element.text = _NO_XML.sub("\ufffd", shown or value)
    return element


def coded(name: str, code_list: str, value: str, shown: str | None = None) -> ET.Element:
    """Return an element that holds a value of an ISO code list."""
    return node(name, code(code_list, value, shown))


def citation(
    name: str, title: Mapping[str, str], *, date: str | None = None, identifier: str | None = None
) -> ET.Element:
    """Return what a resource is called; ``date`` is that of its youngest revision."""
    when = missing("gmd:date", "unknown")
    if date:
        kind = coded("gmd:dateType", "CI_DateTypeCode", "revision")
        when = node("gmd:date", node("gmd:CI_Date", plain("gmd:date", date, as_type="gco:Date"), kind))
    own = None
    if identifier:
        own = node("gmd:identifier", node("gmd:MD_Identifier", plain("gmd:code", identifier)))
    return node(name, node("gmd:CI_Citation", words("gmd:title", title), when, own))
