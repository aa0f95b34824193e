"""The way to a scheduler: one that the caller names, or one on this machine that ends with the count."""

from __future__ import annotations

import logging
import re
import tempfile
import warnings
from contextlib import ExitStack, contextmanager
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Final

from spatial.density.cluster.versions import PACKAGES, PRODUCT, differences, own_versions
from spatial.density.feed import usable_cores
from spatial.errors import ClusterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Client, LocalCluster, Security

    from spatial.density.cluster.patience import ClusterPatience

__all__ = ["connected", "require_dask", "require_same_versions"]

_ADDRESS: Final = re.compile(r"(tcp|tls)://(\[[^\s\[\]]+\]|[^\s:/\[\]]+):[0-9]{1,5}")
_LOCAL_ONLY: Final = {
    # Nothing listens but what the count needs; a worker does not watch itself work.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.worker.profile.enabled": False,
    "distributed.worker.preload": ["spatial.density.cluster.worker_signals"],
}


def require_dask() -> None:
    """Refuse a count on a cluster where Dask is not installed.

    Raises
    ------
    ClusterError
        Naming the command that installs it.
    """
    try:
        import cryptography  # noqa: F401, PLC0415 - Dask is imported for a count on a cluster alone
        import distributed  # noqa: F401, PLC0415
    except ImportError as error:
        raise ClusterError("cluster.not_installed", package=error.name or "distributed") from error


@contextmanager
def connected(address: str | None, *, workers: int | None, patience: ClusterPatience) -> Iterator[Client]:
    """Yield a client of the scheduler at an address, or of one with worker processes on this machine.

    Raises
    ------
    UsageError
        If the address is none of ``tcp://HOST:PORT`` or ``tls://HOST:PORT``.
    ClusterError
        If Dask is not installed, nobody answers, no worker comes, or one runs other programs.
    """
    if address is not None and not _ADDRESS.fullmatch(address):
        raise UsageError("cluster.bad_address", address=address)
    if workers is not None and workers < 1:
        raise UsageError("cluster.bad_workers", value=workers)
    require_dask()
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        if address is None:
            cluster = stack.enter_context(_local_cluster(workers or usable_cores()))
            client = stack.enter_context(_client(cluster.scheduler_address, cluster.security, patience))
        else:
            client = stack.enter_context(_client(address, _credentials(address), patience))
        _require_workers(client, workers or 1, patience)
        require_same_versions(client)
        yield client


def require_same_versions(client: Client) -> None:
    """Refuse a scheduler or worker with other programs than this process.

    Raises
    ------
    ClusterError
        Naming the first that differs, and in what.
    """
    here = {name: words for name, words in own_versions().items() if name != PRODUCT}
    found = client.get_versions(packages=list(PACKAGES))
    others = {"scheduler": found["scheduler"], **found["workers"]}
    for name, facts in others.items():
        packages = (facts or {}).get("packages", {})
        there = {each: words or "-" for each, words in packages.items()}
        # A Python is told with its release level, as in 3.11.7.final.0.
        there["python"] = ".".join(there.get("python", "-").split(".")[:3])
        unlike = differences(here, there)
        if unlike:
            raise ClusterError("cluster.other_versions", worker=name, differences=unlike)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's own log and its table of versions from the terminal: a `ClusterError` says it."""
    from distributed.versions import VersionMismatchWarning  # noqa: PLC0415

    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", VersionMismatchWarning)
            warnings.filterwarnings("ignore", message="Sending large graph", category=UserWarning)
            yield
    finally:
        logger.setLevel(level)


@contextmanager
def _local_cluster(workers: int) -> Iterator[LocalCluster]:
    """Yield worker processes of one thread each, which nobody else on this machine can talk to."""
    import dask  # noqa: PLC0415
    from distributed import LocalCluster, Security  # noqa: PLC0415

    # What a worker keeps on disk goes with this folder, whatever became of the worker.
    with (
        tempfile.TemporaryDirectory(prefix="atlas-cluster-", ignore_cleanup_errors=True) as folder,
        dask.config.set({**_LOCAL_ONLY, "temporary-directory": folder}),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            protocol="tls://",
            # Whoever reaches a scheduler may run code as its owner: keys for this count alone.
            security=Security.temporary(),
            dashboard_address="127.0.0.1:0",
            local_directory=folder,
            silence_logs=logging.CRITICAL,
            scheduler_kwargs={"dashboard": False},
        ) as cluster,
    ):
        yield cluster


@contextmanager
def _client(address: str, security: Security | None, patience: ClusterPatience) -> Iterator[Client]:
    """Yield a client that is nobody's default."""
    client = _opened(address, security, patience)
    try:
        yield client
    finally:
        client.close(timeout=patience.connect_s)


def _opened(address: str, security: Security | None, patience: ClusterPatience) -> Client:
    """Return a client once the scheduler has answered it."""
    from distributed import Client  # noqa: PLC0415

    answer: SimpleQueue[Client | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answer.put(Client(address, security=security, timeout=patience.connect_s, set_as_default=False))
        except Exception as error:  # noqa: BLE001 - told by the thread that waits
            answer.put(error)

    # Of its own: what accepts a connection and says nothing is waited for without end.
    Thread(target=ask, daemon=True).start()
    try:
        found = answer.get(timeout=2 * patience.connect_s)
    except Empty:
        found = TimeoutError("-")
    if isinstance(found, Exception):
        seconds = f"{patience.connect_s:g}"
        raise ClusterError(
            "cluster.no_scheduler", address=address, seconds=seconds, reason=str(found)
        ) from found
    return found


def _credentials(address: str) -> Security:
    """Return the certificates that Dask's settings name; ``tls://`` needs some.

    Raises
    ------
    ClusterError
        If there are none, or one cannot be read.
    """
    from distributed import Security  # noqa: PLC0415

    security = Security()
    if not address.startswith("tls://"):
        return security
    try:
        context = security.get_connection_args("client").get("ssl_context")
    except OSError as error:
        raise ClusterError("cluster.bad_certificate", reason=str(error)) from error
    if context is None:
        raise ClusterError("cluster.no_certificate", address=address)
    return security


def _require_workers(client: Client, workers: int, patience: ClusterPatience) -> None:
    """Wait for workers."""
    try:
        client.wait_for_workers(workers, timeout=patience.workers_s)
    except TimeoutError as error:
        raise ClusterError("cluster.no_workers", count=workers, seconds=f"{patience.workers_s:g}") from error
