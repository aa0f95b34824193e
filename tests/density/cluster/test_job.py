"""What a worker does, done here: the steps of a count on a cluster without one."""

from __future__ import annotations

import dataclasses
import pickle

import geopandas as gpd
import pytest

from spatial.density.cluster import job as jobs
from spatial.density.cluster.frame import Places
from spatial.density.cluster.plan import planned
from spatial.density.cluster.same_files import mark_of
from spatial.density.cluster.versions import own_versions
from spatial.density.counting import count_density, finish
from spatial.density.frame_source import FrameSource
from spatial.density.model import Dedupe, DensitySettings
from spatial.density.sources import open_source
from spatial.errors import ClusterError
from tests.density.cluster.cluster_points import assert_same, point_table, write_parquet, zone_index


@pytest.fixture(autouse=True)
def worker(monkeypatch):
    monkeypatch.setattr(jobs, "_this_worker", lambda: "tcp://worker:1")


def sent(value):
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own bytes


def make_job(settings, sources=()):
    return jobs.Job(
        index=zone_index(),
        settings=settings,
        sources=tuple(sources),
        marks=tuple(mark_of(source) for source in sources),
        versions=own_versions(),
    )


@pytest.mark.parametrize("dedupe", ["none", "key:site", "distance:80"])
def test_the_steps_give_what_one_machine_gives(tmp_path, dedupe):
    settings = DensitySettings(by=("operator",), dedupe=Dedupe.parse(dedupe), grid_m=500)
    paths = [write_parquet(tmp_path / f"{seed}.parquet", 2_000, seed=seed) for seed in range(3)]
    sources = [open_source(path, x="lon", y="lat", crs="wgs84", columns=settings.columns) for path in paths]
    job = sent(make_job(settings, sources))
    counted = [sent(jobs.count_pieces(job, [piece])) for task in planned(sources, 2) for piece in task]
    assert len(counted) == 3
    if dedupe != "none":
        groups = [[sent(jobs.rows_of(each, group, 5)) for each in counted] for group in range(5)]
        merged = [sent(jobs.count_buckets(job, rows)) for rows in groups]
        counted = [*(jobs.counts_of(each) for each in counted), *merged, jobs.count_buckets(job, [{}])]
    found = finish(job.index, jobs.merge_counts(counted[::-1]), settings)
    wanted = count_density(job.index, sources, settings)
    assert_same(found, dataclasses.replace(wanted, notices=found.notices))


@pytest.mark.parametrize("xy", [None, ("lon", "lat")])
def test_a_partition_is_counted_by_its_geometry_or_its_columns(xy):
    settings = DensitySettings(by=("operator",))
    table = point_table(500).to_pandas()
    wanted = count_density(
        zone_index(), [FrameSource(table["lon"], table["lat"], {"operator": table["operator"]})], settings
    )
    places = gpd.points_from_xy(table["lon"], table["lat"])
    frame = table if xy else gpd.GeoDataFrame(table, geometry=places, crs="EPSG:4326")
    job = make_job(settings)
    found = finish(job.index, jobs.count_frame(job, frame, Places(xy=xy), 3), settings)
    assert found.counts.tolist() == wanted.counts.tolist()
    assert (found.n_in, found.n_used) == (wanted.n_in, wanted.n_used)
    assert {row.file for rows in found.reported.first.values() for row in rows} == {"partition-000003"}


def test_a_worker_that_sees_no_or_another_file_is_named(tmp_path):
    path = write_parquet(tmp_path / "points.parquet", 500)
    source = open_source(path, x="lon", y="lat", crs="wgs84")
    job = make_job(DensitySettings(), [source])
    (pieces,) = planned([source], 1)
    write_parquet(path, 500, seed=1)
    with pytest.raises(ClusterError) as caught:
        jobs.count_pieces(job, pieces)
    assert (caught.value.key, caught.value.params["worker"]) == ("cluster.other_file", "tcp://worker:1")
    path.unlink()
    with pytest.raises(ClusterError) as caught:
        jobs.count_pieces(job, pieces)
    assert (caught.value.key, caught.value.params["path"]) == ("cluster.no_file", str(path))


def test_a_worker_with_other_programs_counts_nothing():
    job = dataclasses.replace(make_job(DensitySettings()), versions={**own_versions(), "shapely": "1.8"})
    with pytest.raises(ClusterError) as caught:
        jobs.count_pieces(job, ())
    assert caught.value.params["differences"] == [f"shapely 1.8/{own_versions()['shapely']}"]
