from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.importing.isolation.conftest import probe, without_a_guard  # noqa: F401 - fixtures

CANARY = "canary-that-nobody-may-read"


@pytest.fixture
def canary(tmp_path):
    """Return a file outside of everything, whose content must not come out of anything."""
    folder = tmp_path / "private"
    folder.mkdir()
    path = folder / "canary.csv"
    path.write_text(f"name,x,y\n{CANARY},113.3,23.1\n", encoding="utf-8")
    return path


class Requests(list):
    """What a server on loopback was asked for; ``port`` is where it listens."""

    port = 0


@pytest.fixture
def server():
    """Return the log of a server on loopback, which nobody may ask."""
    asked = Requests()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"answered")

        do_HEAD = do_POST = do_CONNECT = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        asked.port = listening.server_address[1]
        thread = Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield asked
        listening.shutdown()
        thread.join()
