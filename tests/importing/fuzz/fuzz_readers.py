"""Feed mutated and generated files to the readers of an import and hold them to their promises.

Each file is either read, with every row used or reported, or refused by an error of the library. Anything
else (another exception, a crash, a run of more than `HANG_SECONDS`, a lost row) is a find; its bytes are
kept in ``--out`` and made again by ``--seed`` and its number.

    python tests/importing/fuzz/fuzz_readers.py --seconds 600 --seed 1 --processes 1 --out FOLDER
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2])]

from hypothesis import Phase, given, settings  # noqa: E402
from hypothesis import seed as hypothesis_seed  # noqa: E402
from mutations import mutated  # noqa: E402
from seed_files import seed_files  # noqa: E402
from structured_files import FILES  # noqa: E402

from spatial.errors import AtlasError, UndecidedError  # noqa: E402
from spatial.importing.model import ImportSettings, ReadOptions, Subject  # noqa: E402
from spatial.importing.readers import registry  # noqa: E402
from spatial.limits import DEFAULT_LIMITS  # noqa: E402
from spatial.text import LANGUAGES, text  # noqa: E402

try:
    from spatial.importing.examine import examine
except ImportError:
    examine = None

BATCH = 100
HANG_SECONDS = 20
MEMORY_BYTES = 3_000_000_000
STRUCTURED_SHARE = 0.2
SYSTEMS = (None, "wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4547", "EPSG:4490")


class BrokenPromiseError(Exception):
    """A file was read, but not as an import promises."""


def main() -> int:
    """Run until the time is over; return 1 where there was a find."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "atlas-fuzz")
    parser.add_argument("--only", type=int, help="run the file of this number alone, in this process")
    given_args = parser.parse_args()
    if given_args.only is not None:
        name, data = crafted(seed_files(), given_args.seed, given_args.only)
        print(name, len(data), examine_one(name, data, random.Random(given_args.only)))  # noqa: T201, S311
        return 0
    counts = run(given_args.seconds, given_args.seed, given_args.processes, given_args.out)
    print(json.dumps(counts, ensure_ascii=False, sort_keys=True))  # noqa: T201
    return int(counts.get("finds", 0) > 0)


def run(seconds: float, seed: int, processes: int, out: Path) -> dict[str, float]:
    """Fuzz for so many seconds; return what was counted, with the CPU seconds that were spent."""
    out.mkdir(parents=True, exist_ok=True)
    seeds = seed_files()
    ends = time.monotonic() + seconds
    counts: Counter[str] = Counter()
    workers: dict[int, _Worker] = {}
    begin = 0
    while workers or time.monotonic() < ends:
        while len(workers) < processes and time.monotonic() < ends:
            worker = _Worker(seeds, seed, begin, begin + BATCH)
            workers[worker.reader] = worker
            begin += BATCH
        for worker in _progress(workers):
            del workers[worker.reader]
            counts.update(worker.counts)
            counts["finds"] += _keep(worker.finds, seeds, seed, out)
            if worker.at < worker.last:
                again = _Worker(seeds, seed, worker.at + 1, worker.last)
                workers[again.reader] = again
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {**counts, "cpu_seconds": round(spent.ru_utime + spent.ru_stime, 1)}


class _Worker:
    """A forked process that takes files one after the other and tells of each as a line."""

    def __init__(self, seeds: dict[str, bytes], seed: int, first: int, last: int) -> None:
        self.at, self.last = first - 1, last
        self.counts: Counter[str] = Counter()
        self.finds: list[tuple[int, str]] = []
        self.told = time.monotonic()
        self._rest = b""
        self.reader, writer = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            _work(seeds, seed, range(first, last), writer)
        os.close(writer)

    def listen(self) -> bool:
        """Take what the process has told; return whether it has ended."""
        block = os.read(self.reader, 1 << 16)
        self.told = time.monotonic()
        *lines, self._rest = (self._rest + block).split(b"\n")
        for line in lines:
            said = json.loads(line)
            if "at" in said:
                self.at = said["at"]
            elif "find" in said:
                self.counts["files"] += 1
                self.finds.append((self.at, said["find"]))
            elif "done" in said:
                self.at = self.last
            else:
                self.counts.update(said)
        if block:
            return False
        self._end()
        return True

    def stop(self) -> None:
        """End a process that tells nothing any more."""
        os.kill(self.process, signal.SIGKILL)
        self._end(f"hang > {HANG_SECONDS} s")

    def _end(self, why: str = "") -> None:
        os.close(self.reader)
        status = os.waitpid(self.process, 0)[1]
        if self.at < self.last:
            self.finds.append((self.at, why or f"crash, status {status}"))
            self.counts["files"] += 1


def _progress(workers: dict[int, _Worker]) -> list[_Worker]:
    """Wait for what the processes tell; return those that have ended."""
    ready, _, _ = select.select(list(workers), [], [], 1.0)
    ended = [workers[one] for one in ready if workers[one].listen()]
    for worker in workers.values():
        if worker not in ended and time.monotonic() - worker.told > HANG_SECONDS:
            worker.stop()
            ended.append(worker)
    return ended


def _work(seeds: dict[str, bytes], seed: int, numbers: range, writer: int) -> None:
    """Take the files of these numbers; the process ends here."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 2)

    def tell(said: object) -> None:
        os.write(writer, json.dumps(said).encode() + b"\n")

    with contextlib.suppress(BrokenPipeError):
        for number in numbers:
            tell({"at": number})
            name, data = crafted(seeds, seed, number)
            try:
                tell(examine_one(name, data, random.Random(number)))  # noqa: S311
            except BaseException:  # noqa: BLE001 - every exception is a find
                tell({"find": traceback.format_exc()[-4000:]})
        tell({"done": True})
    os._exit(0)


def crafted(seeds: dict[str, bytes], seed: int, number: int) -> tuple[str, bytes]:
    """Return the file of a number, the same at every call."""
    rng = random.Random(f"{seed}:{number}")  # noqa: S311
    if rng.random() >= STRUCTURED_SHARE:
        return mutated(seeds, rng)
    made: list[tuple[str, bytes]] = []

    @hypothesis_seed(rng.randrange(2**32))
    @settings(max_examples=4, database=None, deadline=None, phases=[Phase.generate])
    @given(FILES)
    def make(file: tuple[str, bytes]) -> None:
        made.append(file)

    make()
    return made[-1]


def examine_one(name: str, data: bytes, rng: random.Random) -> dict[str, int]:
    """Hold one file to the promises of the readers; return what became of it."""
    with tempfile.TemporaryDirectory() as folder:
        suffix = Path(name).suffix
        path = Path(folder) / f"upload{suffix}"
        path.write_bytes(data)
        told = Counter(files=1)
        try:
            layers = _read(path, name, None)
        except AtlasError as refusal:
            _hold_message(refusal)
            told["refused"] += 1
            return dict(told)
        told["accepted"] += 1
        for layer in layers:
            told["rows_in"] += layer.n_in
            told["rows_rejected"] += len(layer.rejected)
            _hold_layer(layer)
        if examine is not None:
            _examine(path, name, rng, told)
        return dict(told)


def _read(path: Path, name: str, layer: str | None) -> list:
    """Read the file, or each of its layers where it asks which."""
    options = ReadOptions(layer=layer)
    registry.recognise(path, name)
    registry.list_layers(path, name=name, options=options)
    try:
        return [registry.read_layer(path, name=name, options=options)]
    except UndecidedError as asked:
        _hold_message(asked)
        if layer is not None or not asked.questions or asked.questions[0].what != "layer":
            raise
        read = []
        for choice in asked.questions[0].choices[:3]:
            with contextlib.suppress(AtlasError):
                read += _read(path, name, choice.value)
        return read


def _examine(path: Path, name: str, rng: random.Random, told: Counter[str]) -> None:
    """Examine the file as a planner's settings would have it."""
    settings_ = ImportSettings(subject=rng.choice(list(Subject)), crs=rng.choice(SYSTEMS))
    try:
        examination = examine(path, name=name, settings=settings_, limits=DEFAULT_LIMITS)
    except AtlasError as refusal:
        _hold_message(refusal)
        told["examine_refused"] += 1
        return
    told["questions"] += len(examination.questions)
    for part in (*examination.questions, *examination.decisions):
        _hold_notice(part.why)
        for choice in part.choices:
            _hold_notice(choice.label)
    if examination.result is not None:
        told["imported"] += 1
        _hold_result(examination.result)
    elif not examination.questions:
        raise BrokenPromiseError("neither a result nor a question")


def _hold_result(result) -> None:
    """Hold a result to its count, its words and its geometry."""
    if result.n_in != result.n_used + result.n_reported:
        raise BrokenPromiseError(f"{result.n_in} != {result.n_used} + {result.n_reported}")
    for notice in (*result.notices, *result.warnings):
        _hold_notice(notice)
    for key in result.rejected["reason_key"]:
        for lang in LANGUAGES:
            text(key, lang)
    if not (result.frame.geometry.is_valid | result.frame.geometry.isna()).all():
        raise BrokenPromiseError("an invalid geometry in the result")


def _hold_layer(layer) -> None:
    """Hold a layer to the count of its rows and to what it says of itself."""
    n = len(layer.table)
    if len(layer.rows) != n or (layer.geometry is not None and len(layer.geometry) != n):
        raise BrokenPromiseError("rows, table and geometry differ in length")
    places = [*layer.rows.tolist(), *(row.row for row in layer.rejected)]
    if len(set(places)) != len(places):
        raise BrokenPromiseError("a row is told twice")
    if layer.rejected_cells and len(layer.rejected_cells) != len(layer.rejected):
        raise BrokenPromiseError("rejected rows and their cells differ in length")
    if list(layer.table.index) != list(range(n)) or layer.table.columns.duplicated().any():
        raise BrokenPromiseError("the table is not indexed 0…n-1, or a column stands twice")
    for notice in (*layer.notices, *layer.warnings):
        _hold_notice(notice)
    for row in layer.rejected:
        f"{row.field}{row.value}".encode()
        for lang in LANGUAGES:
            text(row.reason_key, lang)


def _hold_notice(notice) -> None:
    for lang in LANGUAGES:
        notice.message(lang).encode()


def _hold_message(refusal: AtlasError) -> None:
    for lang in LANGUAGES:
        words = refusal.message(lang)
        words.encode()
        if "/tmp" in words or "upload." in words:  # noqa: S108 - looks for a path, uses none
            raise BrokenPromiseError(f"a path of the server in: {words}")


def _keep(finds: list[tuple[int, str]], seeds: dict[str, bytes], seed: int, out: Path) -> int:
    """Write each find that is not known yet, once for each place in the code."""
    for number, why in finds:
        places = [line.strip() for line in why.splitlines() if "/spatial/" in line][-1:] or [why[:80]]
        mark = hashlib.sha256(f"{places}{why.splitlines()[-1][:40]}".encode()).hexdigest()[:12]
        folder = out / mark
        if folder.exists():
            continue
        folder.mkdir()
        name, data = crafted(seeds, seed, number)
        (folder / f"{seed}_{number}{Path(name).suffix}").write_bytes(data)
        (folder / "why.txt").write_text(f"seed {seed} number {number} name {name}\n{why}\n", encoding="utf-8")
    return len(finds)


if __name__ == "__main__":
    sys.exit(main())
