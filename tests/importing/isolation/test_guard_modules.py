"""The guards by themselves, where they can be tried without being set for good."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from spatial.importing.isolation import audit, drivers, environment, file_access, network, process_limits, run
from spatial.importing.isolation.watch import Ended, _collect, _take
from spatial.limits import DEFAULT_LIMITS

CHILD = Path(run.__file__).with_name("child.py")


@pytest.fixture
def hook(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "library").mkdir()
    return audit.refuses([tmp_path / "library"], tmp_path / "own")


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("open", ("{}/library/a", "w", 0)),
        ("open", ("{}/library/../secret", "r", 0)),
        ("open", ("{}/ownx", "r", 0)),
        ("open", (b"/etc/passwd", None, os.O_RDONLY)),
        ("open", ("{}/library/a", None, os.O_WRONLY)),
        ("open", ("/etc/passwd", "r", os.O_RDONLY)),
        ("socket.connect", (None, ("127.0.0.1", 80))),
        ("subprocess.Popen", ()),
        ("os.fork", ()),
        ("ctypes.dlopen", ("libc",)),
        ("pickle.find_class", ("os", "system")),
        ("sqlite3.load_extension", ()),
        ("sqlite3.connect", ("{}/library/a",)),
        ("os.listdir", ("/",)),
        ("os.rename", ("{}/own/a", "{}/b", -1, -1)),
        ("os.remove", ("{}/library/a", -1)),
    ],
)
def test_what_no_reader_does_is_refused(event, arguments, hook, tmp_path):
    filled = [each.format(tmp_path) if isinstance(each, str) else each for each in arguments]
    with pytest.raises(audit.ForbiddenError):
        hook(event, tuple(filled))


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("open", ("{}/library/a", "r", 0)),
        ("open", ("{}/own/a", "w", os.O_CREAT)),
        ("open", (os.devnull, "w", 0)),
        ("open", (3, "r", 0)),
        ("sqlite3.connect", (":memory:",)),
        ("sqlite3.connect", ("{}/own/a",)),
        ("os.listdir", ("{}/library",)),
        ("os.mkdir", ("{}/own/b", 0o777, -1)),
        ("import", ("os",)),
    ],
)
def test_what_a_reader_does_is_let_be(event, arguments, hook, tmp_path):
    hook(event, tuple(each.format(tmp_path) if isinstance(each, str) else each for each in arguments))


def test_a_link_out_of_the_folder_leads_nowhere(hook, tmp_path):
    (tmp_path / "own" / "link").symlink_to("/etc/passwd")
    with pytest.raises(audit.ForbiddenError):
        hook("open", (str(tmp_path / "own" / "link"), "r", 0))


def test_other_systems_say_that_they_hold_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "win32")
    assert network.leave_network() is False
    assert file_access.confine_files([], tmp_path) is False
    process_limits.drop_privileges()
    monkeypatch.setattr(process_limits, "resource", None)
    assert process_limits.bound_process({}) == {"cpu": False, "file_size": False}
    assert process_limits.bound_memory(1, None) is False
    process_limits.spare_memory()


def test_a_kernel_without_landlock_holds_nothing(monkeypatch, tmp_path):
    class Kernel:
        def syscall(self, *_):
            return -1

        def unshare(self, _):
            return -1

    monkeypatch.setattr(file_access.ctypes, "CDLL", lambda *_, **__: Kernel())
    assert file_access.confine_files([], tmp_path) is False
    assert network.leave_network() is False


def test_the_program_reads_only_what_it_is_made_of():
    root = Path(run.__file__).resolve().parents[3]
    folders = file_access.program_folders(root)
    assert root not in folders
    assert Path("/") not in folders
    assert {root / "spatial", root / "geodata", Path(sys.prefix)} <= set(folders)
    assert not [each for each in folders if str(each) in {"/etc", "/proc", "/home", "/root"}]


@pytest.mark.parametrize("library", ["pyogrio", "fiona"])
def test_each_gdal_leaves_out_every_other_driver(library):
    code = {
        "pyogrio": "import pyogrio; print(sorted(pyogrio.list_drivers()))",
        "fiona": "import fiona\nwith fiona.Env() as env: print(sorted(env.drivers()))",
    }[library]
    done = subprocess.run(
        [sys.executable, "-I", "-c", code],
        env=environment.child_environment(Path.cwd()),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(sorted(drivers.ALLOWED_DRIVERS))


def test_gdal_of_this_process_is_not_held_to_them():
    with pytest.raises(drivers.DriversError):
        drivers.assert_drivers()


def test_the_program_refuses_a_job_that_it_does_not_understand():
    done = subprocess.run([sys.executable, "-I", str(CHILD)], input=b"{}\n", capture_output=True, check=False)
    assert done.returncode != 0


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b'{"stage": 5, "share": 0.5}',
        b'{"stage": "no.such", "share": 0.5}',
        b'{"stage": "guard.without_cpu", "share": 7.0}',
        b'{"stage": "guard.without_cpu", "share": "1"}',
        b"[" * 1000,
    ],
)
def test_a_line_that_says_nothing_is_passed_over(line):
    ended = Ended()
    _take(line, ended, lambda *_: pytest.fail("told"))
    assert ended == Ended()


def test_guards_are_told_once_and_only_by_true():
    ended = Ended()
    _take(b'{"enforced": {"memory": true, "cpu": 1}}', ended, None)
    _take(b'{"enforced": {"memory": true, "cpu": true}}', ended, None)
    assert ended.enforced == {"memory": True, "cpu": False}


def test_lines_are_collected_until_there_are_none(tmp_path):
    from queue import SimpleQueue

    (tmp_path / "lines").write_bytes(b"a\nb\n")
    lines: SimpleQueue[bytes | None] = SimpleQueue()
    with (tmp_path / "lines").open("rb") as source:
        _collect(source, lines)
    assert [lines.get(), lines.get(), lines.get()] == [b"a\n", b"b\n", None]


@pytest.mark.parametrize(
    ("ended", "key"),
    [
        (Ended(exit_code=-signal.SIGXCPU), "error.limit_seconds"),
        (Ended(exit_code=-signal.SIGKILL, cpu_seconds=99), "error.limit_seconds"),
        (Ended(exit_code=-signal.SIGXFSZ), "error.limit_unpacked_bytes"),
        (Ended(exit_code=-signal.SIGKILL, peak_bytes=1_400_000_000), "error.limit_memory_bytes"),
        (Ended(exit_code=-signal.SIGSEGV, peak_bytes=1_400_000_000), "error.limit_memory_bytes"),
        (Ended(exit_code=-signal.SIGSEGV, peak_bytes=9), "guard.reader_stopped"),
        (Ended(exit_code=-200), "guard.reader_stopped"),
        (Ended(exit_code=5), "guard.reader_stopped"),
    ],
)
def test_every_death_has_a_reason(ended, key):
    assert run._death(ended, "a.csv", DEFAULT_LIMITS).key == key
