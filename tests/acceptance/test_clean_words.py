"""Names and cells of others cannot act on the terminal, turn the direction of a line, or hide in the record."""

import json
import os
import re
import sqlite3
import unicodedata
from pathlib import Path

import pytest
import xlsxwriter

from tests.support.batches import CSV, ONE, TWO
from tests.support.cli import run_at_a_terminal, run_program
from tests.support.profiles import make_outbox
from tests.support.shell_words import words_of
from tests.support.workbooks import rewritten, write

HOSTILE = "x\x1b]0;owned\x07\x9b2J\u202efdp\u2066\u200e[red]\u2028\x7f"
"""Renames a terminal's window and clears it, turns the direction, looks like markup, breaks the line."""
NAME = re.sub(r"[\x00-\x1f]", "", HOSTILE) if os.name == "nt" else HOSTILE
"""The same for names of files; Windows refuses control characters in them itself."""
_END = "(end of this command)"
_ONE_AFTER_THE_OTHER = f"""
import json, sys
from action_returns.cli.app import run
for words in json.loads(sys.argv[1]):
    run(words)
    sys.stderr.flush()
    print({_END!r}, flush=True)
"""
_OF_THE_PROGRAM = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Escape sequences of our colours and of the progress indicator; HOSTILE has none of this form."""


def raw(text):
    """Return the characters of a text that must not be there."""
    return {
        unicodedata.name(sign, f"U+{ord(sign):04X}")
        for sign in text
        if sign != "\n" and (unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"} or "\ud800" <= sign <= "\udfff")
    }


@pytest.fixture
def files(home, tmp_path, monkeypatch):
    """A folder with files whose names, headers, cells, sheets and currencies are hostile; a profile that takes them."""
    make_outbox(home, tmp_path / f"outbox{NAME}", reasons={"RETURNED": "reverse"})
    work = tmp_path / f"work{NAME}"
    work.mkdir()
    monkeypatch.chdir(work)
    named = {
        "good": f"good{NAME}.csv",
        "bad": f"bad{NAME}.csv",
        "headers": f"headers{NAME}.csv",
        "pending": f"pending{NAME}.csv",
        "missing": f"-missing{NAME}.csv",
        "orders": f"orders{NAME}.csv",
    }
    write_text(
        named["orders"],
        "Name,Financial Status,Refunded Amount,Total,Currency,Paid at,Lineitem name\r\n"
        f"{HOSTILE},refunded,20.00,20.00,EUR,,x\r\n#1{HOSTILE},partially_refunded,1{HOSTILE},2.00,U{HOSTILE}D,,x\r\n"
        f'"#2\n{HOSTILE}",{HOSTILE},1.00,2.00,USD,,x\r\n',
    )
    write_text(named["good"], CSV + f"{ONE},0,REJECTED\r\n{TWO},49.9,ORDER_UPDATE\r\n")
    write_text(named["bad"], CSV + f'M.1.{HOSTILE},"{HOSTILE}",{HOSTILE}\r\n{ONE}\u200b,0,REJECTED\r\n')
    write_text(named["headers"], f"ActionId,Amount{HOSTILE},Reason{HOSTILE},{HOSTILE}\r\n{ONE},0,REJECTED,\r\n")
    write_text(
        named["pending"],
        f"Action Id,Status{HOSTILE},Amount,Currency,Partner{HOSTILE},Order ID\r\n{ONE},Pending,20.00,E{HOSTILE}R,{HOSTILE},{HOSTILE}\r\n",
    )
    book = write(work / "plain.xlsx", [(ONE, 0.0, "REJECTED"), (HOSTILE, HOSTILE, HOSTILE)], sheet="Plain")
    strange = rewritten(
        book, lambda part, xml: xml.replace(b'name="Plain"', "name='R_x001B_]0;\u202e_x0007_'".encode()) if part == "xl/workbook.xml" else xml
    )  # fmt: skip
    write_text(
        "currencies.csv",
        "Action Id,Status,Amount,Currency,Partner,Order ID\r\n"
        f"{ONE},Pending,20.00,E{HOSTILE}R,{HOSTILE},{HOSTILE}\r\n{TWO},Pending,9.00,U{HOSTILE}D,{HOSTILE},{HOSTILE}\r\n",
    )
    with xlsxwriter.Workbook("sheets.xlsx") as two:
        for name in ("A\u202e$(x)", "B\u2066`x"):
            two.add_worksheet(name).write_row(0, 0, ("ActionId", "Amount", "Reason"))
            two.get_worksheet_by_name(name).write_row(1, 0, (ONE, 0, "REJECTED"))
    named["book"] = f"book{NAME}.xlsx"
    strange.rename(named["book"])
    (work / "plain.xlsx").unlink()
    return named


def write_text(name, text):
    Path(name).write_text(text, "utf-8", newline="")


def commands(files):
    """Return every command with its options that repeats something of others, in an order in which they can be run."""
    good, bad, headers, pending, book, missing, orders = (
        files[name] for name in ("good", "bad", "headers", "pending", "book", "missing", "orders")
    )
    importing = ("import", orders, "--pending", pending)
    return [
        ("check", bad),
        ("check", bad, "--verbose", "--csv", f"found{NAME}.csv", "--html", f"found{NAME}.html"),
        ("check", bad, "--json"),
        ("check", good, "--pending", pending),
        ("check", good, "--pending", pending, "--pending-column", f"amount=Amount{HOSTILE}"),
        ("check", good, "--pending", "currencies.csv"),
        ("review", good, "--pending", "currencies.csv"),
        ("check", "sheets.xlsx"),
        ("check", "sheets.xlsx", "--sheet", "A\u202e$(x)"),
        ("check", headers),
        ("check", headers, "--column", f"Amount={HOSTILE}"),
        ("check", headers, "--column", f"Amount=Amount{HOSTILE}", "--column", f"Reason=Reason{HOSTILE}"),
        ("check", headers, "--column", HOSTILE),
        ("check", book),
        ("check", book, "--sheet", HOSTILE),
        ("check", f"./{missing}"),
        ("check", good, "--profile", HOSTILE),
        ("check", good, HOSTILE),
        ("check", good, "--live"),
        (HOSTILE,),
        (*importing, "--dry-run", "--verbose"),
        (*importing, "--dry-run", "--json"),
        (*importing, "-o", f"rows{NAME}.csv"),
        (*importing, "--into", f"into{NAME}.xlsx"),
        (*importing, "--into", book),
        (*importing, "--dry-run", "--map", f"refund={HOSTILE}"),
        (*importing, "--dry-run", "--map", f"{HOSTILE}=x"),
        (*importing, "--dry-run", "--reason", f"{HOSTILE}=x"),
        (*importing, "--dry-run", "--tolerance", HOSTILE),
        ("import", headers, "--pending", pending, "--dry-run"),
        ("fix", bad, "-o", f"fixed{NAME}.csv"),
        ("fix", book, "--dry-run"),
        ("export", good, "-o", f"exported{NAME}.csv"),
        ("export", good, "-o", f"{NAME}/exported.csv"),
        ("review", good, "--pending", pending, "--html", f"review{NAME}.html"),
        ("review", book),
        ("send", good, "--dry-run"),
        ("send", good, "--yes", "--json"),
        ("send", good, "--yes"),
        ("history", "list"),
        ("history", "show", "0001"),
        ("history", "show", "0001", "--json"),
        ("history", "show", HOSTILE),
        ("history", "receipt", "0001", "--html", f"receipt{NAME}.html"),
        ("history", "mark", "0001", "sent", "--yes", "--why", f"seen {HOSTILE}"),
        ("history", "show", "0001"),
        ("history", "receipt", "0001"),
        ("history", "export"),
        ("action", "show", ONE),
        ("action", "show", HOSTILE),
        ("new", f"new{NAME}.xlsx"),
        ("new", f"new{NAME}.txt"),
        ("upgrade-workbook", book, f"upgraded{NAME}.xlsx"),
        ("probe",),
        ("profile", "show"),
        ("profile", "set", "acme", f"subject={HOSTILE}"),
        ("profile", "set", "acme", HOSTILE),
        ("profile", "set", "acme", f"{HOSTILE}=1"),
        ("profile", "add", HOSTILE, "--environment", "test", "--kind", "outbox", "--set", "directory=/"),
        ("profile", "use", HOSTILE),
        ("secret", "set", HOSTILE),
        ("secret", "status"),
        ("doctor", "--bundle", f"support{NAME}.zip"),
        ("demo", HOSTILE),
    ]


def test_what_others_named_does_not_reach_a_pipe_raw(files, home, paths, run):
    for words in commands(files):
        done = run(*words)
        assert "Traceback" not in done.err, words
        assert (words, raw(done.out), raw(done.err)) == (words, set(), set())
    pages = [*Path().glob("*.html"), *paths.submissions.rglob("receipt.html")]
    assert len(pages) == 4
    for page in (path.read_text("utf-8") for path in pages):
        assert raw(page) == set()
        assert "[U+009B]" in page
    assert raw(record(home)) == set()
    assert record(home).count("[U+009B]") > 3


def record(home):
    """Return all words of the ledger, read without the product."""
    with sqlite3.connect(home / "ledger.sqlite3") as ledger:
        batches = ledger.execute("SELECT source, destination, message, evidence, who, host FROM batch").fetchall()
        events = ledger.execute("SELECT detail FROM event").fetchall()
    ledger.close()
    return "\n".join(str(value) for row in batches + events for value in row)


def test_what_others_named_does_not_reach_a_terminal_raw(files, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    listed = commands(files)
    _, seen = run_at_a_terminal("y", json.dumps(listed), program=("-c", _ONE_AFTER_THE_OTHER))
    pieces = _OF_THE_PROGRAM.sub("", seen).replace("\r", "").split(_END)
    assert len(pieces) == len(listed) + 1
    for words, piece in zip(listed, pieces, strict=False):
        assert (words, raw(piece)) == (words, set())
        assert piece, words


def test_the_details_of_an_unexpected_error_are_clean(files, paths, monkeypatch, run):
    def fail(*_words, **_options):
        raise ZeroDivisionError(HOSTILE)

    monkeypatch.setattr("action_returns.cli.options.check_file", fail)
    for words in (("check", files["good"]), ("check", files["good"], "--debug")):
        done = run(*words)
        assert (done.code, raw(done.err)) == (1, set())
    logs = [path.read_text("utf-8") for path in paths.logs.iterdir()]
    assert [raw(text) for text in logs] == [set()] * 2


def test_the_command_that_comes_next_works_for_a_file_of_such_a_name(files):
    done = run_program("check", files["good"])
    (line,) = [line for line in done.err.splitlines() if line.startswith("Next: ")]
    program, *words = words_of(line.removeprefix("Next: "))
    again = run_program(*words)
    assert program == "action-returns"
    if (
        os.name == "nt"
    ):  # its shells have no quotes for what cannot be seen: the command finds no file, and does nothing
        assert (again.code, "There is no file good" in again.err) == (3, True)
    else:
        assert (again.code, "Review of" in again.out) == (0, True)
