"""What stands between the network and pygeoapi: faults it does not catch, and headers for browsers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

METHODS = ("GET", "HEAD", "OPTIONS")
LOCALES = {"zh": "zh-CN", "en": "en-US"}
HEADERS = [
    ("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
]


def guarded(application: Callable[..., Any]) -> Callable[..., Iterable[bytes]]:
    """Return the application behind the guard.

    pygeoapi 0.21 answers status 500 to a language that is no language (``lang=AAA``), to an empty part of
    ``sortby`` and to ``POST`` without a body. The first is passed over, as the document says of languages
    that are not offered; the others are refused.
    """

    def guard(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: object) -> object:
            return start_response(status, [*headers, *HEADERS], *rest)

        if environ["REQUEST_METHOD"] not in METHODS:
            return refused(start, "the service is for reading alone", status="405 METHOD NOT ALLOWED")
        asked = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        if any(name == "sortby" and "" in value.replace("+", "").split(",") for name, value in asked):
            return refused(start, "sortby names a field, or several with commas between them")
        kept = [(name, locale_of(value) if name == "lang" else value) for name, value in asked]
        environ["QUERY_STRING"] = urlencode([(name, value) for name, value in kept if value is not None])
        if "HTTP_ACCEPT_LANGUAGE" in environ:
            environ["HTTP_ACCEPT_LANGUAGE"] = accepted(environ["HTTP_ACCEPT_LANGUAGE"])
        return application(environ, start)

    return guard


def locale_of(words: str) -> str | None:
    """Return the locale of the service that a language means, None where it speaks no such language."""
    language = words.split(";", maxsplit=1)[0].strip().replace("_", "-")
    return LOCALES.get(language.split("-", maxsplit=1)[0].lower())


def accepted(words: str) -> str:
    """Return the first locale of a header that the service speaks, or else its own."""
    return next((locale for part in words.split(",") if (locale := locale_of(part))), LOCALES["zh"])


def refused(start: Callable[..., object], words: str, *, status: str = "400 BAD REQUEST") -> Iterable[bytes]:
    """Answer a refusal as pygeoapi words it."""
    body = json.dumps(
        {"code": "InvalidParameterValue", "type": "InvalidParameterValue", "description": words}
    )
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start(status, [*headers, ("Allow", ", ".join(METHODS))] if status.startswith("405") else headers)
    return [body.encode()]
