"""A plan pack opened from its directory: the one place where plan data are read from disk.

A pack is a directory that describes itself: ``pack.json`` names it, ``catalog.csv`` lists its
files. Nothing here knows a particular plan, and a pack may hold no geometry at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import shapely

from spatial.catalog import DatasetRecord, member_path, read_catalog
from spatial.crs import WEB_CRS, to_canonical
from spatial.errors import NoGeometryError, PackError, UnknownPackError
from spatial.geojson import read_geojson
from spatial.inventory import Inventory, read_inventory
from spatial.limits import Limits
from spatial.pack_file import PACK_FILE, MapView, PublishedCount, pack_target, read_pack_file
from spatial.plan import PlanRecords, load_plan
from spatial.plan_records import Bilingual
from spatial.plan_tables import read_records
from spatial.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.target import Target

__all__ = ["PLANS_DIRECTORY", "MapView", "Pack", "PublishedCount", "list_packs", "open_pack"]

PLANS_DIRECTORY: Final = Path(__file__).resolve().parent.parent / "geodata" / "plans"
"""Where the packs that come with the product lie."""

_NUMBERS: Final = (
    "position_accuracy_m",
    "area_official_km2",
    "area_geometry_km2",
    "area_land_km2",
    "area_built_up_km2",
    "population",
)
_DISTRICT_LAYER: Final = "district"
# Files of a pack are our own; the limits only bound a broken one.
_PACK_LIMITS: Final = Limits(json_containers=20_000_000)


@dataclass(frozen=True, kw_only=True)
class Pack:
    """One plan pack.

    Attributes
    ----------
    pack_id : str
        Its name.
    name : Bilingual
        Title in both languages.
    directory : pathlib.Path
        Where it lies.
    plan : PlanRecords
        Documents, indicators, places and findings.
    catalog : tuple of DatasetRecord
        Its files.
    district_zone_id : str or None
        The zone that the plan's district target is for.
    district_name : Bilingual or None
        The district's name, None where the plan states none.
    target : Target or None
        The density target, None where the plans set none.
    map_view : MapView or None
        Where a map opens, None without geometry.
    review_number : str or None
        The map review number, None where the map has not been reviewed.
    district_code : str or None
        The district's administrative code, None where the pack states none.
    contact : Mapping or None
        ``organisation``, ``email`` and ``phone`` of whoever answers for the data.
    constraints : Mapping or None
        ``security`` and ``use``, each a text ``{"zh", "en"}``.
    """

    pack_id: str
    name: Bilingual
    directory: Path
    plan: PlanRecords
    catalog: tuple[DatasetRecord, ...]
    district_zone_id: str | None
    district_name: Bilingual | None
    target: Target | None
    map_view: MapView | None
    review_number: str | None
    district_code: str | None = None
    contact: Mapping[str, str] | None = None
    constraints: Mapping[str, Mapping[str, str]] | None = None

    @property
    def has_geometry(self) -> bool:
        """Whether the pack holds any zone boundary."""
        return bool(self.zone_layers())

    def zone_layers(self) -> tuple[str, ...]:
        """Return the names of the zone layers, in the order of the catalogue."""
        return tuple(Path(dataset.path).stem for dataset in self.datasets("zone_layer"))

    def datasets(self, kind: str) -> tuple[DatasetRecord, ...]:
        """Return the files of one kind."""
        return tuple(dataset for dataset in self.catalog if dataset.kind == kind)

    def zones(self, layer: str = "zones") -> gpd.GeoDataFrame:
        """Return a zone layer.

        Parameters
        ----------
        layer : str
            One of `zone_layers`.

        Returns
        -------
        geopandas.GeoDataFrame
            In EPSG:4490, one row per zone in the order of the file, columns as the file has them.

        Raises
        ------
        NoGeometryError
            If the pack holds no zone boundary at all.
        PackError
            If there is no such layer, or it cannot be used.
        """
        layers = self.zone_layers()
        if not layers:
            raise NoGeometryError("error.no_geometry", name=self.pack_id)
        for dataset in self.datasets("zone_layer"):
            if Path(dataset.path).stem == layer:
                return self._features(dataset)
        raise PackError("error.unknown_zone_layer", name=self.pack_id, layer=layer, layers=", ".join(layers))

    def district(self) -> gpd.GeoDataFrame:
        """Return the district as a frame of one row; errors as for `zones`."""
        frame = self.zones(_DISTRICT_LAYER)
        found = frame[frame["zone_id"] == self.district_zone_id]
        if len(found) != 1:
            raise PackError("error.pack_file", path=PACK_FILE, reason="district_zone_id")
        return found

    def backdrop(self) -> gpd.GeoDataFrame | None:
        """Return the neighbours and the river strip in EPSG:4490, or None."""
        datasets = self.datasets("backdrop")
        return self._features(datasets[0]) if datasets else None

    def place_points(self) -> gpd.GeoDataFrame:
        """Return where the plan's places lie, in EPSG:4490; null geometry where nobody knows.

        Columns are those of the file; ``confidence_m`` is a number of metres.
        """
        frames = [self._table(dataset) for dataset in self.datasets("place_points")]
        table = (
            pd.concat(frames, ignore_index=True)
            if frames
            else pd.DataFrame(columns=["place_id", "lon", "lat"])
        )
        for column in table.columns.intersection(["lon", "lat", "confidence_m"]):
            table[column] = pd.to_numeric(table[column].replace("", None))
        located = table["lon"].notna() & table["lat"].notna()
        geometry = pd.Series(index=table.index, dtype=object)
        geometry[located] = shapely.points(table.loc[located, "lon"], table.loc[located, "lat"])
        return to_canonical(gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometry, crs=WEB_CRS)))

    def vertex_table(self) -> pd.DataFrame:
        """Return the readable table of boundary vertices as text; empty where the pack has none."""
        datasets = self.datasets("vertex_table")
        return self._table(datasets[0]) if datasets else pd.DataFrame()

    def inventory(self, subject: str) -> Inventory | None:
        """Return the pack's inventory of ``"base_stations"`` or ``"lamp_poles"``, or None."""
        dataset = self._inventory_dataset(subject)
        if dataset is None:
            return None
        return read_inventory(self._bytes(dataset), name=Path(dataset.path).name, crs=dataset.crs or None)

    def inventory_file(self, subject: str) -> tuple[Path, str | None] | None:
        """Return the file of an inventory and its reference system, or None; subjects as `inventory`."""
        dataset = self._inventory_dataset(subject)
        return None if dataset is None else (member_path(self.directory, dataset.path), dataset.crs or None)

    def _inventory_dataset(self, subject: str) -> DatasetRecord | None:
        """Return the record of the first inventory of a subject, or None."""
        datasets = self.datasets("inventory")
        return next((each for each in datasets if Path(each.path).name.startswith(subject)), None)

    def published_counts(self, subject: str) -> tuple[PublishedCount, ...]:
        """Return the counts that documents state; the first of a zone is the one a verdict uses."""
        return tuple(
            count
            for dataset in self.datasets("published_counts")
            for count in read_records(member_path(self.directory, dataset.path), PublishedCount)
            if count.subject == subject
        )

    def _bytes(self, dataset: DatasetRecord) -> bytes:
        """Return the bytes of a listed file."""
        try:
            return member_path(self.directory, dataset.path).read_bytes()
        except OSError as fault:
            raise PackError("error.pack_file", path=dataset.path, reason=type(fault).__name__) from fault

    def _table(self, dataset: DatasetRecord) -> pd.DataFrame:
        """Return a table of the pack as text."""
        characters = self._bytes(dataset).decode("utf-8-sig")
        table = read_table(characters, name=dataset.path, limits=_PACK_LIMITS, is_header=lambda _: True)
        if table.ragged:
            raise PackError("error.pack_file", path=dataset.path, reason=f"line {table.ragged[0].line}")
        return pd.DataFrame(list(table.rows), columns=list(table.headers), dtype=object)

    def _features(self, dataset: DatasetRecord) -> gpd.GeoDataFrame:
        """Return the features of a GeoJSON file of the pack."""
        collection = read_geojson(self._bytes(dataset), name=dataset.path, limits=_PACK_LIMITS)
        frame = pd.DataFrame([dict(feature.properties) for feature in collection.features])
        for column in frame.columns.intersection(list(_NUMBERS)):
            frame[column] = pd.to_numeric(frame[column])
        geometry = [shapely.geometry.shape(dict(feature.geometry or {})) for feature in collection.features]
        shapes = gpd.GeoSeries(geometry, crs=collection.crs or WEB_CRS)
        if not shapes.is_valid.all():
            faulty = [str(at) for at in shapes.index[~shapes.is_valid]]
            raise PackError("error.pack_file", path=dataset.path, reason="geometry " + ", ".join(faulty))
        return to_canonical(gpd.GeoDataFrame(frame, geometry=shapes))


def list_packs() -> tuple[str, ...]:
    """Return the names of the packs that come with the product."""
    return tuple(sorted(path.parent.name for path in PLANS_DIRECTORY.glob(f"*/{PACK_FILE}")))


def _is_file(path: Path) -> bool:
    """Tell a plain file; a name that the system refuses to look up is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def open_pack(name_or_directory: str | Path) -> Pack:
    """Open a pack by its name, or by its directory.

    Raises
    ------
    UnknownPackError
        If there is no such pack.
    PackError
        If the pack is not complete and coherent.
    """
    directory = Path(name_or_directory)
    if isinstance(name_or_directory, str) and name_or_directory in list_packs():
        directory = PLANS_DIRECTORY / name_or_directory
    if not _is_file(directory / PACK_FILE):
        raise UnknownPackError(
            "error.unknown_pack", name=str(name_or_directory), known=", ".join(list_packs())
        )
    facts = read_pack_file(directory / PACK_FILE)
    plan = load_plan(directory)
    view = facts["map_view"]
    try:
        return Pack(
            pack_id=facts["pack_id"],
            name=Bilingual(**facts["name"]),
            directory=directory,
            plan=plan,
            catalog=read_catalog(directory),
            district_zone_id=facts["district_zone_id"],
            district_name=Bilingual(**facts["district_name"]) if facts["district_name"] else None,
            target=pack_target(facts, plan),
            map_view=MapView(**view) if view else None,
            review_number=facts["review_number"],
            district_code=facts["district_code"],
            contact=facts["contact"],
            constraints=facts["constraints"],
        )
    except TypeError as fault:
        raise PackError("error.pack_file", path=PACK_FILE, reason=str(fault)) from fault
