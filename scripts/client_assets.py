"""Bring CesiumJS to tests/clients/node_modules, as its package-lock.json fixes it; for make test-deep."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from vendor_assets import npm_command

CLIENTS = Path(__file__).resolve().parent.parent / "tests" / "clients"


def main() -> int:
    """Run ``npm ci`` there; integrity is npm's to check, scripts of packages never run."""
    command, environment = npm_command()
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    return subprocess.run([*command, "ci", *options], cwd=CLIENTS, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
