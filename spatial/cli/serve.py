"""``serve``: offer the layers of a package to other programs as OGC API - Features."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import spatial
from spatial.cli.inputs import limits_in_force
from spatial.errors import ServiceError, UsageError
from spatial.export.ogc_api import write_service_files
from spatial.export.opened_package import open_package
from spatial.text import text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from types import FrameType
    from typing import TextIO

    from spatial.cli.options import Parser
    from spatial.export.model import PackageContent

__all__ = ["ENVIRONMENT", "add_options", "run"]

_ROOT: Final = Path(spatial.__file__).resolve().parent.parent
ENVIRONMENT: Final = _ROOT / ".venv-ogcapi"
"""Environment of the service, made by ``make setup-serve``: its packages are none of the library's."""
_SERVICE: Final = _ROOT / "service"

_LOOPBACK: Final = "127.0.0.1"
_ANYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - compared with, never the default
_DEFAULT_PORT: Final = 5000
_LAST_PORT: Final = 65535
_STOP_SECONDS: Final = 10
_READY: Final = b"ready"
"""What the service prints once it listens."""
_FAREWELL: Final = b"stop"
"""What the service is told by a process that is alive and removes the folder itself."""


class _Stopped(Exception):  # noqa: N818 - a request, not a fault
    """The process was asked to stop."""


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    parser.add_argument("package", metavar="PACKAGE", help=text("service.option_package", lang))
    parser.add_argument("--host", default=_LOOPBACK, help=text("service.option_host", lang))
    parser.add_argument(
        "--port", metavar="N", type=int, default=_DEFAULT_PORT, help=text("service.option_port", lang)
    )
    parser.add_argument("--url", help=text("service.option_url", lang))


def run(options: argparse.Namespace, stdout: TextIO, _stderr: TextIO) -> int:
    """Serve until Ctrl-C or SIGTERM; 0 then.

    Raises
    ------
    UsageError
        If an option cannot be meant.
    PackageError
        If the package cannot be opened.
    ServiceError
        If the service's environment is not there, its port cannot be used, or it ends by itself.
    """
    url = _address(options)
    content = open_package(Path(options.package), limits=limits_in_force())
    python = _environment_python()
    _check_port(options.host, options.port)
    with tempfile.TemporaryDirectory(prefix="atlas-service-") as name, _stop_signals():
        folder = Path(name)
        write_service_files(content, folder, url=url, templates=_SERVICE / "templates", lang=options.lang)
        with suppress(_Stopped, KeyboardInterrupt):
            _serve(python, folder, options, started=_greeting(content, url, options.lang), stdout=stdout)
    stdout.write(text("service.stopped", options.lang) + "\n")
    return 0


def _address(options: argparse.Namespace) -> str:
    """Return the address that links start with."""
    if not 1 <= options.port <= _LAST_PORT:
        raise UsageError("service.bad_port", port=str(options.port))
    if options.url is not None:
        if not options.url.startswith(("http://", "https://")):
            raise UsageError("service.bad_url", url=options.url)
        return str(options.url).rstrip("/")
    if options.host in _ANYWHERE:
        raise UsageError("service.needs_url", host=options.host, port=str(options.port))
    host = f"[{options.host}]" if ":" in options.host else options.host
    return f"http://{host}:{options.port}"


def _environment_python() -> Path:
    """Return the interpreter of the service's environment."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        raise ServiceError("service.no_environment", folder=ENVIRONMENT.name)
    return python


def _check_port(host: str, port: int) -> None:
    """Refuse a port that is taken before anything is started."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name != "nt":  # there the option lets two programs share a port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except (OSError, UnicodeError) as fault:
        taken = getattr(fault, "errno", None) == errno.EADDRINUSE
        key = "service.port_taken" if taken else "service.cannot_listen"
        raise ServiceError(key, host=host, port=str(port)) from fault


def _greeting(content: PackageContent, url: str, lang: str) -> str:
    """Return what is said once the service answers."""
    names = [layer.title.in_language(lang) for layer in content.layers if len(layer.features)]
    return text("service.started", lang, url=url, n=len(names), layers=names) + "\n"


@contextmanager
def _stop_signals() -> Iterator[None]:
    """Take SIGTERM as a wish to stop cleanly, as Ctrl-C is."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _Stopped

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _serve(python: Path, folder: Path, options: argparse.Namespace, *, started: str, stdout: TextIO) -> None:
    """Run the service until it ends, which it never does by itself."""
    command = [str(python), "-u", str(_SERVICE / "server.py"), str(folder)]
    command += ["--host", options.host, "--port", str(options.port)]
    log = folder / "service.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own script in our own environment
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        )
    try:
        if process.stdout is not None and process.stdout.readline().strip() == _READY:
            stdout.write(started)
            stdout.flush()
            process.wait()
    finally:
        _end(process)
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    reason = next((line for line in reversed(lines) if line.strip()), f"exit {process.returncode}")
    raise ServiceError("service.failed", reason=reason)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the service: it stops when its standard input closes, and is made to where it does not."""
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.write(_FAREWELL)
        with suppress(OSError):
            process.stdin.close()
    try:
        process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
