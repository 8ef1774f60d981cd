"""A workbook made, worked with and moved on the command line, as people and their scripts do it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from action_returns.files import packaged_file
from action_returns.operations.account import Account
from action_returns.operations.new_workbook import workbook_bytes
from action_returns.workbook_builder.contents import Entries
from tests.acceptance.test_cli import profile, run, said

SAMPLES = str(packaged_file("workbook_templates/samples/returns.xlsx"))
NAMES = ["returns.xlsm", "returns.xlsx", "Meine Rückgaben März.xlsm", "返品 2026.xlsx", "ordner mit/ä b.xlsx"]


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def outbox(home, tmp_path):
    folder = tmp_path / "outbox"
    folder.mkdir()
    profile(home, {"kind": "outbox", "directory": str(folder)}, max_amount="250.50")
    return folder


def told(*arguments, code=0):
    """Run a command with --json, and give what it tells."""
    result = run(*arguments, "--json")
    assert (result.returncode, said(result)) == (code, "") or code, said(result)
    return json.loads(result.stdout)


def refused(*arguments, code=2):
    """Run a command that stops, and give its words, which are no traceback."""
    result = run(*arguments)
    assert result.returncode == code, said(result)
    assert "Traceback" not in said(result)
    assert "Unexpected error" not in said(result)
    assert said(result).startswith("Stopped: ")
    return said(result)


def older(path, rows, own=(), profile_name=""):
    account = Account(profile_name, "test", profile=object()) if profile_name else Account()
    path.write_bytes(workbook_bytes(account, Entries(rows, own), macros=path.suffix == ".xlsm"))
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# --- new


def test_new_says_what_it_made_and_what_to_do_next(work):
    result = run("new", "returns.xlsm")
    size = (work / "returns.xlsm").stat().st_size
    assert (result.returncode, result.stdout) == (0, b"")
    assert said(result).splitlines() == [
        f"Made: returns.xlsm ({size:,} bytes)",
        "Next: open it, fill in Actions, and click Validate.",
    ]
    result = run("new", "returns.xlsx", "--samples")
    assert "It holds 48 sample rows. Clear them before you paste your own." in said(result)
    assert "Next: open it, fill in Actions, save it, and run: action-returns check returns.xlsx" in said(result)
    assert names(work) == ["returns.xlsm", "returns.xlsx"]


def test_new_tells_scripts_the_same_as_json(work):
    assert told("new", "returns.xlsx", "--samples") == {
        "file": "returns.xlsx", "bytes": (work / "returns.xlsx").stat().st_size, "rows": 48, "kept": None,
        "problem": None, "message": f"Made: returns.xlsx ({(work / 'returns.xlsx').stat().st_size:,} bytes)",
    }  # fmt: skip
    before = (work / "returns.xlsx").read_bytes()
    again = told("new", "returns.xlsx", "--force")
    assert (again["rows"], again["kept"]) == (0, "returns before 1.xlsx")
    assert (work / "returns before 1.xlsx").read_bytes() == before


def test_new_says_nothing_when_quiet(work):
    result = run("new", "returns.xlsx", "--quiet")
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_new_twice_stops_and_with_force_loses_nothing(work):
    assert run("new", "returns.xlsm").returncode == 0
    first = (work / "returns.xlsm").read_bytes()
    assert "exists already and was left as it is" in refused("new", "returns.xlsm")
    assert (work / "returns.xlsm").read_bytes() == first
    result = run("new", "returns.xlsm", "--force")
    assert "The file of that name is now returns before 1.xlsm." in said(result)
    assert run("new", "returns.xlsm", "--force").returncode == 0
    assert names(work) == ["returns before 1.xlsm", "returns before 2.xlsm", "returns.xlsm"]
    assert (work / "returns before 1.xlsm").read_bytes() == first


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("returns.csv", "ends neither in .xlsm (with buttons) nor in .xlsx (without macros)"),
        ("returns", "Choose a name that does."),
        ("a=b.xlsm", "holds the character ="),
        ("a;b.xlsm", "holds the character ;"),
        ("cost$/returns.xlsm", "holds the character $"),
        ("none/returns.xlsx", "cannot be written: No such file or directory"),
        ("file/returns.xlsx", "cannot be written: Not a directory"),
    ],
)
def test_new_refuses_what_cannot_be_in_words_and_writes_nothing(work, name, says):
    (work / "file").write_text("not a folder")
    assert says in refused("new", name)
    assert names(work) == ["file"]


def test_new_is_made_for_the_profile(work, outbox):
    assert run("new", "returns.xlsx").returncode == 0
    book = openpyxl.load_workbook(work / "returns.xlsx")
    meta = dict(row[:2] for row in book["_meta"].iter_rows(values_only=True))
    assert (meta["profile"], meta["environment"], meta["most_without_warning"]) == ("acme", "test", 250.5)
    assert 'There is no profile "nobody"' in refused("new", "other.xlsx", "--profile", "nobody", code=9)


# --- working with it


@pytest.mark.parametrize("name", NAMES)
def test_what_was_made_can_be_checked_repaired_and_exported_under_any_name(work, name):
    Path(name).parent.mkdir(exist_ok=True)
    assert run("new", name, "--samples").returncode == 0
    expected, found = told("check", SAMPLES, code=3), told("check", name, code=3)
    assert [found[key] for key in ("rows", "ready", "errors", "warnings")] == [
        expected[key] for key in ("rows", "ready", "errors", "warnings")
    ]
    assert [(f["column"], f["code"], f["found"], f["fix"]) for f in found["findings"]] == [
        (f["column"], f["code"], f["found"], f["fix"]) for f in expected["findings"]
    ]
    assert run("export", name, "-o", "-").stdout == run("export", SAMPLES, "-o", "-").stdout != b""
    before = Path(name).read_bytes()
    assert run("fix", name, "-o", "repariert ä.xlsx").returncode == 0
    assert run("fix", SAMPLES, "-o", "expected.csv").returncode == 0
    assert told("check", "repariert ä.xlsx", code=3)["ready"] == told("check", "expected.csv", code=3)["ready"]
    assert Path(name).read_bytes() == before


def test_a_blank_one_has_nothing_to_check_yet_and_says_so(work):
    assert run("new", "returns.xlsm").returncode == 0
    assert "has no rows below its headers (table Actions on sheet Actions)" in refused("check", "returns.xlsm", code=3)


# --- upgrade-workbook


ROWS = [
    ("M.8882.4808.1063415", 0.0, "REJECTED", "call back"),
    (None, None, None, None),
    ("M.8882.4808.1063416", "12,50", "ORDER_UPDATE", 0.1 + 0.2),
]


def test_upgrade_says_what_moved_and_what_did_not(work):
    older(work / "old.xlsx", ROWS, ("My note",))
    result = run("upgrade-workbook", "old.xlsx", "new.xlsm")
    lines = said(result).splitlines()
    assert (result.returncode, result.stdout) == (0, b"")
    assert lines[0] == "Made: new.xlsm"
    assert re.fullmatch(
        r"2 rows moved, your column My note; every cell compared, the same in both files \(SHA-256 [0-9a-f]{16}\)\.",
        lines[1],
    )
    assert lines[-1] == "old.xlsx is as it was. Next: open new.xlsm, and click Validate."
    assert names(work) == ["new.xlsm", "old.xlsx"]


def test_upgrade_to_a_workbook_without_buttons_does_not_speak_of_one(work):
    older(work / "old.xlsx", ROWS, ("My note",))
    result = run("upgrade-workbook", "old.xlsx", "new.xlsx")
    assert said(result).splitlines()[-1] == "old.xlsx is as it was. Next: action-returns check new.xlsx"


def test_upgrade_tells_scripts_the_same_as_json(work):
    before = older(work / "old.xlsx", ROWS, ("My note",)).read_bytes()
    found = told("upgrade-workbook", "old.xlsx", "new.xlsx")
    assert (found["file"], found["rows"], found["own_columns"]) == ("new.xlsx", 2, ["My note"])
    assert re.fullmatch("[0-9a-f]{64}", found["sha256"])
    assert "Values were taken over" in found["notes"][0]
    assert (work / "old.xlsx").read_bytes() == before
    assert told("upgrade-workbook", "new.xlsx", "newer.xlsm")["sha256"] == found["sha256"]


@pytest.mark.parametrize("name", ["Meine Rückgaben.xlsm", "返品.xlsx"])
def test_after_an_upgrade_the_findings_and_the_file_are_the_same(work, name):
    assert run("new", name, "--samples").returncode == 0
    assert told("upgrade-workbook", name, f"neu {name}")["rows"] == 48
    before, after = told("check", name, code=3), told("check", f"neu {name}", code=3)
    assert (before.pop("file"), after.pop("file")) == (name, f"neu {name}")
    assert before == after
    assert run("export", name, "-o", "-").stdout == run("export", f"neu {name}", "-o", "-").stdout


def test_upgrade_keeps_to_the_profile_of_the_old_one_unless_another_is_asked_for(work, outbox):
    for made_for in ("acme", "gone"):
        older(work / f"{made_for}.xlsx", ROWS, ("My note",), made_for)
    assert run("upgrade-workbook", "acme.xlsx", "new.xlsx").returncode == 0
    assert "say --profile" in refused("upgrade-workbook", "gone.xlsx", "new gone.xlsx", code=9)
    assert run("upgrade-workbook", "gone.xlsx", "new gone.xlsx", "--profile", "acme").returncode == 0
    for name in ("new.xlsx", "new gone.xlsx"):
        meta = openpyxl.load_workbook(work / name)["_meta"].iter_rows(values_only=True)
        assert dict(row[:2] for row in meta)["profile"] == "acme"


def test_upgrade_refuses_what_cannot_be_in_words_and_writes_nothing(work):
    older(work / "old.xlsx", ROWS, ("My note",))
    (work / "mine.xlsx").write_text("mine")
    (work / "old.csv").write_text("ActionId,Amount,Reason\r\n")
    (work / "folder").mkdir()
    before = {path.name: path.read_bytes() for path in work.iterdir() if path.is_file()}
    for old, new, code, says in (
        ("old.xlsx", "mine.xlsx", 2, "exists already and was left as it is"),
        ("old.xlsx", "old.xlsx", 2, "exists already"),
        ("old.xlsx", "new.csv", 2, "ends neither in"),
        ("old.xlsx", "none/new.xlsx", 2, "cannot be written"),
        ("none.xlsx", "new.xlsx", 3, "There is no file none.xlsx. Check the name and the folder it is in."),
        ("folder", "new.xlsx", 3, "folder is a folder. Name a file that is in it."),
        ("old.csv", "new.xlsx", 3, "is not a workbook"),
        ("mine.xlsx", "new.xlsx", 3, "is not a workbook"),
    ):
        assert says in refused("upgrade-workbook", old, new, code=code)
    assert {path.name: path.read_bytes() for path in work.iterdir() if path.is_file()} == before


# --- help


@pytest.mark.parametrize(
    ("command", "usage", "promises"),
    [
        ("new", "[OPTIONS] PATH", ["--samples", "--force", "never replaced", ".xlsm has the buttons", "--profile"]),
        ("upgrade-workbook", "[OPTIONS] OLD NEW", ["OLD is never written", "every cell of OLD", "--profile"]),
    ],
)
def test_the_help_tells_what_is_promised(command, usage, promises):
    result = run(command, "--help")
    text = " ".join(result.stdout.decode().split())
    assert result.returncode == 0
    assert text.startswith(f"Usage: action-returns {command} {usage}")
    assert [promise for promise in promises if promise not in text] == []
    assert f" {command} " in run("--help").stdout.decode()


@pytest.mark.parametrize("arguments", [["new"], ["upgrade-workbook", "old.xlsx"], ["new", "a.xlsx", "b.xlsx"]])
def test_arguments_that_are_missing_or_too_many_are_told(work, arguments):
    result = run(*arguments)
    assert result.returncode == 2
    assert "Usage: action-returns" in said(result)
    assert names(work) == []


def test_on_a_mac_both_commands_put_the_script_where_excel_finds_it(work):
    program = (
        "import sys, types; from action_returns.cli.app import run\n"
        "from action_returns.cli import files\n"
        "files.sys = types.SimpleNamespace(platform='darwin')\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    older(work / "old.xlsx", ROWS, ("My note",))
    commands = (
        ["new", "a.xlsm"],
        ["upgrade-workbook", "old.xlsx", "b.xlsm"],
        ["new", "c.xlsx"],
        ["upgrade-workbook", "old.xlsx", "d.xlsx"],
    )
    for number, arguments in enumerate(commands):
        (work / f"home{number}").mkdir()
        result = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True,
            env={**os.environ, "HOME": str(work / f"home{number}")},
            timeout=60,
            check=False,
        )
        assert result.returncode == 0, said(result)
        scripts = list((work / f"home{number}").rglob("*.applescript"))
        assert ("For the buttons on this Mac: " in said(result)) == bool(scripts) == arguments[-1].endswith(".xlsm")
