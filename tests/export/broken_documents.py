"""Broken JSON, GeoJSON and JSON-FG: one for every rule of those families."""

from __future__ import annotations

import json

from tests.export.broken_files import (
    HOLE,
    SQUARE,
    as_bytes,
    as_json,
    geometry_is,
    good_document,
    good_jsonfg,
    good_points,
    in_json,
    in_package,
    lines,
    moved,
    only,
    polygon,
    rings_are,
    with_change,
)

GOOD = json.dumps(good_points(), ensure_ascii=False).encode()
P = "geojson.position_"

as_bytes("json.empty", b"  \n")
as_bytes("json.not_utf8", json.dumps(good_points(), ensure_ascii=False).encode("gb18030"))
as_bytes("json.bom", b"\xef\xbb\xbf" + GOOD)
as_bytes("json.unparsable", GOOD.replace(b'"features": [', b'"features": [,'))
as_bytes("json.duplicate_key", GOOD.replace(b'"id": "p0"', b'"id": "p9", "id": "p0"'))
as_bytes("json.not_finite", GOOD.replace("名称".encode(), b'n": NaN, "m'))
as_bytes("json.number_overflow", GOOD.replace("名称".encode(), b'n": 1e999, "m'))
as_bytes("json.half_character", GOOD.replace("名称".encode(), b"\\ud83d"))
as_bytes("json.depth", GOOD.replace("名称".encode(), b'n": ' + b"[" * 70 + b"]" * 70 + b', "m'))
as_bytes("json.size", GOOD.replace("名称".encode(), b'n": [' + b"[]," * 5_000_000 + b'1], "m'))

as_json("geojson.not_object", [good_points()])
as_json("geojson.type", {"type": "Topology", "objects": {}, "arcs": []})
as_json("geojson.not_collection", good_points()["features"][0])
as_json("geojson.features_missing", {"type": "FeatureCollection"})
as_json("geojson.features_empty", {"type": "FeatureCollection", "features": []})
EPSG = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
CRS84 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
with_change("geojson.crs_member", lambda d: d.update(crs=EPSG))
with_change("geojson.crs84_member", lambda d: d.update(crs=CRS84))
with_change("geojson.reserved_member", lambda d: d.update(coordinates=[]))
with_change("geojson.bbox_shape", lambda d: d.update(bbox=[113.3, 23.0, 113.4]))
with_change("geojson.bbox_order", lambda d: d.update(bbox=[113.3, 23.1, 113.4, 23.0]))
with_change("geojson.bbox_values", lambda d: d.update(bbox=[113.3, 23.0, 113.39, 23.1]))
with_change("geojson.bbox_loose", lambda d: d.update(bbox=[113.3, 23.0, 113.5, 23.1]))
with_change("geojson.feature_type", lambda d: d["features"].append(7))
with_change("geojson.id_missing", lambda d: d["features"][0].pop("id"))
with_change("geojson.id_type", lambda d: d["features"][0].update(id=["a"]))
with_change("geojson.id_number", lambda d: d["features"][0].update(id=7))
with_change("geojson.id_duplicate", lambda d: d["features"][0].update(id="b"))
with_change("geojson.properties_missing", lambda d: d["features"][0].pop("properties"))
with_change("geojson.properties_type", lambda d: d["features"][0].update(properties=[1]))
with_change("geojson.geometry_missing", lambda d: d["features"][1].pop("geometry"))
with_change("geojson.geometry_null", lambda d: d["features"][1].update(geometry=None))
with_change("geojson.geometry_type", geometry_is({"type": "Circle", "coordinates": [113.3, 23.1]}))
as_json("geojson.geometry_collection", only({"type": "GeometryCollection", "geometries": [polygon(SQUARE)]}))
with_change("geojson.geometry_mixed", lambda d: d["features"].append(good_points()["features"][0]))
with_change("geojson.coordinates_nesting", geometry_is({"type": "Polygon", "coordinates": SQUARE}))
with_change("geojson.coordinates_empty", geometry_is({"type": "Polygon", "coordinates": []}))
as_json(P + "length", only({"type": "Point", "coordinates": [113.3]}))
as_json(P + "number", only({"type": "Point", "coordinates": [113.3, "23.1"]}))
as_json(P + "range", only({"type": "Point", "coordinates": [200.0, 23.1]}))
as_json(P + "swapped", only({"type": "Point", "coordinates": [23.1, 113.3]}))
as_json(P + "metres", only({"type": "Point", "coordinates": [430324.6, 2553559.2]}))
as_json(P + "zero", only({"type": "Point", "coordinates": [0, 0]}))
as_json(P + "height", only({"type": "Point", "coordinates": [113.3, 23.1, 5.0]}))
as_json("geojson.decimals", only({"type": "Point", "coordinates": [113.30000001, 23.1]}))
as_json("geojson.line_short", only(lines([113.3, 23.1])))
with_change("geojson.ring_open", rings_are(SQUARE[:-1]))
with_change("geojson.ring_short", rings_are([SQUARE[0], SQUARE[1], SQUARE[0]]))
with_change("geojson.ring_clockwise", rings_are(SQUARE[::-1]))
with_change("geojson.hole_counterclockwise", rings_are(SQUARE, HOLE[::-1]))
with_change("geojson.ring_collapsed", rings_are([SQUARE[0], SQUARE[1], [113.35, 23.0], SQUARE[0]]))
BOW_TIE = [[113.38, 23.0], [113.32, 23.0], [113.4, 23.1], [113.3, 23.1], [113.38, 23.0]]
with_change("geojson.self_intersection", rings_are(BOW_TIE))
with_change("geojson.hole_outside", rings_are(SQUARE, moved(HOLE, 0.5)))
PARTS = {"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE[::-1]]]}
as_json("geojson.parts_overlap", only(PARTS))
with_change("geojson.duplicate_position", rings_are([SQUARE[0], *SQUARE]))
as_json("geojson.antimeridian", only(lines([179.0, 10.0], [-179.0, 10.0])))

ID = "geojson/zones.geojson"
in_package(
    "geojson.id_not_bsm", in_json(ID, lambda d: d["features"][0].update(id="x")), "package.layers_disagree"
)


def _far_away(document: dict) -> None:
    spot = document["features"][0]["geometry"]
    spot["coordinates"] = [2.35, 48.85]
    document["bbox"] = [2.35, 48.85, 2.35, 48.85]


in_package("geojson.extent_window", in_json("geojson/places.geojson", _far_away))

with_change("jsonfg.conforms_to", lambda d: d.update(conformsTo=["x"]), base=good_jsonfg)
with_change("jsonfg.coord_ref_sys", lambda d: d.update(coordRefSys="CGCS2000"), base=good_jsonfg)
in_package(
    "jsonfg.crs_differs",
    in_json(
        "manifest.json", lambda d: [e.update(crs="EPSG:4547") for e in d["files"] if e["format"] == "jsonfg"]
    ),
    "metadata.crs",
)
with_change("jsonfg.feature_type", lambda d: d.pop("featureType"), base=good_jsonfg)
with_change("jsonfg.place_missing", lambda d: d["features"][0].update(place=None), base=good_jsonfg)
LINE = lines([23.1, 113.3], [23.2, 113.3])
with_change("jsonfg.place_type", lambda d: d["features"][0].update(place=LINE), base=good_jsonfg)
with_change(
    "jsonfg.axis_order", lambda d: d["features"][0]["place"]["coordinates"].reverse(), base=good_jsonfg
)
ELSEWHERE = {"type": "Point", "coordinates": [23.2, 113.3]}
with_change("jsonfg.place_differs", lambda d: d["features"][0].update(place=ELSEWHERE), base=good_jsonfg)
LOCAL = {"timestamp": "2023-03-31T08:00:00+08:00"}
with_change("jsonfg.time", lambda d: d["features"][0].update(time=LOCAL), base=good_jsonfg)

# What another validator alone finds.
INNER = {"type": "Point", "coordinates": [113.3, 23.1], "bbox": [1]}
as_json(
    "oracle.structure",
    only({"type": "GeometryCollection", "geometries": [INNER]}),
    "geojson.geometry_collection",
    "oracle.model",
)
as_json("oracle.geometry", only(lines([113.3, 23.1], [113.4, 23.1], [113.3, 23.1], [113.3, 23.2])))
HIGH = good_document()
HIGH["features"][0]["bbox"] = [113.3, 23.0, 9, 113.4, 23.1, 1]
as_json("oracle.model", HIGH)
