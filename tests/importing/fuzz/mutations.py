"""Sound files to damaged and crafted ones: bytes, words, JSON, members of archives and lengths."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import struct
import zipfile
from typing import TYPE_CHECKING

from seed_files import zipped

if TYPE_CHECKING:
    import random

WORDS = [
    b"",
    b"0",
    b"-1",
    b"1e999",
    b"-1e308",
    b"NaN",
    b"Infinity",
    b"null",
    b"true",
    b"113.3",
    b"23.1",
    b"0.0",
    b"99999999999999999999",
    b"9" * 5000,
    b'"',
    b"'",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r\n",
    b"[",
    b"]",
    b"{",
    b"}",
    b"<",
    b">",
    b"</",
    b"/>",
    b"&amp;",
    b"&#0;",
    b"&x;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<!DOCTYPE kml [<!ENTITY x 'y'>]>",
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\x1e",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\\u0000",
    "甲".encode(),
    "经度".encode(),
    "１１３．３".encode(),
    "113°19′12″".encode(),
    "度分秒".encode("gbk"),
    b"=cmd()",
    b"{{7*7}}",
    b"{x}",
    b"%s",
    b"Feature",
    b"FeatureCollection",
    b"Point",
    b"Polygon",
    b"GeometryCollection",
    b"geometry",
    b"id",
    b"coordinates",
    b"crs",
    b"Topology",
    b"EPSG:4547",
    b"EPSG:3857",
    b"http://127.0.0.1:9/",
    b"/etc/passwd",
    b"../../a",
    b"a" * 40000,
    b"[" * 200,
    b"1,2,3",
    b"2024-13-45",
    b"45658",
    b"POINT EMPTY",
    b"POLYGON((0 0,1 1))",
    b"SRID=1;POINT(1 2)",
]
CELLS = [
    None,
    0,
    -1,
    2**62,
    1.5,
    1e308,
    "",
    "甲",
    "points",
    b"GP",
    b"GP\x00\x01\x00\x00\x00\x00",
    b"\xff" * 50,
]
TOKEN = re.compile(rb"[-+.\w\x80-\xff]+|[^\w\s]")
NUMBERS = (0, 1, 2, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
VALUES = [
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    1e308,
    "",
    "甲",
    "113.3",
    [],
    {},
    [1],
    [[1, 2]],
    [[[113, 23]]],
    [113.3, 23.1],
    {"type": "Point", "coordinates": [113, 23]},
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
    {"type": "name", "properties": {"name": "EPSG:4547"}},
    {"type": "link", "properties": {"href": "http://127.0.0.1:9/"}},
    "Feature",
    "FeatureCollection",
    "x" * 40000,
    float("nan"),
    float("inf"),
]


def mutated(seeds: dict[str, bytes], rng: random.Random) -> tuple[str, bytes]:
    """Return the name and the bytes of one crafted file."""
    name = rng.choice(sorted(seeds))
    data = seeds[name]
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        data = _once(name, data, seeds, rng)
    if rng.random() < 0.03:
        name = rng.choice(sorted(seeds))
    return name, data[:4_000_000]


def _once(name: str, data: bytes, seeds: dict[str, bytes], rng: random.Random) -> bytes:
    choices = [_flip, _cut, _splice, _repeat, _number]
    if data.startswith(b"PK"):
        choices += [_member] * 8
    elif name.endswith(("json", "geojsons")):
        choices += [_json] * 6 + [_word] * 4
    elif name.endswith(".gpkg"):
        choices += [_database] * 12
    elif not name.endswith(".shp"):
        choices += [_word] * 8 + [_swap] * 3
    return rng.choice(choices)(data, seeds, rng)


def _flip(data: bytes, _: dict[str, bytes], rng: random.Random) -> bytes:
    changed = bytearray(data)
    # Almost any byte below a blank makes a text none, which is refused before it is parsed.
    lowest, highest = (33, 126) if b"\x00" not in data[:1000] and rng.random() < 0.9 else (0, 255)
    for _i in range(rng.choice((1, 2, 8, 64))):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randint(lowest, highest)
    return bytes(changed)


def _cut(data: bytes, _: dict[str, bytes], rng: random.Random) -> bytes:
    at, to = sorted(rng.randrange(len(data) + 1) for _i in range(2))
    return data[:at] if rng.random() < 0.5 else data[:at] + data[to:]


def _splice(data: bytes, seeds: dict[str, bytes], rng: random.Random) -> bytes:
    other = seeds[rng.choice(sorted(seeds))]
    at, to = rng.randrange(len(data) + 1), rng.randrange(len(other) + 1)
    return data[:at] + other[to : to + rng.choice((4, 64, 5000))] + data[at:]


def _repeat(data: bytes, _: dict[str, bytes], rng: random.Random) -> bytes:
    at, to = sorted(rng.randrange(len(data) + 1) for _i in range(2))
    return data[:to] + data[at : min(to, at + 2000)] * rng.choice((1, 2, 20)) + data[to:]


def _number(data: bytes, _: dict[str, bytes], rng: random.Random) -> bytes:
    """Set a length field, most often near the beginning where heads are."""
    if len(data) < 8:
        return data
    at = rng.randrange(min(len(data) - 8, rng.choice((128, 1024, len(data)))) + 1)
    form = rng.choice(("<I", ">I", "<H", ">H", "<d"))
    number = rng.choice(NUMBERS) & (0xFFFF if form[1] == "H" else 0xFFFFFFFF)
    field = struct.pack(form, float(number) if form[1] == "d" else number)
    return data[:at] + field + data[at + len(field) :]


def _word(data: bytes, _: dict[str, bytes], rng: random.Random) -> bytes:
    """Put a telling word in the place of another, or between two."""
    tokens = [found.span() for found in TOKEN.finditer(data[:200_000])]
    if not tokens:
        return rng.choice(WORDS)
    at, to = rng.choice(tokens)
    return data[:at] + rng.choice(WORDS) + data[at if rng.random() < 0.3 else to :]


def _swap(data: bytes, _: dict[str, bytes], rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[at], lines[to] = lines[to], lines[at]
    return b"\n".join(lines)


def _json(data: bytes, _: dict[str, bytes], rng: random.Random) -> bytes:
    """Replace, drop or double a value somewhere in the document."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return _word(data, {}, rng)
    holder, key = _somewhere(document, rng)
    if holder is None:
        return json.dumps(rng.choice(VALUES)).encode()
    action = rng.random()
    if action < 0.6:
        holder[key] = rng.choice(VALUES)
    elif action < 0.8:
        del holder[key]
    elif isinstance(holder, list):
        holder.extend([holder[key]] * rng.choice((1, 50)))
    else:
        holder[rng.choice(("id", "type", "名称", "geometry", "crs", "properties", ""))] = holder[key]
    return json.dumps(document, ensure_ascii=rng.random() < 0.5).encode("utf-8", "replace")


def _somewhere(document: object, rng: random.Random) -> tuple[object, object]:
    holder, key, value = None, None, document
    while isinstance(value, dict | list) and value and (holder is None or rng.random() < 0.8):
        holder = value
        key = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
        value = value[key]
    return holder, key


def _database(data: bytes, seeds: dict[str, bytes], rng: random.Random) -> bytes:
    """Set a value, drop a row or add a view in a database."""
    database = sqlite3.connect(":memory:")
    try:
        database.deserialize(data)
        database.execute("PRAGMA writable_schema = ON")
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        table = rng.choice([*(name for (name,) in tables), "sqlite_master"])
        columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
        action = rng.random()
        statement = 'CREATE VIEW v AS SELECT * FROM "{table}"'
        if action < 0.9:
            statement = 'DROP TABLE "{table}"'
        if action < 0.8:
            statement = 'DELETE FROM "{table}" WHERE rowid % 2 = 0'
        if action < 0.7:
            statement = 'UPDATE "{table}" SET "{column}" = :value WHERE rowid % 2 = 1'
        value = rng.choice([*CELLS, rng.choice(WORDS)])
        database.execute(statement.format(table=table, column=rng.choice(columns)), {"value": value})
        database.commit()
        return database.serialize()
    except (sqlite3.Error, IndexError, UnicodeDecodeError):
        return _flip(data, seeds, rng)
    finally:
        database.close()


def _member(data: bytes, seeds: dict[str, bytes], rng: random.Random) -> bytes:
    """Mutate, rename, drop or add a member of an archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {
                entry.filename: archive.read(entry) for entry in archive.infolist() if entry.file_size < 10**6
            }
    except Exception:  # noqa: BLE001 - an archive that is broken already is mutated as bytes
        return _flip(data, seeds, rng)
    if not members:
        return data
    name = rng.choice(sorted(members))
    action = rng.random()
    if action < 0.7:
        text = name.endswith((".xml", ".rels", ".kml", ".prj", ".cpg"))
        change = rng.choice([_word, _word, _word, _cut] if text else [_flip, _cut, _number, _number, _repeat])
        members[name] = change(members[name], seeds, rng)
    elif action < 0.8:
        del members[name]
    else:
        new = rng.choice(("doc.kml", "../a.shp", "b.shp", "站.SHP", "a/b/points.dbf", "mimetype", "x.zip"))
        members[new] = members[name]
    return zipped(members)
