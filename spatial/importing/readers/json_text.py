"""JSON text of features, read one feature at a time, with faults kept to the feature they stand in.

The parser is Python's own. It is driven member by member, so that the features of a large collection
never stand in memory together, and what it would let pass is noticed: a key that comes twice, ``NaN``,
numbers without end, and escapes that name half of a character.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NoReturn

from spatial.errors import UnreadableFileError, UnsupportedFormatError

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.limits import Limits

__all__ = ["JsonText"]

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_HALF_CHARACTER: Final = re.compile(r"\\u[dD][89a-fA-F]")
_FEATURES: Final = "features"


class JsonText:
    """Reads values from JSON text.

    Parameters
    ----------
    name : str
        File name, for messages alone.
    limits : Limits
        Containers and nesting are held to it.

    Attributes
    ----------
    repeated : str or None
        A key that came twice in one object of the value that was read last.
    """

    def __init__(self, characters: str, *, name: str, limits: Limits) -> None:
        limits.check("json_containers", characters.count("[") + characters.count("{"))
        self._characters = characters
        self._name = name
        self._limits = limits
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object)
        self._has_escapes = _HALF_CHARACTER.search(characters) is not None
        self.repeated: str | None = None

    def has_half_character(self, value: object) -> bool:
        """Tell a value with half of a character in it, which no text, table or terminal can hold."""
        if not self._has_escapes:
            return False
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return True
        return False

    def read_line(self, line: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value of a line of its own.

        Raises
        ------
        json.JSONDecodeError
            If it is none.
        """
        self.repeated = None
        return self._guarded(lambda: self._decoder.decode(line))

    def read_document(self, on_feature: Callable[[Any], None]) -> dict[str, Any]:
        """Return the members of the document, but hand each member of ``features`` to ``on_feature``.

        Raises
        ------
        UnreadableFileError
            If it is no JSON, with line and column, or one of its own keys comes twice.
        UnsupportedFormatError
            If it is JSON, but no object.
        LimitExceededError
            If it is nested too deep.
        """
        at = self._skip(0)
        if self._characters[at : at + 1] != "{":
            self._value(at)
            raise UnsupportedFormatError("vector.refused_json", name=self._name, found="JSON")
        members: dict[str, Any] = {}
        at = self._skip(at + 1)
        while self._characters[at : at + 1] != "}":
            if members:
                at = self._skip(self._expect(at, ","))
            if self._characters[at : at + 1] != '"':
                self._refuse(at)
            key, at = self._value(at)
            if key in members:
                raise UnreadableFileError("error.json_repeated_key", name=self._name, member=key)
            at = self._skip(self._expect(self._skip(at), ":"))
            if key == _FEATURES and self._characters[at : at + 1] == "[":
                members[key], at = [], self._each(at, on_feature)
            else:
                members[key], at = self._value(at)
                if self.repeated is not None:
                    raise UnreadableFileError(
                        "error.json_repeated_key", name=self._name, member=self.repeated
                    )
            at = self._skip(at)
        if self._skip(at + 1) != len(self._characters):
            self._refuse(self._skip(at + 1))
        return members

    def _each(self, at: int, on_feature: Callable[[Any], None]) -> int:
        """Hand over each value of the array that begins at ``at``; return where it ends."""
        at = self._skip(at + 1)
        if self._characters[at : at + 1] == "]":
            return at + 1
        while True:
            feature, at = self._value(at)
            on_feature(feature)
            at = self._skip(at)
            if self._characters[at : at + 1] == "]":
                return at + 1
            at = self._skip(self._expect(at, ","))

    def _value(self, at: int) -> tuple[Any, int]:
        """Return the value that begins at ``at`` and where it ends."""
        self.repeated = None
        try:
            value, end = self._guarded(lambda: self._decoder.raw_decode(self._characters, at))
        except json.JSONDecodeError as fault:
            self._refuse(fault.pos)
        return value, end

    def _guarded(self, parse: Callable[[], Any]) -> Any:  # noqa: ANN401 - any JSON value
        """Parse, with a nesting or a number without end told from a fault of the text."""
        try:
            return parse()
        except RecursionError:
            self._limits.breach("json_depth", self._limits.json_depth + 1)
        except json.JSONDecodeError:
            raise
        except ValueError:
            # A whole number of thousands of digits: an id at best, and kept as text.
            self._decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_int=_whole_number)
            return parse()

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return an object, and note a key that comes twice."""
        merged = dict(pairs)
        if len(merged) < len(pairs) and self.repeated is None:
            often = Counter(key for key, _ in pairs)
            self.repeated = next(key for key, n in often.items() if n > 1)
        return merged

    def _skip(self, at: int) -> int:
        """Return where the next mark stands."""
        found = _BLANK.match(self._characters, at)
        return found.end() if found else at

    def _expect(self, at: int, mark: str) -> int:
        """Return the place after ``mark``."""
        if self._characters[at : at + 1] != mark:
            self._refuse(at)
        return at + 1

    def _refuse(self, at: int) -> NoReturn:
        """Refuse the text, naming the place in it."""
        line = self._characters.count("\n", 0, at) + 1
        column = at - self._characters.rfind("\n", 0, at)
        raise UnreadableFileError("error.not_json", name=self._name, line=line, column=column)


def _whole_number(digits: str) -> int | str:
    """Return a whole number, or its digits where Python would not convert them."""
    try:
        return int(digits)
    except ValueError:
        return digits
