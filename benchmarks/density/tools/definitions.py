"""All zones of the shipped pack under all definitions, warm: what a switch of definition in the app costs."""

import json
import statistics
import sys
import time
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import geopandas as gpd
import numpy as np

from spatial import AreaBasis, Definition, Indoor, LifecycleStatus, Numerator, Shared, open_pack
from spatial.check import check_surveyed, compare_surveyed
from spatial.stations import Stations
from spatial.tally import survey

N_POLES = 20_000
N_RUNS = 5
pack = open_pack("haizhu")
stations = pack.inventory("base_stations").points
# As many lamp posts as a whole district has; the pack ships those of a few streets.
west, south, east, north = pack.district().total_bounds
spots = np.random.default_rng(0).uniform((west, south), (east, north), (N_POLES, 2))
poles = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*spots.T), crs="EPSG:4490")
frames = [Stations(stations), Stations(poles)]
layers = [pack.district(), pack.zones("zones"), pack.zones("parts")]
started = time.perf_counter()
surveys = [survey(layer, frame) for frame in frames for layer in layers]
placing_s = time.perf_counter() - started
definitions = [
    Definition(numerator=numerator, indoor=indoor, shared=shared, status=status, area_basis=basis)
    for numerator, indoor, shared, status, basis in product(
        (None, *Numerator), Indoor, Shared, LifecycleStatus, AreaBasis
    )
]


def one_ms(definition: Definition) -> float:
    """Return how long all zones of all layers take under one definition, for both inventories."""
    begun = time.perf_counter()
    for found in surveys:
        check_surveyed(found, definition=definition, target=pack.target, missing_basis="no_data")
    return 1000 * (time.perf_counter() - begun)


def all_ms() -> float:
    """Return how long they take under all definitions."""
    begun = time.perf_counter()
    for found in surveys:
        compare_surveyed(found, definitions=definitions, target=pack.target)
    return 1000 * (time.perf_counter() - begun)


first_ms = all_ms()
warm_ms = [all_ms() for _ in range(N_RUNS)]
single_ms = [one_ms(definition) for definition in definitions]
json.dump(
    {
        "definitions": len(definitions),
        "zones": sum(len(found.zones) for found in surveys[: len(layers)]),
        "points": sum(len(frame.points) for frame in frames),
        "placing_ms": 1000 * placing_s,
        "first_ms": first_ms,
        "all_ms": statistics.median(warm_ms),
        "one_ms": statistics.median(single_ms),
        "slowest_ms": max(single_ms),
    },
    sys.stdout,
)
