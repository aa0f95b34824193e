"""Geometry that a table writes out as text."""

from __future__ import annotations

from spatial.importing.model import Subject
from tests.importing.examined import look, reasons, table


def test_a_curve_among_the_rows_keeps_out_its_own_row_alone(tmp_path):
    path = table(
        tmp_path,
        "名称;WKT",
        "直;LINESTRING (113.3 23.1, 113.4 23.1)",
        "弧;CIRCULARSTRING (113.3 23.1, 113.35 23.2, 113.4 23.1)",
        "字;LINESTRING (113.3",
    )
    found = look(path, Subject.FEATURES, crs="wgs84")
    assert reasons(found) == [(3, "import.reason_bad_wkt"), (4, "import.reason_bad_wkt")]
    assert found.result.frame["name"].tolist() == ["直"]
