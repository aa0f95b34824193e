"""DuckDB with its SPATIAL_JOIN: an R-tree over the zones, the smaller side, probed by the points."""

import json
import os
import sys
from pathlib import Path

import duckdb
import duckdb_extension_spatial

_, zones_path, points_path = sys.argv
(extension,) = Path(duckdb_extension_spatial.__file__).parent.glob(
    f"extensions/v{duckdb.__version__}/spatial.duckdb_extension"
)
engine = duckdb.connect(config={"allow_unsigned_extensions": "true"})
engine.execute(f"SET threads = {os.cpu_count()}")
engine.execute("SET preserve_insertion_order = false")
engine.execute(f"LOAD '{extension}'")
query = (
    f"SELECT zones.zone_id, COUNT(*) FROM '{points_path}' AS points JOIN '{zones_path}' AS zones"  # noqa: S608
    " ON ST_Intersects(points.geometry, zones.geometry) GROUP BY zones.zone_id"
)
if "SPATIAL_JOIN" not in engine.execute(f"EXPLAIN {query}").fetchall()[0][1]:
    raise SystemExit("DuckDB does not choose its SPATIAL_JOIN")
json.dump(dict(engine.execute(query).fetchall()), sys.stdout)
