"""What a package is made from: zones, stations and poles, and what their sources say of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from spatial.crs import to_canonical
from spatial.errors import MissingColumnError
from spatial.export.content.exported_zones import as_source
from spatial.export.content.point_source import PointSource
from spatial.export.wording import both, words_of
from spatial.inventory import Inventory
from spatial.notice import Notice
from spatial.plan_records import Bilingual
from spatial.text import text

if TYPE_CHECKING:
    import geopandas as gpd

    from spatial.catalog import DatasetRecord
    from spatial.pack import Pack

__all__ = ["DISTRICT", "POINT_LAYERS", "Inventories", "LayerTexts", "Material", "of_frames", "of_pack"]

Inventories = Mapping[str, Inventory | Sequence[Inventory]]
"""Inventory, or several of them, by the name of the layer that they make up."""

DISTRICT: Final = "district"
POINT_LAYERS: Final = ("base_stations", "lamp_poles")
_FIRST: Final = (DISTRICT, "zones", "parts")


@dataclass(frozen=True, kw_only=True)
class LayerTexts:
    """What a source says of itself, each in both languages.

    Attributes
    ----------
    title, licence : Bilingual
    source : Bilingual
        Where a feature comes from, in words that stay when the same rows come in another file.
    described : Bilingual
        Where the layer comes from, for its metadata: with names of files where positions are exact.
    """

    title: Bilingual
    source: Bilingual
    described: Bilingual
    licence: Bilingual


@dataclass(frozen=True, kw_only=True)
class Material:
    """The sources of a package.

    Attributes
    ----------
    name : Bilingual
        Title of the package.
    pack : Pack or None
        None for zones that somebody brought.
    zones : Mapping
        Zone layer to its frame in EPSG:4490, the district first.
    points : Mapping
        Layer of stations or poles to its rows.
    brought : frozenset of str
        Point layers that somebody brought; the others come with the pack.
    texts : Mapping
        Layer to what its source says of itself.
    notices : tuple of Notice
        What is known of the zones, and what was left out.
    table_notices : tuple of Notice
        What the readers of stations and poles said; some of it quotes their words.
    unusable : Mapping
        Layer of stations or poles to the number of its rows that no figure counts, where there are any.
    """

    name: Bilingual
    pack: Pack | None
    zones: Mapping[str, gpd.GeoDataFrame]
    points: Mapping[str, PointSource]
    brought: frozenset[str]
    texts: Mapping[str, LayerTexts]
    notices: tuple[Notice, ...]
    table_notices: tuple[Notice, ...]
    unusable: Mapping[str, int]

    @property
    def inner_zones(self) -> list[gpd.GeoDataFrame]:
        """The zone layers without the district, which holds every point and so tells nothing."""
        return [frame for name, frame in self.zones.items() if name != DISTRICT]


def of_pack(
    pack: Pack, inventories: Inventories | None, *, synthetic: bool, names_files: bool = True
) -> Material:
    """Gather the sources of a pack; errors as for `spatial.pack.Pack.zones`.

    Parameters
    ----------
    pack : Pack
    inventories : Mapping or None
        Those that somebody brought; each replaces the pack's.
    synthetic : bool
        Whether simulated rows are wanted.
    names_files : bool
        Whether the metadata name the files that somebody brought.
    """
    names = pack.zone_layers() or ("zones",)  # without any, the pack itself says what it lacks
    ordered = sorted(names, key=lambda name: (*[name != first for first in _FIRST], name))
    zones = {name: pack.zones(name) for name in ordered}
    by_name = {Path(dataset.path).stem: dataset for dataset in pack.datasets("zone_layer")}
    texts = {name: _texts(by_name[name]) for name in zones}
    for dataset in pack.datasets("place_points"):
        texts["places"] = _texts(dataset)
    brought = _brought(inventories)
    own = {name: pack.inventory(name) for name in POINT_LAYERS if name not in brought}
    for dataset in pack.datasets("inventory"):
        texts |= {name: _texts(dataset) for name in own if Path(dataset.path).name.startswith(name)}
    texts |= {name: _brought_texts(name, given, names_files=names_files) for name, given in brought.items()}
    given = brought | {name: [inventory] for name, inventory in own.items() if inventory is not None}
    points, left_out, told, unusable = _points(given, texts, synthetic=synthetic, names_files=names_files)
    return Material(
        name=pack.name,
        pack=pack,
        zones=zones,
        points=points,
        brought=frozenset(brought),
        texts=texts,
        notices=tuple(left_out),
        table_notices=tuple(told),
        unusable=unusable,
    )


def of_frames(
    zones: gpd.GeoDataFrame,
    inventories: Inventories | None,
    *,
    name: str,
    synthetic: bool,
    names_files: bool = True,
    notices: Sequence[Notice] = (),
) -> Material:
    """Gather zones that somebody brought, with ``zone_id`` and ``name_zh``, in any stated system.

    Raises
    ------
    MissingCrsError, UnknownCrsError
        If the zones state no system, or one that cannot be carried to EPSG:4490.
    MissingColumnError
        If the reader had to number the zones, since a number of a row is no identifier.
    """
    numbered = [notice for notice in notices if notice.key == "inventory.zones_without_id"]
    if numbered:
        made = {"zone_id", "name_zh", zones.geometry.name}  # by the reader; the others are the file's
        columns = ", ".join(str(column).removeprefix("source_") for column in zones if column not in made)
        raise MissingColumnError(
            "content.zones_without_id", name=name, n=numbered[0].params["n"], columns=columns
        )
    given = _brought(inventories)
    texts = {layer: _brought_texts(layer, found, names_files=names_files) for layer, found in given.items()}
    points, left_out, told, unusable = _points(given, texts, synthetic=synthetic, names_files=names_files)
    zones = as_source(to_canonical(zones)).reset_index(drop=True)
    title = Bilingual(**both("content.title_zones", name=name))
    texts["zones"] = LayerTexts(
        title=title,
        source=Bilingual(**both("content.source_zones")),
        described=_described("content.source_zones", name, names_files=names_files),
        licence=Bilingual(**both("content.licence_brought")),
    )
    return Material(
        name=title,
        pack=None,
        zones={"zones": zones},
        points=points,
        brought=frozenset(given),
        texts=texts,
        notices=(*notices, *left_out),
        table_notices=tuple(told),
        unusable=unusable,
    )


def _brought(inventories: Inventories | None) -> dict[str, list[Inventory]]:
    """Return the inventories of a call as lists, in the order of the layers."""
    given = inventories or {}
    found = {}
    for name in POINT_LAYERS:
        if name in given:
            one = given[name]
            found[name] = [one] if isinstance(one, Inventory) else list(one)
    return {name: several for name, several in found.items() if several}


def _points(
    given: Mapping[str, Sequence[Inventory]],
    texts: Mapping[str, LayerTexts],
    *,
    synthetic: bool,
    names_files: bool,
) -> tuple[dict[str, PointSource], list[Notice], list[Notice], dict[str, int]]:
    """Return the rows of each layer that has any, what was left out, what readers said, what is unusable."""
    points: dict[str, PointSource] = {}
    unusable: dict[str, int] = {}
    notices: list[Notice] = []
    told: list[Notice] = []
    for name, inventories in given.items():
        found = PointSource.of(
            inventories,
            source=texts[name].source.zh,
            names=[
                inventory.name if names_files else f"{name}-{number}"
                for number, inventory in enumerate(inventories, start=1)
            ],
            synthetic=synthetic,
        )
        left_out = sum(1 for row in found.withheld if row.reason_key == "content.withheld_synthetic")
        if left_out:
            notices.append(
                Notice(
                    "content.synthetic_left_out",
                    {"layer": name, "title": words_of(texts[name].title), "n": left_out},
                )
            )
        if len(found.withheld) > left_out:
            unusable[name] = len(found.withheld) - left_out
        if len(found.points):
            points[name] = found
            told += [notice for inventory in inventories for notice in inventory.notices]
    return points, notices, told, unusable


def _texts(dataset: DatasetRecord) -> LayerTexts:
    """Return what the catalogue of the pack says of a file."""
    source = Bilingual(zh=dataset.source_zh, en=dataset.source_en)
    return LayerTexts(
        title=Bilingual(zh=dataset.title_zh, en=dataset.title_en),
        source=source,
        described=source,
        licence=Bilingual(zh=dataset.licence_zh, en=dataset.licence_en),
    )


def _brought_texts(layer: str, inventories: Sequence[Inventory], *, names_files: bool) -> LayerTexts:
    """Return what is known of files that somebody brought."""
    names = ", ".join(inventory.name for inventory in inventories)
    return LayerTexts(
        title=Bilingual(**both(f"content.title_{layer}")),
        source=Bilingual(**both("content.source_inventory")),
        described=_described("content.source_inventory", names, names_files=names_files),
        licence=Bilingual(**both("content.licence_brought")),
    )


def _described(key: str, name: str, *, names_files: bool) -> Bilingual:
    """Return a source for the metadata of a layer: with the name of its file, or that it is left out."""
    wording = "content.source_named" if names_files else "content.source_unnamed"
    words = both(key).items()
    return Bilingual(**{lang: text(wording, lang, source=source, name=name) for lang, source in words})
