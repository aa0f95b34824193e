"""What a planner brought besides stations and zones, as layers of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from layers.registry import LayerId
from layers.scene import OwnLayer
from spatial.importing.model import Subject
from spatial.text import text
from spatial.workspace.park_rows import placed_rows, unplaced_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from spatial.workspace.model import Dataset, Workspace

__all__ = ["OWN_SUBJECTS", "own_layers", "own_on_offer", "own_polygons", "polygons_of"]

POLYGONS: Final = ("Polygon", "MultiPolygon")

OWN_SUBJECTS: Final = {
    LayerId.CONTEXT: Subject.FEATURES,
    LayerId.OWN_PARKS: Subject.PARKS,
    LayerId.OWN_POINTS: Subject.POINTS,
}


def own_layers(workspace: Workspace, layer: LayerId, *, lang: str) -> tuple[OwnLayer, ...]:
    """Return the data sets that a layer of the map shows, in the order in which they were confirmed."""
    return tuple(
        shown for each in workspace.of_subject(OWN_SUBJECTS[layer]) for shown in _by_basis(each, lang)
    )


def _by_basis(dataset: Dataset, lang: str) -> Iterator[OwnLayer]:
    """Yield the rows that the file located, and apart from them those that a person put on the map."""
    frame = dataset.frame
    placed = frame.index.isin(placed_rows(dataset).index)
    located = ~frame.index.isin(unplaced_rows(dataset).index)
    if (located & ~placed).any():
        yield OwnLayer(title=dataset.title, frame=frame[~placed] if placed.any() else frame)
    if placed.any():
        title = text("map.placed_name", lang, name=dataset.title)
        yield OwnLayer(title=title, frame=frame[placed])


def own_on_offer(workspace: Workspace) -> frozenset[LayerId]:
    """Return the layers for which the planner brought something."""
    return frozenset(layer for layer, subject in OWN_SUBJECTS.items() if workspace.of_subject(subject))


def own_polygons(workspace: Workspace) -> dict[str, Dataset]:
    """Return the planner's own features among which there is a polygon, by the name of the data set."""
    found = workspace.of_subject(Subject.FEATURES)
    return {each.name: each for each in found if each.frame.geom_type.isin(POLYGONS).any()}


def polygons_of(dataset: Dataset) -> gpd.GeoDataFrame:
    """Return the rows of a data set that are polygons."""
    return dataset.frame[dataset.frame.geom_type.isin(POLYGONS)]
