"""What became of a hand-over: the package and its report, or the faults that keep it back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from spatial.export.rules.report import Report
from spatial.notice import Notice
from spatial.text import text
from views.figures import figure
from views.hand_over import hand_over
from views.html_table import Cell, Column, Markup, fragment, join, render_table
from views.messages import note, show
from views.remarks import remark
from views.session import SessionKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.errors import ExportRefusedError
    from spatial.export.package import PackageReport
    from views.export_request import ExportRequest

__all__ = ["MadePackage", "RefusedPackage", "show_result"]

KIBIBYTE: Final = 1024
MEBIBYTE: Final = 1024 * 1024
ZIP: Final = "application/zip"
CHINESE: Final = re.compile(r"([\u3400-\u9fff]+)")
FAULT_COLUMNS: Final = ("file", "feature", "message", "rule")


@dataclass(frozen=True, kw_only=True)
class MadePackage:
    """A package whose every check passed."""

    request: ExportRequest
    name: str
    data: bytes
    report: PackageReport


@dataclass(frozen=True, kw_only=True)
class RefusedPackage:
    """A package that a check kept back: nothing of it is offered."""

    request: ExportRequest
    error: ExportRefusedError


def show_result(result: MadePackage | RefusedPackage, names: Mapping[str, str], lang: str) -> None:
    """Show the report, and the download where there is one; ``names`` are those of the zones."""
    if isinstance(result, RefusedPackage):
        _show_faults(result.error, lang)
        return
    report = result.report
    words = text(
        "app.export.ready",
        lang,
        n_files=figure(len(report.files) + 1),
        n_features=figure(sum(layer["n_used"] for layer in report.layers)),
    )
    note(words, role="status")
    size = file_size(len(result.data))
    if st.button(
        text("app.export.download", lang, size=size),
        key=SessionKey.EXPORT_SAVE,
        type="primary",
    ):
        hand_over(result.name, result.data, media_type=ZIP)
    st.html(fragment('<p class="cite">SHA-256 <code>{sha256}</code></p>', sha256=report.sha256))
    st.html(_layer_table(report, lang))
    show(_remarks("app.export.warnings", [each[f"message_{lang}"] for each in report.warnings], lang))
    said = [remark(Notice(each["key"], each["params"]), names, lang) for each in report.notices]
    show(_remarks("app.export.notices", said, lang))
    st.html(_file_table(report, lang))


def file_size(n_bytes: int) -> str:
    """Return a number of bytes in the unit that a file manager shows."""
    if n_bytes < MEBIBYTE:
        return f"{max(1, round(n_bytes / KIBIBYTE)):,} KB"
    return f"{n_bytes / MEBIBYTE:,.1f} MB"


def _show_faults(error: ExportRefusedError, lang: str) -> None:
    """Show why nothing is offered: each fault with its rule, file and feature."""
    note(error.message(lang), tone="refusal", role="alert")
    report = error.params.get("report")
    if not isinstance(report, Report):
        return
    columns = [Column(head=text(f"app.export.fault_{name}", lang)) for name in FAULT_COLUMNS]
    rows = [
        [
            fault.file,
            fault.feature_id or "–",
            fault.message(lang),
            fragment("<code>{rule}</code>", rule=fault.rule),
        ]
        for fault in report.errors
    ]
    st.html(render_table(columns, rows, caption=text("app.export.faults", lang), style="wide"))


def _layer_table(report: PackageReport, lang: str) -> Markup:
    """Return how many features of each source went in, and why the others did not."""
    columns = [
        Column(head=text("app.export.layer_name", lang)),
        Column(head=text("app.export.n_in", lang), numeric=True),
        Column(head=text("app.export.n_used", lang), numeric=True),
        Column(head=text("app.export.n_reported", lang), numeric=True),
        Column(head=text("app.export.reasons", lang)),
    ]
    rows = [
        [
            layer["title"][lang],
            figure(layer["n_in"]),
            figure(layer["n_used"]),
            figure(layer["n_reported"]),
            _reasons(layer["reported"], lang),
        ]
        for layer in report.layers
    ]
    return render_table(columns, rows, caption=text("app.export.layer_caption", lang))


def _reasons(reported: dict[str, int], lang: str) -> str:
    separator = text("app.list_separator", lang)
    return separator.join(f"{text(key, lang)} {figure(n)}" for key, n in reported.items()) or "–"


def _file_table(report: PackageReport, lang: str) -> Markup:
    """Return the files of the package, folded."""
    columns = [
        Column(head=text("app.export.file_path", lang)),
        Column(head=text("app.export.file_crs", lang)),
        Column(head=text("app.export.file_features", lang), numeric=True),
        Column(head=text("app.export.file_size", lang), numeric=True),
    ]
    rows: list[list[Cell | Markup | str]] = [
        [
            entry["path"],
            entry.get("crs") or "–",
            figure(entry.get("n_features")),
            file_size(entry["bytes"]),
        ]
        for entry in report.files
    ]
    caption = text("app.export.files", lang, n=figure(len(rows)))
    return fragment(
        '<details class="folded"><summary>{caption}</summary>{table}</details>',
        caption=caption,
        table=render_table(columns, rows, caption=caption),
    )


def _remarks(key: str, words: list[Any], lang: str) -> Markup:
    """Return remarks under a head, each once; nothing where there is none."""
    if not words:
        return Markup("")
    items = join(
        fragment("<li>{words}</li>", words=_with_quotes(each, lang)) for each in dict.fromkeys(words)
    )
    return fragment(
        '<details class="folded" open><summary>{head}</summary><ul class="remarks">{items}</ul></details>',
        head=text(key, lang, n=len(dict.fromkeys(words))),
        items=items,
    )


def _with_quotes(words: str, lang: str) -> Markup:
    """Return words with what they quote of the other script marked as Chinese."""
    parts = CHINESE.split(words) if lang == "en" else [words]
    marked = (
        fragment('<span lang="zh">{part}</span>' if at % 2 else "{part}", part=part)
        for at, part in enumerate(parts)
    )
    return join(marked)
