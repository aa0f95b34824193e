"""An answer written to a file instead of the screen, and the one line that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.atomic_write import replace_file
from spatial.text import printable, text

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

__all__ = ["write_answer"]


def write_answer(
    words: bytes, output: Path | None, stdout: TextIO, stderr: TextIO, *, code: int, lang: str
) -> int:
    """Write an answer to the screen, or to a file and say so; return the exit code.

    Raises
    ------
    UnwritableFileError
        If the file cannot be written; the old one is whole.
    """
    if output is None:
        stdout.write(words.decode("utf-8"))
        return code
    replace_file(output, lambda stage: stage.write_bytes(words))
    key = "cli.written_look" if code else "cli.written"
    stderr.write(printable(text(key, lang, name=output.name)) + "\n")
    return code
