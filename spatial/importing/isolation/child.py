"""The process that opens one file and examines it: first the guards, then the libraries, then the file.

It is started as a script by `run`, which hands it the job on its input as one line of JSON. It answers on
its output with lines of JSON, and leaves what it found in its folder.
"""

from __future__ import annotations

import errno
import importlib
import importlib.util
import json
import mimetypes
import os
import sys
import time
import traceback
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import TextIO

    from spatial.importing.model import Examination

_HERE: Final = Path(__file__).resolve().parent
_ROOT: Final = _HERE.parents[2]
_LIBRARY: Final = "spatial"
_ROOM: Final = "spatial.importing.isolation"
_LONGEST_FAULT: Final = 20_000
_BETWEEN_LINES_S: Final = 0.1
DONE, REFUSED_TO_RUN = 0, 3
_LIMITS_OF_SYSTEM: Final = {errno.EFBIG: "unpacked_bytes", errno.ENOMEM: "memory_bytes"}


@cache
def guard_module(name: str) -> ModuleType:
    """Load a guard by its file: to load it out of the library would load libraries that start threads."""
    spec = importlib.util.spec_from_file_location(f"_guard_{name}", _HERE / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def enclose(job: dict[str, Any]) -> dict[str, bool]:
    """Set the guards of the kernel, before anything is loaded; say which of them hold."""
    limits = guard_module("process_limits")
    job["account"] = limits.open_account()
    held: dict[str, bool] = {"network": guard_module("network").leave_network()}
    held["files"] = guard_module("file_access").confine_files(readable(job), Path(job["folder"]))
    held.update(limits.bound_process(job["limits"]))
    limits.drop_privileges()
    return held


def readable(job: dict[str, Any]) -> list[Path]:
    """Return what may be read: the program, and the plan pack that the job names by its folder."""
    named: list[Path] = guard_module("file_access").program_folders(_ROOT)
    return [*named, *map(Path, job["readable"])]


def bound(job: dict[str, Any]) -> bool:
    """Bound the memory, on top of what the loaded libraries have reserved."""
    limits = guard_module("process_limits")
    held: bool = limits.bound_memory(job["limits"]["memory_bytes"], job.get("account"))
    return held


def forbid(job: dict[str, Any]) -> None:
    """Have Python refuse what no reader does."""
    guard_module("audit").install(readable(job), Path(job["folder"]))


def _load_library() -> None:
    """Load the library by its place: the folder around it, with all else that lies there, is closed."""
    mimetypes.knownfiles.clear()  # a library asks for them, and they are files of the system
    folder = _ROOT / _LIBRARY
    spec = importlib.util.spec_from_file_location(
        _LIBRARY, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(_LIBRARY)
    sys.modules[_LIBRARY] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


class Steps(NamedTuple):
    """What the process does, in this order."""

    enclose: Callable[[dict[str, Any]], dict[str, bool]] = enclose
    bound: Callable[[dict[str, Any]], bool] = bound
    forbid: Callable[[dict[str, Any]], None] = forbid
    examine: Callable[..., Examination] | None = None


def main(steps: Steps | None = None) -> int:
    """Run the job that stands on the input; `DONE` whenever its folder says how it ended."""
    job = json.loads(sys.stdin.buffer.readline())
    lines = _take_output()
    guard_module("process_limits")  # needed once there is no memory left to load it
    try:
        return _run(job, steps or Steps(), lines)
    except MemoryError:
        _give_up(job, "memory_bytes")
    except OSError as fault:
        if fault.errno in _LIMITS_OF_SYSTEM:
            _give_up(job, _LIMITS_OF_SYSTEM[fault.errno])
        else:
            _fail(job)
    except BaseException:  # noqa: BLE001 - whatever it is, the parent words it
        _fail(job)
    return DONE


def _run(job: dict[str, Any], steps: Steps, lines: TextIO) -> int:
    """Set the guards, load the libraries, hold them to their drivers, and only then look at the file."""
    os.chdir(job["folder"])
    sys.dont_write_bytecode = True
    warnings.simplefilter("ignore")
    held = steps.enclose(job)
    _load_library()
    drivers = importlib.import_module(f"{_ROOM}.drivers")
    work = importlib.import_module(f"{_ROOM}.work")
    try:
        drivers.assert_drivers()
    except drivers.DriversError:
        return REFUSED_TO_RUN
    examine = steps.examine or work.examiner(job.get("task"))
    held["drivers"] = True
    held["memory"] = steps.bound(job)
    steps.forbid(job)
    _say(lines, {"enforced": held})
    if job["path"] is not None:  # without one, the guards alone were asked for
        work.run(job, examine, _progress(lines))
    return DONE


def _take_output() -> TextIO:
    """Return the output for our own lines; what a library prints goes the way of its errors."""
    lines = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    return lines


def _say(lines: TextIO, message: dict[str, Any]) -> None:
    lines.write(json.dumps(message) + "\n")
    lines.flush()


def _progress(lines: TextIO) -> Callable[[str, float], None]:
    """Return what tells the parent how far the work is, not more often than anyone can see."""
    told: dict[str, float] = {}

    def tell(stage: str, share: float) -> None:
        now = time.monotonic()
        if now - told.get(stage, -_BETWEEN_LINES_S) < _BETWEEN_LINES_S:
            return
        told[stage] = now
        _say(lines, {"stage": str(stage), "share": float(share)})

    return tell


def _give_up(job: dict[str, Any], limit: str) -> None:
    """Tell the parent which limit ended the work."""
    guard_module("process_limits").spare_memory()
    _leave(job, {"limit": limit})


def _fail(job: dict[str, Any]) -> None:
    """Leave what went wrong for the parent's log: nobody is shown it."""
    _leave(job, {"fault": traceback.format_exc()[-_LONGEST_FAULT:]})


def _leave(job: dict[str, Any], document: dict[str, str]) -> None:
    Path(job["folder"], "outcome.json").write_text(json.dumps(document), encoding="ascii")


if __name__ == "__main__":
    sys.exit(main())
