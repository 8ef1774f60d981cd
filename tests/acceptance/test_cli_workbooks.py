"""A workbook made, worked with and moved on the command line, as people and their scripts do it."""

import os
import re
from pathlib import Path

import openpyxl
import pytest

from action_returns.files import packaged_file
from action_returns.operations.account import Account
from action_returns.operations.new_workbook import workbook_bytes
from action_returns.workbook_builder.contents import Entries
from tests.support.cli import json_of, refusal_of, run_program
from tests.support.profiles import write_profile

SAMPLES = str(packaged_file("workbook_templates/samples/returns.xlsx"))
NAMES = ["returns.xlsm", "returns.xlsx", "Meine Rückgaben März.xlsm", "返品 2026.xlsx", "ordner mit/ä b.xlsx"]


@pytest.fixture
def outbox(home, outbox):
    """The outbox, and a limit for amounts that a new workbook takes over."""
    write_profile(home, {"kind": "outbox", "directory": str(outbox)}, max_amount="250.50")
    return outbox


def older(path, rows, own=(), profile_name=""):
    account = Account(profile_name, "test", profile=object()) if profile_name else Account()
    path.write_bytes(workbook_bytes(account, Entries(rows, own), macros=path.suffix == ".xlsm"))
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# --- new


def test_new_says_what_it_made_and_what_to_do_next(work):
    result = run_program("new", "returns.xlsm")
    size = (work / "returns.xlsm").stat().st_size
    assert (result.code, result.content) == (0, b"")
    assert result.err.splitlines() == [
        f"Made: returns.xlsm ({size:,} bytes)",
        "Next: open it, fill in Actions, and click Validate.",
    ]
    result = run_program("new", "returns.xlsx", "--samples")
    assert "It holds 48 sample rows. Clear them before you paste your own." in result.err
    assert "Next: open it, fill in Actions, save it, and run: action-returns check returns.xlsx" in result.err
    assert names(work) == ["returns.xlsm", "returns.xlsx"]


def test_new_tells_scripts_the_same_as_json(work):
    assert json_of("new", "returns.xlsx", "--samples") == {
        "file": "returns.xlsx", "bytes": (work / "returns.xlsx").stat().st_size, "rows": 48, "kept": None,
        "problem": None, "message": f"Made: returns.xlsx ({(work / 'returns.xlsx').stat().st_size:,} bytes)",
    }  # fmt: skip
    before = (work / "returns.xlsx").read_bytes()
    again = json_of("new", "returns.xlsx", "--force")
    assert (again["rows"], again["kept"]) == (0, "returns before 1.xlsx")
    assert (work / "returns before 1.xlsx").read_bytes() == before


def test_new_says_nothing_when_quiet(work):
    result = run_program("new", "returns.xlsx", "--quiet")
    assert (result.code, result.printed) == (0, b"")


def test_new_twice_stops_and_with_force_loses_nothing(work):
    assert run_program("new", "returns.xlsm").code == 0
    first = (work / "returns.xlsm").read_bytes()
    assert "exists already and was left as it is" in refusal_of("new", "returns.xlsm")
    assert (work / "returns.xlsm").read_bytes() == first
    result = run_program("new", "returns.xlsm", "--force")
    assert "The file of that name is now returns before 1.xlsm." in result.err
    assert run_program("new", "returns.xlsm", "--force").code == 0
    assert names(work) == ["returns before 1.xlsm", "returns before 2.xlsm", "returns.xlsm"]
    assert (work / "returns before 1.xlsm").read_bytes() == first


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("returns.csv", "ends neither in .xlsm (with buttons) nor in .xlsx (without macros)"),
        ("returns", "Choose a name that does."),
        ("a=b.xlsm", "holds the character ="),
        ("a;b.xlsm", "holds the character ;"),
        ("cost^$/returns.xlsm", f"holds the character {'^' if os.name == 'nt' else '$'}"),
        ("none/returns.xlsx", "cannot be written: No such file or directory"),
        ("file/returns.xlsx", "cannot be written: Not a directory"),
    ],
)
def test_new_refuses_what_cannot_be_in_words_and_writes_nothing(work, name, says):
    (work / "file").write_text("not a folder")
    assert says in refusal_of("new", name)
    assert names(work) == ["file"]


def test_new_is_made_for_the_profile(work, outbox):
    assert run_program("new", "returns.xlsx").code == 0
    book = openpyxl.load_workbook(work / "returns.xlsx")
    meta = dict(row[:2] for row in book["_meta"].iter_rows(values_only=True))
    assert (meta["profile"], meta["environment"], meta["most_without_warning"]) == ("acme", "test", 250.5)
    assert 'There is no profile "nobody"' in refusal_of("new", "other.xlsx", "--profile", "nobody", code=9)


# --- working with it


@pytest.mark.parametrize("name", NAMES)
def test_what_was_made_can_be_checked_repaired_and_exported_under_any_name(work, name):
    Path(name).parent.mkdir(exist_ok=True)
    assert run_program("new", name, "--samples").code == 0
    expected, found = json_of("check", SAMPLES, code=3), json_of("check", name, code=3)
    assert [found[key] for key in ("rows", "ready", "errors", "warnings")] == [
        expected[key] for key in ("rows", "ready", "errors", "warnings")
    ]
    assert [(f["column"], f["code"], f["found"], f["fix"]) for f in found["findings"]] == [
        (f["column"], f["code"], f["found"], f["fix"]) for f in expected["findings"]
    ]
    assert run_program("export", name, "-o", "-").content == run_program("export", SAMPLES, "-o", "-").content != b""
    before = Path(name).read_bytes()
    assert run_program("fix", name, "-o", "repariert ä.xlsx").code == 0
    assert run_program("fix", SAMPLES, "-o", "expected.csv").code == 0
    assert json_of("check", "repariert ä.xlsx", code=3)["ready"] == json_of("check", "expected.csv", code=3)["ready"]
    assert Path(name).read_bytes() == before


def test_a_blank_one_has_nothing_to_check_yet_and_says_so(work):
    assert run_program("new", "returns.xlsm").code == 0
    assert "has no rows below its headers (table Actions on sheet Actions)" in refusal_of(
        "check", "returns.xlsm", code=3
    )


# --- upgrade-workbook


ROWS = [
    ("M.8882.4808.1063415", 0.0, "REJECTED", "call back"),
    (None, None, None, None),
    ("M.8882.4808.1063416", "12,50", "ORDER_UPDATE", 0.1 + 0.2),
]


def test_upgrade_says_what_moved_and_what_did_not(work):
    older(work / "old.xlsx", ROWS, ("My note",))
    result = run_program("upgrade-workbook", "old.xlsx", "new.xlsm")
    lines = result.err.splitlines()
    assert (result.code, result.content) == (0, b"")
    assert lines[0] == "Made: new.xlsm"
    assert re.fullmatch(
        r"2 rows moved, your column My note; every cell compared, the same in both files \(SHA-256 [0-9a-f]{16}\)\.",
        lines[1],
    )
    assert lines[-1] == "old.xlsx is as it was. Next: open new.xlsm, and click Validate."
    assert names(work) == ["new.xlsm", "old.xlsx"]


def test_upgrade_to_a_workbook_without_buttons_does_not_speak_of_one(work):
    older(work / "old.xlsx", ROWS, ("My note",))
    result = run_program("upgrade-workbook", "old.xlsx", "new.xlsx")
    assert result.err.splitlines()[-1] == "old.xlsx is as it was. Next: action-returns check new.xlsx"


def test_upgrade_tells_scripts_the_same_as_json(work):
    before = older(work / "old.xlsx", ROWS, ("My note",)).read_bytes()
    found = json_of("upgrade-workbook", "old.xlsx", "new.xlsx")
    assert (found["file"], found["rows"], found["own_columns"]) == ("new.xlsx", 2, ["My note"])
    assert re.fullmatch("[0-9a-f]{64}", found["sha256"])
    assert "Values were taken over" in found["notes"][0]
    assert (work / "old.xlsx").read_bytes() == before
    assert json_of("upgrade-workbook", "new.xlsx", "newer.xlsm")["sha256"] == found["sha256"]


@pytest.mark.parametrize("name", ["Meine Rückgaben.xlsm", "返品.xlsx"])
def test_after_an_upgrade_the_findings_and_the_file_are_the_same(work, name):
    assert run_program("new", name, "--samples").code == 0
    assert json_of("upgrade-workbook", name, f"neu {name}")["rows"] == 48
    before, after = json_of("check", name, code=3), json_of("check", f"neu {name}", code=3)
    assert (before.pop("file"), after.pop("file")) == (name, f"neu {name}")
    assert before == after
    assert run_program("export", name, "-o", "-").content == run_program("export", f"neu {name}", "-o", "-").content


def test_upgrade_keeps_to_the_profile_of_the_old_one_unless_another_is_asked_for(work, outbox):
    for made_for in ("acme", "gone"):
        older(work / f"{made_for}.xlsx", ROWS, ("My note",), made_for)
    assert run_program("upgrade-workbook", "acme.xlsx", "new.xlsx").code == 0
    assert "say --profile" in refusal_of("upgrade-workbook", "gone.xlsx", "new gone.xlsx", code=9)
    assert run_program("upgrade-workbook", "gone.xlsx", "new gone.xlsx", "--profile", "acme").code == 0
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
        assert says in refusal_of("upgrade-workbook", old, new, code=code)
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
    result = run_program(command, "--help")
    text = " ".join(result.out.split())
    assert result.code == 0
    assert text.startswith(f"Usage: action-returns {command} {usage}")
    assert [promise for promise in promises if promise not in text] == []
    assert f" {command} " in run_program("--help").out


@pytest.mark.parametrize("arguments", [["new"], ["upgrade-workbook", "old.xlsx"], ["new", "a.xlsx", "b.xlsx"]])
def test_arguments_that_are_missing_or_too_many_are_told(work, arguments):
    result = run_program(*arguments)
    assert result.code == 2
    assert "Usage: action-returns" in result.err
    assert names(work) == []


def test_on_a_mac_both_commands_put_the_script_where_excel_finds_it(work):
    program = (
        "import sys, types; from action_returns.cli.app import run\n"
        "from action_returns.cli import workbooks\n"
        "workbooks.sys = types.SimpleNamespace(platform='darwin')\n"
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
        home = str(work / f"home{number}")
        result = run_program(*arguments, program=("-c", program), HOME=home, USERPROFILE=home)
        assert result.code == 0, result.err
        scripts = list((work / f"home{number}").rglob("*.applescript"))
        assert ("For the buttons on this Mac: " in result.err) == bool(scripts) == arguments[-1].endswith(".xlsm")
