"""Chosen poles as planned sites: a file that `check --status all` counts together with the stations."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from spatial.definition import Shared
from spatial.errors import UsageError
from spatial.export.formula_guard import guard
from spatial.file_kinds import file_suffix
from spatial.text import text
from spatial.zone_columns import SCHEMATIC_BASES

if TYPE_CHECKING:
    from spatial.siting.proposal import Proposal

__all__ = ["PLANNED_SUFFIXES", "planned_sites", "planned_sites_file"]

PLANNED_SUFFIXES: Final = (".geojson", ".json", ".csv")
_CSV: Final = ".csv"
_ACCURACY: Final = "position_accuracy_m"
OWN_ID: Final = "siting-proposal:"


def planned_sites(proposal: Proposal, *, source: str, lang: str = "zh") -> list[dict[str, Any]]:
    """Return one plain record per chosen pole, in the order in which each brings most.

    Parameters
    ----------
    proposal : Proposal
        The answer.
    source : str
        Where the poles come from: the name of their file.
    lang : str
        Language of the words.

    Returns
    -------
    list of dict
        ``site_id`` (the pole's id), ``lon``, ``lat`` (WGS 84), ``status`` ``planned``, ``site_type``
        ``pole``, ``physical_site_id`` and ``logical_station_id`` (one of its own for each pole, which is one
        site with one station), what it brings, how well the zones' outlines are known, whether it is made
        up, and ``source``: that it is a proposal which nobody has approved. Under a definition with a day,
        ``as_of`` is that day.
    """
    case = proposal.case
    basis = proposal.basis_of
    words = _source(proposal, source, lang)
    as_of = case.terms.definition.as_of
    accuracy = case.candidates.get(_ACCURACY)
    records = []
    for step in proposal.steps.to_dict(orient="records"):
        bases = dict.fromkeys(basis[zone] or "" for zone in step["zone_ids"])
        record: dict[str, Any] = {
            "site_id": step["candidate_id"],
            "lon": step["lon"],
            "lat": step["lat"],
            "status": "planned",
            "site_type": "pole",
            # A pole may bear the number of a station elsewhere: it must not be merged with that one.
            "physical_site_id": OWN_ID + step["candidate_id"],
            "logical_station_id": OWN_ID + step["candidate_id"],
            "order": int(step["order"]),
            "cost": float(step["cost"]),
            "closes": int(step["closes"]),
            "covers": int(step["covers"]),
            "zone_ids": ";".join(step["zone_ids"]),
            "zone_geometry_basis": ";".join(filter(None, bases)),
            "synthetic": bool(case.synthetic),
            "source": words,
        }
        if accuracy is not None:
            metres = accuracy.iloc[step["row"]]
            record[_ACCURACY] = float(metres) if metres == metres else None  # noqa: PLR0124 - not NaN
        if as_of is not None:
            record["as_of"] = as_of.isoformat()
        if case.terms.definition.shared == Shared.PER_OPERATOR:
            record["shared"] = False
        records.append(record)
    return records


def planned_sites_file(proposal: Proposal, name: str, *, source: str, lang: str = "zh") -> bytes:
    """Return the chosen poles as the bytes of a GeoJSON or CSV file, both in WGS 84.

    Raises
    ------
    UsageError
        If the name ends as neither.
    """
    suffix = file_suffix(name)
    if suffix not in PLANNED_SUFFIXES:
        raise UsageError(
            "siting.output_suffix", name=PurePath(name).name, suffixes=", ".join(PLANNED_SUFFIXES)
        )
    records = planned_sites(proposal, source=source, lang=lang)
    return _csv(records) if suffix == _CSV else _geojson(records)


def _source(proposal: Proposal, source: str, lang: str) -> str:
    """Return what the file says of itself on every row: a proposal, of what, and what qualifies it."""
    case = proposal.case
    marks = ["verdict.badge_synthetic"] if case.synthetic else []
    if SCHEMATIC_BASES.intersection(proposal.basis_of[zone] or "" for zone in case.problem.zone_ids):
        marks.append("verdict.badge_schematic")
    separator = text("app.list_separator", lang)
    told = separator.join([*(text(mark, lang) for mark in marks), text("siting.not_approved", lang)])
    definition = case.terms.definition.label(lang)
    return text("siting.source", lang, source=source, definition=definition, marks=told)


def _csv(records: list[dict[str, Any]]) -> bytes:
    """Return a table that a spreadsheet opens without computing anything."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    heads = list(records[0]) if records else ["site_id", "lon", "lat", "status"]
    writer.writerow(heads)
    for record in records:
        writer.writerow([_cell(record[head]) for head in heads])
    return stream.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    if isinstance(value, str):
        return guard(value)
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _geojson(records: list[dict[str, Any]]) -> bytes:
    features = [
        {
            "type": "Feature",
            "id": record["site_id"],
            "geometry": {"type": "Point", "coordinates": [record["lon"], record["lat"]]},
            "properties": {name: value for name, value in record.items() if name not in {"lon", "lat"}},
        }
        for record in records
    ]
    document = {"type": "FeatureCollection", "features": features}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"
