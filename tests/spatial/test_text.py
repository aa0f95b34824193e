from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import spatial
from spatial import text as room
from spatial.definition import AreaBasis, Indoor, LifecycleStatus, Numerator, Shared, word_key
from spatial.notice import Notice
from spatial.text import TextKey, catalogue, text
from spatial.verdict import STATUS_ORDER, Status

ROOMS = Path(spatial.__file__).parent
CHOICES = (Numerator, Indoor, Shared, LifecycleStatus, AreaBasis)


def test_a_key_that_fills_another_text_is_worded_in_the_same_language():
    notice = Notice("verdict.rows_left_out", {"count": 3, "reason": TextKey("verdict.left_out_indoor")})
    assert text("verdict.left_out_indoor", "zh") in notice.message("zh")
    assert text("verdict.left_out_indoor", "en") in notice.message("en")
    assert json.loads(json.dumps(notice.to_dict()))["params"]["count"] == 3


def test_a_list_is_worded_in_the_languages_way_and_never_floods():
    few = Notice("verdict.zones_no_data", {"count": 2, "zones": ["甲", "乙"]})
    assert "甲、乙" in few.message("zh")
    assert "甲, 乙" in few.message("en")
    many = Notice("verdict.zones_no_data", {"count": 1800, "zones": [f"z{i}" for i in range(1800)]})
    assert "1,800" in many.message("zh")
    assert many.message("zh").endswith("z9、…。")


def test_a_name_that_looks_like_a_key_stays_a_name():
    notice = Notice("verdict.missing_crs", {"layer": "verdict.left_out_indoor"})
    assert "verdict.left_out_indoor" in notice.message("zh")


def test_a_key_in_another_topics_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "map.json").write_text('{"app.title": {"zh": "甲", "en": "a"}}', encoding="utf-8")
    monkeypatch.setattr(room, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(ValueError, match=r"app\.title"):
        catalogue.__wrapped__()


def test_every_verdict_text_is_used_and_every_key_used_is_there():
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(ROOMS.rglob("*.py")))
    used = set(re.findall(r'"(verdict\.[a-z_]*[a-z])"', source))
    choices = {word_key(choice) for kind in CHOICES for choice in kind}
    stati = {f"verdict.status_{status}" for status in Status}
    unjudged = {f"verdict.zones_{status}" for status in STATUS_ORDER[:4]}
    badges = {f"verdict.badge_{name}" for name in ("schematic", "synthetic", "reference")}
    unstated = {f"verdict.accuracy_not_stated{whose}" for whose in ("", "_zones", "_points")}
    held = {key for key in catalogue() if key.startswith("verdict.")}
    assert held == used | choices | stati | unjudged | badges | unstated


def test_a_hand_over_package_has_one_name():
    other_names = re.compile("交付包|成果包")
    assert [key for key, said in catalogue().items() if other_names.search(said["zh"])] == []
