"""Build every derived file of `geodata/` anew, in order. Needs requirements-test.txt."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Final

__all__ = ["STEPS", "main"]

STEPS: Final = (
    "build_boundaries",
    "build_zones",
    "build_backdrop",
    "build_place_points",
    "build_demo_inventory",
)


def main() -> int:
    """Run each step and refresh the catalogues."""
    root = str(Path(__file__).resolve().parents[2])
    if root not in sys.path:
        sys.path.insert(0, root)
    for step in STEPS:
        import_module(f"geodata.build.{step}").build()
    code: int = import_module("geodata.build.refresh_catalog").main()
    import_module("geodata.build.build_example_scenario").build()  # reads the pack, checksums and all
    return code


if __name__ == "__main__":
    sys.exit(main())
