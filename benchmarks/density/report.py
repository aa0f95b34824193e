"""The report: tables of medians in Markdown, the ratios that are wanted, and what was left out."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

from extras import cluster_line, definitions_line
from measuring import LOWER_BOUND, OF_THE_PROJECT, OURS, SCRIPTS, SEDONA, SJOIN, SJOIN_ZONES

if TYPE_CHECKING:
    from measuring import Run, Store

HEADING: Final = (
    "From one GeoParquet (WKB) file to all counts: whole process, warm cache, median of the runs in brackets,"
    " in turns. Seconds, and the peak of memory."
)
TITLES: Final = {
    "district": "18 zones of some 1,500 vertices",
    "country": "3,000 zones of some 500 vertices",
    "pack": "the 3 zones that the atlas ships",
}
RATIO_SIZE: Final = 10_000_000
LEAST_RATIOS: Final = (
    ("district", SEDONA, 4.0),
    ("district", SJOIN, 40.0),
    ("district", SJOIN_ZONES, 40.0),
    ("country", SEDONA, 2.0),
)
MOST_OF_LOWER_BOUND: Final = 3.0
MOST_MEMORY: Final = 1.5
MOST_UNEVEN: Final = 0.15
CURVE: Final = (1_000_000, 10_000_000, 100_000_000)


def as_markdown(store: Store) -> str:
    """Return the whole report."""
    about = store.about
    peers = ", ".join(
        f"{name} {version}" for name, version in about.items() if name not in {"machine", "system"}
    )
    lines = [
        f"{about['machine']}; {about['system']}; {peers}",
        "",
        HEADING,
    ]
    sizes = sorted({run.size for run in store.runs if run.size >= 100_000})
    for case, title in TITLES.items():
        if any(run.case == case for run in store.runs):
            lines += ["", *case_table(store, case, title, sizes)]
    lines += ["", *(f"- {line}" for line in findings(store))]
    return "\n".join(lines) + "\n"


def case_table(store: Store, case: str, title: str, sizes: list[int]) -> list[str]:
    """Return the table of one case: a row for each tool, a column for each number of points."""
    shown = [size for size in sizes if any((run.case, run.size) == (case, size) for run in store.runs)]
    rows = [
        f"| {case}: {title} | " + " | ".join(f"{size:,}" for size in shown) + " |",
        "|---" * (len(shown) + 1) + "|",
    ]
    for tool in SCRIPTS:
        cells = [cell(store, tool, case, size) for size in shown]
        if any(cells):
            rows.append(f"| {tool} | " + " | ".join(text or "left out: too long" for text in cells) + " |")
    return rows


def cell(store: Store, tool: str, case: str, size: int) -> str:
    """Return what one tool took on one file; nothing where it was not run."""
    runs = store.of(tool, case, size)
    if not runs:
        return ""
    failed = next((run.error for run in runs if run.error), "")
    if failed:
        return failed.replace("|", "/")[:80]
    peak = max(run.peak_mb for run in runs)
    wrong = "" if agrees(store, runs[0]) else " **other counts**"
    return f"{wall(runs):.2f} s, {memory(peak)} ({len(runs)}){wrong}"


def wall(runs: list[Run]) -> float:
    """Return the median of the seconds."""
    return statistics.median(run.wall_s for run in runs)


def memory(mb: float) -> str:
    """Return an amount of memory for reading."""
    return f"{mb / 1000:.1f} GB" if mb >= 1000 else f"{mb:.0f} MB"


def agrees(store: Store, run: Run) -> bool:
    """Tell whether a run counted what ours did; the lower bound counts nothing."""
    ours = [other for other in store.of(OURS, run.case, run.size) if not other.error]
    return run.tool == LOWER_BOUND or not ours or run.counts == ours[0].counts


def findings(store: Store) -> list[str]:
    """Return each wanted number beside the one reached."""
    compared = [run for run in store.runs if run.tool not in (LOWER_BOUND, OURS) and not run.error]
    other = sorted({f"{run.tool} on {run.case} {run.size:,}" for run in compared if not agrees(store, run)})
    said = [
        f"counts differ from ours: {'; '.join(other)}"
        if other
        else f"counts equal in all {len(compared)} runs"
    ]
    said += [ratio_line(store, *wanted) for wanted in LEAST_RATIOS]
    said += [bound_line(store), memory_line(store), *curve_lines(store)]
    said += [cluster_line(store), definitions_line(store)]
    return [line for line in said if line]


def good_runs(store: Store, tool: str, case: str, size: int) -> list[Run]:
    """Return the runs of a tool on a file that came to an end."""
    return [run for run in store.of(tool, case, size) if not run.error]


def ratio_line(store: Store, case: str, peer: str, wanted: float) -> str:
    """Say how much longer a peer takes than ours."""
    ours, theirs = good_runs(store, OURS, case, RATIO_SIZE), good_runs(store, peer, case, RATIO_SIZE)
    if not ours or not theirs:
        return ""
    ratio = wall(theirs) / wall(ours)
    computing = statistics.median(run.cpu_s for run in theirs) / statistics.median(run.cpu_s for run in ours)
    return (
        f"{case}, {RATIO_SIZE:,} points: {ratio:.1f} × as fast as {peer} (wanted {wanted:g});"
        f" of the seconds of computing {computing:.1f} ×"
    )


def bound_line(store: Store) -> str:
    """Say how many times the lower bound ours takes."""
    said = []
    for case in TITLES:
        ours, bound = (
            good_runs(store, OURS, case, RATIO_SIZE),
            good_runs(store, LOWER_BOUND, case, RATIO_SIZE),
        )
        if ours and bound:
            said.append(f"{case} {wall(ours) / wall(bound):.2f} ×")
    wanted = f"(wanted at most {MOST_OF_LOWER_BOUND:g} on district)"
    return f"of the lower bound, {RATIO_SIZE:,} points: {', '.join(said)} {wanted}" if said else ""


def memory_line(store: Store) -> str:
    """Say how memory grows with the points."""
    said = []
    for case in TITLES:
        least, most = (good_runs(store, OURS, case, size) for size in CURVE[1:])
        if least and most:
            ratio = max(run.peak_mb for run in most) / max(run.peak_mb for run in least)
            said.append(f"{case} {ratio:.2f} ×")
    wanted = f"(wanted at most {MOST_MEMORY:g})"
    return (
        f"peak memory at {CURVE[2]:,} points against {CURVE[1]:,}: {', '.join(said)} {wanted}" if said else ""
    )


def curve_lines(store: Store) -> list[str]:
    """Say what a point costs at each size, the start left out."""
    said = []
    for case in TITLES:
        for tool in OF_THE_PROJECT:
            started = good_runs(store, tool, case, 1000)
            found = {size: good_runs(store, tool, case, size) for size in CURVE}
            if not started or not any(found.values()):
                continue
            cost = {size: 1e9 * (wall(runs) - wall(started)) / size for size, runs in found.items() if runs}
            low, high = min(cost.values()), max(cost.values())
            spread = high / low - 1.0 if low > 0 else float("nan")
            steps = ", ".join(f"{ns:.0f} ns at {size:,}" for size, ns in cost.items())
            wanted = f" (wanted at most {MOST_UNEVEN:.0%})" if tool == OURS else ""
            said.append(
                f"{tool}, {case}: start {wall(started):.2f} s, then a point costs {steps};"
                f" spread {spread:.0%}{wanted}"
            )
    return said
