"""``python -m spatial``: the command line."""

from __future__ import annotations

import signal
import sys

if __name__ == "__main__":
    # Nothing is begun while the program loads: an interrupt ends it there and then, without a word. An
    # import would say where it was broken off, or swallow the interrupt. What ignores it goes on ignoring.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    from spatial.cli.program import run_program

    sys.exit(run_program())
