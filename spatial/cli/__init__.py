"""The command line: one module per verb, one option group with one meaning for all of them.

Exit codes of every verb: 0 done; 1 done and the answer is no; 2 a call that cannot be meant; 3 input
that is refused or unreadable.
"""

from __future__ import annotations

from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Final

from spatial.cli import catalog, check, convert, export, import_file, plan, serve, validate
from spatial.cli.options import Parser, add_language, language_of
from spatial.errors import AtlasError
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

__all__ = ["VERBS", "build_parser", "main"]

VERBS: Final = {
    "check": check,
    "catalog": catalog,
    "plan": plan,
    "convert": convert,
    "export": export,
    "import": import_file,
    "serve": serve,
    "validate": validate,
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
        return int(VERBS[options.verb].run(options, stdout, stderr))
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
    verbs = parser.add_subparsers(dest="verb", required=True, title=text("cli.verbs", lang), metavar="VERB")
    for name, module in VERBS.items():
        words = text(f"cli.verb_{name}", lang)
        verb = verbs.add_parser(name, lang=lang, help=words, description=words)
        module.add_options(verb, lang)
        add_language(verb, lang)
    return parser
