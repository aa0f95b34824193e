"""Layers of zones, parks and context: what is mended, joined, kept to be placed, or refused."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from spatial.errors import GeometryError
from tests.importing.examined import box, collection, look, reasons, table, warned

BOW_TIE = {
    "type": "Polygon",
    "coordinates": [[[113.3, 23.1], [113.31, 23.11], [113.31, 23.1], [113.3, 23.11], [113.3, 23.1]]],
}


def test_zones_are_mended_joined_and_judged(tmp_path):
    path = collection(
        tmp_path,
        (BOW_TIE, {"编号": "a", "名称": "甲", "公布面积(公顷)": "120"}),
        (box(113.32, 23.10), {"编号": "b", "名称": "乙"}),
        (box(113.33, 23.10), {"编号": "b", "名称": "乙"}),
        (box(113.36, 23.10), {"编号": "b", "名称": "另一"}),
        (shapely.LineString([(113.3, 23.1), (113.31, 23.1)]), {"编号": "c", "名称": "线"}),
        (shapely.GeometryCollection([box(113.325, 23.10), shapely.Point(113.3, 23.1)]), {"编号": "d"}),
        (
            {
                "type": "Polygon",
                "coordinates": [[[113.3, 23.1], [113.3, 23.1], [113.3, 23.1], [113.3, 23.1]]],
            },
            {},
        ),
    )
    found = look(path, "zones")
    result = found.result
    assert (result.n_in, result.n_used, result.n_features_out) == (7, 4, 3)
    assert result.frame["zone_id"].tolist() == ["a", "b", "d"]
    assert result.frame["name_zh"].tolist() == ["甲", "乙", "d"]
    assert result.frame["area_official_km2"].iloc[0] == pytest.approx(1.2)
    assert set(result.frame["geometry_basis"]) == {"user_supplied"}
    assert result.frame.is_valid.all()
    assert dict(reasons(found)) == {
        3: "import.reason_zone_id_taken",
        4: "import.reason_not_a_polygon",
        6: dict(reasons(found))[6],
    }
    mended = found.details["repaired"]
    assert mended["row"] == [0]
    assert mended["before_km2"] == pytest.approx([0.0], abs=1e-3)
    assert mended["after_km2"] == pytest.approx([0.567], rel=0.01)
    said = warned(found)
    assert said["import.repaired"]["n"] == 1
    assert said["import.lines_left_out"] == {"n": 1, "rows": [5]}
    assert said["import.zone_parts_joined"] == {"rows": 2, "zones": 1, "ids": ["b"]}
    assert said["import.zones_overlap"]["pairs"] == ["乙 / d"]
    assert found.preview.kind == "lines"


def test_gaps_between_zones_are_told(tmp_path):
    ring = box(113.30, 23.10, 0.03).difference(box(113.31, 23.11))
    found = look(collection(tmp_path, (ring, {"name": "甲"}), (box(113.34, 23.1), {"name": "乙"})), "zones")
    assert warned(found)["import.zones_gaps"]["n"] == 1
    assert warned(found)["import.zones_gaps"]["area_m2"] == pytest.approx(1.13e6, rel=0.02)


def test_zones_without_ids_are_numbered_and_no_number_is_taken_twice(tmp_path):
    path = collection(
        tmp_path,
        (box(113.3, 23.1), {"编号": "2", "名称": "甲"}),
        (box(113.4, 23.1), {"编号": "", "名称": "乙"}),
    )
    frame = look(path, "zones").result.frame
    assert frame["zone_id"].tolist() == ["2", "row_2"]


def test_a_table_of_zones_needs_boundaries(tmp_path):
    with pytest.raises(GeometryError, match="边界"):
        look(table(tmp_path, "片区编号,片区名称", "a,甲"), "zones", crs="wgs84")


def test_a_table_of_zones_may_write_them_out(tmp_path):
    path = table(
        tmp_path,
        "片区编号,片区名称,几何",
        'a,甲,"POLYGON((113.3 23.1,113.31 23.1,113.31 23.11,113.3 23.1))"',
        "b,乙,POLYGON((什么",
        "c,丙,",
    )
    asked = look(path, "zones")
    assert [question.what for question in asked.questions] == ["crs"]
    found = look(path, "zones", crs="cgcs2000")
    assert found.result.frame["zone_id"].tolist() == ["a"]
    assert reasons(found) == [(3, "import.reason_bad_wkt"), (4, "import.reason_no_geometry")]
    assert "几何" not in found.result.frame


# --- parks and context layers -----------------------------------------------------------------------


def test_parks_without_a_position_are_kept_to_be_placed(tmp_path):
    path = table(
        tmp_path,
        "园区名称,占地面积(亩),租金,招商方向,经度,纬度",
        "甲园,15,60元/㎡·月,软件,113.3012,23.1012",
        "乙园,30,面议,芯片,,",
    )
    found = look(path, "parks", crs="wgs84")
    frame = found.result.frame
    assert found.result.n_used == 2
    assert frame.geometry.isna().tolist() == [False, True]
    assert frame["site_area_m2"].tolist() == pytest.approx([10000.0, 20000.0])
    assert frame["rent_yuan_per_m2_month"].tolist() == pytest.approx([60.0, np.nan], nan_ok=True)
    assert frame["rent"].tolist() == ["60元/㎡·月", "面议"]
    assert warned(found)["import.parks_unplaced"] == {"n": 1, "names": ["乙园"]}
    assert "import.rents_not_read" in warned(found)


def test_parks_without_any_coordinates_need_no_datum(tmp_path):
    found = look(table(tmp_path, "园区名称,招商方向", "甲园,软件"), "parks")
    assert found.questions == ()
    assert found.result.frame["place_id"].tolist() == ["2"]
    assert found.fields[:2] == (("lon", "optional", None), ("lat", "optional", None))
    assert found.preview is None


def test_parks_without_a_name_are_a_question(tmp_path):
    found = look(table(tmp_path, "招商方向,备注", "软件,无"), "parks")
    assert [question.what for question in found.questions] == ["columns"]
    assert found.result is None
    assert (
        look(table(tmp_path, "甲,招商方向", "园,软件"), "parks", columns={"name_zh": "甲"}).result is not None
    )


def test_a_context_layer_keeps_every_kind_of_geometry(tmp_path):
    shapes = [
        shapely.LineString([(113.3, 23.1), (113.31, 23.1)]),
        box(113.3, 23.1),
        shapely.Point(113.3012, 23.1012),
        shapely.GeometryCollection([shapely.Point(113.3, 23.1), box(113.3, 23.1)]),
        shapely.LineString([(113.3, 23.1), (113.3, 23.1)]),
        BOW_TIE,
    ]
    path = collection(tmp_path, *((shape, {"name": f"路{at}", "fid": at}) for at, shape in enumerate(shapes)))
    found = look(path, "features")
    frame = found.result.frame
    assert frame.is_valid.all()
    assert set(frame.geom_type) >= {"LineString", "Polygon", "Point", "GeometryCollection"}
    assert "fid" not in frame
    assert "source_fid" in frame
    assert found.result.n_used + found.result.n_reported == 6


def test_zones_too_far_apart_or_too_many_are_not_held_against_one_another(tmp_path, monkeypatch):
    from spatial.importing.build import zones

    far = collection(tmp_path, (box(113.3, 23.1), {"name": "甲"}), (box(-60.0, 23.1), {"name": "乙"}))
    assert "import.zones_not_compared" in warned(look(far, "zones", crs="wgs84", reading="degrees"))
    monkeypatch.setattr(zones, "_MOST_ZONES", 1)
    near = collection(tmp_path, (box(113.3, 23.1), {"name": "甲"}), (box(113.4, 23.1), {"name": "乙"}))
    assert warned(look(near, "zones", crs="wgs84"))["import.zones_not_compared"] == {"n": 2}


def test_heights_are_left_out_and_told(tmp_path):
    path = table(tmp_path, "编号,wkt", "a,POINT Z (113.3012 23.1012 12)", "b,POINT (113.3112 23.1012)")
    result = look(path, "points", crs="wgs84").result
    assert not result.frame.has_z.any()
    assert {notice.key: notice.params for notice in result.notices}["import.heights_dropped"] == {"n": 1}


def test_the_decision_on_layers_names_the_folder_of_kml(tmp_path):
    mark = "<Placemark><name>甲</name><Point><coordinates>113.3,23.1</coordinates></Point></Placemark>"
    folders = "".join(f"<Folder><name>{name}</name>{mark}</Folder>" for name in ("站点", "备选"))
    path = tmp_path / "点.kml"
    path.write_text(
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{folders}</Document></kml>', encoding="utf-8"
    )
    for stated, chosen in (("站点", "站点"), (None, "*")):
        found = look(path, "points", layer=stated)
        assert [each.chosen for each in found.decisions if each.what == "layer"] == [chosen]
