"""The option group: what each option means, for every verb that takes it."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final, NoReturn

from spatial.coordinates import parse_coordinate
from spatial.crs import parse_crs
from spatial.definition import AreaBasis, Definition, Indoor, LifecycleStatus, Numerator, Shared
from spatial.errors import UnknownCrsError, UsageError
from spatial.target import Target
from spatial.text import LANGUAGES, text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

__all__ = [
    "FORMATS",
    "Parser",
    "add_definition",
    "add_format",
    "add_language",
    "add_pack",
    "add_point_id",
    "add_points",
    "add_zones",
    "check_crs",
    "definition_of",
    "language_of",
    "target_of",
]

FORMATS: Final = ("table", "json")
_LANG: Final = "--lang"
_COMPLAINTS: Final = tuple(
    (re.compile(pattern, re.DOTALL), key)
    for pattern, key in (
        (r"the following arguments are required: (?P<names>.+)", "cli.usage_required"),
        (r"unrecognized arguments: (?P<words>.+)", "cli.usage_unknown"),
        (r"argument (?P<option>.+?): expected (?:one|at least one) argument", "cli.usage_no_value"),
        (
            r"argument (?P<option>.+?): invalid choice: (?P<value>.+) \(choose from (?P<choices>.+)\)",
            "cli.usage_choice",
        ),
        (r"argument (?P<option>.+?): invalid \w+ value: (?P<value>.+)", "cli.usage_number"),
        (r"argument (?P<option>.+?): ignored explicit argument (?P<value>.+)", "cli.usage_no_value_taken"),
    )
)
"""What argparse complains of, and the sentence of the catalogue that says so."""


class Parser(argparse.ArgumentParser):
    """A parser that raises the library's own usage error and speaks both languages."""

    def __init__(self, lang: str, **settings: Any) -> None:  # noqa: ANN401 - argparse's own settings
        words = text("cli.usage_prefix", lang)

        class Formatter(argparse.HelpFormatter):
            """Help with its headings in the language."""

            def add_usage(
                self,
                usage: str | None,
                actions: Iterable[argparse.Action],
                groups: Iterable[Any],
                prefix: str | None = None,
            ) -> None:
                super().add_usage(usage, actions, groups, words if prefix is None else prefix)

        super().__init__(add_help=False, allow_abbrev=False, formatter_class=Formatter, **settings)
        self._optionals.title = text("cli.group_general", lang)
        self.add_argument("-h", "--help", action="help", help=text("cli.help", lang))

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing and leaving, in words of the catalogue."""
        for pattern, key in _COMPLAINTS:
            found = pattern.fullmatch(message)
            if found:
                raise UsageError(key, program=self.prog, **found.groupdict())
        raise UsageError("cli.usage", detail=message, program=self.prog)


def language_of(argv: Sequence[str]) -> str:
    """Return the language that the arguments ask for, before they are parsed."""
    for at, word in enumerate(argv):
        value = argv[at + 1] if word == _LANG and at + 1 < len(argv) else word.removeprefix(f"{_LANG}=")
        if word.startswith(_LANG) and value in LANGUAGES:
            return value
    return LANGUAGES[0]


def add_language(parser: Parser, lang: str) -> None:
    """Add ``--lang``."""
    # A verb's parser must not put its default over what stands before the verb.
    parser.add_argument(_LANG, choices=LANGUAGES, default=argparse.SUPPRESS, help=text("cli.lang", lang))
    parser.set_defaults(lang=lang)


def add_format(parser: Parser, lang: str) -> None:
    """Add ``--format``."""
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help=text("cli.format", lang))


def add_pack(parser: Parser, lang: str, *, required: bool = False) -> None:
    """Add ``--pack``."""
    parser.add_argument("--pack", metavar="NAME", required=required, help=text("cli.pack", lang))


def add_zones(parser: Parser, lang: str) -> None:
    """Add the options that say which zones are meant."""
    group = parser.add_argument_group(text("cli.group_zones", lang))
    group.add_argument("--pack", metavar="NAME", help=text("cli.pack", lang))
    group.add_argument("--zones", metavar="FILE", help=text("cli.zones", lang))
    group.add_argument("--zones-layer", metavar="LAYER", help=text("cli.zones_layer", lang))
    group.add_argument("--zone-id", metavar="COLUMN", help=text("cli.zone_id", lang))
    group.add_argument("--zone-name", metavar="COLUMN", help=text("cli.zone_name", lang))
    group.add_argument("--zones-crs", metavar="CRS", help=text("cli.zones_crs", lang))


def add_points(parser: Parser, lang: str, *, required: bool = False) -> None:
    """Add the options that say which points are meant."""
    group = parser.add_argument_group(text("cli.group_points", lang))
    group.add_argument(
        "--points",
        metavar="FILE",
        nargs="+",
        action="extend",
        required=required,
        help=text("cli.points", lang),
    )
    group.add_argument("--points-layer", metavar="LAYER", help=text("cli.points_layer", lang))
    group.add_argument("--x", metavar="COLUMN", help=text("cli.x", lang))
    group.add_argument("--y", metavar="COLUMN", help=text("cli.y", lang))
    group.add_argument("--points-crs", metavar="CRS", required=required, help=text("cli.points_crs", lang))


def add_point_id(parser: Parser, lang: str) -> None:
    """Add the option that says where the points' ids stand."""
    parser.add_argument("--point-id", metavar="COLUMN", help=text("cli.point_id", lang))


def add_definition(parser: Parser, lang: str, *, refused: Collection[str] = ()) -> None:
    """Add the options that say what is counted over which area, and the target.

    Those that a verb has no use for, and refuses with its own words, are ``refused``: help names them not.
    """

    def told(option: str, key: str) -> str:
        return argparse.SUPPRESS if option in refused else text(key, lang)

    group = parser.add_argument_group(text("cli.group_definition", lang))
    group.add_argument("--target", metavar="N", type=_number, help=told("--target", "cli.target"))
    group.add_argument(
        "--numerator", choices=[*map(str, Numerator)], type=str, help=text("cli.numerator", lang)
    )
    group.add_argument(
        "--indoor", choices=[*map(str, Indoor)], default=Indoor.INCLUDE, help=text("cli.indoor", lang)
    )
    group.add_argument(
        "--shared", choices=[*map(str, Shared)], default=Shared.ONCE, help=text("cli.shared", lang)
    )
    group.add_argument(
        "--status",
        choices=[*map(str, LifecycleStatus)],
        default=LifecycleStatus.EXISTING,
        help=text("cli.status", lang),
    )
    group.add_argument("--as-of", metavar="YYYY-MM-DD", help=text("cli.as_of", lang))
    group.add_argument(
        "--area-basis",
        choices=[*map(str, AreaBasis)],
        default=AreaBasis.GEOMETRY,
        help=told("--area-basis", "cli.area_basis"),
    )


def _number(words: str) -> float:
    """Return a finite number; unlike `float`, no ``1_000`` and no ``nan``."""
    number, reason = parse_coordinate(words)
    if reason:
        raise ValueError(words)
    return number


def definition_of(options: argparse.Namespace) -> Definition:
    """Return the definition that the options state.

    Raises
    ------
    UsageError
        If the day is none.
    """
    return Definition(
        numerator=None if options.numerator is None else Numerator(options.numerator),
        indoor=Indoor(options.indoor),
        shared=Shared(options.shared),
        status=LifecycleStatus(options.status),
        area_basis=AreaBasis(options.area_basis),
        as_of=None if options.as_of is None else _day(options.as_of),
    )


def _day(words: str) -> dt.date:
    try:
        return dt.date.fromisoformat(words)
    except ValueError as fault:
        raise UsageError("cli.bad_day", option="--as-of", value=words) from fault


def target_of(options: argparse.Namespace, planned: Target | None) -> Target | None:
    """Return the target of the call, else the plan's.

    Raises
    ------
    UsageError
        If the target of the call is no positive number.
    """
    return planned if options.target is None else Target(value_per_km2=options.target)


def check_crs(option: str, value: str | None) -> None:
    """Refuse an option's reference system that is not known: a wrong call, not a wrong file.

    Raises
    ------
    UsageError
        Naming the option and the value.
    """
    if value is None:
        return
    try:
        parse_crs(value)
    except UnknownCrsError as fault:
        if fault.key == "verdict.datum_without_parameters":
            raise UsageError(fault.key, **fault.params) from fault
        raise UsageError("cli.bad_crs", option=option, value=value) from fault
