"""While hostile and large files are examined, the process that serves pages answers and stays small."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.importing.hostile.hostile_files import endless_geopackage, workbook_with_giant_token, zip_bomb

PROGRAM = Path(__file__).with_name("serving_program.py")
ROOT = PROGRAM.parents[3]
MOST_SECONDS_PER_FILE = 31
MOST_GROWTH = 100_000_000
LONGEST_ANSWER_S = 1.0


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def answer_seconds(port: int) -> float:
    started = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=10) as answer:
        assert answer.status == 200
    return time.monotonic() - started


def files() -> dict[str, bytes]:
    rows = "".join(f"站{n},113.{n:06d},23.09,{'x' * 150}\n" for n in range(200_000))
    return {
        "bomb.zip": zip_bomb(),
        "endless.gpkg": endless_geopackage(),
        "large.csv": ("名称,经度,纬度,备注\n" + rows).encode(),
        "token.xlsx": workbook_with_giant_token(),
    }


@pytest.mark.deep
def test_the_server_answers_while_files_are_examined(tmp_path):
    work = tmp_path / "files"
    work.mkdir()
    for name, data in files().items():
        (work / name).write_bytes(data)
    port = free_port()
    command = [sys.executable, str(PROGRAM), str(work), str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            answers = watch_server(port, tmp_path / "done.json", server)
        finally:
            server.kill()
    found = json.loads((tmp_path / "done.json").read_text(encoding="utf-8"))
    assert set(found) == set(files())
    assert found["large.csv"][0] == "examined"
    assert max(seconds for _, seconds, _ in found.values()) < MOST_SECONDS_PER_FILE
    assert max(growth for _, _, growth in found.values()) < MOST_GROWTH
    assert len(answers) > 20
    assert max(answers) < LONGEST_ANSWER_S


def watch_server(port: int, done: Path, server: subprocess.Popen[bytes]) -> list[float]:
    """Ask the server how it is until it is done; the seconds that each answer took."""
    answers: list[float] = []
    deadline = time.monotonic() + 400
    while not done.exists():
        assert server.poll() is None
        assert time.monotonic() < deadline
        try:
            answers.append(answer_seconds(port))
        except (urllib.error.URLError, ConnectionError):
            assert not answers  # it has not started yet
        time.sleep(0.2)
    return answers
