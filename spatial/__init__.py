"""Haizhu Atlas as a library: stations counted by zone, areas on the ellipsoid, honest verdicts.

::

    from spatial import Definition, check_zones, open_pack

Nothing here draws a map or knows a district; a plan is opened from its directory.
"""

from __future__ import annotations

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
