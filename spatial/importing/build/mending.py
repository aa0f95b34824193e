"""Invalid outlines of a layer mended, named with their area before and after, or rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.importing.build.repair import repair
from spatial.notice import Notice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from spatial.importing.build.material import Material
    from spatial.importing.build.repair import Repaired

__all__ = ["mend_shapes"]

_NAMED: Final = 5
_FIELD: Final = "geometry"


def mend_shapes(material: Material, *, polygons_only: bool) -> NDArray[np.object_]:
    """Return the geometry of the rows, each valid; rows of which nothing is left are rejected."""
    found = repair(material.geometry, polygons_only=polygons_only)
    draft = material.draft
    for at, reason in (
        (found.tangled, "import.reason_tangled"),
        (found.collapsed, "import.reason_collapsed"),
    ):
        kinds = [material.geometry[position].geom_type for position in at]
        draft.reject(material.positions[at], _FIELD, kinds, reason)
    if len(found.mended):
        _tell(material, found)
    if len(found.stripped):
        rows = material.attributes.index[found.stripped].tolist()
        draft.warnings.append(Notice("import.lines_left_out", {"n": len(rows), "rows": rows}))
    return found.geometry


def _tell(material: Material, found: Repaired) -> None:
    """Name the mended rows, their areas before and after; every one of them stands in the details."""
    rows = material.attributes.index[found.mended].tolist()
    before, after = found.before_km2.tolist(), found.after_km2.tolist()
    # By columns: by rows, each number would come with its name.
    material.draft.details["repaired"] = {"row": rows, "before_km2": before, "after_km2": after}
    named = [
        {
            lang: f"{word} {row}: {area_before:.6g} → {area_after:.6g} km²"
            for lang, word in (("zh", "行"), ("en", "row"))
        }
        for row, area_before, area_after in zip(rows[:_NAMED], before, after, strict=False)
    ]
    material.draft.warnings.append(Notice("import.repaired", {"n": len(rows), "areas": named}))
