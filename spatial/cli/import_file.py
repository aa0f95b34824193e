"""``import``: take a planner's own file, row by row, into one layer that the other verbs read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from spatial.atomic_write import replace_file
from spatial.cli.options import add_pack
from spatial.errors import UndecidedError, UnreadableFileError, UsageError
from spatial.importing.build.report import rejected_file, report_dict
from spatial.importing.isolation.run import run_examination
from spatial.importing.model import ImportSettings, Subject
from spatial.limits import Limits
from spatial.pack import open_pack
from spatial.text import printable, text
from spatial.vector_files import refuse_special
from spatial.workspace.layer_file import write_layer

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from spatial.cli.options import Parser
    from spatial.importing.model import ImportResult, Question

__all__ = ["add_options", "run"]

_DONE, _ROWS_LEFT_OUT, _REFUSED = 0, 1, 3
_GEOPACKAGE: Final = ".gpkg"
_SHAPEFILE: Final = ".shp"
_SHAPEFILE_PARTS: Final = (".shx", ".dbf", ".prj", ".cpg")
_CELLS: Final = ("collapse", "keep")


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    parser.add_argument("file", metavar="FILE", help=text("cli.import_file", lang))
    parser.add_argument(
        "--as", dest="subject", required=True, choices=[*map(str, Subject)], help=text("cli.import_as", lang)
    )
    parser.add_argument("-o", "--output", metavar="OUT.gpkg", help=text("cli.import_output", lang))
    parser.add_argument("--report", metavar="REPORT.json", help=text("cli.import_report", lang))
    parser.add_argument("--rejected", metavar="ROWS.csv", help=text("cli.import_rejected", lang))
    group = parser.add_argument_group(text("cli.group_reading", lang))
    group.add_argument("--points-crs", metavar="CRS", help=text("cli.import_points_crs", lang))
    group.add_argument("--zones-crs", metavar="CRS", help=text("cli.import_zones_crs", lang))
    group.add_argument("--encoding", metavar="NAME", help=text("cli.import_encoding", lang))
    group.add_argument("--layer", metavar="LAYER", help=text("cli.import_layer", lang))
    group.add_argument("--x", metavar="COLUMN", help=text("cli.x", lang))
    group.add_argument("--y", metavar="COLUMN", help=text("cli.y", lang))
    group.add_argument("--reading", metavar="READING", help=text("cli.import_reading", lang))
    group.add_argument(
        "--map", metavar="COLUMN=FIELD", nargs="+", action="extend", help=text("cli.import_map", lang)
    )
    group.add_argument("--cells", choices=_CELLS, default=_CELLS[0], help=text("cli.import_cells", lang))
    add_pack(parser, lang)


def run(options: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> int:
    """Examine the file in a process of its own and write what it gives; 1 where a row is left out."""
    settings = _settings(options)
    path = Path(options.file)
    _refuse_missing(path)
    with run_examination(
        path,
        name=path.name,
        settings=settings,
        limits=Limits.for_command_line(os.environ),
        siblings=_siblings(path),
    ) as done:
        examination = done.examination
        if examination.questions or examination.result is None:
            _ask(examination.questions, stderr, options.lang)
            return _REFUSED
        result = examination.result
        _write_report(options.report, result, options.lang)
        if options.rejected is not None:
            replace_file(
                Path(options.rejected), lambda stage: stage.write_bytes(rejected_file(result, options.lang))
            )
        if not len(result.frame):
            raise UnreadableFileError("cli.import_nothing", name=path.name, n=result.n_in)
        if options.output is not None:
            write_layer(Path(options.output), str(settings.subject), result.frame)
    _tell(result, stdout, options.lang)
    return _ROWS_LEFT_OUT if result.n_reported else _DONE


def _settings(options: argparse.Namespace) -> ImportSettings:
    """Return what the call states.

    Raises
    ------
    UsageError
        If two options contradict each other, or one has no meaning.
    UnknownPackError, PackError
        If the pack cannot be opened.
    """
    if options.points_crs is not None and options.zones_crs is not None:
        raise UsageError("cli.import_two_crs")
    if (options.x is None) != (options.y is None):
        raise UsageError("cli.x_and_y")
    if options.x is not None and options.x == options.y:
        raise UsageError("cli.x_is_y", column=options.x)
    if options.output is not None and Path(options.output).suffix.lower() != _GEOPACKAGE:
        raise UsageError("cli.import_gpkg_only", name=Path(options.output).name)
    if options.pack is not None:
        open_pack(options.pack)
    return ImportSettings(
        subject=Subject(options.subject),
        layer=options.layer,
        encoding=options.encoding,
        crs=options.points_crs or options.zones_crs,
        x=options.x,
        y=options.y,
        reading=options.reading,
        columns=dict(_field_and_column(words) for words in options.map or ()),
        cells=options.cells,
        pack=options.pack,
    )


def _field_and_column(words: str) -> tuple[str, str]:
    """Return field and source column of ``COLUMN=FIELD``; a column's name may hold the sign itself."""
    column, sign, field = words.rpartition("=")
    if not (sign and field.strip()):
        raise UsageError("cli.import_bad_map", words=words)
    return field.strip(), column.strip()


def _refuse_missing(path: Path) -> None:
    """Refuse what is no plain file, or an empty one, before a process is started for it."""
    try:
        refuse_special(path)
        if not path.stat().st_size:
            raise UnreadableFileError("error.empty_file", name=path.name)
    except FileNotFoundError:
        raise UnreadableFileError("error.missing_file", name=path.name) from None


def _siblings(path: Path) -> tuple[Path, ...]:
    """Return the files that belong to a loose shapefile."""
    if path.suffix.lower() != _SHAPEFILE:
        return ()
    return tuple(
        each
        for each in sorted(path.parent.iterdir())
        if each.stem.lower() == path.stem.lower() and each.suffix.lower() in _SHAPEFILE_PARTS
    )


def _ask(questions: tuple[Question, ...], stderr: TextIO, lang: str) -> None:
    """Say what must be stated, with the choices and the option that settles each."""
    stderr.write(UndecidedError("cli.import_undecided", n=len(questions)).message(lang) + "\n")
    for question in questions:
        stderr.write(
            f"- {printable(question.why.message(lang))} {text('cli.import_flag', lang, flag=question.flag)}\n"
        )
        for choice in question.choices:
            share = "" if choice.confidence is None else f" ({choice.confidence:.0%})"
            stderr.write(f"    {printable(choice.value)}  {printable(choice.label.message(lang))}{share}\n")


def _write_report(target: str | None, result: ImportResult, lang: str) -> None:
    if target is None:
        return
    words = json.dumps(report_dict(result, lang), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    replace_file(Path(target), lambda stage: stage.write_text(words, encoding="utf-8"))


def _tell(result: ImportResult, stdout: TextIO, lang: str) -> None:
    """Write what came in, how it was understood, and what to look at."""
    figures = {"n_in": result.n_in, "n_used": result.n_used, "n_reported": result.n_reported}
    name = printable(result.name)  # it may hold what a terminal obeys
    stdout.write(text("cli.import_done", lang, name=name, n_out=result.n_features_out, **figures) + "\n")
    for decision in result.decisions:
        words = {"chosen": decision.chosen, "why": decision.why.message(lang)}
        stdout.write(
            "  "
            + printable(text("cli.import_decision", lang, what=_what(decision.what, lang), **words))
            + "\n"
        )
    lines = [
        text(key, lang, words=notice.message(lang))
        for key, notices in (("cli.import_warning", result.warnings), ("cli.import_notice", result.notices))
        for notice in notices
    ]
    for reason, n in result.rejected["reason_key"].value_counts().items():
        lines.append(text("cli.import_reason", lang, n=int(n), reason=text(str(reason), lang)))
    stdout.writelines(f"  {printable(line)}\n" for line in lines)


def _what(what: str, lang: str) -> str:
    return text(f"cli.decision_{what}", lang)
