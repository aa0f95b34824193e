"""The sheets for paper: true scale measured in the PDF, embedded fonts, text, badges, hostile names."""

from __future__ import annotations

import io
import math
import re
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pypdf
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pypdf.generic import ContentStream
from pyproj import Geod

from layers.classification import CLASSIFICATION
from layers.registry import DEFAULT_LAYERS, LayerId
from layers.scene import MapScene
from layers.sheet.frame import PAPERS, Rect, round_scale, window_for
from layers.sheet.labels import LabelRoom
from layers.sheet.words import geometry_notes
from layers.zone_sheet_pdf import SHEET_FONT_FILE, zone_sheet_pdf, zone_sheets, zone_sheets_pdf
from spatial.check import check_count, check_zones
from spatial.definition import AreaBasis, Definition, Numerator
from spatial.errors import GeometryError, MissingCrsError
from spatial.pack import open_pack
from spatial.pack_file import PublishedCount
from spatial.plan_records import Bilingual
from spatial.target import Target
from spatial.text import text
from spatial.verdict import Status
from tests.browser.apps.frames import (
    HOSTILE,
    sample_district,
    sample_parts,
    sample_places,
    sample_points,
    sample_zones,
)

ROOT = Path(__file__).resolve().parents[2]
GEOD = Geod(ellps="GRS80")
POINT_MM = 25.4 / 72
TOLERANCE = 0.005
TITLE = Bilingual(zh="示例图集", en="Sample atlas")


@pytest.fixture(scope="session")
def font() -> bytes:
    path = ROOT / "static" / SHEET_FONT_FILE
    if not path.is_file():
        pytest.fail("the sheets' font is missing: run scripts/vendor_assets.py first")
    return path.read_bytes()


def verdict(zones, *, synthetic=True, count=900):
    """Return a check of the first zone alone, by a number."""
    target = Target(value_per_km2=52.0, scope="district", scope_zone_id="district", year=2025)
    result = check_count(zones.iloc[:1], count, definition=Definition(), target=target)
    return replace(result, rows=result.rows.assign(synthetic=synthetic))


def sample_scene(**changes) -> MapScene:
    zones = changes.pop("zones", sample_zones())
    held = {
        "zones": zones,
        "district": sample_district(zones),
        "parts": sample_parts().assign(parent_id="zone_a"),
        "place_points": sample_places(),
        "stations": sample_points(300),
        "stations_synthetic": True,
        "layers_on": DEFAULT_LAYERS | {LayerId.STATIONS, LayerId.PLATFORMS},
        "attribution": "界线由公开数据推算",
    }
    return MapScene(**held | changes)


def sample_sheets(scene=None, **changes):
    scene = scene or sample_scene()
    if "counted" not in changes:
        changes["counted"] = [verdict(scene.zones)]
    return zone_sheets(scene, **{"title": TITLE, "data_date": "2025-06-30"} | changes)


def sheet_of(zone_id, sheets=None):
    return next(sheet for sheet in sheets or sample_sheets() if sheet.zone_id == zone_id)


@pytest.fixture(scope="session")
def pack_sheets():
    """Return the sheets of the shipped pack with its demonstration stations, and what they rest on."""
    pack = open_pack("haizhu")
    stations = pack.inventory("base_stations")
    layers = {name: pack.zones(name) for name in ("district", "zones", "parts")}
    counted = {
        name: check_zones(
            layers[name],
            stations.points,
            definition=Definition(),
            target=pack.target,
            synthetic=stations.synthetic,
        )
        for name in ("zones", "parts")
    }
    counts = [count for count in pack.published_counts("base_stations") if count.zone_id == "haizhu"]
    published = [
        check_count(
            layers["district"],
            counts[0].count,
            definition=Definition(area_basis=basis),
            target=pack.target,
        )
        for basis in (AreaBasis.OFFICIAL, AreaBasis.GEOMETRY)
    ]
    joined = {
        name: layers[name].merge(
            result.rows.drop(columns=["name", "geometry_basis"], errors="ignore"), on="zone_id"
        )
        for name, result in counted.items()
    }
    scene = MapScene(
        district=layers["district"],
        zones=joined["zones"],
        parts=joined["parts"],
        stations=stations.points,
        stations_synthetic=True,
        backdrop=pack.backdrop(),
        layers_on=DEFAULT_LAYERS | {LayerId.STATIONS},
        attribution="界线由公开数据推算",
    )
    return zone_sheets(
        scene,
        counted=list(counted.values()),
        published=published,
        counts=counts,
        plan=pack.plan,
        title=pack.name,
        data_date="2020-12-31",
    )


@pytest.fixture(scope="session")
def pack_pdf(font, pack_sheets):
    """Return a function that gives the pack's sheets as a PDF, each made once."""
    made = {}

    def give(lang, paper):
        if (lang, paper) not in made:
            made[lang, paper] = zone_sheets_pdf(pack_sheets, lang=lang, paper=paper, font=font)
        return made[lang, paper]

    return give


def words_of(data: bytes, page: int = 0) -> str:
    found = pypdf.PdfReader(io.BytesIO(data)).pages[page].extract_text()
    return re.sub(r"\s+", "", found)


def stroked_paths(data: bytes, page: int = 0):
    """Yield line width and vertices (millimetres) of every path that the page strokes."""
    reader = pypdf.PdfReader(io.BytesIO(data))
    weight, rings, stack = 1.0, [], []
    for operands, operator in ContentStream(reader.pages[page]["/Contents"], reader).operations:
        if operator == b"q":
            stack.append(weight)
        elif operator == b"Q":
            weight = stack.pop()
        elif operator == b"w":
            weight = float(operands[0])
        elif operator == b"m":
            rings.append([operands])
        elif operator == b"l":
            rings[-1].append(operands)
        elif operator in {b"S", b"s", b"f", b"f*", b"n", b"B", b"B*"}:
            if operator in {b"S", b"s"}:
                for ring in rings:
                    yield weight, np.array(ring, dtype=float) * POINT_MM
            rings = []


def scale_of(data: bytes, page: int = 0) -> float:
    printed = pypdf.PdfReader(io.BytesIO(data)).pages[page].extract_text()
    return float(re.search(r"1:([\d,]+)", printed).group(1).replace(",", ""))


def widest_mm(xy) -> float:
    hull = shapely.get_coordinates(shapely.MultiPoint(xy).convex_hull)
    return float(np.hypot(*(hull[:, None] - hull[None]).transpose(2, 0, 1)).max())


def geodesic_width_m(frame) -> float:
    lon, lat = shapely.get_coordinates(frame.to_crs("EPSG:4490").geometry.convex_hull).T
    first, second = np.triu_indices(len(lon), 1)
    return float(GEOD.inv(lon[first], lat[first], lon[second], lat[second])[2].max())


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_outline_is_drawn_at_the_scale_that_is_written(pack_pdf, pack_sheets, paper):
    data = pack_pdf("zh", paper)
    worst = 0.0
    for page, sheet in enumerate(pack_sheets):
        weight = 1.8 if sheet.level == "district" else 1.5
        drawn = [xy for found, xy in stroked_paths(data, page) if math.isclose(found, weight)]
        on_paper = widest_mm(np.vstack(drawn)) / 1000 * scale_of(data, page)
        worst = max(worst, abs(on_paper / geodesic_width_m(sheet.zone) - 1))
    assert worst <= TOLERANCE / 10


def test_every_edge_of_an_outline_is_to_scale(font):
    sheet = sheet_of("zone_b")
    data = zone_sheet_pdf(sheet, lang="zh", font=font)
    ring = next(xy for weight, xy in stroked_paths(data) if math.isclose(weight, 1.5))
    lon, lat = shapely.get_coordinates(sheet.zone.geometry.iloc[0]).T
    true_m = sorted(GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2])
    closed = np.vstack([ring, ring[:1]]) if not np.allclose(ring[0], ring[-1]) else ring
    drawn_m = sorted(np.hypot(*np.diff(closed, axis=0).T) / 1000 * scale_of(data))
    assert drawn_m == pytest.approx(true_m, rel=TOLERANCE / 5)


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_scale_bar_is_as_long_as_it_says(font, paper):
    data = zone_sheet_pdf(sheet_of("zone_a"), lang="zh", paper=paper, font=font)
    reader = pypdf.PdfReader(io.BytesIO(data))
    fields = [
        [float(value) * POINT_MM for value in operands]
        for operands, operator in ContentStream(reader.pages[0]["/Contents"], reader).operations
        if operator == b"re" and math.isclose(float(operands[3]) * POINT_MM, 1.5, abs_tol=1e-3)
    ]
    assert len(fields) == 4
    length_mm = sum(width for _, _, width, _ in fields)
    printed = re.findall(r"([\d.]+)\s*(公里|米)", reader.pages[0].extract_text())
    lengths = [float(value) * (1000 if unit == "公里" else 1) for value, unit in printed]
    assert any(math.isclose(length_mm / 1000 * scale_of(data), each, rel_tol=1e-4) for each in lengths)


@given(
    lon=st.floats(-179.0, 179.0),
    lat=st.floats(-89.0, 89.0),
    size_m=st.floats(200.0, 60_000.0),
    paper=st.sampled_from(["A4", "A3"]),
)
def test_a_ruler_on_the_print_measures_the_ground_anywhere(lon, lat, size_m, paper):
    half = size_m / 2 / 111_000
    east = min(half / max(math.cos(math.radians(lat)), 0.02), 0.9)
    zone = gpd.GeoDataFrame(
        geometry=[shapely.box(lon - east, lat - half, lon + east, lat + half)], crs="EPSG:4490"
    )
    window = window_for(zone, paper=PAPERS[paper])
    corners = shapely.get_coordinates(zone.geometry)[:3]
    x, y = window.metres(*corners.T)
    page = window.to_page(np.column_stack([x, y])) * POINT_MM
    for first, second in ((0, 1), (1, 2), (0, 2)):
        true_m = GEOD.inv(*corners[first], *corners[second])[2]
        drawn_m = math.dist(page[first], page[second]) / 1000 * window.scale
        assert drawn_m == pytest.approx(true_m, rel=TOLERANCE)
    inner = window.rect
    assert (page[:, 0] >= inner.left).all()
    assert (page[:, 0] <= inner.right).all()


@given(least=st.floats(1.0, 5e7))
def test_round_scale_fits_and_wastes_little(least):
    scale = round_scale(least)
    assert scale >= min(least, 5e7) * (1 - 1e-9)
    assert scale <= max(least, 500.0) * 1.34
    assert float(f"{scale:.3g}") == scale


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_font_is_embedded_and_maps_to_unicode(pack_pdf, lang, paper):
    reader = pypdf.PdfReader(io.BytesIO(pack_pdf(lang, paper)))
    for page in reader.pages:
        fonts = page["/Resources"]["/Font"]
        assert fonts
        for each in fonts.values():
            held = each.get_object()
            assert "/ToUnicode" in held
            assert "/FontFile2" in held["/FontDescriptor"].get_object()


def test_chinese_text_can_be_selected(pack_pdf, pack_sheets):
    data = pack_pdf("zh", "A4")
    for page, sheet in enumerate(pack_sheets):
        words = words_of(data, page)
        look = CLASSIFICATION[sheet.verdicts[0].status]
        for expected in (
            sheet.facts["name_zh"],
            look.label("zh"),
            "结论",
            "统计口径",
            "面积口径",
            "本图界线不作为划界依据",
            "审图号",
            "界线由公开数据推算",
            "CGCS2000",
            f"第{page + 1}页，共11页",
        ):
            assert expected.replace(" ", "") in words
        assert "参照全区目标" in words


def test_english_sheet_says_the_same(font, pack_sheets):
    words = words_of(zone_sheet_pdf(pack_sheets[0], lang="en", font=font))
    for expected in (
        "HaizhuDistrict",
        "Met",
        "5,144",
        "90.97km",
        "settlenoboundary",
        "Mapreviewno.",
        "Page1of1",
    ):
        assert expected in words


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_that_the_pack_says_of_an_outline_is_cut(pack_pdf, pack_sheets, lang, paper):
    data = pack_pdf(lang, paper)
    for page, sheet in enumerate(pack_sheets):
        words = words_of(data, page)
        for said in geometry_notes(sheet.facts, lang):
            assert re.sub(r"\s+", "", said) in words


def test_district_shows_each_denominator_the_one_in_use_first(font, pack_sheets):
    district = pack_sheets[0]
    bases = [each.definition.area_basis for each in district.verdicts]
    assert bases == [AreaBasis.GEOMETRY, AreaBasis.OFFICIAL]
    words = words_of(zone_sheet_pdf(district, lang="zh", font=font))
    assert "56.5座/km" in words
    assert "56.9座/km" in words
    assert "统计口径未说明" in words
    assert "《广州市海珠区数字经济发展“十四五”规划》" in words


def test_same_sheet_gives_the_same_bytes(font):
    first = zone_sheets_pdf(sample_sheets(), lang="zh", font=font)
    again = zone_sheets_pdf(sample_sheets(), lang="zh", font=font)
    assert first == again
    assert first != zone_sheets_pdf(sample_sheets(data_date="2025-07-01"), lang="zh", font=font)


@pytest.mark.parametrize(("data_date", "expected"), [("2025-06-30", "D:20250630"), ("2025-06", "D:202506")])
def test_document_is_dated_by_its_data(font, data_date, expected):
    sheets = sample_sheets(data_date=data_date)
    held = pypdf.PdfReader(io.BytesIO(zone_sheet_pdf(sheets[0], lang="zh", font=font))).metadata
    assert held["/CreationDate"] == held["/ModDate"] == expected
    assert held["/Title"] == "示例区 · 示例图集"


@pytest.mark.parametrize("data_date", ["", "去年"])
def test_undated_data_give_no_date_of_the_print(font, data_date):
    data = zone_sheet_pdf(sample_sheets(data_date=data_date)[0], lang="zh", font=font)
    year = str(time.gmtime().tm_year)
    assert year not in pypdf.PdfReader(io.BytesIO(data)).metadata["/CreationDate"]


def test_eleven_sheets_take_no_more_than_five_seconds(font, pack_sheets):
    assert len(pack_sheets) == 11
    started = time.process_time()
    data = zone_sheets_pdf(pack_sheets, lang="zh", paper="A3", font=font)
    assert time.process_time() - started <= 5.0
    assert len(pypdf.PdfReader(io.BytesIO(data)).pages) == 11
    assert len(data) < 2_000_000


@pytest.mark.parametrize(("paper", "size"), [("A4", (210, 297)), ("A3", (420, 297))])
def test_paper_has_its_size(font, paper, size):
    page = pypdf.PdfReader(
        io.BytesIO(zone_sheet_pdf(sheet_of("zone_a"), lang="zh", paper=paper, font=font))
    ).pages[0]
    assert (page.mediabox.width * POINT_MM, page.mediabox.height * POINT_MM) == pytest.approx(size, abs=0.1)


def test_simulated_and_schematic_are_said(font):
    words = words_of(zone_sheet_pdf(sheet_of("zone_a"), lang="zh", font=font))
    assert "由模拟清单算得，不是实测结果" in words
    assert "不得据此量算或定界" in words
    surveyed = sample_scene(stations_synthetic=False, zones=sample_zones().assign(synthetic=False))
    sheets = sample_sheets(surveyed, counted=[verdict(surveyed.zones, synthetic=False)])
    words = words_of(zone_sheet_pdf(sheet_of("zone_a", sheets), lang="zh", font=font))
    assert "模拟" not in words
    assert "示意" in words


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_district_sheet_says_what_the_zones_on_its_map_are_not(font, pack_sheets, lang):
    """The verdict of the district rests on a published number; the zones on its map do not."""
    words = words_of(zone_sheet_pdf(pack_sheets[0], lang=lang, font=font))
    for badge in ("schematic", "synthetic", "reference"):
        for key in (f"verdict.badge_{badge}", f"map.badge_{badge}_title"):
            assert re.sub(r"\s+", "", text(key, lang)) in words


def test_supplied_outline_without_a_doubt_bears_no_badge(font):
    zones = sample_zones().assign(geometry_basis="official_supplied", synthetic=False)
    scene = MapScene(zones=zones, layers_on=frozenset())
    sheets = sample_sheets(scene, counted=[verdict(zones, synthetic=False)])
    words = words_of(zone_sheet_pdf(sheet_of("zone_a", sheets), lang="zh", font=font))
    assert "示意" not in words
    assert "模拟" not in words


def test_zone_without_a_verdict_says_so(font):
    words = words_of(zone_sheet_pdf(sheet_of("zone_b"), lang="zh", font=font))
    assert "未作判定" in words
    assert "没有引用规划文件" in words


@pytest.mark.parametrize(
    ("lang", "reason", "required"),
    [
        ("zh", "像是小区级表，没有计数。请明确统计口径：逐行、物理站址或逻辑基站。", "应有"),
        ("en", "looks like a table of cells and was not counted.", "Required"),
    ],
)
@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_a_table_that_was_not_counted_says_why_and_shows_no_empty_gap(font, lang, reason, required, paper):
    scene = sample_scene()
    cells = sample_points(4).assign(site_id=["a", "a", "a", "b"])
    target = Target(value_per_km2=52.0, scope="district", scope_zone_id="district", year=2025)
    result = check_zones(scene.zones, cells, definition=Definition(), target=target, missing_basis="no_data")
    sheet = sheet_of("zone_a", sample_sheets(scene, counted=[result]))
    words = words_of(zone_sheet_pdf(sheet, lang=lang, paper=paper, font=font)).replace(" ", "")
    assert sheet.verdicts[0].status == Status.NO_DATA
    assert reason.replace(" ", "") in words
    assert required in words
    assert not re.search("缺口|gap", words)
    assert text("sheet.basis_inventory", lang).replace(" ", "") not in words


def test_a_published_number_that_cannot_answer_says_so_beside_its_source():
    district = sample_scene().district
    asked = Definition(numerator=Numerator.LOGICAL_STATION)
    count = PublishedCount(
        count_id="count",
        subject="base_stations",
        zone_id=str(district["zone_id"].iloc[0]),
        count=900,
        as_of="2020-12",
        basis_zh="全区累计",
        basis_en="district total",
        context_id=None,
        document_id="",
        section_id="",
    )
    published = check_count(district, 900, definition=asked, target=None, missing_basis="no_data")
    basis = sample_sheets(counted=[], published=[published], counts=[count])[0].verdicts[0].basis
    assert basis.zh.startswith("按公布的总数（2020-12）：全区累计。公布的总数没有说明构成")
    assert "district total. The published number does not say" in basis.en


@pytest.mark.parametrize("status", list(Status))
def test_every_status_prints_with_its_word_and_sign(font, status):
    sheet = sheet_of("zone_a")
    leading = sheet.verdicts[0]
    numbers = ("density_per_km2", "density_low", "density_high", "count", "required_count", "gap_count")
    lacking = dict.fromkeys(numbers) if status is Status.NO_DATA else {"density_high": float("nan")}
    lacking |= {"target_per_km2": None} if status is Status.NO_TARGET else {}
    changed = replace(leading, figures={**leading.figures, "status": status.value, **lacking})
    words = words_of(zone_sheet_pdf(replace(sheet, verdicts=(changed,)), lang="zh", font=font))
    look = CLASSIFICATION[status]
    assert words.count(look.symbol + look.label("zh")) >= 2


def test_stated_numerator_and_review_number_are_written(font):
    scene = sample_scene(review_number="粤S（2026）001号")
    sheet = sheet_of("zone_a", sample_sheets(scene))
    stated = replace(
        sheet.verdicts[0],
        definition=replace(sheet.verdicts[0].definition, numerator=Numerator.PHYSICAL_SITE),
    )
    words = words_of(zone_sheet_pdf(replace(sheet, verdicts=(stated,)), lang="zh", font=font))
    assert "物理站址" in words
    assert "审图号：粤S（2026）001号" in words
    assert "未经审核" not in words


def test_names_are_text_whatever_they_hold(font):
    for name in HOSTILE:
        zones = sample_zones(names=(name, "乙区", "丙区"))
        sheets = sample_sheets(sample_scene(zones=zones))
        words = words_of(zone_sheet_pdf(sheet_of("zone_a", sheets), lang="zh", font=font))
        assert re.sub(r"\s+", "", name) in words


def test_character_that_the_font_lacks_is_marked_and_named(font):
    zones = sample_zones(names=("甲\U0010fffd区", "乙区", "丙区"))
    sheets = sample_sheets(sample_scene(zones=zones))
    words = words_of(zone_sheet_pdf(sheet_of("zone_a", sheets), lang="zh", font=font))
    assert "甲〓区" in words
    assert "字库缺1个字，以“〓”代替：U+FFFD" in words


def test_long_name_is_cut_where_the_paper_ends(font):
    zones = sample_zones(names=("很长的名称" * 60, "乙区", "丙区"))
    data = zone_sheet_pdf(sheet_of("zone_a", sample_sheets(sample_scene(zones=zones))), lang="zh", font=font)
    assert "…" in words_of(data)


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_line_leaves_the_paper_or_its_foot(pack_pdf, lang, paper):
    data = pack_pdf(lang, paper)
    width, height = PAPERS[paper].width, PAPERS[paper].height
    for page in pypdf.PdfReader(io.BytesIO(data)).pages[::5]:
        found = []

        def look(words, ctm, matrix, _font, _size, held=found):
            if words.strip():
                x = ctm[0] * matrix[4] + ctm[2] * matrix[5] + ctm[4]
                y = ctm[1] * matrix[4] + ctm[3] * matrix[5] + ctm[5]
                held.append((x * POINT_MM, height - y * POINT_MM, words))

        page.extract_text(visitor_text=look)
        assert len(found) > 30
        for x, y, words in found:
            assert 5 <= x <= width - 8, words
            assert 8 <= y <= height - 4, words


def test_scene_without_points_places_or_backdrop_prints(font):
    scene = MapScene(zones=sample_zones(), layers_on=frozenset())
    assert words_of(zone_sheet_pdf(sheet_of("zone_a", sample_sheets(scene)), lang="zh", font=font))


def test_points_on_the_map_are_counted(font):
    scene = sample_scene(
        poles=sample_points(50, seed=2), layers_on=DEFAULT_LAYERS | {LayerId.STATIONS, LayerId.POLES}
    )
    words = words_of(zone_sheet_pdf(sheet_of("district", sample_sheets(scene)), lang="zh", font=font))
    assert "5G基站（模拟），图上300个" in words
    assert "智慧灯杆，图上50个" in words


def test_many_points_stay_small(font):
    scene = sample_scene(stations=sample_points(200_000))
    data = zone_sheet_pdf(sheet_of("district", sample_sheets(scene)), lang="zh", font=font)
    assert len(data) < 1_500_000
    assert "图上200,000个" in words_of(data)


def test_zone_without_a_system_is_refused(font):
    zones = sample_zones()
    scene = MapScene(zones=zones.set_crs(None, allow_override=True), layers_on=frozenset())
    sheet = sheet_of("zone_b", sample_sheets(scene, counted=[]))
    with pytest.raises(MissingCrsError):
        zone_sheet_pdf(sheet, lang="zh", font=font)


def test_zone_without_an_outline_is_refused_by_name(font):
    zones = sample_zones()
    zones.loc[1, "geometry"] = None
    scene = MapScene(zones=zones, layers_on=frozenset())
    sheet = sheet_of("zone_b", sample_sheets(scene))
    with pytest.raises(GeometryError, match="zone_b"):
        zone_sheet_pdf(sheet, lang="zh", font=font)


def test_neighbours_without_an_outline_do_no_harm(font):
    zones = sample_zones()
    zones.loc[2, "geometry"] = None
    scene = MapScene(zones=zones, layers_on=frozenset())
    words = words_of(zone_sheet_pdf(sheet_of("zone_a", sample_sheets(scene)), lang="zh", font=font))
    assert "乙区" in words


def test_zone_ids_may_be_numbers(font):
    zones = sample_zones().assign(zone_id=[1, 2, 3])
    scene = MapScene(zones=zones, layers_on=frozenset())
    sheets = sample_sheets(scene, counted=[])
    assert "乙区" in words_of(zone_sheet_pdf(sheet_of("2", sheets), lang="zh", font=font))


boxes = st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(1, 30), st.floats(1, 8))


@given(wished=st.lists(st.tuples(boxes, st.booleans()), max_size=40))
def test_labels_never_cover_one_another(wished):
    room = LabelRoom(Rect(0, 0, 100, 100))
    room.reserve(0, 0, 20, 20)
    for (x, y, width, height), area in wished:
        corner = room.around(x, y, (width, height)) if area else room.beside(x, y, (width, height), away=1.0)
        if corner is not None:
            assert corner[0] >= 0
            assert corner[0] + width <= 100 + 1e-9
    for number, (left, top, right, bottom) in enumerate(room.taken):
        for other in room.taken[:number]:
            assert not (left < other[2] and right > other[0] and top < other[3] and bottom > other[1])
