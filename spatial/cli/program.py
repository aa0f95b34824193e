"""The program around `spatial.cli.main`: its real streams, and what can befall them."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from spatial.cli import VERBS, main
from spatial.cli.options import language_of
from spatial.system_reasons import system_reason
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

__all__ = ["run_program"]

_DONE, _REFUSED = 0, 3
_INTERRUPTED = 130
_TERMINATED = 143


def run_program() -> int:
    """Run the command line on the process's arguments and streams; return its exit code.

    A file or a pipe gets UTF-8 whatever the machine's habit. A terminal that cannot show a character
    shows a question mark. A reader that leaves early ends the command in silence, a full disk in one
    sentence; an interrupt from the keyboard and the signal to end do so without a word and with the
    shell's own code.
    """
    _prepare(sys.stdout)
    _load(sys.argv[1:])
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Who stops a command from outside wants what it left half done swept up, as at the keyboard.
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        code = main(sys.argv[1:], sys.stdout, sys.stderr)
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon(sys.stdout)
        return _DONE
    except OSError as fault:
        _abandon(sys.stdout)
        lang = language_of(sys.argv[1:])
        sys.stderr.write(text("cli.output_lost", lang, reason=system_reason(fault)) + "\n")
        return _REFUSED
    except KeyboardInterrupt:
        _abandon(sys.stdout)
        return _INTERRUPTED
    except _Stopped:
        _abandon(sys.stdout)
        return _TERMINATED
    finally:
        signal.signal(signal.SIGTERM, before)
    return code


def _load(argv: Sequence[str]) -> None:
    """Load the module of the verb, while an interrupt still ends the process at once."""
    for word in argv:
        if word in VERBS:
            import_module(VERBS[word])
            return


class _Stopped(BaseException):
    """The signal to end came."""


def _stop(_signal: int, _frame: object) -> NoReturn:
    """End the command where it stands; every block that cleans up does so."""
    raise _Stopped


def _prepare(stream: TextIO) -> None:
    """Set how the stream writes characters."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None:
        return
    if stream.isatty():
        reconfigure(errors="replace")
    else:
        # Half a character in a file's name comes out as JSON escapes it.
        reconfigure(encoding="utf-8", errors="backslashreplace")


def _abandon(stream: TextIO) -> None:
    """Lead the stream nowhere, so that the end of the process does not stumble over what is left in it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
