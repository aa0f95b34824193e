from __future__ import annotations

import json

import pytest

from spatial import text as room
from spatial.notice import Notice
from spatial.text import TextKey, catalogue, text


def test_a_key_that_fills_another_text_is_worded_in_the_same_language():
    notice = Notice("verdict.rows_left_out", {"count": 3, "reason": TextKey("verdict.left_out_indoor")})
    assert text("verdict.left_out_indoor", "zh") in notice.message("zh")
    assert text("verdict.left_out_indoor", "en") in notice.message("en")
    assert json.loads(json.dumps(notice.to_dict()))["params"]["count"] == 3


def test_a_name_that_looks_like_a_key_stays_a_name():
    notice = Notice("verdict.missing_crs", {"layer": "verdict.left_out_indoor"})
    assert "verdict.left_out_indoor" in notice.message("zh")


def test_a_key_in_another_topics_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "map.json").write_text('{"app.title": {"zh": "甲", "en": "a"}}', encoding="utf-8")
    monkeypatch.setattr(room, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(ValueError, match=r"app\.title"):
        catalogue.__wrapped__()
