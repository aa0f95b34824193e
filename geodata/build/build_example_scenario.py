"""Name the simulated inventory in `docs/example.scenario.json`, so that the example fits what is shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from spatial.pack import open_pack
from spatial.scenario.digest import name_inventory
from spatial.scenario.document import read_scenario, scenario_bytes

__all__ = ["EXAMPLE", "build"]

EXAMPLE: Final = Path(__file__).resolve().parents[2] / "docs" / "example.scenario.json"
_PACK: Final = "haizhu"
_STATIONS: Final = "base_stations"


def build() -> None:
    """Write the example for the inventory as it is now."""
    stations = open_pack(_PACK).inventory(_STATIONS)
    if stations is None:
        raise ValueError(_PACK)
    named = name_inventory(stations.points, name=stations.name)
    example = read_scenario(EXAMPLE.read_bytes(), name=EXAMPLE.name)
    EXAMPLE.write_bytes(scenario_bytes(replace(example, inventory=named)))


if __name__ == "__main__":
    build()
