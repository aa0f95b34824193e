"""How fast points are counted by zone, ours against four peers and the lower bound, on this machine.

Every tool goes from the same GeoParquet file of WKB points to the counts of all zones in a process of
its own, on all cores, with the file in the cache; in turns, and the medians are compared. All must count
the same. Zones: ``district`` has 18 of some 1,500 vertices, ``country`` 3,000 of some 500, ``pack`` those
that the atlas ships. Also: the scaling curve, memory, two Dask workers against one, and all definitions of
the pack. Every run is kept as it comes: started again, the same command goes on where it was.

    python benchmarks/density [--quick] [--cases …] [--sizes …] [--runs N] [--budget-s S] [--fresh]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from environment import ROOT, describe, make_environment
from extras import measure_cluster, measure_definitions
from measuring import (
    COMMAND,
    LOWER_BOUND,
    OF_THE_PROJECT,
    OURS,
    SCRIPTS,
    Store,
    command_of,
    measure,
    run_once,
)
from report import as_markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

OUTPUT: Final = ROOT / "benchmarks" / "output" / "density"
CASES: Final = ("district", "country", "pack")
SIZES: Final = (100_000, 1_000_000, 10_000_000, 100_000_000)
LARGEST_OF_PACK: Final = 10_000_000
START_UP_SIZE: Final = 1_000
"""So few points that nothing but the start is measured."""
WARMING_SIZE: Final = 1_000_000
BYTES_PER_POINT: Final = 18
HERE: Final = Path(__file__).resolve().parent


def main() -> int:
    """Make what is missing, measure what was not measured yet, and print the report."""
    given = parse()
    folder: Path = given.folder
    (folder / "data").mkdir(parents=True, exist_ok=True)
    peers = None if given.no_peers else make_environment(folder / "peers")
    store = Store(folder / "results.json", describe(peers), fresh=given.fresh)
    tools = [tool for tool in SCRIPTS if tool in OF_THE_PROJECT or peers is not None]
    warmed: set[str] = set()
    for case in given.cases:
        sizes = [size for size in given.sizes if case != "pack" or size <= LARGEST_OF_PACK]
        for size in (START_UP_SIZE, *sizes):
            chosen = tools if size != START_UP_SIZE else [LOWER_BOUND, OURS, COMMAND]
            measure_cell(store, case, size, chosen, peers=peers, warmed=warmed, given=given)
    if not given.quick and "district" in given.cases:
        # Several row groups, so that every worker has loaded what it needs before anything is timed.
        first = next((size for size in given.sizes if size >= WARMING_SIZE), max(given.sizes))
        measure_cluster(store, folder / "data", max(given.sizes), first, timeout_s=2.0 * given.budget_s)
    measure_definitions(store, timeout_s=given.budget_s)
    written = as_markdown(store)
    (folder / "results.md").write_text(written, encoding="utf-8")
    print(written)
    return 0


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one run each, up to a million points")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=CASES)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--runs", type=int, default=5)
    budget = "what one tool may take on one file in all; a run predicted to take longer is left out"
    parser.add_argument("--budget-s", type=float, default=150.0, help=budget)
    parser.add_argument("--fresh", action="store_true", help="forget the runs that are kept")
    parser.add_argument("--no-peers", action="store_true", help="measure ours and the lower bound alone")
    parser.add_argument("--folder", type=Path, default=OUTPUT, help="for data, peers and results")
    given = parser.parse_args()
    if given.quick:
        given.runs, given.sizes = 1, [size for size in given.sizes if size <= 1_000_000]
    given.sizes = sorted(set(given.sizes))
    given.folder = given.folder.resolve()
    return given


def measure_cell(
    store: Store,
    case: str,
    size: int,
    tools: Sequence[str],
    *,
    peers: Path | None,
    warmed: set[str],
    given: argparse.Namespace,
) -> None:
    """Run every tool on one file in turns until each has its runs.

    One run of each with next to no points before lets Python and the system keep what they load.
    """
    left = {tool: runs_left(store, tool, case, size, given) for tool in tools}
    if not any(left.values()):
        return
    data = given.folder / "data"
    if not all(make_data(data, case, each) for each in (START_UP_SIZE, size)):
        return
    zones, points = data / f"zones_{case}.parquet", data / f"points_{case}_{size}.parquet"
    small = data / f"points_{case}_{START_UP_SIZE}.parquet"
    warm(zones, points)
    for turn in range(given.runs):
        for tool in tools:
            if turn < given.runs - left[tool] or not runs_left(store, tool, case, size, given):
                continue
            command = command_of(tool, peers, zones, points)
            if tool not in warmed:
                warmed.add(tool)
                measure(command_of(tool, peers, zones, small), timeout_s=given.budget_s)
            run = run_once(tool, case, size, command, timeout_s=2.0 * given.budget_s)
            store.add(run)
            told = run.error or f"{run.wall_s:.2f} s, computing {run.cpu_s:.2f} s, {run.peak_mb:.0f} MB"
            print(f"{case} {size:,} {tool}: {told}", file=sys.stderr, flush=True)


def runs_left(store: Store, tool: str, case: str, size: int, given: argparse.Namespace) -> int:
    """Return how many runs a tool still gets on a file, within the budget."""
    done = store.of(tool, case, size)
    if any(run.error for run in done):
        return 0
    expected = statistics.median(run.wall_s for run in done) if done else predicted(store, tool, case, size)
    if expected is None or (not done and expected > given.budget_s):
        return 0
    allowed = max(1, int(given.budget_s // max(expected, 1e-3)))
    return max(0, min(given.runs, allowed) - len(done))


def predicted(store: Store, tool: str, case: str, size: int) -> float | None:
    """Return the seconds that a first run should take, from the largest file before; None if it failed there.

    All that a tool does is taken to grow with the points, so that only those who cannot finish are left out.
    """
    before = [run for run in store.runs if (run.tool, run.case) == (tool, case) and run.size < size]
    if not any(run.size > START_UP_SIZE for run in before):
        return 0.0
    largest = max(run.size for run in before)
    last = [run for run in before if run.size == largest]
    if any(run.error for run in last) or skipped_between(store, case, largest, size):
        return None
    smaller = [run for run in before if run.size < largest]
    start = statistics.median(run.wall_s for run in smaller) if smaller else 0.0
    seconds = statistics.median(run.wall_s for run in last)
    return start + max(seconds - start, 0.0) * size / largest


def skipped_between(store: Store, case: str, largest: int, size: int) -> bool:
    """Tell whether other tools were measured on a size between, which this one was not."""
    return any(run.case == case and largest < run.size < size for run in store.runs)


def make_data(data: Path, case: str, size: int) -> bool:
    """Write the zones and points of a cell where they are missing; tell whether they are there."""
    if not (data / f"points_{case}_{size}.parquet").exists():
        if shutil.disk_usage(data).free < 2 * BYTES_PER_POINT * size:
            print(f"no room for {size:,} points in {data}; left out", file=sys.stderr)
            return False
        print(f"making {size:,} points of {case}", file=sys.stderr, flush=True)
    command = [sys.executable, str(HERE / "layers.py"), str(data), case, str(size)]
    return subprocess.run(command, check=False).returncode == 0


def warm(*paths: Path) -> None:
    """Read files into the system's cache."""
    for path in paths:
        with path.open("rb") as file:
            while file.read(1 << 20):
                pass


if __name__ == "__main__":
    sys.exit(main())
