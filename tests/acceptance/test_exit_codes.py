"""Every exit code that scripts are promised, reached by a real command, with the words that belong to it."""

import re

import pytest
from docs.print import cli as cli_page

from action_returns import errors
from action_returns.cli.app import run as run_command
from action_returns.errors import Exit
from tests.support.batches import BAD, CSV, LIST, ONE
from tests.support.cli import run_at_a_terminal, run_program
from tests.support.profiles import write_profile
from tests.support.sending import line_goes_dead

NEVER_REACHED_YET = {Exit.DIFFERENCES}
"""Promised for a command that is not there yet."""
OTHERS = CSV + f"{ONE},0,REJECTED\r\nM.8882.4808.1063418,0,REJECTED\r\n"
"""Another list that has a row of LIST."""


def no_server(home):
    facts = {"host": "127.0.0.1", "port": 1, "username": "u", "password": "env:PW"}
    write_profile(home, {"kind": "ftp", "security": "plain", "accept_plaintext": True, **facts})


@pytest.fixture
def reach(home, outbox, file, run, monkeypatch, tmp_path):
    """Runs the command that ends with an exit code."""

    def sent_twice():
        run("send", file(), "--yes")
        return run("send", file(), "--yes")

    def without_a_folder():
        outbox.rmdir()
        return run("send", file(), "--yes")

    def without_a_server():
        monkeypatch.setenv("PW", "s3cret")
        no_server(home)
        return run("send", file(), "--yes")

    def in_doubt():
        monkeypatch.setattr("action_returns.channels.folder.OutboxChannel.deliver", line_goes_dead)
        return run("send", file(), "--yes")

    def without_a_profile():
        (home / "config.toml").unlink()
        return run("send", file(), "--yes")

    def without_an_approval():
        write_profile(home, {"kind": "outbox", "directory": str(outbox)}, approval=True)
        return run("send", file(), "--yes")

    def with_a_damaged_ledger():
        (home / "ledger.sqlite3").write_bytes(b"no database" * 99)
        return run("send", file(), "--yes")

    def interrupted():
        def stop(*_, **__):
            raise KeyboardInterrupt

        monkeypatch.setattr("action_returns.cli.options.check_file", stop)
        return run("send", file(), "--yes")

    def unforeseen():
        def fail(*_, **__):
            raise ZeroDivisionError

        monkeypatch.setattr("action_returns.cli.options.check_file", fail)
        return run("check", file())

    return {
        Exit.DONE: (lambda: run("send", file(), "--yes"), "HANDED-OVER: "),
        Exit.UNEXPECTED: (unforeseen, "Unexpected error (ZeroDivisionError). Details are in "),
        Exit.USAGE: (lambda: run("check"), "Missing argument 'FILE'"),
        Exit.BATCH_HAS_ERRORS: (lambda: run("send", file(BAD), "--yes"), "1 of 3 rows of"),
        Exit.WARNINGS: (lambda: run("check", file(CSV + "M1.2,0,REJECTED\r\n"), "--strict"), "1 row checked"),
        Exit.CANNOT_CONNECT: (without_a_server, "FAILED: "),
        Exit.NOT_DELIVERED: (without_a_folder, "FAILED: "),
        Exit.UNKNOWN: (in_doubt, "UNKNOWN: The line went dead."),
        Exit.DUPLICATE: (sent_twice, "Nothing new to send. All 2 rows of"),
        Exit.CONFIGURATION: (without_a_profile, "There is no profile yet"),
        Exit.APPROVAL: (without_an_approval, "no approval was asked for"),
        Exit.LEDGER: (with_a_damaged_ledger, "is damaged"),
        Exit.INTERRUPTED: (interrupted, "Stopped: Interrupted. Nothing more was done."),
    }


PROMISED = {
    Exit.DONE: 0,
    Exit.UNEXPECTED: 1,
    Exit.USAGE: 2,
    Exit.BATCH_HAS_ERRORS: 3,
    Exit.WARNINGS: 4,
    Exit.CANNOT_CONNECT: 5,
    Exit.NOT_DELIVERED: 6,
    Exit.UNKNOWN: 7,
    Exit.DUPLICATE: 8,
    Exit.CONFIGURATION: 9,
    Exit.LEDGER: 11,
    Exit.APPROVAL: 12,
    Exit.INTERRUPTED: 130,
}


@pytest.mark.parametrize("code", PROMISED)
def test_every_exit_code_is_reached_with_its_words(reach, code):
    command, words = reach[code]
    result = command()
    assert result.code == PROMISED[code]
    assert words in result.err


def test_rows_that_no_worksheet_can_hold_are_no_unexpected_error(run, tmp_path, monkeypatch):
    monkeypatch.setattr("action_returns.workbook_builder.sheet_writer.LAST_ROW", 9)
    result = run("new", str(tmp_path / "returns.xlsx"), "--samples")
    assert (result.code, "rows do not fit a worksheet" in result.err) == (3, True)
    assert list(tmp_path.iterdir()) == []


def test_a_template_that_contradicts_itself_is_an_unexpected_error(run, tmp_path, monkeypatch):
    template = tmp_path / "template.toml"
    template.write_text("unknown = 1\n", encoding="utf-8", newline="")
    monkeypatch.setattr("action_returns.operations.new_workbook._TEMPLATE", str(template))
    assert run("new", str(tmp_path / "returns.xlsx")).code == 1


LOOKED_UP = "It could not be looked up what was sent before, so these rows may have been sent already. "


@pytest.mark.parametrize("command", ["check", "review", "export", "fix", "send"])
@pytest.mark.parametrize("damaged", [True, False], ids=["a damaged ledger", "no password of the ledger"])
def test_a_ledger_that_cannot_be_read_is_told_after_everything_else_was_done(
    home, outbox, file, run, tmp_path, monkeypatch, command, damaged
):
    monkeypatch.delenv("ABSENT", raising=False)
    if damaged:
        (home / "ledger.sqlite3").write_bytes(b"no database" * 99)
    else:
        facts = {"ledger": "postgresql://amy@db.example.com/r", "ledger_password": "env:ABSENT"}
        write_profile(home, {"kind": "outbox", "directory": str(outbox)}, **facts)
    written = tmp_path / "written.csv"
    options = {"export": ("-o", str(written)), "fix": ("-o", str(written)), "send": ("--yes",)}.get(command, ())
    result = run(command, file(), *options, "--json")
    assert (result.code, result.json["problem"]) == ((11, "ledger") if damaged else (9, "password"))
    assert result.json["message"].startswith(LOOKED_UP)
    assert ("is damaged" if damaged else "ABSENT") in result.json["message"]
    assert command == "send" or result.json["rows"] == 2
    assert written.exists() is (command in {"export", "fix"})
    assert list(outbox.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "text", "code"),
    [
        (("check",), BAD, 3),
        (("review",), BAD, 3),
        (("export", "-o", "-"), BAD, 3),
        (("check", "--strict"), BAD, 3),
        (("check", "--strict"), CSV + "M1.2,0,REJECTED\r\n", 11),
    ],
)
def test_rows_with_errors_win_over_a_ledger_that_cannot_be_read_and_warnings_do_not(
    home, outbox, file, run, line, text, code
):
    (home / "ledger.sqlite3").write_bytes(b"no database" * 99)
    (command, *options) = line
    result = run(command, file(text), *options, "--json")
    assert result.code == code
    assert LOOKED_UP in result.json["message"]
    printed = run(command, file(text), *options)
    assert "is damaged" in (printed.out + printed.err).replace("\n", " ")


def test_no_exit_code_is_left_untested():
    assert set(Exit) == set(PROMISED) | NEVER_REACHED_YET


def test_the_page_of_the_commands_lists_every_exit_code():
    page = cli_page().partition("## Exit codes")[2]
    assert [int(code) for code in re.findall(r"^\| (\d+) \| .+ \|$", page, re.MULTILINE)] == sorted(Exit)


def test_the_page_of_the_commands_lists_every_refusal():
    page = cli_page()
    for error in (errors.UsageError, errors.AlreadySentError, errors.LedgerError, errors.ConfigError):
        assert f"| `{error.problem}` | {int(error.exit_code)} | " in page


def test_rows_that_another_person_sent_after_the_check_are_exit_code_8(outbox, file, run, monkeypatch, tmp_path):
    """Another person sends a row of the list after it was checked and before it is recorded."""
    from action_returns.operations import send

    others = tmp_path / "others.csv"
    others.write_text(OTHERS, newline="")
    review = send.review

    def meanwhile(*given, **facts):
        monkeypatch.setattr(send, "review", review)
        assert run_command(["send", str(others), "--yes"]) == 0
        return review(*given, **facts)

    monkeypatch.setattr(send, "review", meanwhile)
    result = run("send", file(), "--yes")
    assert result.code == 8
    assert "may have arrived since the check, with the same amount and reason: " in result.err
    assert f"{ONE} in batch 0001 (handed-over). Nothing was sent now." in result.err
    assert len(list(outbox.iterdir())) == 1, "only the list of the other person"
    assert len(run("history", "list", "--json").json["batches"]) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "none.csv"], 3),
        (["review", "bad.csv"], 3),
        (["review", "good.csv"], 0),
        (["check", "bad.csv", "--strict"], 3),
        (["export", "bad.csv", "-o", "-"], 3),
        (["fix", "bad.csv", "-o", "fixed.csv"], 0),
        (["fix", "bad.csv"], 2),
        (["export", "good.csv", "-o", "bad.csv"], 2),
        (["send", "good.csv", "--confirm-rows", "3"], 2),
        (["send", "good.csv", "--profile", "none"], 9),
        (["profile", "show", "none"], 9),
        (["history", "show", "77"], 2),
        (["history", "show", "x"], 2),
        (["probe"], 0),
        (["doctor"], 0),
    ],
)
def test_the_exit_code_of_every_command_is_the_promised_one(outbox, run, tmp_path, monkeypatch, arguments, code):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.csv").write_text(LIST, newline="")
    (tmp_path / "bad.csv").write_text(BAD, newline="")
    assert run(*arguments).code == code


def test_a_probe_tells_no_connection_from_a_folder_that_is_not_there(home, outbox, run, monkeypatch):
    outbox.rmdir()
    assert run("probe").code == 6
    no_server(home)
    monkeypatch.setenv("PW", "s3cret")
    assert run("probe").code == 5


def test_the_doctor_ends_with_9_when_something_is_wrong(home, run):
    write_profile(
        home,
        {
            "kind": "email",
            "host": "x",
            "username": "u",
            "password": "env:NOT_SET",
            "sender": "a@b.c",
            "recipient": "a@b.c",
        },
    )
    result = run("doctor")
    assert result.code == 9
    assert "!!  Password of acme" in result.out


def test_a_no_at_the_terminal_is_no_failure_and_nothing_is_sent(outbox, file):
    code, seen = run_at_a_terminal("n", "send", file(BAD), "--only-ready")
    assert code == 0
    assert "Send 2 rows to TEST now?" in seen
    assert seen.rstrip().endswith("Not sent.")
    assert "Stopped" not in seen
    assert list(outbox.iterdir()) == []


def test_a_yes_at_the_terminal_sends_and_is_on_record_as_such(outbox, file, run):
    code, seen = run_at_a_terminal("y", "send", file())
    assert code == 0
    assert "HANDED-OVER" in seen
    assert len(list(outbox.iterdir())) == 1
    (event,) = [one for one in run("history", "show", "1", "--json").json["events"] if one["kind"] == "confirmed"]
    assert event["how"] == "asked at the terminal"


@pytest.mark.parametrize(("option", "how"), [(("--yes",), "--yes"), (("--confirm-rows", "2"), "--confirm-rows 2")])
def test_how_a_script_confirmed_is_on_record(outbox, file, run, option, how):
    assert run("send", file(), *option).code == 0
    (event,) = [one for one in run("history", "show", "1", "--json").json["events"] if one["kind"] == "confirmed"]
    assert event["how"] == how


WITHOUT_STREAMS = "import sys; sys.stdin = sys.stdout = sys.stderr = None; from action_returns.cli import main; main()"
"""As a shell starts it with >&-, and Windows with pythonw.exe, for a task that is to open no window."""


@pytest.mark.parametrize(("options", "code", "sent"), [(("--yes",), 0, 1), ((), Exit.USAGE, 0)])
def test_a_program_without_streams_sends_when_it_need_not_ask(outbox, file, options, code, sent):
    result = run_program("send", file(LIST), *options, program=("-c", WITHOUT_STREAMS))
    assert (result.code, result.printed) == (code, b"")
    assert len(list(outbox.iterdir())) == sent
