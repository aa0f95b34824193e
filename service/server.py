"""Serve the layers of one package with pygeoapi until told to stop; runs in the service's own environment.

``python -m spatial serve`` starts this script with the folder that `spatial.export.ogc_api` wrote. It
writes the OpenAPI document, listens, prints one line, and ends when its standard input closes: then the
process that started it has stopped, in whatever way.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import re
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyproj
import shapely
import waitress
from api_definition import mended
from request_guard import guarded

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

HERE = Path(__file__).resolve().parent
READY = "ready"
THREADS = 4
BODY_BYTES = 1_000_000
"""Nothing is written through the service, so a request needs no body."""
EDGE_POINTS = 21
MOST_ENDS = 2
INSTANT = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?")
OPEN_END = ("", "..")
KEPT = threading.local()
"""Transformers of each thread, by the systems they join."""


def main() -> int:
    """Serve until standard input closes or SIGTERM; return a process exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    # The first line of standard output says that the service listens. pygeoapi logs there too, and a pipe
    # that nobody reads would fill and stop it.
    told = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # Ctrl-C reaches both processes of a terminal; the one that started this decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    application = guarded(load_application(options.folder))
    server = waitress.create_server(
        application,
        host=options.host,
        port=options.port,
        threads=THREADS,
        max_request_body_size=BODY_BYTES,
        ident=None,
    )
    threading.Thread(target=end_with_input, args=(options.folder,), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(READY, file=told, flush=True)
    server.run()
    return 0


def end_with_input(folder: Path) -> None:
    """End this process when standard input closes; the kernel closes it whatever befell the parent.

    A parent that says nothing before was killed, and could not remove the folder of the service.
    """
    if not sys.stdin.buffer.read():
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def load_application(folder: Path) -> Callable[..., Any]:
    """Return pygeoapi's application for the configuration in ``folder``."""
    config, document = folder / "pygeoapi.json", folder / "openapi.json"
    sys.path.insert(0, str(HERE))
    os.environ.update(PYGEOAPI_CONFIG=str(config), PYGEOAPI_OPENAPI=str(document))
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)

    from pygeoapi.api import itemtypes  # noqa: PLC0415 - reads the environment when it is imported
    from pygeoapi.openapi import get_oas  # noqa: PLC0415

    put_in_place(systems_module(), "get_transform_from_crs", transform_between)
    put_in_place(itemtypes, "transform_bbox", transform_bbox)
    put_in_place(itemtypes, "validate_datetime", validate_datetime)
    definition = mended(get_oas(json.loads(config.read_text(encoding="utf-8"))))
    document.write_text(json.dumps(definition, ensure_ascii=False, default=str), encoding="utf-8")

    from pygeoapi.flask_app import APP  # noqa: PLC0415

    return APP


def systems_module() -> ModuleType:
    """Return pygeoapi's module of reference systems, which 0.22 gave a place of its own."""
    try:
        return importlib.import_module("pygeoapi.crs")
    except ImportError:
        return importlib.import_module("pygeoapi.util")


def put_in_place(module: ModuleType, name: str, function: Callable[..., Any]) -> None:
    """Put a function in place of pygeoapi's; raise where a new version no longer has it."""
    if not hasattr(module, name):
        msg = f"{module.__name__} has no {name}: this version of pygeoapi is not known here"
        raise AttributeError(msg)
    setattr(module, name, function)


def transform_between(
    source: pyproj.CRS,
    target: pyproj.CRS,
    always_xy: bool = False,  # noqa: FBT001, FBT002 - pygeoapi's
) -> Callable[[Any], Any]:
    """Return the function that carries a geometry over.

    pygeoapi builds a transformer for every request, a third of a second for CGCS2000 to CRS84.
    """
    transformer = transformer_between(source.to_wkt(), target.to_wkt(), always_xy=always_xy)
    return lambda shape: shapely.transform(shape, transformer.transform, interleaved=False)


def transformer_between(source: str, target: str, *, always_xy: bool) -> pyproj.Transformer:
    """Return a transformer of this thread's own, for pyproj's must not be shared between threads."""
    key = (source, target, always_xy)
    if key not in KEPT.__dict__:
        KEPT.__dict__[key] = pyproj.Transformer.from_crs(source, target, always_xy=always_xy)
    return KEPT.__dict__[key]


def transform_bbox(bbox: list[float], from_crs: str, to_crs: str) -> list[float]:
    """Return the window in another reference system, grown to hold all of the given one.

    pygeoapi carries over two of the four corners: a window in Gauss-Krueger coordinates then loses a
    strip, for its grid is turned against the meridians.
    """
    half = len(bbox) // 2
    corners = (bbox[0], bbox[1], bbox[half], bbox[half + 1])
    if from_crs == to_crs:
        return list(corners)
    transformer = transformer_between(crs_of(from_crs), crs_of(to_crs), always_xy=False)
    return list(transformer.transform_bounds(*corners, densify_pts=EDGE_POINTS))


def crs_of(uri: str) -> str:
    """Return the short name of an address such as ``http://www.opengis.net/def/crs/EPSG/0/4547``."""
    authority, _, code = uri.split("/")[-3:]
    return f"{authority}:{code}"


def validate_datetime(_: object, datetime_: str | None = None) -> str | None:
    """Return the time asked for, each end an ISO date, a date-time or open.

    pygeoapi refuses a time outside the layer's period, which should give no feature instead, and fails
    with status 500 at numbers that dateutil cannot hold.
    """
    if datetime_ is None:
        return None
    ends = datetime_.split("/")
    interval = len(ends) == MOST_ENDS
    if len(ends) > MOST_ENDS or not all(
        INSTANT.fullmatch(end) or (interval and end in OPEN_END) for end in ends
    ):
        msg = "datetime is a date, a date-time or an interval of them"
        raise ValueError(msg)
    return datetime_


if __name__ == "__main__":
    sys.exit(main())
