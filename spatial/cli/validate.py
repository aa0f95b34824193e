"""``validate``: hold a file from anybody, or a package, to the rules of the hand-over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from spatial.cli.inputs import limits_in_force
from spatial.cli.options import FORMATS, add_format
from spatial.cli.text_table import render_table
from spatial.errors import UsageError
from spatial.export.rules.registry import RULES
from spatial.export.rules.validate import validate_file
from spatial.text import text

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from spatial.cli.options import Parser
    from spatial.export.rules.registry import Severity
    from spatial.export.rules.report import Report

__all__ = ["add_options", "run"]

_RULE_HEADS: Final = ("rule", "in_file", "in_package", "title")
_FAULT_HEADS: Final = ("severity", "rule", "file", "feature_id", "message")
_NOTHING: Final = "—"


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    parser.add_argument("target", metavar="FILE_OR_PACKAGE", nargs="?", help=text("rule.option_target", lang))
    parser.add_argument("--rules", action="store_true", help=text("rule.option_rules", lang))
    add_format(parser, lang)


def run(options: argparse.Namespace, stdout: TextIO, _stderr: TextIO) -> int:
    """Check what the call names and report; 1 where it is not valid."""
    if (options.target is None) != options.rules:
        raise UsageError("rule.target_or_rules")
    as_json = options.format == FORMATS[1]
    if options.rules:
        _write_rules(stdout, options.lang, as_json=as_json)
        return 0
    report = validate_file(Path(options.target), limits=limits_in_force())
    if as_json:
        json.dump(report.to_dict(options.lang), stdout, ensure_ascii=False, indent=2)
        stdout.write("\n")
    else:
        _write_report(report, stdout, options.lang)
    return int(not report.valid)


def _write_rules(stdout: TextIO, lang: str, *, as_json: bool) -> None:
    """List every rule."""
    if as_json:
        listed = [
            {
                "rule": rule.rule_id,
                "in_file": rule.in_file,
                "in_package": rule.in_package,
                "title": rule.title(lang),
                "advice": rule.advice(lang),
            }
            for rule in RULES.values()
        ]
        json.dump({"rules": listed}, stdout, ensure_ascii=False, indent=2)
        stdout.write("\n")
        return
    rows = [
        [rule.rule_id, _severity(rule.in_file, lang), _severity(rule.in_package, lang), rule.title(lang)]
        for rule in RULES.values()
    ]
    stdout.write(render_table([text(f"rule.head_{head}", lang) for head in _RULE_HEADS], rows))


def _severity(severity: Severity | None, lang: str) -> str:
    """Return a severity in words."""
    return text(f"rule.severity_{severity or 'none'}", lang)


def _write_report(report: Report, stdout: TextIO, lang: str) -> None:
    """Write the result for a reader: one sentence, then the faults, errors first."""
    words = {
        "n_files": len(report.files),
        "n_features": report.n_features,
        "n_errors": report.count(report.errors),
        "n_warnings": report.count(report.warnings),
    }
    stdout.write(text("rule.valid" if report.valid else "rule.invalid", lang, **words) + "\n")
    faults = [*((fault, "error") for fault in report.errors), *((f, "warning") for f in report.warnings)]
    if not faults:
        return
    rows = [
        [
            text(f"rule.severity_{severity}", lang),
            fault.rule,
            fault.file,
            fault.feature_id or _NOTHING,
            fault.message(lang),
        ]
        for fault, severity in faults
    ]
    stdout.write("\n" + render_table([text(f"rule.head_{head}", lang) for head in _FAULT_HEADS], rows))
    for (rule, file), n_faults in report.totals.items():
        shown = sum(fault.rule == rule and fault.file == file for fault, _ in faults)
        if shown < n_faults:
            stdout.write(text("rule.truncated", lang, rule=rule, file=file, n=n_faults, shown=shown) + "\n")
