"""What a file is taken for before the planner says so."""

from __future__ import annotations

import pytest

from spatial.importing.model import Examination, LayerInfo, Subject
from views.import_subject import guess_subject


def guess(name: str, headers: tuple[str, ...], geometry: str | None = None) -> Subject:
    layers = () if geometry is None else (LayerInfo(name="图层", n_rows=1, geometry_type=geometry),)
    examination = Examination(name=name, kind="", sha256="", headers=headers, layers=layers)
    return guess_subject(examination, usual=Subject.FEATURES if geometry else Subject.BASE_STATIONS)


@pytest.mark.parametrize(
    ("name", "headers", "geometry", "subject"),
    [
        ("测绘院.zip", ("BH", "片区名称"), "Polygon", Subject.ZONES),
        ("三个片区.geojson", ("名称",), "Polygon", Subject.ZONES),
        ("园区范围.geojson", ("名称",), "Polygon", Subject.PARKS),
        ("地块.geojson", ("名称",), "Polygon", Subject.FEATURES),
        ("片区道路.geojson", ("名称",), "LineString", Subject.FEATURES),
        ("片区调研点.csv", ("名称", "经度", "纬度"), None, Subject.POINTS),
        ("基站.csv", ("名称", "经度", "纬度"), None, Subject.BASE_STATIONS),
        ("智慧灯杆.xlsx", ("名称", "经度", "纬度"), None, Subject.LAMP_POLES),
    ],
)
def test_the_name_tells_where_no_header_does(
    name: str, headers: tuple[str, ...], geometry: str | None, subject: Subject
) -> None:
    assert guess(name, headers, geometry) == subject


def test_headers_tell_before_the_name() -> None:
    assert guess("基站旁.xlsx", ("杆编号", "杆高", "经度", "纬度"), None) == Subject.LAMP_POLES
