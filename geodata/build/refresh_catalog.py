"""Bring each pack's `catalog.csv` up to date: checksums and order of its rows.

Every other column is written by hand. A listed file that is missing and a file that is not listed are
named on the error stream, and the exit code is then 1. Run: ``python geodata/build/refresh_catalog.py``.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path
from typing import Final

__all__ = ["PLANS_DIR", "faults_of_pack", "main", "refresh"]

PLANS_DIR: Final = Path(__file__).resolve().parents[1] / "plans"
_CATALOG: Final = "catalog.csv"
_UNLISTED: Final = frozenset({_CATALOG, "pack.json"})


def refresh(pack: Path) -> None:
    """Rewrite the checksum column of one pack's catalogue and sort its rows by dataset id."""
    path = pack / _CATALOG
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        columns, rows = reader.fieldnames or (), list(reader)
    for row in rows:
        member = pack / row["path"]
        row["sha256"] = hashlib.sha256(member.read_bytes()).hexdigest() if member.is_file() else ""
    rows.sort(key=lambda row: row["dataset_id"])
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def faults_of_pack(pack: Path) -> list[str]:
    """Name the listed files that are missing or changed, and the files that are not listed."""
    with (pack / _CATALOG).open(encoding="utf-8", newline="") as stream:
        listed = {row["path"]: row["sha256"] for row in csv.DictReader(stream)}
    files = {path.relative_to(pack).as_posix(): path for path in pack.rglob("*") if path.is_file()}
    faults = [f"{pack.name}: listed but missing: {name}" for name in sorted(set(listed) - set(files))]
    unlisted = sorted(set(files) - set(listed) - _UNLISTED)
    faults += [f"{pack.name}: not listed: {name}" for name in unlisted]
    for name in sorted(set(files) & set(listed)):
        if hashlib.sha256(files[name].read_bytes()).hexdigest() != listed[name]:
            faults.append(f"{pack.name}: checksum differs: {name}")
    return faults


def main() -> int:
    """Refresh every pack's catalogue and report what it cannot mend."""
    packs = sorted(path.parent for path in PLANS_DIR.glob(f"*/{_CATALOG}"))
    for pack in packs:
        refresh(pack)
    faults = [fault for pack in packs for fault in faults_of_pack(pack)]
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
