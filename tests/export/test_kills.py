"""A writer that is killed at any moment leaves the old or the new package, whole."""

from __future__ import annotations

import math
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

KILLS = 200


class Victim:
    """A forked writer: it has every library loaded, so that the moments fall into the writing."""

    def __init__(self, content: PackageContent, target: Path) -> None:
        self.start = time.perf_counter()
        self.process = os.fork()
        if self.process == 0:
            try:
                write_package(content, target)
            finally:
                os._exit(0)

    @property
    def age_s(self) -> float:
        return time.perf_counter() - self.start

    def wait(self, until_s: float) -> bool:
        """Wait for its end, at most until that age; True where it has ended."""
        while self.age_s < until_s:
            if os.waitpid(self.process, os.WNOHANG) != (0, 0):
                return True
            time.sleep(min(0.002, max(0.0, until_s - self.age_s)))
        return False

    def kill(self) -> bool:
        """Kill it; True where the kill came before its end."""
        os.kill(self.process, signal.SIGKILL)
        _, status = os.waitpid(self.process, 0)
        return os.WIFSIGNALED(status)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.deep
@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_writer_leaves_the_old_or_the_new_package(tmp_path, kind):
    target = target_in(tmp_path, kind)
    old, new = (content_of(kind, title=title) for title in ("OLD", "NEW"))
    write_package(old, target)
    whole_s = math.inf
    moments = random.Random(kind)  # noqa: S311 - moments, not secrets
    outcomes = {"OLD": 0, "NEW": 0}
    n_killed = 0
    standing = "OLD"
    while n_killed < KILLS:
        # A new package has taken the place: from now on the other one is the new.
        content = new if standing == "OLD" else old
        victim = Victim(content, target)
        # The first one, and each that ends before its moment, says how long a writer takes just now.
        if victim.wait(1.1 * whole_s * moments.random() if math.isfinite(whole_s) else math.inf):
            whole_s = victim.age_s
        else:
            n_killed += victim.kill()
        standing = which(target)
        outcomes[standing] += 1
    assert n_killed == KILLS
    assert min(outcomes.values()) > 0, "no kill fell after the exchange, or all did"
    left = [path for path in tmp_path.iterdir() if path != target]
    assert all(path.name.startswith(".atlas-") for path in left)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [target]
