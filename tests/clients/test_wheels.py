"""JSON-FG and GeoParquet, which Debian's GDAL does not know, with the GDAL of the wheels and pyarrow."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest

pytestmark = pytest.mark.deep


def test_gdal_reads_json_fg_in_its_own_system(hand_over):
    for source in hand_over.sources(("jsonfg",)):
        info = pyogrio.read_info(f"JSONFG:{source.path}")
        assert info["driver"] == "JSONFG"
        frame = pyogrio.read_dataframe(f"JSONFG:{source.path}")
        assert pyproj.CRS(frame.crs).to_epsg() == source.epsg
        keyed = frame.set_index(frame["BSM"].astype(str)).geometry.sort_index()
        wanted = source.wanted.features.set_index("BSM").geometry.sort_index()
        assert list(keyed.index) == list(wanted.index)
        assert np.abs(keyed.bounds.to_numpy() - wanted.bounds.to_numpy()).max() <= 1e-9
        assert sorted(frame["MC"].fillna("")) == sorted(source.wanted.features["MC"].fillna(""))


def test_pyarrow_reads_geoparquet(hand_over):
    for source in hand_over.sources(("geoparquet",)):
        table = pq.read_table(source.path)
        geo = json.loads(table.schema.metadata[b"geo"])
        column = geo["columns"][geo["primary_column"]]
        assert pyproj.CRS.from_json_dict(column["crs"]).to_epsg() == source.epsg
        assert sorted(table["BSM"].to_pylist()) == source.ids
        frame = gpd.read_parquet(source.path).set_index("BSM").geometry.sort_index()
        wanted = source.features().set_index("BSM").geometry.sort_index()
        assert np.abs(frame.bounds.to_numpy() - wanted.bounds.to_numpy()).max() <= 1e-6
