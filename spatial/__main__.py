"""``python -m spatial``: the command line."""

from __future__ import annotations

import sys

from spatial.cli.program import run_program

if __name__ == "__main__":
    sys.exit(run_program())
