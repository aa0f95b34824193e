"""Every record of every pack against the plan texts, where these are at hand.

The texts are not part of the repository. They are looked for by SHA-256 in the folder that PLAN_TEXTS_DIR
names; without that variable the comparison is skipped and says so. What the comparison itself catches is
tested on a small pack whose text is known.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from geodata.build import digest_sections
from spatial.pack import list_packs, open_pack
from spatial.plan import Evidence, PlaceMention, load_plan
from tests.geodata.plan_evidence import expected_operator, faults_of_document, is_printed
from tests.small_pack import TEXT, write_pack

FOLDER = os.environ.get("PLAN_TEXTS_DIR")
DOCUMENTS = [
    (name, document.document_id) for name in list_packs() for document in open_pack(name).plan.documents
]

with_texts = pytest.mark.skipif(
    not FOLDER,
    reason=f"PLAN_TEXTS_DIR is not set: the records of {len(DOCUMENTS)} documents were NOT compared with the"
    " plan texts; set it to the folder of the texts",
)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return digest_sections.read_texts(Path(FOLDER or ""))


def test_there_are_five_documents():
    assert [document for _, document in DOCUMENTS] == [
        "guangzhou-iab-2022",
        "guangzhou-science-145",
        "haizhu-digital-145",
        "haizhu-science-145",
        "new-era-action-plan",
    ]


@with_texts
@pytest.mark.parametrize(("pack", "document_id"), DOCUMENTS)
def test_the_text_bears_out_every_record(pack, document_id, texts):
    plan = open_pack(pack).plan
    digest = plan.document(document_id).sha256
    assert digest in texts, f"no text with the SHA-256 {digest} in {FOLDER}"
    assert faults_of_document(plan, document_id, texts[digest]) == []


@with_texts
@pytest.mark.parametrize("pack", list_packs())
def test_published_counts_are_printed_in_their_sections(pack, texts):
    opened = open_pack(pack)
    figures = {row.context_id: row for row in opened.plan.context}
    for path in opened.directory.glob("published_counts.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                section = opened.plan.section(row["section_id"])
                text = texts[opened.plan.document(row["document_id"]).sha256]
                part = text[section.char_start : section.char_end]
                assert is_printed(float(row["count"]), part, unit="座")
                assert figures[row["context_id"]].value == float(row["count"])


@with_texts
def test_no_text_is_without_rows_of_its_own(texts):
    for name, document_id in DOCUMENTS:
        plan = open_pack(name).plan
        assert plan.indicators_of(document_id), document_id
        assert plan.context_of(document_id), document_id
        assert [row for row in plan.mentions if row.document_id == document_id], document_id
    assert len(texts) >= len(DOCUMENTS)


@with_texts
def test_digests_can_be_made_again(texts, tmp_path):
    for document in digest_sections.PLANS_DIR.glob("*/documents/*"):
        copy = shutil.copytree(document, tmp_path / document.name)
        assert digest_sections.digest_document(copy, texts) == []
        assert (copy / "sections.csv").read_bytes() == (document / "sections.csv").read_bytes()


# --- what the digests' script does


def small_document(tmp_path: Path) -> Path:
    return write_pack(tmp_path) / "documents" / "plan-a"


def digested(document: Path, text: str = TEXT) -> list[str]:
    return digest_sections.digest_document(document, {hashlib.sha256(TEXT.encode()).hexdigest(): text})


def test_an_empty_digest_is_filled_in(tmp_path):
    document = small_document(tmp_path)
    table = document / "sections.csv"
    complete = table.read_text(encoding="utf-8")
    table.write_text(re.sub("[0-9a-f]{64}", "", complete), encoding="utf-8")
    assert digested(document) == []
    assert table.read_text(encoding="utf-8") == complete


def test_a_changed_text_is_named_and_digested(tmp_path):
    document = small_document(tmp_path)
    assert digested(document, "第二" + TEXT[2:]) == [
        "plan-a-1: does not begin with its heading '第一节'",
        "plan-a-1: the digest changed",
    ]
    assert digested(document, "第二" + TEXT[2:]) == ["plan-a-1: does not begin with its heading '第一节'"]


def test_a_missing_text_leaves_the_digests_alone(tmp_path):
    document = small_document(tmp_path)
    before = (document / "sections.csv").read_bytes()
    (fault,) = digest_sections.digest_document(document, {})
    assert "plan-a: no text with the SHA-256" in fault
    assert (document / "sections.csv").read_bytes() == before


def test_the_script_needs_the_folder_and_reports(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("PLAN_TEXTS_DIR", raising=False)
    assert digest_sections.main() == 2
    assert "PLAN_TEXTS_DIR" in capsys.readouterr().err
    monkeypatch.setattr(digest_sections, "PLANS_DIR", tmp_path)
    monkeypatch.setenv("PLAN_TEXTS_DIR", str(tmp_path))
    write_pack(tmp_path / "small")
    assert digest_sections.main() == 1
    assert "plan-a" in capsys.readouterr().err
    (tmp_path / "text.txt").write_bytes(TEXT.encode())
    assert digest_sections.main() == 0


# --- what the comparison catches


@pytest.fixture
def plan(tmp_path):
    small = load_plan(write_pack(tmp_path))
    return replace(
        small,
        documents=(replace(small.documents[0], title="第一节", date=None),),
        indicators=(replace(small.indicators[0], target_year=None),),
        places=(replace(small.places[0], name_zh="基站"),),
    )


def faults(plan, text=TEXT):
    return faults_of_document(plan, "plan-a", text)


def test_a_faithful_plan_has_no_fault(plan):
    assert faults(plan) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"value": 11.0}, "11.0 is not '10个'"),
        ({"value_text": "12个"}, "not in plan-a-1"),
        ({"name_in_text": "每平方公里灯杆数"}, "not in plan-a-1"),
        ({"operator": "gt"}, "says gt"),
        ({"base_value": 31.0, "base_text": "30座"}, "the base 31.0 is not"),
        ({"base_value": 31.0, "base_text": "31座"}, "the base is not in the text"),
        ({"base_value": 3.0, "base_text": "3(2020年)", "base_year": 2021}, "the base is of 2020"),
        ({"target_year": 2025}, "the year 2025 is not"),
    ],
)
def test_a_changed_goal_is_caught(plan, changes, expected):
    goal = replace(plan.indicators[0], **changes)
    assert any(expected in fault for fault in faults(replace(plan, indicators=(goal,))))


def test_a_changed_figure_is_caught(plan):
    figure = replace(plan.context[0], value=31.0)
    assert any("31.0 is not '30座'" in fault for fault in faults(replace(plan, context=(figure,))))


def test_a_changed_text_is_caught(plan):
    found = " | ".join(faults(plan, TEXT.replace("30", "31")))
    for expected in ("SHA-256 is another", "digest of the section is another", "not in plan-a-1: '30座'"):
        assert expected in found
    assert any("characters" in fault for fault in faults(plan, TEXT + "。"))


def test_a_heading_elsewhere_is_caught(plan):
    section = replace(plan.sections[0], heading="目标")
    assert any("does not begin with" in fault for fault in faults(replace(plan, sections=(section,))))


def test_an_invented_title_or_date_is_caught(plan):
    document = replace(plan.documents[0], title="乙规划", date="2021-03")
    found = " | ".join(faults(replace(plan, documents=(document,))))
    assert "title" in found
    assert "2021年3月" in found


def test_a_place_that_its_section_does_not_name_is_caught(plan):
    place = replace(plan.places[0], name_zh="东片")
    assert faults(replace(plan, places=(place,))) == ["west: not named in plan-a-1"]


def test_evidence_and_mentions_that_are_not_there_are_caught(plan):
    evidence = Evidence(document_id="plan-a", section_id="plan-a-1", text="二十个")
    finding = replace(plan.findings[0], evidence=(evidence,))
    mention = PlaceMention(
        place_id="west",
        document_id="plan-a",
        section_id="plan-a-1",
        box="专栏1",
        name_in_text="东片",
        zone_id="",
        description_zh="无",
        description_en="none",
    )
    found = " | ".join(faults(replace(plan, findings=(finding,), mentions=(mention,))))
    for phrase in ("二十个", "专栏1", "东片"):
        assert phrase in found


@pytest.mark.parametrize(
    ("value", "text", "unit"),
    [
        (1350, "超过1350亿元", "亿元"),
        (793.24, "793.24亿元", "亿元"),
        (1_000_000, "超100万平方米", "平方米"),
        (4.7, "4.7万平方米", "万平方米"),
        (59.5, "59.5", "万平方米"),
        (4.5e9, "逾45亿条", "条"),
        (5800, "5800余名", "名"),
        (500_000, "50余万人", "人"),
        (3, "三大平台", "个"),
        (100, "百亿元级", "亿元"),
        (2, "实现倍增", "倍"),
        (100, "7个100%", "%"),
        (1_234_567, "1,234,567座", "座"),
    ],
)
def test_printed_numbers_are_read(value, text, unit):
    assert is_printed(value, text, unit=unit)


@pytest.mark.parametrize(
    ("value", "text", "unit"),
    [
        (1350, "超过1350万元", "亿元"),
        (100, "超100万平方米", "平方米"),
        (5, "5144座", "座"),
        (3.3, "3.35", "%"),
        (8, "三大平台", "个"),
        (1000, "百亿元级", "亿元"),
    ],
)
def test_other_numbers_are_not(value, text, unit):
    assert not is_printed(value, text, unit=unit)


@pytest.mark.parametrize(
    ("text", "operator"),
    [("超过10个", "gt"), ("15%以上", "ge"), ("不超过3家", "le"), ("约600家", "approx"), ("达到52个", None)],
)
def test_words_of_comparison(text, operator):
    assert expected_operator(text) == operator
