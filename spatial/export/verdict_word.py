"""The verdict on a zone in words that stand alone: a platform may show them without any other field."""

from __future__ import annotations

from typing import Any, Final

from spatial.export.wording import worded
from spatial.text import text
from spatial.verdict import Status

__all__ = ["verdict_word"]

_JUDGED: Final = (Status.MET, Status.NEAR, Status.SHORT)
_REFERENCE: Final = "district_reference"


def verdict_word(
    status: Any,  # noqa: ANN401 - a value of JSON, where a package is read again
    *,
    stated: bool,
    scope: str | None,
    synthetic: bool,
    lang: str,
) -> str:
    """Return the word of a status, and of a judgement on what it depends.

    Parameters
    ----------
    status : Status or str
    stated : bool
        Whether anybody stated the counting basis.
    scope : str, optional
        Whose target it is.
    synthetic : bool
        Whether the figure derives from simulated data.
    lang : str
        One of `spatial.text.LANGUAGES`.
    """
    word = worded(status, prefix="verdict.status_")[lang]
    if status not in _JUDGED:
        return word
    marks = [
        text(f"verdict.badge_{name}", lang)
        for name, holds in (
            ("unstated", not stated),
            ("reference", scope == _REFERENCE),
            ("synthetic", synthetic),
        )
        if holds
    ]
    bare = text("content.verdict_conditional", lang, status=word)
    return text("content.verdict_marked", lang, verdict=bare, marks=marks) if marks else bare
