"""What becomes of a count when the cluster fails it: one sentence that says what to do, and no hang."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

from spatial.density.cluster import ClusterPatience, count_on_cluster
from spatial.density.cluster.waiting import explained
from spatial.density.counting import count_density
from spatial.density.feed import CountCancelledError
from spatial.density.model import DensitySettings
from spatial.density.sources import open_source
from spatial.errors import ClusterError, UnreadableFileError, UsageError
from tests.density.cluster.cluster_points import MadeUpSource, assert_same, write_parquet, zone_index
from tests.density.cluster.conftest import ROOT, Cluster

pytestmark = pytest.mark.deep

SOON = ClusterPatience(connect_s=8, workers_s=60, without_workers_s=3, reply_s=8, ask_every_s=0.2)
MANY_PARTS = 1_000
"""More than two workers read, slowly, in the time that a test grants to a busy machine."""
GRANTED_S = 60


def counted(source, address, *, patience=SOON, **choices):
    return count_on_cluster(
        zone_index(), [source], DensitySettings(), address=address, patience=patience, **choices
    )


def refusal(source, address, **choices):
    with pytest.raises(ClusterError) as caught:
        counted(source, address, **choices)
    assert caught.value.message("zh")
    assert caught.value.message("en")
    return caught.value


@pytest.mark.parametrize(
    "address",
    [
        "tcp://",
        "tcp://:::",
        "tcp://[::1",
        "10.0.0.1:8786",
        "http://127.0.0.1:1",
        "inproc://1",
        "",
        "file:///etc",
    ],
)
def test_an_address_of_another_kind_is_refused_without_a_call(address):
    with pytest.raises(UsageError) as caught:
        counted(MadeUpSource(""), address)
    assert caught.value.key == "cluster.bad_address"


def test_no_workers_at_all_cannot_be_meant():
    with pytest.raises(UsageError):
        counted(MadeUpSource(""), None, workers=0)


def test_an_address_where_nobody_listens_is_said_in_time():
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        begun = time.monotonic()
        error = refusal(MadeUpSource(""), f"tcp://127.0.0.1:{taken.getsockname()[1]}")
    assert error.key == "cluster.no_scheduler"
    assert time.monotonic() - begun < 30


def test_a_listener_that_never_answers_is_said_in_time():
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        begun = time.monotonic()
        error = refusal(MadeUpSource(""), f"tcp://127.0.0.1:{silent.getsockname()[1]}")
    assert error.key == "cluster.no_scheduler"
    assert time.monotonic() - begun < 30


def test_tls_without_a_certificate_is_refused():
    assert refusal(MadeUpSource(""), "tls://127.0.0.1:1").key == "cluster.no_certificate"


def test_tls_is_spoken_with_the_certificates_that_the_settings_name(tmp_path):
    import dask
    from distributed import Security

    made = Security.temporary()
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    key.write_text(made.tls_client_key, encoding="ascii")
    certificate.write_text(made.tls_client_cert, encoding="ascii")
    tls = "distributed.comm.tls"
    ours = {f"{tls}.client.cert": str(certificate), f"{tls}.client.key": str(key)}
    files = ["--tls-ca-file", str(certificate), "--tls-cert", str(certificate), "--tls-key", str(key)]
    cluster = Cluster(tmp_path, scheme="tls", credentials=files)
    try:
        cluster.worker()
        with dask.config.set({**ours, f"{tls}.ca-file": str(certificate)}):
            found = counted(MadeUpSource(""), cluster.address)
        with dask.config.set({**ours, f"{tls}.ca-file": str(tmp_path / "none")}):
            error = refusal(MadeUpSource(""), cluster.address)
    finally:
        cluster.close()
    assert found.total_count == 16_000
    assert error.key == "cluster.bad_certificate"


def test_a_scheduler_without_workers_is_said(own_cluster):
    error = refusal(MadeUpSource(""), own_cluster.address, patience=ClusterPatience(workers_s=1))
    assert error.key == "cluster.no_workers"


def test_a_task_that_kills_worker_after_worker_is_given_up(cluster, tmp_path):
    error = refusal(MadeUpSource(str(tmp_path), "die-always"), cluster.address, patience=ClusterPatience())
    assert error.key == "cluster.killed"
    assert len(list(tmp_path.glob("read-3-*"))) == error.params["count"] == 4
    source = MadeUpSource("")
    assert counted(source, cluster.address).total_count == source.n_rows


def test_workers_that_all_go_and_stay_away_are_said(own_cluster, tmp_path):
    worker = own_cluster.worker("--no-nanny")
    source = MadeUpSource(str(tmp_path), "slow", n_parts=MANY_PARTS)
    threading.Thread(target=lambda: (wait_for(tmp_path, "read-*"), worker.kill())).start()
    assert refusal(source, own_cluster.address).key == "cluster.workers_lost"


def test_a_worker_that_comes_later_finishes_what_the_lost_one_began(own_cluster, tmp_path):
    first = own_cluster.worker("--no-nanny")

    def replace():
        wait_for(tmp_path, "read-2-*")
        first.kill()
        own_cluster.worker("--no-nanny")

    threading.Thread(target=replace).start()
    source = MadeUpSource(str(tmp_path), "slow")
    patience = ClusterPatience(without_workers_s=60, ask_every_s=0.2)
    found = count_on_cluster(
        zone_index(), [source], DensitySettings(), address=own_cluster.address, patience=patience
    )
    assert_same(found, count_density(zone_index(), [MadeUpSource("")], DensitySettings()))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_scheduler_that_is_gone_or_silent_is_said(own_cluster, tmp_path, how):
    own_cluster.worker("--no-nanny")
    source = MadeUpSource(str(tmp_path), "slow", n_parts=MANY_PARTS)

    def end():
        wait_for(tmp_path, "read-*")
        os.kill(own_cluster.scheduler.pid, how)

    threading.Thread(target=end).start()
    begun = time.monotonic()
    assert refusal(source, own_cluster.address).key == "cluster.scheduler_lost"
    assert time.monotonic() - begun < 60


def test_a_file_that_a_worker_cannot_open_is_named_with_the_worker(cluster, tmp_path, monkeypatch):
    path = write_parquet(tmp_path / "points.parquet", 1_000)
    source = open_source(path, x="lon", y="lat", crs="wgs84")
    monkeypatch.setattr("spatial.density.cluster.count._handed_out", without(path))
    error = refusal(source, cluster.address)
    assert error.key == "cluster.no_file"
    assert error.params["path"] == str(path)
    assert error.params["worker"].startswith("tcp://127.0.0.1:")


def test_another_file_of_the_same_name_is_not_counted(cluster, tmp_path, monkeypatch):
    path = write_parquet(tmp_path / "points.parquet", 1_000)
    source = open_source(path, x="lon", y="lat", crs="wgs84")
    other = write_parquet(tmp_path / "other.parquet", 1_000, seed=1)
    monkeypatch.setattr("spatial.density.cluster.count._handed_out", without(path, instead=other))
    assert refusal(source, cluster.address).key == "cluster.other_file"


def test_a_damaged_file_is_said_as_on_one_machine(cluster, tmp_path):
    path = write_parquet(tmp_path / "points.parquet", 20_000)
    source = open_source(path, x="lon", y="lat", crs="wgs84")
    whole = path.read_bytes()
    path.write_bytes(whole[:5_000] + bytes(20_000) + whole[25_000:])
    with pytest.raises(UnreadableFileError) as alone:
        count_density(zone_index(), [source], DensitySettings(), threads=1)
    with pytest.raises(UnreadableFileError) as caught:
        counted(source, cluster.address)
    assert (caught.value.key, caught.value.params) == (alone.value.key, alone.value.params)


def test_a_worker_of_another_version_is_refused(own_cluster, tmp_path):
    """The worker runs a copy of the product with one line more."""
    shutil.copytree(ROOT / "spatial", tmp_path / "spatial", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "density", tmp_path / "tests" / "density")
    with (tmp_path / "spatial" / "units.py").open("a") as module:
        module.write("\n# another\n")
    own_cluster.start(
        "worker",
        own_cluster.address,
        *["--nthreads", "1", "--no-dashboard", "--local-directory", str(tmp_path)],
        folder=tmp_path,
    )
    error = refusal(MadeUpSource(""), own_cluster.address)
    assert error.key == "cluster.other_versions"
    assert "spatial" in error.params["differences"][0]


def test_a_worker_without_the_product_is_said(own_cluster, tmp_path):
    own_cluster.start(
        "worker",
        own_cluster.address,
        *["--nthreads", "1", "--no-dashboard", "--local-directory", str(tmp_path)],
        folder=tmp_path,
    )
    assert refusal(MadeUpSource(""), own_cluster.address).key == "cluster.no_product"


def test_another_version_of_a_package_is_named(cluster, monkeypatch):
    from spatial.density.cluster import connection

    other = {**connection.own_versions(), "numpy": "0.1"}
    monkeypatch.setattr(connection, "own_versions", lambda: other)
    error = refusal(MadeUpSource(""), cluster.address)
    assert error.key == "cluster.other_versions"
    assert error.params["worker"] == "scheduler"
    assert error.params["differences"][0].startswith("numpy 0.1/")


def test_what_nobody_foresaw_stays_what_it_is(cluster, tmp_path):
    with pytest.raises(ZeroDivisionError):
        counted(MadeUpSource(str(tmp_path), "break"), cluster.address)


def test_giving_up_ends_the_tasks(cluster, tmp_path):
    source = MadeUpSource(str(tmp_path), "slow", n_parts=MANY_PARTS)
    with pytest.raises(CountCancelledError):
        counted(source, cluster.address, cancelled=lambda: any(tmp_path.iterdir()))
    require_no_tasks(cluster.address, tmp_path)


INTERRUPTED = """
import sys
from spatial.density.cluster import count_on_cluster
from spatial.density.model import DensitySettings
from tests.density.cluster.cluster_points import MadeUpSource, zone_index

if __name__ == "__main__":
    source = MadeUpSource(sys.argv[1], "slow", n_parts=int(sys.argv[3]))
    try:
        count_on_cluster(zone_index(), [source], DensitySettings(), address=sys.argv[2] or None, workers=2)
    except KeyboardInterrupt:
        print("interrupted")
"""


@pytest.mark.parametrize("local", [False, True])
def test_an_interrupt_ends_the_tasks_and_leaves_nothing(cluster, tmp_path, local):
    """The terminal sends it to every process of the group."""
    read, folders = tmp_path / "read", tmp_path / "folders"
    read.mkdir()
    folders.mkdir()
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script), str(read), "" if local else cluster.address, str(MANY_PARTS)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folders)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(read, "read-*")
    os.killpg(process.pid, signal.SIGINT)
    said, complaints = process.communicate(timeout=60)
    assert (process.returncode, said.strip(), complaints) == (0, "interrupted", "")
    assert list(folders.iterdir()) == []
    require_no_tasks(cluster.address, read)


def test_a_lost_network_of_memory_and_programs_is_worded():
    assert explained(MemoryError()).key == "cluster.no_memory"
    assert explained(ModuleNotFoundError("spatial")).key == "cluster.no_product"
    assert explained(RuntimeError("Error during deserialization of it")).key == "cluster.no_product"
    error = KeyError("x")
    assert explained(error) is error


def wait_for(folder, pattern):
    deadline = time.monotonic() + GRANTED_S
    while not list(folder.glob(pattern)) and time.monotonic() < deadline:
        time.sleep(0.05)


def require_no_tasks(address, folder):
    """Hold that what was begun ends, and nothing new begins."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        deadline = time.monotonic() + GRANTED_S
        while any(client.processing().values()) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not any(client.processing().values())
        # A worker may still begin what it was given before it hears of the end.
        deadline = time.monotonic() + GRANTED_S
        begun, now = -1, len(list(folder.iterdir()))
        while begun != now and time.monotonic() < deadline:
            time.sleep(1)
            begun, now = now, len(list(folder.iterdir()))
        assert begun == now < MANY_PARTS / 2


def without(path, instead=None):
    """Take the file away, or put another in its place, once the client has looked at it."""
    from spatial.density.cluster import count

    hand_out = count._handed_out

    def handed_out(*arguments):
        job = hand_out(*arguments)
        path.unlink()
        if instead is not None:
            instead.rename(path)
        return job

    return handed_out
