"""Counting a stream of points by zone: memory stays flat however many rows there are.

::

    from spatial import density

    found = density.count("zones.geojson", "stations.parquet", by=["operator"])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from spatial.density.by_zone import ZoneDensity, count
    from spatial.density.model import Dedupe, DensityResult

__all__ = ["Dedupe", "DensityResult", "ZoneDensity", "count"]

# A name is looked up where it is first used: importing this costs next to nothing.
_HOMES: Final = {
    "Dedupe": "spatial.density.model",
    "DensityResult": "spatial.density.model",
    "ZoneDensity": "spatial.density.by_zone",
    "count": "spatial.density.by_zone",
}


def __getattr__(name: str) -> object:
    """Return a public name from its home."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
