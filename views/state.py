"""What a view consists of, and its short, versioned address.

The address holds only what differs from the default, so that a link stays short enough to be
sent in a message; the map's position is kept by the map itself behind the ``#``. Parameters
that are unknown, or values that are not allowed, are ignored and named, never guessed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from layers.registry import DEFAULT_LAYERS, LAYERS, ONLINE_LAYERS, OWN_LAYERS, LayerId
from spatial.definition import Definition
from spatial.scenario.address import scenario_of_word
from spatial.text import LANGUAGES
from views.definition_fields import DEFINITION_FIELDS, with_position

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "ADDRESS_VERSION",
    "DEFAULT_PACK",
    "UrlKey",
    "ViewState",
    "read_address",
    "write_address",
]

ADDRESS_VERSION: Final = "1"
DEFAULT_PACK: Final = "haizhu"
USUAL_OPACITY: Final = {
    spec.layer_id: round(spec.default_opacity * 100) for spec in (*LAYERS, *OWN_LAYERS, *ONLINE_LAYERS)
}

LONGEST_ID: Final = 64
FULL_PERCENT: Final = 100
EMPTY_LAYERS: Final = "none"
HIDDEN: Final = "-"
OWN: Final = frozenset(spec.layer_id for spec in OWN_LAYERS)


class UrlKey(StrEnum):
    """The parameters of an address."""

    VERSION = "v"
    LANGUAGE = "lang"
    PACK = "pack"
    NUMERATOR = "numerator"
    INDOOR = "indoor"
    SHARED = "shared"
    STATUS = "status"
    AREA_BASIS = "area_basis"
    AS_OF = "as_of"
    LAYERS = "layers"
    OPACITY = "opacity"
    ZONE = "zone"
    PLACE = "place"
    ANALYSIS = "analysis"
    SCENARIO = "scenario"


@dataclass(frozen=True, kw_only=True)
class ViewState:
    """Everything that a refresh or a shared link must bring back."""

    lang: str = "zh"
    pack: str = DEFAULT_PACK
    definition: Definition = field(default_factory=Definition)
    layers: frozenset[LayerId] = DEFAULT_LAYERS
    opacity: tuple[tuple[LayerId, int], ...] = ()
    zone: str | None = None
    place: str | None = None
    analysis: str | None = None
    scenario: str | None = None

    def opacity_percent(self, layer: LayerId) -> int:
        """Return the opacity of ``layer`` in percent, its usual one where none was chosen."""
        return dict(self.opacity).get(layer, USUAL_OPACITY[layer])


def write_address(view: ViewState) -> dict[str, str]:
    """Return the parameters of ``view``: the version and what is not the default."""
    usual = ViewState()
    address: dict[str, str] = {}
    if view.lang != usual.lang:
        address[UrlKey.LANGUAGE] = view.lang
    if view.pack != usual.pack:
        address[UrlKey.PACK] = view.pack
    for name in DEFINITION_FIELDS:
        position = getattr(view.definition, name)
        if position != getattr(usual.definition, name):
            address[UrlKey(name)] = str(position)
    if view.definition.as_of is not None:
        address[UrlKey.AS_OF] = view.definition.as_of.isoformat()
    if view.layers != usual.layers:
        # Own layers are on for whoever has some, unless they were switched off.
        hidden = sorted(f"{HIDDEN}{layer}" for layer in OWN - view.layers)
        address[UrlKey.LAYERS] = ",".join([*hidden, *sorted(view.layers - OWN)]) or EMPTY_LAYERS
    faded = sorted((layer, percent) for layer, percent in view.opacity if percent != USUAL_OPACITY[layer])
    if faded:
        address[UrlKey.OPACITY] = ",".join(f"{layer}.{percent}" for layer, percent in faded)
    chosen = (
        (UrlKey.ZONE, view.zone),
        (UrlKey.PLACE, view.place),
        (UrlKey.ANALYSIS, view.analysis),
        (UrlKey.SCENARIO, view.scenario),
    )
    address |= {key: value for key, value in chosen if value}
    return {UrlKey.VERSION: ADDRESS_VERSION, **address} if address else {}


def read_address(address: Mapping[str, str]) -> tuple[ViewState, tuple[str, ...]]:
    """Return the view of an address, and the parameters that were ignored.

    Parameters
    ----------
    address : mapping
        Query parameters as the browser gave them; hostile until read.
    """
    readers: dict[str, Callable[[ViewState, str], ViewState]] = {
        UrlKey.VERSION: _read_version,
        UrlKey.LANGUAGE: _read_language,
        UrlKey.AS_OF: _read_as_of,
        UrlKey.LAYERS: _read_layers,
        UrlKey.OPACITY: _read_opacity,
        UrlKey.PACK: lambda view, word: replace(view, pack=_identifier(word)),
        UrlKey.ZONE: lambda view, word: replace(view, zone=_identifier(word)),
        UrlKey.PLACE: lambda view, word: replace(view, place=_identifier(word)),
        UrlKey.ANALYSIS: lambda view, word: replace(view, analysis=_identifier(word)),
        UrlKey.SCENARIO: lambda view, word: replace(view, scenario=_scenario(word)),
    }
    view = ViewState()
    ignored: list[str] = []
    for key, word in address.items():
        try:
            view = _read_definition(view, key, word) if key in DEFINITION_FIELDS else readers[key](view, word)
        except (KeyError, ValueError):
            ignored.append(f"{key}={word}"[:LONGEST_ID])
    return view, tuple(ignored)


def _read_version(view: ViewState, word: str) -> ViewState:
    if word != ADDRESS_VERSION:
        raise ValueError(word)
    return view


def _read_language(view: ViewState, word: str) -> ViewState:
    if word not in LANGUAGES:
        raise ValueError(word)
    return replace(view, lang=word)


def _read_definition(view: ViewState, name: str, word: str) -> ViewState:
    DEFINITION_FIELDS[name](word)  # what is not stated is not written: its word is refused
    return replace(view, definition=with_position(view.definition, name, word))


def _read_as_of(view: ViewState, word: str) -> ViewState:
    return replace(view, definition=replace(view.definition, as_of=dt.date.fromisoformat(word)))


def _read_layers(view: ViewState, word: str) -> ViewState:
    parts = [] if word == EMPTY_LAYERS else word.split(",")
    hidden = {LayerId(part.removeprefix(HIDDEN)) for part in parts if part.startswith(HIDDEN)}
    shown = {LayerId(part) for part in parts if not part.startswith(HIDDEN)}
    return replace(view, layers=frozenset((OWN | shown) - hidden))


def _read_opacity(view: ViewState, word: str) -> ViewState:
    pairs = []
    for part in word.split(","):
        layer, percent = part.split(".", 1)
        if not percent.isdecimal() or not 0 <= int(percent) <= FULL_PERCENT:
            raise ValueError(part)
        pairs.append((LayerId(layer), int(percent)))
    return replace(view, opacity=tuple(sorted(pairs)))


def _scenario(word: str) -> str:
    """Return the word of a scenario; the page that uses it reads it."""
    scenario_of_word(word)
    return word


def _identifier(word: str) -> str:
    """Return an id of a pack, zone or place; the page checks that it exists."""
    if not word or len(word) > LONGEST_ID or not word.replace("-", "_").isidentifier():
        raise ValueError(word)
    return word
