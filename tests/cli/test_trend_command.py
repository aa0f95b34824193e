"""``python -m spatial trend``: inventories of several dates, or the dates of one; nothing joined unsaid."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest

from spatial.cli import main
from tests.small_pack import WEST, collection, write_json, zone


def run(*arguments: object) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = main([str(word) for word in arguments], stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


@pytest.fixture
def call(tmp_path):
    """One zone of 1.1 km²; 10 stations in the older inventory and 24, dated, in the newer."""
    write_json(tmp_path / "zones.geojson", collection(zone("west", "西片", WEST, position_accuracy_m=0.0)))
    for name, n in (("old", 10), ("new", 24)):
        rows = [f"s{at},114.005,{23.001 + at * 1e-4},{2020 + at % 4}-05-01" for at in range(n)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["site_id,lon,lat,as_of", *rows]), encoding="gb18030")
    (tmp_path / "bad.csv").write_text("site_id,lon,lat\na,114.005,23.001\nb,x,23\n", encoding="utf-8")

    def made(*names: str) -> list[object]:
        files = [tmp_path / f"{name}.csv" for name in names]
        return ["trend", "--zones", tmp_path / "zones.geojson", "--points-crs", "wgs84", "--points", *files]

    return made


def test_editions_of_one_register_give_the_rate_needed(call):
    asked = [*call("old", "new"), "--dates", "2021", "2024", "--target", "30", "--target-year", "2090"]
    code, answer, complaint = run(*asked, "--one-register", "--format", "json")
    assert (code, complaint) == (0, "")
    document = json.loads(answer)
    (west,) = document["zones"]
    assert [each["count"] for each in west["observations"]] == [10, 24]
    assert [each["day"] for each in west["observations"]] == ["2021-12-31", "2024-12-31"]
    assert {each["dated_by"] for each in west["observations"]} == {"file"}
    assert west["standing"] == "on_track"
    assert west["yearly_rate_so_far"] == pytest.approx(14 / 3)
    required = west["observations"][1]["required_count"]
    assert west["yearly_rate_needed"] == pytest.approx((required - 24) / 66)
    assert (document["n_in"], document["n_used"], document["n_reported"]) == (34, 34, 0)


def test_without_that_statement_they_only_stand_side_by_side(call):
    code, answer, _ = run(*call("old", "new"), "--dates", "2021", "2024", "--target", "30")
    assert code == 1
    assert "不是同一来源的各期" in answer


def test_the_dates_of_the_rows(call):
    code, answer, _ = run(*call("new"), "--target", "10", "--format", "json")
    assert code == 0
    (west,) = json.loads(answer)["zones"]
    assert [each["count"] for each in west["observations"]] == [6, 12, 18, 24]
    assert west["observations"][0]["dated_by"] == "rows"
    assert west["standing"] == "met"


def test_the_files(call, tmp_path):
    asked = [*call("new"), "--target", "30"]
    rows = list(csv.DictReader(io.StringIO(run(*asked, "--format", "csv")[1].removeprefix("\ufeff"))))
    assert [row["基站数"] for row in rows] == ["6", "12", "18", "24"]
    assert run(*asked, "--format", "xlsx", "-o", tmp_path / "a.xlsx")[0] == 1
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].max_row == 5


def test_a_row_that_is_not_used_is_told(call):
    code, answer, _ = run(*call("bad"), "--dates", "2021", "--target", "30", "--format", "json")
    document = json.loads(answer)
    assert (code, document["n_used"], document["n_reported"], len(document["rejected"])) == (1, 1, 1, 1)
    assert document["zones"][0]["standing"] is None
    assert "1 行未采用" in run(*call("bad"), "--dates", "2021")[1]


@pytest.mark.parametrize(
    ("names", "options", "code"),
    [
        (["old", "new"], [], 2),
        (["old", "new"], ["--dates", "2021"], 2),
        (["old"], ["--dates", "2021-02-31"], 2),
        (["old"], ["--dates", "9999"], 2),
        (["old"], ["--dates", "2021", "--as-of", "2021-01-01"], 2),
        (["old"], ["--format", "xlsx"], 2),
        (["old"], ["--target-year", "10000"], 2),
        (["bad"], [], 3),
    ],
)
def test_a_call_that_cannot_be_meant_is_one_sentence(call, names, options, code):
    found, answer, complaint = run(*call(*names), *options)
    assert (found, answer) == (code, "")
    assert complaint.strip()


def test_a_zone_without_an_area_is_listed_with_the_reason(call):
    code, answer, _ = run(*call("new"), "--target", "1", "--area-basis", "official", "--format", "json")
    (west,) = json.loads(answer)["zones"]
    assert (code, west["observations"], west["standing"]) == (1, [], None)
    assert "没有面积" in west["reason"]


def test_no_input_is_written_over(call, tmp_path):
    asked = [*call("new"), "--format", "csv", "-o", tmp_path / "new.csv"]
    assert run(*asked)[0] == 2
