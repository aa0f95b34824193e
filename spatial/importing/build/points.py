"""Stations, lamp poles and other points: an id each, what repeats told, cells brought to stations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.importing.build.attributes import filled, led_by, row_numbers, text_column
from spatial.importing.build.cells import collapse_cells, station_keys
from spatial.importing.build.duplicates import has_repeats, outside_district, repeated_ids, repeated_places
from spatial.importing.build.material import Built
from spatial.importing.model import Subject
from spatial.notice import Notice

if TYPE_CHECKING:
    import pandas as pd

    from spatial.importing.build.material import Material

__all__ = ["build_points"]

_SITE_ID: Final = "site_id"


def build_points(material: Material) -> Built:
    """Return one row per point, or per station where the table lists cells."""
    attributes, geometry, draft = material.attributes, material.geometry, material.draft
    unique_ids = not has_repeats(text_column(attributes, _SITE_ID))
    stations = material.settings.subject == Subject.BASE_STATIONS
    keys = station_keys(attributes, unique_ids=unique_ids) if stations else None
    if keys is not None and material.settings.cells == "collapse":
        attributes, geometry, notices = collapse_cells(attributes, geometry, keys)
        draft.warnings.extend(notices)
    elif keys is not None:
        draft.warnings.append(Notice("import.cells_kept", {"rows": len(keys), "stations": keys.nunique()}))
    attributes, notices = _with_ids(attributes)
    draft.warnings.extend(notices)
    ids = text_column(attributes, _SITE_ID)
    # Ids of which none stands twice, and none had to be filled in, are not searched again.
    if keys is None and (notices or not unique_ids):
        draft.warnings.extend(repeated_ids(ids))
    draft.warnings.extend(repeated_places(geometry, ids))
    draft.warnings.extend(outside_district(geometry, material.context.district, ids))
    return Built(attributes=attributes, geometry=geometry)


def _with_ids(attributes: pd.DataFrame) -> tuple[pd.DataFrame, list[Notice]]:
    """Return the columns with an id for every row: its own, its station's, its site's, or its row number."""
    others = {
        "logical_station_id": lambda: text_column(attributes, "logical_station_id"),
        "physical_site_id": lambda: text_column(attributes, "physical_site_id"),
        "row": lambda: row_numbers(attributes),
    }
    ids, counts = filled(text_column(attributes, _SITE_ID), others)
    notices = [Notice(f"import.ids_from_{source}", {"n": n}) for source, n in counts.items()]
    return led_by(attributes, {_SITE_ID: ids}), notices
