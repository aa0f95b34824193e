"""Build the demonstration inventories: simulated stations and smart lamp poles, marked as such.

No real station or pole stands where these say. Only the totals are published: 5,144 5G stations
built by the end of 2020 and 614 smart poles in the construction plan for 2020. The rest is drawn
from a fixed seed: `demo_density.csv` makes the built-up west and Pazhou dense and the wetland
sparse, `demo_streets.csv` says which streets the poles stand along. Only uniform draws are taken
from the generator, so the same seed gives the same files on every version of numpy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer

from geodata.build.build_zones import HALF_CHANNEL_M, compile_zones, district_outline
from geodata.build.geometry_files import INVENTORIES_DIR, read_rows, write_rows
from spatial.crs import METRIC_CRS, WEB_CRS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Xy = NDArray[np.float64]

__all__ = [
    "LAMP_POLES_PLANNED_2020",
    "PLAN_YEARS",
    "POLE_COLUMNS",
    "STATIONS_EXISTING",
    "STATION_COLUMNS",
    "build",
    "demo_poles",
    "demo_stations",
]

STATIONS_EXISTING: Final = 5144
STATIONS_PLANNED: Final = 300
LAMP_POLES_PLANNED_2020: Final = 614
AS_OF: Final = "2020-12-31"
PLAN_YEARS: Final = (2021, 2022, 2023, 2024, 2025)
"""The years of the 14th five-year plan: as many planned stations for each, made up as the rest."""
STATION_COLUMNS: Final = (
    "site_id", "name", "operator", "band", "site_type", "status", "shared", "physical_site_id",
    "logical_station_id", "lon", "lat", "position_accuracy_m", "as_of", "plan_year", "synthetic",
)  # fmt: skip
POLE_COLUMNS: Final = (
    "site_id", "name", "site_type", "status", "street", "basis", "lon", "lat", "position_accuracy_m",
    "as_of", "synthetic",
)  # fmt: skip

_HERE: Final = Path(__file__).resolve().parent
_SEED: Final = 20250701
_GRID_M: Final = 50.0
_JITTER: Final = 0.7
_ACCURACY_M: Final = 20
_POLE_OFFSET_M: Final = 12.0
_POLE_BASIS: Final = "2020年建设计划"
_BACKGROUND: Final = 0.5
_ZONE_WEIGHT: Final = {"culture_circle": 1.0, "sysu_valley": 0.9, "pazhou": 0.75}
_PART_WEIGHT: Final = {"pazhou_west": 1.4, "pazhou_mid_1": 1.2, "canton_tower": 1.2, "wetland_east": 0.3}
# Shares of the simulated network: kind of site, stations on it, and who runs the first, second, third.
_SITE_TYPES: Final = (("macro", 0.42), ("indoor", 0.38), ("micro", 0.15), ("pole", 0.05))
_STATIONS_PER_SITE: Final = ((1, 0.42), (2, 0.43), (3, 0.15))
_LICENSEES: Final = (
    ("中国移动", "2.6 GHz", 0.2),
    ("中国电信", "3.5 GHz", 0.8),
    ("中国联通", "3.5 GHz", 0.8),
    ("中国广电", "700 MHz", 0.9),
)
_LICENSEE_SHARES: Final = (0.46, 0.27, 0.23, 0.04)
_TO_METRIC: Final = Transformer.from_crs(WEB_CRS, METRIC_CRS, always_xy=True)


def demo_stations() -> list[dict[str, object]]:
    """Return the simulated stations: all existing ones, then some planned ones."""
    rng = np.random.Generator(np.random.PCG64(_SEED))
    total = STATIONS_EXISTING + STATIONS_PLANNED
    sites = _draw_sites(rng, total)
    rows: list[dict[str, object]] = []
    for number, (lon, lat) in enumerate(sites, start=1):
        rows += _stations_of_site(rng, number, (lon, lat), first=len(rows) + 1)
        if len(rows) >= total:
            break
    for number, row in enumerate(rows[STATIONS_EXISTING:total]):
        row |= {"status": "planned", "plan_year": PLAN_YEARS[number % len(PLAN_YEARS)]}
    return rows[:total]


def demo_poles() -> list[dict[str, object]]:
    """Return the simulated smart poles at even spacing along the streets, on alternating sides."""
    streets = [(row["street"], _metric_line(row["points"])) for row in read_rows(_HERE / "demo_streets.csv")]
    spacing = sum(line.length for _, line in streets) / LAMP_POLES_PLANNED_2020
    rows: list[dict[str, object]] = []
    start = spacing / 2
    for street, line in streets:
        along = np.arange(start, line.length, spacing)
        # The rest is carried to the next street, so that the number comes out exactly.
        start = start + len(along) * spacing - line.length
        rows += [
            _pole(len(rows) + number, street, place) for number, place in enumerate(_beside(line, along), 1)
        ]
    return rows


def build() -> None:
    """Write both inventories."""
    INVENTORIES_DIR.mkdir(exist_ok=True)
    write_rows(INVENTORIES_DIR / "base_stations_demo.csv", STATION_COLUMNS, demo_stations())
    write_rows(INVENTORIES_DIR / "lamp_poles_demo.csv", POLE_COLUMNS, demo_poles())


def _draw_sites(rng: Generator, number: int) -> Xy:
    """Return ``number`` distinct positions on land as WGS 84 degrees, in random order."""
    outline, *_ = _metric_shapes({"haizhu": district_outline()})
    land = outline.buffer(-HALF_CHANNEL_M)
    west, south, east, north = land.bounds
    grid = np.meshgrid(np.arange(west, east, _GRID_M), np.arange(south, north, _GRID_M))
    cells = np.column_stack([axis.ravel() for axis in grid])
    cells = cells + (rng.random(cells.shape) - 0.5) * _GRID_M * _JITTER
    cells = cells[shapely.contains_xy(land, cells)]
    # The smallest of exponential waiting times: a weighted draw without replacement.
    density = _density(cells)
    cells, density = cells[density > 0], density[density > 0]
    waiting = -np.log1p(-rng.random(len(cells))) / density
    chosen = cells[np.argsort(waiting)[:number]]
    chosen = chosen[np.argsort(rng.random(len(chosen)))]
    return np.column_stack(_TO_METRIC.transform(*chosen.T, direction="INVERSE"))


def _density(xy: Xy) -> NDArray[np.float64]:
    """Return how dense the simulated network is at metric positions, without unit."""
    zones = compile_zones()
    weight = np.ones(len(xy))
    for table in (_ZONE_WEIGHT, _PART_WEIGHT):
        for zone, value in zip(
            _metric_shapes({key: zones[key] for key in table}), table.values(), strict=True
        ):
            weight[shapely.contains_xy(zone, xy)] = value
    gain, thinning = np.full(len(xy), _BACKGROUND), np.ones(len(xy))
    for row in read_rows(_HERE / "demo_density.csv"):
        centre = _TO_METRIC.transform(float(row["lon"]), float(row["lat"]))
        bump = np.exp(-0.5 * (np.hypot(*(xy - centre).T) / float(row["radius_m"])) ** 2)
        value = float(row["weight"])
        if value > 0:
            gain += value * bump
        else:
            thinning *= np.maximum(1 + value * bump, 0.0)
    return weight * gain * thinning


def _stations_of_site(
    rng: Generator, site: int, position: tuple[float, float], *, first: int
) -> Iterator[dict[str, object]]:
    """Yield the logical stations of one physical site."""
    kind = _SITE_TYPES[_pick(rng, [share for _, share in _SITE_TYPES])][0]
    count = _STATIONS_PER_SITE[_pick(rng, [share for _, share in _STATIONS_PER_SITE])][0]
    licensees, shares = list(_LICENSEES), list(_LICENSEE_SHARES)
    for number in range(first, first + count):
        place = _pick(rng, shares)
        operator, band, shared = licensees.pop(place)
        shares.pop(place)
        yield {
            "site_id": f"DEMO-{number:05d}",
            "name": f"模拟基站 {number:05d}",
            "operator": operator,
            "band": band,
            "site_type": kind,
            "status": "existing",
            "shared": str(bool(rng.random() < shared)).lower(),
            "physical_site_id": f"DEMO-P{site:05d}",
            "logical_station_id": f"DEMO-L{number:05d}",
            "lon": f"{position[0]:.6f}",
            "lat": f"{position[1]:.6f}",
            "position_accuracy_m": _ACCURACY_M,
            "as_of": AS_OF,
            "plan_year": "",
            "synthetic": "true",
        }


def _pick(rng: Generator, shares: Sequence[float]) -> int:
    """Draw a position with the given shares."""
    steps = np.cumsum(shares)
    return int(np.searchsorted(steps, rng.random() * steps[-1], side="right"))


def _beside(line: shapely.LineString, along: NDArray[np.float64]) -> Iterator[tuple[float, float]]:
    """Yield WGS 84 positions beside a metric line, left and right in turn."""
    for number, distance in enumerate(along):
        here, ahead = line.interpolate(distance), line.interpolate(distance + 1)
        back = line.interpolate(distance - 1)
        east, north = ahead.x - back.x, ahead.y - back.y
        side = _POLE_OFFSET_M * (1 if number % 2 else -1) / np.hypot(east, north)
        yield _TO_METRIC.transform(here.x - north * side, here.y + east * side, direction="INVERSE")


def _pole(number: int, street: str, position: tuple[float, float]) -> dict[str, object]:
    """Return one simulated pole."""
    return {
        "site_id": f"DEMO-LP{number:04d}",
        "name": f"模拟智慧灯杆 {number:04d}",
        "site_type": "pole",
        "status": "planned",
        "street": street,
        "basis": _POLE_BASIS,
        "lon": f"{position[0]:.6f}",
        "lat": f"{position[1]:.6f}",
        "position_accuracy_m": _ACCURACY_M,
        "as_of": AS_OF,
        "synthetic": "true",
    }


def _metric_line(points: str) -> shapely.LineString:
    """Read ``lon lat;lon lat;…`` into the metric system."""
    degrees = np.array([[float(number) for number in point.split()] for point in points.split(";")])
    return shapely.LineString(np.column_stack(_TO_METRIC.transform(*degrees.T)))


def _metric_shapes(shapes: dict[str, BaseGeometry]) -> list[BaseGeometry]:
    """Return geometries of WGS 84 degrees in the metric system."""
    return list(gpd.GeoSeries(shapes, crs=WEB_CRS).to_crs(METRIC_CRS))


if __name__ == "__main__":
    build()
