"""The map as one page: complete, offline, without the key of the online map."""

from __future__ import annotations

import re

import pytest

from layers.registry import LayerId
from layers.scene import MapScene
from layers.standalone import STANDALONE_FILES, standalone_html
from tests.browser.apps.frames import HOSTILE, sample_zones

FILES = {name: f"/* {name} */" for name in STANDALONE_FILES}


def test_page_holds_every_file_and_asks_for_none():
    page = standalone_html(MapScene(zones=sample_zones()), lang="zh", files=FILES)
    for text in FILES.values():
        assert page.count(text) == 1
    assert not re.search(r"<(script|link)[^>]+(src|href)=", page)


def test_missing_file_is_an_error():
    with pytest.raises(KeyError):
        standalone_html(MapScene(), lang="zh", files={})


def test_online_map_and_its_key_stay_out():
    scene = MapScene(tianditu_key="secret-key", layers_on=frozenset({LayerId.TIANDITU}))
    page = standalone_html(scene, lang="zh", files=FILES)
    assert "secret-key" not in page
    assert '"tianditu"' not in page


def test_hostile_names_stay_text():
    page = standalone_html(MapScene(zones=sample_zones(names=HOSTILE[3:6])), lang="zh", files=FILES)
    for payload in HOSTILE[3:6]:
        assert payload not in page
