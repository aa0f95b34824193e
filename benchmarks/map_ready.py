"""How long until the map is ready, against an empty Streamlit + folium page measured beside it.

The full map holds zones, parts, places, 5,144 stations and 20,000 poles. A page is ready when its
map is drawn and the browser has been idle for two frames; both pages run on this machine, in turn,
each time in a fresh profile. Judges by the medians; prints the quickest runs, which other work on
the machine disturbed least, and what the session's socket carried besides. Ends with 1 where a
limit is passed.
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

ROUNDS: Final = 9
LIMIT: Final = 1.5
PAYLOAD_LIMIT_BYTES: Final = 2_000_000
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
        full, empty = lay_out(APPS / "full_map.py", Path(one)), lay_out(APPS / "empty_map.py", Path(other))
        with (
            streamlit_server(full, folder=Path(one)) as full_server,
            streamlit_server(empty, folder=Path(other)) as empty_server,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            pages = {
                "empty": (empty_server.url, EMPTY_IS_DRAWN),
                "full": (full_server.url, FULL_IS_DRAWN),
            }
            seconds: dict[str, list[float]] = {name: [] for name in pages}
            received: dict[str, int] = {}
            for number in range(ROUNDS + 1):
                for name, (url, drawn) in pages.items():
                    taken, received[name] = seconds_and_bytes(browser, url, drawn)
                    if number:  # the first round warms both servers
                        seconds[name].append(taken)
            browser.close()
    return report(seconds, received)


def seconds_and_bytes(browser, url: str, drawn: str) -> tuple[float, int]:  # noqa: ANN001
    """Open ``url`` in a fresh profile; return the seconds until its map rests and the socket's bytes."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    frames: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: frames.append(len(data))))
    started = time.perf_counter()
    page.goto(url)
    page.locator("iframe[src*='streamlit_folium']").first.wait_for(timeout=60_000)
    frame = next(frame for frame in page.frames if "streamlit_folium" in frame.url)
    frame.wait_for_function(drawn, timeout=60_000, polling=20)
    frame.evaluate(IDLE)
    taken = time.perf_counter() - started
    context.close()
    return taken, sum(frames)


def report(seconds: dict[str, list[float]], received: dict[str, int]) -> int:
    """Print times, ratio and payload; return 0 within the limits, else 1."""
    ratio = statistics.median(seconds["full"]) / statistics.median(seconds["empty"])
    quickest = min(seconds["full"]) / min(seconds["empty"])
    for name, values in seconds.items():
        spread = " ".join(f"{value:.2f}" for value in values)
        print(f"{name:6s} median {statistics.median(values):.2f} s, best {min(values):.2f} s   ({spread})")
    print(f"ratio  of medians {ratio:.2f} (limit {LIMIT}), of the best {quickest:.2f}")
    print(f"socket {received['full']:,} bytes (limit {PAYLOAD_LIMIT_BYTES:,})")
    return 0 if ratio <= LIMIT and received["full"] <= PAYLOAD_LIMIT_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
