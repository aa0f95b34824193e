"""The packs' catalogues: every file listed, every listed file there with its checksum."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geodata.build import refresh_catalog
from spatial.catalog import DATASET_KINDS

PACKS = sorted(path.parent for path in refresh_catalog.PLANS_DIR.glob("*/catalog.csv"))


def rows(pack: Path) -> list[dict[str, str]]:
    with (pack / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_there_are_two_packs():
    assert [pack.name for pack in PACKS] == ["haizhu", "new_era_district"]


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_catalogue_and_files_agree(pack):
    assert refresh_catalog.faults_of_pack(pack) == []


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_each_dataset_says_what_it_is(pack):
    for row in rows(pack):
        assert row["kind"] in DATASET_KINDS, row
        words = [f"{key}_{lang}" for key in ("title", "source", "licence") for lang in ("zh", "en")]
        for key in ("dataset_id", "path", *words):
            assert row[key], (row["dataset_id"], key)
        assert row["synthetic"] in {"true", "false"}
        if row["path"].endswith(".geojson"):
            assert row["crs"] == "EPSG:4326"
            assert row["geometry_basis"]
    ids = [row["dataset_id"] for row in rows(pack)]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_builders_exist(pack):
    root = refresh_catalog.PLANS_DIR.parents[1]
    named = {row["built_by"] for row in rows(pack) if row["built_by"].endswith(".py")}
    assert all((root / script).is_file() for script in named), named


def test_only_zones_of_the_plan_are_offered_for_a_verdict():
    pack = refresh_catalog.PLANS_DIR / "haizhu"
    layers = {row["path"] for row in rows(pack) if row["kind"] == "zone_layer"}
    # The other districts are drawn; without their stations a verdict on them would be false.
    assert layers == {f"geography/{name}.geojson" for name in ("district", "zones", "parts")}


def test_inventories_that_are_simulated_say_so():
    pack = refresh_catalog.PLANS_DIR / "haizhu"
    assert {row["synthetic"] for row in rows(pack) if row["kind"] == "inventory"} == {"true"}
    assert {row["synthetic"] for row in rows(pack) if row["kind"] != "inventory"} == {"false"}


@pytest.fixture
def copy(tmp_path) -> Path:
    return Path(shutil.copytree(refresh_catalog.PLANS_DIR / "haizhu", tmp_path / "haizhu"))


def test_refresh_mends_order_and_checksums(copy):
    catalogue = copy / "catalog.csv"
    before = catalogue.read_bytes()
    header, *lines = before.decode("utf-8").splitlines(keepends=True)
    catalogue.write_text(header + "".join(reversed(lines)), encoding="utf-8", newline="")
    changed = copy / "inventories" / "lamp_poles_demo.csv"
    original = changed.read_bytes()
    changed.write_bytes(original + b"\n")
    assert refresh_catalog.faults_of_pack(copy) == [
        "haizhu: checksum differs: inventories/lamp_poles_demo.csv"
    ]
    refresh_catalog.refresh(copy)
    assert refresh_catalog.faults_of_pack(copy) == []
    changed.write_bytes(original)
    refresh_catalog.refresh(copy)
    assert catalogue.read_bytes() == before


def test_missing_and_unlisted_files_are_named(copy, monkeypatch, capsys):
    (copy / "inventories" / "lamp_poles_demo.csv").rename(copy / "inventories" / "other.csv")
    monkeypatch.setattr(refresh_catalog, "PLANS_DIR", copy.parent)
    assert refresh_catalog.main() == 1
    assert capsys.readouterr().err.splitlines() == [
        "haizhu: listed but missing: inventories/lamp_poles_demo.csv",
        "haizhu: not listed: inventories/other.csv",
    ]


def test_script_runs_by_its_path_without_the_library():
    script = Path(refresh_catalog.__file__)
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import runpy; runpy.run_path({str(script)!r})"],
        check=False,
        capture_output=True,
        cwd=script.parent,
    )
    assert done.returncode == 0, done.stderr
