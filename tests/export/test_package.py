from __future__ import annotations

import errno
import json
import os
import shutil
import zipfile
from dataclasses import replace

import pytest

from spatial.errors import (
    ExportRefusedError,
    LimitExceededError,
    PackageError,
    UnwritableFileError,
)
from spatial.export import package as room
from spatial.export.formats import write_format
from spatial.export.formats.format_losses import lost_in_format
from spatial.export.model import Withheld
from spatial.export.package import STEPS, open_package, package_bytes, package_sha256, write_package
from spatial.export.package_file import descriptor_of, json_bytes, package_from_descriptor
from spatial.export.rules.validate import validate_package
from spatial.export.same_content import first_difference
from spatial.limits import DEFAULT_LIMITS
from spatial.text import catalogue
from tests.export.small_content import EVERY_FORMAT, small_content

REFERENCE = ("jsonfg",)


def names(directory) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A package of every format, as a zip."""
    path = tmp_path_factory.mktemp("whole") / "small.zip"
    return path, write_package(small_content(), path)


@pytest.fixture
def unpacked(whole, tmp_path):
    directory = tmp_path / "unpacked"
    with zipfile.ZipFile(whole[0]) as packed:
        packed.extractall(directory)
    return directory


# --- what is written -------------------------------------------------------------------------


def test_a_package_of_every_format_is_valid_and_says_what_it_holds(whole):
    path, report = whole
    assert validate_package(path).valid
    assert report.sha256 == package_sha256(path)
    assert [(row["name"], row["n_in"], row["n_used"], row["n_reported"]) for row in report.layers] == [
        ("zones", 4, 4, 0),
        ("base_stations", 6, 5, 1),
        ("places", 1, 1, 0),
    ]
    assert report.layers[1]["reported"] == {"error.reason_bad_position": 1}
    with zipfile.ZipFile(path) as packed:
        held = packed.namelist()
    assert held == sorted(held)
    assert {entry["path"] for entry in report.files} == {*held} - {"manifest.json"}
    assert {entry["format"] for entry in report.files} == {*EVERY_FORMAT, "metadata"}
    assert {"README.txt", "package.json", "definition.json", "report/check.json"} <= {*held}


def test_the_same_content_gives_the_same_bytes(whole, tmp_path):
    path, report = whole
    assert package_bytes(small_content())[0] == path.read_bytes()
    in_directory = write_package(small_content(), tmp_path / "package")
    assert in_directory.sha256 == report.sha256 == package_sha256(tmp_path / "package")


def test_nothing_in_a_package_names_the_machine_or_the_day(whole, unpacked):
    words = {os.uname().nodename.encode(), str(whole[0].parent).encode(), b".atlas-"}
    for path in unpacked.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [word for word in words if word in data], path
    with zipfile.ZipFile(whole[0]) as packed:
        assert {info.date_time for info in packed.infolist()} == {(2023, 3, 31, 0, 0, 0)}


def test_a_package_without_a_date_states_none_but_on_the_clocks_of_files(tmp_path):
    content = small_content(data_date="")
    in_directory, packed = tmp_path / "package", tmp_path / "package.zip"
    write_package(content, in_directory)
    write_package(content, packed)
    assert package_sha256(in_directory) == package_sha256(packed)
    assert validate_package(packed).valid
    assert open_package(packed).data_date == ""
    assert json.loads((in_directory / "package.json").read_bytes())["data_date"] is None
    assert json.loads((in_directory / "definition.json").read_bytes())["data_date"] is None
    stated = {
        path.parent.name
        for path in in_directory.rglob("*")
        if path.is_file()
        and path.suffix not in {".xlsx", ".gpkg", ".dbf"}
        and b"1980-01-01" in path.read_bytes()
    }
    assert stated == set()


@pytest.mark.parametrize("kind", ["small.zip", "package"])
def test_a_package_reads_back_as_what_it_was_made_from(tmp_path, kind):
    content = small_content(formats=REFERENCE)
    write_package(content, tmp_path / kind)
    again = open_package(tmp_path / kind)
    assert first_difference(content, again) is None
    assert package_bytes(again)[1].sha256 == package_sha256(tmp_path / kind)


def test_progress_names_every_step_and_never_goes_back(tmp_path):
    told = []
    write_package(
        small_content(formats=("jsonfg", "csv")),
        tmp_path / "a.zip",
        progress=lambda step, share: told.append((step, share)),
    )
    assert tuple(dict.fromkeys(step for step, _ in told)) == STEPS
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert told[-1][1] == 1.0
    assert {key for key in catalogue() if key.startswith("export.step_")} == {
        f"export.step_{step}" for step in STEPS
    }


@pytest.mark.parametrize("step", STEPS[:-1])
def test_a_reader_who_cancels_keeps_the_old_package(tmp_path, step):
    def cancel(name, share):
        if name == step:
            raise KeyboardInterrupt

    (tmp_path / "a.zip").write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        write_package(small_content(formats=REFERENCE), tmp_path / "a.zip", progress=cancel)
    assert names(tmp_path) == ["a.zip"]
    assert (tmp_path / "a.zip").read_bytes() == b"old"


def test_an_old_package_is_replaced(tmp_path):
    for kind in ("package", "small.zip"):
        target = tmp_path / kind
        write_package(small_content(formats=("jsonfg", "csv")), target)
        write_package(small_content(formats=REFERENCE), target)
        assert open_package(target).formats == REFERENCE
    assert names(tmp_path) == ["package", "small.zip"]
    assert not (tmp_path / "package" / "csv").exists()


# --- where nothing is written ----------------------------------------------------------------


def twisted():
    """A package whose stations say the same id twice."""
    content = small_content(formats=("jsonfg", "csv"))
    layer = content.layers[1]
    frame = layer.features.copy()
    frame.loc[1, "BSM"] = frame.loc[0, "BSM"]
    return replace(content, layers=(content.layers[0], replace(layer, features=frame)))


@pytest.mark.parametrize("kind", ["a.zip", "package"])
def test_a_package_that_fails_leaves_nothing(tmp_path, kind):
    with pytest.raises(ExportRefusedError):
        write_package(twisted(), tmp_path / kind)
    assert names(tmp_path) == []


def test_a_failed_check_names_rule_file_and_feature_and_keeps_the_old_package(tmp_path, monkeypatch):
    real = room.write_format

    def lossy(name, content, directory):
        files = real(name, content, directory)
        path = directory / "jsonfg" / "places.json"
        path.write_bytes(path.read_bytes().replace("某园区".encode(), b""))
        return files

    monkeypatch.setattr(room, "write_format", lossy)
    (tmp_path / "a.zip").write_bytes(b"old")
    content = small_content(formats=REFERENCE)
    with pytest.raises(ExportRefusedError) as caught:
        write_package(content, tmp_path / "a.zip")
    assert names(tmp_path) == ["a.zip"]
    assert (tmp_path / "a.zip").read_bytes() == b"old"
    for lang in ("zh", "en"):
        assert "places" in caught.value.message(lang)
        assert "place-1" in caught.value.message(lang)


@pytest.mark.parametrize("formats", [("jsonfg",), ("jsonfg", "csv")])
def test_a_loss_that_no_rule_sees_is_refused(tmp_path, monkeypatch, formats):
    real = room.write_format

    def lossy(name, content, directory):
        files = real(name, content, directory)
        if name == formats[-1]:
            for path in directory.glob(f"{name}/places.*"):
                path.write_bytes(path.read_bytes().replace("某园区".encode(), "某园林".encode()))
        return files

    monkeypatch.setattr(room, "write_format", lossy)
    with pytest.raises(ExportRefusedError, match=r"place-1.*MC"):
        write_package(small_content(formats=formats), tmp_path / "a.zip")
    assert names(tmp_path) == []


def test_a_broken_rule_hands_its_report_over(tmp_path, monkeypatch):
    real = room.write_format

    def lossy(name, content, directory):
        files = real(name, content, directory)
        if name == "geojson":
            path = directory / "geojson" / "places.geojson"
            path.write_bytes(path.read_bytes().replace(b'"id":"place-1"', b'"id":"place-2"'))
        return files

    monkeypatch.setattr(room, "write_format", lossy)
    with pytest.raises(ExportRefusedError, match=r"geojson\.id_not_bsm") as caught:
        write_package(small_content(formats=("jsonfg", "geojson")), tmp_path / "a.zip")
    report = caught.value.params["report"]
    assert "geojson.id_not_bsm" in {fault.rule for fault in report.errors}
    assert names(tmp_path) == []


def not_ours(tmp_path, kind: str):
    target = tmp_path / "target"
    if kind == "photos":
        target.mkdir()
        (target / "photo.jpg").write_text("x")
    elif kind == "mixed":
        write_package(small_content(formats=REFERENCE), target)
        (target / "notes.txt").write_text("mine")
    elif kind == "own manifest":
        target.mkdir()
        (target / "manifest.json").write_text('{"name": "a web page", "files": []}')
    elif kind == "strange manifest":
        target.mkdir()
        (target / "manifest.json").write_text('{"files": [1]}')
    elif kind == "link":
        write_package(small_content(formats=REFERENCE), tmp_path / "real")
        target.symlink_to(tmp_path / "real")
    elif kind == "file":
        target.write_text("mine")
    else:
        target = tmp_path / "target.zip"
        target.mkdir()
    return target


@pytest.mark.parametrize(
    "kind", ["photos", "mixed", "own manifest", "strange manifest", "link", "file", "zip directory"]
)
def test_what_is_no_package_is_never_replaced(tmp_path, kind):
    target = not_ours(tmp_path, kind)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(PackageError, match="target"):
        write_package(small_content(formats=REFERENCE), target)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_an_empty_directory_may_become_a_package(tmp_path):
    (tmp_path / "package").mkdir()
    write_package(small_content(formats=REFERENCE), tmp_path / "package")
    assert open_package(tmp_path / "package").formats == REFERENCE


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(UnwritableFileError, match="nowhere"):
        write_package(small_content(formats=REFERENCE), tmp_path / "nowhere" / "a.zip")


@pytest.mark.parametrize("damage", ["cut", "emptied", "another"])
def test_an_archive_that_the_disk_lost_is_not_offered(tmp_path, monkeypatch, damage):
    real = room.pack_directory

    def lossy(stage, archive, date):
        if damage == "another":
            (stage / "README.txt").rename(stage.parent / "kept")
        real(stage, archive, date)
        if damage == "another":
            (stage.parent / "kept").rename(stage / "README.txt")
        else:
            data = archive.read_bytes()
            archive.write_bytes(data[:-100] if damage == "cut" else data.replace(data[300:400], b"\0" * 100))

    monkeypatch.setattr(room, "pack_directory", lossy)
    (tmp_path / "a.zip").write_bytes(b"old")
    with pytest.raises(UnwritableFileError):
        write_package(small_content(formats=REFERENCE), tmp_path / "a.zip")
    assert names(tmp_path) == ["a.zip"]
    assert (tmp_path / "a.zip").read_bytes() == b"old"


def test_what_the_system_refuses_is_one_sentence(tmp_path, monkeypatch):
    def full(name, content, directory):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(room, "write_format", full)
    with pytest.raises(UnwritableFileError, match="磁盘已满"):
        write_package(small_content(), tmp_path / "a.zip")
    assert names(tmp_path) == []


# --- what is lost in a format ----------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_every_format_gives_back_what_it_was_given(tmp_path, name):
    content = small_content(formats=(name,))
    write_format(name, content, tmp_path)
    assert lost_in_format(name, tmp_path, content) is None
    layer = content.layers[1]
    for change in (
        lambda frame: frame.drop(index=4).reset_index(drop=True),
        lambda frame: frame.assign(MC=["x", *frame["MC"][1:]]),
        lambda frame: frame.assign(X01=frame["X01"].where(frame["X01"] != 3, 4)),
        lambda frame: frame.assign(X02=frame["X02"] + 1e-5),
        lambda frame: frame.set_geometry(frame.geometry.translate(1e-5, 0)),
    ):
        other = replace(content, layers=(replace(layer, features=change(layer.features)),))
        found = lost_in_format(name, tmp_path, other)
        assert found is not None
        assert found.layer == "base_stations"


def test_a_file_that_is_not_there_is_a_loss(tmp_path):
    content = small_content(formats=("csv",))
    write_format("csv", content, tmp_path)
    shutil.rmtree(tmp_path / "csv")
    assert lost_in_format("csv", tmp_path, content) == ("zones", "", "csv")


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame.assign(MC=frame["MC"].str.upper() + "x"),
        lambda frame: frame.assign(X02=frame["X02"].astype(object)),
        lambda frame: frame.assign(BZ=None),
        lambda frame: frame.set_geometry(frame.geometry.translate(1e-15, 0.0000000000001)),
    ],
)
def test_the_round_trip_sees_the_last_bit(change):
    content = small_content()
    layer = content.layers[1]
    other = replace(
        content,
        layers=(content.layers[0], replace(layer, features=change(layer.features)), content.layers[2]),
    )
    assert first_difference(content, other).layer == "base_stations"


def test_what_is_said_of_a_package_is_part_of_the_round_trip():
    assert first_difference(small_content(), small_content(data_date="2024-01-01")).member == "data_date"


def test_an_empty_layer_equals_itself():
    content = small_content()
    layer = replace(content.layers[2], features=content.layers[2].features.iloc[:0], n_in=0)
    assert first_difference(replace(content, layers=(layer,)), replace(content, layers=(layer,))) is None


# --- packages that somebody brings -----------------------------------------------------------


def rewritten(unpacked, change) -> None:
    """Change what package.json says and make the manifest agree, as a forger would."""
    path = unpacked / "package.json"
    document = json.loads(path.read_bytes())
    change(document)
    path.write_bytes(json_bytes(document))
    manifest = json.loads((unpacked / "manifest.json").read_bytes())
    for entry in manifest["files"]:
        entry["sha256"] = room.file_sha256(unpacked / entry["path"])
    (unpacked / "manifest.json").write_bytes(json_bytes(manifest))


def layer_of(document):
    return document["layers"][1]


@pytest.mark.parametrize(
    ("change", "member"),
    [
        (lambda d: d.pop("title"), "title"),
        (lambda d: d.update(package_id="../x"), "package_id"),
        (lambda d: d.update(package_id=3), "package_id"),
        (lambda d: d.update(form=True), "form"),
        (lambda d: d.update(profile="x"), "profile"),
        (lambda d: d.update(formats=["jsonfg", "exe"]), "formats"),
        (lambda d: d.update(formats=[["jsonfg"]]), "formats"),
        (lambda d: d.update(crs="EPSG:3857"), "crs"),
        (lambda d: d.update(layers=[3]), r"layers\[0\]"),
        (lambda d: d["layers"].append(layer_of(d)), "layers"),
        (lambda d: layer_of(d).update(name="../../etc/passwd"), "name"),
        (lambda d: layer_of(d).update(kind="x"), "kind"),
        (lambda d: layer_of(d).update(geometry_type="LineString"), "geometry_type"),
        (lambda d: layer_of(d).update(synthetic=1), "synthetic"),
        (lambda d: layer_of(d).update(n_in=-1), "n_in"),
        (lambda d: layer_of(d).update(n_in=7), "n_in"),
        (lambda d: layer_of(d)["withheld"][0].update(reason_key="no.such"), "reason_key"),
        (lambda d: layer_of(d)["fields"].append(layer_of(d)["fields"][0]), "fields"),
        (lambda d: layer_of(d)["fields"][0].update(code="a b"), "code"),
        (lambda d: layer_of(d)["fields"][0].update(width=-3), "width"),
        (lambda d: layer_of(d)["class_path"].update(code=None), r"class_path\.code"),
    ],
)  # fmt: skip
def test_a_forged_descriptor_is_refused_by_member(unpacked, change, member):
    rewritten(unpacked, change)
    with pytest.raises(PackageError, match=f"{member}”缺失"):
        open_package(unpacked)


def test_a_package_of_another_form_or_without_its_features_is_refused(unpacked):
    rewritten(unpacked, lambda d: d.update(form=2))
    with pytest.raises(PackageError, match="包格式版本 2"):
        open_package(unpacked)
    rewritten(unpacked, lambda d: d.update(form=1, formats=["csv"]))
    with pytest.raises(PackageError, match="jsonfg"):
        open_package(unpacked)
    rewritten(unpacked, lambda d: d.update(formats=["jsonfg"]) or layer_of(d).update(n_in=7, n_used=6))
    with pytest.raises(PackageError, match="5 个要素"):
        open_package(unpacked)
    (unpacked / "jsonfg" / "places.json").unlink()
    manifest = json.loads((unpacked / "manifest.json").read_bytes())
    manifest["files"] = [entry for entry in manifest["files"] if entry["path"] != "jsonfg/places.json"]
    (unpacked / "manifest.json").write_bytes(json_bytes(manifest))
    rewritten(unpacked, lambda d: layer_of(d).update(n_in=6, n_used=5))
    with pytest.raises(PackageError, match="places"):
        open_package(unpacked)


def test_a_changed_package_is_refused(unpacked):
    (unpacked / "README.txt").write_text("changed")
    with pytest.raises(PackageError, match=r"README\.txt"):
        open_package(unpacked)


def test_a_package_is_held_to_the_limits(whole):
    with pytest.raises(LimitExceededError, match="package_bytes"):
        open_package(whole[0], limits=replace(DEFAULT_LIMITS, package_bytes=1))


def test_a_package_that_is_not_there_is_told(tmp_path):
    with pytest.raises(PackageError, match=r"none\.zip"):
        open_package(tmp_path / "none.zip")


def test_a_descriptor_says_everything_but_the_features():
    content = small_content()
    again = package_from_descriptor(descriptor_of(content), name="x")
    assert [len(layer.features) for layer in again.layers] == [0, 0, 0]
    assert again.layers[1].withheld == (Withheld(feature_id="S0006", reason_key="error.reason_bad_position"),)
    assert again.layers[1].fields == content.layers[1].fields
    assert again.title == content.title
