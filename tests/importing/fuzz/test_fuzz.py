from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parent / "fuzz_readers.py"


def fuzz(tmp_path, seconds, seed):
    command = [
        sys.executable,
        FUZZ,
        "--seconds",
        str(seconds),
        "--seed",
        str(seed),
        "--out",
        tmp_path / "finds",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    finds = sorted((tmp_path / "finds").glob("*/why.txt"))
    assert done.returncode == 0, done.stderr + "".join(find.read_text(encoding="utf-8") for find in finds)
    return json.loads(done.stdout)


def test_some_crafted_files_are_read_or_refused_by_name(tmp_path):
    counts = fuzz(tmp_path, 3, 7)
    assert counts["files"] == counts["accepted"] + counts["refused"] > 50
    assert counts["rows_in"] > counts["rows_rejected"] > 0


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(20_260_101, 20_260_105))
def test_ten_minutes_of_crafted_files_are_read_or_refused_by_name(tmp_path, seed):
    """The minutes are parted, so that two processes can share them."""
    counts = fuzz(tmp_path, 150, seed)
    assert counts["files"] == counts["accepted"] + counts["refused"] > 2_500
