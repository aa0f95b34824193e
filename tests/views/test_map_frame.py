"""What streamlit-folium is handed: our own files, and an error for any other address."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

import folium
import pytest
import streamlit_folium
from streamlit.testing.v1 import AppTest

from layers.vendor import UnmappedAssetError
from tests.browser.conftest import APPS, ROOT
from views import map_frame

OWN_FILE = re.compile(r"\.\./\.\./app/static/((?:vendor|map)/[\w./-]+)(?:\?v=[0-9a-f]{12})?")


@pytest.fixture
def arguments():
    at = AppTest.from_file(str(APPS / "map_alone.py"), default_timeout=60)
    at.query_params["stations"] = "300"
    at.run()
    assert not at.exception
    return json.loads(at.get("component_instance")[0].proto.json_args)


def test_scripts_and_styles_are_files_of_the_app(arguments):
    guard, *scripts = arguments["js_links"]
    assert guard.startswith("data:text/javascript")
    assert scripts
    for url in (*scripts, *arguments["css_links"]):
        path = OWN_FILE.fullmatch(url).group(1)
        assert path.startswith("vendor/") or (ROOT / "static" / path).is_file()


def test_nothing_else_that_is_handed_over_names_a_public_address(arguments):
    for name in ("script", "header", "html", "feature_group"):
        assert not re.search(r"https?://", arguments[name] or ""), name


def test_guard_asks_for_each_file_and_knows_the_words(arguments):
    guard = unquote(arguments["js_links"][0])
    for url in (*arguments["js_links"][1:], *arguments["css_links"]):
        assert url in guard
    assert "SETTINGS" not in guard
    assert "%FILE%" in guard


def test_no_click_is_asked_of_streamlit_folium_itself(arguments):
    assert arguments["returned_objects"] == []


def test_unknown_address_stops_the_run():
    map_frame._wrap_component()
    with pytest.raises(UnmappedAssetError):
        streamlit_folium._component_func(js_links=["https://example.org/x.js"], css_links=[])


def test_component_is_wrapped_once():
    map_frame._wrap_component()
    wrapped = streamlit_folium._component_func
    map_frame._wrap_component()
    assert streamlit_folium._component_func is wrapped


def test_every_asset_of_a_plain_folium_map_is_known():
    for _, url in (*folium.Map.default_js, *folium.Map.default_css):
        map_frame._local([url])


def test_click_counts_once():
    def page():
        import streamlit as st

        from views.map_frame import _new_click

        answer = {
            "atlas_click": {"kind": "zone", "id": "a", "part_id": None, "lon": 1, "lat": 2, "number": 7}
        }
        st.text(
            str([_new_click(answer, memory="m"), _new_click(answer, memory="m"), _new_click({}, memory="m")])
        )
        click = answer["atlas_click"]
        forged = [{**click, "number": 8 + at, **said} for at, said in enumerate((
            {"lon": None}, {"lat": "x"}, {"lat": []}, {"lon": float("nan")}, {"lon": 10**400}, {"id": ["a"]},
            {"kind": None}, {"part_id": {}}, {"id": "a" * 20_000},
        ))]  # fmt: skip
        answers = [
            *({"atlas_click": each} for each in (*forged, {"number": 99}, "zone", [click])),
            "zone",
            [],
        ]
        st.text(str([_new_click(each, memory="m") for each in answers if _new_click(each, memory="m")]))

    at = AppTest.from_function(page).run()
    assert not at.exception
    assert at.text[0].value.count("MapClick(") == 1
    assert at.text[0].value.endswith(", None, None]")
    assert at.text[1].value == "[]", "what is no click changes nothing"
