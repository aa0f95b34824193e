"""``catalog``: the files of a pack, where they come from, and whether they are intact."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from spatial.catalog import is_intact
from spatial.cli.options import FORMATS, add_format, add_pack
from spatial.cli.text_table import render_table
from spatial.pack import open_pack
from spatial.text import text

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from spatial.catalog import DatasetRecord
    from spatial.cli.options import Parser

__all__ = ["add_options", "run"]

_HEADS: Final = ("dataset", "kind", "title", "source", "licence", "basis", "marks", "intact")


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    add_pack(parser, lang, required=True)
    add_format(parser, lang)


def run(options: argparse.Namespace, stdout: TextIO, _stderr: TextIO) -> int:
    """List the files of a pack; 1 where one is missing or differs from its digest."""
    pack = open_pack(options.pack)
    intact = [is_intact(pack.directory, dataset) for dataset in pack.catalog]
    if options.format == FORMATS[1]:
        datasets = [
            _plain(dataset, options.lang) | {"intact": ok}
            for dataset, ok in zip(pack.catalog, intact, strict=True)
        ]
        json.dump({"pack_id": pack.pack_id, "datasets": datasets}, stdout, ensure_ascii=False, indent=2)
        stdout.write("\n")
        return int(not all(intact))
    lang = options.lang
    rows = [
        [
            dataset.dataset_id,
            text(f"app.dataset_kind.{dataset.kind}", lang),
            *dataset.in_language(lang),
            dataset.geometry_basis,
            text("verdict.badge_synthetic", lang) if dataset.synthetic else "",
            text("cli.intact" if ok else "cli.not_intact", lang),
        ]
        for dataset, ok in zip(pack.catalog, intact, strict=True)
    ]
    stdout.write(render_table([text(f"cli.head_{head}", lang) for head in _HEADS], rows))
    return int(not all(intact))


def _plain(dataset: DatasetRecord, lang: str) -> dict[str, object]:
    """Return a dataset for JSON, with its words in ``lang`` beside those of both languages."""
    title, source, licence = dataset.in_language(lang)
    return {**asdict(dataset), "title": title, "source": source, "licence": licence}
