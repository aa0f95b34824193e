"""What a result has to say about itself, worded by the text catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spatial.text import LANGUAGES, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Notice", "once"]


@dataclass(frozen=True)
class Notice:
    """One remark that goes with a figure: a key of the text catalogue and what fills it."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)

    def message(self, lang: str = "zh") -> str:
        """Return the remark in ``lang`` (``"zh"`` or ``"en"``)."""
        return text(self.key, lang, **self.params)

    def to_dict(self) -> dict[str, object]:
        """Return the remark as plain values, in every language."""
        worded = {lang: self.message(lang) for lang in LANGUAGES}
        return {"key": self.key, "params": dict(self.params), **worded}


def once(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return notices without repetition, in their order."""
    kept: list[Notice] = []
    for notice in notices:
        if notice not in kept:
            kept.append(notice)
    return tuple(kept)
