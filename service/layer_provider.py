"""pygeoapi provider of one layer held in memory; runs in the service's own environment.

pygeoapi's own GeoJSON provider reads and parses the whole file twice for every request, takes the types
of the fields from the first feature, and passes over ``sortby``, ``datetime`` and ``filter`` in silence.
Here the layer is read once, filters mean what the field's type means, and what is not supported is
refused with status 400.

The file is written by `spatial.export.ogc_api`: ``fields``, ``ids``, ``properties`` and ``wkb``, the
coordinates in the axis order of the storage reference system (EPSG:4490: latitude, longitude).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pygeoapi.provider.base import (
    BaseProvider,
    ProviderInvalidQueryError,
    ProviderItemNotFoundError,
    SchemaType,
)

try:
    from pygeoapi.crs import crs_transform
except ImportError:  # until 0.21
    from pygeoapi.util import crs_transform

if TYPE_CHECKING:
    from collections.abc import Callable

DATE_LENGTH = 10
TRUTH = {"true": True, "false": False, "1": True, "0": False}
ENDLESS = "9999-12-31"


class Layer:
    """One layer: what its file holds, and an index over its geometries."""

    def __init__(self, path: str) -> None:
        held = json.loads(Path(path).read_text(encoding="utf-8"))
        self.fields: dict[str, dict[str, Any]] = held["fields"]
        self.time_field: str | None = held["time_field"]
        self.ids: list[str] = held["ids"]
        self.properties: list[dict[str, Any]] = held["properties"]
        self.geometries = shapely.from_wkb(np.array(held["wkb"], dtype=object))
        self.index = shapely.STRtree(self.geometries)
        self.position = {feature_id: at for at, feature_id in enumerate(self.ids)}


@cache
def layer_of(path: str) -> Layer:
    """Return the layer of a file, read once for the life of the server."""
    return Layer(path)


class LayerProvider(BaseProvider):
    """Features of one layer, filtered by window, attribute and date, sorted and paged."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self.layer = layer_of(self.data)
        self.get_fields()

    def get_fields(self) -> dict[str, dict[str, Any]]:
        """Return name and type of each field."""
        self._fields = self.layer.fields
        return self._fields

    def get_schema(self, _: SchemaType = SchemaType.item) -> tuple[str, dict[str, Any]]:
        """Return media type and JSON Schema of a feature's properties."""
        return "application/schema+json", {"type": "object", "properties": self.layer.fields}

    @crs_transform
    def query(  # noqa: PLR0913, PLR0917 - the signature is pygeoapi's
        self,
        offset: int = 0,
        limit: int = 10,
        resulttype: str = "results",
        bbox: list[float] | None = None,
        datetime_: str | None = None,
        properties: list[tuple[str, str]] | None = None,
        sortby: list[dict[str, str]] | None = None,
        select_properties: list[str] | None = None,
        skip_geometry: bool = False,  # noqa: FBT001, FBT002
        q: str | None = None,
        filterq: object = None,
        **_: object,
    ) -> dict[str, Any]:
        """Return the features that pass every filter as a GeoJSON collection."""
        if q is not None or filterq is not None:
            raise refusal("q and filter are not supported; filter by attribute=value, bbox and datetime")
        found = self.within(bbox or [])
        for name, value in properties or []:
            found = found[[self.test(name, value)(self.layer.properties[at].get(name)) for at in found]]
        if datetime_ and self.layer.time_field:
            found = found[[self.at_time(at, datetime_) for at in found]]
        for rule in reversed(sortby or []):
            found = self.ordered(found, rule)
        page = [] if resulttype == "hits" else found[offset : offset + limit]
        return {
            "type": "FeatureCollection",
            "features": [
                self.feature(int(at), select_properties or [], skip_geometry=skip_geometry) for at in page
            ],
            "numberMatched": len(found),
            "numberReturned": len(page),
        }

    @crs_transform
    def get(self, identifier: str, **_: object) -> dict[str, Any]:
        """Return one feature by its id."""
        at = self.layer.position.get(identifier)
        if at is None:
            msg = f"item {identifier} not found"
            raise ProviderItemNotFoundError(msg, user_msg=msg)
        return self.feature(at, [], skip_geometry=False)

    def feature(self, at: int, chosen: list[str], *, skip_geometry: bool) -> dict[str, Any]:
        """Return one feature; never the held objects, for pygeoapi changes what it is given."""
        held = self.layer.properties[at]
        wanted = set(chosen) | set(self.properties)
        geometry = None if skip_geometry else shapely.geometry.mapping(self.layer.geometries[at])
        return {
            "type": "Feature",
            "id": self.layer.ids[at],
            "geometry": geometry,
            "properties": {k: v for k, v in held.items() if not wanted or k in wanted},
        }

    def within(self, bbox: list[float]) -> np.ndarray:
        """Return the places of the features that meet the window, in their order."""
        if not bbox:
            return np.arange(len(self.layer.ids))
        half = len(bbox) // 2
        corners = [bbox[0], bbox[1], bbox[half], bbox[half + 1]]
        if not np.isfinite(corners).all():
            raise refusal("the bbox has no place in the reference system of the layer")
        return np.sort(self.layer.index.query(shapely.box(*corners), predicate="intersects"))

    def test(self, name: str, value: str) -> Callable[[object], bool]:
        """Return the test that an attribute filter stands for, by the type of the field."""
        kind = self.layer.fields[name]["type"]
        if kind == "boolean":
            if value.lower() not in TRUTH:
                raise refusal(f"{name} is true or false")
            return lambda held: held is TRUTH[value.lower()]
        if kind in {"number", "integer"}:
            try:
                wanted = float(value)
            except ValueError as fault:
                raise refusal(f"{name} is a number") from fault
            return lambda held: held is not None and held == wanted
        return lambda held: held == value

    def at_time(self, at: int, asked: str) -> bool:
        """Return whether the date of a feature meets the time asked for; one without a date does."""
        date = self.layer.properties[at].get(self.layer.time_field)
        if not date:
            return True
        begin, _, end = asked.partition("/") if "/" in asked else (asked, "", asked)
        first = "" if begin in {"", ".."} else begin[:DATE_LENGTH]
        last = ENDLESS if end in {"", ".."} else (end + ENDLESS[len(end) :])[:DATE_LENGTH]
        return (date + "-01-01")[:DATE_LENGTH] <= last and (date + ENDLESS[len(date) :]) >= first

    def ordered(self, found: np.ndarray, rule: dict[str, str]) -> np.ndarray:
        """Return the places sorted by one field, features without a value last."""
        name = rule["property"]
        there = [at for at in found if self.layer.properties[at].get(name) is not None]
        there.sort(key=lambda at: self.layer.properties[at][name], reverse=rule["order"] == "-")
        without = [at for at in found if self.layer.properties[at].get(name) is None]
        return np.array([*there, *without], dtype=int)


def refusal(words: str) -> ProviderInvalidQueryError:
    """Return the error that pygeoapi answers with status 400 and these words."""
    return ProviderInvalidQueryError(words, user_msg=words)
