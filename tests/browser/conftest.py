"""A real browser against a real server, with every address but this machine's closed and recorded."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

sync_api = pytest.importorskip("playwright.sync_api")

sync_api.expect.set_options(timeout=45_000)

ROOT = Path(__file__).resolve().parents[2]
APPS = Path(__file__).parent / "apps"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
START_SECONDS = 60
WAIT_MS = 45_000
QUIET_MS = 500
"""What a test that expects nothing grants it to happen."""
OUTSIDE = re.compile(r"^(?!data:|blob:|file:|https?://(127\.0\.0\.1|localhost)(:\d+)?(/|$))")
"""Addresses of other machines: these alone go through our hands, which costs each request a detour."""
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


# Fulfilled once the script rests and the page has stood still, its animations over, for a while.
AT_REST = """([still, patience]) => new Promise((done, failed) => {
    const begun = performance.now();
    let changed = begun;
    const moved = new MutationObserver(() => { changed = performance.now(); });
    moved.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
    const moves = (each) => each.playState === 'running' && each.effect?.getComputedTiming().endTime < 1e6;
    const look = () => {
        const app = document.querySelector('[data-testid=stApp]');
        const now = performance.now();
        const waits = app && app.dataset.testScriptState !== 'notRunning';
        if (waits || document.getAnimations().some(moves)) changed = now;
        const over = now - begun > patience;
        if (now - changed < still && !over) { setTimeout(look, 50); return; }
        moved.disconnect();
        over ? failed(new Error('the page came to no rest')) : done();
    };
    look();
})"""


def rest(page: sync_api.Page) -> None:
    """Wait until the page's script has run and nothing on the page changes any more."""
    page.evaluate(AT_REST, [300, WAIT_MS])


@dataclass
class Server:
    """A running page and the folder it is served from."""

    url: str
    folder: Path
    log: Path


@dataclass
class Watched:
    """A browser page and what it asked of the network or complained about."""

    page: sync_api.Page
    outside: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def map(self) -> sync_api.FrameLocator:
        return self.page.frame_locator("iframe[src*='streamlit_folium']").first

    @property
    def map_frame(self) -> sync_api.Frame:
        return next(frame for frame in self.page.frames if "streamlit_folium" in frame.url)

    def rest(self) -> None:
        """Wait until a page of the app is whole: its foot, and the zones of a map that it shows."""
        self.page.locator(".foot").wait_for(state="attached", timeout=WAIT_MS)
        rest(self.page)
        if self.page.locator("iframe[src*='streamlit_folium']").count():
            self.map.locator(".atlas-label-zone").first.wait_for(state="attached", timeout=WAIT_MS)
            rest(self.page)

    def wait_for_map(self) -> None:
        """Wait until zones are drawn and the frame has taken its height."""
        self.map.locator(".atlas-label-zone").first.wait_for(timeout=WAIT_MS)
        self.map_frame.evaluate(
            """async () => {
                let last = -1;
                while (last !== innerHeight) {
                    last = innerHeight;
                    await new Promise((done) => setTimeout(done, 700));
                }
            }"""
        )


def find_chromium() -> str | None:
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@contextmanager
def streamlit_server(script: Path, *, folder: Path) -> Iterator[Server]:
    """Run ``streamlit run script`` in ``folder`` on a free port until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.address=127.0.0.1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [*command, f"--server.port={port}"], cwd=folder, env=environment, stdout=out, stderr=out
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_healthy(process, url, log)
            yield Server(url, folder, log)
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_until_healthy(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


def lay_out(script: Path, folder: Path) -> Path:
    """Put a test page where the application would stand: beside static/ and .streamlit/."""
    if not (ROOT / "static" / "vendor" / "contents.json").is_file():
        pytest.fail("static/vendor is empty: run scripts/vendor_assets.py first")
    shutil.copytree(ROOT / "static", folder / "static")
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
    return Path(shutil.copy(script, folder / script.name))


@pytest.fixture(scope="session")
def chromium() -> Iterator[sync_api.Browser]:
    program = find_chromium()
    if program is None:
        message = "no Chromium found: NONE OF THE BROWSER TESTS RAN"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def map_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the map alone, once for all tests."""
    folder = tmp_path_factory.mktemp("map-alone")
    with streamlit_server(lay_out(APPS / "map_alone.py", folder), folder=folder) as server:
        yield server


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the whole app, once for all tests; its temporary files have a folder of their own."""
    folder = tmp_path_factory.mktemp("app")
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
    (folder / "tmp").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder / "tmp"))
        with streamlit_server(ROOT / "app.py", folder=folder) as server:
            yield server


@pytest.fixture
def visit(open_page: Callable[..., Watched], app: Server) -> Iterator[Callable[..., Watched]]:
    """Return a function that opens a page of the app and waits until it rests.

    Whatever is done there asks nothing of the network and breaks no script.
    """
    visited = []

    def visit_one(address: str = "", *, viewport: dict[str, int] = DESKTOP) -> Watched:
        watched = open_page(f"{app.url}/{address}", viewport=viewport)
        visited.append(watched)
        watched.rest()
        return watched

    yield visit_one
    assert [(watched.outside, watched.errors) for watched in visited] == [([], [])] * len(visited)


@pytest.fixture
def open_page(chromium: sync_api.Browser) -> Iterator[object]:
    """Return a function that opens an address in a fresh profile and watches it."""
    contexts = []

    def open_one(url: str, *, viewport: dict[str, int] = DESKTOP) -> Watched:
        context = chromium.new_context(viewport=viewport, locale="zh-CN")
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        watched = Watched(context.new_page())
        context.route(OUTSIDE, lambda route: refuse(route, watched))
        context.on("request", lambda request: record(request.url, watched))
        watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
        watched.page.goto(url)
        return watched

    yield open_one
    for context in contexts:
        context.close()


def record(url: str, watched: Watched) -> None:
    """Take down what is asked of this machine."""
    address = urlsplit(url)
    if address.hostname and not OUTSIDE.match(url):
        watched.inside.append(address.path)


def refuse(route: sync_api.Route, watched: Watched) -> None:
    """Record and refuse a request to any other machine."""
    watched.outside.append(route.request.url)
    route.abort()
