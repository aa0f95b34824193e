"""``audit``: every zone under every definition, and which choice turns a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from spatial.audit.case_sheet import case_sheet
from spatial.audit.layers import AuditedLayer, audit_published, audit_survey
from spatial.audit.matrix_files import matrix_csv, matrix_workbook
from spatial.audit.published_case import published_case
from spatial.catalog import member_path
from spatial.cli.answer_file import write_answer
from spatial.cli.audit_output import AuditAnswer, document_of, json_text, remarks_of, table_text
from spatial.cli.inputs import load_points, load_zones, merge_inventories, refuse_output
from spatial.cli.options import (
    FORMATS,
    add_definition,
    add_point_id,
    add_points,
    add_zones,
    definition_of,
    target_of,
)
from spatial.district_check import STATIONS, published_count
from spatial.errors import UsageError
from spatial.tally import survey
from spatial.text import text

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from spatial.cli.inputs import PointInput, ZoneInput
    from spatial.cli.options import Parser
    from spatial.definition import Definition
    from spatial.target import Target

__all__ = ["add_options", "run"]

_CSV: Final = "csv"
_XLSX: Final = "xlsx"


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    add_zones(parser, lang)
    add_points(parser, lang)
    add_point_id(parser, lang)
    add_definition(parser, lang)
    parser.add_argument(
        "--format", choices=(*FORMATS, _CSV, _XLSX), default=FORMATS[0], help=text("cli.format", lang)
    )
    parser.add_argument("-o", "--output", metavar="FILE", help=text("audit.help_output", lang))


def run(options: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> int:
    """Audit the zones of a pack or a file; 1 where a definition turns a verdict or a row was rejected."""
    output = None if options.output is None else Path(options.output)
    if output is None and options.format == _XLSX:
        raise UsageError("audit.needs_output")
    definition = definition_of(options)
    found = load_zones(options)
    if output is not None:
        _refuse_inputs(output, options, found)
    answer = _audit(options, found, definition)
    code = int(any(layer.n_flips for layer in answer.layers) or answer.n_rejected > 0)
    return write_answer(_written(answer, options), output, stdout, stderr, code=code, lang=options.lang)


def _audit(options: argparse.Namespace, found: ZoneInput, definition: Definition) -> AuditAnswer:
    inventories = load_points(options)
    if not inventories and found.pack is not None:
        inventories = [given for given in [found.pack.inventory(STATIONS)] if given is not None]
    stations = merge_inventories(inventories, options.lang)
    target = target_of(options, None if found.pack is None else found.pack.target)
    name_column = "name_en" if options.lang == "en" and found.pack is not None else "name_zh"
    zones = audit_survey(
        options.zones_layer or "zones",
        survey(found.zones, None if stations is None else stations.points),
        definition,
        target=target,
        synthetic=stations is not None and stations.synthetic,
        name_column=name_column,
    )
    own = stations if options.points else None
    district = _audit_district(found, own, definition, target=target, name_column=name_column)
    return AuditAnswer(
        definition=definition,
        target=target,
        layers=(*district, zones),
        case=None if found.pack is None else published_case(found.pack, target=target),
        zones=found,
        stations=stations,
    )


def _audit_district(
    found: ZoneInput,
    own: PointInput | None,
    definition: Definition,
    *,
    target: Target | None,
    name_column: str,
) -> list[AuditedLayer]:
    """Audit the district with the stations of the call, else with the published count.

    A demonstration inventory never speaks for the district.
    """
    if found.pack is None or "district" not in found.pack.zone_layers():
        return []
    district, published = found.pack.district(), published_count(found.pack)
    if own is None and published is not None:
        count = published.count
        return [
            audit_published("district", district, count, definition, target=target, name_column=name_column)
        ]
    return [
        audit_survey(
            "district",
            survey(district, None if own is None else own.points),
            definition,
            target=target,
            synthetic=own is not None and own.synthetic,
            name_column=name_column,
        )
    ]


def _written(answer: AuditAnswer, options: argparse.Namespace) -> bytes:
    """Return the answer in the format that was asked for."""
    if options.format == _XLSX:
        pack = answer.zones.pack
        case = [case_sheet(answer.case, pack.plan, options.lang)] if pack and answer.case else []
        remarks = remarks_of(answer, options.lang)
        return matrix_workbook(answer.layers, options.lang, remarks=remarks, besides=case)
    if options.format == _CSV:
        return matrix_csv(answer.layers, options.lang)
    if options.format == FORMATS[1]:
        return json_text(document_of(answer)).encode()
    return table_text(answer, options.lang).encode()


def _refuse_inputs(output: Path, options: argparse.Namespace, found: ZoneInput) -> None:
    """Refuse an output that is a file of the call or of the pack."""
    inputs = [Path(name) for name in (*(options.points or ()), options.zones) if name is not None]
    if found.pack is not None:
        inputs += [member_path(found.pack.directory, record.path) for record in found.pack.catalog]
    refuse_output(output, inputs)
