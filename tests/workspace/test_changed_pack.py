"""A pack as a workspace sees it: outlines, points and the words about them go together."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from spatial.errors import UsageError
from spatial.export.content.build import build_content
from spatial.pack import open_pack
from spatial.workspace.changed_pack import (
    ChangedPack,
    changed_pack,
    checked_point,
    fingerprint,
    outline_attribution,
    usable_changes,
    with_placed_points,
)
from spatial.workspace.model import PackChanges, PlacedPoint, ReplacedZones
from spatial.workspace.zone_replacement import match_zones, replaced_frame
from tests.small_pack import write_pack
from tests.workspace.workspaces import dataset_of

FILE = "测绘院.gpkg"


@pytest.fixture
def pack(tmp_path):
    write_pack(tmp_path / "pack")
    return open_pack(tmp_path / "pack")


def replaced(pack, *, n=2, basis="official_supplied"):
    zones = pack.zones("zones")
    file = zones.iloc[:n].assign(geometry=zones.geometry.iloc[:n].scale(1.02, 1.0))
    match = match_zones(zones, file)
    frame = replaced_frame(zones, file, match, basis=basis, source=FILE, accuracy_m=0.5)
    return ReplacedZones(frame=frame, match=match, dataset=dataset_of(file, subject="zones", name=FILE))


def test_a_pack_without_changes_is_itself(pack):
    assert changed_pack(pack, PackChanges()) is pack
    assert outline_attribution(pack, "zh") == ""


def test_zones_of_a_layer_are_the_replaced_ones_and_the_packs_stay(pack):
    before = pack.zones("zones")
    changed = changed_pack(pack, PackChanges(zones={"zones": replaced(pack)}))
    assert isinstance(changed, ChangedPack)
    assert set(changed.zones("zones")["geometry_basis"]) == {"official_supplied"}
    assert set(pack.zones("zones")["geometry_basis"]) == set(before["geometry_basis"]) == {"schematic"}
    changed.zones("zones")["geometry_basis"] = "spoilt"
    assert set(changed.zones("zones")["geometry_basis"]) == {"official_supplied"}
    assert changed.zones("district").equals(pack.zones("district"))


def test_the_catalogue_says_whose_outlines_they_are(pack):
    changed = changed_pack(pack, PackChanges(zones={"zones": replaced(pack)}))
    (record,) = [each for each in changed.datasets("zone_layer") if each.path.endswith("zones.geojson")]
    assert FILE in record.source_zh
    assert FILE in record.source_en
    assert record.geometry_basis == "official_supplied"
    assert "示意" not in record.title_zh
    others = [each for each in changed.catalog if each is not record]
    assert others == [each for each in pack.catalog if each.path != record.path]
    assert FILE in outline_attribution(changed, "zh")
    assert "片区为示意范围" not in outline_attribution(changed, "zh")


def test_a_layer_that_is_replaced_in_part_keeps_its_reservation(pack):
    changed = changed_pack(pack, PackChanges(zones={"zones": replaced(pack, n=1)}))
    (record,) = [each for each in changed.datasets("zone_layer") if each.path.endswith("zones.geojson")]
    (former,) = [each for each in pack.datasets("zone_layer") if each.path == record.path]
    assert record.title_zh == former.title_zh
    assert record.geometry_basis == former.geometry_basis
    assert former.source_zh in record.source_zh
    assert "示意" in outline_attribution(changed, "zh")


def test_a_hand_over_carries_basis_and_accuracy_of_the_new_outlines(pack):
    changed = changed_pack(pack, PackChanges(zones={"zones": replaced(pack)}))
    for source, basis, accuracy in ((pack, "示意", 5.0), (changed, "官方数据", 0.5)):
        (zones,) = [layer for layer in build_content(source).layers if layer.name == "zones"]
        assert set(zones.features["JHLY"]) == {basis}
        assert set(zones.features["WZJD"]) == {accuracy}
    assert FILE in set(zones.features["SJLY"]).pop()


def test_changes_of_another_edition_are_left_out_with_a_remark(pack):
    zones = replaced(pack)
    other = replace(zones, frame=zones.frame.iloc[:1])
    layers = {"zones": pack.zones("zones")}
    usable, notices = usable_changes(layers, PackChanges(zones={"zones": other}))
    assert not usable.zones
    assert FILE in notices[0].message("zh")
    fitting = PackChanges(zones={"zones": zones})
    assert usable_changes(layers, fitting) == (fitting, ())


def test_an_edition_is_told_by_its_zones(pack, tmp_path):
    write_pack(tmp_path / "twin")
    assert fingerprint(open_pack(tmp_path / "twin")) == fingerprint(pack)
    record = next(each for each in pack.catalog if each.kind == "zone_layer")
    changed = [replace(each, sha256="0" * 64) if each is record else each for each in pack.catalog]
    assert fingerprint(replace(pack, catalog=tuple(changed))) != fingerprint(pack)


def unlocated(places):
    return places[places.geometry.isna()]["place_id"].iloc[0]


def located(places):
    return places[places.geometry.notna()]["place_id"].iloc[0]


@pytest.fixture
def places():
    return open_pack("haizhu").place_points()


def test_a_placed_point_says_that_a_person_placed_it(places):
    place_id = unlocated(places)
    point = checked_point(places, PlacedPoint(place_id=place_id, lon=113.3, lat=23.1))
    found = with_placed_points(places, {place_id: point, "nobody": point})
    row = found[found["place_id"] == place_id].iloc[0]
    assert (row.geometry.x, row.geometry.y, row["lon"], row["lat"]) == (113.3, 23.1, 113.3, 23.1)
    assert row["basis"] == "placed_by_user"
    assert math.isnan(row["confidence_m"])
    others = found["place_id"] != place_id
    assert found[others].equals(places[others])
    assert places[places["place_id"] == place_id].geometry.isna().all()


def test_a_stated_accuracy_is_carried(places):
    place_id = unlocated(places)
    point = PlacedPoint(place_id=place_id, lon=113.3, lat=23.1, accuracy_m=25.0)
    found = with_placed_points(places, {place_id: point})
    assert list(found[found["place_id"] == place_id]["confidence_m"]) == [25.0]


def test_without_a_placed_point_the_places_are_themselves(places):
    assert with_placed_points(places, {}) is places


def test_a_place_whose_position_is_known_is_not_moved_unasked(places):
    point = PlacedPoint(place_id=located(places), lon=113.3, lat=23.1)
    with pytest.raises(UsageError) as refused:
        checked_point(places, point)
    assert refused.value.key == "workspace.place_is_located"
    assert checked_point(places, point, move_located=True) is point


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ({"place_id": "nobody"}, "workspace.unknown_place"),
        ({"lon": 181.0}, "workspace.bad_position"),
        ({"lat": float("nan")}, "workspace.bad_position"),
        ({"accuracy_m": -1.0}, "workspace.bad_accuracy"),
        ({"accuracy_m": float("inf")}, "workspace.bad_accuracy"),
    ],
)
def test_what_is_no_point_is_refused(places, facts, key):
    point = PlacedPoint(**{"place_id": unlocated(places), "lon": 113.3, "lat": 23.1, **facts})
    with pytest.raises(UsageError) as refused:
        checked_point(places, point)
    assert refused.value.key == key


def test_the_pack_hands_its_placed_points_over(places):
    pack = open_pack("haizhu")
    place_id = unlocated(places)
    point = PlacedPoint(place_id=place_id, lon=113.3, lat=23.1)
    changed = changed_pack(pack, PackChanges(points={place_id: point}))
    assert changed.place_points().geometry.notna().sum() == places.geometry.notna().sum() + 1
