"""XML of a stranger, pushed through the parser piece by piece.

Nothing outside the document is ever asked for: a document type or an entity is refused where it
begins. One tag, comment or instruction is held to a limit, because the parser begins it anew with each
piece; so is the depth. Character data come in pieces and need no such limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn
from xml.parsers import expat

from spatial.errors import UnreadableFileError, UnsupportedFormatError

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.limits import Limits

__all__ = ["XmlPush"]

_PIECE_BYTES: Final = 1 << 16
_MOST_LEVELS: Final = 64


class XmlPush:
    """A parser to which the bytes of a document are written.

    Names come as ``namespace}name``.

    Parameters
    ----------
    name, part : str
        File name and part of it, for messages alone.
    limits : Limits
        ``xml_token_bytes`` is held.
    on_start, on_end, on_text : callable
        Told the beginning of an element with its attributes, its end, and character data in pieces.
    """

    def __init__(
        self,
        *,
        name: str,
        part: str,
        limits: Limits,
        on_start: Callable[[str, dict[str, str]], None],
        on_end: Callable[[str], None],
        on_text: Callable[[str], None],
    ) -> None:
        self._name = name
        self._part = part
        self._limits = limits
        self._n_given = 0
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.buffer_size = _PIECE_BYTES
        parser.StartElementHandler = self._bounded(on_start)
        parser.EndElementHandler = self._leaving(on_end)
        parser.CharacterDataHandler = on_text
        parser.StartDoctypeDeclHandler = self._refuse_type
        parser.EntityDeclHandler = self._refuse_type
        self._parser = parser

    def write(self, block: bytes) -> None:
        """Take the next bytes.

        Raises
        ------
        UnreadableFileError
            If they are no XML.
        UnsupportedFormatError
            If the document declares a type or entities.
        LimitExceededError
            If one tag, comment or instruction is too long.
        """
        for begin in range(0, len(block), _PIECE_BYTES):
            piece = block[begin : begin + _PIECE_BYTES]
            self._parse(piece, is_final=False)
            self._n_given += len(piece)
            # What the parser has begun and cannot finish yet.
            self._limits.check("xml_token_bytes", self._n_given - max(self._parser.CurrentByteIndex, 0))

    def close(self) -> None:
        """Say that the document ends here; raises as `write`."""
        self._parse(b"", is_final=True)

    def _parse(self, piece: bytes, *, is_final: bool) -> None:
        try:
            self._parser.Parse(piece, is_final)
        except (expat.ExpatError, LookupError, UnicodeError) as fault:
            raise self._damaged() from fault

    def _bounded(
        self, on_start: Callable[[str, dict[str, str]], None]
    ) -> Callable[[str, dict[str, str]], None]:
        self._depth = 0

        def start(tag: str, attributes: dict[str, str]) -> None:
            self._depth += 1
            if self._depth > _MOST_LEVELS:
                raise self._damaged()
            on_start(tag, attributes)

        return start

    def _leaving(self, on_end: Callable[[str], None]) -> Callable[[str], None]:
        def end(tag: str) -> None:
            self._depth -= 1
            on_end(tag)

        return end

    def _refuse_type(self, *_: object) -> NoReturn:
        raise UnsupportedFormatError("table.document_type", name=self._name, part=self._part)

    def _damaged(self) -> UnreadableFileError:
        return UnreadableFileError("table.part_damaged", name=self._name, part=self._part)
