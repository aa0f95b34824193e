"""``import``: a planner's own file to one layer and one report; what must be stated is asked for."""

from __future__ import annotations

import json
from io import StringIO

import openpyxl
import pyogrio
import pytest
from shapely.geometry import box, mapping

from spatial.cli import main

HEAD = "基站编号,基站名称,运营商,频段,站型,状态,经度,纬度,备注"
ROWS = (
    "A001,一号站,中国移动,2.6GHz,宏站,现状,113.321,23.081,NA",
    "A002,二号站,中国电信,3.5GHz,微站,现状,113.322,23.082,007",
    "A003,三号站,中国联通,3.5GHz,室分,在建,113.323,23.083,",
)


def write_table(folder, *rows, name="站点.csv", head=HEAD, encoding="utf-8"):
    path = folder / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding=encoding)
    return path


def run(*arguments):
    stdout, stderr = StringIO(), StringIO()
    code = main([str(argument) for argument in arguments], stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


def bring(path, subject, *options, folder):
    """Import a file; return the exit code, the report and what was said."""
    out, report = folder / "out.gpkg", folder / "report.json"
    code, stdout, stderr = run("import", path, "--as", subject, *options, "-o", out, "--report", report)
    document = json.loads(report.read_text(encoding="utf-8")) if report.exists() else None
    return code, document, stdout + stderr


def test_clean_table_becomes_one_layer_that_check_reads(tmp_path):
    path = write_table(tmp_path, *ROWS)
    code, report, said = bring(path, "base_stations", "--points-crs", "wgs84", folder=tmp_path)
    assert code == 0, said
    assert [report[name] for name in ("n_in", "n_used", "n_reported", "n_features_out")] == [3, 3, 0, 3]
    assert report["rejected"] == []
    for decision in report["decisions"]:
        assert set(decision) >= {"what", "chosen", "why", "confidence"}
    layers = pyogrio.list_layers(tmp_path / "out.gpkg")
    assert layers[:, 0].tolist() == ["base_stations"]
    frame = pyogrio.read_dataframe(tmp_path / "out.gpkg")
    assert frame.crs.to_epsg() == 4490
    assert frame["site_id"].tolist() == ["A001", "A002", "A003"]
    assert frame["note"].fillna("").tolist() == ["NA", "007", ""]
    zones = tmp_path / "zones.geojson"
    zone = {
        "type": "Feature",
        "properties": {"zone_id": "z"},
        "geometry": mapping(box(113.3, 23.0, 113.4, 23.1)),
    }
    zones.write_text(json.dumps({"type": "FeatureCollection", "features": [zone]}), encoding="utf-8")
    code, stdout, stderr = run(
        "check", "--zones", zones, "--zone-id", "zone_id", "--points", tmp_path / "out.gpkg",
        "--target", 1, "--format", "json",
    )  # fmt: skip
    counted = json.loads(stdout)
    assert (counted["n_in"], counted["total_count"]) == (3, 2), stderr  # one is not built yet


def test_unstated_system_is_asked_for_with_its_choices(tmp_path):
    code, report, said = bring(write_table(tmp_path, *ROWS), "base_stations", folder=tmp_path)
    assert code == 3
    assert report is None
    assert not (tmp_path / "out.gpkg").exists()
    assert "--points-crs" in said
    for choice in ("wgs84", "gcj02", "bd09", "cgcs2000"):
        assert choice in said


def test_row_that_cannot_be_used_is_reported_once_and_ends_with_one(tmp_path):
    broken = "A004,四号站,中国移动,2.6GHz,宏站,现状,不详,,"
    path = write_table(tmp_path, ROWS[0], broken, ROWS[1])
    code, report, _ = bring(path, "base_stations", "--points-crs", "wgs84", folder=tmp_path)
    assert code == 1
    assert (report["n_in"], report["n_used"], report["n_reported"]) == (3, 2, 1)
    (rejected,) = report["rejected"]
    assert (rejected["row"], rejected["field"], rejected["value"]) == (3, "经度", "不详")
    assert rejected["reason"]


def test_rejected_rows_come_back_corrected(tmp_path):
    broken = "A004,四号站,中国移动,2.6GHz,宏站,现状,不详,23.084,"
    path, rows = write_table(tmp_path, ROWS[0], broken), tmp_path / "rows.csv"
    code, _, said = bring(path, "base_stations", "--points-crs", "wgs84", "--rejected", rows, folder=tmp_path)
    assert code == 1, said
    rows.write_text(rows.read_text(encoding="utf-8-sig").replace("不详", "113.324"), encoding="utf-8")
    code, report, said = bring(rows, "base_stations", "--points-crs", "wgs84", folder=tmp_path)
    assert (code, report["n_in"], report["n_used"]) == (0, 1, 1), said


def test_boundaries_become_zones_that_check_reads(tmp_path):
    path = tmp_path / "边界.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {"编号": f"Z{i}", "片区名称": f"片区{i}"},
            "geometry": mapping(box(113.30 + i / 100, 23.0, 113.31 + i / 100, 23.1)),
        }
        for i in range(2)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    code, report, said = bring(path, "zones", "--zones-crs", "cgcs2000", folder=tmp_path)
    assert (code, report["n_features_out"]) == (0, 2), said
    frame = pyogrio.read_dataframe(tmp_path / "out.gpkg", layer="zones")
    assert frame["zone_id"].tolist() == ["Z0", "Z1"]
    assert frame["name_zh"].tolist() == ["片区0", "片区1"]
    code, stdout, stderr = run(
        "check", "--zones", tmp_path / "out.gpkg", "--zone-id", "zone_id", "--points",
        write_table(tmp_path, *ROWS), "--points-crs", "wgs84", "--target", 1, "--format", "json",
    )  # fmt: skip
    assert [zone["name"] for zone in json.loads(stdout)["zones"]] == ["片区0", "片区1"], stderr


def test_rows_of_cells_become_stations(tmp_path):
    head = "gNodeB标识,小区ID,NR小区名称,基站名称,运营商,经度,纬度"
    rows = [f"G{g},{g}{c},小区{g}{c},站{g},中国移动,113.32{g},23.08{g}" for g in (1, 2) for c in (1, 2, 3)]
    path = write_table(tmp_path, *rows, head=head)
    code, report, said = bring(path, "base_stations", "--points-crs", "wgs84", folder=tmp_path)
    assert code == 0, said
    assert (report["n_in"], report["n_used"], report["n_features_out"]) == (6, 6, 2)
    assert report["warnings"]
    _, kept, _ = bring(path, "base_stations", "--points-crs", "wgs84", "--cells", "keep", folder=tmp_path)
    assert kept["n_features_out"] == 6


def test_column_is_mapped_by_name(tmp_path):
    path = write_table(tmp_path, "K1,113.32,23.08", head="我的代码,经度,纬度")
    code, _, said = bring(
        path, "base_stations", "--points-crs", "wgs84", "--map", "我的代码=site_id", folder=tmp_path
    )
    assert code == 0, said
    assert pyogrio.read_dataframe(tmp_path / "out.gpkg")["site_id"].tolist() == ["K1"]


def test_sheets_of_a_workbook_are_offered(tmp_path):
    book = openpyxl.Workbook()
    for title in ("东片", "西片"):
        sheet = book.create_sheet(title)
        sheet.append(HEAD.split(","))
        sheet.append(ROWS[0].split(","))
    del book["Sheet"]
    path = tmp_path / "站点.xlsx"
    book.save(path)
    code, _, said = bring(path, "base_stations", "--points-crs", "wgs84", folder=tmp_path)
    assert code == 3
    assert "--layer" in said
    assert "东片" in said
    assert "西片" in said
    code, report, said = bring(
        path, "base_stations", "--points-crs", "wgs84", "--layer", "西片", folder=tmp_path
    )
    assert (code, report["n_in"]) == (0, 1), said


def test_old_workbook_is_refused_by_name(tmp_path):
    path = tmp_path / "站点.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096))
    code, _, said = bring(path, "base_stations", "--points-crs", "wgs84", folder=tmp_path)
    assert code == 3
    assert "XLSX" in said.upper()


def test_table_without_one_usable_row_writes_its_report_alone(tmp_path):
    path = write_table(tmp_path, "A1,一号站,,,,,不详,不详,")
    code, report, said = bring(path, "base_stations", "--points-crs", "wgs84", folder=tmp_path)
    assert (code, report["n_reported"]) == (3, 1), said
    assert not (tmp_path / "out.gpkg").exists()


def test_without_an_output_the_file_is_only_examined(tmp_path):
    path = write_table(tmp_path, *ROWS, encoding="gb18030")
    code, stdout, _ = run("import", path, "--as", "base_stations", "--points-crs", "wgs84")
    assert code == 0
    assert "gb18030" in stdout.lower()
    assert sorted(each.name for each in tmp_path.iterdir()) == [path.name]


@pytest.mark.parametrize(
    "wrong",
    [
        ("--points-crs", "wgs84", "--zones-crs", "wgs84"),
        ("--map", "没有等号"),
        ("--map", "编号="),
        ("-o", "out.geojson"),
        ("--x", "经度"),
        ("--cells", "some"),
    ],
)
def test_call_that_cannot_be_meant(tmp_path, wrong):
    code, _, said = run("import", write_table(tmp_path, *ROWS), "--as", "points", *wrong)
    assert (code, said.count("\n")) == (2, 1), said


def test_missing_file_is_one_sentence(tmp_path):
    code, _, said = run("import", tmp_path / "无.csv", "--as", "points", "--points-crs", "wgs84")
    assert (code, said.count("\n")) == (3, 1)
    assert str(tmp_path) not in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_speaks_the_language(lang):
    code, stdout, _ = run("--lang", lang, "import", "--help")
    assert code == 0
    assert ("导入" in stdout) == (lang == "zh")


@pytest.mark.parametrize(("options", "expected"), [((), 3), (("--points-crs", "wgs84"), 0)])
def test_name_of_a_file_sends_nothing_to_the_terminal(options, expected, tmp_path):
    path = write_table(tmp_path, *ROWS, name="站\x1b[31m\n点.csv")
    code, _, said = bring(path, "base_stations", *options, folder=tmp_path)
    assert code == expected, said
    assert "\x1b" not in said
    assert "站\n" not in said


def test_header_that_would_steer_a_terminal_is_refused_as_no_text(tmp_path):
    path = write_table(tmp_path, *ROWS, head=HEAD.replace("备注", "备\x1b]0;注"))
    code, _, said = bring(path, "base_stations", "--points-crs", "wgs84", folder=tmp_path)
    assert (code, said.count("\n")) == (3, 1), said
    assert "\x1b" not in said
