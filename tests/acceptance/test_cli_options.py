"""Every option does what its help says, in every command that has it."""

import json
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.support.batches import CSV, EXACT, ONE, TWO
from tests.support.profiles import write_profile
from tests.support.sending import line_goes_dead

pytestmark = pytest.mark.usefixtures("returns")

# --- --sheet


@pytest.fixture
def two_sheets(work):
    """A workbook with two sheets that could both be meant: one row on the first, two on the second."""
    book = openpyxl.Workbook()
    for name, rows in (("May", 1), ("June", 2)):
        sheet = book.create_sheet(name)
        sheet.append(["ActionId", "Amount", "Reason"])
        for number in range(rows):
            sheet.append([f"M.8882.4808.{number + 1}", 0, " REJECTED" if name == "June" else "REJECTED"])
    book.remove(book["Sheet"])
    book.save("two.xlsx")
    return "two.xlsx"


def test_which_of_two_sheets_is_meant_is_asked(two_sheets, run):
    told = run("check", two_sheets, "--json")
    assert (told.code, told.json["problem"]) == (3, "sheet-ambiguous")


@pytest.mark.parametrize(("sheet", "rows"), [("May", 1), ("June", 2)])
@pytest.mark.parametrize(
    "command", [["check"], ["review"], ["fix", "--dry-run"], ["send", "--dry-run", "--only-ready"]]
)
def test_the_sheet_that_was_named_is_the_one_that_is_read(outbox, two_sheets, run, command, sheet, rows):
    result = run(*command, two_sheets, "--sheet", sheet, "--json")
    if command[0] == "send" and sheet == "June":
        assert result.code == 3
        assert f"Nothing was sent or written: all 2 rows of {two_sheets} have errors. Repair them" in result.err
    else:
        assert result.json["rows"] == rows


def test_the_sheet_that_was_named_is_exported(two_sheets, run):
    assert run("export", two_sheets, "--sheet", "May", "-o", "may.csv").code == 0
    assert Path("may.csv").read_bytes() == b"ActionId,Amount,Reason\r\nM.8882.4808.1,0,REJECTED\r\n"


# --- --force


@pytest.mark.parametrize(
    "command",
    [
        ["export", "returns.csv", "-o"],
        ["fix", "returns.csv", "-o"],
        ["history", "file", "1", "-o"],
        ["history", "receipt", "1", "--html"],
        ["history", "export", "-o"],
    ],
)
def test_another_file_is_replaced_only_with_force(outbox, work, run, command):
    run("send", "returns.csv", "--yes")
    mine = work / "mine.csv"
    mine.write_text("mine", encoding="utf-8", newline="")
    refused = run(*command, "mine.csv")
    assert refused.code == 2
    assert "mine.csv exists already and holds something else. It was left as it is." in refused.err
    assert mine.read_text(encoding="utf-8") == "mine"
    assert run(*command, "mine.csv", "--force").code == 0
    assert mine.read_text(encoding="utf-8") != "mine"


def test_a_support_file_never_replaces_another_file(work, run):
    (work / "mine.zip").write_text("mine", encoding="utf-8", newline="")
    refused = run("doctor", "--bundle", "mine.zip")
    assert refused.code == 2
    assert refused.err.endswith(
        "mine.zip exists already and holds something else. It was left as it is. Choose another name.\n"
    )
    assert (work / "mine.zip").read_text(encoding="utf-8") == "mine"


def test_a_changed_file_in_the_folder_of_exports_is_kept_and_can_be_moved(work, home, run):
    """The program has chosen its name, so another name is no advice."""
    assert run("export", "returns.csv").code == 0
    (written,) = (home / "exports").iterdir()
    written.write_text("mine", encoding="utf-8", newline="")
    refused = run("export", "returns.csv")
    assert refused.code == 2
    assert refused.err.endswith("It was left as it is. Move or rename it, then export again.\n")
    assert written.read_text(encoding="utf-8") == "mine"
    written.rename(work / "moved.csv")
    assert run("export", "returns.csv").code == 0


def test_a_folder_of_exports_that_cannot_be_used_names_what_can_be_done(work, home, run):
    (home / "exports").write_text("a file in the way", encoding="utf-8", newline="")
    refused = run("export", "returns.csv")
    assert refused.code == 2
    assert refused.err.endswith(
        "Nothing was written. Make room, or set ACTION_RETURNS_HOME to a folder that can be written.\n"
    )


# --- --quiet, --json


@pytest.mark.parametrize(
    "command",
    [
        ["export", "returns.csv", "-o", "out.csv"],
        ["fix", "returns.csv", "-o", "fixed.csv"],
        ["check", "returns.csv"],
        ["send", "returns.csv", "--yes"],
        ["probe"],
        ["profile", "use", "acme"],
    ],
)
def test_quiet_leaves_only_data_and_refusals(outbox, work, run, command):
    assert run(*command, "--quiet").err == ""


def test_quiet_still_tells_why_it_stopped(outbox, work, run):
    assert run("send", "none.csv", "--quiet", "--yes").err.startswith("Stopped: ")


def test_fix_tells_scripts_what_it_wrote_and_nothing_on_a_dry_run(work, run):
    told = run("fix", "returns.csv", "-o", "fixed.csv", "--json").facts
    assert told.pop("columns") == {"ActionId": "A ActionId", "Amount": "B Amount", "Reason": "C Reason"}
    wrote = {"file": "returns.csv", "output": "fixed.csv", "changes": [], "rows": 2, "ready": 2}
    assert told == {**wrote, "not_kept": [], "note": None}
    assert run("fix", "returns.csv", "-o", "other.csv", "--dry-run", "--json").json["output"] is None
    assert not (work / "other.csv").exists()


def test_a_dry_run_sends_nothing_whatever_was_confirmed(outbox, work, home, run):
    for confirmed in (["--yes"], ["--confirm-rows", "2"], ["--yes", "--json"]):
        result = run("send", "returns.csv", "--dry-run", *confirmed)
        assert result.code == 0
        assert "Dry run: nothing was sent." in result.err
    assert result.json["dry_run"] is True
    assert list(outbox.iterdir()) == []
    assert not (home / "ledger.sqlite3").exists()


# --- the rules of a profile, and --profile


def test_the_rules_of_the_profile_are_the_rules_of_every_check(home, work, run):
    rules = {"max_amount": "40.00", "action_id_pattern": "M[.]8882[.]4808[.]1063415"}
    write_profile(home, {"kind": "outbox", "directory": str(work)}, **rules)
    told = run("check", "returns.csv", "--json").json
    assert [(one["row"], one["code"]) for one in told["findings"]] == [(3, "id-shape"), (3, "amount-large")]
    assert "40.00" in told["findings"][1]["message"]
    (work / "spaced.csv").write_text(CSV + f"{ONE},0,Returned\r\n", newline="")
    with (home / "config.toml").open("r+") as file:
        text = file.read().replace("[profiles.acme]", "[profiles.acme]\nreasons = { RETURNED = 'reverse' }", 1)
        file.seek(0)
        file.write(text)
    changes = run("fix", "spaced.csv", "--dry-run", "--json").json["changes"]
    assert [(one["before"], one["after"]) for one in changes] == [("Returned", "RETURNED")]


def test_the_profile_that_was_named_is_the_one_that_is_used(home, work, run):
    lines = ["default_profile = 'one'"]
    for name, environment in (("one", "test"), ("two", "live")):
        (work / name).mkdir()
        lines += [f"[profiles.{name}]", f"environment = '{environment}'", f"[profiles.{name}.channel]"]
        lines += ["kind = 'outbox'", f"directory = '{work / name}'"]
    (home / "config.toml").write_text("\n".join(lines), encoding="utf-8", newline="")
    told = run("review", "returns.csv", "--profile", "two", "--json").json
    assert (told["profile"], told["environment"], told["destination"]) == ("two", "live", str(work / "two"))
    assert run("send", "returns.csv", "--profile", "two", "--yes").code == 0
    assert [len(list((work / name).iterdir())) for name in ("one", "two")] == [0, 1]
    assert [(one["profile"], one["environment"]) for one in run("history", "list", "--json").json["batches"]] == [
        ("two", "live")
    ]
    assert run("probe", "--profile", "two", "--json").json["destination"] == str(work / "two")
    assert run("profile", "show", "--profile", "two", "--json").json["name"] == "two"
    assert run("send", "returns.csv", "--yes").code == 0, "what went out live says nothing about a test"


# --- profile, secret, doctor


@pytest.mark.parametrize(
    ("kind", "given", "channel"),
    [
        (
            "ftp",
            {"host": "x.example", "username": "ann", "port": "2121", "security": "plain", "accept_plaintext": "true"},
            {"port": 2121, "security": "plain", "accept_plaintext": True, "directory": "/", "password": "keyring"},
        ),
        ("sftp", {"host": "x.example", "username": "ann"}, {"password": "keyring", "directory": "/", "port": 22}),
        ("email", {"host": "x", "sender": "a@b.c", "recipient": "d@e.f", "username": "u"}, {"password": "keyring"}),
        ("draft", {"directory": "drafts", "subject": "a=b"}, {"subject": "a=b", "directory": "drafts"}),
    ],
)
def test_a_profile_is_made_with_every_setting_that_was_given(run, kind, given, channel):
    settings = [word for key, value in given.items() for word in ("--set", f"{key}={value}")]
    made = run("profile", "add", "acme", "--kind", kind, "--environment", "live", *settings)
    assert made.code == 0
    told = run("profile", "show", "acme", "--json").json
    assert told["environment"] == "live"
    assert {key: told["channel"][key] for key in channel} == channel
    before = "action-returns secret set acme, then " if "password" in channel else ""
    assert f"Next: {before}action-returns probe --profile acme" in made.err.splitlines()


def test_a_profile_without_an_environment_is_not_made(run, work):
    made = run("profile", "add", "acme", "--kind", "outbox", "--set", f"directory={work}")
    assert made.code == 2
    assert "Cannot ask for Environment: there is no terminal. Add --environment live or --environment test" in made.err
    assert run("profile", "list", "--json").json["profiles"] == []


def test_without_questions_a_profile_without_an_environment_is_wrong_usage(run, work):
    made = run("profile", "add", "acme", "--kind", "outbox", "--set", f"directory={work}", "--no-input", "--json")
    assert (made.code, made.json["problem"]) == (2, "usage")
    assert "Cannot ask for Environment: --no-input was given." in made.json["message"]
    assert "--environment live or --environment test" in made.json["message"]


TEST_UPLOADS = "TEST is not practice: a file of this profile is really uploaded to its receiver."


@pytest.mark.parametrize(("environment", "told"), [("test", 1), ("live", 0)])
def test_a_test_profile_says_that_it_really_uploads(run, work, environment, told):
    settings = ("--kind", "outbox", "--set", f"directory={work}")
    made = run("profile", "add", "acme", "--environment", environment, *settings)
    assert made.err.count(TEST_UPLOADS) == told
    for command in (["profile", "show", "acme"], ["probe"]):
        result = run(*command)
        assert (result.out + result.err).count(TEST_UPLOADS) == told, command


def test_a_profile_is_asked_for_its_required_settings_by_name_when_there_is_no_terminal(run):
    made = run("profile", "add", "acme", "--environment", "test", "--kind", "ftp")
    assert made.code == 2
    assert "Cannot ask for Server (host): there is no terminal. Add --set host=batch.impact.com" in made.err


@pytest.mark.parametrize("where", ["env:HERE", "env:NOT_HERE"])
def test_the_status_of_a_password_tells_whether_it_can_be_fetched(home, run, monkeypatch, where):
    monkeypatch.setenv("HERE", "s3cret")
    write_profile(home, {"kind": "ftp", "host": "x.example", "username": "u", "password": where})
    (told,) = run("secret", "status", "--json").json["passwords"]
    assert told == {
        "profile": "acme", "of": "channel", "kept": where, "status": "there" if where == "env:HERE" else "missing",
    }  # fmt: skip


def test_the_doctor_counts_the_batches_and_names_those_in_doubt(outbox, work, run, monkeypatch):
    run("send", "returns.csv", "--yes")
    checks = run("doctor", "--json").json["checks"]
    assert any(check["seen"].startswith("1 batch; last copy: ") for check in checks)
    (work / "other.csv").write_text(CSV + "M.8882.4808.5,0,REJECTED\r\n", newline="")
    monkeypatch.setattr("action_returns.channels.folder.OutboxChannel.deliver", line_goes_dead)
    run("send", "other.csv", "--yes")
    seen = {one["what"]: one["seen"] for one in run("doctor", "--json").json["checks"]}
    assert seen["Ledger opens"].startswith("2 batches; outcome unknown: 0002; last copy: ")
    assert seen["Profiles are right"] == "acme"


def test_a_support_file_names_what_was_seen_and_no_home_folder(home, work, run, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: home.parent)
    write_profile(home, {"kind": "ftp", "host": "x.example", "username": "u", "password": "env:NOT_SET"})
    assert run("doctor", "--bundle", "support.zip").code == 9
    with zipfile.ZipFile("support.zip") as archive:
        told = archive.read("doctor.txt").decode()
        assert "action-returns " in archive.read("installed.txt").decode()
    assert re.search("^!!  Password of acme: .*NOT_SET", told, re.MULTILINE)
    assert "ok  Profiles are right: acme" in told
    assert str(home.parent) not in told


def test_the_record_is_exported_whole_one_batch_a_line(outbox, work, run):
    run("send", "returns.csv", "--yes")
    assert run("history", "export", "-o", "record.jsonl").code == 0
    text = (work / "record.jsonl").read_text(encoding="utf-8")
    assert text == run("history", "export").out
    (line,) = text.splitlines()
    assert ONE in json.dumps(json.loads(line))
    assert TWO in line


def test_the_bytes_of_a_batch_are_those_that_left(outbox, work, run):
    run("send", "returns.csv", "--yes")
    assert run("history", "file", "1", "-o", "copy.csv").code == 0
    assert (work / "copy.csv").read_bytes() == EXACT == next(outbox.iterdir()).read_bytes()
