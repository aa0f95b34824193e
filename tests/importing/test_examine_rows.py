"""Whatever a file holds: each row is used or reported, once, and the rejected ones can come again."""

from __future__ import annotations

import csv
import io

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import AtlasError
from spatial.importing.build.report import rejected_csv, rejected_file, report_dict
from spatial.importing.columns.mapping import REPORT_WORDS
from spatial.importing.model import Subject
from tests.importing.examined import HEADER, box, collection, look, table, warned

NUMBERS = st.one_of(
    st.floats(113.2, 113.4).map(lambda x: f"{x:.6f}"),
    st.floats(23.0, 23.2).map(lambda x: f"{x:.6f}"),
    st.sampled_from(["", "0", "NaN", "inf", "-1e9", "1e400", "113°18′", "北", "１１３.3"]),
)
CELLS = st.text(
    alphabet=st.characters(
        codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters='"\r\n,;\t，；|'
    ),
    max_size=6,
)
HEADERS = st.lists(
    st.sampled_from(
        [
            "基站编号",
            "gNodeB标识",
            "站型",
            "状态",
            "是否共享",
            "挂高(m)",
            "入网日期",
            "fid",
            "geometry",
            "备注",
            "甲",
        ]
    ),
    unique=True,
    max_size=6,
)


@st.composite
def tables(draw):
    headers = [*draw(HEADERS), "经度", "纬度"]
    rows = draw(
        st.lists(
            st.tuples(*(NUMBERS if name in {"经度", "纬度"} else CELLS for name in headers)),
            min_size=1,
            max_size=12,
        )
    )
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headers)
    writer.writerows(rows)
    return out.getvalue(), sum(any(cell.strip() for cell in row) for row in rows)


def check_count(found, n_rows=None):
    result = found.result
    assert result.n_in == result.n_used + result.n_reported
    assert result.n_features_out <= result.n_used
    assert len(result.rejected_source) == result.n_reported
    assert result.rejected_source.index.tolist() == result.rejected["row"].tolist()
    assert n_rows is None or result.n_in == n_rows
    assert result.frame.geometry.dropna().is_valid.all()
    report = report_dict(result)
    assert len(report["rejected"]) == result.n_reported
    if result.n_features_out == result.n_used:
        assert not set(result.frame.index) & set(result.rejected["row"])
    for notice in (*result.notices, *result.warnings):
        assert notice.message("zh")
        assert notice.message("en")


@given(
    content=tables(), subject=st.sampled_from(["base_stations", "lamp_poles", "points", "features", "parks"])
)
def test_any_table_loses_no_row(content, subject, tmp_path_factory):
    text, n_rows = content
    path = tmp_path_factory.mktemp("rows") / "表.csv"
    path.write_text(text, encoding="utf-8", newline="")
    columns = {"name_zh": "经度"} if subject == "parks" else {}
    try:
        found = look(path, subject, crs="wgs84", x="经度", y="纬度", reading="degrees", columns=columns)
    except AtlasError:
        return
    if found.result is not None:
        check_count(found, n_rows)


POSITIONS = st.tuples(
    st.floats(113.2, 113.4) | st.sampled_from([0.0, 113.3, 500.0]),
    st.floats(23.0, 23.2) | st.sampled_from([23.1, 95.0]),
)
RINGS = st.lists(POSITIONS, min_size=3, max_size=8).map(lambda ring: [*ring, ring[0]])
SHAPES = st.one_of(
    st.none(),
    POSITIONS.map(lambda xy: {"type": "Point", "coordinates": xy}),
    st.lists(POSITIONS, min_size=2, max_size=5).map(lambda xy: {"type": "LineString", "coordinates": xy}),
    st.lists(RINGS, min_size=1, max_size=2).map(lambda rings: {"type": "Polygon", "coordinates": rings}),
    st.lists(RINGS, max_size=3).map(
        lambda rings: {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}
    ),
    RINGS.map(
        lambda ring: {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "coordinates": [ring]},
                {"type": "Point", "coordinates": ring[0]},
            ],
        }
    ),
)
FEATURES = st.lists(
    st.tuples(
        SHAPES, st.fixed_dictionaries({"编号": st.sampled_from("abc"), "名称": st.sampled_from("甲乙")})
    ),
    min_size=1,
    max_size=8,
)


@given(features=FEATURES, subject=st.sampled_from([str(subject) for subject in Subject]))
def test_any_features_lose_no_row_and_come_out_valid(features, subject, tmp_path_factory):
    path = collection(tmp_path_factory.mktemp("rows"), *features)
    found = look(path, subject, crs="wgs84", reading="degrees")
    if found.result is not None:
        check_count(found, len(features))


# --- the rejected rows as a file ---------------------------------------------------------------


def test_rejected_rows_are_corrected_and_brought_again(tmp_path):
    path = table(
        tmp_path,
        HEADER + ",备注",
        "A1,甲,移动,113.3012,23.1012,好",
        "A2,乙,移动,,23.1112,=1+1",
        "A3,丙,移动,113.3212,x,-3",
        "A4,丁,移动,113.33",
    )
    first = look(path, "base_stations", crs="wgs84")
    again = tmp_path / "拒收.csv"
    again.write_bytes(rejected_file(first.result))
    text = again.read_bytes().decode("utf-8-sig")
    assert text.splitlines()[0] == HEADER + ",备注," + ",".join(REPORT_WORDS[:4])
    assert "'=1+1" in text
    corrected = text.replace("A2,乙,移动,,", "A2,乙,移动,113.3112,").replace("113.3212,x", "113.3212,23.1212")
    corrected = corrected.replace("A4,丁,移动,113.33,", "A4,丁,移动,113.33,23.1312")
    again.write_text(corrected, encoding="utf-8-sig", newline="")
    second = look(again, "base_stations", crs="wgs84").result
    assert (second.n_in, second.n_used, second.n_reported) == (3, 3, 0)
    assert second.frame["site_id"].tolist() == ["A2", "A3", "A4"]
    assert second.frame["note"].tolist() == ["=1+1", "-3", ""]
    assert set(second.frame.columns) == set(first.result.frame.columns)


def test_rejected_rows_of_a_rejected_file_do_not_pile_up(tmp_path):
    path = table(tmp_path, HEADER, "A1,甲,移动,113.3012,23.1012", "A2,乙,移动,,23.1112,多,余")
    again = tmp_path / "拒收.csv"
    again.write_bytes(rejected_file(look(path, "base_stations", crs="wgs84").result))
    assert "多 | 余" in again.read_text(encoding="utf-8-sig")
    result = look(again, "base_stations", crs="wgs84").result
    assert result.n_reported == 1
    head = rejected_file(result).decode("utf-8-sig").splitlines()[0]
    assert head == HEADER + "," + ",".join(REPORT_WORDS[:4])


def test_rejected_features_come_again_with_their_geometry_and_system(tmp_path):
    bad = {"type": "Polygon", "coordinates": [[[113.3, 23.1], [113.3, 23.1], [113.3, 23.1], [113.3, 23.1]]]}
    path = collection(
        tmp_path,
        (box(113.3, 23.1), {"编号": "a", "名称": "甲"}),
        (box(113.4, 23.1), {"编号": "a", "名称": "乙"}),
        (shapely.Point(113.3, 23.1), {"编号": "c", "名称": "丙"}),
        (bad, {"编号": "d", "名称": "丁"}),
    )
    first = look(path, "zones").result
    assert first.n_reported == 3
    again = tmp_path / "拒收.csv"
    text = rejected_file(first).decode("utf-8-sig").replace("a,乙", "b,乙")
    again.write_text(text, encoding="utf-8-sig", newline="")
    found = look(again, "zones")
    assert found.questions == ()
    assert found.result.frame["zone_id"].tolist() == ["b"]
    assert found.result.frame.geometry.iloc[0].equals(box(113.4, 23.1))
    assert found.result.n_reported == 2


def test_the_list_of_rejected_rows_is_safe_in_a_spreadsheet(tmp_path):
    path = table(tmp_path, HEADER, "A1,甲,移动,113.3012,23.1012", 'A2,乙,移动,"=HYPERLINK(1)",23.1')
    data = rejected_csv(look(path, "base_stations", crs="wgs84").result)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0] == ["行号", "字段", "内容", "原因"]
    assert rows[1][2] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("subject", ["base_stations", "points", "parks", "zones", "features"])
def test_a_file_of_which_nothing_can_be_used_still_says_why(tmp_path, subject):
    path = collection(tmp_path, ({"type": "Polygon", "coordinates": []}, {"name": "甲"}))
    found = look(path, subject, crs="wgs84")
    check_count(found, 1)
    if subject != "parks":
        assert len(found.result.frame) == 0
        assert "import.nothing_usable" in warned(found)
