"""The probability of a chosen zone stands beside its status, and never where there are no positions."""

from __future__ import annotations


def test_a_chosen_zone_says_how_likely_it_meets_its_target(open_app):
    page = open_app(zone="culture_circle", lang="zh")
    assert "达标概率 > 99 %" in page.words
    assert "1,000 次抽样，种子 20250101" in page.words
    assert "边界整体外扩或内缩（面积和基站数同时改变" in page.words
    assert "边界平移或外扩时只会少数" in page.words
    assert "达标概率" not in open_app(lang="zh").words


def test_a_published_number_has_no_probability(open_app):
    words = open_app(zone="haizhu", lang="zh").words
    assert "达标概率 只有公布的总数，没有点位" in words
