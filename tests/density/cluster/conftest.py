"""A scheduler and workers started as the README says."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
QUIET = ["--no-dashboard", "--dashboard-address", "127.0.0.1:0"]


class Cluster:
    """A scheduler and the workers that a test asks for; they end with the test."""

    def __init__(self, folder, *, scheme="tcp", credentials=()):
        pytest.importorskip(
            "distributed", reason="requirements-cluster.txt is not installed: NOT COUNTED ON A CLUSTER"
        )
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"{scheme}://127.0.0.1:{port}"
        self.credentials = credentials
        self.folder = folder
        self.processes = []
        host = f"{scheme}://127.0.0.1"
        self.scheduler = self.start("scheduler", "--host", host, "--port", str(port), *QUIET, *credentials)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        pytest.fail("the scheduler did not come up")

    def start(self, *arguments, folder=ROOT):
        with (self.folder / f"log-{len(self.processes)}").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                cwd=folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def worker(self, *arguments):
        own = ["--nthreads", "1", "--local-directory", str(self.folder), *self.credentials]
        return self.start("worker", self.address, *own, *QUIET, *arguments)

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two workers of one thread each."""
    started = Cluster(tmp_path_factory.mktemp("cluster"))
    started.worker("--nworkers", "2")
    yield started
    started.close()


@pytest.fixture
def own_cluster(tmp_path):
    """A scheduler without workers, for one test."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    started = Cluster(folder)
    yield started
    started.close()
