"""The command line: one module per verb, one option group with one meaning for all of them.

Exit codes of every verb: 0 done; 1 done and the answer is no; 2 a call that cannot be meant; 3 input
that is refused or unreadable.
"""

from __future__ import annotations

from contextlib import redirect_stdout
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from spatial.cli.options import Parser, add_language, language_of
from spatial.errors import AtlasError
from spatial.text import text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import TextIO

__all__ = ["VERBS", "build_parser", "main"]

VERBS: Final = {
    "check": "spatial.cli.check",
    "audit": "spatial.cli.audit",
    "density": "spatial.cli.density",
    "catalog": "spatial.cli.catalog",
    "plan": "spatial.cli.plan",
    "convert": "spatial.cli.convert",
    "cover": "spatial.cli.cover",
    "export": "spatial.cli.export",
    "import": "spatial.cli.import_file",
    "serve": "spatial.cli.serve",
    "site": "spatial.cli.site",
    "simulate": "spatial.cli.simulate",
    "trend": "spatial.cli.trend",
    "validate": "spatial.cli.validate",
}
"""Verb to the module that runs it: ``add_options(parser, lang)`` and ``run(options, stdout, stderr)``."""


def main(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str
        Arguments without the program's name.
    stdout, stderr : text streams
        Where results and the one sentence of an error go.

    Returns
    -------
    int
        Exit code.
    """
    lang = language_of(argv)
    try:
        with redirect_stdout(stdout):
            options = build_parser(lang).parse_args(argv)
        return int(import_module(VERBS[options.verb]).run(options, stdout, stderr))
    except AtlasError as fault:
        stderr.write(fault.message(lang) + "\n")
        return fault.exit_code
    except SystemExit:
        # Help was asked for and is printed; a usage error is a UsageError.
        return 0


def build_parser(lang: str) -> Parser:
    """Return the parser of all verbs, its help in ``lang``."""
    parser = Parser(lang, prog="python -m spatial", description=text("cli.description", lang))
    add_language(parser, lang)
    verbs = parser.add_subparsers(
        dest="verb",
        required=True,
        title=text("cli.verbs", lang),
        metavar="VERB",
        parser_class=_VerbParser,
    )
    for name, module in VERBS.items():
        words = text(f"cli.verb_{name}", lang)
        verbs.add_parser(name, lang=lang, module=module, help=words, description=words)
    return parser


class _VerbParser(Parser):
    """The parser of one verb, whose module is loaded when the verb is called."""

    def __init__(self, lang: str, *, module: str, **settings: Any) -> None:  # noqa: ANN401 - argparse's own
        super().__init__(lang, **settings)
        self._lang, self._module = lang, module

    def parse_known_args(self, *given: Any, **named: Any) -> tuple[argparse.Namespace, list[str]]:  # type: ignore[override]  # noqa: ANN401 - argparse's own
        """Add the options of the verb before its words are read."""
        import_module(self._module).add_options(self, self._lang)
        add_language(self, self._lang)
        parsed: tuple[argparse.Namespace, list[str]] = super().parse_known_args(*given, **named)
        return parsed
