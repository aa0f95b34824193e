"""Bring the digests of every pack's `sections.csv` in line with the plan texts.

The texts are not part of the repository. They are looked for in the folder that the environment variable
``PLAN_TEXTS_DIR`` names, and recognised by their SHA-256, not by a file name. A document whose text is not
there, a section that no longer begins with its heading and a digest that changed are named on the error
stream; the exit code is then 1. Run: ``PLAN_TEXTS_DIR=folder python geodata/build/digest_sections.py``.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Final

__all__ = ["PLANS_DIR", "digest_document", "main", "read_texts"]

PLANS_DIR: Final = Path(__file__).resolve().parents[1] / "plans"
_VARIABLE: Final = "PLAN_TEXTS_DIR"


def read_texts(folder: Path) -> dict[str, str]:
    """Return the decoded text of each ``.txt`` file in ``folder`` under the SHA-256 of its bytes."""
    contents = [path.read_bytes() for path in sorted(folder.glob("*.txt"))]
    return {hashlib.sha256(content).hexdigest(): content.decode("utf-8") for content in contents}


def digest_document(document: Path, texts: dict[str, str]) -> list[str]:
    """Rewrite the ``sha256`` column of the sections of one document; return what was not as expected."""
    digest = json.loads((document / "document.json").read_text(encoding="utf-8"))["sha256"]
    text = texts.get(digest)
    if text is None:
        return [f"{document.name}: no text with the SHA-256 {digest}"]
    path = document / "sections.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        columns, rows = reader.fieldnames or (), list(reader)
    faults = []
    for row in rows:
        part = text[int(row["char_start"]) : int(row["char_end"])]
        if not "".join(part.split()).startswith("".join(row["heading"].split())):
            faults.append(f"{row['section_id']}: does not begin with its heading {row['heading']!r}")
        fresh = hashlib.sha256(part.encode("utf-8")).hexdigest()
        if row["sha256"] not in {"", fresh}:
            faults.append(f"{row['section_id']}: the digest changed")
        row["sha256"] = fresh
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return faults


def main() -> int:
    """Digest the sections of every document of every pack."""
    folder = os.environ.get(_VARIABLE)
    if not folder:
        sys.stderr.write(f"Set {_VARIABLE} to the folder of the plan texts.\n")
        return 2
    texts = read_texts(Path(folder))
    documents = sorted(path.parent for path in PLANS_DIR.glob("*/documents/*/document.json"))
    faults = [fault for document in documents for fault in digest_document(document, texts)]
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
