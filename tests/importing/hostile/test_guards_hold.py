"""Each guard is needed: with it switched off, the check that rests on it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.importing.isolation.probe_program import SWITCHED_OFF

ROOT = Path(__file__).resolve().parents[3]
HOSTILE = "tests/importing/hostile/test_hostile_files.py"
BOMBS = "tests/importing/hostile/test_bombs.py"
RUN = "tests/importing/isolation/test_run.py"
CHECKS = [
    ("escape", "tests/importing/hostile/test_texts_on_the_map.py"),
    ("drivers", f"{HOSTILE}::test_gdal_follows_no_definition"),
    ("drivers", f"{HOSTILE}::test_gdal_holds_two_drivers"),
    ("drivers", f"{RUN}::test_other_drivers_of_gdal_keep_the_process_from_starting"),
    ("network audit files", f"{HOSTILE}::test_no_connection_is_made[off0]"),
    ("network files", f"{HOSTILE}::test_gdal_makes_no_request"),
    ("files audit", f"{HOSTILE}::test_no_file_outside_is_read[read-off0]"),
    ("files audit", f"{HOSTILE}::test_no_file_outside_is_written[write-off0]"),
    ("files", f"{HOSTILE}::test_no_file_outside_is_written[write_natively-off3]"),
    ("audit", f"{HOSTILE}::test_no_program_or_foreign_code_is_started[unpickle-off5-arguments5]"),
    ("memory", f"{RUN}::test_memory_is_bounded[allocate]"),
    ("memory", f"{RUN}::test_memory_is_bounded[allocate_natively]"),
    ("time", f"{RUN}::test_time_is_bounded_by_the_clock[spin]"),
    ("time", f"{RUN}::test_computing_is_bounded_where_nobody_looks_at_the_clock"),
    ("process", f"{RUN}::test_the_size_of_files_is_bounded"),
    ("limits", f"{RUN}::test_a_file_above_the_limit_is_refused_before_anything_starts"),
    ("limits", f"{BOMBS}::test_a_zip_bomb_is_refused_by_its_ratio"),
    ("limits", f"{BOMBS}::test_a_table_above_the_rows_is_refused"),
    ("count", f"{HOSTILE}::test_a_row_that_is_lost_never_arrives"),
]


def outcome(checks: list[str], off: str, folder: Path) -> tuple[int, str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--basetemp={folder}",
        *checks,
    ]
    environment = {**os.environ, SWITCHED_OFF: off}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.deep
@pytest.mark.parametrize("guard", sorted({guard for guard, _ in CHECKS}))
def test_without_a_guard_its_checks_fail(guard, tmp_path):
    checks = [check for off, check in CHECKS if off == guard]
    code, words = outcome(checks, guard, tmp_path / "off")
    assert code == 1, words
    assert "error" not in words.splitlines()[-1], words
    assert "passed" not in words.splitlines()[-1], words


@pytest.mark.deep
def test_with_every_guard_each_check_passes(tmp_path):
    code, words = outcome([check for _, check in CHECKS], "", tmp_path / "on")
    assert code == 0, words
