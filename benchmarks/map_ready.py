"""How long until the map is ready, against an empty Streamlit + folium page measured beside it.

The full map holds zones, parts, places, 5,144 stations and 20,000 poles. A page is ready when its
map is drawn and the browser has been idle for two frames; both pages run on this machine, in turn,
each time in a fresh profile. Prints medians, their ratio and what travelled; ends with 1 where the
ratio passes the limit.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.browser.conftest import APPS, find_chromium, lay_out, streamlit_server  # noqa: E402

ROUNDS: Final = 5
LIMIT: Final = 1.5
FULL_QUERY: Final = "/?stations=5144&poles=20000"
EMPTY_IS_DRAWN: Final = "() => window.map && document.querySelector('.leaflet-pane')"
FULL_IS_DRAWN: Final = (
    "() => window.map && map.atlasView && map.atlasView.sceneShown"
    " && document.querySelectorAll('canvas').length === 2"
    " && document.querySelector('.leaflet-container').style.visibility !== 'hidden'"
)
IDLE: Final = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def main() -> int:
    """Measure both pages in turn and print the comparison."""
    program = find_chromium()
    if program is None:
        print("no Chromium found", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        full, empty = lay_out(APPS / "map_alone.py", Path(one)), lay_out(APPS / "empty_map.py", Path(other))
        with (
            streamlit_server(full, folder=Path(one)) as full_server,
            streamlit_server(empty, folder=Path(other)) as empty_server,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            pages = {
                "empty": (empty_server.url, EMPTY_IS_DRAWN),
                "full": (full_server.url + FULL_QUERY, FULL_IS_DRAWN),
            }
            seconds: dict[str, list[float]] = {name: [] for name in pages}
            for number in range(ROUNDS + 1):
                for name, (url, drawn) in pages.items():
                    taken = seconds_until_ready(browser, url, drawn)
                    if number:  # the first round warms both servers
                        seconds[name].append(taken)
            browser.close()
    return report(seconds)


def seconds_until_ready(browser, url: str, drawn: str) -> float:  # noqa: ANN001
    """Open ``url`` in a fresh profile and return the seconds until its map rests."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    started = time.perf_counter()
    page.goto(url)
    page.locator("iframe[src*='streamlit_folium']").first.wait_for(timeout=60_000)
    frame = next(frame for frame in page.frames if "streamlit_folium" in frame.url)
    frame.wait_for_function(drawn, timeout=60_000, polling=20)
    frame.evaluate(IDLE)
    taken = time.perf_counter() - started
    context.close()
    return taken


def report(seconds: dict[str, list[float]]) -> int:
    """Print medians and ratio; return 0 within the limit, else 1."""
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ratio = medians["full"] / medians["empty"]
    for name, values in seconds.items():
        spread = " ".join(f"{value:.2f}" for value in values)
        print(f"{name:6s} median {medians[name]:.2f} s   ({spread})")
    print(f"ratio  {ratio:.2f} (limit {LIMIT})")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
