"""An archive that a stranger brings: opened within its limits, or refused by the name of its fault."""

from __future__ import annotations

import stat
import struct
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import AtlasError, LimitExceededError, UnreadableFileError, UnsupportedFormatError
from spatial.importing.readers.archive import open_archive
from spatial.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from pathlib import Path

NOISE = np.random.default_rng(1).bytes(5000)


def packed(path: Path, *members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def names(path: Path, limits: Limits = DEFAULT_LIMITS) -> list[str]:
    with open_archive(path, "甲.zip", limits) as archive:
        return [member.name for member in archive.members]


def read_all(path: Path, limits: Limits = DEFAULT_LIMITS) -> None:
    with open_archive(path, "甲.zip", limits) as archive:
        for member in archive.members:
            assert len(archive.read(member)) == member.size


def refusal(path: Path, limits: Limits = DEFAULT_LIMITS) -> AtlasError:
    with pytest.raises(AtlasError) as caught:
        read_all(path, limits)
    assert str(path.parent) not in caught.value.message("zh") + caught.value.message("en")
    return caught.value


def test_members_are_listed_read_and_unpacked_under_names_of_ours(tmp_path):
    path = packed(tmp_path / "a.zip", ("片区/甲.shp", b"shape" * 1000), ("empty.txt", b""))
    with open_archive(path, "a.zip", DEFAULT_LIMITS) as archive:
        first, second = archive.members
        assert first == ("片区/甲.shp", 5000)
        assert archive.read(first) == b"shape" * 1000
        assert archive.read(first, 3) == b"sha"
        assert archive.read(second) == archive.read(second, 10) == b""
        archive.extract(first, tmp_path / "layer.shp")
        with pytest.raises(FileExistsError):
            archive.extract(first, tmp_path / "layer.shp")
    assert (tmp_path / "layer.shp").read_bytes() == b"shape" * 1000
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.zip", "layer.shp"]


def test_what_operating_systems_add_is_left_out(tmp_path):
    litter = ("__MACOSX/._a.shp", "a/.DS_Store", "Thumbs.db", "a/._b.shp", "desktop.ini")
    path = packed(tmp_path / "a.zip", *((name, b"x") for name in litter), ("a/b.shp", b"x"), ("a/", b""))
    assert names(path) == ["a/b.shp"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_name_in_bytes_of_no_stated_encoding_is_read(tmp_path, encoding):
    # zipfile writes a name that is not ASCII as UTF-8 and says so: the bytes are put in afterwards.
    raw = "海珠片区.shp".encode(encoding)
    path = packed(tmp_path / "a.zip", ("x" * len(raw), b"x"))
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    assert names(path) == ["海珠片区.shp"]


def test_a_name_that_is_no_text_of_either_is_shown_as_it_comes(tmp_path):
    path = packed(tmp_path / "a.zip", ("xx.shp", b"x"))
    path.write_bytes(path.read_bytes().replace(b"xx.shp", b"\xff\xff.shp"))
    assert len(names(path)) == 1


@pytest.mark.parametrize(
    "name",
    [
        "../a.shp",
        "a/../../b.shp",
        "/etc/a.shp",
        "..\\a.shp",
        "a\\..\\..\\b.shp",
        "\\a.shp",
        "C:\\a.shp",
        "C:/a.shp",
        "./a.shp",
        "a//b.shp",
        "a\x01.shp",
    ],
)
def test_a_path_out_of_the_folder_is_refused(tmp_path, name):
    error = refusal(packed(tmp_path / "a.zip", ("ok.shp", b"x"), (name, b"x")))
    assert (type(error), error.key) == (UnreadableFileError, "gis.archive_path")


def test_folders_parted_as_windows_does_are_folders(tmp_path):
    path = packed(tmp_path / "a.zip", ("甲\\b.shp", b"x"), ("甲\\c\\d.dbf", b"y"))
    assert names(path) == ["甲/b.shp", "甲/c/d.dbf"]
    error = refusal(packed(tmp_path / "b.zip", ("a/b.shp", b"x"), ("a\\b.shp", b"y")))
    assert error.key == "gis.archive_twice"


def test_a_backslash_within_a_chinese_letter_is_no_separator(tmp_path):
    raw = "乗.shp".encode("gbk")
    assert b"\\" in raw
    path = packed(tmp_path / "a.zip", ("xx.shp", b"x"))
    path.write_bytes(path.read_bytes().replace(b"xx.shp", raw))
    assert names(path) == ["乗.shp"]


def test_a_link_is_refused(tmp_path):
    info = zipfile.ZipInfo("passwd.shp")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert refusal(tmp_path / "a.zip").key == "gis.archive_link"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused_whatever_its_case(tmp_path):
    assert refusal(packed(tmp_path / "a.zip", ("a.shp", b"x"), ("A.SHP", b"y"))).key == "gis.archive_twice"
    assert refusal(packed(tmp_path / "b.zip", ("a.shp", b"x"), ("a.shp", b"y"))).key == "gis.archive_twice"


@pytest.mark.parametrize("name", ["b.zip", "b.7Z", "b.tar.gz", "c/b.rar"])
def test_an_archive_within_the_archive_is_refused(tmp_path, name):
    error = refusal(packed(tmp_path / "a.zip", ("a.shp", b"x"), (name, b"x")))
    assert (type(error), error.key) == (UnsupportedFormatError, "gis.archive_nested")


def test_a_locked_member_is_refused(tmp_path):
    path = packed(tmp_path / "a.zip", ("a.shp", b"x"))
    data = bytearray(path.read_bytes())
    for magic, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.index(magic) + at] |= 1
    path.write_bytes(data)
    assert refusal(path).key == "gis.archive_encrypted"


@pytest.mark.parametrize("method", [99, 9, 12])
def test_a_packing_that_is_not_the_usual_is_named(tmp_path, method):
    path = packed(tmp_path / "a.zip", ("a.shp", b"x"))
    data = bytearray(path.read_bytes())
    for magic, at in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
        data[data.index(magic) + at] = method
    path.write_bytes(data)
    error = refusal(path)
    assert (error.key, error.params["method"]) == ("gis.archive_method", method)


# --- limits ------------------------------------------------------------------------------------


def test_more_members_than_allowed_are_refused_before_their_list_is_built(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", *((f"{n}.txt", b"") for n in range(6)))
    assert len(names(path, Limits(archive_members=6))) == 6
    monkeypatch.setattr(zipfile, "ZipFile", None)
    error = refusal(path, Limits(archive_members=5))
    assert (type(error), error.params["value"]) == (LimitExceededError, 6)


def test_a_count_that_lies_low_does_not_pass(tmp_path):
    path = packed(tmp_path / "a.zip", *((f"{n}.txt", b"") for n in range(60)))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x05\x06")
    data[at + 8 : at + 12] = struct.pack("<2H", 2, 2)
    path.write_bytes(data)
    assert refusal(path, Limits(archive_members=5)).key in {
        "gis.archive_damaged",
        "error.limit_archive_members",
    }


def test_a_directory_larger_than_its_members_need_is_never_loaded(tmp_path, monkeypatch):
    info = zipfile.ZipInfo("a.shp")
    info.comment = b"x" * 60_000
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "x")
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert refusal(tmp_path / "a.zip").key == "gis.archive_damaged"


def test_unpacked_size_and_ratio_are_limited(tmp_path):
    path = packed(tmp_path / "a.zip", ("a.shp", bytes(2_000_000)), ("b.shp", NOISE[:1000]))
    assert refusal(path, Limits(unpacked_bytes=2_000_999)).key == "error.limit_unpacked_bytes"
    assert refusal(path, Limits(archive_ratio=100)).key == "error.limit_archive_ratio"
    assert names(path, Limits(archive_ratio=2000, unpacked_bytes=2_001_000)) == ["a.shp", "b.shp"]
    assert names(packed(tmp_path / "b.zip", ("small.shp", bytes(900_000))), Limits(archive_ratio=10))


# --- crafted -----------------------------------------------------------------------------------


def test_members_that_share_their_bytes_are_refused(tmp_path):
    """One kernel of bytes, listed as several members: each unpacks, and their sum is not on the disk."""
    path = packed(tmp_path / "a.zip", ("a.shp", NOISE), ("b.shp", b"x"))
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 1)
    data[second : second + 46] = data[first : first + 46]
    path.write_bytes(data)
    assert refusal(path).key == "gis.archive_damaged"


def test_a_member_that_reaches_into_the_directory_is_refused(tmp_path):
    path = packed(tmp_path / "a.zip", ("a.shp", b"12345"), method=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 20 : at + 28] = struct.pack("<2L", 40, 40)
    path.write_bytes(data)
    assert refusal(path).key == "gis.archive_damaged"


@pytest.mark.parametrize("junk", ["before", "after", "shifted"])
def test_bytes_that_belong_to_no_member_are_refused(tmp_path, junk):
    path = packed(tmp_path / "a.zip", ("a.shp", b"x"))
    data = path.read_bytes()
    if junk == "shifted":
        # The directory knows of the bytes in front, as that of a program that unpacks itself.
        with (tmp_path / "a.zip").open("wb") as stream:
            stream.write(b"MZ program")
            with zipfile.ZipFile(stream, "w") as archive:
                archive.writestr("a.shp", b"x")
    else:
        path.write_bytes(b"MZ program" + data if junk == "before" else data + b"<html>")
    assert refusal(path).key == "gis.archive_damaged"


def test_a_second_directory_for_large_archives_is_never_loaded(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", ("a.shp", b"x"))
    data = path.read_bytes()
    at = data.rindex(b"PK\x05\x06")
    path.write_bytes(data[:at] + b"PK\x06\x07" + bytes(16) + data[at:])
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert refusal(path).key == "gis.archive_damaged"


@pytest.mark.parametrize("size", [4, 6])
def test_a_member_that_is_longer_or_shorter_than_it_says_is_refused(tmp_path, size):
    path = packed(tmp_path / "a.zip", ("a.shp", b"12345"))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<L", size)
    path.write_bytes(data)
    assert refusal(path).key == "gis.archive_member"


def test_a_damaged_member_is_named(tmp_path):
    path = packed(tmp_path / "a.zip", ("a.shp", b"12345"), method=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"12345", b"12344"))
    error = refusal(path)
    assert (error.key, error.params["path"]) == ("gis.archive_member", "a.shp")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x05\x06", b"PK\x05\x06" + bytes(17), bytes(100)])
def test_what_is_no_archive_is_refused(tmp_path, data):
    (tmp_path / "a.zip").write_bytes(data)
    assert refusal(tmp_path / "a.zip").key == "gis.archive_damaged"


@given(st.data())
def test_no_change_of_bytes_breaks_out(tmp_path_factory, data):
    """Whatever bytes change, an archive is read or refused by name, and nothing else happens."""
    folder = tmp_path_factory.mktemp("zip")
    path = packed(folder / "a.zip", ("片区/甲.shp", b"shape" * 50), ("b.dbf", b"x" * 9))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with suppress(AtlasError):
        read_all(path)
    assert [one.name for one in folder.iterdir()] == ["a.zip"]
