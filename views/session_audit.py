"""The audit of a view as a session sees it: the demonstration's is shared, a planner's own is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatial.audit.layers import AuditedLayer, audit_published, audit_survey
from spatial.audit.published_case import PublishedCase, published_case

if TYPE_CHECKING:
    from spatial.definition import Definition
    from views.evaluation import StationSurvey
    from views.pack_frames import PackFrames

__all__ = ["ViewAudit", "audit_view"]


@dataclass(frozen=True, kw_only=True)
class ViewAudit:
    """What the page shows.

    Attributes
    ----------
    layers : tuple of AuditedLayer
        The district first, then zones and parts; those that the pack has.
    case : PublishedCase or None
        What the plans publish for the district.
    """

    layers: tuple[AuditedLayer, ...]
    case: PublishedCase | None


def audit_view(frames: PackFrames, stations: StationSurvey, definition: Definition) -> ViewAudit:
    """Audit every layer of a pack; the district by its published count where no inventory was brought."""
    target, published = frames.pack.target, frames.published
    layers = []
    if "district" not in stations.layers and published is not None:
        district = frames.layers["district"]
        layers.append(audit_published("district", district, published.count, definition, target=target))
    synthetic = stations.inventory is not None and stations.inventory.synthetic
    layers += [
        audit_survey(layer, found, definition, target=target, synthetic=synthetic)
        for layer, found in stations.layers.items()
    ]
    return ViewAudit(layers=tuple(layers), case=published_case(frames.pack, frames.layers["district"]))
