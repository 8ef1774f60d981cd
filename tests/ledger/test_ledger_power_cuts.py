"""A program killed at any system call on the ledger's files: what was told stays true, and the file stays whole."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from action_returns.ledger.ledger import open_ledger
from tests.ledger.recorder import known_of, rows_of
from tests.servers import unpacked
from tests.support.available import missing_programs, require
from tests.support.ledgers import BATCH

ROOT = Path(__file__).parents[2]
FILES = ("", "-wal", "-shm")
BECOMES = {
    "prepared": {"failed", "unknown"}, "sending": {"unknown", "sent"}, "sent": {"sent"}, "reconciled": {"sent"},
}  # fmt: skip
"""What was told last -> what may be true for the next program that looks: one step further may be on the disk."""


@pytest.fixture(scope="module")
def strace():
    require(missing_programs("strace", as_root=False))
    program = unpacked.program("strace")
    tried = subprocess.run([program, "-o", "/dev/null", "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("this machine does not let strace watch a program")
    return program


def run(strace, folder, *options):
    """Run the recorder and watch what it does with the ledger's files."""
    ledger = folder / "ledger.sqlite3"
    # Paths are compared as the program gives them; files that are not there yet are found by name all the same.
    paths = [word for ending in FILES for word in ("-P", f"{ledger}{ending}")]
    return subprocess.run(
        [strace, "-qq", "-o", str(folder / "log"), *paths, *options,
         sys.executable, "-m", "tests.ledger.recorder", str(ledger), str(folder / "told")],
        cwd=ROOT, env=unpacked.environment(), capture_output=True, check=False,
    )  # fmt: skip


def started(folder):
    """Create the ledger beforehand: this test is not about the tables of a new one."""
    folder.mkdir()
    open_ledger(folder / "ledger.sqlite3").close()
    return folder


def calls(strace, folder):
    """Return the system calls of an undisturbed run on the ledger's files, in order."""
    done = run(strace, started(folder))
    assert done.returncode == 0, done.stderr
    return re.findall(r"^(\w+)\(", (folder / "log").read_text(), re.MULTILINE)


def wrong_after(strace, folder, name, at):
    """Kill the recorder at the at-th call of that name; say what is untrue afterwards, nothing when all is well."""
    done = run(strace, started(folder), "-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={at}")
    if done.returncode not in (-9, 137):
        return f"{name} {at}: it was not killed ({done.returncode})"
    told = (folder / "told").read_text().splitlines() if (folder / "told").exists() else []
    last = dict(reversed(words.split()) for words in told)
    with open_ledger(folder / "ledger.sqlite3") as ledger:
        if ledger._store.query("PRAGMA integrity_check") != [("ok",)]:
            return f"{name} {at}: the file is damaged"
        found = {str(record.number): record.state for record in ledger.batches()}
        for number, state in found.items():
            if ledger.rows(int(number)) != list(rows_of(int(number))):
                return f"{name} {at}: batch {number} is not whole"
            if ledger.in_full(int(number)).problems or ledger.before(int(number)) != known_of(int(number), "before"):
                return f"{name} {at}: what belongs to batch {number} is not whole"
            found_out = ledger.latest_results(int(number))
            if found_out is None and last.get(number) == "reconciled":
                return f"{name} {at}: the results of batch {number} were told and are not there"
            if found_out is not None and found_out.results != known_of(int(number), "results"):
                return f"{name} {at}: the results of batch {number} are not whole"
            if len(ledger.sent_before(BATCH.sender, rows_of(int(number)).action_ids)) != (state != "failed") * 300:
                return f"{name} {at}: the rows of batch {number} are not whole"
    for number, state in last.items():
        if found.get(number) not in BECOMES[state]:
            return f"{name} {at}: {state} was told of batch {number}, the ledger says {found.get(number)}"
    return ""


def points(names):
    """Number the calls of every name: the third pwrite64, the first fdatasync."""
    seen = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield name, seen[name]


def judged(strace, tmp_path, chosen):
    with ThreadPoolExecutor(4) as pool:
        said = pool.map(lambda point: wrong_after(strace, tmp_path / f"{point[0]}-{point[1]}", *point), chosen)
        return [wrong for wrong in said if wrong]


def test_killed_at_every_eighth_system_call_the_ledger_stays_whole_and_true(strace, tmp_path):
    every = list(points(calls(strace, tmp_path / "undisturbed")))
    assert len(every) >= 150
    writes = [
        point for point in every if point[0] in {"fdatasync", "fsync", "pwrite64", "write", "ftruncate", "unlink"}
    ]
    chosen = {*every[::16], *writes[::8]}
    assert judged(strace, tmp_path, chosen) == []


@pytest.mark.long
def test_killed_at_every_system_call_the_ledger_stays_whole_and_true(strace, tmp_path):
    every = list(points(calls(strace, tmp_path / "undisturbed")))
    assert len(every) >= 150
    assert judged(strace, tmp_path, every) == []
