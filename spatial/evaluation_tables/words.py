"""What is said of a row, on the page and in files alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.text import text

if TYPE_CHECKING:
    from spatial.evaluation_tables.standing import Standing
    from spatial.evaluation_tables.table import EvaluationRow
    from spatial.plan_records import Indicator

__all__ = ["goal_words", "judged_words", "standing_word"]


def standing_word(standing: Standing, lang: str) -> str:
    """Return where an indicator stands, in words."""
    return text(f"evaluation.standing_{standing}", lang)


def goal_words(indicator: Indicator, lang: str) -> str:
    """Return a goal with its sign, such as “≥ 52”."""
    if indicator.operator == "all" or indicator.value is None:
        return text("evaluation.goal_all", lang)
    sign = text(f"evaluation.sign_{indicator.operator}", lang)
    return f"{sign}{indicator.value:,.15g}"


def judged_words(row: EvaluationRow, lang: str) -> str:
    """Return why no more is said of a row, or what its judgement rests on."""
    said = [] if row.judged.reason is None else [row.judged.reason.message(lang)]
    if row.looks_back and row.value is not None:
        facts = {"date": row.value.as_of, "year": row.indicator.target_year}
        said.append(text("evaluation.looks_back", lang, **facts))
    if row.n_not_shown:
        said.append(text("evaluation.not_shown", lang, n=row.n_not_shown))
    return ("" if lang == "zh" else " ").join(said)
