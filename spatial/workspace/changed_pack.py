"""A plan pack as one workspace sees it: its own files, with replaced outlines and placed points.

Every reader of a pack (map, verdicts, hand-over, sheets) reads this one alike, so that none of them can
show an outline with another's basis.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from spatial.crs import CANONICAL_CRS
from spatial.errors import UsageError
from spatial.notice import Notice
from spatial.pack import Pack
from spatial.text import text
from spatial.workspace.zone_replacement import SUPPLIED_BASES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.catalog import DatasetRecord
    from spatial.workspace.model import PackChanges, PlacedPoint, ReplacedZones

__all__ = [
    "PLACED_BASIS",
    "ChangedPack",
    "changed_pack",
    "checked_point",
    "fingerprint",
    "outline_attribution",
    "require_position",
    "usable_changes",
    "with_placed_points",
]

PLACED_BASIS: Final = "placed_by_user"
_BASIS: Final = "geometry_basis"
_TITLED: Final = ("district", "zones", "parts")
_CLAUSE_MARKS: Final = {"zh": "；", "en": "; "}
_MOST_LON_DEG: Final = 180.0
_MOST_LAT_DEG: Final = 90.0


@dataclass(frozen=True, kw_only=True)
class ChangedPack(Pack):
    """A pack whose zone layers and points are partly those of a workspace.

    Attributes
    ----------
    changes : PackChanges
        What replaces the pack's own.
    """

    changes: PackChanges

    def zones(self, layer: str = "zones") -> gpd.GeoDataFrame:
        """Return a zone layer, with its replaced outlines; errors as for `spatial.pack.Pack.zones`."""
        replaced = self.changes.zones.get(layer)
        return super().zones(layer) if replaced is None else replaced.frame.copy()

    def place_points(self) -> gpd.GeoDataFrame:
        """Return where the places lie, those that were placed included."""
        return with_placed_points(super().place_points(), self.changes.points)


def changed_pack(pack: Pack, changes: PackChanges) -> Pack:
    """Return a pack as a workspace sees it; the pack itself where nothing was changed.

    Layers that the pack does not have are left out.
    """
    known = {name: zones for name, zones in changes.zones.items() if name in pack.zone_layers()}
    if not known and not changes.points:
        return pack
    own = {field.name: getattr(pack, field.name) for field in fields(pack)}
    own["catalog"] = tuple(_record(dataset, known) for dataset in pack.catalog)
    return ChangedPack(**own, changes=replace(changes, zones=MappingProxyType(known)))


def usable_changes(
    layers: Mapping[str, gpd.GeoDataFrame], changes: PackChanges
) -> tuple[PackChanges, tuple[Notice, ...]]:
    """Return the changes that fit a pack, and a remark on each replaced layer that does not.

    Parameters
    ----------
    layers : mapping
        Zone layers of the pack by name.
    changes : PackChanges
        Made on this edition of the pack or on another.

    Returns
    -------
    usable : PackChanges
        Replaced layers with the very zones of the pack; all points.
    notices : tuple of Notice
        Which layers stay as the pack has them.
    """
    fits = {
        name: zones
        for name, zones in changes.zones.items()
        if name in layers and list(zones.frame["zone_id"]) == list(layers[name]["zone_id"])
    }
    notices = tuple(
        Notice("workspace.other_edition", {"layer": name, "name": zones.dataset.source_name})
        for name, zones in changes.zones.items()
        if name not in fits
    )
    if not notices:
        return changes, ()
    return replace(changes, zones=fits), notices


def fingerprint(pack: Pack) -> str:
    """Return a digest of the pack's zones and places, by which another edition is told."""
    digest = hashlib.sha256(pack.pack_id.encode())
    for dataset in pack.catalog:
        if dataset.kind in {"zone_layer", "place_points", "places"}:
            digest.update(f"\n{dataset.path}\t{dataset.sha256}".encode())
    return digest.hexdigest()


def outline_attribution(pack: Pack, lang: str) -> str:
    """Return where the outlines on a map come from, ``""`` of a pack whose outlines are its own."""
    if not isinstance(pack, ChangedPack) or not pack.changes.zones:
        return ""
    words = []
    for layer in _TITLED:
        zones = pack.changes.zones.get(layer)
        if zones is not None:
            some = "replaced" if len(zones.match.pairs) == len(zones.frame) else "some"
            key = f"workspace.attribution_{some}_{layer}"
            words.append(text(key, lang, file=zones.dataset.source_name))
        elif layer in pack.zone_layers():
            words.append(text(f"workspace.attribution_{layer}", lang))
    return _CLAUSE_MARKS[lang].join([*words, text("workspace.attribution_river", lang)])


def checked_point(places: gpd.GeoDataFrame, point: PlacedPoint, *, move_located: bool = False) -> PlacedPoint:
    """Return a point that can be placed.

    Parameters
    ----------
    places : geopandas.GeoDataFrame
        Places of the pack as it has them, see `spatial.pack.Pack.place_points`.
    point : PlacedPoint
    move_located : bool
        Whether a place whose position the pack knows may be moved.

    Raises
    ------
    UsageError
        If there is no such place, the pack knows its position and ``move_located`` is not said, or
        position or accuracy is none.
    """
    found = places[places["place_id"] == point.place_id]
    if not len(found):
        raise UsageError("workspace.unknown_place", name=point.place_id)
    if found.geometry.notna().any() and not move_located:
        raise UsageError("workspace.place_is_located", name=point.place_id)
    require_position(point.lon, point.lat)
    if point.accuracy_m is not None and not 0 <= point.accuracy_m < float("inf"):
        raise UsageError("workspace.bad_accuracy", value=point.accuracy_m)
    return point


def require_position(lon: float, lat: float) -> None:
    """Refuse what is no longitude and latitude, in degrees.

    Raises
    ------
    UsageError
        Naming both.
    """
    # Not a number is no position either, and compares to nothing.
    if not (abs(lon) <= _MOST_LON_DEG and abs(lat) <= _MOST_LAT_DEG):
        raise UsageError("workspace.bad_position", lon=lon, lat=lat)


def with_placed_points(places: gpd.GeoDataFrame, points: Mapping[str, PlacedPoint]) -> gpd.GeoDataFrame:
    """Return places with those that were placed by a person where they were put; each says so.

    Parameters
    ----------
    places : geopandas.GeoDataFrame
        With ``place_id``, ``lon``, ``lat``, ``confidence_m`` and ``basis``.
    points : mapping
        Id of a place -> point; one that ``places`` does not know is left out.
    """
    known = [place_id in points for place_id in places["place_id"]]
    if not any(known):
        return places
    changed = places.copy()
    put = [points[place_id] for place_id in places.loc[known, "place_id"]]
    cells = {
        "lon": [point.lon for point in put],
        "lat": [point.lat for point in put],
        "confidence_m": [float("nan") if point.accuracy_m is None else point.accuracy_m for point in put],
        "basis": [PLACED_BASIS] * len(put),
        "source": [text("workspace.placed_source")] * len(put),
        # What was said of where the place is, or why nobody knows, does not hold any more.
        "zone_id_by_location": [""] * len(put),
        "near_boundary": [""] * len(put),
        "note_zh": [text("workspace.placed_note", "zh")] * len(put),
        "note_en": [text("workspace.placed_note", "en")] * len(put),
    }
    for column, values in cells.items():
        if column in changed:
            changed.loc[known, column] = values
    shapes = changed.geometry.to_numpy().copy()
    shapes[known] = shapely.points([(point.lon, point.lat) for point in put])
    return changed.set_geometry(gpd.GeoSeries(shapes, index=changed.index, crs=places.crs or CANONICAL_CRS))


def _record(dataset: DatasetRecord, replaced: Mapping[str, ReplacedZones]) -> DatasetRecord:
    """Return what the catalogue says of a file; of a layer with replaced outlines, whose they are."""
    layer = Path(dataset.path).stem
    if dataset.kind != "zone_layer" or layer not in replaced:
        return dataset
    zones = replaced[layer]
    bases = pd.unique(zones.frame[_BASIS].astype(str))
    all_replaced = len(zones.match.pairs) == len(zones.frame)
    named = {"file": zones.dataset.source_name, "n": len(zones.match.pairs), "of": len(zones.frame)}
    key = "workspace.source_all" if all_replaced else "workspace.source_some"
    licence = "workspace.licence_all" if all_replaced else "workspace.licence_some"
    words: dict[str, Any] = {
        f"{part}_{lang}": text(wording, lang, **named, former=getattr(dataset, f"{part}_{lang}"))
        for part, wording in (("source", key), ("licence", licence))
        for lang in ("zh", "en")
    }
    titles: dict[str, Any] = {f"title_{lang}": _title(dataset, zones, lang) for lang in ("zh", "en")}
    basis = bases[0] if len(bases) == 1 else dataset.geometry_basis
    return replace(dataset, **words, **titles, geometry_basis=str(basis))


def _title(dataset: DatasetRecord, zones: ReplacedZones, lang: str) -> str:
    """Return the title of a layer; one of new outlines only does not call them schematic or derived."""
    if not all(basis in SUPPLIED_BASES for basis in zones.frame[_BASIS]):
        return str(getattr(dataset, f"title_{lang}"))
    layer = Path(dataset.path).stem
    return text(
        f"workspace.title_{layer}" if layer in {"district", "zones", "parts"} else "workspace.title_layer",
        lang,
    )
