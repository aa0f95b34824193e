"""Haizhu Atlas as a library: stations counted by zone, areas on the ellipsoid, honest verdicts.

::

    from spatial import Definition, check_zones, density, open_pack

`density` counts points by zone from files of any size. Nothing here draws a map or knows a district; a
plan is opened from its directory.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from spatial import density
    from spatial.area import area_km2, perimeter_km
    from spatial.check import check_count, check_surveyed, check_zones, compare_definitions
    from spatial.check_result import CheckResult
    from spatial.counting import LayerKind, assign_to_zones, count_by_zone, layer_kind, outside_count
    from spatial.crs import (
        CANONICAL_CRS,
        METRIC_CRS,
        WEB_CRS,
        Datum,
        geometry_to_canonical,
        metric_crs_for,
        parse_crs,
        points_from_lonlat,
        require_crs,
        to_canonical,
        to_metric,
        to_web,
        transform_xy,
    )
    from spatial.definition import (
        AreaBasis,
        Definition,
        Indoor,
        LifecycleStatus,
        Numerator,
        Shared,
        denominators_km2,
    )
    from spatial.errors import AtlasError
    from spatial.inventory import Inventory, read_inventory
    from spatial.notice import Notice
    from spatial.pack import Pack, list_packs, open_pack
    from spatial.selection import Selection, select_stations
    from spatial.tally import Survey, survey
    from spatial.target import Target, TargetScope
    from spatial.verdict import STATUS_ORDER, Status, VerdictSettings

__all__ = [
    "CANONICAL_CRS",
    "METRIC_CRS",
    "STATUS_ORDER",
    "WEB_CRS",
    "AreaBasis",
    "AtlasError",
    "CheckResult",
    "Datum",
    "Definition",
    "Indoor",
    "Inventory",
    "LayerKind",
    "LifecycleStatus",
    "Notice",
    "Numerator",
    "Pack",
    "Selection",
    "Shared",
    "Status",
    "Survey",
    "Target",
    "TargetScope",
    "VerdictSettings",
    "area_km2",
    "assign_to_zones",
    "check_count",
    "check_surveyed",
    "check_zones",
    "compare_definitions",
    "count_by_zone",
    "denominators_km2",
    "density",
    "geometry_to_canonical",
    "layer_kind",
    "list_packs",
    "metric_crs_for",
    "open_pack",
    "outside_count",
    "parse_crs",
    "perimeter_km",
    "points_from_lonlat",
    "read_inventory",
    "require_crs",
    "select_stations",
    "survey",
    "to_canonical",
    "to_metric",
    "to_web",
    "transform_xy",
]

# A name is looked up where it is first used: a count of a file of points needs no geopandas.
_HOMES: Final = {
    "CANONICAL_CRS": "spatial.crs",
    "METRIC_CRS": "spatial.crs",
    "STATUS_ORDER": "spatial.verdict",
    "WEB_CRS": "spatial.crs",
    "AreaBasis": "spatial.definition",
    "AtlasError": "spatial.errors",
    "CheckResult": "spatial.check_result",
    "Datum": "spatial.crs",
    "Definition": "spatial.definition",
    "Indoor": "spatial.definition",
    "Inventory": "spatial.inventory",
    "LayerKind": "spatial.counting",
    "LifecycleStatus": "spatial.definition",
    "Notice": "spatial.notice",
    "Numerator": "spatial.definition",
    "Pack": "spatial.pack",
    "Selection": "spatial.selection",
    "Shared": "spatial.definition",
    "Status": "spatial.verdict",
    "Survey": "spatial.tally",
    "Target": "spatial.target",
    "TargetScope": "spatial.target",
    "VerdictSettings": "spatial.verdict",
    "area_km2": "spatial.area",
    "assign_to_zones": "spatial.counting",
    "check_count": "spatial.check",
    "check_surveyed": "spatial.check",
    "check_zones": "spatial.check",
    "compare_definitions": "spatial.check",
    "count_by_zone": "spatial.counting",
    "denominators_km2": "spatial.definition",
    "geometry_to_canonical": "spatial.crs",
    "layer_kind": "spatial.counting",
    "list_packs": "spatial.pack",
    "metric_crs_for": "spatial.crs",
    "open_pack": "spatial.pack",
    "outside_count": "spatial.counting",
    "parse_crs": "spatial.crs",
    "perimeter_km": "spatial.area",
    "points_from_lonlat": "spatial.crs",
    "read_inventory": "spatial.inventory",
    "require_crs": "spatial.crs",
    "select_stations": "spatial.selection",
    "survey": "spatial.tally",
    "to_canonical": "spatial.crs",
    "to_metric": "spatial.crs",
    "to_web": "spatial.crs",
    "transform_xy": "spatial.crs",
}


def __getattr__(name: str) -> object:
    """Return a public name from its home."""
    if name == "density":
        return import_module("spatial.density")
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
