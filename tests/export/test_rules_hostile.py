"""Files that somebody made to do harm: a clear fault or a named limit, and nothing else is opened."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import struct
import sys
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import AtlasError, InputError, LimitExceededError, UnreadableFileError
from spatial.export.package import open_package, package_sha256
from spatial.export.rules.report import MOST_LISTED
from spatial.export.rules.validate import validate_file, validate_package
from spatial.limits import DEFAULT_LIMITS
from tests.export.broken_files import (
    good_content,
    good_document,
    good_jsonfg,
    good_points,
    in_database,
    pack,
    sign,
    write_package_files,
)

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
LARGE = replace(DEFAULT_LIMITS, upload_bytes=10**9)


@pytest.fixture(scope="session")
def package(tmp_path_factory):
    return write_package_files(good_content(), tmp_path_factory.mktemp("good") / "package")


@pytest.fixture
def opened():
    """Every path that the process opens while a test runs."""
    seen: list[str] = []
    watching = [True]

    def watch(event: str, arguments: tuple) -> None:
        if watching and event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            seen.append(os.fsdecode(arguments[0]))

    sys.addaudithook(watch)
    yield seen
    watching.clear()


def rules(report) -> set[str]:
    return {fault.rule for fault in report.errors}


@pytest.mark.parametrize(
    "name",
    ["../canary.txt", "/canary.txt", "C:\\canary.txt", "a\\..\\..\\canary.txt", "csv/../../canary.txt"],
)
def test_a_name_that_leads_out_is_told_and_nothing_is_written(name, package, tmp_path, opened):
    canary = tmp_path / "canary.txt"
    canary.write_text("secret")
    folder = tmp_path / "in"
    folder.mkdir()
    archive = pack(package, folder / "package.zip")
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr(name, "owned")
    opened.clear()
    assert rules(validate_file(archive)) == {"package.unsafe_path"}
    assert canary.read_text() == "secret"
    assert {entry.name for entry in tmp_path.iterdir()} == {"canary.txt", "in"}
    assert not [path for path in opened if "canary" in path and path != str(canary)]


@pytest.mark.parametrize("as_archive", [False, True])
def test_a_link_is_told_and_never_followed(as_archive, package, tmp_path, opened):
    canary = tmp_path / "canary.json"
    canary.write_text('{"secret": 1}')
    directory = shutil.copytree(package, tmp_path / "package")
    if as_archive:
        (directory / "geojson" / "zones.geojson").unlink()
        archive = pack(directory, tmp_path / "package.zip")
        info = zipfile.ZipInfo("geojson/zones.geojson")
        info.external_attr = 0o120777 << 16
        with zipfile.ZipFile(archive, "a") as packed:
            packed.writestr(info, str(canary))
        path = archive
    else:
        (directory / "geojson" / "zones.geojson").unlink()
        (directory / "geojson" / "zones.geojson").symlink_to(canary)
        path = directory
    opened.clear()
    assert "package.symlink" in rules(validate_file(path))
    assert str(canary) not in opened


def test_a_manifest_that_names_a_file_outside_opens_none(package, tmp_path, opened):
    directory = shutil.copytree(package, tmp_path / "package")
    canary = tmp_path / "canary.txt"
    canary.write_text("secret")
    manifest = json.loads((directory / "manifest.json").read_text())
    manifest["files"].append({**manifest["files"][0], "path": "../canary.txt"})
    (directory / "manifest.json").write_text(json.dumps(manifest))
    opened.clear()
    assert rules(validate_package(directory)) == {"package.unsafe_path"}
    assert not [path for path in opened if "canary" in path]


def test_sixty_thousand_members_are_counted_before_they_are_listed(tmp_path):
    archive = tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for number in range(60_000):
            packed.writestr(f"csv/{number}", "")
    report = validate_file(archive)
    assert [(fault.rule, fault.found) for fault in report.errors] == [
        ("package.too_many_members", "60,000 / 2,000 (ATLAS_MAX_PACKAGE_MEMBERS)")
    ]


def test_an_archive_that_counts_twice_is_not_listed(tmp_path, monkeypatch):
    n_members = 5_000
    heads = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
        for _ in range(n_members)
    )
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, n_members, n_members, len(heads), 0)
    where = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(heads), 1)
    small = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3, 3, 100, 0, 0)
    path = tmp_path / "p.zip"
    path.write_bytes(heads + large + where + small)
    assert len(zipfile.ZipFile(path).infolist()) == n_members
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("its directory was read"))
    assert rules(validate_package(path)) == {"package.not_zip"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with a name")
@pytest.mark.parametrize("kind", ["pipe", "device"])
@pytest.mark.parametrize("take", [validate_file, validate_package, open_package, package_sha256])
def test_a_pipe_or_a_device_is_no_package(tmp_path, kind, take):
    path = tmp_path / "p.zip"
    if kind == "pipe":
        os.mkfifo(path)
        holder = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    else:
        path.symlink_to("/dev/null")
        holder = None
    try:
        with pytest.raises(UnreadableFileError) as caught:
            take(path)
    finally:
        if holder is not None:
            os.close(holder)
    assert caught.value.key == "error.no_plain_file"


def test_a_crowded_folder_is_given_up(tmp_path):
    for number in range(30):
        (tmp_path / f"{number}.csv").touch()
    report = validate_package(tmp_path, limits=replace(DEFAULT_LIMITS, package_members=20))
    assert "package.too_many_members" in rules(report)


def test_a_bomb_is_refused_by_what_it_would_become(package, tmp_path):
    archive = pack(package, tmp_path / "package.zip")
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("csv/bomb.csv", b"0" * 60_000_000)
    small = replace(DEFAULT_LIMITS, package_unpacked_bytes=50_000_000)
    assert rules(validate_file(archive, limits=small)) == {"package.too_large"}


def test_a_file_that_would_fill_the_memory_is_told_and_not_read(package, tmp_path):
    archive = pack(package, tmp_path / "package.zip")
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("csv/bomb.csv", b"0" * 2_000_000)
    (fault,) = validate_file(archive).errors
    assert (fault.rule, fault.file) == ("package.too_large", "csv/bomb.csv")
    assert "ATLAS_MAX_PACKAGE_RATIO" in fault.found
    small = replace(DEFAULT_LIMITS, unpacked_bytes=100_000)
    told = validate_package(package, limits=small)
    assert {"package.too_large", "package.file_missing"} <= rules(told)


def test_a_member_that_lies_of_its_size_is_damaged(package, tmp_path):
    archive = pack(package, tmp_path / "package.zip")
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("csv/bomb.csv", b"0" * 5_000_000)
    data = bytearray(archive.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    archive.write_bytes(bytes(data))
    assert {"package.undeclared_file"} <= rules(validate_file(archive))


def test_an_archive_within_an_archive_stays_shut(package, tmp_path):
    inner = pack(package, tmp_path / "inner.zip")
    archive = pack(package, tmp_path / "package.zip")
    with zipfile.ZipFile(archive, "a") as packed:
        packed.write(inner, "schemas/inner.zip")
    assert rules(validate_file(archive)) == {"package.nested_archive"}


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".csv", ".geojson", ".json", ".xlsx", ".zip"])
def test_a_definition_that_points_elsewhere_is_no_file_of_ours(suffix, tmp_path, opened):
    canary = tmp_path / "canary.csv"
    canary.write_text("id,x,y\n1,113,23\n")
    path = tmp_path / f"layer{suffix}"
    path.write_text(
        f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{canary}</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    opened.clear()
    if suffix == ".csv":
        validate_file(path)  # a text of one column
    else:
        assert not validate_file(path).valid
    assert str(canary) not in opened


def test_a_view_that_goes_on_for_ever_is_told_and_never_asked(package, tmp_path):
    path = tmp_path / "layer.gpkg"
    path.write_bytes((package / "gpkg" / "small-package.gpkg").read_bytes())
    in_database("layer.gpkg", "DROP TABLE gpkg_ogr_contents", f"CREATE VIEW gpkg_ogr_contents AS {ENDLESS}")(
        tmp_path
    )
    report = validate_file(path)
    assert report.valid
    assert {fault.found for fault in report.warnings} == {"gpkg_ogr_contents"}


def test_a_table_made_a_view_holds_no_layer(tmp_path):
    path = tmp_path / "layer.gpkg"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA application_id = 1196444487")
        database.execute(f"CREATE VIEW gpkg_contents AS {ENDLESS}")
        database.commit()
    assert rules(validate_file(path)) == {"geopackage.no_layer"}


def test_a_hundred_megabytes_of_brackets_are_refused(tmp_path):
    path = tmp_path / "layer.geojson"
    path.write_bytes(b"[" * 100_000_000)
    with pytest.raises(LimitExceededError):
        validate_file(path)
    assert rules(validate_file(path, limits=LARGE)) == {"json.size"}
    path.write_bytes(b"[" * 4_000_000)
    assert rules(validate_file(path)) == {"json.depth"}


def test_an_xml_with_entities_is_refused_before_they_unfold(package, tmp_path):
    directory = shutil.copytree(package, tmp_path / "package")
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'
    (directory / "metadata" / "zones.xml").write_text(bomb)
    sign(directory)
    (fault,) = validate_package(directory).errors
    assert (fault.rule, fault.found) == ("metadata.xml", "DOCTYPE")


@pytest.mark.parametrize(
    ("file", "members", "value", "rule"),
    [
        ("schemas/zones.schema.json", ("$defs", "properties", "properties", "MC", "type"), 1e308, None),
        ("schemas/zones.schema.json", ("$defs", "properties", "properties", "MC", "type"), {}, None),
        ("metadata/zones.json", ("reference_systems", 0, "identifier"), {}, "metadata.crs"),
        ("metadata/zones.json", ("distribution", 0, "path"), {}, None),
        ("metadata/zones.json", ("distribution", 0, "crs"), [1], "metadata.crs"),
        ("metadata/zones.json", ("spatial_representation", 0, "count"), {}, "metadata.count"),
    ],
)
def test_a_member_of_another_kind_is_reported_on(package, tmp_path, file, members, value, rule):
    directory = shutil.copytree(package, tmp_path / "package")
    document = json.loads((directory / file).read_text(encoding="utf-8"))
    holder = document
    for member in members[:-1]:
        holder = holder[member]
    assert members[-1] in (holder if isinstance(holder, dict) else range(len(holder)))
    holder[members[-1]] = value
    (directory / file).write_text(json.dumps(document), encoding="utf-8")
    sign(directory)
    report = validate_package(directory)
    assert rule is None or rule in rules(report)


def test_what_cannot_be_opened_is_said_to_be_so(tmp_path):
    with pytest.raises(UnreadableFileError):
        validate_file(tmp_path / "nothing.geojson")
    with pytest.raises(UnreadableFileError):
        validate_file(tmp_path / "nothing.zip")
    with pytest.raises(UnreadableFileError):
        validate_file(tmp_path / ("x" * 300))
    os.mkfifo(tmp_path / "pipe.geojson")
    with pytest.raises(UnreadableFileError):
        validate_file(tmp_path / "pipe.geojson")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    with pytest.raises(InputError):
        validate_file(tmp_path / "picture.png")


def test_all_faults_are_counted_though_few_are_listed(tmp_path):
    document = good_points()
    document["features"] = [{**document["features"][0], "id": str(n), "properties": 5} for n in range(300)]
    path = tmp_path / "layer.geojson"
    path.write_text(json.dumps(document))
    report = validate_file(path).to_dict("en")
    (total,) = report["totals"]
    assert total == {
        "rule": "geojson.properties_type",
        "file": "layer.geojson",
        "n_faults": 300,
        "n_listed": MOST_LISTED,
    }
    assert len(report["errors"]) == MOST_LISTED


SEEDS = [
    json.dumps(make(), ensure_ascii=False).encode() for make in (good_document, good_points, good_jsonfg)
]
PATCHES = st.lists(
    st.tuples(
        st.integers(0, 3000),
        st.integers(0, 60),
        st.one_of(
            st.binary(max_size=5),
            st.sampled_from(
                [b"null", b"[]", b"{}", b"1e400", b"NaN", b'"x"', b"[[[", b"-0", b"true", b"1" * 400]
            ),
        ),
    ),
    min_size=1,
    max_size=4,
)


@given(seed=st.sampled_from(SEEDS), patches=PATCHES)
def test_any_text_is_reported_on_or_refused(tmp_path_factory, seed, patches):
    for start, length, piece in patches:
        at = start % (len(seed) + 1)
        seed = seed[:at] + piece + seed[at + length :]
    path = tmp_path_factory.getbasetemp() / "mutated.geojson"
    path.write_bytes(seed)
    try:
        report = validate_file(path)
    except AtlasError as refused:
        assert refused.message("en")  # noqa: PT017 - few are refused
        return
    json.dumps(report.to_dict(), allow_nan=False)


@given(
    at=st.integers(0, 200_000),
    piece=st.binary(min_size=1, max_size=8),
    name=st.sampled_from(
        [
            "gpkg/small-package.gpkg",
            "xlsx/small-package.xlsx",
            "shapefile/zones.shp",
            "shapefile/zones.dbf",
            "shapefile/zones.shx",
            "csv/zones.csv",
        ]
    ),
)
def test_any_bytes_are_reported_on_or_refused(package, tmp_path_factory, at, piece, name):
    data = bytearray((package / name).read_bytes())
    at %= len(data)
    data[at : at + len(piece)] = piece
    folder = tmp_path_factory.getbasetemp() / "mutated"
    folder.mkdir(exist_ok=True)
    for member in (package / "shapefile").glob("zones.*"):
        (folder / member.name).write_bytes(member.read_bytes())
    path = folder / Path(name).name
    path.write_bytes(bytes(data))
    target = folder / "zones.shp" if name.startswith("shapefile") else path
    try:
        report = validate_file(target)
    except AtlasError as refused:
        assert refused.message("zh")  # noqa: PT017 - few are refused
        return
    json.dumps(report.to_dict(), allow_nan=False)
