from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from spatial.errors import LimitExceededError, UndecidedError, UnreadableFileError
from spatial.importing.isolation import (
    GUARDS,
    ExaminationCancelledError,
    guards_here,
    job_folder,
    missing_guards,
    run_examination,
)
from spatial.importing.isolation.run import _copy
from spatial.importing.model import ImportSettings, Subject
from spatial.limits import DEFAULT_LIMITS, Limits

needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="guards of the Linux kernel")


def jobs() -> list[str]:
    room = job_folder.jobs_room()
    return sorted(each.name for each in room.iterdir() if f"-{os.getpid()}-" in each.name)


@needs_linux
def test_every_guard_holds_on_this_system(probe):
    done = probe("listing", path=".")
    assert dict(done.enforced) == dict.fromkeys(GUARDS, True)
    assert missing_guards(done.enforced) == ()
    assert dict(guards_here()) == dict.fromkeys(GUARDS, True)
    assert 50_000_000 < done.peak_bytes < 500_000_000


def test_a_guard_that_is_missing_is_named(probe):
    done = probe("listing", off=("network", "files", "memory", "process"), path=".")
    missing = missing_guards(done.enforced)
    assert [notice.key for notice in missing] == [
        f"guard.without_{guard}" for guard in ("memory", "cpu", "file_size", "network", "files")
    ]
    for notice in missing:
        assert notice.message("zh") != notice.message("en")


def test_nothing_is_left_of_a_run(probe):
    before = jobs()
    probe("listing", path=".")
    with pytest.raises(UnreadableFileError):
        probe("crash")
    assert jobs() == before


def test_the_process_knows_nothing_of_its_parents_environment(probe, monkeypatch):
    monkeypatch.setenv("ATLAS_TIANDITU_KEY", "canary-in-the-environment")
    held = probe("environment").examination.details["found"]
    assert "canary-in-the-environment" not in str(held)
    assert held["GDAL_HTTP_PROXY"] == "127.0.0.1:9"
    assert held["PROJ_NETWORK"] == "OFF"


def test_progress_reaches_the_caller(probe):
    told = []
    probe("listing", on_progress=lambda stage, share: told.append((stage, share)), path=".")
    assert told == [("guard.without_files", 0.5)]


def test_a_caller_can_have_it_ended_at_any_time(probe):
    asked = []

    def cancelled() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 10

    before, started = jobs(), time.monotonic()
    with pytest.raises(ExaminationCancelledError):
        probe("sleep", cancelled=cancelled, seconds=20)
    assert time.monotonic() - started < 8
    assert jobs() == before


def test_what_the_caller_raises_while_it_is_told_ends_the_process(probe):
    def stop(stage: str, share: float) -> None:
        raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        probe("sleep", on_progress=stop, seconds=20)
    assert time.monotonic() - started < 15


def test_a_refusal_crosses_over_as_it_was(probe):
    with pytest.raises(UndecidedError) as caught:
        probe("refuse")
    error = caught.value
    assert (error.key, error.params) == ("guard.reader_stopped", {"name": "甲"})
    (question,) = error.questions
    assert (question.what, question.flag, question.choices[0].confidence) == ("crs", "--points-crs", 0.5)
    assert "磁盘" in question.why.message("zh") or "disk" in question.why.message("en")


def test_a_reader_that_breaks_down_is_one_sentence_without_a_path(probe):
    with pytest.raises(UnreadableFileError) as caught:
        probe("crash")
    words = caught.value.message("zh") + caught.value.message("en")
    assert caught.value.exit_code == 3
    assert "secret" not in words
    assert "ZeroDivisionError" not in words
    assert "crash" in words


@pytest.mark.parametrize("number", [1, 6, 77])
def test_a_process_that_dies_is_one_sentence(probe, number):
    with pytest.raises(UnreadableFileError) as caught:
        probe("die", number=number)
    assert caught.value.key == "guard.reader_stopped"


def test_a_process_that_ends_early_without_a_word_has_no_outcome(probe):
    with pytest.raises(UnreadableFileError):
        probe("die", number=0)


def test_a_flood_of_lines_is_not_listened_to(probe):
    with pytest.raises(LimitExceededError) as caught:
        probe("flood", limits={"seconds": 5})
    assert caught.value.key == "error.limit_seconds"


def test_a_result_stays_in_its_file_until_it_is_asked_for(probe):
    result = probe("result", n_in=3, n_used=2, labels=[2, 3]).examination.result
    assert "frame" not in result.__dict__
    assert (result.n_in, result.n_used, result.n_reported, result.n_features_out) == (3, 2, 1, 2)
    assert result.frame.index.tolist() == [2, 3]
    assert result.frame.crs == "EPSG:4490"
    assert result.frame is result.frame
    assert result.rejected["row"].tolist() == [9]
    assert result.rejected_source["x"].tolist() == ["?"]
    assert (result.n_reported, result.n_features_out) == (1, 2)
    with pytest.raises(AttributeError):
        result.nothing  # noqa: B018


def test_rows_that_do_not_add_up_never_arrive(probe):
    with pytest.raises(UnreadableFileError):
        probe("result", n_in=4, n_used=2, labels=[2, 3])


@needs_linux
@pytest.mark.parametrize("name", ["allocate", "allocate_natively"])
def test_memory_is_bounded(probe, name):
    with pytest.raises(LimitExceededError) as caught:
        probe(name, limits={"memory_bytes": 400_000_000}, megabytes=900)
    assert "memory_bytes = 400000000" in caught.value.message("zh")
    assert "ATLAS_MAX_MEMORY_BYTES" in caught.value.message("zh")


@pytest.mark.parametrize("name", ["spin", "sleep"])
def test_time_is_bounded_by_the_clock(probe, name):
    started = time.monotonic()
    with pytest.raises(LimitExceededError) as caught:
        probe(name, limits={"seconds": 3}, seconds=12)
    assert "seconds = 3" in caught.value.message("en")
    assert time.monotonic() - started < 10


@needs_linux
def test_computing_is_bounded_where_nobody_looks_at_the_clock(probe, monkeypatch):
    from spatial.importing.isolation import watch

    monkeypatch.setattr(watch, "_deadline", lambda *_: float("inf"))
    with pytest.raises(LimitExceededError) as caught:
        probe("spin", limits={"seconds": 3}, seconds=40)
    assert caught.value.key == "error.limit_seconds"


@needs_linux
def test_the_size_of_files_is_bounded(probe):
    with pytest.raises(LimitExceededError) as caught:
        probe("fill", limits={"unpacked_bytes": 10_000_000}, megabytes=30)
    assert caught.value.key == "error.limit_unpacked_bytes"


def test_other_drivers_of_gdal_keep_the_process_from_starting(probe, monkeypatch):
    from spatial.importing.isolation import environment

    monkeypatch.setattr(environment, "skipped_drivers", lambda: "OGR_VRT")
    with pytest.raises(UnreadableFileError) as caught:
        probe("drivers")
    assert caught.value.key == "guard.not_started"


def examine(source, name="a.csv", siblings=(), limits=DEFAULT_LIMITS):
    settings = ImportSettings(subject=Subject.POINTS)
    return run_examination(source, name=name, settings=settings, limits=limits, siblings=siblings)


def test_a_file_above_the_limit_is_refused_before_anything_starts(monkeypatch, tmp_path):
    monkeypatch.setattr("spatial.importing.isolation.run.watch", lambda *_, **__: pytest.fail("started"))
    small = Limits(upload_bytes=10)
    with pytest.raises(LimitExceededError, match="upload_bytes = 10"):
        examine(b"x" * 11, limits=small)
    with pytest.raises(LimitExceededError, match="upload_bytes = 10"):
        examine(b"x" * 6, name="a.shp", siblings=[("a.dbf", b"x" * 6)], limits=small)
    (tmp_path / "b.csv").write_bytes(b"x" * 11)
    with pytest.raises(LimitExceededError):
        examine(tmp_path / "b.csv", limits=small)


@pytest.mark.parametrize("growing", [False, True])
def test_of_a_file_above_the_limit_no_more_than_the_limit_is_copied(growing, tmp_path, monkeypatch):
    folder, path = tmp_path / "job", tmp_path / "b.csv"
    folder.mkdir()
    path.write_bytes(b"x" * 5_000)
    if growing:
        monkeypatch.setattr("spatial.importing.isolation.run.open_plain", lambda each: (each.open("rb"), 5))
    with pytest.raises(LimitExceededError):
        _copy(path, folder, name="b.csv", limits=Limits(upload_bytes=10), siblings=())
    assert sum(each.stat().st_size for each in folder.iterdir()) <= 11


@needs_linux
@pytest.mark.parametrize("own", ["/proc/kmsg", "/proc/self/maps"])
@pytest.mark.parametrize("linked", [False, True])
def test_of_a_file_of_the_system_without_a_size_nothing_is_read(own, linked, tmp_path):
    """To read some of them is to wait for ever, and takes from others what they wait for."""
    if not os.access(own, os.R_OK):
        pytest.skip("the system does not let this user open it")
    folder, path = tmp_path / "job", tmp_path / "b.csv"
    folder.mkdir()
    path.symlink_to(own)
    _copy(path if linked else Path(own), folder, name="b.csv", limits=Limits(), siblings=())
    assert [each.stat().st_size for each in folder.iterdir()] == [0]


@pytest.mark.parametrize("what", ["nothing", "folder", "pipe"])
def test_what_is_no_plain_file_is_refused(what, tmp_path):
    path = tmp_path / what
    if what == "folder":
        path.mkdir()
    if what == "pipe":
        os.mkfifo(path)
    with pytest.raises(UnreadableFileError) as caught:
        examine(path, name=what)
    assert str(tmp_path) not in caught.value.message("zh")


def test_siblings_lie_beside_the_file_under_its_generated_name(monkeypatch, tmp_path):
    seen = {}

    def look(job, limits, **_):
        from spatial.importing.isolation.watch import Ended

        seen["path"] = Path(job["path"])
        seen["names"] = {each.name: each.read_bytes() for each in Path(job["folder"]).iterdir()}
        seen["mode"] = Path(job["folder"]).stat().st_mode & 0o777
        return Ended(exit_code=9)

    monkeypatch.setattr("spatial.importing.isolation.run.watch", look)
    (tmp_path / "路网.DBF").write_bytes(b"dbf")
    with pytest.raises(UnreadableFileError):
        examine(b"shp", name="../../路网.SHP", siblings=[tmp_path / "路网.DBF", ("C:\\x\\路网.shx", b"shx")])
    stem = seen["path"].stem
    assert stem.isalnum()
    assert seen["names"] == {f"{stem}.shp": b"shp", f"{stem}.dbf": b"dbf", f"{stem}.shx": b"shx"}
    assert seen["mode"] == 0o700


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.csv", ".csv"),
        ("a", ""),
        ("a.", ""),
        ("a.c/../sv", ""),
        ("a.b.ZIP", ".zip"),
        ("x.vrt,$(id)", ""),
        ("a." + "z" * 99, ""),
    ],
)
def test_only_a_plain_suffix_is_kept_of_a_name(name, suffix):
    from spatial.importing.isolation.run import _own_suffix

    assert _own_suffix(name) == suffix


def test_folders_of_killed_runs_are_swept_and_no_others(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with job_folder.job_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        room = folder.parent
    assert not folder.exists()
    stale = room / folder.name.replace(f"-{os.getpid()}-", "-4194999-")
    running = room / folder.name.replace(f"-{os.getpid()}-", "-1-")
    foreign = room / "someone-elses"
    for each in (stale, running, foreign):
        each.mkdir()
        (each / "file").write_text("x", encoding="utf-8")
    with job_folder.job_folder():
        assert not stale.exists()
        assert running.exists()
        assert foreign.exists()


def test_a_room_that_others_may_write_in_is_not_used(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    room = job_folder.jobs_room()
    room.chmod(0o777)
    with job_folder.job_folder() as folder:
        assert folder.parent == tmp_path.resolve()
    assert not folder.exists()
