"""One run of one tool in a process of its own, and the file that keeps every run as it comes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Final

from environment import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

TOOLS: Final = Path(__file__).resolve().parent / "tools"
COMMAND: Final = "spatial density (command)"
OURS: Final = "spatial density"
LOWER_BOUND: Final = "lower bound"
SEDONA: Final = "SedonaDB"
SJOIN: Final = "geopandas.sjoin"
SJOIN_ZONES: Final = "geopandas.sjoin, zones on the left"
SCRIPTS: Final = {
    LOWER_BOUND: "lower_bound.py",
    OURS: "ours.py",
    COMMAND: "",
    SEDONA: "sedona.py",
    "DuckDB spatial": "duck.py",
    SJOIN: "geopandas_sjoin.py",
    SJOIN_ZONES: "geopandas_sjoin_zones.py",
    "shapely.contains_xy": "shapely_zones.py",
}
OF_THE_PROJECT: Final = (LOWER_BOUND, OURS, COMMAND)
"""Run by the project's own Python; the others by that of the peers, with the same versions of NumPy."""


@dataclass(frozen=True)
class Run:
    """What one run took; ``error`` says why there is nothing to tell."""

    tool: str
    case: str
    size: int
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    counts: str = ""
    """The SHA-256 of the counts that are not nought, by zone."""
    error: str = ""


class Store:
    """The runs made so far, in a file that is whole at any moment."""

    def __init__(self, path: Path, about: Mapping[str, str], *, fresh: bool) -> None:
        self.path, self.about = path, dict(about)
        self.runs: list[Run] = []
        self.extra: dict[str, object] = {}
        if path.exists() and not fresh:
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept["about"] == self.about:
                self.runs = [Run(**run) for run in kept["runs"]]
                self.extra = kept["extra"]

    def of(self, tool: str, case: str, size: int) -> list[Run]:
        """Return the runs of one tool on one file."""
        return [run for run in self.runs if (run.tool, run.case, run.size) == (tool, case, size)]

    def add(self, run: Run) -> None:
        """Keep a run."""
        self.runs.append(run)
        self.save()

    def save(self) -> None:
        """Write everything, at once or not at all."""
        content = {"about": self.about, "runs": [asdict(run) for run in self.runs], "extra": self.extra}
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
        partial.replace(self.path)


def command_of(tool: str, peers: Path | None, zones: Path, points: Path) -> list[str]:
    """Return the command line of a tool."""
    python = sys.executable if tool in OF_THE_PROJECT else str(peers)
    if tool == COMMAND:
        options = ["--zones", str(zones), "--zone-id", "zone_id", "--points", str(points), "--format", "json"]
        return [python, "-m", "spatial", "density", *options]
    return [python, str(TOOLS / SCRIPTS[tool]), str(zones), str(points)]


def measure(command: list[str], *, timeout_s: float) -> tuple[dict[str, float], str, str]:
    """Run a command; return its seconds, computing and peak memory, what it wrote, and what went wrong.

    A process inherits the peak of the one that starts it: this one must stay small.
    """
    with tempfile.TemporaryFile() as written, tempfile.TemporaryFile() as complaints:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=written, stderr=complaints)
        timer = Timer(timeout_s, process.kill)
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        written.seek(0)
        complaints.seek(0)
        output = written.read().decode()
        said = complaints.read().decode(errors="replace").strip().splitlines()
    taken = {
        "wall_s": seconds,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss * 1024 / 1e6,
    }
    if process.returncode == 0:
        return taken, output, ""
    killed = f"stopped after {seconds:.0f} s" if seconds >= timeout_s else ""
    return taken, output, killed or f"exit code {process.returncode}: {said[-1] if said else ''}"


def run_once(tool: str, case: str, size: int, command: list[str], *, timeout_s: float) -> Run:
    """Measure one run of a tool and hold its counts by their digest."""
    taken, output, error = measure(command, timeout_s=timeout_s)
    if error:
        return Run(tool, case, size, error=error)
    try:
        counts = json.loads(output)
        if tool == COMMAND:
            counts = {zone["zone_id"]: zone["count"] for zone in counts["zones"]}
    except (ValueError, KeyError, TypeError) as unreadable:
        return Run(tool, case, size, error=f"unreadable counts: {unreadable}")
    found = json.dumps(sorted((zone, n) for zone, n in counts.items() if n))
    return Run(tool, case, size, **taken, counts=hashlib.sha256(found.encode()).hexdigest())
