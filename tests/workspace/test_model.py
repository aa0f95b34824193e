"""The steps of a workspace: each gives a new one, and nothing of the former changes."""

from __future__ import annotations

import pytest

from spatial.errors import UsageError, WorkspaceError
from spatial.importing.model import Subject
from spatial.workspace.model import (
    PlacedPoint,
    Workspace,
    add_dataset,
    drop_dataset,
    header_signature,
    place_point,
    remember_columns,
    restore_zones,
    unplace,
)
from spatial.workspace.store import MemoryStore
from tests.workspace.workspaces import dataset_of, full_workspace, station_frame


def added(*subjects):
    workspace = Workspace()
    for subject in subjects:
        workspace = add_dataset(workspace, dataset_of(station_frame(), subject=subject))
    return workspace


def test_layers_and_points_may_be_several_and_stations_once():
    subjects = [Subject.FEATURES, Subject.BASE_STATIONS, Subject.FEATURES, Subject.BASE_STATIONS]
    names = [dataset.name for dataset in added(*subjects).datasets]
    assert names == ["features", "features_2", "base_stations"]


def test_a_name_that_became_free_is_given_again():
    workspace = drop_dataset(added(Subject.POINTS, Subject.POINTS), "points")
    workspace = add_dataset(workspace, dataset_of(station_frame(), subject=Subject.POINTS))
    assert sorted(dataset.name for dataset in workspace.datasets) == ["points", "points_2"]


def test_each_step_leaves_the_former_as_it_was():
    before = full_workspace()
    names = [dataset.name for dataset in before.datasets]
    drop_dataset(before, names[0])
    restore_zones(before, "small", "zones")
    unplace(before, "small", "park")
    assert [dataset.name for dataset in before.datasets] == names
    assert set(before.changes("small").points) == {"park", "广场"}
    assert "zones" in before.changes("small").zones


def test_a_pack_without_changes_leaves_no_trace():
    workspace = full_workspace()
    for place_id in ("park", "广场"):
        workspace = unplace(workspace, "small", place_id)
    workspace = restore_zones(workspace, "small", "zones")
    assert list(workspace.packs) == ["另一个"]
    assert not workspace.is_empty


def test_a_place_that_is_placed_again_moves():
    workspace = full_workspace()
    moved = PlacedPoint(place_id="park", lon=114.001, lat=23.001)
    workspace = place_point(workspace, "small", moved, fingerprint="g")
    assert workspace.changes("small").points["park"] == moved
    assert workspace.changes("small").fingerprint == "g"


def test_columns_are_remembered_by_header_whatever_its_order_and_by_subject():
    workspace = remember_columns(Workspace(), Subject.PARKS, ["名称", "LON "], {"name_zh": "名称"})
    assert workspace.columns_of(Subject.PARKS, ["lon", "名称"]) == {"name_zh": "名称"}
    assert workspace.columns_of(Subject.ZONES, ["lon", "名称"]) == {}
    assert header_signature(Subject.PARKS, ["a"]) != header_signature(Subject.PARKS, ["b"])
    assert not workspace.is_empty
    assert Workspace().is_empty


def test_a_data_set_that_is_not_there_is_said_so():
    with pytest.raises(UsageError) as refused:
        drop_dataset(Workspace(), "parks")
    assert refused.value.params == {"name": "parks"}


def test_a_data_set_tells_what_its_result_holds():
    dataset = full_workspace().datasets[0]
    assert dataset.source_name == "基站 '清单'.csv"
    assert dataset.frame is dataset.result.frame
    assert dataset.rejected is dataset.result.rejected
    assert dataset.decisions == dataset.result.decisions


def test_a_store_refuses_what_would_undo_another_change():
    store = MemoryStore()
    assert store.load("a").version == 0
    assert store.load("a").workspace.is_empty
    first = store.save("a", full_workspace(), expected=0)
    assert first.version == 1
    with pytest.raises(WorkspaceError) as refused:
        store.save("a", Workspace(), expected=0)
    assert refused.value.params == {"found": 1, "expected": 0}
    assert store.load("a").workspace is first.workspace
    assert store.owners() == ["a"]
    assert store.load("b").workspace.is_empty
