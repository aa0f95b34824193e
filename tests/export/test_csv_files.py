"""CSV: for spreadsheets and for the atlas's own import."""

from __future__ import annotations

import csv
import io

import pytest

from spatial.errors import PackageError
from spatial.export.fields import FieldType
from spatial.export.formats import csv_files
from spatial.export.formula_guard import DANGEROUS
from spatial.inventory import read_inventory
from spatial.station_words import normalise_word, pick_coordinates
from tests.export.awkward_layers import content_of, field, layer_of
from tests.export.awkward_strings import AWKWARD, CONTROLS
from tests.export.small_content import small_content


def written(content, directory, name="base_stations"):
    csv_files.write(content, directory)
    return (directory / "csv" / f"{name}.csv").read_bytes()


def cells(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_file_has_a_mark_and_crlf_and_unique_headers(tmp_path):
    content = small_content()
    for layer in content.layers:
        data = written(content, tmp_path, layer.name)
        assert data.startswith(b"\xef\xbb\xbf")
        assert data.endswith(b"\r\n")
        header, *rows = cells(data)
        assert len({normalise_word(word) for word in header}) == len(header) == len(layer.fields) + 2
        assert len(rows) == len(layer.features)


def test_no_text_or_header_can_be_computed(tmp_path):
    texts = [*AWKWARD, *CONTROLS]
    fields = (field("BSM"), field("MC", alias="=cmd"), field("BZ", alias="＠名"), field("ZBZ", unit="座/km²"))
    layer = layer_of({"MC": texts, "BZ": texts, "ZBZ": [-1.5] * len(texts)}, fields=fields)
    header, *rows = cells(written(content_of(layer), tmp_path))
    assert header == ["标识码", "'=cmd", "'＠名", "指标现状值(座/km²)", "经度", "纬度"]
    assert not [cell for row in rows for cell in row[:3] if cell.startswith(tuple(DANGEROUS))]
    assert {row[3] for row in rows} == {"-1.5"}


def test_missing_and_empty_texts_stay_apart(tmp_path):
    data = written(content_of(layer_of({"MC": ["", None]})), tmp_path)
    assert data.decode("utf-8-sig").splitlines()[1:] == [
        '"S000000","",113.3,23.1',
        '"S000001",,113.30000003333333,23.09999996666667',
    ]


def test_zones_have_a_point_inside_for_reference(tmp_path):
    content = small_content()
    header, *rows = cells(written(content, tmp_path, "zones"))
    assert header[-2:] == ["代表点经度", "代表点纬度"]
    assert pick_coordinates(header) is None
    from shapely import Point

    shapes = content.layers[0].features.geometry
    assert all(shape.contains(Point(*map(float, row[-2:]))) for shape, row in zip(shapes, rows, strict=True))


def test_a_field_that_reads_like_a_coordinate_gets_its_code(tmp_path):
    fields = (
        field("BSM"),
        field("X01", FieldType.TEXT, alias="经度"),
        field("X02", FieldType.REAL, alias="lat", unit="m"),
    )
    layer = layer_of({"X01": ["东"], "X02": [1.0]}, fields=fields)
    header, row = cells(written(content_of(layer), tmp_path))
    assert header == ["标识码", "经度_X01", "lat_X02(m)", "经度", "纬度"]
    assert pick_coordinates(header) == ("经度", "纬度")
    assert row == ["S000000", "东", "1.0", "113.3", "23.1"]


def test_own_import_gives_the_stations_back(tmp_path):
    texts = [words for words in AWKWARD if words.strip() == words]
    assert len(texts) > 500
    layer = layer_of(
        {
            "MC": texts,
            "BZ": texts[::-1],
            "SFMN": [True, False] * (len(texts) // 2) + [True] * (len(texts) % 2),
        }
    )
    data = written(content_of(layer), tmp_path)
    found = read_inventory(data, name="base_stations.csv", crs="cgcs2000")
    assert (found.n_in, found.n_used) == (len(texts), len(texts))
    features = layer.features
    assert list(found.points["site_id"]) == list(features["BSM"])
    assert list(found.points["name"]) == list(features["MC"])
    assert list(found.points["备注"]) == list(features["BZ"])
    assert list(found.points["synthetic"]) == list(features["SFMN"])
    assert list(found.points.geometry.x) == list(features.geometry.x)
    assert list(found.points.geometry.y) == list(features.geometry.y)
    assert "format.unguarded" in {notice.key for notice in found.notices}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"标识码"'.encode(), '"编号"'.encode()),
        (b",113.3,", b",x,"),
        (b",113.3,", b",,"),
        (b",3,", b",3.5,"),
        (",是,".encode(), b",yes,"),
        (b'"S000000"', b"S000000,"),
        (b",1.25,", b",1;25,"),
    ],
)
def test_a_changed_file_is_refused(before, after, tmp_path):
    layer = layer_of({"MC": ["甲"], "SL": [3], "ZBZ": [1.25], "SFMN": [True]})
    data = written(content_of(layer), tmp_path)
    assert data.count(before) == 1
    (tmp_path / "csv" / "base_stations.csv").write_bytes(data.replace(before, after))
    with pytest.raises(PackageError, match=r"base_stations\.csv"):
        csv_files.read(tmp_path, layer, content=content_of(layer))


def test_a_row_longer_than_a_block_is_read(tmp_path):
    layer = layer_of({"MC": ["长" * 900_000, "短"]})
    content = content_of(layer)
    csv_files.write(content, tmp_path)
    assert csv_files.read(tmp_path, layer, content=content)["MC"].equals(layer.features["MC"])
