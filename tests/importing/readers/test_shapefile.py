"""Shapefiles as colleagues send them: parts missing, cut off, at odds, hostile; every row used or told."""

from __future__ import annotations

import datetime as dt
import struct

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import Point

from spatial.errors import UndecidedError
from spatial.importing.model import LayerInfo, ReadOptions, StatedCrs
from spatial.importing.readers import registry
from spatial.importing.readers.shape_records import find_records
from spatial.importing.readers.shapefile import list_layers
from spatial.limits import Limits
from tests.importing.readers.shapefile_maker import (
    SQUARE,
    WGS84,
    head,
    loose,
    multipoint,
    names,
    null,
    parts,
    point,
    point_m,
    point_z,
    shp,
    zipped,
)
from tests.importing.readers.shapefile_reading import faults, keys, read, refusal, whole

NAN, INF = float("nan"), float("inf")


# --- as other programs write them --------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Point", "Polygon", "MultiPolygon", "LineString"])
def test_a_file_of_another_program_comes_back_as_it_was(tmp_path, kind):
    shapes = {
        "Point": [Point(113.3, 23.1), Point(113.4, 23.2)],
        "Polygon": [shapely.box(0, 0, 1, 1), shapely.box(0, 0, 4, 4).difference(shapely.box(1, 1, 2, 2))],
        "MultiPolygon": [
            shapely.union(shapely.box(0, 0, 1, 1), shapely.box(3, 3, 4, 4)),
            shapely.box(0, 0, 1, 1),
        ],
        "LineString": [shapely.LineString([(0, 0), (1, 1)]), shapely.LineString([(0, 0), (2, 2), (3, 1)])],
    }[kind]
    frame = gpd.GeoDataFrame(
        {"名称": ["海珠", None], "站点数": [52, 7], "密度": [57.5, -0.25]}, geometry=shapes, crs="EPSG:4490"
    )
    frame["日期"] = [dt.date(2024, 5, 1), None]
    frame.to_file(tmp_path / "a.shp", encoding="utf-8")
    layer = read(tmp_path / "a.shp")
    assert (layer.kind, layer.n_in, layer.row_unit, keys(layer)) == ("Shapefile", 2, "feature", set())
    assert all(shapely.equals(layer.geometry, np.array(shapes)))
    assert list(layer.table["名称"]) == ["海珠", None]
    assert list(layer.table["站点数"]) == [52, 7]
    assert layer.table["站点数"].dtype == "int64"
    assert list(layer.table["密度"]) == [57.5, -0.25]
    assert str(layer.table["日期"][0]) == "2024-05-01"
    assert layer.table["日期"][1] is None
    assert layer.encoding == ("utf-8", "cpg")
    assert "CGCS2000" in layer.crs.name
    assert layer.crs.source == "prj"


def test_the_registry_finds_the_reader(tmp_path):
    path = loose(tmp_path, **whole([parts(SQUARE)]))
    assert registry.read_layer(path, name="a.shp", options=ReadOptions()).kind == "Shapefile"


# --- archives ----------------------------------------------------------------------------------


def in_zip(stem: str, members: dict[str, bytes | None]) -> dict[str, bytes | None]:
    return {f"{stem}.{suffix}": data for suffix, data in members.items()}


def test_a_zip_with_folders_upper_case_and_litter_is_read(tmp_path):
    members = {f"成果/矢量/片区.{suffix.upper()}": data for suffix, data in whole([parts(SQUARE)]).items()}
    path = zipped(tmp_path / "a.zip", members | {"__MACOSX/成果/._片区.shp": b"litter", ".DS_Store": b"x"})
    assert list_layers(path, name="a.zip", options=ReadOptions()) == (LayerInfo("片区", 1, "Polygon"),)
    layer = read(path)
    assert (layer.name, layer.n_in, keys(layer)) == ("片区", 1, set())


def test_several_shapefiles_are_asked_for_and_never_the_first_taken(tmp_path):
    members = in_zip("a/片区", whole([parts(SQUARE)])) | in_zip("b/站点", whole([point(1, 2)] * 3, 1))
    path = zipped(tmp_path / "a.zip", members)
    with pytest.raises(UndecidedError) as caught:
        read(path)
    (question,) = caught.value.questions
    assert (question.what, question.flag) == ("layer", "--layer")
    assert [choice.value for choice in question.choices] == ["片区", "站点"]
    assert "3" in question.choices[1].label.message()
    assert read(path, layer="站点").n_in == 3
    assert refusal(path, layer="道路").key == "error.unknown_layer"


def test_shapefiles_of_unknown_length_are_offered_as_well(tmp_path):
    shape = shp([parts(SQUARE)])[0]
    with pytest.raises(UndecidedError) as caught:
        read(zipped(tmp_path / "a.zip", {"a.shp": shape, "b.shp": shape}))
    assert [choice.value for choice in caught.value.questions[0].choices] == ["a", "b"]
    assert all(choice.label.message() for choice in caught.value.questions[0].choices)


def test_one_name_in_two_folders_is_told_apart_by_the_folder(tmp_path):
    members = in_zip("2023/片区", whole([parts(SQUARE)])) | in_zip("2024/片区", whole([parts(SQUARE)] * 2))
    path = zipped(tmp_path / "a.zip", members)
    found = list_layers(path, name="a.zip", options=ReadOptions())
    assert [(layer.name, layer.n_rows) for layer in found] == [("2023/片区", 1), ("2024/片区", 2)]
    assert read(path, layer="2024/片区").n_in == 2


def test_parts_of_one_shapefile_never_mix_with_those_of_another(tmp_path):
    members = in_zip("a", {"shp": whole([parts(SQUARE)])["shp"]}) | in_zip("b", {"dbf": names([b"x"])})
    layer = read(zipped(tmp_path / "a.zip", members))
    assert {"gis.dbf_missing", "gis.zip_passed_over", "gis.shx_rebuilt", "gis.prj_missing"} == keys(layer)


@pytest.mark.parametrize(
    ("members", "key"),
    [
        ({"a.dbf": names([b"x"]), "a.shx": b"x"}, "gis.zip_without_shp"),
        ({"readme.txt": b"x"}, "gis.zip_without_shapefile"),
        ({"a.shp": b'<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>' * 3}, "gis.not_shapefile"),
        ({"a.shp": b""}, "gis.not_shapefile"),
        ({"a.shp": head(100, 99)}, "gis.not_shapefile"),
        ({"a.shp": head(100, 31)}, "gis.multipatch"),
    ],
)
def test_what_is_no_shapefile_is_refused_by_its_fault(tmp_path, members, key):
    assert refusal(zipped(tmp_path / "a.zip", members)).key == key


def test_other_data_in_the_archive_is_named(tmp_path):
    path = zipped(
        tmp_path / "a.zip", in_zip("a", whole([parts(SQUARE)])) | {"b.xlsx": b"x", "c.geojson": b"{}"}
    )
    (warning,) = read(path).warnings
    assert warning.key == "gis.zip_passed_over"
    assert warning.params["members"] == ["b.xlsx", "c.geojson"]


# --- parts that are missing, cut off or at odds ------------------------------------------------


def test_a_lone_shp_is_read_without_attributes_and_says_so(tmp_path):
    layer = read(loose(tmp_path, shp=shp([point(1, 2), point(3, 4)], 1)[0]))
    assert {"gis.dbf_missing", "gis.shx_rebuilt", "gis.prj_missing"} == keys(layer)
    assert (len(layer.table.columns), layer.crs, [p.x for p in layer.geometry]) == (0, None, [1, 3])


def test_siblings_under_another_stem_are_never_taken(tmp_path):
    loose(tmp_path, "other", **whole([parts(SQUARE)]))
    path = loose(tmp_path, shp=shp([parts(SQUARE)])[0])
    assert "gis.dbf_missing" in keys(read(path))


def test_a_missing_index_is_rebuilt(tmp_path):
    path = loose(tmp_path, **whole([parts(SQUARE)] * 3, shx=None))
    layer = read(path)
    assert (layer.n_in, keys(layer)) == (3, {"gis.shx_rebuilt"})
    assert not (tmp_path / "upload.shx").exists()


@pytest.mark.parametrize("index", [b"", b"garbage" * 30, shp([parts(SQUARE)] * 3)[1][:-3]])
def test_a_damaged_index_is_told_and_not_followed(tmp_path, index):
    layer = read(loose(tmp_path, **whole([parts(SQUARE)] * 3, shx=index)))
    assert (len(layer.table), layer.n_in, "gis.shx_damaged" in keys(layer)) == (3, 3, True)


def test_old_records_of_an_edited_file_are_left_to_the_index(tmp_path):
    """A program that edits a shape puts the new one behind the last and leaves the old where it was."""
    old, new = parts(SQUARE), parts([(x + 5, y) for x, y in SQUARE])
    shape, _ = shp([old, old, new])
    step = len(old) + 8
    _, index = shp([old, old])
    index = index[:100] + struct.pack(
        ">4i", (100 + 2 * step) // 2, len(new) // 2, (100 + step) // 2, len(old) // 2
    )
    layer = read(loose(tmp_path, **whole([old] * 2, shp=shape, shx=index)))
    assert [geometry.bounds[0] for geometry in layer.geometry] == [5, 0]
    assert "gis.counts_differ" in keys(layer)


@pytest.mark.parametrize("with_index", [True, False])
@pytest.mark.parametrize("keep", [-1, -60, 150, 101])
def test_a_cut_off_shp_gives_the_rows_that_are_there_and_reports_the_rest(tmp_path, keep, with_index):
    files = whole([parts(SQUARE)] * 4)
    files["shp"] = files["shp"][:keep]
    if not with_index:
        files["shx"] = None
    layer = read(loose(tmp_path, **files))
    assert layer.n_in == 4
    assert len(layer.table) == {-1: 3, -60: 3, 150: 0, 101: 0}[keep]
    assert set(faults(layer).values()) <= {"gis.reason_record", "gis.reason_no_shape"}
    assert "gis.shp_cut" in keys(layer)
    assert layer.rejected_cells[-1] == ("row 3",)


def test_a_cut_off_table_leaves_no_shape_with_the_attributes_of_another(tmp_path):
    files = whole([point(n, n) for n in range(5)], 1)
    files["dbf"] = files["dbf"][: 65 + 21 * 3 + 4]
    layer = read(loose(tmp_path, **files))
    assert list(layer.table["name"]) == ["row 0", "row 1", "row 2"]
    assert faults(layer) == dict.fromkeys((3, 4), "gis.reason_no_attributes")
    assert "gis.dbf_cut" in keys(layer)


def test_more_rows_in_the_table_than_shapes_are_reported(tmp_path):
    layer = read(loose(tmp_path, **whole([point(1, 1)] * 2, 1, dbf=names([b"a", b"b", b"c"]))))
    assert (faults(layer), layer.rejected_cells) == ({2: "gis.reason_no_shape"}, (("c",),))
    (warning,) = [one for one in layer.warnings if one.key == "gis.counts_differ"]
    assert warning.params["counts"] == ".shp 2, .shx 2, .dbf 3"


def test_a_table_that_has_no_row_for_a_shape_is_reported(tmp_path):
    layer = read(loose(tmp_path, **whole([point(1, 1)] * 3, 1, dbf=names([b"a", b"b"]))))
    assert faults(layer) == {2: "gis.reason_no_attributes"}
    assert {"gis.counts_differ"} <= keys(layer)


@pytest.mark.parametrize("shx", [True, False])
def test_rows_that_a_stale_head_does_not_count_are_read(tmp_path, shx):
    files = whole([point(1, 1)] * 3, 1, dbf=names([b"a", b"b", b"c"], n_stated=0))
    layer = read(loose(tmp_path, **files if shx else files | {"shx": None}))
    assert list(layer.table["name"]) == ["a", "b", "c"]
    assert "gis.counts_differ" in keys(layer)


def test_deleted_rows_are_reported_with_their_cells(tmp_path):
    layer = read(loose(tmp_path, **whole([point(1, 1)] * 3, 1, dbf=names([b"a", b"b", b"c"], deleted=(1,)))))
    assert (faults(layer), layer.rejected_cells) == ({1: "gis.reason_deleted"}, (("b",),))
    assert list(layer.rows) == [0, 2]


@pytest.mark.parametrize("data", [b"", b"x" * 20, bytes(80), names([b"a"])[:50], b"\x03" + b"\xff" * 90])
def test_a_table_that_is_none_is_refused_with_what_to_do(tmp_path, data):
    error = refusal(loose(tmp_path, **whole([point(1, 1)], 1, dbf=data)))
    assert error.key in {"gis.dbf_damaged", "error.limit_features"}


# --- geometry ----------------------------------------------------------------------------------


def test_one_bad_shape_never_fails_a_file(tmp_path):
    records = [
        parts(SQUARE),
        parts(SQUARE[:-1]),
        parts([(0.0, 0.0)]),
        parts([(0.0, 0.0), (0.0, NAN), (1.0, 1.0), (0.0, 0.0)]),
        parts([(0.0, 0.0), (0.0, INF), (1.0, 1.0), (0.0, 0.0)]),
        null(),
        parts(),
        parts([(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)]),
        parts(SQUARE[:2]),
    ]
    layer = read(loose(tmp_path, **whole(records)))
    assert faults(layer) == {
        2: "gis.reason_geometry",
        3: "gis.reason_not_finite",
        4: "gis.reason_not_finite",
    }
    shapes = dict(zip(layer.rows.tolist(), layer.geometry, strict=True))
    assert shapes[1].equals(shapes[0])
    assert shapes[5] is shapes[6] is None
    assert not shapes[7].is_valid
    (warning,) = [one for one in layer.warnings if one.key == "gis.rings_closed"]
    assert warning.params["rows"] == [1, 8]
    assert layer.rejected_cells[0] == ("row 2",)


def test_a_line_of_one_point_is_reported(tmp_path):
    records = [parts([(0.0, 0.0)], kind=3), parts([(0.0, 0.0), (1.0, 1.0)], kind=3)]
    assert faults(read(loose(tmp_path, **whole(records, 3)))) == {0: "gis.reason_geometry"}


def test_records_that_contradict_themselves_are_reported_and_never_reach_the_driver(tmp_path):
    sound = parts(SQUARE)
    too_many, foreign_part = bytearray(sound), bytearray(sound)
    struct.pack_into("<i", too_many, 40, 500)
    struct.pack_into("<i", foreign_part, 44, 77)
    negative = bytearray(sound)
    struct.pack_into("<i", negative, 36, -1)
    records = [
        sound,
        bytes(too_many),
        bytes(foreign_part),
        struct.pack("<i", 77) + sound[4:],
        bytes(negative),
        sound,
    ]
    found = find_records(shp(records)[0], None, n_rows=None, limits=Limits())
    assert found.readable.tolist() == [0, 2, 5]
    layer = read(loose(tmp_path, **whole(records)))
    assert faults(layer) == {
        1: "gis.reason_record",
        2: "gis.reason_record",
        3: "gis.reason_shape_type",
        4: "gis.reason_record",
    }


def test_multipoints_are_read(tmp_path):
    layer = read(loose(tmp_path, **whole([multipoint((1, 2), (3, 4)), multipoint()], 8)))
    assert layer.geometry[0].equals(shapely.MultiPoint([(1, 2), (3, 4)]))
    assert layer.geometry[1] is None


@pytest.mark.parametrize(
    ("record", "kind", "key"),
    [(point_z(1, 2, 30), 11, "gis.heights_dropped"), (point_m(1, 2, 30), 21, "gis.measures_dropped")],
)
def test_heights_and_measures_are_dropped_and_counted(tmp_path, record, kind, key):
    layer = read(loose(tmp_path, **whole([record, record, null()], kind)))
    (notice,) = layer.notices
    assert (notice.key, notice.params["n"]) == (key, 2)
    assert [layer.geometry[0].has_z, layer.geometry[0].x] == [False, 1]


def test_rows_keep_their_places_over_batches(tmp_path, monkeypatch):
    monkeypatch.setattr("spatial.importing.readers.shape_geometry._BATCH", 3)
    records = [null() if n % 4 == 1 else parts([(x + n, y) for x, y in SQUARE]) for n in range(11)]
    layer = read(loose(tmp_path, **whole(records)))
    assert [None if shape is None else shape.bounds[0] for shape in layer.geometry] == [
        None if n % 4 == 1 else n for n in range(11)
    ]


# --- reference system --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        b"http://127.0.0.1:9/prj",
        b"/etc/passwd",
        b"+proj=longlat",
        b"EPSG:4326",
        b"<html>404</html>",
        b"",
        b"\xff",
    ],
)
def test_a_prj_that_is_no_definition_is_named_and_never_followed(tmp_path, words):
    layer = read(loose(tmp_path, **whole([parts(SQUARE)], prj=words)))
    assert (layer.crs, [one.key for one in layer.warnings]) == (None, ["gis.prj_unusable"])


def test_a_prj_with_a_mark_is_read(tmp_path):
    layer = read(loose(tmp_path, **whole([parts(SQUARE)], prj=b"\xef\xbb\xbf" + WGS84.encode() + b"\r\n")))
    assert layer.crs == StatedCrs(WGS84, "prj")
