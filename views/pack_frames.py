"""A plan pack with its frames read once, for every session to look at and none to change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spatial.pack import Pack, PublishedCount, open_pack
from spatial.text import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame

    from spatial.inventory import Inventory

__all__ = ["POLES", "STATIONS", "ZONE_LAYERS", "PackFrames", "read_frames"]

STATIONS: Final = "base_stations"
POLES: Final = "lamp_poles"
ZONE_LAYERS: Final = ("district", "zones", "parts")
PLACE_FIELDS: Final = ("kind", "level", "name_zh", "name_en", "short_zh", "short_en")


@dataclass(frozen=True, kw_only=True)
class PackFrames:
    """What the pages read of a pack.

    Attributes
    ----------
    pack : Pack
        Plans, catalogue and target.
    layers : mapping
        ``"district"``, ``"zones"``, ``"parts"`` -> zone frame, those that the pack has.
    names : mapping
        Language -> id of a district, zone or part -> name, in the order of the layers.
    places : GeoDataFrame
        Places of the plans with a row in the place table; null geometry where nobody knows.
    backdrop : GeoDataFrame or None
        Neighbours and river.
    inventories : mapping
        Subject -> the pack's own inventory, or None.
    published : PublishedCount or None
        The count of stations that the plans publish for the district.
    """

    pack: Pack
    layers: Mapping[str, GeoDataFrame]
    names: Mapping[str, Mapping[str, str]]
    places: GeoDataFrame
    backdrop: GeoDataFrame | None
    inventories: Mapping[str, Inventory | None]
    published: PublishedCount | None

    def is_located(self, place_id: str) -> bool:
        """Tell whether the place has a point or an outline to show."""
        if place_id in self.names["zh"]:
            return True
        found = self.places[self.places["place_id"] == place_id]
        return bool(found.geometry.notna().any())


def read_frames(name: str) -> PackFrames:
    """Open the pack of that name and read its frames; errors as for `open_pack`."""
    pack = open_pack(name)
    present = pack.zone_layers()
    layers = {layer: pack.zones(layer) for layer in ZONE_LAYERS if layer in present}
    counts = [each for each in pack.published_counts(STATIONS) if each.zone_id == pack.district_zone_id]
    return PackFrames(
        pack=pack,
        layers=layers,
        names={
            lang: {
                zone_id: name
                for layer, frame in layers.items()
                for zone_id, name in zip(frame["zone_id"], frame[_name_column(layer, lang)], strict=True)
            }
            for lang in LANGUAGES
        },
        places=_places(pack),
        backdrop=pack.backdrop(),
        inventories={subject: pack.inventory(subject) for subject in (STATIONS, POLES)},
        published=counts[0] if counts else None,
    )


def _name_column(layer: str, lang: str) -> str:
    """Return the column that names the areas of a layer: the district in full, the others short."""
    return f"name_{lang}" if layer == "district" else f"short_{lang}"


def _places(pack: Pack) -> GeoDataFrame:
    known = {place.place_id: place for place in pack.plan.places}
    points = pack.place_points()
    points = points[points["place_id"].isin(known)].copy()
    for field in PLACE_FIELDS:
        points[field] = [getattr(known[place_id], field) for place_id in points["place_id"]]
    return points
