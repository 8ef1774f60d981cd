"""With ``--json``, every command prints one JSON object on standard output, however it ends."""

import errno
import hashlib
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from action_returns.channels.base import Outcome, State
from action_returns.cli.app import COMMANDS, tree
from action_returns.operations.fetch_pending import Fetched
from tests.support.batches import EXACT, LIST, ONE
from tests.support.cli import run_at_a_terminal
from tests.support.imports import write_imports

SHA256 = hashlib.sha256(EXACT).hexdigest()
LINES = {
    "new": ("made.xlsx",),
    "check": ("returns.csv",),
    "import": ("orders.csv", "--pending", "pending.csv", "-o", "rows.csv"),
    "fix": ("returns.csv", "-o", "fixed.csv"),
    "review": ("returns.csv",),
    "export": ("returns.csv", "-o", "clean.csv"),
    "send": ("returns.csv", "--yes", "--include-sent", "--max-raise", "10.00"),
    "probe": (),
    "approval request": ("returns.csv", "--include-sent"),
    "approval list": (),
    "approval show": ("1", "--rows"),
    "approval approve": ("1", "--sha256", SHA256[:8], "--by", "Bea"),
    "approval withdraw": ("1", "--why", "seen"),
    "reconcile": ("1", "--pending", "originals.csv"),
    "undo": ("1", "-o", "undo.csv", "--pending", "originals.csv"),
    "history list": (),
    "history show": ("1",),
    "history file": ("1",),
    "history receipt": ("1",),
    "history mark": ("1", "sent", "--why", "seen", "--yes"),
    "history export": (),
    "history statement": ("2026-11",),
    "history insights": ("--html", "insights.html"),
    "action show": (ONE,),
    "pending status": (),
    "pending compare": ("pending.csv", "pending.csv"),
    "upgrade-workbook": ("old.xlsx", "upgraded.xlsx"),
    "pending fetch": (),
    "profile list": (),
    "profile show": ("acme",),
    "profile add": ("other", "--environment", "test", "--kind", "outbox", "--set", "directory=there"),
    "profile set": ("acme", "max_amount=70"),
    "profile unset": ("acme", "max_amount"),
    "profile use": ("acme",),
    "profile remove": ("acme",),
    "secret set": ("acme", "--password-stdin"),
    "secret delete": ("acme",),
    "secret status": (),
    "doctor": (),
    "demo": (),
    "completion": ("bash",),
}
"""Every command, with words that let it succeed."""
FULL = Path("/dev/full")
"""A device on which there is never room, where the system has one."""
READS_A_FILE = {"approval request", "check", "import", "fix", "review", "export", "send", "upgrade-workbook"}
READS_NO_SETTINGS = {"doctor", "demo", "completion", "secret delete", "upgrade-workbook"}
READS_THE_LEDGER = {name for name in LINES if name.startswith("history")} | {
    "action show",
    "send",
    "import",
    "reconcile",
    "undo",
}
READS_THE_LEDGER |= {name for name in LINES if name.startswith("approval")}


def leaves(command, path=()):
    """Names of all commands below a group."""
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        yield from leaves(command.get_command(context, name), (*path, name))


ALL = dict(leaves(tree))


@pytest.fixture(autouse=True)
def work(work, outbox, returns, store, monkeypatch):
    """A folder with a list, a profile to send it with, and a password that is kept and one that is typed."""
    store.set_password("action-returns", "acme", "s3cret")
    # Its own tests (test_pending_fetch.py) have a server that it asks.
    nothing = Fetched(None, False, 0, {}, 0, False, datetime(2026, 12, 1, tzinfo=UTC), ())
    monkeypatch.setattr("action_returns.operations.fetch_pending.fetch_pending", lambda *_, **__: nothing)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"s3cret\n")))
    write_imports(work)
    (work / "originals.csv").write_text(f"Action ID,Amount,Original Amount\n{ONE},19.90,19.90\n")
    return work


@pytest.fixture
def told(run):
    """Runs a command with --json, and reads the one object it prints."""

    def command(name, *options):
        result = run(*name.split(), *options, "--json")
        facts = json.loads(result.out)
        assert isinstance(facts, dict)
        assert isinstance(facts["message"], str)
        assert facts["message"].strip()
        return result.code, facts["problem"], facts

    return command


def test_no_command_is_left_out():
    assert set(ALL) == set(LINES)
    assert {name.split()[0] for name in LINES} == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(set(LINES) - {"demo"}))
def test_a_command_that_succeeds_prints_one_object(told, run, name):
    assert run("send", "returns.csv", "--yes").code == 0
    assert run("new", "old.xlsx").code == 0
    if name.startswith("approval ") and name != "approval request":
        assert run("approval", "request", "returns.csv", "--include-sent").code == 0
    assert told(name, *LINES[name])[:2] == (0, None)


def test_the_demo_prints_one_object_and_shows_its_steps_beside_it(run):
    result = run("demo", "--json")
    facts = json.loads(result.out)
    assert (result.code, facts["problem"]) == (0, None)
    assert [one["identical"] for one in facts["delivered"]] == [True, True]
    assert "M.8882.4808.1063415" in result.err
    assert "Rows to send" in result.err


@pytest.mark.parametrize("name", LINES)
def test_an_option_that_does_not_exist_is_an_object(told, name):
    assert told(name, *LINES[name], "--no-such-option")[:2] == (2, "usage")


@pytest.mark.parametrize(
    "name", [name for name, command in ALL.items() if any(parameter.required for parameter in command.params)]
)
def test_a_missing_argument_is_an_object(told, name):
    assert told(name)[:2] == (2, "usage")


@pytest.mark.parametrize(
    "line",
    [
        ("check", "returns.csv", "--pending-dates", "ymd"),
        ("check", "returns.csv", "--pending", "p.csv", "--pending-column", "amount"),
        ("send", "returns.csv", "--confirm-rows", "two"),
        ("history", "mark", "1", "lost", "--why", "x"),
        ("history", "show", "one"),
        ("completion", "tcsh"),
        ("nonsense",),
        ("history", "nonsense"),
        ("history",),
        (),
        ("send", "returns.csv", "--no-input"),
        ("fix", "returns.csv"),
        ("secret", "set", "acme", "--no-input"),
        ("profile", "set", "acme", "max_amount"),
        ("profile", "set", "acme", "max_amount="),
        ("profile", "set", "acme", "hots=x"),
        ("profile", "unset", "acme", "hots"),
    ],
)
def test_every_other_wrong_line_is_an_object(run, line):
    for words in ([*line, "--json"], ["--json", *line]):
        result = run(*words)
        facts = json.loads(result.out)
        assert (result.code, facts["problem"]) == (2, "usage")
        assert facts["message"]
        assert facts["message"] in result.err or line in ((), ("history",))


def test_the_option_may_stand_before_the_command_or_in_the_middle(run):
    for words in (["--json", "check", "returns.csv"], ["check", "--json", "returns.csv"]):
        assert json.loads(run(*words).out)["rows"] == 2


def test_a_file_named_like_the_option_is_a_file(run, work):
    (work / "--json").write_text(LIST, newline="")
    assert "Written" in run("export", "-o", "out.csv", "--", "--json").err
    assert run("export", "-o", "-", "--", "--json").out.startswith("ActionId,")


@pytest.mark.parametrize("name", sorted(READS_A_FILE))
def test_a_missing_file_is_an_object(told, name):
    code, problem, facts = told(name, "none.xlsx", *LINES[name][1:])
    assert (code, problem) == (3, "file-unreadable")
    assert "none.xlsx" in facts["message"]


def test_a_refused_check_keeps_the_shape_of_a_check(told):
    facts = told("check", "none.csv")[2]
    del facts["message"]
    assert facts == {
        "file": "none.csv", "rows": 0, "ready": 0, "errors": 0, "warnings": 0, "findings": [],
        "problem": "file-unreadable",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(LINES) - READS_NO_SETTINGS))
def test_settings_that_are_wrong_are_an_object(told, home, name):
    (home / "config.toml").write_text("[profiles.acme]\nenvironment = 'wrong'\n")
    code, problem, facts = told(name, *LINES[name])
    assert (code, problem) == (9, "configuration")
    assert "config.toml" in facts["message"]


@pytest.mark.parametrize("name", sorted(READS_THE_LEDGER))
def test_a_damaged_ledger_is_an_object(told, home, name):
    (home / "ledger.sqlite3").write_bytes(b"no database" * 99)
    assert told(name, *LINES[name])[:2] == (11, "ledger")


def test_what_the_doctor_finds_is_an_object(told, home):
    (home / "ledger.sqlite3").write_bytes(b"no database" * 99)
    code, problem, facts = told("doctor")
    assert (code, problem) == (9, None)
    assert [one["what"] for one in facts["checks"] if not one["well"]] == ["Ledger opens"]
    assert facts["message"] == "1 check failed."


def test_a_list_that_was_sent_before_is_an_object_with_the_batch(told):
    assert told("send", "returns.csv", "--yes")[:2] == (0, None)
    code, problem, facts = told("send", "returns.csv", "--yes")
    assert (code, problem, facts["batch"]) == (8, "duplicate", "0001")
    assert facts["left_out"] == {"errors": 0, "sent_before": 2}
    assert facts["message"].startswith("Nothing new to send.")


def test_an_unknown_outcome_is_an_object(told, monkeypatch):
    def cut(_, __, leaving):
        leaving()
        return Outcome(State.UNKNOWN, "The line went dead.")

    monkeypatch.setattr("action_returns.channels.folder.OutboxChannel.deliver", cut)
    code, problem, facts = told("send", "returns.csv", "--yes")
    assert (code, problem, facts["outcome"]) == (7, None, "unknown")
    assert facts["message"].startswith("The line went dead.")


def raising(error):
    def stop(*_, **__):
        raise error

    return stop


@pytest.mark.parametrize("name", LINES)
def test_an_unexpected_error_is_an_object_that_names_the_details(told, home, monkeypatch, name):
    monkeypatch.setattr("action_returns.cli.options.default_paths", raising(ZeroDivisionError()))
    code, problem, facts = told(name, *LINES[name])
    assert (code, problem) == (1, "unexpected")
    (details,) = (home / "logs").glob("E-*.txt")
    assert f"Unexpected error (ZeroDivisionError). Details are in {details}" in facts["message"]


@pytest.mark.parametrize("name", LINES)
def test_ctrl_c_is_an_object(told, monkeypatch, name):
    monkeypatch.setattr("action_returns.cli.options.default_paths", raising(KeyboardInterrupt()))
    code, problem, facts = told(name, *LINES[name])
    assert (code, problem) == (130, "interrupted")
    assert facts["message"] == "Interrupted. Nothing more was done. See what was sent: action-returns history list"


@pytest.mark.parametrize("error", [EOFError(), BrokenPipeError(32, "Broken pipe")])
def test_a_connection_that_breaks_is_not_taken_for_the_user_who_stops(told, monkeypatch, error):
    monkeypatch.setattr("action_returns.cli.setup.probe", raising(error))
    code, problem, facts = told("probe")
    assert (code, problem) == (1, "unexpected")
    assert type(error).__name__ in facts["message"]


def test_the_error_of_another_pipe_does_not_keep_the_object_from_its_reader(told, monkeypatch):
    """On Windows, a look at standard output can be its end to the program that reads it."""
    monkeypatch.setattr("action_returns.cli.setup.probe", raising(BrokenPipeError(errno.EPIPE, "Broken pipe")))
    monkeypatch.setattr("action_returns.cli.app._stdout_is_closed", lambda: True)
    code, problem, _ = told("probe")
    assert (code, problem) == (1, "unexpected")


def test_a_no_is_an_object(home):
    code, seen = run_at_a_terminal("n", "send", "returns.csv", "--json")
    facts = json.loads(seen[seen.index("\n{") :])
    assert (code, facts["problem"], facts["message"]) == (0, "declined", "Not sent.")


@pytest.mark.parametrize(
    ("error", "code", "problem"), [(ZeroDivisionError(), 1, "unexpected"), (KeyboardInterrupt(), 130, "interrupted")]
)
def test_a_check_that_stops_between_two_findings_is_one_object(told, monkeypatch, error, code, problem):
    def findings():
        yield {"row": 2}
        raise error

    monkeypatch.setattr("action_returns.cli.check.check_json", lambda _: {"rows": 2, "findings": findings()})
    ended, refusal, facts = told("check", "returns.csv")
    assert (ended, refusal) == (code, problem)
    assert (facts["rows"], facts["findings"]) == (2, [{"row": 2}])


def test_nothing_is_printed_as_json_without_the_option(run):
    assert run("check", "none.csv").out == ""
    assert run("nonsense").out == ""


def ended_with(stdout, work, *words):
    """Run Python with this standard output; return its exit code and what it said beside it."""
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    ended = subprocess.run(
        [sys.executable, *words], stdout=stdout, stderr=subprocess.PIPE, timeout=60, check=False, cwd=work, env=plain
    )
    return ended.returncode, ended.stderr.decode().replace("\r\n", "\n")


@pytest.fixture
def closed_pipe():
    """A pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def test_a_reader_that_closes_the_pipe_does_not_change_the_exit_code(work, closed_pipe):
    assert ended_with(closed_pipe, work, "-m", "action_returns", "check", "returns.csv", "--json") == (0, "")


def test_the_file_of_a_batch_is_described_and_not_printed(told, run, work):
    run("send", "returns.csv", "--yes")
    printed = told("history file", "1")[2]
    written = told("history file", "1", "-o", "sent.csv")[2]
    content = (work / "sent.csv").read_bytes()
    assert content.startswith(b"ActionId,Amount,Reason\r\n")
    for facts, output in ((printed, None), (written, "sent.csv")):
        assert (facts["batch"], facts["output"], facts["rows"]) == ("0001", output, 2)
        assert (facts["bytes"], facts["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_whole_record_is_a_list_in_the_object(told, run):
    run("send", "returns.csv", "--yes")
    lines = [json.loads(line) for line in run("history", "export").out.splitlines()]
    assert told("history export")[2]["batches"] == lines
    assert len(lines) == 1
    run("approval", "request", "returns.csv", "--include-sent", "--by", "Ann")
    *_, asked = (json.loads(line) for line in run("history", "export").out.splitlines())
    facts = told("history export")[2]
    assert (facts["batches"], facts["approvals"], asked["approval"]) == (lines, [asked], 1)


@pytest.mark.parametrize(
    ("line", "words"), [(("--help",), "Usage: "), (("check", "-h"), "FILE"), (("--version",), "action-returns 0.")]
)
def test_help_and_version_are_the_message_of_the_object(run, line, words):
    result = run(*line, "--json")
    facts = json.loads(result.out)
    assert (result.code, facts["problem"]) == (0, None)
    assert words in facts["message"]
    assert words in run(*line).out


def test_a_reader_that_closes_the_pipe_too_early_is_no_success(work, closed_pipe):
    code, said = ended_with(closed_pipe, work, "-u", "-m", "action_returns", "review", "returns.csv")
    assert code == 130
    assert said == "Stopped: Standard output was closed by its reader before everything was printed.\n"


@pytest.mark.parametrize("options", [("--json",), ()])
def test_a_result_that_cannot_be_printed_is_told_on_standard_error(work, options):
    with FULL.open("w") if FULL.exists() else (work / "returns.csv").open() as unwritable:
        code, said = ended_with(unwritable, work, "-m", "action_returns", "review", "returns.csv", *options)
    why = os.strerror(errno.ENOSPC if FULL.exists() else errno.EBADF)
    assert code == 1
    assert f"Stopped: Standard output cannot be written: {why}. The result was: " in said
    assert "Traceback" not in said
    assert "Exception ignored" not in said


def test_letters_that_the_terminal_does_not_know_stop_nothing(work):
    (work / "bad.csv").write_text(LIST + '"M.8882.4808.1063417","12,50",ORDER_UPDATE\r\n', newline="")
    line = [sys.executable, "-m", "action_returns", "check", "bad.csv"]
    coded = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    ended = subprocess.run(line, capture_output=True, timeout=60, check=False, cwd=work, env=coded)
    assert ended.returncode == 3
    assert b"12.50" in ended.stdout
