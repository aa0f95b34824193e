"""The map of a scene: what is constant, what travels, what it says about itself."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from branca.element import Template

from layers.atlas_map import build_atlas
from layers.classification import CLASSIFICATION
from layers.point_layer import point_layer
from layers.registry import LAYERS, PLACE_KINDS, LayerId
from layers.scene import MapScene
from spatial.text import LANGUAGES, catalogue, text
from tests.browser.apps.frames import (
    HOSTILE,
    sample_district,
    sample_parts,
    sample_places,
    sample_points,
    sample_zones,
)

TWO_MEGABYTES = 2_000_000
EVERYTHING = frozenset(LayerId) - {LayerId.TIANDITU}


@pytest.fixture
def scene():
    zones = sample_zones()
    return MapScene(
        district=sample_district(zones),
        zones=zones,
        parts=sample_parts(),
        place_points=sample_places(),
        stations=sample_points(50),
        poles=sample_points(20, seed=2),
        stations_synthetic=True,
        attribution="示例数据",
    )


def scripts(atlas):
    """Return the frame's script and the scene's, as folium hands them on."""
    frame = [child for child in atlas.map._children.values() if child._name == "AtlasFrame"]
    contents = [child for child in atlas.groups[0]._children.values() if child._name == "AtlasScene"]
    atlas.groups[0].add_to(atlas.map)
    return frame[0]._script(), contents[0]._script()


def layers_of(atlas):
    """Return layer name -> (kind, version, opacity, data)."""
    written = re.fullmatch(r"atlas\.show\(map_\w+, (.*)\);", scripts(atlas)[1], flags=re.DOTALL).group(1)
    return {name: rest for name, *rest in json.loads(written)}


def without_ids(script):
    return re.sub(r"map_[0-9a-f]{32}", "map", script)


def test_frame_is_constant_while_the_scene_changes(scene):
    one = build_atlas(scene, lang="zh")
    other = build_atlas(
        replace(scene, layers_on=EVERYTHING, selected_zone_id="zone_a", zones=sample_zones("undetermined")),
        lang="zh",
    )
    assert one.version == other.version
    assert without_ids(scripts(one)[0]) == without_ids(scripts(other)[0])
    assert build_atlas(scene, lang="en").version != one.version
    assert build_atlas(replace(scene, pack_id="other"), lang="zh").version != one.version


def test_a_map_with_a_focus_opens_and_comes_home_there(scene):
    west, south, east, north = scene.zones.iloc[[0]].to_crs(4326).total_bounds
    options = json.loads(
        re.search(r"\{.*\}", scripts(build_atlas(scene, lang="zh", focus=scene.zones.iloc[[0]]))[0])[0]
    )
    assert options["home"] == [
        [pytest.approx(south, abs=1e-6), pytest.approx(west, abs=1e-6)],
        [pytest.approx(north, abs=1e-6), pytest.approx(east, abs=1e-6)],
    ]


def test_same_scene_is_the_same_text(scene):
    assert without_ids(scripts(build_atlas(scene, lang="zh"))[1]) == without_ids(
        scripts(build_atlas(replace(scene, zones=scene.zones.copy()), lang="zh"))[1]
    )


def test_only_layers_that_are_on_are_sent(scene):
    assert {"stations", "poles"}.isdisjoint(layers_of(build_atlas(scene, lang="zh")))
    shown = layers_of(build_atlas(replace(scene, layers_on=EVERYTHING), lang="zh"))
    assert {"zones", "parts", "stations", "poles", *(layer.value for layer in PLACE_KINDS)} <= set(shown)
    assert "tianditu" not in shown


def test_only_the_changed_layer_has_another_version(scene):
    before = layers_of(build_atlas(replace(scene, layers_on=EVERYTHING), lang="zh"))
    after = layers_of(
        build_atlas(replace(scene, layers_on=EVERYTHING, zones=sample_zones("short")), lang="zh")
    )
    changed = {name for name in before if before[name][1] != after[name][1]}
    assert changed == {"zones", "furniture"}


def test_opacity_travels_apart_from_the_version(scene):
    usual = layers_of(build_atlas(scene, lang="zh"))["zones"]
    faded = layers_of(build_atlas(replace(scene, opacity={LayerId.ZONES: 0.3}), lang="zh"))["zones"]
    assert (usual[1], faded[2]) == (faded[1], 0.3)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_status_carries_its_word_and_that_it_is_simulated(scene, lang):
    shown = layers_of(build_atlas(scene, lang=lang))
    mark = text("verdict.badge_synthetic", lang)
    for item, status in zip(shown["zones"][3]["items"], ("met", "near", "short"), strict=True):
        word, sign = CLASSIFICATION[status].label(lang), CLASSIFICATION[status].symbol
        figure = {"met": "56.3", "near": "49.3", "short": "21.1"}[status]
        assert item["second"] == {"tag": mark, "words": f"{sign} {figure}/km²"}
        assert item["brief"] == sign
        assert any(mark in value and word in value for _, value in item["tip"])
    legend = shown["furniture"][3]["legend"]
    assert [row["word"] for row in legend["status"]] == [c.label(lang) for c in CLASSIFICATION.classes]
    counts = {row["status"]: row["count"] for row in legend["status"] if row["count"]}
    assert counts == {"met": 1, "near": 1, "short": 1}
    assert text("map.legend_reference", lang, target="52") in legend["status_notes"]


def test_zone_without_a_density_says_its_status_in_words(scene):
    zones = sample_zones("no_data").assign(density_per_km2=[None, 49.3, 21.1])
    shown = layers_of(build_atlas(replace(scene, zones=zones), lang="zh"))
    look = CLASSIFICATION["no_data"]
    assert shown["zones"][3]["items"][0]["second"]["words"] == f"{look.symbol} {look.label('zh')}"


def test_one_word_for_each_thing():
    written = [words["zh"] for key, words in catalogue().items() if key.startswith("map.")]
    assert written
    assert [words for words in written if re.search("分区|台账", words)] == []
    assert text("map.tip_part", "zh") == text("map.layer_parts", "zh") == "子片区"


def test_badges_apply_only_where_they_are_true(scene):
    def words(given_scene):
        return [
            badge["word"]
            for badge in layers_of(build_atlas(given_scene, lang="zh"))["furniture"][3]["badges"]
        ]

    assert words(scene) == [
        text(f"verdict.badge_{name}", "zh") for name in ("schematic", "synthetic", "reference")
    ]
    zones = sample_zones().assign(geometry_basis="official_supplied", target_scope="zone", synthetic=False)
    plain = replace(scene, zones=zones, parts=None, stations_synthetic=False)
    assert words(plain) == []


def test_foot_says_internal_use_until_there_is_a_review_number(scene):
    def foot(given_scene):
        return layers_of(build_atlas(given_scene, lang="zh"))["furniture"][3]["foot"]

    assert foot(scene)["review"] == text("map.internal_use", "zh")
    assert "GS(2026)1号" in foot(replace(scene, review_number="GS(2026)1号"))["review"]


def test_unlocated_places_are_left_out(scene):
    shown = layers_of(build_atlas(replace(scene, layers_on=EVERYTHING), lang="zh"))
    ids = [item["id"] for layer in PLACE_KINDS for item in shown[layer.value][3]["items"]]
    assert sorted(ids) == ["place_0", "place_1"]


def test_key_of_the_online_map_is_sent_only_while_its_layer_is_on(scene):
    keyed = replace(scene, tianditu_key="secret-key")
    assert "secret-key" not in scripts(build_atlas(keyed, lang="zh"))[1]
    on = replace(keyed, layers_on=keyed.layers_on | {LayerId.TIANDITU})
    assert layers_of(build_atlas(on, lang="zh"))["tianditu"][3]["key"] == "secret-key"
    assert "tianditu" not in layers_of(build_atlas(replace(on, tianditu_key=None), lang="zh"))


def test_empty_scene_still_makes_a_map():
    assert set(layers_of(build_atlas(MapScene(), lang="zh"))) == {"selection", "furniture"}


def test_zones_without_a_check_carry_no_status(scene):
    zones = scene.zones[["zone_id", "name_zh", "geometry"]]
    shown = layers_of(build_atlas(replace(scene, zones=zones), lang="zh"))
    assert [item["status"] for item in shown["zones"][3]["items"]] == [None] * 3
    assert shown["furniture"][3]["legend"]["status"] == []


def test_whole_map_stays_under_two_megabytes(scene):
    full = replace(
        scene, layers_on=EVERYTHING, stations=sample_points(5144), poles=sample_points(20_000, seed=2)
    )
    assert sum(len(part.encode()) for part in scripts(build_atlas(full, lang="zh"))) < TWO_MEGABYTES


def test_points_come_with_every_attribute_and_none_is_lost():
    points = sample_points(300).drop(columns=["band"])
    points.loc[0, "operator"] = None
    data = json.loads(point_layer(points, lang="zh", title="站", colour="#000000", synthetic=True))
    assert data["count"] == 300
    assert [column["title"] for column in data["columns"]] == [
        text(f"map.tip_{name}", "zh") for name in ("site_id", "name", "operator", "site_type", "lifecycle")
    ]
    ids = data["columns"][0]
    assert [ids["prefix"] + end for end in ids["texts"].split("\n")] == points["site_id"].tolist()
    assert "" in data["columns"][2]["words"]
    assert data["notes"][0][1] == text("verdict.badge_synthetic", "zh")


def test_page_of_hostile_names_renders_without_running_them(scene):
    zones, places = sample_zones(names=HOSTILE[:3]), sample_places(HOSTILE[3:6])
    hostile = replace(
        scene,
        zones=zones,
        place_points=places,
        parts=sample_parts(HOSTILE[5:7]),
        stations=sample_points(300, operator=HOSTILE[3]),
        layers_on=EVERYTHING,
        attribution=HOSTILE[4],
        review_number=HOSTILE[6],
    )
    atlas = build_atlas(hostile, lang="zh")
    _, contents = scripts(atlas)
    page = atlas.map.get_root().render()
    assert without_ids(contents) in without_ids(page)
    assert Template(contents).render() == contents
    for payload in HOSTILE:
        assert payload not in page


def test_texts_of_the_map_are_complete():
    needed = {spec.title_key for spec in LAYERS} | {f"map.kind_{name}" for name in ("park", "city")}
    assert needed <= set(catalogue())


def test_place_nearer_to_a_boundary_than_its_error_says_so(scene):
    places = sample_places().assign(near_boundary=["true", "false", "true"])
    shown = layers_of(build_atlas(replace(scene, place_points=places), lang="zh"))
    said = [
        text("map.near_boundary", "zh") in dict(item["tip"]).values() for item in shown["parks"][3]["items"]
    ]
    assert said == [True, False]


def test_mark_is_drawn_whether_or_not_its_layer_is_on(scene):
    bare = replace(scene, layers_on=frozenset(), selected_zone_id="part_b", highlighted_place_id="place_1")
    mark = layers_of(build_atlas(bare, lang="zh"))["selection"][3]
    assert mark["rings"]
    assert mark["spot"]["name"] == "乙园"
    unknown = replace(bare, selected_zone_id="nowhere", highlighted_place_id="place_2")
    mark = layers_of(build_atlas(unknown, lang="zh"))["selection"][3]
    assert (mark["rings"], mark["spot"]) == ([], None)
