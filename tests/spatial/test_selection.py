from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from spatial.definition import Definition, Indoor, LifecycleStatus, Numerator, Shared
from spatial.errors import BasisUnavailableError, CellLevelTableError
from spatial.selection import select_stations
from tests.spatial.strategies import point_frame, seeds

AS_GIVEN = Definition(numerator=Numerator.AS_GIVEN)


def table(n, **columns):
    xy = np.column_stack([430000 + 10.0 * np.arange(n), np.full(n, 2550000.0)])
    return point_frame(xy, **columns)


def keys(selection):
    return [notice.key for notice in selection.notices]


def noticed(selection, key):
    return next(notice.params for notice in selection.notices if notice.key == key)


def test_planned_rows_are_left_out_and_counted_aloud():
    points = table(4, status=["existing", "planned", "under_construction", "existing"])
    existing = select_stations(points, AS_GIVEN)
    assert existing.rows.tolist() == [0, 3]
    assert noticed(existing, "verdict.rows_left_out")["count"] == 2
    assert "状态" in existing.notices[0].message("zh")
    planned = select_stations(
        points, Definition(numerator=Numerator.AS_GIVEN, status=LifecycleStatus.PLANNED)
    )
    assert planned.rows.tolist() == [1, 2]
    everything = Definition(numerator=Numerator.AS_GIVEN, status=LifecycleStatus.ALL)
    assert select_stations(points, everything).n_counted == 4
    assert select_stations(points, everything).notices == ()
    gone = points.assign(status=["existing", "planned", "removed", ""])
    assert select_stations(gone, everything).rows.tolist() == [0, 1, 3]
    assert noticed(select_stations(gone, everything), "verdict.rows_left_out")["count"] == 1


def test_an_unstated_state_reads_as_existing_and_says_so():
    assert noticed(select_stations(table(3), AS_GIVEN), "verdict.status_not_stated") == {"count": 3}
    some = select_stations(table(3, status=["existing", "", None]), AS_GIVEN)
    assert some.n_counted == 3
    assert noticed(some, "verdict.status_not_stated") == {"count": 2}
    with pytest.raises(BasisUnavailableError, match="status"):
        select_stations(table(3), Definition(status=LifecycleStatus.PLANNED))


def test_indoor_systems_can_be_left_out_where_the_type_is_known():
    without = Definition(numerator=Numerator.AS_GIVEN, indoor=Indoor.EXCLUDE)
    chosen = select_stations(table(3, site_type=["macro", "indoor", "pole"]), without)
    assert chosen.rows.tolist() == [0, 2]
    assert "室内" in chosen.notices[-1].message("zh")
    with pytest.raises(BasisUnavailableError) as caught:
        select_stations(table(3, site_type=["macro", "", None]), without)
    assert caught.value.params["count"] == 2
    with pytest.raises(BasisUnavailableError):
        select_stations(table(3), without)


def test_an_as_of_date_needs_dates():
    by_2020 = Definition(numerator=Numerator.AS_GIVEN, as_of=dt.date(2020, 12, 31))
    dated = table(3, as_of=["2019-06-01", "2020-12-31", "2021-01-01"])
    assert select_stations(dated, by_2020).rows.tolist() == [0, 1]
    assert select_stations(table(1, as_of=[dt.date(2020, 1, 1)]), by_2020).n_counted == 1
    with pytest.raises(BasisUnavailableError, match="截止日期"):
        select_stations(table(3, as_of=["2019-06-01", "", "soon"]), by_2020)


def test_a_table_of_cells_is_not_counted_without_a_numerator():
    cells = table(6, logical_station_id=["g1", "g1", "g1", "g2", "g2", "g3"], operator="中国移动")
    with pytest.raises(CellLevelTableError) as caught:
        select_stations(cells, Definition())
    assert caught.value.params == {"count": 5, "stations": 3}
    assert select_stations(cells, AS_GIVEN).n_counted == 6
    assert noticed(select_stations(cells, AS_GIVEN), "verdict.duplicates_kept") == {"count": 3}
    stations = select_stations(cells, Definition(numerator=Numerator.LOGICAL_STATION))
    assert stations.rows.tolist() == [0, 3, 5]
    assert noticed(stations, "verdict.rows_merged")["count"] == 3


def test_a_table_whose_own_ids_repeat_is_taken_for_cells_from_half_its_rows():
    with pytest.raises(CellLevelTableError):
        select_stations(table(4, site_id=["a", "a", "a", "b"]), Definition())
    few = select_stations(table(4, site_id=["a", "a", "c", "b"]), Definition())
    assert few.n_counted == 4
    assert noticed(few, "verdict.duplicates_kept") == {"count": 1}
    assert "verdict.numerator_assumed" in keys(few)


def test_the_ids_of_two_operators_may_meet():
    points = table(2, logical_station_id=["g1", "g1"], operator=["中国移动", "中国电信"])
    assert select_stations(points, Definition()).n_counted == 2
    assert select_stations(points, Definition(numerator=Numerator.LOGICAL_STATION)).n_counted == 2
    shared = points.assign(shared=True)
    assert select_stations(shared, Definition(numerator=Numerator.LOGICAL_STATION)).n_counted == 1
    with pytest.raises(CellLevelTableError):
        select_stations(shared, Definition())


@pytest.mark.parametrize("numerator", [Numerator.PHYSICAL_SITE, Numerator.LOGICAL_STATION])
def test_a_numerator_needs_its_column_filled_in_every_row(numerator):
    definition = Definition(numerator=numerator)
    with pytest.raises(BasisUnavailableError):
        select_stations(table(2), definition)
    with pytest.raises(BasisUnavailableError) as caught:
        select_stations(table(3, **{f"{numerator}_id": ["a", " ", None]}), definition)
    assert caught.value.params["count"] == 2


def test_only_the_rows_that_count_need_the_column():
    points = table(2, physical_site_id=["a", ""], status=["existing", "planned"])
    assert select_stations(points, Definition(numerator=Numerator.PHYSICAL_SITE)).n_counted == 1


@given(seeds)
def test_merging_does_not_depend_on_the_row_order(seed):
    rng = np.random.default_rng(seed)
    points = table(
        12, physical_site_id=[f"p{i}" for i in rng.integers(0, 4, 12)], site_id=list("abcdefabcdef")
    )
    definition = Definition(numerator=Numerator.PHYSICAL_SITE)
    first = select_stations(points, definition).points
    other = select_stations(points.sample(frac=1.0, random_state=int(seed)), definition).points
    assert sorted(first.geometry.to_wkt()) == sorted(other.geometry.to_wkt())
    assert len(first) == points["physical_site_id"].nunique()


def test_merged_rows_that_lie_apart_are_told():
    near = point_frame([(430000, 2550000), (430010, 2550000)], physical_site_id=["a", "a"])
    far = point_frame([(430000, 2550000), (430400, 2550000)], physical_site_id=["a", "a"])
    definition = Definition(numerator=Numerator.PHYSICAL_SITE)
    assert "verdict.merged_rows_apart" not in keys(select_stations(near, definition))
    assert noticed(select_stations(far, definition), "verdict.merged_rows_apart") == {"count": 1}


PER_OPERATOR = Definition(numerator=Numerator.AS_GIVEN, shared=Shared.PER_OPERATOR)


def test_shared_stations_count_once_or_for_each_operator():
    points = table(3, shared=[True, False, True])
    assert select_stations(points, AS_GIVEN).n_counted == 3
    each = select_stations(points, PER_OPERATOR)
    assert each.weights.tolist() == [2, 1, 2]
    assert noticed(each, "verdict.shared_counted_twice") == {"count": 2}


def test_named_operators_are_counted_by_name():
    points = table(3, operators=["中国移动;中国广电", "中国电信、中国联通、中国电信", "中国移动"])
    assert select_stations(points, PER_OPERATOR).weights.tolist() == [2, 2, 1]
    with pytest.raises(BasisUnavailableError, match="operators"):
        select_stations(table(2, operators=["中国移动", ""]), PER_OPERATOR)


def test_per_operator_needs_to_know_what_is_shared():
    with pytest.raises(BasisUnavailableError):
        select_stations(table(2), PER_OPERATOR)
    with pytest.raises(BasisUnavailableError) as caught:
        select_stations(table(3, shared=pd.array([True, None, None], dtype="boolean")), PER_OPERATOR)
    assert caught.value.params["count"] == 2
    with pytest.raises(BasisUnavailableError):
        select_stations(table(2, shared=["是", "否"]), PER_OPERATOR)
    sites = Definition(numerator=Numerator.PHYSICAL_SITE, shared=Shared.PER_OPERATOR)
    with pytest.raises(BasisUnavailableError, match="物理站址"):
        select_stations(table(1, physical_site_id=["a"], shared=[True]), sites)


def test_an_empty_table_selects_nothing():
    for definition in (Definition(), AS_GIVEN, Definition(numerator=Numerator.PHYSICAL_SITE), PER_OPERATOR):
        chosen = select_stations(table(2, shared=[True, True]).iloc[:0], definition)
        assert chosen.n_counted == 0
        assert len(chosen.points) == 0
    with pytest.raises(BasisUnavailableError):
        select_stations(table(1).iloc[:0], PER_OPERATOR)


@pytest.mark.parametrize(("repeated", "refused"), [(4, False), (5, False), (6, True)])
def test_a_table_lists_cells_where_more_than_half_of_its_rows_repeat_a_site(repeated, refused):
    ids = ["s"] * repeated + [str(at) for at in range(10 - repeated)]
    if refused:
        with pytest.raises(CellLevelTableError):
            select_stations(table(10, site_id=ids), Definition())
    else:
        assert select_stations(table(10, site_id=ids), Definition()).n_counted == 10


@pytest.mark.parametrize(("apart_m", "told"), [(15.0, False), (30.0, True)])
def test_merged_rows_are_told_from_about_twenty_metres_apart(apart_m, told):
    points = point_frame([[430000, 2550000], [430000 + apart_m, 2550000]], physical_site_id=["p", "p"])
    found = select_stations(points, Definition(numerator=Numerator.PHYSICAL_SITE))
    assert found.n_counted == 1
    assert ("verdict.merged_rows_apart" in keys(found)) is told
