"""What the service for other programs (OGC API - Features) reads: its configuration and the layers.

The service itself, ``service/``, runs in an environment of its own and knows nothing of this library: it
reads only the files that are written here from the content of a package.
"""

from __future__ import annotations

import calendar
import json
from typing import TYPE_CHECKING, Any, Final

import shapely

from spatial.errors import ServiceError
from spatial.export.fields import ID_CODE, FieldType
from spatial.export.iso_dates import is_iso_date
from spatial.text import LANGUAGES, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spatial.export.model import ExportLayer, PackageContent

__all__ = ["CONFIG_NAME", "CRS_URIS", "DEFAULT_LIMIT", "MAX_LIMIT", "write_service_files"]

CONFIG_NAME: Final = "pygeoapi.json"
"""pygeoapi reads YAML, of which JSON is a part; quoted text is never filled from the environment."""

DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 1000

_STORAGE_CRS: Final = "http://www.opengis.net/def/crs/EPSG/0/4490"
_CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CRS_URIS: Final = (_CRS84, _STORAGE_CRS, "http://www.opengis.net/def/crs/EPSG/0/4547")
"""Systems that every layer is offered in, the first where none is asked for."""

_LOCALES: Final = {"zh": "zh-CN", "en": "en-US"}
_DATE_FIELD: Final = "CJRQ"
_FIRST_INSTANT: Final = "0001-01-01T00:00:00+08:00"
_LAST_INSTANT: Final = "9999-12-31T23:59:59+08:00"
_JSON_TYPES: Final[Mapping[FieldType, dict[str, str]]] = {
    FieldType.TEXT: {"type": "string"},
    FieldType.INTEGER: {"type": "integer"},
    FieldType.REAL: {"type": "number"},
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.DATE: {"type": "string"},
    FieldType.DATETIME: {"type": "string"},
}


def write_service_files(
    content: PackageContent, folder: Path, *, url: str, templates: Path, lang: str = "zh"
) -> Path:
    """Write the configuration and one file per layer.

    Parameters
    ----------
    content : PackageContent
    folder : Path
        Empty; only the service reads it.
    url : str
        Address that the links of the service start with, without a slash at its end.
    templates : Path
        Folder of the pages that load nothing from elsewhere.
    lang : str
        Language that is answered in where none is asked for.

    Returns
    -------
    Path
        The configuration.

    Raises
    ------
    ServiceError
        If no layer holds a feature.
    """
    layers = [layer for layer in content.layers if len(layer.features)]
    if not layers:
        raise ServiceError("service.no_layers", package=content.package_id)
    resources = {}
    for number, layer in enumerate(layers, start=1):
        path = folder / f"layer_{number}.json"
        path.write_text(json.dumps(_held(layer), ensure_ascii=False, allow_nan=False), encoding="utf-8")
        resources[layer.name] = _collection(layer, content, path)
    languages = [_LOCALES[lang], *(name for key, name in _LOCALES.items() if key != lang)]
    config = {
        "server": {
            "url": url,
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": languages,
            "pretty_print": False,
            "gzip": False,
            "limits": {"default_items": DEFAULT_LIMIT, "max_items": MAX_LIMIT, "on_exceed": "throttle"},
            # Without an address of its own a page would draw tiles of a public host.
            "map": {"url": "", "attribution": ""},
            "templates": {"path": str(templates)},
        },
        # An error of pygeoapi's log is a request that it refused; faults are told by its framework.
        "logging": {"level": "CRITICAL"},
        "metadata": _metadata(content, url),
        "resources": resources,
    }
    path = folder / CONFIG_NAME
    path.write_text(json.dumps(config, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    return path


def _held(layer: ExportLayer) -> dict[str, Any]:
    """Return the features as the service reads them, coordinates as EPSG:4490 orders its axes."""
    frame = layer.features
    codes = [field.code for field in layer.fields]
    columns = {code: frame[code].astype(object).where(frame[code].notna(), None).tolist() for code in codes}
    turned = shapely.transform(frame.geometry.to_numpy(), lambda places: places[:, ::-1])
    return {
        "fields": {field.code: _field(field.type, field.alias_zh) for field in layer.fields},
        "time_field": _time_field(layer),
        "ids": columns[ID_CODE],
        "properties": [dict(zip(codes, row, strict=True)) for row in zip(*columns.values(), strict=True)],
        "wkb": shapely.to_wkb(turned, hex=True).tolist(),
    }


def _time_field(layer: ExportLayer) -> str | None:
    """Return the field that ``datetime`` filters by."""
    return next((field.code for field in layer.fields if field.code == _DATE_FIELD), None)


def _field(kind: FieldType, title: str) -> dict[str, str]:
    """Return what the service says of a field."""
    return {**_JSON_TYPES[kind], "title": title}


def _collection(layer: ExportLayer, content: PackageContent, path: Path) -> dict[str, Any]:
    """Return the configuration of one layer."""
    west, south, east, north = (float(edge) for edge in layer.features.total_bounds)
    extents: dict[str, Any] = {"spatial": {"bbox": [west, south, east, north], "crs": _CRS84}}
    period = _members(layer.about.get("period")) or _members(content.about.get("period"))
    begin, end = _instant(period.get("begin"), _FIRST_INSTANT), _instant(period.get("end"), _LAST_INSTANT)
    if begin or end:
        extents["temporal"] = {"begin": begin, "end": end}
    return {
        "type": "collection",
        "title": {_LOCALES[lang]: layer.title.in_language(lang) for lang in LANGUAGES},
        "description": {_LOCALES[lang]: _description(layer, content, lang) for lang in LANGUAGES},
        "keywords": {_LOCALES[lang]: _keywords(layer, content, lang) for lang in LANGUAGES},
        "links": [],
        "extents": extents,
        "providers": [
            {
                "type": "feature",
                "name": "layer_provider.LayerProvider",
                "data": str(path),
                "id_field": ID_CODE,
                "title_field": "MC",
                "time_field": _time_field(layer),
                "crs": list(CRS_URIS),
                "storage_crs": _STORAGE_CRS,
            }
        ],
    }


def _instant(date: object, rest: str) -> str | None:
    """Return the first or last instant of a year, a month or a day in Beijing time; None for open."""
    if not isinstance(date, str) or not is_iso_date(date):
        return None
    if len(date) == len("2020-12") and rest == _LAST_INSTANT:
        year, month = (int(part) for part in date.split("-"))
        date = f"{date}-{calendar.monthrange(year, month)[1]}"
    return date + rest[len(date) :]


def _description(layer: ExportLayer, content: PackageContent, lang: str) -> str:
    """Return what a client shows of a layer: abstract, how far it can be trusted, sources, disclaimer."""
    about = layer.about
    parts = [
        _worded(about.get("abstract"), lang),
        text("service.schematic", lang) if about.get("schematic") else "",
        text("service.synthetic", lang) if layer.synthetic else "",
        *(_worded(source, lang) for source in _listed(content.about.get("attribution"))),
        _worded(content.about.get("disclaimer"), lang),
    ]
    return " ".join(part for part in parts if part) or layer.title.in_language(lang)


def _keywords(layer: ExportLayer, content: PackageContent, lang: str) -> list[str]:
    """Return the words that a catalogue finds a layer by."""
    path = layer.class_path
    words = [
        layer.title.in_language(lang),
        path.category,
        path.main_class,
        path.sub_class,
        content.title.in_language(lang),
    ]
    return list(dict.fromkeys(word for word in words if word))


def _metadata(content: PackageContent, url: str) -> dict[str, Any]:
    """Return what the service says of itself; what the package leaves blank stays blank."""
    titles = {_LOCALES[lang]: content.title.in_language(lang) for lang in LANGUAGES}
    disclaimer = {_LOCALES[lang]: _worded(content.about.get("disclaimer"), lang) for lang in LANGUAGES}
    contact = _members(content.about.get("contact"))
    constraints = _members(content.about.get("constraints"))
    return {
        "identification": {
            "title": titles,
            "description": disclaimer if any(disclaimer.values()) else titles,
            "keywords": {locale: [title] for locale, title in titles.items()},
            "keywords_type": "theme",
            "terms_of_service": _worded(constraints.get("use"), "zh"),
            "url": url,
        },
        "license": {"name": "", "url": ""},
        "provider": {"name": _worded(contact.get("organisation"), "zh"), "url": ""},
        "contact": {
            "name": _worded(contact.get("organisation"), "zh"),
            "email": _worded(contact.get("email"), "zh"),
            "phone": _worded(contact.get("phone"), "zh"),
        },
    }


def _members(value: object) -> dict[str, Any]:
    """Return the members of an object; none of what is no object, for the package may come from anybody."""
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> list[Any]:
    """Return the items of a list; likewise."""
    return value if isinstance(value, list) else []


def _worded(words: object, lang: str) -> str:
    """Return a text for people in one language; empty where there is none."""
    if isinstance(words, dict):
        return str(words.get(lang) or "")
    return str(words or "")
