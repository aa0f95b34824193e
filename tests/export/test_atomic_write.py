from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys

import pytest

from spatial import atomic_write
from spatial.atomic_write import (
    explain_unwritable,
    make_room,
    replace_directory,
    replace_file,
    staging_directory,
    sweep,
    temporary_path,
)
from spatial.errors import UnwritableFileError, UsageError


def names(directory) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def dead_process() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def left_by(directory, process: int, *, end: str = ""):
    return directory / f".atlas-{atomic_write._HOST}-{process}-{'0' * 32}{end}"


@pytest.fixture
def whole_disk(monkeypatch):
    """A disk with room, whatever the machine of the test has left."""
    monkeypatch.setattr(atomic_write, "_is_full", lambda directory: False)


def test_the_new_file_takes_the_place_of_the_old(tmp_path):
    path = tmp_path / "表.csv"
    path.write_text("old")
    seen = []
    replace_file(path, lambda beside: beside.write_text("new"), verify=seen.append)
    assert path.read_text() == "new"
    assert names(tmp_path) == ["表.csv"]
    assert seen[0].parent == tmp_path
    assert seen[0].suffix == ".csv"


@pytest.mark.parametrize("at", ["writer", "verify"])
def test_an_error_leaves_the_old_file_and_no_litter(tmp_path, whole_disk, at):
    path = tmp_path / "a.csv"
    path.write_text("old")

    def fail(beside):
        beside.write_text("half")
        raise UsageError("error.limit_setting", setting="x", value="y")

    steps = {"writer": lambda beside: beside.write_text("new"), "verify": None, at: fail}
    with pytest.raises(UsageError):
        replace_file(path, steps["writer"], verify=steps["verify"])
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.csv"]


def test_a_device_or_pipe_is_never_put_out_of_its_place(tmp_path):
    os.mkfifo(tmp_path / "null")
    with pytest.raises(UnwritableFileError) as caught:
        replace_file(tmp_path / "null", lambda stage: stage.write_text("new"))
    assert "device" in caught.value.message("en")
    assert (tmp_path / "null").is_fifo()
    assert names(tmp_path) == ["null"]


def test_a_folder_that_is_not_there_is_told(tmp_path, whole_disk):
    with pytest.raises(UnwritableFileError) as caught:
        replace_file(tmp_path / "nowhere" / "a.csv", lambda beside: beside.write_text("x"))
    assert "a.csv" in caught.value.message("zh")


@pytest.mark.parametrize("fault", [OSError(errno.EIO, "x"), RuntimeError("GDAL"), UsageError("cli.x_and_y")])
def test_on_a_full_disk_whatever_a_writer_says_is_a_full_disk(tmp_path, monkeypatch, fault):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(atomic_write.shutil, "disk_usage", lambda directory: usage._replace(free=4096))
    with pytest.raises(UnwritableFileError) as caught, explain_unwritable(tmp_path / "a.gpkg"):
        raise fault
    assert "磁盘已满" in caught.value.message("zh")


def test_with_room_left_an_error_stays_what_it_is(tmp_path, whole_disk):
    with pytest.raises(RuntimeError, match="GDAL"), explain_unwritable(tmp_path / "a.gpkg"):
        raise RuntimeError("GDAL")
    with pytest.raises(UnwritableFileError, match="权限"), explain_unwritable(tmp_path / "a.gpkg"):
        raise PermissionError(errno.EACCES, "x")


def test_a_disk_that_cannot_be_asked_is_not_called_full(tmp_path):
    with pytest.raises(UnwritableFileError) as caught, explain_unwritable(tmp_path / "gone" / "a"):
        raise OSError(errno.ENOENT, "x")
    assert "磁盘已满" not in caught.value.message("zh")


def test_what_a_killed_run_left_is_cleared_and_nothing_else(tmp_path):
    dead = dead_process()
    left_by(tmp_path, dead, end=".zip").write_text("half")
    left_by(tmp_path, dead).mkdir()
    (left_by(tmp_path, dead) / "x").write_text("half")
    left_by(tmp_path, dead, end="~package").mkdir()
    (tmp_path / "package").mkdir()
    kept = [
        left_by(tmp_path, os.getpid()),
        tmp_path / f".atlas-00000000-{dead}-{'0' * 32}",
        tmp_path / ".atlas-mine",
        tmp_path / "数据.zip",
    ]
    for path in kept:
        path.write_text("kept")
    make_room(tmp_path / "new.zip")
    assert names(tmp_path) == sorted(["package", *(path.name for path in kept)])


def test_a_link_with_such_a_name_is_removed_and_not_followed(tmp_path):
    away = tmp_path / "away"
    away.mkdir()
    (away / "file").write_text("kept")
    left_by(tmp_path, dead_process()).symlink_to(away)
    sweep(tmp_path)
    assert names(tmp_path) == ["away"]
    assert (away / "file").exists()


def test_a_directory_set_aside_by_a_killed_run_is_put_back(tmp_path):
    aside = left_by(tmp_path, dead_process(), end="~package")
    aside.mkdir()
    (aside / "manifest.json").write_text("old")
    sweep(tmp_path)
    assert (tmp_path / "package" / "manifest.json").read_text() == "old"
    assert names(tmp_path) == ["package"]


def test_a_process_of_somebody_else_runs(tmp_path, monkeypatch):
    def refuse(process, signal):
        raise PermissionError

    left_by(tmp_path, 1).write_text("theirs")
    monkeypatch.setattr(os, "kill", refuse)
    sweep(tmp_path)
    assert len(names(tmp_path)) == 1


def test_where_processes_cannot_be_asked_for_nothing_is_cleared(tmp_path, monkeypatch):
    left_by(tmp_path, dead_process()).write_text("perhaps in use")
    monkeypatch.setattr(atomic_write, "os", WindowsLike())
    sweep(tmp_path)
    assert len(names(tmp_path)) == 1


class WindowsLike:
    """As much of the module as is asked for where there is no POSIX."""

    name = "nt"
    O_RDWR = os.O_RDWR

    def __getattr__(self, name):
        return getattr(os, name)


def test_a_system_that_cannot_sync_a_folder_still_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic_write, "os", WindowsLike())
    replace_file(tmp_path / "a.csv", lambda beside: beside.write_text("new"))
    assert (tmp_path / "a.csv").read_text() == "new"


def test_names_that_are_no_suffix_are_left_out(tmp_path):
    assert temporary_path(tmp_path / "a.b c").suffix == ""
    assert temporary_path(tmp_path / "a.gpkg").suffix == ".gpkg"
    assert temporary_path(tmp_path / "a.gpkg") != temporary_path(tmp_path / "a.gpkg")


def fill(stage):
    (stage / "deep").mkdir()
    (stage / "deep" / "file").write_text("new")


@pytest.mark.parametrize("can_exchange", [True, False])
@pytest.mark.parametrize("there", [True, False])
def test_a_directory_takes_the_place_of_the_old_one(tmp_path, monkeypatch, there, can_exchange):
    target = tmp_path / "package"
    if there:
        target.mkdir()
        (target / "file").write_text("old")
    if not can_exchange:
        monkeypatch.setattr(atomic_write.sys, "platform", "darwin")
    with staging_directory(target) as stage:
        fill(stage)
        replace_directory(target, stage)
    assert names(tmp_path) == ["package"]
    assert names(target) == ["deep"]
    assert (target / "deep" / "file").read_text() == "new"


def test_a_system_without_the_call_falls_back(tmp_path, monkeypatch):
    def no_library(name, **more):
        raise OSError

    (tmp_path / "package").mkdir()
    monkeypatch.setattr(atomic_write.ctypes, "CDLL", no_library)
    with staging_directory(tmp_path / "package") as stage:
        fill(stage)
        replace_directory(tmp_path / "package", stage)
    assert names(tmp_path) == ["package"]


def test_an_unused_stage_is_gone_afterwards(tmp_path):
    def interrupted():
        with staging_directory(tmp_path / "package") as stage:
            fill(stage)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names(tmp_path) == []
