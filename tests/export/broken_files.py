"""One deliberately broken file for every rule, each made from a good one."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import sqlite3
import warnings
import zipfile
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import openpyxl

from spatial.export.describe.files import describe
from spatial.export.formats import write_format
from spatial.export.manifest import build_manifest
from spatial.export.package_file import descriptor_of, json_bytes
from tests.export.small_content import about_package, small_content

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from spatial.export.model import PackageContent

SQUARE = [[113.3, 23.0], [113.4, 23.0], [113.4, 23.1], [113.3, 23.1], [113.3, 23.0]]
HOLE = [[113.32, 23.02], [113.32, 23.04], [113.34, 23.04], [113.34, 23.02], [113.32, 23.02]]


@dataclass(frozen=True)
class Broken:
    """How to make a broken file, and what else is bound to be told of it."""

    make: Callable[[Path, Path], Path]
    also: frozenset[str] = frozenset()


BROKEN: dict[str, Broken] = {}


# --- good ones ---------------------------------------------------------------------------------


def feature(name: str, geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": name, "geometry": geometry, "properties": {"名称": name, **properties}}


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": copy.deepcopy(list(rings))}


def good_document() -> dict[str, Any]:
    """Two polygons, one with a hole, and nothing to say against them."""
    return {
        "type": "FeatureCollection",
        "bbox": [113.3, 23.0, 113.4, 23.1],
        "features": [feature("a", polygon(SQUARE, HOLE)), feature("b", polygon(SQUARE))],
    }


def good_points() -> dict[str, Any]:
    features = [feature(f"p{n}", {"type": "Point", "coordinates": [113.3 + n / 100, 23.1]}) for n in range(3)]
    return {"type": "FeatureCollection", "features": features}


def good_jsonfg() -> dict[str, Any]:
    document = good_points() | {
        "conformsTo": ["http://www.opengis.net/spec/json-fg-1/1.0/conf/core"],
        "featureType": "points",
        "coordRefSys": "http://www.opengis.net/def/crs/EPSG/0/4490",
    }
    for item in document["features"]:
        item["place"] = {"type": "Point", "coordinates": item["geometry"]["coordinates"][::-1]}
        item["time"] = {"date": "2023-03-31"}
    return document


def good_content() -> PackageContent:
    """The small package with nothing blank that a platform's owner fills."""
    content = small_content()
    layers = tuple(
        replace(
            layer,
            features=layer.features.assign(YSDM=f"10{at}"),
            class_path=replace(layer.class_path, code=f"10{at}"),
        )
        for at, layer in enumerate(content.layers)
    )
    about = about_package()
    about["contact"] = {"organisation": "测试单位", "email": "", "phone": ""}
    row = {"zone_id": "zone-a", "name": "甲", "count": 3, "status": "undecided", "synthetic": True}
    about["results"] = [*about["results"], {"layer_name": "zones", "zones": [row], "notices": []}]
    return replace(content, layers=layers, about=about)


def write_package_files(content: PackageContent, directory: Path) -> Path:
    """Write every file of a package, as the package writer does."""
    directory.mkdir(parents=True, exist_ok=True)
    written = [file for name in content.formats for file in write_format(name, content, directory)]
    for path, data in describe(content, files=written).items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(data)
    (directory / "package.json").write_bytes(json_bytes(descriptor_of(content)))
    manifest = build_manifest(directory, package_id=content.package_id, written=written)
    (directory / "manifest.json").write_bytes(manifest)
    return directory


def sign(directory: Path) -> None:
    """Bring the manifest up to date with the files as they are now."""
    manifest = json.loads((directory / "manifest.json").read_text())
    known = {entry["path"]: entry for entry in manifest["files"]}
    entries = []
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory).as_posix()
        if path.is_file() and name != "manifest.json":
            data = path.read_bytes()
            blank = {"path": name, "format": "metadata", "layers": [], "crs": "", "n_features": 0}
            digest = hashlib.sha256(data).hexdigest()
            entries.append({**known.get(name, blank), "sha256": digest, "bytes": len(data)})
    manifest["files"] = entries
    (directory / "manifest.json").write_text(json.dumps(manifest))


def pack(directory: Path, archive: Path, *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Pack a directory as it stands."""
    with zipfile.ZipFile(archive, "w", method) as packed:
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                packed.write(path, path.relative_to(directory).as_posix())
    return archive


# --- how files are broken -------------------------------------------------------------------------


def as_bytes(rule: str, data: bytes, *also: str, name: str = "layer.geojson") -> None:
    def make(folder: Path, _package: Path) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    BROKEN[rule] = Broken(make, frozenset(also))


def as_json(rule: str, document: object, *also: str, name: str = "layer.geojson") -> None:
    as_bytes(rule, json.dumps(document, ensure_ascii=False).encode(), *also, name=name)


def with_change(
    rule: str, change: Callable[[dict[str, Any]], object], *also: str, base: Any = good_document
) -> None:
    document = base()
    change(document)
    as_json(rule, document, *also)


def in_package(
    rule: str, change: Callable[[Path], object], *also: str, signed: bool = True, packed: bool = False
) -> None:
    def make(folder: Path, package: Path) -> Path:
        directory = folder / "package"
        shutil.copytree(package, directory)
        change(directory)
        if signed:
            sign(directory)
        return pack(directory, folder / "package.zip") if packed else directory

    BROKEN[rule] = Broken(make, frozenset(also))


def as_archive(rule: str, write: Callable[[zipfile.ZipFile], object], *also: str) -> None:
    def make(folder: Path, package: Path) -> Path:
        archive = pack(package, folder / "package.zip")
        with warnings.catch_warnings(), zipfile.ZipFile(archive, "a") as packed:
            warnings.simplefilter("ignore")
            write(packed)
        return archive

    BROKEN[rule] = Broken(make, frozenset(also))


def in_json(path: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def edit(directory: Path) -> None:
        document = json.loads((directory / path).read_text(encoding="utf-8"))
        change(document)
        (directory / path).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")

    return edit


def in_database(path: str, *statements: str) -> Callable[[Path], None]:
    def edit(directory: Path) -> None:
        with closing(sqlite3.connect(directory / path)) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()

    return edit


def set_property(code: str, value: object) -> Callable[[Path], None]:
    """Set a property of the first zone in the GeoJSON file."""
    return in_json("geojson/zones.geojson", lambda d: d["features"][0]["properties"].update({code: value}))


def gpkg(rule: str, *statements: str, also: tuple[str, ...] = ()) -> None:
    """A GeoPackage on its own, broken by SQL."""

    def make(folder: Path, package: Path) -> Path:
        shutil.copy(package / "gpkg" / "small-package.gpkg", folder / "layer.gpkg")
        in_database("layer.gpkg", *statements)(folder)
        return folder / "layer.gpkg"

    BROKEN[rule] = Broken(make, frozenset(also))


def shapefile(rule: str, change: Callable[[Path], object], *also: str) -> None:
    """A Shapefile on its own; ``change`` gets its folder."""

    def make(folder: Path, package: Path) -> Path:
        for member in (package / "shapefile").glob("zones.???"):
            shutil.copy(member, folder / member.name)
        change(folder)
        return folder / "zones.shp"

    BROKEN[rule] = Broken(make, frozenset(also))


def workbook(
    rule: str, change: Callable[[openpyxl.Workbook], object], *also: str, whole: bool = False
) -> None:
    """The package's workbook, on its own or within the package."""

    def edit(path: Path) -> None:
        book = openpyxl.load_workbook(path)
        change(book)
        book.save(path)

    def make(folder: Path, package: Path) -> Path:
        if not whole:
            shutil.copy(package / "xlsx" / "small-package.xlsx", folder / "book.xlsx")
            edit(folder / "book.xlsx")
            return folder / "book.xlsx"
        shutil.copytree(package, folder / "package")
        edit(folder / "package" / "xlsx" / "small-package.xlsx")
        sign(folder / "package")
        return folder / "package"

    BROKEN[rule] = Broken(make, frozenset(also))


def patch(name: str, *spots: tuple[int, bytes]) -> Callable[[Path], None]:
    """Overwrite bytes of a file at given places."""

    def edit(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        for at, piece in spots:
            data[at : at + len(piece)] = piece
        (folder / name).write_bytes(bytes(data))

    return edit


def geometry_is(value: object) -> Callable[[dict[str, Any]], object]:
    return lambda d: (d.pop("bbox", None), d["features"][0].update(geometry=value))


def rings_are(*rings: list[list[float]]) -> Callable[[dict[str, Any]], object]:
    return geometry_is(polygon(*rings))


def lines(*positions: list[float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": list(positions)}


def moved(positions: list[list[float]], dx: float) -> list[list[float]]:
    return [[round(x + dx, 7), y] for x, y in positions]


def only(geometry: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [feature("a", geometry)]}
