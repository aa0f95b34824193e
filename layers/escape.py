"""The one way by which a string reaches folium, HTML or the map's script.

folium renders what it is handed as a Jinja template, twice, and Leaflet writes it as HTML. A name
of an uploaded file may be markup, a template expression or both. Two sinks, two functions:

* `escape_text` for a string that becomes HTML: shown verbatim, nothing run.
* `script_json` for data that the map's own script reads as a JavaScript literal and shows with
  ``textContent`` alone.
"""

from __future__ import annotations

import html
import json
import re
from typing import Final

__all__ = ["escape_text", "script_json"]

# Characters that html.escape leaves but a template engine or a script literal would read.
_TEMPLATE_CHARACTERS: Final = str.maketrans({char: f"&#{ord(char)};" for char in "{}`\\$"})

# Written as \\uXXXX wherever they stand: in JSON they can only stand within strings.
_SCRIPT_ESCAPES: Final = {ord(char): f"\\u{ord(char):04x}" for char in "<>&`$'#%\u2028\u2029\u007f"}
# Braces are also JSON's own, so these are written so within strings only.
_BRACES: Final = {ord(char): f"\\u{ord(char):04x}" for char in "{}"}
_STRING_LITERAL: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')


def escape_text(value: object) -> str:
    """Return ``value`` as HTML text that neither a browser nor Jinja nor a script reads as code."""
    text = str(value).encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair cannot be sent
    return html.escape(text, quote=True).translate(_TEMPLATE_CHARACTERS)


def script_json(data: object) -> str:
    r"""Return ``data`` as a JavaScript literal, inert in a script, in HTML and in a template.

    Every brace inside a string is written as ``\u007b`` or ``\u007d``, so the text holds neither
    ``{{`` nor ``{%``; markup characters are written likewise.

    Raises
    ------
    ValueError
        If ``data`` holds NaN or an infinity, which JSON lacks.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")  # half a surrogate pair: \\udXXX
    return _STRING_LITERAL.sub(_brace_free, text.translate(_SCRIPT_ESCAPES))


def _brace_free(literal: re.Match[str]) -> str:
    return literal.group().translate(_BRACES)
