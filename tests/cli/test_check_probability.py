"""``check --probability``: a key and two columns that are there only when they are asked for."""

from __future__ import annotations

import io
import json

import pytest

from spatial.cli import main
from tests.small_pack import write_pack


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return write_pack(tmp_path_factory.mktemp("packs") / "small")


def run(*words: object) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = main([str(word) for word in words], stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


def document(*words: object) -> dict:
    return json.loads(run("check", *words, "--format", "json")[1])


def test_the_document_is_the_same_but_for_its_new_key(pack):
    plain, asked = document("--pack", pack), document("--pack", pack, "--probability")
    found = asked.pop("probability")
    assert asked == plain
    assert "probability" not in plain
    assert list(found) == [
        "draws", "seed", "accuracy_level", "interval", "errors", "zones", "notices", "district",
    ]  # fmt: skip
    assert [row["zone_id"] for row in found["zones"]] == [row["zone_id"] for row in plain["zones"]]
    assert found["district"] is None
    assert found["draws"] == 1_000
    assert found["errors"] == ["points", "boundaries", "offsets"]


def test_own_points_speak_for_the_district_too(pack, tmp_path):
    rows = [f"{at},{114.0 + at * 2e-4},23.005" for at in range(100)]
    path = tmp_path / "p.csv"
    path.write_text("\n".join(["id,lon,lat,position_accuracy_m", *(f"{row},20" for row in rows)]), "utf-8")
    asked = document("--pack", pack, "--points", path, "--points-crs", "wgs84", "--probability")
    district = asked["probability"]["district"]
    assert district["zone_id"] == asked["district"]["zone_id"]
    assert district["count_drawn_low"] <= asked["district"]["count"]


def test_a_seed_and_a_number_of_draws_are_kept(pack):
    first = document("--pack", pack, "--probability", "--draws", "2000", "--seed", "7")["probability"]
    assert (first["draws"], first["seed"]) == (2_000, 7)
    assert document("--pack", pack, "--probability", "--draws", "2000", "--seed", "7")["probability"] == first


def test_the_table_has_two_more_columns(pack):
    plain, asked = run("check", "--pack", pack)[1], run("check", "--pack", pack, "--probability")[1]
    assert "达标概率" not in plain
    head = next(line for line in asked.splitlines() if line.startswith("片区"))
    assert head.split()[-2:] == ["达标概率", "5–95%"] or "达标概率" in head
    district = next(line for line in asked.splitlines() if line.startswith("全区"))
    assert "只有公布的总数，没有点位" in district
    assert "1,000 次抽样" in asked
    assert "边界整体外扩或内缩" in asked


@pytest.mark.parametrize("words", [("--draws", "2000"), ("--seed", "1"), ("--probability", "--draws", "10")])
def test_numbers_that_cannot_be_meant_are_refused(pack, words):
    code, answer, complaint = run("check", "--pack", pack, *words)
    assert (code, answer) == (2, "")
    assert complaint
