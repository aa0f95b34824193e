"""Feature collections with one feature on each line: written as they come, read in chunks.

The first line is the collection up to ``"features":[``, the last one closes it. Such a file is still
plain GeoJSON; it streams, and two versions of it differ line by line. A file in another layout is read
all the same, as a whole.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, NoReturn

import orjson

from spatial.errors import UnreadableFileError, UnsupportedFormatError
from spatial.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from spatial.limits import Limits

__all__ = [
    "CHUNK_FEATURES",
    "FeatureFile",
    "collection_in_lines",
    "parse_strictly",
    "read_features",
    "write_features",
]

CHUNK_FEATURES: Final = 2_000
"""Features formatted or checked at once: bounds the memory, and is quicker than ten times as many."""

_PIECE_BYTES: Final = 250_000
"""Bytes that are parsed at once: few enough to stay in the processor's own memory, twice as quick."""
_MOST_HEAD_BYTES: Final = 8_000_000
_OPENING: Final = b'"features":['
_CLOSING: Final = b"]}"
_TAIL_BYTES: Final = 16


class FeatureFile(NamedTuple):
    """A feature collection that is being read.

    Attributes
    ----------
    head : mapping
        Every member of the collection but its features.
    chunks : iterator of list
        The features as they stand, some at a time; the file must stay open.
    """

    head: Mapping[str, Any]
    chunks: Iterator[list[Any]]


def write_features(stream: BinaryIO, head: Mapping[str, Any], features: Iterable[Mapping[str, Any]]) -> None:
    """Write a feature collection.

    Parameters
    ----------
    stream : binary file
    head : mapping
        Members of the collection; ``features`` is not one of them.
    features : iterable of mapping
        Taken one by one.

    Raises
    ------
    TypeError
        If a text holds half a character, or a value is none that JSON knows.
    """
    stream.write(orjson.dumps(head)[:-1] + b"," + _OPENING)
    before = b"\n"
    for line in map(orjson.dumps, features):
        stream.write(before + line)
        before = b",\n"
    stream.write(b"\n" + _CLOSING + b"\n")


def read_features(stream: BinaryIO, *, name: str, limits: Limits = DEFAULT_LIMITS) -> FeatureFile:
    """Read a feature collection strictly: UTF-8 without a mark, no key twice, no number beyond JSON.

    Parameters
    ----------
    stream : binary file that can seek
    name : str
        File name, for messages alone.
    limits : Limits
        Arrays and objects that are parsed at once; for a file in another layout, which is parsed as a
        whole, its bytes too.

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError, LimitExceededError
        Now or while the chunks are taken.
    """
    first = _first_line(stream)
    if first is None:
        head, features = _whole(stream, name=name, limits=limits)
        return FeatureFile(head, iter([features]))
    head = _collection(parse_strictly(first + _CLOSING, name=name), name=name)
    del head["features"]
    return FeatureFile(head, _chunks(stream, name=name, limits=limits))


def collection_in_lines(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any] | None:
    """Return a collection of this layout; None for any other text, JSON or not.

    It is what a strict parser would return, in half the memory.

    Raises
    ------
    LimitExceededError
        If some lines hold more arrays and objects than a file may.
    """
    stream = io.BytesIO(data)
    first = _first_line(stream)
    heads = None if first is None else _fast(first.rstrip() + _CLOSING)
    if not heads:
        return None
    features: list[Any] = []
    for piece in _pieces(stream, limits=limits):
        if piece is None:
            return None
        _share_texts(piece)
        features += piece
    return {**heads[0], "features": features}


def parse_strictly(data: bytes, *, name: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of a JSON text.

    Raises
    ------
    UnreadableFileError
        If it is not strict JSON in UTF-8: a key twice, ``NaN``, half a character, a number too large.
    """

    def no_constant(word: str) -> NoReturn:
        raise UnreadableFileError("error.json_constant", name=name, word=word)

    def no_repetition(pairs: list[tuple[str, Any]]) -> None:
        if len({key for key, _ in pairs}) < len(pairs):
            often = Counter(key for key, _ in pairs)
            twice = next(key for key, n in often.items() if n > 1)
            raise UnreadableFileError("error.json_repeated_key", name=name, member=twice)

    try:
        json.loads(data.decode("utf-8"), parse_constant=no_constant, object_pairs_hook=no_repetition)
        return orjson.loads(data)
    except json.JSONDecodeError as fault:  # orjson's own is one of these
        raise UnreadableFileError(
            "error.not_json", name=name, line=fault.lineno, column=fault.colno
        ) from fault
    except (UnicodeDecodeError, RecursionError) as fault:
        raise UnreadableFileError("error.not_json", name=name, line=1, column=1) from fault
    except UnreadableFileError:
        raise
    except ValueError as fault:  # a whole number of thousands of digits
        raise UnreadableFileError("error.json_number", name=name) from fault


def _share_texts(features: list[Any]) -> None:
    """Let equal texts of some features be one: a few words fill most members of most layers."""
    texts: dict[str, str] = {}
    for feature in features:
        for holder in (feature, *feature.values()) if isinstance(feature, dict) else ():
            if isinstance(holder, dict):
                for name, value in holder.items():
                    if isinstance(value, str):
                        holder[name] = texts.setdefault(value, value)


def _first_line(stream: BinaryIO) -> bytes | None:
    """Return the line before the features, and stand behind it; None in another layout."""
    first = stream.readline(_MOST_HEAD_BYTES)
    if not (first.endswith(_OPENING + b"\n") and _tail(stream).endswith(b"\n" + _CLOSING)):
        return None
    stream.seek(len(first))
    return first


def _chunks(stream: BinaryIO, *, name: str, limits: Limits) -> Iterator[list[Any]]:
    """Yield the features of lines, some thousands at a time."""
    taken = 0
    chunk: list[Any] = []
    for features in _pieces(stream, limits=limits):
        if features is None:
            # Lines that are no features: whatever the layout is, the parser of whole files decides.
            yield _whole(stream, name=name, limits=limits)[1][taken:]
            return
        chunk += features
        if len(chunk) >= CHUNK_FEATURES:
            yield chunk
            taken, chunk = taken + len(chunk), []
    yield chunk


def _pieces(stream: BinaryIO, *, limits: Limits) -> Iterator[list[Any] | None]:
    """Yield the values of some lines at a time, None for lines that need the slow parser."""
    while lines := stream.readlines(_PIECE_BYTES):
        body = b"".join(lines)
        # One line may be as long as the file: hold what it would take in memory to the limit.
        limits.check("json_containers", body.count(b"[") + body.count(b"{"))
        if lines[-1].endswith(b",\n"):
            yield _fast(body[:-2])
            continue
        body = (body + stream.readline()).rstrip().removesuffix(_CLOSING).rstrip()
        yield None if stream.read(1) else _fast(body)


def _fast(body: bytes) -> list[Any] | None:
    """Return the values of lines, None where they need the slow parser.

    A parser this quick keeps the last of two equal keys. Writing the values again shows it: only a text
    that says each thing once, in this layout, comes out as it went in.
    """
    try:
        values = orjson.loads(b"[" + body + b"]")
    except orjson.JSONDecodeError:
        return None
    same: bool = orjson.dumps(values) == b"[" + body.replace(b",\n", b",") + b"]"
    return values if same else None


def _whole(stream: BinaryIO, *, name: str, limits: Limits) -> tuple[dict[str, Any], list[Any]]:
    """Return the members and the features of a file of any layout."""
    limits.check("unpacked_bytes", stream.seek(0, 2))
    stream.seek(0)
    data = stream.read()
    limits.check("json_containers", data.count(b"[") + data.count(b"{"))
    head = _collection(parse_strictly(data, name=name), name=name)
    return head, head.pop("features")


def _collection(document: Any, *, name: str) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Return a document that is a feature collection."""
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise UnsupportedFormatError("error.not_geojson", name=name, found="JSON")
    if not isinstance(document.get("features"), list):
        raise UnreadableFileError("error.geojson_without_features", name=name)
    return document


def _tail(stream: BinaryIO) -> bytes:
    """Return the last bytes of a file without its last line break."""
    end = stream.seek(0, 2)
    stream.seek(max(end - _TAIL_BYTES, 0))
    return stream.read().rstrip()
