"""What a result has to say about itself, with zones called by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.notice import Notice

__all__ = ["remark"]


def remark(notice: Notice, names: Mapping[str, str], lang: str) -> str:
    """Return the words of ``notice``; the zones it speaks of are called as the page calls them."""
    zone_ids = notice.params.get("zone_ids")
    if not isinstance(zone_ids, list):
        return notice.message(lang)
    joined = text("app.list_separator", lang).join(names.get(zone_id, zone_id) for zone_id in zone_ids)
    return text(notice.key, lang, **{**notice.params, "zones": joined})
