"""What a format gives back, held against what was written: a writer may lose data and report success."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.errors import AtlasError
from spatial.export.formats import read_layer
from spatial.export.formats.round_trip import changes
from spatial.export.same_content import Difference

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.export.model import PackageContent

__all__ = ["lost_in_format"]


def lost_in_format(name: str, directory: Path, content: PackageContent) -> Difference | None:
    """Return the first place where the files of a format hold something else than the package.

    Counts, ids in their order, every attribute and every position are compared; what the format is stated
    not to keep is no loss.

    Parameters
    ----------
    name : str
        One of `spatial.export.formats.FORMATS`.
    directory : pathlib.Path
        Root of the package.
    content : PackageContent
    """
    for layer in content.layers:
        try:
            found = read_layer(name, directory, layer, content=content)
        except (AtlasError, OSError, RuntimeError, ValueError):
            return Difference(layer.name, "", name)
        for change in changes(name, layer, found):
            return Difference(layer.name, change.feature_id, f"{name}: {change.member}")
    return None
