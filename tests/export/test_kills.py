"""A writer that is killed at any moment leaves the old or the new package, whole."""

from __future__ import annotations

import os
import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from spatial.atomic_write import sweep
from spatial.export.package import write_package
from tests.export.interrupted_writes import KINDS, content_of, target_in, which

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.export.model import PackageContent

KILLS = 40 if os.environ.get("CI") else 200


def killed(content: PackageContent, target: Path, *, after_s: float) -> bool:
    """Fork a writer and kill it; True where the kill came before its end.

    A fork has every library loaded, so that the moments fall into the writing and not into imports.
    """
    child = os.fork()
    if child == 0:
        try:
            write_package(content, target)
        finally:
            os._exit(0)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def warm(content: PackageContent, target: Path) -> float:
    """Load every library in this process; return how long a forked writer takes."""
    write_package(content, target)
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            write_package(content, target)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return time.perf_counter() - start


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.deep
@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_writer_leaves_the_old_or_the_new_package(tmp_path, kind):
    target = target_in(tmp_path, kind)
    old, new = (content_of(kind, title=title) for title in ("OLD", "NEW"))
    whole_s = warm(old, target)
    moments = random.Random(kind)  # noqa: S311 - moments, not secrets
    outcomes = {"OLD": 0, "NEW": 0}
    n_killed = 0
    standing = "OLD"
    while n_killed < KILLS:
        # A new package has taken the place: from now on the other one is the new.
        content = new if standing == "OLD" else old
        n_killed += killed(content, target, after_s=moments.uniform(0, 1.1 * whole_s))
        standing = which(target)
        outcomes[standing] += 1
    assert n_killed == KILLS
    assert min(outcomes.values()) > 0, "no kill fell after the exchange, or all did"
    left = [path for path in tmp_path.iterdir() if path != target]
    assert all(path.name.startswith(".atlas-") for path in left)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [target]
