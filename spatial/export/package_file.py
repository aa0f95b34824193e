"""``package.json``: what a package says, without its features, as JSON and back."""

from __future__ import annotations

import json
import platform
import re
import sqlite3
import zlib
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, NoReturn

import geopandas as gpd
import shapely

from spatial.errors import PackageError
from spatial.export.fields import Field, FieldType, LayerKind, Obligation
from spatial.export.formats import FORMATS
from spatial.export.model import GEOMETRY_TYPES, ClassPath, ExportLayer, PackageContent, Withheld
from spatial.export.tool_versions import tool_versions
from spatial.plan_records import Bilingual
from spatial.text import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "PACKAGE_FILE",
    "descriptor_from",
    "descriptor_of",
    "json_bytes",
    "package_from_descriptor",
    "writing_tools",
]

PACKAGE_FILE: Final = "package.json"
_FORM: Final = 1
"""Raised whenever the files of a package change their meaning."""
_LIBRARIES: Final = ("orjson", "xlsxwriter")
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")
_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,9}")
_SYSTEMS: Final = ("EPSG:4490", "EPSG:4547")
_PROFILES: Final = ("cim", "geojson", "desktop", "spreadsheet")


def writing_tools() -> dict[str, str]:
    """Return the versions on which the bytes of a package depend beside its content."""
    found = {name: version(name) for name in _LIBRARIES} | {**tool_versions()}
    found |= {
        "GEOS": shapely.geos_version_string,
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def json_bytes(document: object) -> bytes:
    """Return a JSON document as every file of a package holds it: readable, UTF-8, no NaN."""
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def descriptor_of(content: PackageContent) -> dict[str, Any]:
    """Return everything that ``package.json`` says of a package, as plain JSON values."""
    plain = {
        "form": _FORM,
        "tools": writing_tools(),
        "package_id": content.package_id,
        "title": _both(content.title),
        "profile": content.profile,
        "formats": list(content.formats),
        "crs": content.crs,
        "data_date": content.data_date or None,
        "layers": [_layer(layer) for layer in content.layers],
        "about": content.about,
    }
    return descriptor_from(json_bytes(plain))


def descriptor_from(data: bytes) -> dict[str, Any]:
    """Return the members that stand in the bytes of a ``package.json`` of our own."""
    document: dict[str, Any] = json.loads(data)
    return document


def _both(words: Bilingual) -> dict[str, str]:
    """Return a text in both languages."""
    return {"zh": words.zh, "en": words.en}


def _layer(layer: ExportLayer) -> dict[str, Any]:
    """Return what is said of a layer."""
    path = layer.class_path
    return {
        "name": layer.name,
        "kind": str(layer.kind),
        "title": _both(layer.title),
        "geometry_type": layer.geometry_type,
        "fields": [_field(field) for field in layer.fields],
        "class_path": {
            "category": path.category,
            "main_class": path.main_class,
            "sub_class": path.sub_class,
            "code": path.code,
        },
        "synthetic": layer.synthetic,
        "n_in": layer.n_in,
        "n_used": len(layer.features),
        "withheld": [
            {"feature_id": item.feature_id, "reason_key": item.reason_key} for item in layer.withheld
        ],
        "about": layer.about,
    }


def _field(field: Field) -> dict[str, Any]:
    """Return a field."""
    return {
        "code": field.code,
        "source": field.source,
        "alias_zh": field.alias_zh,
        "alias_en": field.alias_en,
        "type": str(field.type),
        "width": field.width,
        "unit": field.unit,
        "obligation": str(field.obligation),
        "values": list(field.values),
        "description_zh": field.description_zh,
        "description_en": field.description_en,
    }


class _Members:
    """The members of a JSON object of a file that somebody brought, each taken as what it must be."""

    def __init__(self, value: object, *, name: str, path: str) -> None:
        if not isinstance(value, dict):
            self._wrong(name, path)
        self._value: dict[str, Any] = value
        self._name = name
        self._path = path

    @staticmethod
    def _wrong(name: str, member: str) -> NoReturn:
        raise PackageError("export.package_member", name=name, path=PACKAGE_FILE, member=member.rstrip("."))

    def _take(self, member: str, kind: type | tuple[type, ...]) -> Any:  # noqa: ANN401 - a JSON value
        value = self._value.get(member)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self._wrong(self._name, f"{self._path}{member}")
        return value

    def text(self, member: str) -> str:
        return str(self._take(member, str))

    def optional_text(self, member: str) -> str:
        """Return a text, ``""`` for null; a text that is written says something."""
        if self._take(member, (str, type(None))) == "":
            self._wrong(self._name, f"{self._path}{member}")
        return self._take(member, (str, type(None))) or ""

    def matching(self, member: str, pattern: re.Pattern[str]) -> str:
        value = self.text(member)
        if pattern.fullmatch(value) is None:
            self._wrong(self._name, f"{self._path}{member}")
        return value

    def one_of(self, member: str, choices: tuple[str, ...]) -> str:
        value = self.text(member)
        if value not in choices:
            self._wrong(self._name, f"{self._path}{member}")
        return value

    def flag(self, member: str) -> bool:
        return bool(self._take(member, bool))

    def count(self, member: str) -> int:
        value = int(self._take(member, int))
        if value < 0:
            self._wrong(self._name, f"{self._path}{member}")
        return value

    def optional_count(self, member: str) -> int | None:
        return None if self._take(member, (int, type(None))) is None else self.count(member)

    def mapping(self, member: str) -> dict[str, Any]:
        return dict(self._take(member, dict))

    def both(self, member: str) -> Bilingual:
        words = self.members(member)
        return Bilingual(zh=words.text("zh"), en=words.text("en"))

    def members(self, member: str) -> _Members:
        return _Members(self._take(member, dict), name=self._name, path=f"{self._path}{member}.")

    def list_of_members(self, member: str) -> list[_Members]:
        return [
            _Members(item, name=self._name, path=f"{self._path}{member}[{at}].")
            for at, item in enumerate(self._take(member, list))
        ]

    def texts(self, member: str, choices: tuple[str, ...] | None = None) -> tuple[str, ...]:
        values = self._take(member, list)
        if not all(isinstance(value, str) and (choices is None or value in choices) for value in values):
            self._wrong(self._name, f"{self._path}{member}")
        return tuple(values)

    def refuse_repeated(self, member: str, values: list[str]) -> None:
        if len(set(values)) < len(values):
            self._wrong(self._name, f"{self._path}{member}")


def package_from_descriptor(document: Mapping[str, Any], *, name: str) -> PackageContent:
    """Return the package that a ``package.json`` speaks of, its layers still without features.

    Parameters
    ----------
    document : Mapping
        The members of the file.
    name : str
        What messages call the package.

    Raises
    ------
    PackageError
        If a member is missing or cannot be meant.
    """
    given = _Members(dict(document), name=name, path="")
    if given.count("form") != _FORM:
        raise PackageError("export.package_form", name=name, form=given.count("form"))
    layers = tuple(_read_layer(layer) for layer in given.list_of_members("layers"))
    given.refuse_repeated("layers", [layer.name.lower() for layer in layers])
    return PackageContent(
        package_id=given.matching("package_id", _NAME),
        title=given.both("title"),
        profile=given.one_of("profile", _PROFILES),
        formats=given.texts("formats", FORMATS),
        crs=given.one_of("crs", _SYSTEMS),
        data_date=given.optional_text("data_date"),
        layers=layers,
        about=given.mapping("about"),
    )


def _read_layer(given: _Members) -> ExportLayer:
    """Return a layer without its features."""
    fields = tuple(_read_field(field) for field in given.list_of_members("fields"))
    given.refuse_repeated("fields", [field.code for field in fields])
    path = given.members("class_path")
    n_used = given.count("n_used")
    withheld = tuple(
        Withheld(feature_id=item.text("feature_id"), reason_key=item.one_of("reason_key", tuple(catalogue())))
        for item in given.list_of_members("withheld")
    )
    n_in = given.count("n_in")
    if n_in != n_used + len(withheld):
        given.one_of("n_in", ())
    return ExportLayer(
        name=given.matching("name", _NAME),
        kind=LayerKind(given.one_of("kind", tuple(LayerKind))),
        title=given.both("title"),
        geometry_type=given.one_of("geometry_type", GEOMETRY_TYPES),  # type: ignore[arg-type]
        fields=fields,
        features=gpd.GeoDataFrame(
            {field.code: [] for field in fields}, geometry=gpd.GeoSeries([], crs="EPSG:4490")
        ),
        class_path=ClassPath(
            category=path.text("category"),
            main_class=path.text("main_class"),
            sub_class=path.text("sub_class"),
            code=path.text("code"),
        ),
        synthetic=given.flag("synthetic"),
        n_in=n_in,
        withheld=withheld,
        about=given.mapping("about"),
    )


def _read_field(given: _Members) -> Field:
    """Return a field."""
    return Field(
        code=given.matching("code", _CODE),
        source=given.text("source"),
        alias_zh=given.text("alias_zh"),
        alias_en=given.text("alias_en"),
        type=FieldType(given.one_of("type", tuple(FieldType))),
        width=given.optional_count("width"),
        unit=given.text("unit"),
        obligation=Obligation(given.one_of("obligation", tuple(Obligation))),
        values=given.texts("values"),
        description_zh=given.text("description_zh"),
        description_en=given.text("description_en"),
    )
