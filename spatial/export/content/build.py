"""The content of a hand-over package: what it holds and says, before any file is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from spatial.district_check import STATIONS
from spatial.errors import UsageError
from spatial.export.content.citations import dates_of
from spatial.export.content.class_list import read_class_list
from spatial.export.content.content_options import ContentOptions, check_choice
from spatial.export.content.layer_draft import Shared
from spatial.export.content.material import POINT_LAYERS, of_frames, of_pack
from spatial.export.content.package_about import package_about
from spatial.export.content.package_layers import PLACES, Found, Wish, places_layer, points_layer, zones_layer
from spatial.export.iso_dates import first_day
from spatial.export.model import PackageContent
from spatial.export.wording import words_of
from spatial.notice import Notice
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

    from spatial.export.content.material import Inventories, Material
    from spatial.pack import Pack

__all__ = ["ContentOptions", "build_content", "build_content_from_frames"]

_NO_NAME: Final = "package"


def build_content(
    pack: Pack, *, options: ContentOptions | None = None, inventories: Inventories | None = None
) -> PackageContent:
    """Return the content of a package of a plan pack.

    Parameters
    ----------
    pack : Pack
    options : ContentOptions, optional
    inventories : Mapping, optional
        Inventory, or several of them, by layer (``base_stations``, ``lamp_poles``): those that somebody
        brought. Each replaces the pack's, and speaks for the district too.

    Raises
    ------
    NoGeometryError
        If the pack holds no zone boundary.
    UsageError
        If a layer or zone is not known, or nothing is left to hand over.
    MissingColumnError, DuplicateIdError
        If features have no id of their own.
    InputError
        If the sources or the class list cannot be used.
    """
    options = options or ContentOptions()
    exact = options.points == "exact"
    material = of_pack(pack, inventories, synthetic=options.synthetic, names_files=exact)
    return _content(material, options, package_id=options.package_id or _ascii_name(pack.pack_id))


def build_content_from_frames(
    zones: gpd.GeoDataFrame,
    *,
    name: str,
    options: ContentOptions | None = None,
    inventories: Inventories | None = None,
    notices: Sequence[Notice] = (),
) -> PackageContent:
    """Return the content of a package of zones that somebody brought, of any city.

    Parameters
    ----------
    zones : geopandas.GeoDataFrame
        With ``zone_id`` and ``name_zh``, as `spatial.vector_files.read_zones` gives them.
    name : str
        Title of the package, such as the file's name.
    options, inventories
        As for `build_content`.
    notices : sequence of Notice
        What the reader of the zones said.

    Raises
    ------
    UsageError, MissingColumnError, DuplicateIdError, InputError
        As for `build_content`.
    """
    options = options or ContentOptions()
    material = of_frames(
        zones,
        inventories,
        name=name,
        synthetic=options.synthetic,
        names_files=options.points == "exact",
        notices=notices,
    )
    return _content(material, options, package_id=options.package_id or _ascii_name(name))


def _content(material: Material, options: ContentOptions, *, package_id: str) -> PackageContent:
    """Return the content of a package from its sources."""
    pack = material.pack
    data_date = _youngest(_dates(material))
    shared = Shared(
        narrow="shapefile" in options.wanted_formats,
        classes=read_class_list(options.class_list),
        district_code=None if pack is None else pack.district_code,
        district_name=None if pack is None or pack.district_name is None else pack.district_name.zh,
        version=data_date or text("content.version_undated"),
    )
    wish = Wish(
        definition=options.definition,
        target=options.target or (None if pack is None else pack.target),
        area=None if options.extent is None else options.extent.area(material.zones.values()),
        grid_m=options.grid_m if options.points == "grid" else None,
        shared=shared,
    )
    found = _layers(material, options, wish)
    if not found.layers:
        raise UsageError("content.no_layers")
    notices = _notices(material, options, found, data_date=data_date)
    about = package_about(material, options, wish, found, notices=notices)
    return PackageContent(
        package_id=package_id,
        title=material.name,
        profile=options.profile,
        formats=options.wanted_formats,
        crs=options.crs,
        data_date=data_date,
        layers=tuple(found.layers),
        about=about,
    )


def _layers(material: Material, options: ContentOptions, wish: Wish) -> Found:
    """Make the layers that are wanted."""
    has_places = material.pack is not None and bool(material.pack.datasets("place_points"))
    shown = options.points != "totals"
    points = [name for name in POINT_LAYERS if name in material.texts] if shown else []
    known = [*material.zones, *([PLACES] if has_places and shown else []), *points]
    for name in options.layers or ():
        check_choice("layers", name, known)
    wanted = known if options.layers is None else [name for name in known if name in options.layers]
    found = Found()
    for name in wanted:
        if name in material.zones:
            zones_layer(material, name, wish, found)
        elif name == PLACES and material.pack is not None:
            places_layer(material, material.pack, wish, found)
        elif name in material.points:
            points_layer(material, name, wish, found)
    return found


def _notices(
    material: Material, options: ContentOptions, found: Found, *, data_date: str
) -> list[dict[str, Any]]:
    """Return what a reader of the package has to know, each once."""
    notices = [*material.notices, *found.notices]
    if options.points == "exact":
        notices += material.table_notices
    else:
        # A reader of a table quotes its words, and some of them are what is withheld.
        notices.append(Notice(f"content.points_{options.points}", {"grid_m": options.grid_m}))
    notices += _uncounted(material, options, found)
    if not data_date:
        notices.append(Notice("content.undated"))
    if material.pack is None or not material.pack.district_code:
        notices.append(Notice("content.no_district_code"))
    blank = [layer for layer in found.layers if not layer.class_path.code]
    if blank:
        names, titles = [layer.name for layer in blank], [words_of(layer.title) for layer in blank]
        notices.append(Notice("content.codes_blank", {"layers": names, "titles": titles}))
    plain = [_plain(notice.to_dict()) for notice in notices]
    return [notice for at, notice in enumerate(plain) if notice not in plain[:at]]


def _uncounted(material: Material, options: ContentOptions, found: Found) -> list[Notice]:
    """Return how many rows no figure counts, of the layers whose own table does not say so."""
    handed_over = {layer.name for layer in found.layers}
    asked = POINT_LAYERS if options.layers is None and options.points != "totals" else options.layers or ()
    return [
        Notice(
            "content.rows_unusable", {"layer": name, "title": words_of(material.texts[name].title), "n": n}
        )
        for name, n in material.unusable.items()
        if name not in handed_over and name in {STATIONS, *asked}
    ]


def _dates(material: Material) -> Iterable[str]:
    """Return every date that the input states."""
    if material.pack is not None:
        yield from dates_of(material.pack)
    yield from (source.latest for source in material.points.values())


def _youngest(dates: Iterable[str]) -> str:
    """Return the youngest date as a whole day, ``""`` without any; a month is its first day."""
    return max((first_day(date) for date in dates), default="")


def _ascii_name(name: str) -> str:
    """Return the name of a package: the ASCII letters and digits of a title."""
    words = re.sub(r"[^A-Za-z0-9_-]+", "-", name.rsplit("/", 1)[-1].removesuffix(".geojson")).strip("-_")
    return words[:64] or _NO_NAME


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of JSON
    """Return plain JSON values: the parameters of a notice may be subclasses, arrays and tuples."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return str(value)
    if hasattr(value, "item"):
        return value.item()
    return value
