"""The process of one examination, watched from its start to its end; the caller's thread sleeps meanwhile."""

from __future__ import annotations

import compileall
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, Final

from spatial.importing.isolation.environment import child_environment
from spatial.importing.isolation.turns import turn
from spatial.text import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spatial.importing.model import Progress
    from spatial.limits import Limits

__all__ = ["Ended", "ExaminationCancelledError", "watch"]

_PROGRAM: Final = Path(__file__).with_name("child.py")
_LIBRARY: Final = Path(__file__).parents[2]
_LOOK_EVERY_S: Final = 0.05
_LAST_LINES_S: Final = 1.0
_LONGEST_LINE: Final = 1024
_MOST_LINES: Final = 10_000
_PEAK: Final = "VmHWM:"
_NOW: Final = "VmRSS:"
_KIB: Final = 1024


class ExaminationCancelledError(Exception):
    """The caller wanted no more of it; nothing is left behind."""


@dataclass(kw_only=True)
class Ended:
    """How a process ended, and what it took.

    ``ran_out_of`` is the limit for which it was ended from outside; ``exit_code`` is negative where a
    signal ended it.
    """

    exit_code: int = 0
    ran_out_of: str | None = None
    enforced: Mapping[str, bool] = field(default_factory=dict)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_bytes: int = 0


def watch(
    job: dict[str, Any],
    limits: Limits,
    *,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Ended:
    """Start the process, hand it the job, and wait for its end or for a reason to end it.

    Raises
    ------
    ExaminationCancelledError
        If ``cancelled`` said so.
    """
    _compile_program()
    with turn(lambda: _heed_cancelling(cancelled)):
        return _watch(job, limits, on_progress=on_progress, cancelled=cancelled)


def _watch(
    job: dict[str, Any],
    limits: Limits,
    *,
    on_progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> Ended:
    """Run the process, once it is this caller's turn."""
    command = [sys.executable, "-I", "-B", "-X", "utf8", str(_PROGRAM)]
    started = time.monotonic()
    ended = Ended()
    process = subprocess.Popen(  # noqa: S603 - our own script in an environment of its own
        command,
        cwd=job["folder"],
        env=child_environment(Path(job["folder"])),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        lines = _hand_over(process, job)
        deadline = _deadline(started, limits)
        while not _is_over(process, ended):
            _heed(lines, ended, on_progress)
            _look_at_memory(process, ended, limits)
            _heed_cancelling(cancelled)
            if time.monotonic() > deadline:
                ended.ran_out_of = "seconds"
            if ended.ran_out_of is not None:
                break
        else:
            _heed_rest(lines, ended, on_progress)
    finally:
        _end(process, ended)
    ended.seconds = time.monotonic() - started
    return ended


def _heed_cancelling(cancelled: Callable[[], bool] | None) -> None:
    """Give up where the caller says so."""
    if cancelled is not None and cancelled():
        raise ExaminationCancelledError


@cache
def _compile_program() -> None:
    """Have the program compiled once: the process that runs it may write nowhere but in its folder."""
    with suppress(OSError):
        compileall.compile_dir(_LIBRARY, quiet=2)


def _deadline(started: float, limits: Limits) -> float:
    """Return when the process must have ended."""
    return started + limits.seconds


def _hand_over(process: subprocess.Popen[bytes], job: dict[str, Any]) -> SimpleQueue[bytes | None]:
    """Write the job to the process, and return the queue into which its lines come."""
    lines: SimpleQueue[bytes | None] = SimpleQueue()
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("pipes")
    Thread(target=_collect, args=(process.stdout, lines), daemon=True).start()
    with suppress(OSError), process.stdin:
        process.stdin.write(json.dumps(job).encode() + b"\n")
    return lines


def _collect(source: IO[bytes], lines: SimpleQueue[bytes | None]) -> None:
    """Put lines into the queue until there are no more; one that floods us is no longer listened to."""
    with suppress(OSError, ValueError):
        for _ in range(_MOST_LINES):
            line = source.readline(_LONGEST_LINE)
            if not line:
                break
            lines.put(line)
    lines.put(None)


def _heed(lines: SimpleQueue[bytes | None], ended: Ended, on_progress: Progress | None) -> None:
    """Wait a moment for a line, and take every one that has come."""
    with suppress(Empty):
        line = lines.get(timeout=_LOOK_EVERY_S)
        while line is not None:
            _take(line, ended, on_progress)
            line = lines.get_nowait()
        time.sleep(_LOOK_EVERY_S)  # no more will come; the process is about to end


def _heed_rest(lines: SimpleQueue[bytes | None], ended: Ended, on_progress: Progress | None) -> None:
    """Take the lines that a process left which has ended."""
    with suppress(Empty):
        while (line := lines.get(timeout=_LAST_LINES_S)) is not None:
            _take(line, ended, on_progress)


def _take(line: bytes, ended: Ended, on_progress: Progress | None) -> None:
    """Take one line: the guards that stand, or how far the work is; anything else is passed over."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return
    if not isinstance(said, dict):
        return
    enforced = said.get("enforced")
    if isinstance(enforced, dict) and not ended.enforced:
        ended.enforced = {str(guard): held is True for guard, held in enforced.items()}
    stage, share = said.get("stage"), said.get("share")
    if on_progress is None or not isinstance(share, float) or not isinstance(stage, str):
        return
    if stage in catalogue() and 0.0 <= share <= 1.0:
        on_progress(stage, share)


def _is_over(process: subprocess.Popen[bytes], ended: Ended) -> bool:
    """Return whether the process has ended, and note what it took."""
    if process.returncode is not None:
        return True
    if os.name != "posix":
        return process.poll() is not None
    # Our own wait: it tells what this one process took.
    found, status, usage = os.wait4(process.pid, os.WNOHANG)
    if found == 0:
        return False
    process.returncode = os.waitstatus_to_exitcode(status)
    ended.cpu_seconds = usage.ru_utime + usage.ru_stime
    return True


def _look_at_memory(process: subprocess.Popen[bytes], ended: Ended, limits: Limits) -> None:
    """Note the most memory that the process took; more than it may have ends it."""
    with suppress(OSError, ValueError):
        words = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace").split()
        ended.peak_bytes = max(ended.peak_bytes, int(words[words.index(_PEAK) + 1]) * _KIB)
        if int(words[words.index(_NOW) + 1]) * _KIB > limits.memory_bytes:
            ended.ran_out_of = "memory_bytes"


def _end(process: subprocess.Popen[bytes], ended: Ended) -> None:
    """End the process and all that it may have started, and wait until it is gone."""
    if not _is_over(process, ended):
        with suppress(ProcessLookupError, PermissionError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            process.kill()
        while not _is_over(process, ended):
            time.sleep(_LOOK_EVERY_S / 10)
    ended.exit_code = process.returncode
    if process.stdout is not None:
        process.stdout.close()
