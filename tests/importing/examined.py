"""Small files for the tests of an examination, and the examination itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import shapely

from spatial.importing.examine import examine
from spatial.importing.model import Examination, ImportSettings, Subject
from spatial.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = Limits()
HEADER = "基站编号,基站名称,运营商,经度,纬度"


def look(path: Path, subject: Subject | str, **settings: object) -> Examination:
    """Examine a file under its own name."""
    return examine(
        path, name=path.name, settings=ImportSettings(subject=Subject(subject), **settings), limits=LIMITS
    )


def table(folder: Path, *lines: str, name: str = "表.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def collection(folder: Path, *features: tuple[object, dict[str, object]], name: str = "层.geojson") -> Path:
    """Write features, each a geometry (shapely, a plain dictionary or None) and its properties."""
    listed = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": shapely.geometry.mapping(shape) if hasattr(shape, "geom_type") else shape,
        }
        for shape, properties in features
    ]
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}), encoding="utf-8")
    return path


def warned(found: Examination) -> dict[str, dict[str, object]]:
    """Return the warnings of a result by key."""
    return {warning.key: dict(warning.params) for warning in found.result.warnings}


def reasons(found: Examination) -> list[tuple[int, str]]:
    rejected = found.result.rejected
    return list(zip(rejected["row"].tolist(), rejected["reason_key"].tolist(), strict=True))


def box(west: float, south: float, size: float = 0.01) -> shapely.Polygon:
    return shapely.box(west, south, west + size, south + size)
