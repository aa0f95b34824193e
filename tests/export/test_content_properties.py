"""Whatever zones and stations come in: nothing is lost, and nothing that is withheld comes out."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spatial.export.content.build import ContentOptions, build_content, build_content_from_frames
from spatial.export.content.extent import Extent
from spatial.inventory import Inventory, read_inventory
from spatial.pack import open_pack
from tests.export.content_checks import assert_sound, everything
from tests.small_pack import write_pack

SLOW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
WEST, SOUTH, SIDE = 114.0, 23.0, 0.01
AWKWARD = (
    "=1+1",
    "，",
    "𠮷",
    "\u200b",
    "NULL",
    "nan",
    "-0",
    "é",
    "‘引’",
    " 前",
    "a;b",
    "{0}",
    "%s",
    "#",
    "１２",
)
WORD = st.one_of(st.sampled_from(AWKWARD), st.text(alphabet="甲乙丙丁abc01 -_", max_size=8))


@st.composite
def inventories(draw) -> Inventory:
    """A table of stations: some on the lattice of zone corners, some outside, some unusable."""
    n = draw(st.integers(1, 12))
    rows = ["编号,经度,纬度,基站名称,站址编码,详细地址,状态,模拟,位置精度"]
    for number in range(n):
        lon = WEST + draw(st.sampled_from([-0.005, 0.0, 0.003123457, 0.01, 0.0141234567, 0.02, 0.3]))
        lat = SOUTH + draw(st.sampled_from([-0.2, 0.0, 0.0051234567, 0.01, 0.0071234567]))
        place = f"{lon!r},{lat!r}" if draw(st.integers(0, 9)) else "东,北"
        name = f'"密名{draw(WORD)}"'
        status = draw(st.sampled_from(["现状", "规划", "", "拟拆"]))
        made_up = draw(st.sampled_from(["", "", "是"]))
        rows.append(f'S{number},{place},{name},密码{number},"密址{draw(WORD)}",{status},{made_up},')
    words = "\n".join(rows) + "\n"
    return read_inventory(words.encode(), name="table.csv", crs="cgcs2000")


@st.composite
def zones(draw) -> gpd.GeoDataFrame:
    """Squares of a lattice, or of two lattices that overlap."""
    corners = draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=5, unique=True)
    )
    shift = draw(st.sampled_from([0.0, 0.004]))
    shapes = [
        shapely.box(x, y, x + SIDE, y + SIDE)
        for x, y in (
            (WEST + column * SIDE - (shift if at % 2 else 0.0), SOUTH + line * SIDE)
            for at, (column, line) in enumerate(corners)
        )
    ]
    ids = [f"{draw(WORD)}z{at}" for at in range(len(shapes))]
    names = [draw(WORD) for _ in shapes]
    return gpd.GeoDataFrame({"zone_id": ids, "name_zh": names}, geometry=shapes, crs="EPSG:4490")


def exact_positions(inventory: Inventory) -> set[str]:
    return {repr(float(value)) for value in shapely.get_coordinates(inventory.points.geometry).ravel()}


@SLOW
@given(zones(), inventories(), st.booleans(), st.sampled_from(["exact", "grid", "totals"]))
def test_any_zones_and_stations_make_a_sound_content(frame, inventory, synthetic, points):
    options = ContentOptions(points=points, synthetic=synthetic)
    given_ones = {"base_stations": inventory}
    content = build_content_from_frames(frame, name="任意", options=options, inventories=given_ones)
    assert_sound(content)
    layers = {layer.name: layer for layer in content.layers}
    assert sorted(layers["zones"].features["BSM"]) == sorted(frame["zone_id"])
    if not synthetic:
        assert not layers["zones"].features["SFMN"].any()
    if "base_stations" in layers:
        stations = layers["base_stations"]
        assert stations.n_in == inventory.n_in
        held = stations.features["PQ"].fillna("").str.split(";").explode()
        if points == "exact" and not stations.withheld and stations.features["ZT"].eq("现状").all():
            counted = layers["zones"].features.set_index("BSM")["SL"]
            assert {z: int((held == z).sum()) for z in counted.index} == counted.to_dict()


@SLOW
@given(zones(), inventories(), st.sampled_from([50, 100, 1000]), st.sampled_from(["grid", "totals"]))
def test_nothing_that_is_withheld_comes_out(frame, inventory, grid_m, points):
    options = ContentOptions(points=points, grid_m=grid_m, synthetic=True)
    content = build_content_from_frames(
        frame, name="任意", options=options, inventories={"base_stations": inventory}
    )
    told = everything(content)
    for word in ("密名", "密码", "密址"):
        assert word not in told
    positions = {layer.name: layer for layer in content.layers if layer.geometry_type == "Point"}
    if points == "totals":
        assert not positions
    for layer in positions.values():
        given_out = {repr(float(v)) for v in shapely.get_coordinates(layer.features.geometry).ravel()}
        assert not given_out & exact_positions(inventory)
        assert layer.features["WZJD"].ge(grid_m / 2**0.5).all()


@SLOW
@given(zones(), inventories(), st.data())
def test_an_extent_only_takes_away(frame, inventory, data):
    chosen = data.draw(st.lists(st.sampled_from(sorted(frame["zone_id"])), min_size=1, unique=True))
    given_ones = {"base_stations": inventory}
    options = ContentOptions(synthetic=True)
    whole = build_content_from_frames(frame, name="任意", options=options, inventories=given_ones)
    narrowed = ContentOptions(synthetic=True, extent=Extent(zone_ids=tuple(chosen)))
    part = build_content_from_frames(frame, name="任意", options=narrowed, inventories=given_ones)
    assert_sound(part)
    features = {layer.name: layer.features.set_index("BSM") for layer in whole.layers}
    for layer in part.layers:
        for bsm, row in layer.features.set_index("BSM").iterrows():
            assert row.equals(features[layer.name].loc[bsm])
    kept = {layer.name: layer for layer in part.layers}
    assert set(chosen) <= set(kept["zones"].features["BSM"])


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10_000), st.sampled_from(["", "110108"]), st.booleans())
def test_a_small_pack_of_any_count_is_handed_over(tmp_path_factory, count, code, synthetic):
    directory = write_pack(tmp_path_factory.mktemp("pack"))
    published = directory / "published_counts.csv"
    words = published.read_text(encoding="utf-8").replace("whole,30,", f"whole,{count},")
    published.write_text(words, encoding="utf-8")
    facts = (directory / "pack.json").read_text(encoding="utf-8")
    if code:
        facts = facts.replace('"pack_id"', f'"district_code": "{code}", "pack_id"')
        (directory / "pack.json").write_text(facts, encoding="utf-8")
    content = build_content(open_pack(directory), options=ContentOptions(synthetic=synthetic))
    assert_sound(content)
    layers = {layer.name: layer.features.set_index("BSM") for layer in content.layers}
    district = layers["district"].loc["whole"]
    assert district["SL"] == count
    assert np.isclose(district["ZBZ"] * district["MJ_KM2"], count)
    assert layers["places"]["XZQDM"].tolist() == [code or None]
    assert layers["zones"]["SL"].notna().all() == synthetic
