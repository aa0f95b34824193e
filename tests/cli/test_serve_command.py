"""``serve``: what it refuses, that it says where it listens, and that nothing is left when it stops."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from spatial.cli import serve
from spatial.cli.options import Parser
from spatial.errors import PackageError, ServiceError, UsageError
from tests.export.small_content import small_content

if TYPE_CHECKING:
    from pathlib import Path

SERVER = """
import json, sys
from pathlib import Path
folder = Path(sys.argv[1])
Path({record!r}).write_text(json.dumps([sys.argv[1:], sorted(path.name for path in folder.iterdir())]))
print("ready", flush=True)
sys.stdin.buffer.read()
Path({record!r}).with_name("ended").touch()
"""


@pytest.fixture
def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def room(tmp_path, monkeypatch):
    """Stand in for the service's environment and script; the package is opened without a file."""
    python = tmp_path / "environment" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    service = tmp_path / "service"
    service.mkdir()
    (service / "server.py").write_text(SERVER.format(record=str(tmp_path / "record")), encoding="utf-8")
    folders = tmp_path / "folders"
    folders.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folders))
    monkeypatch.setattr(serve, "ENVIRONMENT", tmp_path / "environment")
    monkeypatch.setattr(serve, "_SERVICE", service)
    monkeypatch.setattr(serve, "open_package", lambda _, limits: small_content())
    return tmp_path


def called(*words: object, lang: str = "zh") -> argparse.Namespace:
    parser = Parser(lang, prog="serve")
    serve.add_options(parser, lang)
    return argparse.Namespace(**vars(parser.parse_args([str(word) for word in words])), lang=lang)


def run_until(room: Path, options: argparse.Namespace, number: int) -> tuple[int, str]:
    """Run the verb and send this process a signal once the stand-in has started."""

    def stop() -> None:
        deadline = time.monotonic() + 30
        while not (room / "record").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.2)
        os.kill(os.getpid(), number)

    stopper = threading.Thread(target=stop)
    stopper.start()
    out = io.StringIO()
    code = serve.run(options, out, io.StringIO())
    stopper.join()
    return code, out.getvalue()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop_and_leaves_nothing(room, free_port, number):
    before = signal.getsignal(signal.SIGTERM)
    code, said = run_until(room, called("package.zip", "--port", free_port), number)
    arguments, files = json.loads((room / "record").read_text(encoding="utf-8"))
    assert code == 0
    assert f"http://127.0.0.1:{free_port}" in said
    assert "Ctrl+C" in said
    assert said.endswith("服务已停止。\n")
    assert arguments[1:] == ["--host", "127.0.0.1", "--port", str(free_port)]
    assert "pygeoapi.json" in files
    assert (room / "ended").exists()
    assert not list((room / "folders").iterdir())
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_service_that_does_not_listen_to_its_input_is_ended(room, free_port, monkeypatch):
    script = room / "service" / "server.py"
    deaf = script.read_text(encoding="utf-8").replace(
        "sys.stdin.buffer.read()", "import time; time.sleep(60)"
    )
    script.write_text(deaf, encoding="utf-8")
    monkeypatch.setattr(serve, "_STOP_SECONDS", 0.2)
    begun = time.monotonic()
    code, _ = run_until(room, called("package.zip", "--port", free_port), signal.SIGTERM)
    assert code == 0
    assert time.monotonic() - begun < 30


def test_links_start_with_the_address_that_was_given(room, free_port):
    words = ("package.zip", "--port", free_port, "--url", "http://atlas.example:80/", "--host", "127.0.0.1")
    code, said = run_until(room, called(*words, lang="en"), signal.SIGTERM)
    assert code == 0
    assert "http://atlas.example:80/openapi?f=json" in said


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import sys\nsys.exit('pygeoapi is not there')", "pygeoapi is not there"),
        ("print('ready', flush=True)", "exit 0"),
    ],
)
def test_a_service_that_ends_by_itself_is_one_sentence(room, free_port, script, reason):
    (room / "service" / "server.py").write_text(script, encoding="utf-8")
    with pytest.raises(ServiceError) as caught:
        serve.run(called("package.zip", "--port", free_port), io.StringIO(), io.StringIO())
    assert reason in caught.value.message("zh")
    assert caught.value.exit_code == 3
    assert not list((room / "folders").iterdir())


def test_a_missing_environment_names_what_makes_it(room, free_port, monkeypatch):
    monkeypatch.setattr(serve, "ENVIRONMENT", room / "nowhere")
    with pytest.raises(ServiceError, match="make setup-serve"):
        serve.run(called("package.zip", "--port", free_port), io.StringIO(), io.StringIO())


def test_a_taken_port_is_named(room, free_port):
    with closing(socket.create_server(("127.0.0.1", free_port))):
        with pytest.raises(ServiceError) as caught:
            serve.run(called("package.zip", "--port", free_port), io.StringIO(), io.StringIO())
        assert caught.value.key == "service.port_taken"
        assert str(free_port) in caught.value.message("en")


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "甲" * 70])
def test_an_address_of_another_machine_is_refused(room, free_port, host):
    with pytest.raises(ServiceError) as caught:
        serve.run(called("package.zip", "--port", free_port, "--host", host), io.StringIO(), io.StringIO())
    assert caught.value.key == "service.cannot_listen"


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (("--port", "0"), "service.bad_port"),
        (("--port", "65536"), "service.bad_port"),
        (("--host", "0.0.0.0"), "service.needs_url"),  # noqa: S104
        (("--host", "::"), "service.needs_url"),
        (("--url", "ftp://atlas.example"), "service.bad_url"),
    ],
)
def test_calls_that_cannot_be_meant(room, words, key):
    with pytest.raises(UsageError) as caught:
        serve.run(called("package.zip", *words), io.StringIO(), io.StringIO())
    assert caught.value.key == key


def test_an_address_of_the_newer_kind_stands_in_brackets():
    assert serve._address(called("package.zip", "--host", "::1")) == "http://[::1]:5000"


def test_a_missing_package_is_one_sentence(tmp_path):
    with pytest.raises(PackageError) as caught:
        serve.run(called(tmp_path / "nowhere.zip"), io.StringIO(), io.StringIO())
    assert "nowhere.zip" in caught.value.message("zh")
    assert "\n" not in caught.value.message("zh")
