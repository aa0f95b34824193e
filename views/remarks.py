"""What a result has to say about itself, with zones called by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.notice import Notice

__all__ = ["remark"]


def remark(notice: Notice, names: Mapping[str, str], lang: str) -> str:
    """Return the words of ``notice``; a list of zone ids is written as their names."""
    zones = notice.params.get("zones")
    if not isinstance(zones, str):
        return notice.message(lang)
    named = [names.get(zone_id.strip(), zone_id.strip()) for zone_id in zones.split(",")]
    joined = text("app.list_separator", lang).join(named)
    return text(notice.key, lang, **{**notice.params, "zones": joined})
