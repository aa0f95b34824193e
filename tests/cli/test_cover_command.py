"""``python -m spatial cover``: the JSON of the README, the table, the file of gaps, the exit codes."""

from __future__ import annotations

import io
import json
import math
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from spatial.area import area_km2
from spatial.cli import main
from spatial.pack import list_packs, open_pack
from tests.small_pack import EAST, WEST, collection, write_json, write_pack, zone

if TYPE_CHECKING:
    from pathlib import Path

RADIUS_KM = 0.2


def run(*arguments: object) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = main(["cover", *map(str, arguments)], stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


def answer(*arguments: object) -> tuple[int, dict]:
    code, words, complaint = run(*arguments, "--format", "json")
    assert complaint == ""
    return code, json.loads(words)


@pytest.fixture
def zones(tmp_path) -> Path:
    write_json(tmp_path / "zones.geojson", collection(zone("west", "西片", WEST), zone("east", "=1+1", EAST)))
    return tmp_path / "zones.geojson"


@pytest.fixture
def sites(tmp_path) -> Path:
    rows = ["id,lon,lat,频段,站型", "a,114.005,23.005,3.5GHz,宏站", "b,114.005,23.005,3.5GHz,室分"]
    (tmp_path / "sites.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path / "sites.csv"


def of_files(zones: Path, sites: Path) -> tuple[object, ...]:
    return ("--zones", zones, "--points", sites, "--points-crs", "wgs84")


def test_one_macro_site_covers_its_circle_and_its_indoor_system_nothing(zones, sites):
    code, found = answer(*of_files(zones, sites))
    west, east = found["zones"]
    assert code == 0
    assert west["covered_km2"] == pytest.approx(math.pi * RADIUS_KM**2, rel=1e-3)
    assert west["covered_share_low"] <= west["covered_share"] <= west["covered_share_high"]
    assert (east["covered_share"], east["n_patches"]) == (0.0, 1)
    whole = gpd.GeoSeries([shapely.Polygon(ring) for ring in (WEST, EAST)], crs="EPSG:4490")
    assert [west["area_km2"], east["area_km2"]] == pytest.approx(area_km2(whole).tolist(), rel=1e-9)
    assert [patch["zone_id"] for patch in found["patches"]] == ["east", "west"]
    assert {each["class"]: each["n_sites"] for each in found["sites"] if each["n_sites"]} == {
        "3.5G": 1,
        "indoor": 1,
    }
    assert (found["n_in"], found["n_reported"], found["n_left_out"], found["rejected"]) == (2, 0, 0, [])
    assert found["notices"][0]["key"] == "coverage.proxy"
    assert found["method"]["name"] == "exact"


def test_a_radius_of_the_call_counts(zones, sites):
    _, wide = answer(*of_files(zones, sites), "--radius-m", "3.5G=400", "indoor=10")
    assert wide["radius_m"]["3.5G"] == 400.0
    assert wide["zones"][0]["covered_km2"] == pytest.approx(math.pi * 0.16, rel=1e-3)
    _, cells = answer(*of_files(zones, sites), "--method", "raster")
    west = cells["zones"][0]
    assert west["covered_share_low"] * west["area_km2"] < math.pi * RADIUS_KM**2
    assert west["covered_share_high"] * west["area_km2"] > math.pi * RADIUS_KM**2
    method = cells["method"]
    assert (method["name"], method["chord_share_of_radius"], method["cell_m"]) == ("raster", None, 10.0)


def test_with_land_only_the_land_is_measured(zones, sites, tmp_path):
    # Where the file is in the system of a web map, its polygons stand some 600 m off.
    half = [[114.0, 23.0], [114.005, 23.0], [114.005, 23.01], [114.0, 23.01], [114.0, 23.0]]
    shape = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [half]}}
    write_json(tmp_path / "land.geojson", {"type": "FeatureCollection", "features": [shape]})
    code, found = answer(*of_files(zones, sites), "--land", tmp_path / "land.geojson")
    west, east = found["zones"]
    assert west["measured"] == "land"
    assert west["covered_km2"] == pytest.approx(math.pi * RADIUS_KM**2 / 2, rel=1e-3)
    assert east["covered_share"] is None
    assert (code, "inventory.zones_without_id" in {each["key"] for each in found["notices"]}) == (0, False)
    assert found["denominator"]["zh"] == "陆域面积（“land.geojson”在片区内的部分）"
    assert "—" in run(*of_files(zones, sites), "--land", tmp_path / "land.geojson")[1]


def test_the_gaps_are_written_as_geojson_that_says_what_it_is(zones, sites, tmp_path):
    code, _, complaint = run(*of_files(zones, sites), "-o", tmp_path / "gaps.geojson")
    assert (code, complaint) == (0, "")
    written = json.loads((tmp_path / "gaps.geojson").read_bytes())
    assert "crs" not in written
    assert "非信号覆盖" in written["metadata"]["indicator"]
    assert any("信号" in words for words in written["metadata"]["notices"])
    _, found = answer(*of_files(zones, sites))
    for feature, patch in zip(written["features"], found["patches"], strict=True):
        told, shape = feature["properties"], shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shape.is_valid
        assert shapely.is_ccw(shape.exterior)
        assert shape.covers(shapely.Point(told["lon"], told["lat"]))
        assert told["area_m2"] == pytest.approx(patch["area_m2"], abs=0.1)
        assert told["geometry_basis"] == "schematic"
        assert told["synthetic"] is False
    refused, _, complaint = run(*of_files(zones, sites), "-o", zones)
    assert refused == 2
    assert zones.name in complaint


def test_the_table_names_the_proxy_before_any_figure_and_marks_what_is_made_up(tmp_path):
    pack = write_pack(tmp_path / "pack")
    code, words, _ = run("--pack", pack)
    assert code == 0
    assert words.startswith("几何覆盖代理指标（非信号覆盖）")
    assert "示意" in words
    assert "模拟" in words
    english = run("--pack", pack, "--lang", "en")[1]
    assert "not signal coverage" in english
    assert "Simulated" in english


def test_rows_that_are_set_aside_make_the_answer_no(zones, sites):
    with sites.open("a", encoding="utf-8") as stream:
        stream.write("c,,,3.5GHz,宏站\n" * 25)
    code, found = answer(*of_files(zones, sites))
    assert (code, found["n_in"], found["n_reported"], len(found["rejected"])) == (1, 27, 25, 25)
    assert run(*of_files(zones, sites))[1].count("sites.csv") >= 20


def test_many_gaps_are_named_up_to_twenty(zones, tmp_path):
    rows = [f"{at},{114.0 + at % 10 / 400},{23.0 + at // 10 / 400},micro" for at in range(50)]
    (tmp_path / "m.csv").write_text("\n".join(["id,lon,lat,站型", *rows]) + "\n", encoding="utf-8")
    given = of_files(zones, tmp_path / "m.csv")
    _, found = answer(*given, "--radius-m", "micro=140")
    assert len(found["patches"]) > 20
    assert f"另有 {len(found['patches']) - 20} 处" in run(*given, "--radius-m", "micro=140")[1]


@pytest.mark.parametrize(
    "words",
    [
        ("--target", "5"),
        ("--area-basis", "land"),
        ("--radius-m", "wide"),
        ("--radius-m", "3.5G=9999"),
        ("--radius-m",),
        ("--method", "guess"),
        ("--land-crs", "gcj02"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(zones, sites, words):
    code, stdout, complaint = run(*of_files(zones, sites), *words)
    assert (code, stdout) == (2, "")
    assert complaint


def test_help_names_no_option_that_is_refused():
    words = run("--help")[1]
    assert "--land-crs" in words
    assert "--target" not in words
    assert "--area-basis" not in words


def test_without_sites_there_is_nothing_to_ask(zones):
    assert run("--zones", zones)[0] == 2


@pytest.mark.parametrize("name", list_packs())
def test_every_shipped_pack_answers_or_says_why_not(name):
    code, words, complaint = run("--pack", name, "--format", "json")
    if not open_pack(name).zone_layers():
        assert (code, words) == (3, "")
        assert complaint
        return
    found = json.loads(words)
    assert code == 0
    assert sum(each["n_sites"] for each in found["sites"]) + found["n_left_out"] == found["n_in"]
