"""A cluster gives what one machine gives, for every choice of settings."""

from __future__ import annotations

import dataclasses
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from spatial.density.cluster import count_dask_frame, count_on_cluster, plan
from spatial.density.counting import count_density
from spatial.density.frame_source import FrameSource
from spatial.density.model import Dedupe, DensitySettings
from spatial.density.sources import open_source
from spatial.errors import MissingColumnError, MissingCrsError, UsageError
from tests.density.cluster.cluster_points import assert_same, point_table, write_parquet, zone_index

pytestmark = pytest.mark.deep

SETTINGS = [
    DensitySettings(),
    DensitySettings(by=("operator", "year")),
    DensitySettings(grid_m=250),
    DensitySettings(dedupe=Dedupe.parse("key:site"), by=("operator",), grid_m=1000),
    DensitySettings(dedupe=Dedupe.parse("distance:25"), by=("year",)),
    DensitySettings(dedupe=Dedupe.parse("distance:120"), grid_m=500),
]


@pytest.fixture
def small_tasks(monkeypatch):
    """Files of a test are small: let them be several tasks all the same."""
    monkeypatch.setattr(plan, "_FEWEST_ROWS", 4_000)


@pytest.mark.usefixtures("small_tasks")
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("overlapping", [False, True])
def test_every_setting_gives_what_one_machine_gives(cluster, tmp_path, settings, overlapping):
    index = zone_index(overlapping=overlapping)
    paths = [write_parquet(tmp_path / f"{seed}.parquet", 8_000, seed=seed) for seed in range(6)]
    sources = [open_source(path, x="lon", y="lat", crs="wgs84", columns=settings.columns) for path in paths]
    assert len(plan.planned(sources, 2)) == 6
    wanted = count_density(index, sources, settings)
    assert wanted.n_in == 48_000
    assert wanted.n_reported
    told = []
    found = count_on_cluster(
        index, sources, settings, address=cluster.address, progress=lambda *rows: told.append(rows)
    )
    assert_same(found, wanted)
    assert told[-1] == (48_000, 48_000)


@pytest.mark.parametrize("n_rows", [0, 1, 600_000])
def test_every_size_gives_what_one_machine_gives(cluster, tmp_path, n_rows):
    settings = DensitySettings(by=("operator",))
    index = zone_index(n_points=n_rows)
    path = write_parquet(tmp_path / "points.parquet", n_rows, group_rows=60_000)
    source = open_source(path, x="lon", y="lat", crs="wgs84", columns=settings.columns)
    found = count_on_cluster(index, [source], settings, address=cluster.address)
    assert_same(found, count_density(index, [source], settings))


def points_frame(n_rows=20_000):
    table = point_table(n_rows).to_pandas()
    return table[np.isfinite(table["lon"]) & (table["lat"] < 90)].reset_index(drop=True)


@pytest.mark.parametrize("settings", [SETTINGS[1], SETTINGS[3]], ids=str)
@pytest.mark.parametrize("kind", ["columns", "geometry"])
def test_a_frame_of_dask_gives_what_the_same_rows_give(cluster, settings, kind):
    import dask.dataframe as dd

    frame = points_frame()
    index = zone_index()
    wanted = count_density(
        index,
        [FrameSource(frame["lon"], frame["lat"], {name: frame[name] for name in settings.columns})],
        settings,
    )
    if kind == "columns":
        found = count_dask_frame(
            index,
            dd.from_pandas(frame, npartitions=7),
            settings,
            scheduler=cluster.address,
            xy=("lon", "lat"),
        )
    else:
        dask_geopandas = pytest.importorskip("dask_geopandas")
        places = gpd.points_from_xy(frame["lon"], frame["lat"])
        points = gpd.GeoDataFrame(frame[["operator", "year", "site"]], geometry=places, crs="EPSG:4326")
        found = count_dask_frame(
            index, dask_geopandas.from_geopandas(points, npartitions=7), settings, scheduler=cluster.address
        )
    assert_same(found, dataclasses.replace(wanted, reported=found.reported))
    assert found.reported.counts == wanted.reported.counts


def test_a_persisted_frame_is_counted_where_it_is_and_its_client_stays_open(cluster):
    import dask.dataframe as dd
    from distributed import Client

    frame = points_frame(5_000)
    index = zone_index()
    with Client(cluster.address, set_as_default=False) as client:
        (persisted,) = client.persist([dd.from_pandas(frame, npartitions=3)])
        found = count_dask_frame(index, persisted, DensitySettings(), scheduler=client, xy=("lon", "lat"))
        assert client.status == "running"
        assert client.submit(sum, [1, 2]).result() == 3
    wanted = count_density(index, [FrameSource(frame["lon"], frame["lat"])], DensitySettings())
    assert found.counts.tolist() == wanted.counts.tolist()


def test_rows_of_a_frame_without_a_place_are_named_by_partition(cluster):
    import dask.dataframe as dd

    frame = pd.DataFrame({"lon": [113.05, np.nan, 113.06], "lat": [23.05, 23.0, 95.0]})
    found = count_dask_frame(
        zone_index(),
        dd.from_pandas(frame, npartitions=1),
        DensitySettings(),
        scheduler=cluster.address,
        xy=("lon", "lat"),
    )
    assert (found.n_in, found.n_used, found.n_reported) == (3, 1, 2)
    rows = sorted(row for first in found.reported.first.values() for row in first)
    assert [(row.file, row.row) for row in rows] == [("partition-000000", 1), ("partition-000000", 2)]


def test_a_frame_that_cannot_be_meant_is_refused(cluster):
    import dask.dataframe as dd
    import dask_geopandas

    frame = dd.from_pandas(points_frame(100), npartitions=1)
    index = zone_index()
    with pytest.raises(UsageError) as caught:
        count_dask_frame(index, frame, DensitySettings(), scheduler=cluster.address)
    assert caught.value.key == "cluster.no_places"
    with pytest.raises(MissingColumnError):
        count_dask_frame(index, frame, DensitySettings(by=("band",)), xy=("lon", "lat"))
    with pytest.raises(MissingColumnError):
        count_dask_frame(index, frame, DensitySettings(), xy=("east", "lat"))
    points = gpd.GeoDataFrame({"a": [1]}, geometry=gpd.points_from_xy([113.0], [23.0]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        without = dask_geopandas.from_geopandas(points, npartitions=1)
    with pytest.raises(MissingCrsError):
        count_dask_frame(index, without, DensitySettings(), scheduler=cluster.address)
