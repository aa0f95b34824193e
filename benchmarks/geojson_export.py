"""How long a million points take to GeoJSON, checked, against pyogrio's own unchecked writer.

Ours writes the layer of base stations as a package holds it, reads the file back and holds it to every
rule: strict JSON, count, bounds, ids, attributes, positions, decimals. The peer is
``to_file(RFC7946="YES")``, no more. Both write the same frame, in turn, each time in a fresh process;
making the frame is not timed. Judges by the medians. Ends with 1 where a limit is passed.

    python benchmarks/geojson_export.py [--points N] [--rounds N]
"""

from __future__ import annotations

import argparse
import json
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
import orjson  # noqa: E402
import pandas as pd  # noqa: E402
import pyogrio  # noqa: E402
import shapely  # noqa: E402

from spatial.export.fields import FieldType, LayerKind, fields_of, typed_columns  # noqa: E402
from spatial.export.formats import geojson_files  # noqa: E402
from spatial.export.model import ClassPath, ExportLayer, PackageContent  # noqa: E402
from spatial.plan_records import Bilingual  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.export.fields import Field

RATIO_LIMIT: Final = 3.0
MEMORY_LIMIT_GB: Final = 2.0
KIND: Final = LayerKind.BASE_STATIONS
# Words as an inventory repeats them; every other text is the feature's own.
WORDS: Final = {
    "XZQDM": ["440105"],
    "XZQMC": ["海珠区"],
    "CIMML": ["资源调查数据"],
    "CIMDL": ["城市部件"],
    "CIMZL": ["公用设施类"],
    "TJKJ": ["物理站址", "逻辑基站"],
    "YYS": ["中国移动", "中国电信", "中国联通", "中国广电"],
    "PD": ["2.6GHz", "3.5GHz", "700MHz", None],
    "ZX": ["宏站", "室分", "微站"],
    "ZT": ["现状", "规划"],
    "PQ": ["pazhou", "pazhou;west", None],
    "JHLY": ["自带"],
    "SJLY": ["运营商台账"],
    "CJRQ": ["2024-05-01", "2023-11", None],
    "BBH": ["2024-05-01"],
    "YSDM": [None],
    "BZ": [None],
}


def main() -> int:
    """Measure both writers in turn and print the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", choices=["ours", "peer"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(measure(given.child, given.folder, given.points)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        runs: dict[str, list[dict[str, float]]] = {"ours": [], "peer": []}
        for _ in range(given.rounds):
            for name, done in runs.items():
                command = [
                    sys.executable,
                    __file__,
                    "--child",
                    name,
                    "--folder",
                    folder,
                    "--points",
                    str(given.points),
                ]
                output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                done.append(json.loads(output))
    return report(runs, given.points)


def make_stations(n: int) -> gpd.GeoDataFrame:
    """Return ``n`` stations with every field of the layer, the same ones each time."""
    rng = np.random.default_rng(4)
    fields = fields_of(KIND)
    columns = pd.DataFrame(
        {field.code: pd.Series(values_of(field, n, rng), dtype=object) for field in fields}
    )
    spots = shapely.points(rng.uniform((113.23, 23.035), (113.42, 23.115), (n, 2)))
    return gpd.GeoDataFrame(typed_columns(columns, fields), geometry=spots, crs="EPSG:4490")


def values_of(field: Field, n: int, rng: np.random.Generator) -> Sequence[object]:
    """Return the values of one field: numbers, words that repeat, or a text of each feature's own."""
    if field.type is FieldType.BOOLEAN:
        return rng.integers(0, 2, n).astype(bool)
    if field.type in {FieldType.REAL, FieldType.INTEGER}:
        return rng.integers(1, 150, n)
    if field.code in WORDS:
        return np.array(WORDS[field.code], dtype=object)[rng.integers(0, len(WORDS[field.code]), n)]
    return [f"{field.code}-{number:07}" for number in range(n)]


def measure(name: str, folder: Path, n: int) -> dict[str, float]:
    """Write the stations once; return the seconds, the peak memory and the size of the file."""
    stations = make_stations(n)
    if name == "peer":  # spared a change of system: the degrees are the same
        stations = stations.set_crs("EPSG:4326", allow_override=True)
    loaded = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    path = folder / "peer.geojson"
    started = time.perf_counter()
    if name == "ours":
        (written,) = geojson_files.write(content_of(stations), folder)
        path = folder / written.path
    else:
        stations.to_file(path, driver="GeoJSON", engine="pyogrio", RFC7946="YES")
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": seconds,
        "loaded_gb": loaded * 1024 / 1e9,
        "peak_gb": peak * 1024 / 1e9,
        "file_mb": path.stat().st_size / 1e6,
    }


def content_of(stations: gpd.GeoDataFrame) -> PackageContent:
    """Return the package that holds nothing but the stations."""
    title = Bilingual(zh="5G基站（模拟）", en="5G base stations (simulated)")
    layer = ExportLayer(
        name="base_stations",
        kind=KIND,
        title=title,
        geometry_type="Point",
        fields=fields_of(KIND),
        features=stations,
        class_path=ClassPath(category="", main_class="", sub_class="", code=""),
        synthetic=True,
        n_in=len(stations),
    )
    return PackageContent(
        package_id="benchmark",
        title=title,
        profile="geojson",
        formats=("geojson",),
        crs="EPSG:4490",
        data_date="2024-05-01",
        layers=(layer,),
        about={},
    )


def report(runs: dict[str, list[dict[str, float]]], n: int) -> int:
    """Print times, ratio and memory; return 0 within the limits, else 1."""
    print(f"{platform.platform()}, Python {platform.python_version()}, {processor()}")
    print(
        f"orjson {orjson.__version__}, shapely {shapely.__version__}, pyogrio {pyogrio.__version__} "
        f"(GDAL {'.'.join(map(str, pyogrio.__gdal_version__))}), pandas {pd.__version__}"
    )
    print(f"{n:,} points, {len(fields_of(KIND))} fields")
    medians = {name: statistics.median(run["seconds"] for run in done) for name, done in runs.items()}
    for name, done in runs.items():
        spread = " ".join(f"{run['seconds']:.1f}" for run in done)
        peak, loaded = max(run["peak_gb"] for run in done), max(run["loaded_gb"] for run in done)
        print(
            f"{name}  median {medians[name]:.1f} s   ({spread})   "
            f"peak {peak:.2f} GB, before writing {loaded:.2f} GB   {done[0]['file_mb']:.0f} MB written"
        )
    ratio, peak = medians["ours"] / medians["peer"], max(run["peak_gb"] for run in runs["ours"])
    print(f"ratio of medians {ratio:.2f} (limit {RATIO_LIMIT})")
    print(f"peak memory {peak:.2f} GB (limit {MEMORY_LIMIT_GB})")
    return 0 if ratio <= RATIO_LIMIT and peak <= MEMORY_LIMIT_GB else 1


def processor() -> str:
    """Return the name of the processor, as far as the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


if __name__ == "__main__":
    sys.exit(main())
