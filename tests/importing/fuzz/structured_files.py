"""Files of right form and odd content, as Hypothesis strategies."""

from __future__ import annotations

import json

from hypothesis import strategies as st

ODD_TEXT = st.text(max_size=12) | st.sampled_from(
    [
        "",
        "NA",
        "007",
        "1,234",
        "52个/km²",
        "１１３",
        "113°19′12″",
        "=1+1",
        "{{7*7}}",
        "{0}",
        "%d",
        "\u202e",
        "a\nb",
        "经度",
        "纬度",
        "id",
    ]
)
NUMBERS = st.floats(allow_nan=True) | st.integers(-(10**20), 10**20) | st.floats(113, 114) | st.floats(22, 24)
SCALARS = st.none() | st.booleans() | NUMBERS | ODD_TEXT
POSITIONS = st.lists(NUMBERS, min_size=2, max_size=3) | st.just([113.3, 23.1]) | st.lists(SCALARS, max_size=4)
KINDS = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "Circle")


def _nested(depth: int) -> st.SearchStrategy[object]:
    strategy: st.SearchStrategy[object] = POSITIONS
    for _ in range(depth):
        strategy = st.lists(strategy, max_size=5)
    return strategy


GEOMETRIES = st.recursive(
    st.builds(
        lambda kind, coordinates: {"type": kind, "coordinates": coordinates},
        st.sampled_from(KINDS),
        st.integers(0, 3).flatmap(_nested),
    ),
    lambda inner: st.builds(
        lambda members: {"type": "GeometryCollection", "geometries": members}, st.lists(inner, max_size=3)
    ),
    max_leaves=4,
)
FEATURES = st.builds(
    lambda properties, geometry, identity: {
        "type": "Feature",
        "id": identity,
        "properties": properties,
        "geometry": geometry,
    },
    st.dictionaries(ODD_TEXT, SCALARS | st.lists(SCALARS, max_size=2), max_size=4),
    GEOMETRIES | st.none(),
    SCALARS,
)


def _table(rows: list[list[str]], mark: str) -> tuple[str, bytes]:
    return "t.csv", "\r\n".join(mark.join(row) for row in rows).encode("utf-8", "replace")


def _collection(features: list[object], lines: bool) -> tuple[str, bytes]:
    if lines:
        return "f.ndjson", "\n".join(map(json.dumps, features)).encode()
    return "f.geojson", json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _kml(names: list[str], coordinates: list[str]) -> tuple[str, bytes]:
    marks = "".join(
        f"<Placemark><name><![CDATA[{name}]]></name><{kind}><coordinates>{text}</coordinates></{kind}></Placemark>"
        for name, text, kind in zip(
            names, coordinates, ("Point", "LineString", "LinearRing", "Point"), strict=False
        )
    )
    return "k.kml", f"<kml><Document>{marks}</Document></kml>".encode("utf-8", "replace")


FILES = st.one_of(
    st.builds(
        _table, st.lists(st.lists(ODD_TEXT, max_size=5), max_size=6), st.sampled_from([",", ";", "\t"])
    ),
    st.builds(_collection, st.lists(FEATURES | SCALARS, max_size=4), st.booleans()),
    st.builds(
        _kml,
        st.lists(ODD_TEXT, min_size=4, max_size=4),
        st.lists(st.text("0123456789., -\neE", max_size=30), min_size=1, max_size=4),
    ),
)
