"""A program that does in the guarded process what a hostile file would have a reader do.

It is the product's own child with another examination, or with one guard switched off; which one, the
test that writes the program says, or the variable by which the suite shows that each guard is needed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CHILD = ROOT / "spatial" / "importing" / "isolation" / "child.py"
SWITCHED_OFF = "TEST_GUARD_OFF"


def guards_off() -> set[str]:
    """Return the guards that this run of the suite is without."""
    return set(os.environ.get(SWITCHED_OFF, "").split())


def write_program(folder: Path, *, off: tuple[str, ...] = (), probes: bool = True) -> Path:
    """Write a program for `spatial.importing.isolation.watch` to start, and return its path."""
    path = folder / "program.py"
    without = sorted({*off, *guards_off()})
    path.write_text(
        "import importlib.util\n"
        f"spec = importlib.util.spec_from_file_location('probe_program', {str(Path(__file__))!r})\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
        f"module.start({without!r}, probes={probes!r})\n",
        encoding="utf-8",
    )
    return path


def start(off: list[str], *, probes: bool) -> None:
    """Be the child, without some guards."""
    spec = importlib.util.spec_from_file_location("guarded_child", CHILD)
    child = importlib.util.module_from_spec(spec)
    sys.modules["guarded_child"] = child
    spec.loader.exec_module(child)
    for guard in off:
        SWITCHES[guard](child)
    load = child._load_library

    def load_without():
        load()
        for guard in off:
            LIBRARY_SWITCHES.get(guard, lambda: None)()

    child._load_library = load_without
    sys.exit(
        child.main(child.Steps(examine=probe if probes else None, bound=child.bound, forbid=child.forbid))
    )


def probe(path, *, name, settings, limits, progress):
    """Do what ``name`` says with the arguments that stand in the file."""
    from spatial.importing.model import Examination

    progress("guard.without_files", 0.5)
    found = PROBES[name](**json.loads(path.read_bytes()))
    return (
        found
        if isinstance(found, Examination)
        else Examination(name=name, kind="", sha256="", details={"found": found})
    )


# What a guard's absence is: nothing set, nothing checked.


def _without(module: str, function: str, result: object):
    def switch(child) -> None:
        setattr(child.guard_module(module), function, lambda *_: result)

    return switch


def _without_limits_of_process(child) -> None:
    module = child.guard_module("process_limits")
    module.bound_process = lambda *_: {"cpu": False, "file_size": False}


SWITCHES = {
    "network": _without("network", "leave_network", False),
    "files": _without("file_access", "confine_files", False),
    "audit": _without("audit", "install", None),
    "memory": _without("process_limits", "bound_memory", False),
    "process": _without_limits_of_process,
    "time": _without_limits_of_process,
    "drivers": lambda child: None,
    "limits": lambda child: None,
    "count": lambda child: None,
    "escape": lambda child: None,
}


def _no_limits() -> None:
    from spatial.limits import Limits

    Limits.check = lambda *_: None


def _no_count() -> None:
    from spatial.importing.model import ImportResult

    ImportResult.__post_init__ = lambda _: None


def _no_drivers() -> None:
    from spatial.importing.isolation import drivers

    drivers.assert_drivers = lambda: None


LIBRARY_SWITCHES = {"limits": _no_limits, "count": _no_count, "drivers": _no_drivers}


# What a hostile file would have done.


def _read(path: str) -> str:
    with open(path, "rb") as source:  # noqa: PTH123 - the plainest way
        return source.read().decode()


def _read_natively(path: str) -> int:
    import pyarrow as pa

    with pa.OSFile(path) as source:
        return len(source.read())


def _write(path: str) -> str:
    Path(path).write_text("changed", encoding="utf-8")
    return "written"


def _write_natively(path: str) -> str:
    import pyarrow as pa

    with pa.OSFile(path, "wb") as sink:
        sink.write(b"changed")
    return "written"


def _listing(path: str) -> list[str]:
    return sorted(os.listdir(path))  # noqa: PTH208


def _connect(port: int) -> str:
    import socket

    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(b"GET /probe HTTP/1.0\r\n\r\n")
        return line.recv(100).decode()


def _fetch_natively(port: int) -> str:
    """Ask through GDAL, with every proxy and refusal of its configuration taken back."""
    os.environ.update(dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), ""))
    import pyogrio

    own = {"GDAL_HTTP_PROXY": "", "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "gpkg", "GDAL_HTTP_TIMEOUT": "5"}
    pyogrio.set_gdal_config_options(own)
    pyogrio.read_dataframe(f"/vsicurl/http://127.0.0.1:{port}/native.gpkg")
    return "fetched"


def _start(program: str) -> int:
    import subprocess

    return subprocess.run([program], check=False).returncode


def _fork() -> int:
    return os.fork()


def _execute(program: str) -> None:
    os.execv(program, [program])  # noqa: S606


def _foreign_code() -> str:
    import ctypes

    return str(ctypes.CDLL(None))


def _unpickle() -> str:
    import pickle

    return str(pickle.loads(b"cos\ngetcwd\n(tR."))  # noqa: S301


def _allocate(megabytes: int) -> int:
    held = [bytearray(b"x" * 10_000_000) for _ in range(megabytes // 10)]
    return len(held)


def _allocate_natively(megabytes: int) -> float:
    import numpy as np

    return float(np.ones(megabytes * 125_000).sum())


def _spin(seconds: float) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(1000))
    return "spun"


def _sleep(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def _fill(megabytes: int) -> str:
    with open("huge", "wb") as sink:  # noqa: PTH123
        sink.writelines(bytes(1_000_000) for _ in range(megabytes))
    return "filled"


def _die(number: int) -> None:
    os.abort() if number == 6 else os._exit(number)


def _crash() -> None:
    raise ZeroDivisionError("/srv/secret/path")


def _refuse() -> None:
    from spatial.errors import UndecidedError
    from spatial.importing.model import Choice, Question
    from spatial.notice import Notice
    from spatial.text import TextKey

    why = Notice("error.limit_rows", {"value": 3, "allowed": 2, "setting": TextKey("error.system_full")})
    asked = Question(what="crs", why=why, flag="--points-crs", choices=(Choice("wgs84", why, 0.5),))
    raise UndecidedError("guard.reader_stopped", questions=(asked,), name="甲")


def _environment() -> dict[str, str]:
    return dict(os.environ)


def _flood() -> str:
    for _ in range(30_000):
        os.write(3, b"x" * 999 + b"\n")
    return "flooded"


def _drivers() -> list[str]:
    import pyogrio

    return sorted(pyogrio.list_drivers())


def _open_definition(words: str) -> int:
    import pyogrio

    Path("rows.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    Path("layer.shp").write_text(words, encoding="utf-8")
    return len(pyogrio.read_dataframe("layer.shp"))


def _result(n_in: int, n_used: int, labels: list[int]):
    import geopandas as gpd
    import pandas as pd
    from shapely.geometry import Point

    from spatial.importing.model import REJECTED_COLUMNS, Encoding, Examination, ImportResult, Subject

    points = [Point(113 + row, 23) for row in labels]
    frame = gpd.GeoDataFrame(
        {"name": ["甲" for _ in labels]}, geometry=points, crs="EPSG:4490", index=pd.Index(labels, name="row")
    )
    result = ImportResult(
        subject=Subject.POINTS,
        name="a.csv",
        frame=frame,
        n_in=n_in,
        n_used=n_used,
        rejected=pd.DataFrame([(9, "x", "?", "error.empty_file")], columns=list(REJECTED_COLUMNS)),
        rejected_source=pd.DataFrame({"x": ["?"]}),
        row_unit="line",
        crs="wgs84",
        encoding=Encoding("utf-8", "strict"),
        decisions=(),
        columns={"name": "名称"},
    )
    return Examination(name="a.csv", kind="CSV", sha256="0", headers=("x",), sample=(("1",),), result=result)


def _examine_all(files: dict[str, str]) -> dict[str, str]:
    """Examine each file as the product does; what comes out of each as text."""
    import base64

    return {name: _everything(name, base64.b64decode(data)) for name, data in files.items()}


def _everything(name: str, data: bytes) -> str:
    from spatial.errors import AtlasError
    from spatial.importing.examine import examine
    from spatial.importing.model import ImportSettings, Subject
    from spatial.limits import DEFAULT_LIMITS

    path = Path(f"{abs(hash(name)):x}{Path(name).suffix}")
    path.write_bytes(data)
    settings = ImportSettings(subject=Subject.FEATURES, crs="wgs84")
    told = lambda *_: None  # noqa: E731
    try:
        found = examine(path.absolute(), name=name, settings=settings, limits=DEFAULT_LIMITS, progress=told)
    except AtlasError as refusal:
        return f"refused {refusal.key} {refusal.message('zh')} {refusal.message('en')}"
    except Exception as fault:  # noqa: BLE001 - told apart by the test
        return f"broke {type(fault).__name__} {fault}"
    result = found.result
    tables = [result.frame.to_csv(), result.rejected_source.to_csv()] if result else []
    return " ".join(["examined", repr(found), *tables])


PROBES = {
    name.removeprefix("_"): function
    for name, function in list(globals().items())
    if name.startswith("_") and not name.startswith(("__", "_without", "_no_")) and callable(function)
}
