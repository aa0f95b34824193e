from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from spatial.errors import DeltaMismatchError, PackageError, UnreadableFileError
from spatial.export import delta as room
from spatial.export.delta import apply_delta, delta_between, write_delta
from spatial.export.package import open_package, package_sha256, write_package
from spatial.export.package_file import json_bytes
from tests.export.small_content import small_content

FORMATS = ("jsonfg",)


def names(directory) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def changed_content():
    """The small package with a station gone, one new, one other, a layer gone and a new title."""
    content = small_content(formats=FORMATS)
    zones, stations, _ = content.layers
    frame = stations.features.drop(index=[0]).reset_index(drop=True)
    frame.loc[1, "MC"] = "新名 “𠮷”"
    frame.loc[2, "BSM"] = "S9999"
    frame = frame.sort_values("BSM", ignore_index=True)
    stations = replace(stations, features=frame, n_in=len(frame) + 1)
    return replace(content, layers=(zones, stations), title=replace(content.title, zh="新包"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An old and a new package and the delta between them."""
    directory = tmp_path_factory.mktemp("made")
    write_package(small_content(formats=FORMATS), directory / "old.zip")
    write_package(changed_content(), directory / "new.zip")
    write_delta(directory / "old.zip", directory / "new.zip", directory / "new.delta.json")
    return directory


@pytest.fixture
def packages(made, tmp_path):
    return tuple(shutil.copy(made / name, tmp_path / name) for name in ("old.zip", "new.zip"))


@pytest.fixture
def delta(made, tmp_path):
    return shutil.copy(made / "new.delta.json", tmp_path / "new.delta.json")


def test_a_delta_says_what_was_added_changed_and_removed(packages, delta):
    said = json.loads(delta.read_bytes())
    assert said["from_sha256"] == package_sha256(packages[0])
    assert said["to_sha256"] == package_sha256(packages[1])
    stations = said["layers"]["base_stations"]
    assert [feature["id"] for feature in stations["added"]] == ["S9999"]
    assert [feature["id"] for feature in stations["removed"]] == ["S0001", "S0004"]
    (pair,) = stations["changed"]
    assert pair["id"] == pair["before"]["id"] == pair["after"]["id"] == "S0003"
    assert (pair["before"]["properties"]["MC"], pair["after"]["properties"]["MC"]) == (
        "模拟站 3",
        "新名 “𠮷”",
    )
    assert said["layers"]["zones"] == {"added": [], "changed": [], "removed": []}
    assert [feature["id"] for feature in said["layers"]["places"]["removed"]] == ["place-1"]
    assert said["package"]["before"]["title"]["zh"] != said["package"]["after"]["title"]["zh"] == "新包"


def test_the_old_package_and_the_delta_give_the_new_one(packages, delta, tmp_path):
    again = tmp_path / "again.zip"
    report = apply_delta(delta, packages[0], again)
    assert again.read_bytes() == packages[1].read_bytes()
    assert report.sha256 == package_sha256(packages[1])


def test_directories_are_packages_too(packages, delta, tmp_path):
    old = tmp_path / "old"
    write_package(open_package(packages[0]), old)
    assert delta_between(old, packages[1]) == json.loads(delta.read_bytes())
    report = apply_delta(delta, old, tmp_path / "again")
    assert report.sha256 == package_sha256(tmp_path / "again") == package_sha256(packages[1])


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
PLACES = st.tuples(st.floats(113.31, 113.39), st.floats(23.05, 23.1))
STATIONS = st.dictionaries(
    st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True),
    st.tuples(
        WORDS.filter(str.strip),
        st.none() | st.integers(-(2**53) + 1, 2**53 - 1),
        st.floats(allow_nan=True, allow_infinity=False),
        st.none() | st.booleans(),
        PLACES,
    ),
    min_size=1,
    max_size=6,
)


def content_of(*, stations, with_places: bool, date: str):
    """The small package with stations of another making."""
    content = small_content(formats=FORMATS, data_date=date)
    zones, layer, places = content.layers
    frame = layer.features.iloc[[0] * len(stations)].reset_index(drop=True)
    rows = sorted(stations.items())
    for code, at in (("MC", 0), ("X01", 1), ("X02", 2), ("X03", 3)):
        frame[code] = frame[code].__class__([row[at] for _, row in rows], dtype=frame[code].dtype)
    frame["BSM"] = pd.Series([own for own, _ in rows], dtype=object)
    frame = frame.set_geometry([shapely.Point(row[4]) for _, row in rows], crs="EPSG:4490")
    layer = replace(layer, features=frame, n_in=len(frame) + len(layer.withheld))
    return replace(content, layers=(zones, layer, places) if with_places else (layer, zones))


CHANGES = st.fixed_dictionaries(
    {
        "stations": STATIONS,
        "with_places": st.booleans(),
        "date": st.sampled_from(["2023-03-31", "2024-12-01", ""]),
    }
)


@settings(
    max_examples=max(settings().max_examples // 8, 5), phases=[Phase.explicit, Phase.reuse, Phase.generate]
)
@given(before=CHANGES, after=CHANGES)
def test_any_delta_gives_the_new_package_to_the_byte(before, after, tmp_path_factory):
    directory = tmp_path_factory.mktemp("pair")
    old, new, again, path = (directory / name for name in ("old.zip", "new.zip", "again.zip", "d.json"))
    write_package(content_of(**before), old)
    write_package(content_of(**after), new)
    path.write_bytes(json_bytes(delta_between(old, new)))
    apply_delta(path, old, again)
    assert again.read_bytes() == new.read_bytes()
    shutil.rmtree(directory)


# --- what does not fit -----------------------------------------------------------------------


def test_another_old_package_is_refused_with_both_digests(packages, delta, tmp_path):
    with pytest.raises(DeltaMismatchError) as caught:
        apply_delta(delta, packages[1], tmp_path / "again.zip")
    for lang in ("zh", "en"):
        assert package_sha256(packages[0]) in caught.value.message(lang)
        assert package_sha256(packages[1]) in caught.value.message(lang)
    assert not (tmp_path / "again.zip").exists()


def test_other_versions_are_refused_by_name(packages, delta, tmp_path, monkeypatch):
    real = room.writing_tools()
    monkeypatch.setattr(room, "writing_tools", lambda: {**real, "GDAL": "2.0", "abacus": "1"})
    with pytest.raises(DeltaMismatchError) as caught:
        apply_delta(delta, packages[0], tmp_path / "again.zip")
    for words in (f"GDAL {real['GDAL']}", "GDAL 2.0", "abacus —", "abacus 1"):
        assert words in caught.value.message("zh")
    assert not (tmp_path / "again.zip").exists()


def rewrite(delta, change) -> None:
    document = json.loads(delta.read_bytes())
    change(document)
    delta.write_bytes(json_bytes(document))


def test_a_delta_that_gives_something_else_leaves_the_old_target(packages, delta, tmp_path):
    rewrite(delta, lambda d: d.update(to_sha256="0" * 64))
    for kind in ("again.zip", "again"):
        with pytest.raises(DeltaMismatchError, match="0000"):
            apply_delta(delta, packages[0], tmp_path / kind)
    assert names(tmp_path) == ["new.delta.json", "new.zip", "old.zip"]


def stations_of(document):
    return document["layers"]["base_stations"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.clear(), "form"),
        (lambda d: d.update(form=2), "form"),
        (lambda d: d.update(from_sha256=3), "from_sha256"),
        (lambda d: d.pop("tools"), "tools"),
        (lambda d: d.update(package=[]), "package"),
        (lambda d: d["package"].pop("after"), r"package\.after"),
        (lambda d: d["package"].update(before={}), r"package\.before"),
        (lambda d: d["package"]["after"].update(package_id="../x"), "package_id"),
        (lambda d: d["package"]["after"].update(formats=["csv"]), "jsonfg"),
        (lambda d: d.update(layers=[]), "layers"),
        (lambda d: d.update(layers={"zones": 3}), r"layers\.zones"),
        (lambda d: stations_of(d).update(added=3), "base_stations"),
        (lambda d: stations_of(d).update(added=[{"id": 3}]), "base_stations"),
        (lambda d: stations_of(d).update(changed=[{"id": "x"}]), "base_stations"),
        (lambda d: stations_of(d)["changed"][0].update(id="x"), "base_stations"),
        (lambda d: stations_of(d)["changed"][0].update(before=None), "base_stations"),
        (lambda d: stations_of(d)["removed"][0].update(id="nobody"), "nobody"),
        (lambda d: stations_of(d)["removed"][0]["properties"].update(MC="x"), "S0001"),
        (lambda d: stations_of(d)["added"][0].update(id="S0002"), "S0002"),
        (lambda d: stations_of(d)["added"][0].pop("place"), "JSON-FG|place|S9999"),
    ],
)
def test_a_delta_that_cannot_be_meant_is_refused(packages, delta, tmp_path, change, words):
    rewrite(delta, change)
    with pytest.raises(PackageError, match=words):
        apply_delta(delta, packages[0], tmp_path / "again.zip")
    assert names(tmp_path) == ["new.delta.json", "new.zip", "old.zip"]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("data_date", ""),
        ("about", {"citations": [1]}),
        ("about", {"results": [[1]]}),
        ("about", {"notices": {"a": 1}}),
        ("about", {"period": True}),
    ],
)
def test_a_new_package_that_cannot_be_worded_is_refused(packages, delta, tmp_path, member, value):
    def change(document):
        after = document["package"]["after"]
        after[member] = {**after[member], **value} if isinstance(value, dict) else value

    rewrite(delta, change)
    (tmp_path / "out").mkdir()
    with pytest.raises((DeltaMismatchError, PackageError)) as caught:
        apply_delta(delta, packages[0], tmp_path / "out" / "p.zip")
    assert caught.value.exit_code == 3
    assert names(tmp_path / "out") == []


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b'{"form":1,"form":1}', b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(packages, tmp_path, data):
    path = tmp_path / "d.json"
    path.write_bytes(data)
    with pytest.raises(PackageError, match=r"d\.json"):
        apply_delta(path, packages[0], tmp_path / "again.zip")


def test_a_delta_or_package_that_is_not_there_is_told(packages, delta, tmp_path):
    with pytest.raises(UnreadableFileError, match="nowhere"):
        apply_delta(tmp_path / "nowhere.json", packages[0], tmp_path / "again.zip")
    with pytest.raises(PackageError, match="nowhere"):
        apply_delta(delta, tmp_path / "nowhere.zip", tmp_path / "again.zip")


def test_packages_without_json_fg_have_no_delta(packages, tmp_path):
    write_package(small_content(formats=("csv",)), tmp_path / "tables.zip")
    with pytest.raises(PackageError, match="jsonfg"):
        delta_between(tmp_path / "tables.zip", packages[1])


@pytest.mark.parametrize("damage", ["gone", "no ids"])
def test_an_old_package_that_was_cut_down_is_refused(tmp_path, packages, damage):
    """The manifest agrees, as a forger would see to it."""
    directory = tmp_path / "old"
    write_package(small_content(formats=FORMATS), directory)
    manifest = json.loads((directory / "manifest.json").read_bytes())
    path = directory / "jsonfg" / "places.json"
    if damage == "gone":
        path.unlink()
        manifest["files"] = [entry for entry in manifest["files"] if entry["path"] != "jsonfg/places.json"]
    else:
        path.write_bytes(path.read_bytes().replace(b'"id":"place-1"', b'"id":0'))
        for entry in manifest["files"]:
            if entry["path"] == "jsonfg/places.json":
                entry["sha256"] = room.package_sha256(path)
    (directory / "manifest.json").write_bytes(json_bytes(manifest))
    with pytest.raises(PackageError, match="places"):
        delta_between(directory, packages[1])


def test_a_delta_is_whole_or_not_there(packages, tmp_path, monkeypatch):
    def other(delta, old, target, **more):
        raise DeltaMismatchError("export.delta_other_result", expected="a", found="b")

    monkeypatch.setattr(room, "_apply", other)
    with pytest.raises(DeltaMismatchError):
        write_delta(*packages, tmp_path / "new.delta.json")
    assert names(tmp_path) == ["new.zip", "old.zip"]
