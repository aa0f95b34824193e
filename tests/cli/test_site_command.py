"""``python -m spatial site``: the JSON of the contract, the exit codes, and what `check` says of its file."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest
import shapely
from pyproj import Geod, Transformer

from spatial.cli import main
from spatial.crs import to_web
from tests.siting.instances import candidate_poles, existing_sites, one_zone, within
from tests.small_pack import EAST, WEST, collection, write_json, write_pack, zone

GEOD = Geod(ellps="WGS84")
TO_METRES = Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True)


def run(*arguments: object) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = main([str(word) for word in arguments], stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


def write_points(path, points, columns=("site_id",)):
    web = to_web(points)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*columns, "lon", "lat"])
        for row, place in zip(points[list(columns)].itertuples(index=False), web.geometry, strict=True):
            writer.writerow([*row, f"{place.x:.9f}", f"{place.y:.9f}"])
    return path


class Call:
    """Files of two squares of a hundredth of a degree, and the options that name them."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.zones = folder / "zones.geojson"
        write_json(self.zones, collection(zone("west", "西", WEST), zone("east", "东", EAST)))
        self.points = folder / "sites.csv"
        self.points.write_text("id,lon,lat\ns1,114.001,23.001\ns2,114.011,23.001\n", encoding="utf-8")
        self.poles = folder / "poles.csv"
        self.write_poles()

    def write_poles(self, *, step=0.001, more="") -> None:
        rows = [
            f"P{n},{114.0005 + step * (n % 20):.6f},{23.0005 + step * (n // 20):.6f},是,{1 + n % 3}"
            for n in range(200)
        ]
        self.poles.write_text("pole,lon,lat,可挂,价\n" + "\n".join(rows) + "\n" + more, encoding="utf-8")

    def options(self, *more: object) -> list[object]:
        files = [
            "--zones",
            self.zones,
            "--zone-id",
            "zone_id",
            "--points",
            self.points,
            "--points-crs",
            "wgs84",
        ]
        return ["site", *files, "--candidates", self.poles, "--candidate-id", "pole", *more]

    def __call__(self, *more: object) -> tuple[int, dict]:
        code, answer, complaint = run(*self.options(*more, "--format", "json"))
        assert complaint == ""
        return code, json.loads(answer)


@pytest.fixture
def call(tmp_path) -> Call:
    return Call(tmp_path)


def needed(ring, target) -> int:
    area = abs(GEOD.geometry_area_perimeter(shapely.Polygon(ring))[0]) / 1e6
    return math.ceil(target * area)


def test_the_answer_has_the_members_of_the_contract(call):
    code, answer = call("--target", 10)
    assert code == 0
    assert list(answer)[:8] == [
        "status",
        "objective",
        "bound",
        "gap",
        "selected",
        "zones",
        "coverage",
        "infeasible_because",
    ]
    lacking = needed(WEST, 10) + needed(EAST, 10) - 2
    assert (answer["status"], answer["objective"], answer["gap"]) == ("optimal", lacking, 0)
    assert [each["zone_id"] for each in answer["zones"]] == ["west", "east"]
    for each, ring in zip(answer["zones"], (WEST, EAST), strict=True):
        assert each["required_count"] == needed(ring, 10)
        assert (each["before"], each["after"]) == (1, needed(ring, 10))
    assert len(answer["selected"]) == lacking
    rings = {"west": shapely.Polygon(WEST), "east": shapely.Polygon(EAST)}
    for pole in answer["selected"]:
        assert set(pole) >= {"candidate_id", "lon", "lat", "zone_ids"}
        inside = [
            name for name, ring in rings.items() if ring.covers(shapely.Point(pole["lon"], pole["lat"]))
        ]
        assert pole["zone_ids"] == inside
    assert answer["coverage"] == {"before": None, "after": None}
    assert answer["infeasible_because"] == []
    assert (answer["n_in"], answer["n_used"], answer["n_reported"]) == (200, 200, 0)


def test_the_cheapest_are_chosen_where_poles_have_a_cost(call):
    code, answer = call("--target", 10, "--cost", "价")
    assert code == 0
    assert answer["objective"] == len(answer["selected"])
    assert {pole["cost"] for pole in answer["selected"]} == {1.0}


def test_poles_keep_their_distance(call):
    call.write_poles(step=0.0004)
    code, answer = call("--target", 10, "--min-separation-m", 90, "--time-limit", 20)
    assert code in {0, 1}
    xy = [TO_METRES.transform(pole["lon"], pole["lat"]) for pole in answer["selected"]]
    assert all(math.dist(one, other) >= 89.999 for at, one in enumerate(xy) for other in xy[:at])


def test_a_share_of_the_grid_is_covered(call):
    code, answer = call("--target", 10, "--cover", 0.6, "--radius-m", 150)
    assert code == 0
    assert answer["coverage"]["before"] < 0.2
    assert answer["coverage"]["after"] >= 0.6


def test_demand_points_of_a_file(call, tmp_path):
    demand = tmp_path / "demand.csv"
    demand.write_text("lon,lat\n114.0005,23.0005\n114.0195,23.0095\nx,23\n", encoding="utf-8")
    code, answer = call("--target", 3, "--cover", 1, "--radius-m", 120, "--demand", demand)
    assert code == 1
    assert [row["file"] for row in answer["rejected"]] == ["demand.csv"]
    assert answer["demand"] == {"n_in": 3, "n_used": 2, "n_reported": 1}
    assert answer["coverage"]["after"] == 1.0
    code, table, _ = run(*call.options("--target", 3, "--cover", 1, "--radius-m", 120, "--demand", demand))
    assert "需求点：读入 3 行，使用 2 行，未使用 1 行" in table


def test_words_that_say_neither_yes_nor_no_are_reported(call):
    call.write_poles(more="Q1,114.0005,23.0001,也许,1\nQ2,114.0006,23.0001,否,1\n")
    code, answer = call("--target", 10, "--mountable", "可挂")
    assert code == 1
    assert (answer["n_in"], answer["n_used"], answer["n_reported"]) == (202, 201, 1)
    assert answer["rejected"][0]["value"] == "也许"
    assert answer["rejected"][0]["reason_key"] == "siting.reason_mountable"
    assert "Q2" not in {pole["candidate_id"] for pole in answer["selected"]}
    assert any(notice["key"] == "siting.not_mountable" for notice in answer["notices"])


def test_nothing_is_built_where_nothing_may_be(call, tmp_path):
    hole = tmp_path / "hole.geojson"
    ring = [[114.0, 23.0], [114.006, 23.0], [114.006, 23.01], [114.0, 23.01], [114.0, 23.0]]
    write_json(hole, collection(zone("hole", "禁建", ring)))
    code, answer = call("--target", 10, "--no-build", hole)
    assert code == 0
    assert all(pole["lon"] > 114.006 for pole in answer["selected"])
    assert answer["no_build"] == {"n_in": 1, "n_used": 1, "n_reported": 0}
    bare = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": ring[0]}}
    write_json(hole, collection(zone("hole", "禁建", ring), bare))
    code, answer = call("--target", 10, "--no-build", hole)
    assert code == 1
    assert answer["no_build"] == {"n_in": 2, "n_used": 1, "n_reported": 1}
    assert any(notice["key"] == "inventory.zones_left_out" for notice in answer["notices"])


@pytest.mark.parametrize(
    ("options", "constraint"),
    [
        (("--target", 200), "candidates"),
        (("--target", 60, "--min-separation-m", 400), "separation"),
        (("--target", 10, "--budget-per-zone", 3), "budget"),
        (("--target", 3, "--cover", 1, "--radius-m", 10), "coverage"),
    ],
)
def test_what_cannot_be_says_which_condition_and_is_a_no(call, options, constraint):
    code, answer = call(*options, "--time-limit", 20)
    assert (code, answer["status"]) == (1, "infeasible")
    assert answer["selected"] == []
    assert answer["objective"] is None
    named = [each for each in answer["infeasible_because"] if each["constraint"] == constraint]
    assert named
    for each in named:
        assert set(each) == {"constraint", "zone_id", "needed", "available", "message"}
        assert each["message"]
        assert each["needed"] != each["available"]


@pytest.mark.parametrize("suffix", ["geojson", "csv"])
def test_check_counts_the_exported_poles_as_promised(call, tmp_path, suffix):
    planned = tmp_path / f"planned.{suffix}"
    code, answer = call("--target", 10, "-o", planned)
    assert code == 0
    files = ("--points", call.points, planned, "--points-crs", "wgs84", "--zones", call.zones)
    promised = [zone["after"] for zone in answer["zones"]]
    for numerator in ((), ("--numerator", "as_given")):
        code, told, _ = run(
            "check", *files, "--target", 10, "--status", "all", *numerator, "--format", "json"
        )
        assert code == 0
        assert [zone["count"] for zone in json.loads(told)["zones"]] == promised
    alone = ("--points", planned, "--points-crs", "wgs84", "--zones", call.zones, "--target", 10)
    _, told, _ = run("check", *alone, "--status", "planned", "--format", "json")
    gained = [zone["after"] - zone["before"] for zone in answer["zones"]]
    assert [zone["count"] for zone in json.loads(told)["zones"]] == gained
    _, told, _ = run("check", *files, "--target", 10, "--format", "json")
    assert [zone["count"] for zone in json.loads(told)["zones"]] == [
        zone["before"] for zone in answer["zones"]
    ]


def test_a_table_for_a_reader_in_both_languages(call):
    for lang, words in (
        ("zh", ("已证明最优", "西", "候选灯杆：读入 200 行")),
        ("en", ("proved optimal", "200 rows read")),
    ):
        code, answer, _ = run(*call.options("--target", 10, "--lang", lang))
        assert code == 0
        assert all(word in answer for word in words)
    code, answer, _ = run(*call.options("--target", 200))
    assert code == 1
    assert "无解，没有选出灯杆" in answer
    assert "片区“西”还需" in answer
    assert "目标至多为 88.9 座/km²" in answer
    code, answer, _ = run(*call.options("--target", 40, "--cover", 0.3, "--radius-m", 100))
    assert "另有" in answer
    assert "不是信号覆盖" in answer


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 2),
        (("--target", -1), 2),
        (("--target", 10, "--cover", 0.5), 2),
        (("--target", 10, "--cover", 80, "--radius-m", 100), 2),
        (("--target", 10, "--radius-m", 0), 2),
        (("--target", 10, "--min-separation-m", -1), 2),
        (("--target", 10, "--min-separation-m", "nan"), 2),
        (("--target", 10, "--time-limit", 0), 2),
        (("--target", 10, "--budget-per-zone", -5), 2),
        (("--target", 10, "--demand", "none.csv"), 2),
        (("--target", 10, "--demand", "none.csv", "--radius-m", 100), 3),
        (("--target", 10, "--cost", "no column"), 3),
        (("--target", 10, "--no-build", "none.geojson"), 3),
        (("--target", 10, "-o", "planned.shp"), 2),
    ],
)
def test_calls_that_cannot_be_meant_and_files_that_cannot_be_used(call, options, code):
    found, answer, complaint = run(*call.options(*options))
    assert (found, answer) == (code, "")
    assert complaint.count("\n") == 1


def test_an_output_that_is_an_input_is_refused(call):
    before = call.poles.read_bytes()
    assert run(*call.options("--target", 10, "-o", call.poles))[0] == 2
    assert call.poles.read_bytes() == before


def test_candidates_and_stations_are_needed_without_a_pack(call):
    zones = ("site", "--zones", call.zones, "--zone-id", "zone_id", "--target", 10)
    assert run(*zones)[0] == 2
    points = ("--points", call.points, "--points-crs", "wgs84")
    assert run(*zones, *points)[0] == 2
    assert run(*zones, *points, "--candidate-id", "pole")[0] == 2
    # The stations are no table, so nothing says what the poles' numbers mean.
    geojson = call.folder / "sites.geojson"
    station = {"type": "Point", "coordinates": [114.001, 23.001]}
    write_json(geojson, collection({"type": "Feature", "properties": {}, "geometry": station}))
    code, _, complaint = run(*zones, "--points", geojson, "--candidates", call.poles)
    assert code == 2
    assert "--candidates-crs" in complaint


def test_rows_set_aside_are_listed_as_far_as_a_reader_follows(call):
    call.write_poles(more="".join(f"Q{n},114.0005,23.0001,?,1\n" for n in range(30)))
    code, answer, _ = run(*call.options("--target", 10, "--mountable", "可挂"))
    assert code == 1
    assert answer.count("可挂载一栏既非") == 20
    assert "10" in answer.splitlines()[-1]


def test_the_shipped_pack_brings_its_own_poles():
    code, told, _ = run("site", "--pack", "haizhu", "--format", "json", "--lang", "en")
    answer = json.loads(told)
    assert (code, answer["status"], answer["synthetic"]) == (1, "infeasible", True)
    assert [each["zone_id"] for each in answer["infeasible_because"]] == ["sysu_valley"]
    assert answer["n_in"] == 614
    told = [*(each["name"] for each in answer["zones"]), *(each["en"] for each in answer["notices"])]
    assert told[0] == "Pazhou Pilot Zone for AI and Digital Economy"
    assert not any("琶洲" in words for words in told)


def test_a_pack_brings_its_own_stations_and_says_that_they_are_made_up(tmp_path, call):
    pack = write_pack(tmp_path / "pack")
    poles = ("--candidates", call.poles, "--candidate-id", "pole", "--candidates-crs", "wgs84")
    code, told, _ = run("site", "--pack", pack, *poles, "--target", 20, "--format", "json")
    answer = json.loads(told)
    assert code == 0
    assert answer["synthetic"]
    assert any(notice["key"] == "siting.synthetic" for notice in answer["notices"])
    assert {zone["geometry_basis"] for zone in answer["zones"]} == {"schematic"}
    out = tmp_path / "planned.geojson"
    assert run("site", "--pack", pack, *poles, "--target", 20, "-o", out)[0] == 0
    features = json.loads(out.read_text(encoding="utf-8"))["features"]
    assert features
    assert all(each["properties"]["synthetic"] is True for each in features)
    assert all(each["properties"]["zone_geometry_basis"] == "schematic" for each in features)
    assert all("poles.csv" in each["properties"]["source"] for each in features)


def test_the_time_that_ran_out_is_no_answer(call, monkeypatch):
    from dataclasses import replace

    from spatial.siting import proposal
    from spatial.siting.model import SitingStatus
    from tests.siting.plain_solver import outcome_of

    def nothing(problem, settings):
        return replace(
            outcome_of(problem, settings, []), status=SitingStatus.UNKNOWN, objective=None, gap=None
        )

    monkeypatch.setattr(proposal, "solve_siting", nothing)
    code, answer = call("--target", 10)
    assert (code, answer["status"], answer["selected"]) == (3, "unknown", [])


def test_a_zone_of_the_district_with_streets(tmp_path):
    area = one_zone("culture_circle")
    zones = tmp_path / "zone.geojson"
    zones.write_text(to_web(area)[["zone_id", "geometry"]].to_json(), encoding="utf-8")
    points = write_points(tmp_path / "sites.csv", existing_sites())
    poles = write_points(
        tmp_path / "poles.csv", within(candidate_poles(), area), ("site_id", "mountable", "cost")
    )
    options = (
        "--candidates",
        poles,
        "--candidate-id",
        "site_id",
        "--mountable",
        "mountable",
        "--cost",
        "cost",
    )
    files = ("--zones", zones, "--zone-id", "zone_id", "--points", points, "--points-crs", "wgs84")
    limits = ("--target", 60, "--min-separation-m", 80, "--time-limit", 30, "--format", "json")
    code, told, _ = run("site", *files, *options, *limits)
    answer = json.loads(told)
    assert (code, answer["status"]) == (0, "optimal")
    assert answer["zones"][0]["after"] >= answer["zones"][0]["required_count"] > answer["zones"][0]["before"]
