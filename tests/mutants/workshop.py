"""A private copy of the product's tree in which mistakes are made, and the processes that run tests in it."""

import contextlib
import ctypes
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.mutants import reach
from tests.mutants.mistakes import Mutant

_FIRST = 25
"""Tests tried first, the fastest ones; most mistakes end here."""
_TEST_SECONDS = 150.0
"""How long the tests of one mutant may take together, as measured; the slowest are left out and counted."""
_STARTING_SECONDS = 60.0
_TIMES_SLOWER = 5
_MEASURING_SECONDS = 3600.0
_PASSED, _FAILED, _MISUSED, _NONE_FOUND = 0, 1, 4, 5
_LEFT_OUT = (".git", ".venv*", ".cache", "*_cache", "__pycache__", ".hypothesis", ".coverage*")
_SUBREAPER, _DEATH_SIGNAL = 36, 1
"""Of Linux's prctl: lost processes become children of the one that calls it; it gets a signal when its parent ends."""


@dataclass(frozen=True)
class Verdict:
    """What the tests said about a mutant."""

    mutant: Mutant
    how: str
    """``noticed``, ``endless`` (noticed by the time limit) or ``survived``."""
    tests: str
    difference: tuple[str, ...] = ()


class Workshop:
    """A private copy of a tree, in which tests run and after which no process is left."""

    def __init__(self, tree: Path, place: Path) -> None:
        self.root = place / "tree"
        self._temporary = place / "t"
        self._temporary.mkdir(parents=True)
        shutil.copytree(tree, self.root, symlinks=True)
        self._changes = 0

    def pytest(self, arguments: Iterable[str], seconds: float, **environment: str) -> int | None:
        """Return pytest's exit code, or None when it did not end in time."""
        listed = self._temporary / "arguments"
        listed.write_text("\n".join(arguments))
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-p", "reach", f"@{listed}"],
            cwd=self.root,
            env=self._environment() | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _end_children()
            process.wait()

    def _environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST_", "MUTANTS_"))}
        folders = (self.root / "src", self.root, Path(__file__).parent)
        return own | {"PYTHONPATH": os.pathsep.join(map(str, folders)), "TMPDIR": str(self._temporary)}

    def measure(self, part: str, kept: Path) -> None:
        """Run one folder or file of tests and keep which test reaches which line."""
        folder = self._temporary / "reach"
        folder.mkdir()
        durations, data, configuration = folder / "durations", folder / "data", folder / "coveragerc"
        configuration.write_text(reach.CONFIGURATION.format(source=self.root / "src", data=data))
        started = {"COVERAGE_PROCESS_START": str(configuration), reach.REPORT: str(durations)}
        code = self.pytest([part], _MEASURING_SECONDS, **started)
        if code not in (_PASSED, _FAILED, _NONE_FOUND):
            raise RuntimeError(f"pytest {part} ended with {code} before its tests were measured")
        lines = reach.lines_of(data, self.root)
        listed = {file: {line: sorted(tests) for line, tests in by.items()} for file, by in lines.items()}
        _write(kept, json.dumps(json.loads(durations.read_text()) | {"lines": listed}))
        shutil.rmtree(folder)

    def judge(self, mutant: Mutant, tests: list[str], seconds: dict[str, float]) -> Verdict:
        """Run the tests that reach a mutant against it, until one fails."""
        path = self.root / mutant.file
        source = path.read_bytes()
        affordable = _affordable(tests, seconds)
        try:
            self._write(path, mutant.applied(source))
            for stage in filter(None, (affordable[:_FIRST], affordable[_FIRST:])):
                limit = _STARTING_SECONDS + _TIMES_SLOWER * sum(seconds[test] for test in stage)
                code = self.pytest(["-x", *stage], limit)
                if code in (_MISUSED, _NONE_FOUND):  # The mistake changed a name that a test gets from the product.
                    code = self.pytest(["-x", *sorted({test.split("::")[0] for test in stage})], _MEASURING_SECONDS)
                if code != _PASSED:
                    return Verdict(mutant, "endless" if code is None else "noticed", "")
        finally:
            self._write(path, source)
        difference = tuple(mutant.difference(source))
        told = f"{len(affordable)} of {len(tests)} tests" if len(affordable) < len(tests) else f"{len(tests)} tests"
        return Verdict(mutant, "survived", told if tests else "no test reaches it", difference)

    def _write(self, path: Path, content: bytes) -> None:
        """Write a source file with a time of its own: bytecode is only known by time and size."""
        path.write_bytes(content)
        self._changes += 1
        os.utime(path, (self._changes * 10, self._changes * 10))


def _affordable(tests: list[str], seconds: dict[str, float]) -> list[str]:
    chosen, total = [], 0.0
    for test in tests:
        total += seconds[test]
        if chosen and total > _TEST_SECONDS:
            break
        chosen.append(test)
    return chosen


def _write(path: Path, text: str) -> None:
    whole = path.with_suffix(".part")
    whole.write_text(text)
    whole.replace(path)


def _end_children() -> None:
    """End every process that this one started, directly or not; those that lose their parent come up a round later."""
    for _ in range(20):
        if not (left := psutil.Process().children(recursive=True)):
            return
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=1)


_workshop: Workshop


def _open_workshop(tree: Path, base: Path) -> None:
    """Prepare a worker process: it ends with the tool, and nothing that it started escapes it."""
    global _workshop  # noqa: PLW0603 -- one for each process
    signal.signal(signal.SIGINT, lambda *_: None)  # Not SIG_IGN: the tests would inherit it.
    signal.signal(signal.SIGTERM, _end_worker)
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(_SUBREAPER, 1, 0, 0, 0)
        prctl(_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)
    _workshop = Workshop(tree, base / str(os.getpid()))


def _end_worker(*_: object) -> None:
    _end_children()
    os._exit(1)


def measure(part: str, kept: Path) -> float:
    started = time.monotonic()
    _workshop.measure(part, kept)
    return time.monotonic() - started


def judge(mutant: Mutant, tests: list[str], seconds: dict[str, float]) -> Verdict:
    return _workshop.judge(mutant, tests, seconds)


@contextlib.contextmanager
def workers(tree: Path, base: Path, many: int) -> Iterator[ProcessPoolExecutor]:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    pool = ProcessPoolExecutor(many, initializer=_open_workshop, initargs=(tree, base))
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in multiprocessing.active_children():
            worker.terminate()
            worker.join()


@contextlib.contextmanager
def private_copy(root: Path) -> Iterator[Path]:
    """Copy the tree as it is now, so that it may be edited meanwhile; what is cached beside it stays where it is."""
    with tempfile.TemporaryDirectory(prefix="m") as base:
        Path(base).chmod(0o755)  # Servers under test give up their rights and still read their files.
        tree = Path(base).resolve() / "tree"
        shutil.copytree(root, tree, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=True)
        (tree / ".cache").mkdir()
        for entry in (root / ".cache").glob("*"):
            (tree / ".cache" / entry.name).symlink_to(entry)
        yield tree
