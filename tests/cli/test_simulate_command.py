"""``python -m spatial simulate``: before and after, as `check` finds them, and what is refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from spatial.cli import main
from spatial.limits import DEFAULT_LIMITS
from spatial.scenario.digest import name_inventory
from spatial.scenario.document import scenario_bytes
from spatial.scenario.model import AddStation, MoveStation, NamedInventory, RemoveStation, Scenario
from spatial.vector_files import read_points
from tests.small_pack import write_pack

ZONES = Path(__file__).parent.parent / "data" / "valid" / "zones.geojson"
HEADER = "id,lon,lat,status,as_of"
SHA = "0" * 64


def run(*arguments: object) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = main([str(word) for word in arguments], stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


def table(path: Path, *rows: str) -> Path:
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return path


def write(path: Path, scenario: Scenario) -> Path:
    path.write_bytes(scenario_bytes(scenario))
    return path


@pytest.fixture
def points(tmp_path) -> Path:
    near = [f"{at},114.005,{23.001 + at * 1e-4},existing,2020" for at in range(15)]
    return table(tmp_path / "p.csv", *near, "p,114.015,23.005,planned,2026", "far,115,24,existing,2020")


@pytest.fixture
def call(points):
    return ("--zones", ZONES, "--points", points, "--points-crs", "wgs84", "--target", "10")


ADDED = tuple(AddStation(site_id=f"n{at}", lon=114.015, lat=23.001 + at * 1e-4) for at in range(15))


def test_before_is_the_check_and_after_is_the_check_of_the_edited_table(tmp_path, call):
    edits = (*ADDED, MoveStation(site_id="0", lon=114.015, lat=23.004), RemoveStation(site_id="1"))
    file = write(tmp_path / "s.json", Scenario(name="甲", planned_until=2026, edits=edits))
    code, answer, complaint = run("simulate", "--scenario", file, *call, "--format", "json")
    assert (code, complaint) == (0, "")
    document = json.loads(answer)
    assert list(document) == [
        "scenario", "inventory", "edits", "stations", "definition_before", "definition_after", "layer",
        "district", "zones", "before", "after", "rejected", "notices",
    ]  # fmt: skip
    kept = [f"{at},114.005,{23.001 + at * 1e-4},existing,2020" for at in range(2, 15)]
    new = [f"{each.site_id},{each.lon},{each.lat},existing,2020" for each in ADDED]
    edited = table(
        tmp_path / "edited.csv", "0,114.015,23.004,existing,2020", *kept, "p,114.015,23.005,existing,2026",
        "far,115,24,existing,2020", *new,
    )  # fmt: skip
    for when, points_file in (("before", call[3]), ("after", edited)):
        checked = json.loads(run("check", *call[:3], points_file, *call[4:], "--format", "json")[1])
        for found, expected in zip(document["zones"], checked["zones"], strict=True):
            assert {"zone_id": found["zone_id"], "name": found["name"], **found[when]} == expected
        for name in ("n_in", "n_used", "n_reported", "total_count", "outside_count"):
            assert document[when][name] == checked[name]
    by_id = {row["zone_id"]: row for row in document["zones"]}
    assert sorted(row["count_change"] for row in by_id.values()) == [-2, 17]
    assert any(row["status_changed"] for row in by_id.values())
    assert document["edits"] == {"n_in": 17, "n_used": 17, "n_reported": 0, "reported": []}
    assert document["stations"]["became_existing"] == 1
    assert document["district"] is None


def test_the_answer_is_no_where_a_zone_falls_short_or_an_edit_is_not_made(tmp_path, call):
    enough = write(tmp_path / "a.json", Scenario(edits=ADDED))
    assert run("simulate", "--scenario", enough, *call)[0] == 0
    short = write(tmp_path / "b.json", Scenario(edits=ADDED, target_per_km2=60))
    assert run("simulate", "--scenario", short, *call)[0] == 1
    unknown = write(tmp_path / "c.json", Scenario(edits=(*ADDED, RemoveStation(site_id="nobody"))))
    code, answer, _ = run("simulate", "--scenario", unknown, *call)
    assert code == 1
    assert "第 16 项（移除 nobody）未执行" in answer
    assert "编辑：共 16 项，执行 15 项，未执行 1 项" in answer


def test_a_scenario_of_another_inventory_is_refused_unless_the_call_says_so(tmp_path, call, points):
    read = read_points(points, layer=None, x=None, y=None, crs="wgs84", site_id=None, limits=DEFAULT_LIMITS)
    own = name_inventory(read.points, name="p.csv")
    mine = write(tmp_path / "mine.json", Scenario(inventory=own, edits=ADDED))
    assert run("simulate", "--scenario", mine, *call)[0] == 0
    needed = NamedInventory(name="原清单.csv", sha256=SHA, rows=9)
    other = write(tmp_path / "other.json", Scenario(inventory=needed, edits=ADDED))
    code, answer, complaint = run("simulate", "--scenario", other, *call)
    assert (code, answer) == (3, "")
    assert "原清单.csv" in complaint
    assert SHA in complaint
    assert own.sha256 in complaint
    code, answer, _ = run("simulate", "--scenario", other, *call, "--any-inventory", "--format", "json")
    assert code == 0
    assert json.loads(answer)["notices"][0]["key"] == "scenario.used_on_other"
    assert json.loads(answer)["inventory"]["sha256"] == own.sha256


def test_a_pack_s_own_stations_leave_the_district_s_published_count_alone(tmp_path, points):
    pack = write_pack(tmp_path / "pack")
    file = write(tmp_path / "s.json", Scenario(edits=(RemoveStation(site_id="a"),)))
    answer = json.loads(run("simulate", "--scenario", file, "--pack", pack, "--format", "json")[1])
    assert answer["district"] is None
    assert [row["count_change"] for row in answer["zones"]] == [-1, 0]
    assert all(row["after"]["synthetic"] for row in answer["zones"])
    own = ("--pack", pack, "--points", points, "--points-crs", "wgs84")
    file = write(tmp_path / "t.json", Scenario(edits=ADDED))
    answer = json.loads(run("simulate", "--scenario", file, *own, "--format", "json")[1])
    assert answer["district"]["zone_id"] == "whole"
    assert answer["district"]["count_change"] == 15
    words = run("simulate", "--scenario", file, *own, "--lang", "en")[1]
    assert "goal" in words or "basis" in words
    assert "15 → 30" in words


def test_what_cannot_be_meant_or_read(tmp_path, call):
    file = write(tmp_path / "s.json", Scenario())
    assert run("simulate", *call)[0] == 2
    assert run("simulate", "--scenario", file, "--zones", ZONES)[0] == 2
    assert run("simulate", "--scenario", tmp_path / "none.json", *call)[0] == 3
    assert run("simulate", "--scenario", tmp_path, *call)[0] == 3
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    code, answer, complaint = run("simulate", "--scenario", tmp_path / "bad.json", *call)
    assert (code, answer) == (3, "")
    assert "bad.json" in complaint
    assert complaint.count("\n") == 1
