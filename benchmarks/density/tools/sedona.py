"""SedonaDB as its documentation has it; it makes the smaller file the indexed side by itself."""

import json
import sys

import sedonadb

_, zones_path, points_path = sys.argv
engine = sedonadb.connect()
engine.read_parquet(zones_path).to_view("zones")
engine.read_parquet(points_path).to_view("points")
found = engine.sql(
    "SELECT zones.zone_id, COUNT(*) AS n FROM zones JOIN points"
    " ON ST_Intersects(zones.geometry, points.geometry) GROUP BY zones.zone_id"
)
columns = found.to_arrow_table().to_pydict()
json.dump(dict(zip(columns["zone_id"], columns["n"], strict=True)), sys.stdout)
