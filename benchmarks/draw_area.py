"""How long from the last click of a drawn area until its numbers stand in the table, on the shipped pack.

Circles are drawn one after the other in a real browser against the whole app, so the later ones are
counted together with all before them. Prints every time and the library's share of it; judges by the
median. Ends with 1 where the limit is passed.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from spatial.check import check_surveyed  # noqa: E402
from spatial.definition import Definition  # noqa: E402
from spatial.drawn_areas.areas import DrawnAreas  # noqa: E402
from spatial.drawn_areas.count import survey_drawn  # noqa: E402
from spatial.drawn_areas.shapes import DrawnShape, ShapeKind  # noqa: E402
from spatial.pack import open_pack  # noqa: E402
from tests.browser.conftest import DESKTOP, Watched, find_chromium, streamlit_server  # noqa: E402

ROUNDS: Final = 12
LIMIT_S: Final = 0.7
# The clocks of the page and of the map's frame start apart; from the epoch they tell one time.
NOW: Final = "(performance.timeOrigin + performance.now())"
MARK_CLICKS: Final = f"addEventListener('click', () => {{ parent.lastClick = {NOW}; }}, true)"
UNTIL_SHOWN: Final = f"""(n) => new Promise((done) => {{
    const look = () => {{
        const drawn = document.querySelectorAll("table.verdicts .badge.user_drawn").length;
        if (drawn === n) done({NOW} - window.lastClick);
        else requestAnimationFrame(look);
    }};
    look();
}})"""


def main() -> int:
    """Draw, measure and judge."""
    program = find_chromium()
    if program is None:
        print("no Chromium found", file=sys.stderr)
        return 2
    library = statistics.median(library_seconds())
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / ".streamlit", Path(folder) / ".streamlit")
        with (
            streamlit_server(ROOT / "app.py", folder=Path(folder)) as server,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            watched = Watched(browser.new_page(viewport=DESKTOP, locale="zh-CN"))
            watched.page.goto(f"{server.url}/analysis?v=1&analysis=drawn")
            watched.rest()
            seconds = page_seconds(watched)
            browser.close()
    found = statistics.median(seconds)
    print(f"library: {library:.3f} s of computing for {ROUNDS} areas")
    print("page:", " ".join(f"{each:.2f}" for each in seconds), f"s, median {found:.2f} s, limit {LIMIT_S} s")
    return int(found > LIMIT_S)


def page_seconds(watched: Watched) -> list[float]:
    """Return how long each circle took from its last click to its row."""
    watched.map_frame.evaluate(MARK_CLICKS)
    box = watched.page.locator("iframe[src*='streamlit_folium']").bounding_box()
    seconds = []
    for number in range(1, ROUNDS + 1):
        watched.map.locator(".atlas-tool-circle").click()
        x, y = box["x"] + 180 + 40 * number, box["y"] + 320
        watched.page.mouse.click(x, y)
        watched.page.mouse.click(x + 20 + number, y)
        seconds.append(watched.page.evaluate(UNTIL_SHOWN, number) / 1000.0)
        watched.rest()
    return seconds


def library_seconds() -> list[float]:
    """Return the computing time of counting and judging as many circles at once, several times."""
    pack = open_pack("haizhu")
    inventory = pack.inventory("base_stations")
    areas = DrawnAreas()
    for number in range(ROUNDS):
        centre = (113.26 + number * 0.01, 23.08)
        shape = DrawnShape(kind=ShapeKind.CIRCLE, corners=(centre,), radius_m=500.0 + 50.0 * number)
        areas = areas.added(shape, name=str(number))
    seconds = []
    for _ in range(5):
        began = time.process_time()
        found = survey_drawn(areas.areas, inventory.points)
        check_surveyed(found, definition=Definition(), target=pack.target, missing_basis="no_data")
        seconds.append(time.process_time() - began)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
