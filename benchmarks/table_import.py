"""How long a clean table of a million stations takes from its bytes to a checked frame, against bare pandas.

Ours examines a CSV with the columns that a planner keeps of a station: text of every cell unchanged,
columns and positions decided, every row used or reported. The peer is ``pandas.read_csv`` and
``geopandas.points_from_xy``, no more. Both read the same file, in turn, each time in a fresh process;
start of the process and loading of the libraries are not timed. Ours gets its memory from the same
allocator as in the process that opens an upload. Judges by the medians; the seconds of computing show
what another load on the machine does to them. Ends with 1 where a limit is passed.

    python benchmarks/table_import.py [--rows N] [--rounds N]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import geopandas as gpd  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import pyarrow as pa  # noqa: E402
import shapely  # noqa: E402

from spatial.importing.examine import examine  # noqa: E402
from spatial.importing.isolation.environment import child_environment  # noqa: E402
from spatial.importing.model import ImportSettings, ReadOptions, Subject  # noqa: E402
from spatial.importing.readers.delimited import read_layer  # noqa: E402
from spatial.limits import COMMAND_LINE_LIMITS  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

RATIO_LIMIT: Final = 3.0
MEMORY_LIMIT_GB: Final = 2.5
ALLOCATOR: Final = "ARROW_DEFAULT_MEMORY_POOL"
NAME: Final = "stations.csv"
# Words as an inventory repeats them; every other text is the station's own.
WORDS: Final = {
    "运营商": ["中国移动", "中国电信", "中国联通", "中国广电"],
    "频段": ["2.6GHz", "3.5GHz", "700MHz"],
    "站型": ["宏站", "微站", "室分"],
    "建设方式": ["新建", "共址", "共享"],
    "是否共享": ["是", "否"],
    "状态": ["现状", "在建", "规划"],
    "坐标系": ["WGS84"],
    "所属街道": ["滨江街道", "新港街道", "江海街道"],
    "所属片区": ["东片区", "西片区", ""],
    "入网日期": ["2021-03-05", "2022-11-30", "2023-07-01"],
    "承载杆体编号": ["", "LD-0001", "LD-0002"],
    "备注": ["", "无", "利旧"],
}


def main() -> int:
    """Measure all three in turn and print the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--child", choices=["write", "ours", "reading", "peer"], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(measure(given.child, given.file, given.rows)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        # A process inherits the peak of the one that starts it, so that this one writes nothing itself.
        in_child("write", path, given.rows)
        size = path.stat().st_size
        runs: dict[str, list[dict[str, float]]] = {"ours": [], "reading": [], "peer": []}
        for _ in range(given.rounds):
            for name, done in runs.items():
                done.append(in_child(name, path, given.rows))
    return report(runs, given.rows, size)


def in_child(name: str, path: Path, n: int) -> dict[str, float]:
    """Measure once in a process of its own."""
    command = [sys.executable, __file__, "--child", name, "--file", str(path), "--rows", str(n)]
    pool = {} if name == "peer" else {ALLOCATOR: child_environment(path.parent)[ALLOCATOR]}
    environment = {**os.environ, **pool}
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    measured: dict[str, float] = json.loads(output)
    return measured


def write_stations(path: Path, n: int) -> int:
    """Write ``n`` stations as a planner's table, the same ones each time; return how many."""
    rng = np.random.default_rng(4)
    columns = {
        "序号": range(1, n + 1),
        "基站编号": [f"ZD-{number:07}" for number in range(n)],
        "站址编码": [f"44010500{number:08}" for number in range(n)],
        "基站名称": [f"滨江东路{number}号基站" for number in range(n)],
        **{header: values_of(header, n, rng) for header in ("运营商", "频段", "站型", "建设方式")},
        **{header: values_of(header, n, rng) for header in ("是否共享", "状态")},
        "经度": [f"{degrees:.6f}" for degrees in rng.uniform(113.23, 113.42, n)],
        "纬度": [f"{degrees:.6f}" for degrees in rng.uniform(23.035, 23.115, n)],
        **{header: values_of(header, n, rng) for header in ("坐标系", "所属街道", "所属片区")},
        "详细地址": [f"滨江东路{number % 900}号大厦{number % 30}楼" for number in range(n)],
        "挂高(m)": rng.integers(8, 60, n),
        **{header: values_of(header, n, rng) for header in ("入网日期", "承载杆体编号", "备注")},
    }
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(columns) + "\r\n")
        file.writelines(",".join(map(str, row)) + "\r\n" for row in zip(*columns.values(), strict=True))
    return n


def values_of(header: str, n: int, rng: np.random.Generator) -> Sequence[object]:
    """Return words that repeat, as many as there are stations."""
    words = np.array(WORDS[header], dtype=object)
    chosen: Sequence[object] = words[rng.integers(0, len(words), n)]
    return chosen


def measure(name: str, path: Path, n: int) -> dict[str, float]:
    """Read the file once; return the seconds and the peak memory."""
    loaded = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, computed = time.perf_counter(), time.process_time()
    jobs = {"ours": read_ours, "reading": read_cells, "peer": read_peer}
    n_read = write_stations(path, n) if name == "write" else jobs[name](path)
    seconds, computing = time.perf_counter() - started, time.process_time() - computed
    if n_read != n:
        raise SystemExit(f"{name} read {n_read:,} of {n:,} rows")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": seconds,
        "computing": computing,
        "loaded_gb": loaded * 1024 / 1e9,
        "peak_gb": peak * 1024 / 1e9,
    }


def read_ours(path: Path) -> int:
    """Examine the file as the command does; return the rows used."""
    settings = ImportSettings(subject=Subject.BASE_STATIONS, crs="wgs84")
    result = examine(path, name=NAME, settings=settings, limits=COMMAND_LINE_LIMITS).result
    return 0 if result is None else result.n_used


def read_cells(path: Path) -> int:
    """Read the cells alone; return the rows."""
    return len(read_layer(path, name=NAME, options=ReadOptions(limits=COMMAND_LINE_LIMITS)).table)


def read_peer(path: Path) -> int:
    """Read the file with pandas and make points; return the rows."""
    table = pd.read_csv(path)
    return len(gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["经度"], table["纬度"])))


def report(runs: dict[str, list[dict[str, float]]], n: int, size: int) -> int:
    """Print times, ratio and memory; return 0 within the limits, else 1."""
    print(f"{platform.platform()}, Python {platform.python_version()}, {processor()}")
    print(
        f"pandas {pd.__version__}, geopandas {gpd.__version__}, "
        f"pyarrow {pa.__version__}, shapely {shapely.__version__}"
    )
    print(f"{n:,} rows, 20 columns, {size / 1e6:.0f} MB")
    medians = {name: statistics.median(run["seconds"] for run in done) for name, done in runs.items()}
    computing = {name: statistics.median(run["computing"] for run in done) for name, done in runs.items()}
    for name, done in runs.items():
        spread = " ".join(f"{run['seconds']:.2f}" for run in done)
        peak, loaded = max(run["peak_gb"] for run in done), max(run["loaded_gb"] for run in done)
        print(
            f"{name:8} median {medians[name]:.2f} s   ({spread})   computing {computing[name]:.2f} s   "
            f"peak {peak:.2f} GB, before reading {loaded:.2f} GB"
        )
    ratio, peak = medians["ours"] / medians["peer"], max(run["peak_gb"] for run in runs["ours"])
    of_computing = computing["ours"] / computing["peer"]
    print(
        f"ratio of medians {ratio:.2f} (limit {RATIO_LIMIT}), of the seconds of computing {of_computing:.2f}"
    )
    print(f"peak memory {peak:.2f} GB (limit {MEMORY_LIMIT_GB})")
    return 0 if ratio <= RATIO_LIMIT and peak <= MEMORY_LIMIT_GB else 1


def processor() -> str:
    """Return the name of the processor, as far as the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


if __name__ == "__main__":
    sys.exit(main())
