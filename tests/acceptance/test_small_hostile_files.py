"""A small file costs little, whatever it holds: at most 2 seconds and 150 MB, and never a traceback."""

import time
from pathlib import Path

import pytest

from tests.support.batches import LIST
from tests.support.hostile_files import MOST_BYTES, hostile_file
from tests.support.measured_commands import BROKEN_OFF, MeasuredCommands
from tests.support.profiles import make_outbox

SECONDS, MEGABYTES = 2.0, 150.0
FILES = 2_000
SAMPLE = 22
PENDING = "Action ID,State,Amount,Locking Date\nM.1.2.3,PENDING,12.50,2099-01-01\n"


def commands_for(file, work):
    """Return the commands that read a file, after writing it."""
    for left in ("out.csv", "fixed.csv", "fixed.xlsx", "fresh.xlsm", "page.html", "findings.csv"):
        (work / left).unlink(missing_ok=True)
    if file.use == "words":
        return [file.options, (*file.options, "--json")]
    if file.use == "config":
        home = work / "home" / "config.toml"
        home.write_bytes(file.content)
        return [
            ("check", "returns.csv"),
            ("profile", "list"),
            ("profile", "show"),
            ("send", "returns.csv", "--dry-run"),
        ]
    name = f"file{Path(file.name).suffix}"
    (work / name).write_bytes(file.content)
    if file.use == "pending":
        return [
            ("check", "returns.csv", "--pending", name),
            ("review", "returns.csv", "--pending", name, "--json"),
            ("check", name),
            ("fix", name, "-o", "fixed.csv"),
        ]
    return [
        ("check", name),
        ("check", name, "--json"),
        ("check", name, "--html", "page.html", "--force"),
        ("check", name, "--csv", "findings.csv", "--force"),
        ("fix", name, "-o", "fixed.csv"),
        ("fix", name, "-o", "fixed.xlsx"),
        ("review", name, "--html", "page.html", "--force"),
        ("export", name, "-o", "out.csv"),
        ("send", name, "--dry-run"),
        ("upgrade-workbook", name, "fresh.xlsm"),
        ("check", "returns.csv", "--pending", name),
    ]


@pytest.fixture
def work(tmp_path):
    """A folder with a list of returns, a download, and a profile whose channel is a folder."""
    (tmp_path / "home").mkdir(mode=0o700)
    make_outbox(tmp_path / "home", tmp_path / "outbox")
    (tmp_path / "home" / "config.toml").chmod(0o600)
    (tmp_path / "returns.csv").write_text(LIST, newline="")
    (tmp_path / "pending.csv").write_text(PENDING)
    return tmp_path


def _run(work, numbers):
    """Run every command that reads the files of some numbers; return each with its file and its cost."""
    config = (work / "home" / "config.toml").read_bytes()
    ran = []
    with MeasuredCommands(work) as commands:
        for arguments in commands_for(hostile_file(9), work):
            commands.run("warm", *arguments)
        for number in numbers:
            file = hostile_file(number)
            assert len(file.content) <= MOST_BYTES
            ran += [(number, file.kind, one, commands.run(*one)) for one in commands_for(file, work)]
            (work / "home" / "config.toml").write_bytes(config)
    return ran


def _tracebacks(ran):
    return [
        (number, kind, " ".join(command)[:200], cost.printed[-1_500:])
        for number, kind, command, cost in ran
        if cost.code in {1, BROKEN_OFF} or cost.code < 0 or "Traceback" in cost.printed
    ]


def test_no_small_file_ends_in_a_traceback(work):
    assert _tracebacks(_run(work, range(SAMPLE))) == []


@pytest.mark.long
@pytest.mark.parametrize("part", range(8))
def test_every_command_reads_a_small_file_in_two_seconds_and_150_megabytes(work, part):
    ran = _run(work, range(part, FILES, 8))
    assert _tracebacks(ran) == []
    costs = [
        (cost.seconds, cost.megabytes, number, kind, " ".join(command)[:80]) for number, kind, command, cost in ran
    ]
    assert [cost for cost in costs if cost[0] > SECONDS or cost[1] > MEGABYTES] == []


def test_the_same_number_makes_the_same_file_whatever_the_clock_says(monkeypatch):
    now = [hostile_file(number) for number in range(SAMPLE)]
    monkeypatch.setattr(time, "time", lambda: 1_900_000_000.0)
    assert [hostile_file(number) for number in range(SAMPLE)] == now
    assert len({hostile_file(number).content for number in range(SAMPLE)}) > SAMPLE - 4
