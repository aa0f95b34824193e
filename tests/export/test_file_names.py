"""Names of input files: kept from features, and out of packages whose positions are coarse."""

from __future__ import annotations

import io
import zipfile

import pyarrow.parquet as pq
import pytest

from spatial.export.content.build import ContentOptions, build_content
from spatial.export.delta import delta_between
from spatial.export.formats import FORMATS
from spatial.export.package import write_package
from spatial.inventory import read_inventory
from spatial.pack import open_pack
from tests.small_pack import write_pack

ROWS = """基站编号,经度,纬度,站型,状态,入网日期
S-2,114.0051,23.0051,宏站,现状,2022-05-04
S-1,114.0152,23.0052,微站,在建,2021-03
S-9,东边,23.0,宏站,现状,2021-03
"""
NAME = "ledger-of-june"


def brought(name: str):
    return {"base_stations": read_inventory(ROWS.encode(), name=f"{name}.csv", crs="cgcs2000")}


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return open_pack(write_pack(tmp_path_factory.mktemp("pack")))


def write(pack, target, *, name: str = NAME, **options):
    write_package(build_content(pack, options=ContentOptions(**options), inventories=brought(name)), target)
    return target


def readable(path: str, data: bytes) -> bytes:
    """Return what a reader of a file sees, whatever the file packs."""
    if path.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return b"".join(book.read(name) for name in book.namelist())
    if path.endswith(".parquet"):
        table = pq.read_table(io.BytesIO(data))
        return (str(table.schema) + str(table.drop_columns(["geometry"]).to_pylist())).encode()
    return data


def members_naming(archive, name: str) -> set[str]:
    with zipfile.ZipFile(archive) as packed:
        held = {path: readable(path, packed.read(path)) for path in packed.namelist()}
    return {path for path, data in held.items() if name.encode() in data or name.encode() in path.encode()}


@pytest.mark.parametrize("points", ["grid", "totals"])
def test_no_file_of_a_coarse_package_names_the_input(pack, tmp_path, points):
    path = write(pack, tmp_path / "coarse.zip", points=points, formats=FORMATS)
    assert members_naming(path, NAME) == set()


def test_an_exact_package_names_the_input_in_what_is_said_of_the_layer_alone(pack, tmp_path):
    naming = members_naming(write(pack, tmp_path / "exact.zip", formats=FORMATS), NAME)
    assert {"package.json", "metadata/base_stations.json"} <= naming
    assert not {path for path in naming if path.startswith(("csv/", "shapefile/", "geoparquet/", "geojson/"))}


def test_the_same_rows_from_another_file_are_no_change(pack, tmp_path):
    old = write(pack, tmp_path / "old.zip", formats=("jsonfg",))
    new = write(pack, tmp_path / "new.zip", name="ledger-of-july", formats=("jsonfg",))
    layers = delta_between(old, new)["layers"]
    assert "base_stations" in layers
    assert not [name for name, parts in layers.items() if any(parts.values())]
