"""What a planner brought besides stations and zones, as layers of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from layers.registry import LayerId
from layers.scene import OwnLayer
from spatial.importing.model import Subject

if TYPE_CHECKING:
    from spatial.workspace.model import Workspace

__all__ = ["OWN_SUBJECTS", "own_layers", "own_on_offer"]

OWN_SUBJECTS: Final = {
    LayerId.CONTEXT: Subject.FEATURES,
    LayerId.OWN_PARKS: Subject.PARKS,
    LayerId.OWN_POINTS: Subject.POINTS,
}


def own_layers(workspace: Workspace, layer: LayerId) -> tuple[OwnLayer, ...]:
    """Return the data sets that a layer of the map shows, in the order in which they were confirmed."""
    return tuple(
        OwnLayer(title=each.title, frame=each.frame) for each in workspace.of_subject(OWN_SUBJECTS[layer])
    )


def own_on_offer(workspace: Workspace) -> frozenset[LayerId]:
    """Return the layers for which the planner brought something."""
    return frozenset(layer for layer in OWN_SUBJECTS if own_layers(workspace, layer))
