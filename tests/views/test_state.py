"""The address of a view: short, versioned, complete and never trusted."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.registry import DEFAULT_LAYERS, LayerId
from spatial.definition import AreaBasis, Definition, Indoor, LifecycleStatus, Numerator, Shared
from views.state import USUAL_OPACITY, ViewState, read_address, write_address

IDS = st.from_regex(r"[a-z][a-z0-9_-]{0,30}", fullmatch=True)
DEFINITIONS = st.builds(
    Definition,
    numerator=st.sampled_from([None, *Numerator]),
    indoor=st.sampled_from(Indoor),
    shared=st.sampled_from(Shared),
    status=st.sampled_from(LifecycleStatus),
    area_basis=st.sampled_from(AreaBasis),
    as_of=st.none() | st.dates(),
)
VIEWS = st.builds(
    ViewState,
    lang=st.sampled_from(["zh", "en"]),
    pack=IDS,
    definition=DEFINITIONS,
    layers=st.frozensets(st.sampled_from(LayerId)),
    opacity=st.dictionaries(st.sampled_from(LayerId), st.integers(0, 100)).map(
        lambda chosen: tuple(sorted((k, v) for k, v in chosen.items() if v != USUAL_OPACITY[k]))
    ),
    zone=st.none() | IDS,
    place=st.none() | IDS,
)


@given(VIEWS)
def test_an_address_brings_the_view_back(view: ViewState) -> None:
    found, ignored = read_address(write_address(view))
    assert found == view
    assert ignored == ()


@given(VIEWS)
def test_an_address_is_short(view: ViewState) -> None:
    assert len(urlencode(write_address(view))) < 500


def test_the_usual_view_has_no_parameters() -> None:
    assert write_address(ViewState()) == {}


def test_only_what_differs_stands_in_the_address() -> None:
    view = ViewState(zone="pazhou", definition=Definition(area_basis=AreaBasis.OFFICIAL))
    assert write_address(view) == {"v": "1", "area_basis": "official", "zone": "pazhou"}


def test_link_without_layers_still_shows_what_a_planner_brings():
    view, ignored = read_address({"v": "1", "layers": "none"})
    assert view.layers == frozenset({LayerId.CONTEXT, LayerId.OWN_PARKS, LayerId.OWN_POINTS})
    assert not ignored
    assert write_address(view) == {"v": "1", "layers": "none"}


def test_no_layer_at_all_survives() -> None:
    view = replace(ViewState(), layers=frozenset())
    assert write_address(view) == {"v": "1", "layers": "-context,-own_parks,-own_points"}
    assert read_address(write_address(view))[0].layers == frozenset()


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("v", "2"),
        ("as_of", "yesterday"),
        ("lang", "fr"),
        ("numerator", "cells"),
        ("layers", "zones,nothing"),
        ("opacity", "zones.101"),
        ("opacity", "zones.-5"),
        ("opacity", "zones"),
        ("zone", "../../etc"),
        ("zone", "x" * 65),
        ("place", "<script>"),
        ("place", "{{7*7}}"),
        ("utm_source", "mail"),
    ],
)
def test_what_is_not_understood_is_ignored_and_named(key: str, word: str) -> None:
    view, ignored = read_address({key: word, "zone" if key != "zone" else "place": "pazhou"})
    assert len(ignored) == 1
    assert ignored[0].startswith(f"{key}=")
    assert "pazhou" in (view.zone, view.place)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=80), max_size=5))
def test_no_address_breaks_the_reader(address: dict[str, str]) -> None:
    view, _ = read_address(address)
    assert read_address(write_address(view)) == (view, ())


# Links that were sent once must open for ever.
OLD_LINKS = [
    ({"v": "1", "lang": "en"}, {"lang": "en"}),
    ({"v": "1", "zone": "pazhou", "area_basis": "official"}, {"zone": "pazhou"}),
    ({"v": "1", "layers": "stations,zones", "opacity": "zones.60"}, {"opacity": ((LayerId.ZONES, 60),)}),
    ({"v": "1", "numerator": "physical_site", "status": "all", "shared": "per_operator"}, {}),
]


@pytest.mark.parametrize(("link", "expected"), OLD_LINKS)
def test_old_links_still_open(link: dict[str, str], expected: dict[str, object]) -> None:
    view, ignored = read_address(link)
    assert ignored == ()
    assert {name: getattr(view, name) for name in expected} == expected


def test_default_layers_are_the_registry_s() -> None:
    assert ViewState().layers == DEFAULT_LAYERS
