"""A command that is asked to end by its system sweeps up what it left half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60


@pytest.mark.skipif(os.name == "nt", reason="the system has no such signal")
def test_an_export_that_is_ended_leaves_nothing_and_says_nothing(tmp_path):
    command = [sys.executable, "-m", "spatial", "export", "--pack", "haizhu", "--synthetic"]
    running = subprocess.Popen(
        [*command, "-o", str(tmp_path / "haizhu.zip")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + SECONDS
    while not list(tmp_path.iterdir()):
        assert running.poll() is None, "the export was over before it could be ended"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=SECONDS)
    assert (running.returncode, out, err) == (128 + signal.SIGTERM, b"", b"")
    assert list(tmp_path.iterdir()) == []
