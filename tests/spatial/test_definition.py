from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.definition import (
    AreaBasis,
    Definition,
    Indoor,
    LifecycleStatus,
    Numerator,
    Shared,
    denominators_km2,
    require_basis,
)
from spatial.errors import BasisUnavailableError, GeometryError
from spatial.text import catalogue
from tests.spatial.strategies import zone_frame

SQUARES = [shapely.box(430000 + 3000 * i, 2550000, 432000 + 3000 * i, 2551000) for i in range(3)]


def test_the_default_states_every_choice():
    plain = Definition().to_dict()
    assert plain == {
        "numerator": "as_given",
        "numerator_stated": False,
        "indoor": "include",
        "shared": "once",
        "status": "existing",
        "area_basis": "geometry",
        "as_of": None,
    }


def test_to_dict_is_json_and_tells_a_stated_numerator():
    stated = Definition(numerator=Numerator.AS_GIVEN, as_of=dt.date(2020, 12, 31)).to_dict()
    assert json.loads(json.dumps(stated)) == stated
    assert stated["numerator_stated"] is True
    assert stated["as_of"] == "2020-12-31"


definitions = st.builds(
    Definition,
    numerator=st.none() | st.sampled_from(Numerator),
    indoor=st.sampled_from(Indoor),
    shared=st.sampled_from(Shared),
    status=st.sampled_from(LifecycleStatus),
    area_basis=st.sampled_from(AreaBasis),
    as_of=st.none() | st.dates(),
)


@given(definitions, definitions, st.sampled_from(["zh", "en"]))
def test_two_definitions_never_share_a_label(one, other, lang):
    assert (one.label(lang) == other.label(lang)) == (one == other)


def test_labels_speak_the_planners_words():
    label = Definition(numerator=Numerator.PHYSICAL_SITE, area_basis=AreaBasis.LAND).label("zh")
    assert "物理站址" in label
    assert "陆域面积" in label
    assert "口径未说明" in Definition().label("zh")


def test_every_verdict_text_has_both_languages_and_the_same_fields():
    for key, entry in catalogue().items():
        if key.startswith("verdict."):
            assert set(entry) == {"zh", "en"}
            fields = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in entry.values()]
            assert fields[0] == fields[1], key


def test_denominators_come_from_their_own_column_and_no_other():
    zones = zone_frame(
        SQUARES,
        area_official_km2=[2.5, np.nan, 0.0],
        area_land_km2=["1.75", None, "-3"],
    )
    assert denominators_km2(zones, AreaBasis.GEOMETRY).round(2).tolist() == [2.0, 2.0, 2.0]
    official = denominators_km2(zones, AreaBasis.OFFICIAL)
    assert official.iloc[0] == 2.5
    assert official.isna().tolist() == [False, True, True]
    assert denominators_km2(zones, AreaBasis.LAND).tolist()[0] == 1.75
    built_up = denominators_km2(zones.set_axis([3, 1, 2]), AreaBasis.BUILT_UP)
    assert built_up.isna().all()
    assert built_up.index.tolist() == [3, 1, 2]
    assert built_up.name == "area_km2"


def test_an_area_that_no_ground_can_have_is_none():
    zones = zone_frame(SQUARES, area_official_km2=[1e-320, 1e308, 510_065_622.0])
    assert denominators_km2(zones, AreaBasis.OFFICIAL).isna().tolist() == [True, True, False]
    # 1e-7 m of easting on a metre: less than a square millimetre.
    sliver = shapely.Polygon([(430000, 2550000), (430000 + 1e-7, 2550000), (430000, 2550001)])
    assert denominators_km2(zone_frame([sliver]), AreaBasis.GEOMETRY).isna().all()


def test_a_lacking_denominator_is_an_error_that_names_the_zones():
    ids = pd.Series(["west", "mid", "east"])
    with pytest.raises(BasisUnavailableError) as caught:
        require_basis(pd.Series([1.0, np.nan, np.nan]), ids, basis=AreaBasis.BUILT_UP)
    assert "mid、east" in caught.value.message("zh")
    assert "建成区面积" in caught.value.message("zh")
    assert "mid, east" in caught.value.message("en")
    assert "built-up area" in caught.value.message("en")
    require_basis(pd.Series([1.0, 2.0, 3.0]), ids, basis=AreaBasis.BUILT_UP)
    with pytest.raises(GeometryError, match="east"):
        require_basis(pd.Series([1.0, 2.0, np.nan]), ids, basis=AreaBasis.GEOMETRY)
