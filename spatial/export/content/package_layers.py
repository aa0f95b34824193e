"""The layers of a package from its sources, each with its figures, and what was found about the zones."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from spatial.check import check_zones
from spatial.counting import zone_ids
from spatial.district_check import STATIONS, check_district, published_count
from spatial.export.content.citations import count_passage, target_phrase
from spatial.export.content.layer_draft import Draft, Shared, layer_of_draft
from spatial.export.content.material import DISTRICT
from spatial.export.content.place_features import SCHEMATIC_POSITIONS, place_columns
from spatial.export.content.point_features import point_columns, zones_holding
from spatial.export.content.zone_features import ZoneFigures, known_columns, outline_bases
from spatial.export.fields import LayerKind
from spatial.export.wording import both, words_of
from spatial.notice import Notice
from spatial.plan_records import Bilingual
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from spatial.check import CheckResult
    from spatial.definition import Definition
    from spatial.export.content.extent import ExtentArea
    from spatial.export.content.material import Material
    from spatial.export.content.point_source import PointSource
    from spatial.export.model import ExportLayer
    from spatial.pack import Pack
    from spatial.target import Target

__all__ = ["PLACES", "Found", "Wish", "places_layer", "points_layer", "zones_layer"]

PLACES: Final = "places"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted of every layer.

    Attributes
    ----------
    definition : Definition
    target : Target or None
    area : ExtentArea or None
        The ground of the package; None for all.
    grid_m : float or None
        Size of the cells of coarse positions; None for exact ones.
    shared : Shared
    """

    definition: Definition
    target: Target | None
    area: ExtentArea | None
    grid_m: float | None
    shared: Shared


@dataclass(kw_only=True)
class Found:
    """The layers made so far, and what was found on the way."""

    layers: list[ExportLayer] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def add(self, draft: Draft, shared: Shared, *, about: Mapping[str, Any]) -> None:
        """Add the layer of a draft; one that holds no feature is left out and named."""
        layer, notices = layer_of_draft(replace(draft, about=about), shared)
        if len(layer.features):
            self.layers.append(layer)
            self.notices += notices
        else:
            told = {"layer": layer.name, "title": words_of(layer.title), "n": layer.n_in}
            self.notices.append(Notice("content.layer_empty", told))


def _zone_figures(material: Material, layer: str, wish: Wish) -> ZoneFigures:
    """Return what the stations, or the published count, say of the zones of a layer."""
    stations = material.points.get(STATIONS)
    pack = material.pack
    brought = STATIONS in material.brought
    of_district = layer == DISTRICT and pack is not None and len(material.zones[layer]) == 1
    counted = stations if brought or not of_district else None
    asked: dict[str, Any] = {
        "definition": wish.definition,
        "target": wish.target,
        "synthetic": counted is not None and counted.synthetic,
        "n_in": None if counted is None else counted.n_in,
        "n_reported": 0 if counted is None else len(counted.withheld),
        "missing_basis": "no_data",
    }
    points = None if counted is None else counted.points
    if of_district and pack is not None:
        result = check_district(pack, points, **asked)
    else:
        result = check_zones(material.zones[layer], points, **asked)
    published = published_count(pack) if of_district and pack is not None and counted is None else None
    return ZoneFigures(
        result=result,
        citation=target_phrase(pack, wish.target),
        count_as_of=_as_of(counted, wish.definition) if published is None else published.as_of,
        count_source=_count_source(counted) if published is None or pack is None else count_passage(pack),
        outline_source=material.texts[layer].source.zh,
    )


def zones_layer(material: Material, layer: str, wish: Wish, found: Found) -> None:
    """Add one layer of zones."""
    zones = material.zones[layer]
    figures = _zone_figures(material, layer, wish)
    known, further = known_columns(zones, figures)
    kept = None if wish.area is None else wish.area.meets_polygons(zones.geometry)
    draft = Draft(
        name=layer,
        kind=LayerKind.ZONES,
        title=material.texts[layer].title,
        known=known,
        further=further,
        geometry=zones.geometry,
        n_in=len(zones),
        kept=kept,
        bases=outline_bases(zones),
    )
    label = {lang: wish.definition.label(lang) for lang in ("zh", "en")}
    abstract = {
        lang: text("content.abstract_zones", lang, n=len(zones), definition=label[lang]) for lang in label
    }
    found.add(draft, wish.shared, about=_about(material, layer, abstract, "content.lineage_zones"))
    found.results.append(_result(figures.result, layer, kept))
    found.notices += figures.result.notices


def points_layer(material: Material, layer: str, wish: Wish, found: Found) -> None:
    """Add one layer of stations or poles."""
    source = material.points[layer]
    kind = LayerKind(layer)
    title = words_of(material.texts[layer].title)
    columns = point_columns(
        source,
        kind,
        material.inner_zones,
        title=title,
        grid_m=wish.grid_m,
        numerator=text(wish.definition.numerator_key),
    )
    kept = None if wish.area is None else wish.area.holds_points(columns.geometry)
    draft = Draft(
        name=layer,
        kind=kind,
        title=material.texts[layer].title,
        known=_within_district(columns.known, columns.geometry, material, wish.shared),
        further=columns.further,
        geometry=columns.geometry,
        n_in=source.n_in,
        kept=kept,
        withheld=source.withheld,
        bases=["user_supplied"] * len(columns.geometry),
    )
    coarse = wish.grid_m is not None
    lineage = "content.lineage_coarse" if coarse else "content.lineage_points"
    abstract = both(f"content.abstract_{layer}", n=source.n_in)
    about = _about(material, layer, abstract, lineage, grid_m=wish.grid_m) | {
        "positions": "grid" if coarse else "exact",
        "grid_m": wish.grid_m,
        "withheld_fields": list(columns.withheld_fields),
    }
    found.add(draft, wish.shared, about=about)
    found.notices += [
        Notice("content.unknown_words", {"layer": layer, "title": title, "field": code, "n": n})
        for code, n in columns.unknown_words.items()
    ]


def places_layer(material: Material, pack: Pack, wish: Wish, found: Found) -> None:
    """Add the layer of places of a pack that has any."""
    source = material.texts[PLACES].source.zh
    outlined = {zone for frame in material.zones.values() for zone in zone_ids(frame)}
    columns = place_columns(pack, material.inner_zones, source=source, outlined=outlined)
    kept = None if wish.area is None else wish.area.holds_points(columns.geometry)
    draft = Draft(
        name=PLACES,
        kind=LayerKind.PLACES,
        title=Bilingual(**both("content.title_places")),
        known=_within_district(columns.known, columns.geometry, material, wish.shared),
        further=columns.further,
        geometry=columns.geometry,
        n_in=columns.n_in,
        kept=kept,
        withheld=columns.withheld,
        bases=["schematic" if basis in SCHEMATIC_POSITIONS else "derived" for basis in columns.bases],
    )
    abstract = both("content.abstract_places", n=columns.n_in)
    found.add(draft, wish.shared, about=_about(material, PLACES, abstract, "content.lineage_places"))


def _within_district(
    known: pd.DataFrame, points: gpd.GeoSeries, material: Material, shared: Shared
) -> pd.DataFrame:
    """Return the columns with the district of the points that lie in it; of the others it is not known."""
    district = material.zones.get(DISTRICT)
    if district is None:
        return known.assign(XZQDM=None, XZQMC=None)
    inside = zones_holding(points, [district]).notna()
    words = {"XZQDM": shared.district_code, "XZQMC": shared.district_name}
    columns: dict[str, Any] = {
        code: [word if there else None for there in inside] for code, word in words.items()
    }
    return known.assign(**columns)


def _about(
    material: Material, layer: str, abstract: dict[str, str], lineage: str, **params: object
) -> dict[str, Any]:
    """Return what the metadata of a layer say beside what its features show."""
    texts = material.texts[layer]
    languages = ("zh", "en")
    return {
        "abstract": abstract,
        "lineage": {
            lang: text(lineage, lang, source=texts.described.in_language(lang), **params)
            for lang in languages
        },
        "source": {lang: texts.described.in_language(lang) for lang in languages},
        "licence": {lang: texts.licence.in_language(lang) for lang in languages},
        "positions": "exact",
        "grid_m": None,
        "withheld_fields": [],
    }


def _result(result: CheckResult, layer: str, kept: Any) -> dict[str, Any]:  # noqa: ANN401 - mask or None
    """Return a check as plain values, with the zones of the package alone."""
    shown = result if kept is None else replace(result, rows=result.rows[kept])
    return {"layer_name": layer, **shown.to_dict()}


def _as_of(stations: PointSource | None, definition: Definition) -> str:
    """Return the date of a count: that of the definition, else of the youngest row."""
    if stations is None:
        return ""
    return stations.latest if definition.as_of is None else definition.as_of.isoformat()


def _count_source(stations: PointSource | None) -> str:
    """Return where the counted stations come from."""
    if stations is None:
        return ""
    return text("app.list_separator").join(dict.fromkeys(stations.source)) if len(stations.source) else ""
