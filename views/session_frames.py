"""A pack as this session sees it: the shared frames, with replaced outlines and placed points in their place.

What every session shares is never changed: a session with changes of its own gets frames of its own,
made once for each version of its workspace.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spatial.workspace.changed_pack import changed_pack, usable_changes, with_placed_points
from views import cache
from views.session import brought_inventory, current_workspace, own_work

if TYPE_CHECKING:
    from spatial.importing.model import Subject
    from spatial.inventory import Inventory
    from spatial.notice import Notice
    from views.pack_frames import PackFrames

__all__ = ["session_frames", "session_inventory", "session_notices"]


def session_frames(pack: str) -> PackFrames:
    """Return the frames of a pack with what this session's planner has changed on it.

    Raises
    ------
    UnknownPackError
        If no shipped pack has that name.
    """
    shared = cache.frames(pack)
    changes, _ = usable_changes(shared.layers, current_workspace().changes(pack))
    if not changes.zones and not changes.points:
        return shared
    made = own_work().frames
    if pack not in made:
        zones = {name: each.frame for name, each in changes.zones.items()}
        made[pack] = replace(
            shared,
            pack=changed_pack(shared.pack, changes),
            layers={name: zones.get(name, frame) for name, frame in shared.layers.items()},
            places=with_placed_points(shared.places, changes.points),
        )
    return made[pack]


def session_notices(pack: str) -> tuple[Notice, ...]:
    """Return what of this session's changes is not used, because the pack is another edition."""
    shared = cache.frames(pack)
    return usable_changes(shared.layers, current_workspace().changes(pack))[1]


def session_inventory(pack: str, subject: Subject) -> Inventory | None:
    """Return the stations or poles that the planner brought, else the pack's own."""
    return brought_inventory(subject) or cache.frames(pack).inventories.get(str(subject))
