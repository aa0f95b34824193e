"""No pattern that looks at what a file holds may take longer than the text is long."""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
import re
import time

import pytest

import spatial.importing
from spatial.importing.place.coordinate_cells import read_numbers
from spatial.importing.readers.kml_text import read_kml_text, read_positions
from spatial.limits import DEFAULT_LIMITS

LONG = 6_000
MOST_SECONDS = 0.1
"""Of a pattern that begins anew at each letter, this many letters take a second."""
ANYWHERE = ("search", "sub", "subn", "findall", "finditer", "split")
"""Ways to look that begin at every letter; what is only matched at the beginning is tried there."""
BESIDE = (
    *("coordinates", "crs_text", "geojson", "station_attributes", "station_words", "text_decoding"),
    "workspace.zone_replacement",
    "workspace.stored_columns",
)
ATOMS = (
    *(" ", "\n", "\t", "1", "1,", "1 ", "1,111", ".", ",", "(", ")", "[", "a", '"', "<", "<!--", "<?", ": "),
    *("：", "°", "-", "_", "\\u", "合", "计", "\u3000", "+a=", "/", "名", "-- "),
)
HEADS = (
    *("", "1", "a", "(", "<!doctype ", "<!doctype a", "<?xml ", "version 1", "ncols 1", "POINT", "POINT(1"),
    *("POINT(1 ", "1 ", "1°", "合计", "注", "EXTENSION[", "+", "0", "--", "2020-1-1 ", "nadgrids", "EXP"),
)
TAILS = ("", "!", "x")


def seconds_of(work, *arguments, **named) -> float:
    begun = time.thread_time()
    work(*arguments, **named)
    return time.thread_time() - begun


def modules():
    for found in pkgutil.walk_packages(spatial.importing.__path__, "spatial.importing."):
        yield importlib.import_module(found.name)
    for name in BESIDE:
        yield importlib.import_module(f"spatial.{name}")


def patterns():
    """Return every pattern that a module holds, also within its tables, by module and text."""
    found = {}

    def take(where, held, ways):
        if isinstance(held, re.Pattern):
            found[f"{where} {held.pattern!r}"] = (held, ways)
        elif isinstance(held, tuple | list):
            for each in held:
                take(where, each, ways)

    for module in modules():
        source = inspect.getsource(module)
        for name, held in vars(module).items():
            anywhere = any(f"{name}.{way}(" in source for way in ANYWHERE)
            take(f"{module.__name__}.{name}", held, ("search",) if anywhere else ("match", "fullmatch"))
    return found


PATTERNS = patterns()


def test_the_patterns_are_found():
    assert len(PATTERNS) > 50


@pytest.mark.parametrize(("pattern", "ways"), PATTERNS.values(), ids=PATTERNS.keys())
def test_a_pattern_takes_no_longer_than_its_text_is_long(pattern, ways):
    for atom, head, tail in itertools.product(ATOMS, HEADS, TAILS):
        words = head + atom * (LONG // len(atom)) + tail
        held = words.encode() if isinstance(pattern.pattern, bytes) else words
        for way in ways:
            seconds = seconds_of(getattr(pattern, way), held)
            assert seconds < MOST_SECONDS, (way, head, atom, tail)


def test_a_megabyte_of_blanks_among_coordinates_is_read_at_once():
    blanks = " " * 1_000_000
    assert read_positions(f"113.3{blanks},{blanks}23.1") == [[113.3, 23.1]]
    assert seconds_of(read_positions, f"113.3,23.1{blanks}114,24") < 1


def test_a_megabyte_of_blanks_in_kml_without_a_declaration_is_read_at_once():
    point = "<Placemark><Point><coordinates>113.3,23.1</coordinates></Point></Placemark>"
    text = f"<kml>{' ' * 1_000_000}{point}</kml>".encode()
    assert seconds_of(read_kml_text, text, name="a.kml", encoding=None, limits=DEFAULT_LIMITS) < 1


@pytest.mark.parametrize("cell", ["1" * 30_000 + "x", "1" + " " * 30_000 + ",", "POINT (1 " + "1" * 30_000])
def test_a_long_cell_is_no_number_at_once(cell):
    import pandas as pd

    assert seconds_of(read_numbers, pd.Series([cell], dtype="str")) < 1
