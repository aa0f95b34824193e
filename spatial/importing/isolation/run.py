"""A file examined in a process of its own: started, watched, ended, and its outcome brought over.

Whoever calls this never opens the file. The process gets a private copy under a name of ours, and has
until the limits of time and memory; whatever becomes of it, the caller gets an examination or one
sentence.
"""

from __future__ import annotations

import json
import logging
import signal
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar
from uuid import uuid4

from spatial.errors import LimitExceededError, UnreadableFileError
from spatial.file_kinds import file_suffix
from spatial.importing.isolation.job_folder import job_folder, open_left
from spatial.importing.isolation.outcome_files import OUTCOME_FILE, read_outcome
from spatial.importing.isolation.plain_values import ForeignOutcomeError
from spatial.importing.isolation.process_limits import file_bytes
from spatial.importing.isolation.watch import Ended, ExaminationCancelledError, watch
from spatial.limits import DEFAULT_LIMITS, setting_name
from spatial.notice import Notice
from spatial.plain_files import open_plain
from spatial.system_reasons import system_reason
from spatial.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from spatial.importing.model import Examination, ImportSettings, Progress
    from spatial.limits import Limits

__all__ = [
    "GUARDS",
    "ExaminationCancelledError",
    "IsolatedRun",
    "guards_here",
    "missing_guards",
    "run_examination",
    "run_workspace_opening",
]

_Held = TypeVar("_Held")
GUARDS: Final = ("memory", "cpu", "file_size", "network", "files", "drivers")
_LOG: Final = logging.getLogger(__name__)
_LONGEST_NOTE: Final = 100_000
_PIECE_BYTES: Final = 1_048_576
_NEARLY_ALL: Final = 0.7
"""Share of its memory at which a process that breaks down is taken to have run out of it."""
_REFUSED_TO_RUN: Final = 3
_SUFFIX_LENGTH: Final = 12
_OUT_OF_MEMORY: Final = ("SIGKILL", "SIGABRT", "SIGSEGV", "SIGBUS")


@dataclass(frozen=True, kw_only=True)
class IsolatedRun:
    """What the process found, and how it ran.

    Attributes
    ----------
    examination : Examination
        The tables of its result are read when they are asked for.
    enforced : mapping
        Which of ``memory``, ``cpu``, ``file_size``, ``network``, ``files`` and ``drivers`` this system
        held the process to.
    peak_bytes : int
        Most memory that the process took, 0 where the system does not tell.
    seconds : float
        From its start to its end.
    """

    examination: Examination
    enforced: Mapping[str, bool]
    peak_bytes: int
    seconds: float

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to close: the folder of the run is gone, its tables live with their result."""


def run_examination(
    source: Path | bytes,
    *,
    name: str,
    settings: ImportSettings,
    limits: Limits,
    siblings: Sequence[Path | tuple[str, bytes]] = (),
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> IsolatedRun:
    """Examine a file in a process that can reach nothing else.

    Parameters
    ----------
    source : Path or bytes
        The file.
    name : str
        File name as the planner's system gave it: for messages, and its suffix.
    settings : ImportSettings
        What the planner states.
    limits : Limits
        Bounds of the process and of what it reads.
    siblings : sequence of Path or (str, bytes)
        The other files of a loose shapefile, by path, or by name and content.
    on_progress : callable, optional
        Told the stage and the share done.
    cancelled : callable, optional
        Asked many times a second; once it says yes the process is ended.

    Returns
    -------
    IsolatedRun

    Raises
    ------
    AtlasError
        Whatever the reader refuses the file for.
    LimitExceededError
        Naming the limit of time, memory or size that was passed.
    UnreadableFileError
        If the reader broke down.
    ExaminationCancelledError
        If ``cancelled`` said so.
    """
    with job_folder() as folder:
        path = _copy(source, folder, name=name, limits=limits, siblings=siblings)
        job: dict[str, Any] = {
            "folder": str(folder),
            "path": str(path),
            "name": name,
            "settings": {**asdict(settings), "subject": str(settings.subject)},
            "limits": asdict(limits),
            "readable": _pack_folder(settings.pack),
        }
        ended = watch(job, limits, on_progress=on_progress, cancelled=cancelled)
        examination = _outcome(folder, ended, name=name, limits=limits, read=read_outcome)
    return IsolatedRun(
        examination=examination,
        enforced=ended.enforced,
        peak_bytes=ended.peak_bytes,
        seconds=ended.seconds,
    )


def run_workspace_opening(
    source: Path | bytes, *, name: str, limits: Limits, read: Callable[[Path], _Held]
) -> _Held:
    """Open a workspace file in a process that can reach nothing else.

    Parameters
    ----------
    source, name, limits
        As for `run_examination`.
    read : callable
        Reads from the folder of the process what it left there.

    Raises
    ------
    AtlasError, LimitExceededError, UnreadableFileError
        As for `run_examination`.
    """
    with job_folder() as folder:
        path = _copy(source, folder, name=name, limits=limits, siblings=())
        job: dict[str, Any] = {
            "task": "open_workspace",
            "folder": str(folder),
            "path": str(path),
            "name": name,
            "limits": asdict(limits),
            "readable": [],
        }
        ended = watch(job, limits)
        return _outcome(folder, ended, name=name, limits=limits, read=read)


@cache
def guards_here() -> Mapping[str, bool]:
    """Start a process without a file and return which guards this system holds it to.

    Raises
    ------
    UnreadableFileError
        If it does not start.
    """
    with job_folder() as folder:
        job: dict[str, Any] = {
            "folder": str(folder),
            "path": None,
            "limits": asdict(DEFAULT_LIMITS),
            "readable": [],
        }
        ended = watch(job, DEFAULT_LIMITS)
    if ended.exit_code != 0:
        raise UnreadableFileError("guard.not_started")
    return ended.enforced


def missing_guards(enforced: Mapping[str, bool]) -> tuple[Notice, ...]:
    """Return one remark for each guard that the system does not hold; none where all stand."""
    return tuple(Notice(f"guard.without_{guard}") for guard in GUARDS if not enforced.get(guard, False))


def _pack_folder(pack: str | None) -> list[str]:
    """Return the folder of a pack that is named by it; packs of the product are readable anyway."""
    if pack is None:
        return []
    folder = Path(pack)
    return [str(folder.resolve())] if folder.is_dir() else []


def _copy(
    source: Path | bytes,
    folder: Path,
    *,
    name: str,
    limits: Limits,
    siblings: Iterable[Path | tuple[str, bytes]],
) -> Path:
    """Copy a file and its siblings into the folder under one generated name, and return the file's.

    Raises
    ------
    LimitExceededError
        If they are larger than an upload may be, taken together.
    UnreadableFileError
        If one cannot be read.
    """
    stem = folder / uuid4().hex
    target = stem.with_name(stem.name + _own_suffix(name))
    parts: list[tuple[str, Path | bytes]] = [(name, source)]
    parts.extend((part.name, part) if isinstance(part, Path) else part for part in siblings)
    room = limits.upload_bytes
    for part_name, content in parts:
        beside = stem.with_name(stem.name + _own_suffix(part_name))
        room -= _copy_one(content, beside, name=part_name, room=room)
        limits.check("upload_bytes", limits.upload_bytes - room)
    return target


def _copy_one(content: Path | bytes, target: Path, *, name: str, room: int) -> int:
    """Write one file and return its bytes; of one larger than ``room`` only the size, nothing is written."""
    try:
        if isinstance(content, bytes):
            n_bytes = len(content)
            if n_bytes <= room:
                target.write_bytes(content)
            return n_bytes
        return _copy_file(content, target, room)
    except FileNotFoundError:
        raise UnreadableFileError("error.missing_file", name=name) from None
    except OSError as fault:
        raise UnreadableFileError("error.unreadable_file", name=name, reason=system_reason(fault)) from fault


def _copy_file(source: Path, target: Path, room: int) -> int:
    """Copy no more than ``room`` bytes and return how many there are, one more where the file still grows."""
    reading, size = open_plain(source)
    with reading:
        if size > room:
            return size
        n_bytes = 0
        with target.open("wb") as writing:
            while size and n_bytes <= room and (piece := reading.read(min(_PIECE_BYTES, room - n_bytes + 1))):
                n_bytes += writing.write(piece)
    return n_bytes


def _own_suffix(name: str) -> str:
    """Return the suffix of a file name where it is plain: by it a reader finds what belongs together."""
    suffix = file_suffix(PurePath(name.replace("\\", "/")).name)
    plain = suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= _SUFFIX_LENGTH
    return suffix if plain else ""


def _outcome(
    folder: Path, ended: Ended, *, name: str, limits: Limits, read: Callable[[Path], _Held]
) -> _Held:
    """Return what the process found, or raise why it found nothing."""
    if ended.ran_out_of is not None:
        limits.breach(ended.ran_out_of, getattr(limits, ended.ran_out_of))
    if ended.exit_code == _REFUSED_TO_RUN:
        raise UnreadableFileError("guard.not_started")
    if ended.exit_code != 0:
        raise _death(ended, name, limits)
    note = _note(folder)
    if "limit" in note:
        raise _breach(note["limit"], name, limits)
    if "fault" in note:
        _LOG.debug("The reader broke down:\n%s", "\n".join(map(printable, note["fault"].split("\n"))))
        raise UnreadableFileError("guard.reader_stopped", name=name)
    try:
        return read(folder)
    except ForeignOutcomeError as fault:
        _LOG.debug("The outcome is not what it must be: %r", fault)
        raise UnreadableFileError("guard.reader_stopped", name=name) from fault


def _note(folder: Path) -> dict[str, str]:
    """Return the short note that a process leaves which could not finish; empty for any other outcome."""
    path = folder / OUTCOME_FILE
    try:
        with open_left(path) as source:
            words = source.read(_LONGEST_NOTE + 1)
        note: Any = json.loads(words) if len(words) <= _LONGEST_NOTE else None
    except (OSError, ValueError, RecursionError):
        return {}
    is_note = isinstance(note, dict) and all(isinstance(words, str) for words in note.values())
    return note if is_note else {}


def _breach(limit: str, name: str, limits: Limits) -> UnreadableFileError | LimitExceededError:
    """Return the error of a limit that the process itself ran into."""
    if limit == "memory_bytes":
        return _exceeded(limit, limits.memory_bytes, limits)
    if limit == "unpacked_bytes":
        return _exceeded(limit, file_bytes(asdict(limits)), limits)
    return UnreadableFileError("guard.reader_stopped", name=name)


def _exceeded(limit: str, value: int, limits: Limits) -> LimitExceededError:
    allowed = getattr(limits, limit)
    return LimitExceededError(
        f"error.limit_{limit}", value=value, allowed=allowed, setting=setting_name(limit)
    )


def _death(ended: Ended, name: str, limits: Limits) -> UnreadableFileError | LimitExceededError:
    """Return why a process came to its end that said nothing."""
    died_of = _signal_name(ended.exit_code)
    _LOG.debug("The reader ended with %s, %s bytes at most", died_of or ended.exit_code, ended.peak_bytes)
    if died_of == "SIGXCPU" or ended.cpu_seconds >= limits.seconds:
        return _exceeded("seconds", limits.seconds, limits)
    if died_of == "SIGXFSZ":
        return _exceeded("unpacked_bytes", file_bytes(asdict(limits)), limits)
    if died_of in _OUT_OF_MEMORY and ended.peak_bytes >= _NEARLY_ALL * limits.memory_bytes:
        return _exceeded("memory_bytes", limits.memory_bytes, limits)
    return UnreadableFileError("guard.reader_stopped", name=name)


def _signal_name(exit_code: int) -> str | None:
    try:
        return signal.Signals(-exit_code).name if exit_code < 0 else None
    except ValueError:
        return None
