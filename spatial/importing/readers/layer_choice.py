"""Which layer of a file is read: the only one, the stated one, or the planner is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.errors import UndecidedError, UnreadableFileError
from spatial.importing.model import Choice, LayerInfo, Question
from spatial.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["choose_layer"]


def choose_layer(
    layers: Sequence[LayerInfo], stated: str | None, *, name: str, hidden: Collection[str] = ()
) -> int:
    """Return the position of the layer to read, never the first of several by itself.

    Parameters
    ----------
    layers : sequence of LayerInfo
        What the file offers.
    stated : str or None
        The layer that the planner named.
    name : str
        File name, for messages alone.
    hidden : collection of str
        Layers that the planner's own program does not show, and that are offered as such.

    Raises
    ------
    UndecidedError
        If there are several and none is stated.
    UnreadableFileError
        If the stated one is not there.
    """
    names = [layer.name for layer in layers]
    if stated is not None:
        if stated not in names:
            raise UnreadableFileError("error.unknown_layer", name=name, layer=stated, layers=names)
        return names.index(stated)
    if len(layers) > 1:
        why = Notice("gis.several_layers", {"name": name, "n": len(layers)})
        choices = tuple(Choice(layer.name, _label(layer, hidden)) for layer in layers)
        question = Question(what="layer", why=why, flag="--layer", choices=choices)
        raise UndecidedError(
            "gis.choose_layer", questions=(question,), name=name, n=len(layers), layers=names
        )
    return 0


def _label(layer: LayerInfo, hidden: Collection[str]) -> Notice:
    """Return how a layer is named in a list to choose from."""
    if layer.name in hidden:
        return Notice("table.hidden_sheet", {"layer": layer.name})
    if layer.n_rows is None:
        return Notice("gis.layer_unmeasured", {"layer": layer.name})
    if layer.geometry_type is None:
        return Notice("gis.layer_of_cells", {"layer": layer.name, "n": layer.n_rows})
    return Notice(
        "gis.layer_of_shapes", {"layer": layer.name, "n": layer.n_rows, "type": layer.geometry_type}
    )
