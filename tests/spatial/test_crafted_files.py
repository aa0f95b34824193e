"""Files that were made to break the reader: each is read or refused in one sentence, and nothing hangs."""

from __future__ import annotations

import json
import warnings

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from spatial import errors
from spatial.vector_files import read_zones

WEST = shapely.box(114.00, 23.00, 114.01, 23.01)


def zones(**columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns or {"zone_id": ["west"]}, geometry=[WEST], crs="EPSG:4326")


# --- GeoParquet ------------------------------------------------------------------------------


def write_footer(path, edit) -> None:
    """Write a GeoParquet file whose description of its geometry was edited."""
    zones().to_parquet(path)
    table = pq.read_table(path)
    geo = edit(json.loads(table.schema.metadata[b"geo"]))
    words = geo if isinstance(geo, bytes) else json.dumps(geo).encode()
    pq.write_table(table.replace_schema_metadata({b"geo": words}), path)


def with_column(**members: object):
    def edit(geo: dict) -> dict:
        geo["columns"]["geometry"].update(members)
        return geo

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        lambda _: b"{x",
        lambda _: b"\xff\xfe",
        lambda _: b"[" * 100_000,
        lambda _: [],
        lambda geo: {key: value for key, value in geo.items() if key != "version"},
        lambda geo: geo | {"primary_column": ["geometry"]},
        with_column(encoding="unheard of"),
        with_column(encoding="point"),
        with_column(crs={"type": "unheard of"}),
        with_column(crs="http://127.0.0.1:9/crs"),
        with_column(crs="EPSG:4326"),
    ],
)
def test_a_geoparquet_footer_that_lies_is_refused(tmp_path, edit):
    path = tmp_path / "z.parquet"
    write_footer(path, edit)
    with pytest.raises(errors.UnreadableFileError) as caught:
        read_zones(path)
    assert caught.value.key == "error.not_parquet"


def test_a_geoparquet_column_that_is_no_geometry_is_refused(tmp_path):
    path = tmp_path / "z.parquet"
    zones().to_parquet(path)
    table = pq.read_table(path)
    at = table.schema.get_field_index("geometry")
    pq.write_table(table.set_column(at, "geometry", pa.array([b"junk"])), path)
    with pytest.raises(errors.UnreadableFileError):
        read_zones(path)


def test_edges_on_a_sphere_are_read_without_a_warning(tmp_path):
    path = tmp_path / "z.parquet"
    write_footer(path, with_column(edges="spherical"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_zones(path).zones) == 1
