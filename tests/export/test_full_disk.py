"""On a disk that fills up, an export ends with one sentence, the old package whole and no litter."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.export.interrupted_writes import KINDS

ROOT = Path(__file__).parent.parent.parent
AMOUNTS = 50
"""Different amounts of free space for each kind."""

SCRIPT = r"""
import json, sys, traceback
from pathlib import Path
from spatial.errors import UnwritableFileError
from tests.export.interrupted_writes import content_of, target_in, which, write
kind, amounts, directory = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
target, ballast = target_in(directory, kind), directory / "ballast"

def free():
    import os
    found = os.statvfs(directory)
    return found.f_bavail * found.f_frsize

def fill(left):
    ballast.unlink(missing_ok=True)
    with ballast.open("wb") as stream:
        stream.write(b"\0" * max(free() - left, 0))

write(kind, target, title="OLD")
before, spent = free(), 0
def watch(step, share):
    global spent
    spent = max(spent, before - free())
from spatial.export.package import write_package
write_package(content_of(kind, title="NEW"), target, progress=watch)
write(kind, target, title="OLD")
need = spent + 2 * (target.stat().st_size if target.is_file() else 0) + 65536
told = {"refused": 0, "written": 0, "wrong": []}
for at in range(amounts):
    left = 4096 + at * need // amounts // 4096 * 4096
    fill(left)
    old = which(target)
    try:
        write(kind, target, title="NEW" if old == "OLD" else "OLD")
        told["written"] += 1
        same = which(target) != old
    except UnwritableFileError as fault:
        told["refused"] += 1
        same = which(target) == old and "磁盘已满" in fault.message("zh")
    except BaseException:
        same = False
        told["wrong"].append(f"{left}: " + traceback.format_exc()[-1500:])
    ballast.unlink()
    names = sorted(path.name for path in directory.iterdir())
    if not same or names != [target.name]:
        told["wrong"].append(f"{left}: {same} {names}")
print(json.dumps(told))
"""


def in_small_disk(arguments: list[str], mount_point: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that sees 6 MB of disk of its own at ``mount_point``; skip where that is not allowed."""
    if shutil.which("unshare") is None or not sys.platform.startswith("linux"):
        pytest.skip("mounting a small disk needs Linux and unshare")
    rights = [] if os.geteuid() == 0 else ["-r"]
    mount = f'mount -t tmpfs -o size=6m tmpfs "{mount_point}" || exit 77; exec "$@"'
    done = subprocess.run(
        ["unshare", *rights, "-m", "sh", "-c", mount, "sh", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77 or "unshare" in done.stderr[:20]:
        pytest.skip(f"mounting a small disk is not allowed here: {done.stderr.strip()}")
    return done


@pytest.mark.deep
@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_costs_nothing_but_the_new_package(tmp_path, kind):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "disk").mkdir()
    done = in_small_disk(
        [
            "env",
            f"PYTHONPATH={ROOT}",
            sys.executable,
            str(script),
            kind,
            str(AMOUNTS),
            str(tmp_path / "disk"),
        ],
        tmp_path / "disk",
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert told["refused"] + told["written"] == AMOUNTS
    assert told["refused"] > AMOUNTS // 4
    assert told["written"] > 0
