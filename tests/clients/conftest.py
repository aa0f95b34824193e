"""Packages as they are handed over, and the programs of others that open them: make test-deep alone."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from spatial.export.content.build import ContentOptions, build_content
from spatial.export.formats import FORMATS
from spatial.export.package import write_package
from spatial.pack import open_pack
from tests.export.small_content import small_content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd

    from spatial.export.model import ExportLayer, PackageContent

ROOT = Path(__file__).parents[2]
SERVICE_PYTHON = ROOT / ".venv-ogcapi" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
SYSTEM_PYTHON = Path("/usr/bin/python3")
START_SECONDS = 90
RFC7946 = 1e-7


@dataclass(frozen=True)
class Source:
    """A layer of a file as a program opens it, and what must be found there."""

    format: str
    path: Path
    layer: str
    epsg: int | None
    id_field: str
    name_field: str
    wanted: ExportLayer

    @property
    def ids(self) -> list[str]:
        return sorted(self.wanted.features["BSM"])

    @property
    def names(self) -> list[str]:
        return sorted(shown(name) for name in self.wanted.features["MC"].fillna(""))

    def features(self) -> gpd.GeoDataFrame:
        return self.wanted.features.to_crs(self.epsg)


def shown(words: str | None) -> str:
    """Return a text as every program shows it.

    Without the mark that keeps a spreadsheet from computing it, and without the blanks before it that
    GDAL 3.6 does not read from DBF and KML.
    """
    return (words or "").removeprefix("'").strip()


@dataclass(frozen=True)
class HandOver:
    """A package on the disk and what it was written from."""

    folder: Path
    archive: Path
    content: PackageContent

    def sources(self, formats: tuple[str, ...]) -> list[Source]:
        return [self.source(name, layer) for name in formats for layer in self.content.layers]

    def source(self, form: str, layer: ExportLayer) -> Source:
        own = int(self.content.crs.removeprefix("EPSG:"))
        name, title, package = layer.name, layer.title.zh, self.content.package_id
        path, shown, epsg = {
            "geojson": (f"geojson/{name}.geojson", name, 4326),
            "jsonfg": (f"jsonfg/{name}.json", name, 4490),
            "geopackage": (f"gpkg/{package}.gpkg", name, own),
            "shapefile": (f"shapefile/{name}.shp", name, own),
            "csv": (f"csv/{name}.csv", name, None),
            "xlsx": (f"xlsx/{package}.xlsx", title, None),
            "flatgeobuf": (f"flatgeobuf/{name}.fgb", name, own),
            "geoparquet": (f"geoparquet/{name}.parquet", name, own),
            "kml": (f"kml/{name}.kml", title, 4326),
        }[form]
        table = form in {"csv", "xlsx"}
        heads = ("标识码", "名称") if table else ("BSM", "MC")
        return Source(form, self.folder / path, shown, epsg, *heads, layer)


def need(there: object, what: str) -> None:
    """Skip where a program is not there; in continuous integration that is a failure."""
    if there:
        return
    words = f"{what} is not there: run make setup-deep"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], HandOver]:
    """Return what writes a package with every format once: of awkward values, or of the shipped pack."""

    @cache
    def written(name: str) -> HandOver:
        kind, epsg = name.split("-")
        crs = f"EPSG:{epsg}"
        if kind == "awkward":
            content = small_content(crs=crs)
        else:
            options = ContentOptions(formats=FORMATS, crs=crs, synthetic=True)
            content = build_content(open_pack("haizhu"), options=options)
        room = tmp_path_factory.mktemp(name)
        folder, archive = room / "package", room / "package.zip"
        write_package(content, archive)
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)
        return HandOver(folder, archive, content)

    return written


@pytest.fixture(scope="session", params=["awkward-4490", "awkward-4547", "pack-4547"])
def hand_over(request: pytest.FixtureRequest, packages: Callable[[str], HandOver]) -> HandOver:
    """Return a package to open in other programs."""
    return packages(request.param)


@pytest.fixture(scope="session", params=["awkward-4490", "pack-4547"])
def served(request: pytest.FixtureRequest, packages: Callable[[str], HandOver]) -> HandOver:
    """Return a package to serve."""
    return packages(request.param)


def ran(command: list[str], *, given: object = None, **environment: str) -> Any:
    """Return the JSON that a program of others prints."""
    done = subprocess.run(
        command,
        input=None if given is None else json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@contextmanager
def serving(package: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``python -m spatial serve`` on a free port; give the process and the address."""
    need(SERVICE_PYTHON.exists(), ".venv-ogcapi")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "spatial", "serve", str(package), "--port", str(port)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        said = process.stdout.readline()
        assert f":{port}" in said, said + process.stderr.read()
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()
        process.stderr.close()


@pytest.fixture(scope="session")
def service(served: HandOver) -> Iterator[str]:
    """Serve the package; return the address."""
    with serving(served.archive) as (_, url):
        yield url


def fetched(url: str, *, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an address of this machine."""
    request = urllib.request.Request(url, headers=headers, method=method)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, dict(answer.headers), answer.read()


def answers(port: int) -> bool:
    """Return whether anything listens on a port of this machine."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition: Any, seconds: float = 15) -> bool:
    """Return whether a condition comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def program(name: str) -> str:
    """Return a program of the system."""
    path = shutil.which(name, path="/usr/bin") or shutil.which(name)
    need(path, name)
    return path
