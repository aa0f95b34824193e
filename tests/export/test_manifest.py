"""The manifest, and archives that a stranger brings."""

from __future__ import annotations

import json
import os
import stat
import struct
import zipfile
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from spatial.errors import LimitExceededError, PackageError
from spatial.export.archive import is_package_path, list_directory, unpack, write_archive
from spatial.export.manifest import MANIFEST_FILE, build_manifest, check_manifest, package_files
from spatial.export.model import WrittenFile
from spatial.limits import DEFAULT_LIMITS

DATA = WrittenFile(
    path=PurePosixPath("geojson/zones.geojson"),
    format="geojson",
    layers=("zones",),
    crs="OGC:CRS84",
    n_features=2,
)


@pytest.fixture
def package(tmp_path):
    directory = tmp_path / "package"
    (directory / "geojson").mkdir(parents=True)
    (directory / "geojson" / "zones.geojson").write_text("{}")
    (directory / "README.txt").write_text("说明", encoding="utf-8")
    (directory / MANIFEST_FILE).write_bytes(build_manifest(directory, package_id="p", written=[DATA]))
    return directory


def rewrite(package, change) -> None:
    manifest = json.loads((package / MANIFEST_FILE).read_text())
    change(manifest)
    (package / MANIFEST_FILE).write_text(json.dumps(manifest))


def test_every_file_but_itself_is_listed_with_what_it_holds(package):
    manifest = check_manifest(package, name="p")
    assert [entry["path"] for entry in manifest["files"]] == ["README.txt", "geojson/zones.geojson"]
    data = manifest["files"][1]
    assert (data["format"], data["layers"], data["crs"], data["n_features"]) == (
        "geojson",
        ["zones"],
        "OGC:CRS84",
        2,
    )
    assert data["bytes"] == 2
    assert manifest["files"][0]["format"] == "metadata"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda package: (package / "README.txt").unlink(), "缺少"),
        (lambda package: (package / "README.txt").write_text("x"), "SHA-256"),
        (lambda package: (package / "package.json").write_text("{}"), "未列入"),
        (lambda package: (package / MANIFEST_FILE).unlink(), "缺少"),
        (lambda package: (package / MANIFEST_FILE).write_text("[]"), "JSON"),
        (lambda package: (package / MANIFEST_FILE).write_text('{"files":[NaN]}'), "JSON"),
        (lambda package: (package / MANIFEST_FILE).write_text('{"files":1,"files":[]}'), "JSON"),
        (lambda package: rewrite(package, lambda m: m.update(files={})), "files"),
        (lambda package: rewrite(package, lambda m: m["files"].append(3)), "files"),
        (lambda package: rewrite(package, lambda m: m["files"][0].update(path="../x")), "files"),
        (lambda package: rewrite(package, lambda m: m["files"][0].update(sha256="0")), "files"),
    ],
)
def test_a_package_that_is_not_what_its_manifest_says(package, change, words):
    change(package)
    with pytest.raises(PackageError, match=words):
        check_manifest(package, name="p")


NOT_OURS = ["../x", "/etc/passwd", "geojson/../x", "geojson/.x", "x.exe", "geojson/a/b", "geojson\\a"]


@pytest.mark.parametrize("name", [*NOT_OURS, "geojson/甲", "", "README.txt\n"])
def test_names_that_no_package_holds(name):
    assert not is_package_path(name)


def pack(tmp_path, *members: tuple[str, bytes], **facts: object):
    path = tmp_path / "brought.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = facts.get("method", zipfile.ZIP_DEFLATED)
            info.external_attr = facts.get("mode", stat.S_IFREG | 0o644) << 16
            packed.writestr(info, data)
    return path


def refuse(tmp_path, path, limits=DEFAULT_LIMITS) -> str:
    directory = tmp_path / "into"
    directory.mkdir()
    with pytest.raises((PackageError, LimitExceededError)) as caught:
        unpack(path, directory, limits=limits)
    assert sorted(entry.name for entry in tmp_path.iterdir() if entry != directory) == [path.name]
    return caught.value.key


def test_an_archive_comes_out_as_it_went_in_and_the_same_each_time(package, tmp_path):
    first, second, out = tmp_path / "a.zip", tmp_path / "b.zip", tmp_path / "out"
    out.mkdir()
    write_archive(package, package_files(package), first, date="2023-03-31")
    os.utime(package / "README.txt", (1, 1))
    (package / "README.txt").chmod(0o600)
    write_archive(package, reversed(package_files(package)), second, date="2023-03-31")
    assert first.read_bytes() == second.read_bytes()
    unpack(first, out, limits=DEFAULT_LIMITS)
    assert check_manifest(out, name="p") == check_manifest(package, name="p")


@pytest.mark.parametrize(
    ("date", "year"),
    [("2021-12", 2021), ("2021", 2021), ("1912-01-01", 1980), ("9999-01-01", 2107), ("", 1980), ("?", 1980)],
)
def test_every_date_can_be_packed(package, tmp_path, date, year):
    write_archive(package, package_files(package), tmp_path / "a.zip", date=date)
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert {member.date_time[0] for member in packed.infolist()} == {year}


@pytest.mark.parametrize(
    ("members", "key"),
    [
        ([("../README.txt", b"x")], "export.package_name"),
        ([("/README.txt", b"x")], "export.package_name"),
        ([("geojson/evil.exe/x", b"x")], "export.package_name"),
        ([("geojson/A.geojson", b"x"), ("geojson/a.geojson", b"x")], "export.package_twice"),
    ],
)
def test_archives_with_names_that_are_not_ours(tmp_path, members, key):
    assert refuse(tmp_path, pack(tmp_path, *members)) == key


def test_a_name_that_ends_early_is_read_in_full(tmp_path):
    path = pack(tmp_path, ("README.txtX.exe", b"x"))
    path.write_bytes(path.read_bytes().replace(b"txtX", b"txt\0"))
    assert refuse(tmp_path, path) == "export.package_name"


def test_links_and_rare_methods_are_refused(tmp_path):
    link = pack(tmp_path, ("README.txt", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777)
    assert refuse(tmp_path, link) == "export.package_link"
    (tmp_path / "into").rmdir()
    assert refuse(tmp_path, pack(tmp_path, ("README.txt", b"x"), method=zipfile.ZIP_LZMA)) == (
        "export.package_archive"
    )


def test_an_encrypted_file_is_refused(tmp_path):
    path = pack(tmp_path, ("README.txt", b"x"))
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert refuse(tmp_path, path) == "export.package_encrypted"


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("package_bytes", 100),
        ("package_bytes", 3_000),
        ("package_unpacked_bytes", 2_500_000),
        ("package_members", 1),
        ("package_ratio", 20),
    ],
)
def test_every_limit_of_packages_is_named(tmp_path, limit, value):
    path = pack(tmp_path, ("README.txt", b"\0" * 2_000_000), ("package.json", b"\0" * 2_000_000))
    limits = replace(DEFAULT_LIMITS, package_ratio=10_000) if limit != "package_ratio" else DEFAULT_LIMITS
    assert refuse(tmp_path, path, replace(limits, **{limit: value})) == f"error.limit_{limit}"


def test_a_head_that_lies_about_its_size_is_damage(tmp_path):
    path = pack(tmp_path, ("README.txt", b"x" * 5_000))
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 10)
    path.write_bytes(data)
    assert refuse(tmp_path, path) == "export.package_archive"


@pytest.mark.parametrize("cut", [0, 5, 60, -1, -30])
def test_a_cut_archive_is_damage(tmp_path, cut):
    path = pack(tmp_path, ("README.txt", b"x" * 5_000))
    path.write_bytes(path.read_bytes()[:cut])
    assert refuse(tmp_path, path) == "export.package_archive"


def test_damaged_bytes_are_damage(tmp_path):
    path = pack(tmp_path, ("README.txt", os.urandom(5_000)))
    data = bytearray(path.read_bytes())
    data[200:220] = b"\xff" * 20
    path.write_bytes(data)
    assert refuse(tmp_path, path) == "export.package_archive"


def test_a_directory_of_a_million_entries_is_refused_by_its_last_record(tmp_path):
    path = tmp_path / "brought.zip"
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, 3_000_000_000, 0, 0)
    path.write_bytes(b"x" * 100 + end)
    assert refuse(tmp_path, path) == "export.package_archive"
    (tmp_path / "into").rmdir()
    path.write_bytes(b"PK\x06\x07" + b"\0" * 16 + end)
    assert refuse(tmp_path, path) == "export.package_archive"


def test_an_archive_that_is_not_there_is_told(tmp_path):
    with pytest.raises(PackageError, match="无法读取"):
        unpack(tmp_path / "none.zip", tmp_path, limits=DEFAULT_LIMITS)


def test_a_directory_that_somebody_brings_is_held_to_the_same(package):
    list_directory(package, limits=DEFAULT_LIMITS)
    (package / "notes.docx").write_text("x")
    with pytest.raises(PackageError, match=r"notes\.docx"):
        list_directory(package, limits=DEFAULT_LIMITS)
    (package / "notes.docx").unlink()
    (package / "definition.json").symlink_to(package / "README.txt")
    with pytest.raises(PackageError, match="普通文件"):
        list_directory(package, limits=DEFAULT_LIMITS)
    (package / "definition.json").unlink()
    for limit in ("package_members", "package_bytes", "package_unpacked_bytes"):
        with pytest.raises(LimitExceededError, match=limit):
            list_directory(package, limits=replace(DEFAULT_LIMITS, **{limit: 1}))


def test_a_stream_is_no_file_of_a_package(package):
    os.mkfifo(package / "definition.json")
    with pytest.raises(PackageError, match="普通文件"):
        list_directory(package, limits=DEFAULT_LIMITS)
