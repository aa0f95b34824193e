"""Where the tools run, and what of them is installed."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
REQUIREMENTS: Final = "requirements-benchmark.txt"
CONSTRAINTS: Final = "constraints.txt"
NAMED: Final = ("numpy", "pyarrow", "shapely", "geopandas", "sedonadb", "duckdb")
PYTHON_IN: Final = "Scripts/python.exe" if os.name == "nt" else "bin/python"


def make_environment(folder: Path, requirements: str = REQUIREMENTS) -> Path | None:
    """Install the peers once; return their Python, None where they cannot be had."""
    python, stamp = folder / PYTHON_IN, folder / "stamp"
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in (requirements, CONSTRAINTS)))
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted.hexdigest():
        return python
    print("installing the peers", file=sys.stderr, flush=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    commands = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [*pip, "--requirement", requirements, "--constraint", CONSTRAINTS],
    )
    for command in commands:
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            print("the peers cannot be installed here; ours is measured alone", file=sys.stderr)
            return None
    stamp.write_text(wanted.hexdigest(), encoding="utf-8")
    return python


def describe(peers: Path | None) -> dict[str, str]:
    """Return what the machine is, and the versions of everything measured."""
    said = {
        "machine": f"{processor()}, {os.cpu_count()} cores, {memory_gb():.0f} GB",
        "system": platform.platform(),
        "python": platform.python_version(),
        "ours": commit(),
    }
    code = "import importlib.metadata as m, json, sys; print(json.dumps(list(map(m.version, sys.argv[1:]))))"
    if peers is not None:
        output = subprocess.run([str(peers), "-c", code, *NAMED], check=True, capture_output=True, text=True)
        said.update(zip(NAMED, json.loads(output.stdout), strict=True))
    return said


def commit() -> str:
    """Return the commit that is measured, where the folder is a clone, and whether it was changed."""
    commands = (
        ["git", "rev-parse", "--short", "HEAD"],
        ["git", "status", "--porcelain", "--untracked-files=no", "spatial"],
    )
    try:
        head, changed = (
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
            for command in commands
        )
    except (OSError, subprocess.CalledProcessError):
        return "no clone"
    return f"{head}, changed" if changed else head


def processor() -> str:
    """Return the name of the processor, as far as the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def memory_gb() -> float:
    """Return the memory of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
