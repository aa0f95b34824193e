"""One word for one thing: the terms that were given up stay out of every text a planner reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from spatial.text import catalogue

ROOT = Path(__file__).resolve().parents[2]
# Kept instead: 片区 (zone), 子片区 (part), 规划包 (pack), 清单 (inventory).
DROPPED = ("分区", "分片", "资料包", "规划数据包", "数据包", "台账", "功能片区", "应建数", "所需站数")
READ_BY_PLANNERS = (
    ROOT / "README.zh-CN.md",
    *sorted((ROOT / "geodata" / "plans").glob("*/catalog.csv")),
    *sorted((ROOT / "geodata" / "plans").glob("*/pack.json")),
    *sorted((ROOT / "geodata" / "plans").glob("*/findings.json")),
)


@pytest.mark.parametrize("word", DROPPED)
def test_no_text_uses_a_dropped_word(word: str) -> None:
    assert {key: entry["zh"] for key, entry in catalogue().items() if word in entry["zh"]} == {}


@pytest.mark.parametrize("word", DROPPED)
@pytest.mark.parametrize("path", READ_BY_PLANNERS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_no_file_uses_a_dropped_word(path: Path, word: str) -> None:
    assert word not in path.read_text(encoding="utf-8")


def test_zone_and_part_are_told_apart() -> None:
    words = catalogue()
    assert words["app.kind.zone"] == {"zh": "片区", "en": "zone"}
    assert words["app.kind.part"] == {"zh": "子片区", "en": "part"}
    assert words["map.tip_part"]["zh"] == "子片区"
    assert "子片区" in words["map.layer_parts"]["zh"]
    assert "子片区" not in words["map.layer_zones"]["zh"]
