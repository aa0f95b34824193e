"""Every format: the same bytes each time, and everything back but for what is stated to be lost."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import ExportRefusedError, LimitExceededError, PackageError, UnsupportedFormatError
from spatial.export.formats import FORMATS, PROFILES, read_layer, write_format
from spatial.export.formats.round_trip import LOSSES, changes, position_tolerance_deg
from spatial.limits import Limits
from tests.export.awkward_layers import content_of, layer_of
from tests.export.awkward_strings import AWKWARD, BROKEN, CONTROLS
from tests.export.small_content import small_content, zones_layer

OWN = ("geopackage", "shapefile", "csv", "xlsx", "flatgeobuf", "geoparquet", "kml")
CUTS_AT_NUL = {"geopackage", "shapefile", "flatgeobuf", "kml"}
ROOT = Path(__file__).parents[2]


def there_and_back(name, content, directory):
    """Write a format and return what came back of each layer other than is stated."""
    write_format(name, content, directory)
    return {
        layer.name: changes(name, layer, read_layer(name, directory, layer, content=content))
        for layer in content.layers
    }


def test_profiles_hold_known_formats_in_order_and_optional_ones_in_none():
    assert set(LOSSES) == set(FORMATS)
    for formats in PROFILES.values():
        assert list(formats) == [name for name in FORMATS if name in formats]
        assert not set(formats) & {"flatgeobuf", "geoparquet", "kml"}
    assert {*PROFILES["cim"], "flatgeobuf", "geoparquet", "kml"} == set(FORMATS)


def test_unknown_format_is_refused_by_name(tmp_path):
    with pytest.raises(UnsupportedFormatError, match="dwg"):
        write_format("dwg", content_of(), tmp_path)


def test_registry_loads_no_library_of_a_format():
    code = (
        "import sys, spatial.export.formats;"
        "print([m for m in ('xlsxwriter','openpyxl','pyogrio','fiona','orjson') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547"])
@pytest.mark.parametrize("name", FORMATS)
def test_small_package_comes_back(name, crs, tmp_path):
    content = small_content(crs=crs)
    assert there_and_back(name, content, tmp_path) == {layer.name: () for layer in content.layers}


@pytest.mark.parametrize("name", FORMATS)
def test_awkward_strings_come_back(name, tmp_path):
    texts = [*AWKWARD, None]
    layer = layer_of({"MC": texts, "BZ": texts[::-1]})
    assert len(layer.features) > 500
    assert there_and_back(name, content_of(layer), tmp_path) == {layer.name: ()}


@pytest.mark.parametrize("name", OWN)
def test_control_characters_come_back_or_are_refused_by_name(name, tmp_path):
    storable = [words for words in CONTROLS if "\0" not in words]
    for texts, refused in ((storable, name == "kml"), (CONTROLS[:2], name in CUTS_AT_NUL), (BROKEN, True)):
        content = content_of(layer_of({"MC": texts}))
        if refused:
            with pytest.raises(ExportRefusedError, match=r"base_stations.*MC.*S000000") as caught:
                write_format(name, content, tmp_path)
            assert str(len(texts)) in caught.value.message("en")
        else:
            assert there_and_back(name, content, tmp_path) == {"base_stations": ()}


@pytest.mark.parametrize("name", OWN)
def test_an_infinite_number_is_refused_by_name(name, tmp_path):
    content = content_of(layer_of({"ZBZ": [1.0, float("-inf")]}))
    with pytest.raises(ExportRefusedError, match=r"ZBZ.*S000001"):
        write_format(name, content, tmp_path)


@pytest.mark.parametrize("name", OWN)
def test_empty_layer_and_columns_of_nothing_come_back(name, tmp_path):
    empty = layer_of({"MC": [], "SL": [], "ZBZ": [], "SFMN": []}, name="places")
    nothing = layer_of(
        {"MC": [None], "SL": [None], "ZBZ": [None], "SFMN": [None], "CJRQ": [None]}, title="无"
    )
    assert there_and_back(name, content_of(empty, nothing), tmp_path) == {"places": (), "base_stations": ()}


@pytest.mark.parametrize("name", OWN)
def test_layers_of_the_same_title_and_alias_stay_apart(name, tmp_path):
    twins = [layer_of({"MC": ["甲"], "BZ": ["乙"]}, name=one, title="同名") for one in ("one", "two")]
    assert there_and_back(name, content_of(*twins), tmp_path) == {"one": (), "two": ()}


def test_same_content_gives_same_bytes_in_another_second_and_place(tmp_path):
    content = small_content()
    for name in OWN:
        write_format(name, content, tmp_path / "one")
    time.sleep(1.1)
    for name in OWN:
        write_format(name, content, tmp_path / "another place")
    files = sorted(
        path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()
    )
    assert len(files) == 1 + 3 * 6 + 3 + 1 + 3 + 3 + 3
    for path in files:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "another place" / path).read_bytes(), (
            path
        )


@pytest.mark.parametrize("name", OWN)
def test_files_are_listed_with_what_they_hold(name, tmp_path):
    content = small_content()
    written = write_format(name, content, tmp_path)
    on_disk = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {file.path.as_posix() for file in written} == on_disk
    assert {file.format for file in written} == {name}
    assert sum(file.n_features for file in written) == 10
    assert write_format(name, content, tmp_path) == written


texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[*map(chr, range(32)), "\ufffe", "\uffff"])
    | st.sampled_from("=+-@'\",\r\n\t甲"),
    max_size=60,
)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "MC": st.none() | texts,
            "SL": st.none() | st.integers(-(10**16), 10**17),
            "ZBZ": st.none() | st.floats(-999_999, 999_999),
            "SFMN": st.none() | st.booleans(),
        }
    ),
    min_size=1,
    max_size=30,
)


@pytest.mark.parametrize("name", OWN)
@given(rows=rows)
def test_whatever_values_come_back(name, rows, tmp_path_factory):
    layer = layer_of({code: [row[code] for row in rows] for code in rows[0]})
    content = content_of(layer)
    folder = tmp_path_factory.mktemp("any")
    if name == "shapefile" and max(abs(row["SL"] or 0) for row in rows) >= 10**18:
        with pytest.raises(ExportRefusedError):
            write_format(name, content, folder)
    else:
        assert there_and_back(name, content, folder) == {layer.name: ()}


@pytest.mark.parametrize("name", [name for name in OWN if name not in {"csv", "xlsx"}])
def test_polygons_with_holes_and_parts_come_back(name, tmp_path):
    rng = np.random.default_rng(7)
    shapes = []
    for _ in range(40):
        centres = rng.uniform((113.24, 23.04), (113.40, 23.11), (3, 2))
        discs = [shapely.Point(centre).buffer(rng.uniform(0.001, 0.004), quad_segs=5) for centre in centres]
        hole = shapely.Point(centres[0]).buffer(0.0005, quad_segs=3)
        found = shapely.union_all(discs).difference(hole)
        shapes.append(found if found.geom_type == "MultiPolygon" else shapely.MultiPolygon([found]))
    layer = layer_of({"MC": ["甲"] * len(shapes)}, name="zones", geometry=shapes)
    for crs in ("EPSG:4490", "EPSG:4547"):
        assert there_and_back(name, content_of(layer, crs=crs), tmp_path / crs[-4:]) == {"zones": ()}


def files_of(name, directory):
    return [
        path
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.suffix not in {".prj", ".cpg"}
    ]


@pytest.mark.parametrize("name", OWN)
def test_damage_of_any_kind_is_a_package_error_or_no_change(name, tmp_path):
    content = content_of(zones_layer())
    layer = content.layers[0]
    write_format(name, content, tmp_path)
    rng = np.random.default_rng(11)
    n_refused = 0
    for path in files_of(name, tmp_path):
        whole = path.read_bytes()
        damaged = [b"", b"x", whole[:1], whole[: len(whole) // 2], b"\0" * len(whole), whole + whole[:7]]
        for _ in range(12):
            bytes_ = bytearray(whole)
            bytes_[rng.integers(len(whole))] ^= 1 << int(rng.integers(8))
            damaged.append(bytes(bytes_))
        for data in damaged:
            path.write_bytes(data)
            try:
                found = read_layer(name, tmp_path, layer, content=content)
            except (PackageError, LimitExceededError):
                n_refused += 1
            else:
                assert list(found["BSM"].map(type).unique()) in ([str], [])
        path.unlink()
        if path.suffix != ".csv" or name == "csv":
            with pytest.raises(PackageError):
                read_layer(name, tmp_path, layer, content=content)
        path.write_bytes(whole)
    assert n_refused >= 5


@pytest.mark.parametrize("name", OWN)
def test_limits_hold_when_a_file_is_read(name, tmp_path):
    from importlib import import_module

    from spatial.export.formats import _MODULES

    content = content_of(layer_of({"MC": ["甲", "乙", "丙"]}))
    write_format(name, content, tmp_path)
    read = import_module(f"spatial.export.formats.{_MODULES[name]}").read
    assert len(read(tmp_path, content.layers[0], content=content, limits=Limits())) == 3
    for limits in (Limits(upload_bytes=10), Limits(features=2, rows=2)):
        with pytest.raises(LimitExceededError):
            read(tmp_path, content.layers[0], content=content, limits=limits)


def test_tolerances():
    assert position_tolerance_deg("geojson") == 6e-8
    assert all(position_tolerance_deg(name) <= 1e-9 for name in FORMATS if name != "geojson")
