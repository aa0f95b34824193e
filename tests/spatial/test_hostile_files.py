"""Files that nobody meant: whatever the bytes, a file is read or refused, and nothing else happens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import AtlasError, InputError
from spatial.inventory import read_inventory
from spatial.vector_files import read_points, read_zones

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests" / "data"
SEEDS = [
    (path.name, path.read_bytes())
    for folder in ("valid", "invalid")
    for path in sorted((DATA / folder).iterdir())
]
GEOJSON_SEEDS = [(name, data) for name, data in SEEDS if name.endswith("json") and len(data) < 5000]
CUTS = st.lists(
    st.tuples(
        st.integers(0, 4000),
        st.integers(0, 40),
        st.one_of(
            st.binary(max_size=6),
            st.sampled_from(
                [
                    b'"',
                    b"\x00",
                    b",",
                    b"\n",
                    b"\r",
                    b"[",
                    b"{}",
                    b"null",
                    b"NaN",
                    b"1e999",
                    b"-",
                    b"\xff\xfe",
                    "，".encode(),
                ]
            ),
        ),
    ),
    max_size=6,
)


def mutate(data: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    for start, length, patch in cuts:
        at = start % (len(data) + 1)
        data = data[:at] + patch + data[at + length :]
    return data


@given(seed=st.sampled_from(SEEDS), cuts=CUTS, crs=st.sampled_from(["wgs84", "bd09", "EPSG:4547", None]))
def test_any_bytes_are_read_or_refused(seed, cuts, crs):
    name, data = seed
    data = mutate(data, cuts)
    try:
        inventory = read_inventory(data, name=name, crs=crs)
    except InputError as refused:
        assert refused.message("en")  # noqa: PT017 - most files are refused
        return
    assert inventory.n_in == inventory.n_used + inventory.n_reported
    assert inventory.points.geometry.notna().all()
    assert all(notice.message("zh") for notice in inventory.notices)


@given(seed=st.sampled_from(GEOJSON_SEEDS), cuts=CUTS)
def test_any_bytes_are_zones_or_refused(folder, seed, cuts):
    name, data = seed
    path = folder / name
    path.write_bytes(mutate(data, cuts))
    for read in (read_zones, read_points):
        try:
            read(path)
        except AtlasError as refused:
            assert refused.message("zh")  # noqa: PT017 - most files are refused


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(scope="module")
def geopackage(tmp_path_factory) -> Path:
    import geopandas as gpd

    path = tmp_path_factory.mktemp("seed") / "z.gpkg"
    gpd.read_file(DATA / "valid" / "zones.geojson").to_file(path, layer="zones")
    return path


@given(cuts=st.lists(st.tuples(st.integers(0, 120_000), st.integers(0, 255)), max_size=12))
def test_a_damaged_geopackage_is_read_or_refused(folder, geopackage, cuts):
    data = bytearray(geopackage.read_bytes())
    for at, value in cuts:
        data[at % len(data)] = value
    path = folder / "damaged.gpkg"
    path.write_bytes(data)
    try:
        read_zones(path)
    except AtlasError as refused:
        assert refused.message("zh")  # noqa: PT017 - some are read all the same


def test_reading_an_upload_loads_no_driver_that_opens_by_content():
    code = (
        "import sys; from spatial.inventory import read_inventory; from spatial.pack import open_pack;"
        "read_inventory(b'lon,lat\\n114,23\\n', name='a.csv', crs='wgs84');"
        "print([m for m in ('fiona', 'pyogrio', 'osgeo', 'sqlite3') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


HOOK = """
import sys
def refuse(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "urllib.")):
        print("event:", event)
    if event == "open" and isinstance(arguments[0], str) and arguments[0].startswith(("/etc", "http")):
        print("opened:", arguments[0])
import spatial.inventory, spatial.vector_files, spatial.errors, pathlib
import pyproj; spatial.inventory.read_inventory(b"x,y\\n430324,2553559\\n", name="a.csv", crs="EPSG:4547")
sys.addaudithook(refuse)
for path in sorted(pathlib.Path("tests/data").glob("*/*")):
    for crs in (None, "wgs84"):
        for read in (
            lambda: spatial.inventory.read_inventory(path.read_bytes(), name=path.name, crs=crs),
            lambda: spatial.vector_files.read_zones(path, crs=crs),
        ):
            try:
                read()
            except spatial.errors.AtlasError:
                pass
print("done")
"""


def test_no_file_reaches_out(tmp_path):
    done = subprocess.run([sys.executable, "-c", HOOK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "done\n"
