"""The figures that people decide by: each number in a sentence is the number that the sentence speaks of."""

import hashlib
import re
from datetime import UTC, datetime

import pytest

from tests.support.batches import CSV, LIST, ONE, TWO

THREE, FOUR, FIVE = (f"M.8882.4808.{number}" for number in (1063417, 1063418, 1063419))
MIXED = LIST + f'{THREE},1200.5,ORDER_UPDATE\r\n{FOUR},"12,50",ORDER_UPDATE\r\n{FIVE},"13,50",ORDER_UPDATE\r\n'
"""Three ready rows, two with errors."""
LEAVES = f"ActionId,Amount,Reason\r\n{ONE},0,REJECTED\r\n{TWO},49.90,ORDER_UPDATE\r\n{THREE},1200.50,ORDER_UPDATE\r\n"
SHA256 = hashlib.sha256(LEAVES.encode()).hexdigest()
DOWNLOAD = f"Action ID,Sale Amount,Currency\r\n{ONE},2059.90,EUR\r\n{TWO},50,EUR\r\n{FOUR},90,EUR\r\n{FIVE},90,EUR\r\n"
"""The current amounts of two of the ready rows."""


@pytest.fixture
def mixed(file):
    return file(MIXED)


@pytest.fixture
def pending(tmp_path):
    path = tmp_path / "pending.csv"
    path.write_text(DOWNLOAD, newline="")
    return "--pending", str(path)


def listed(text):
    """Give the lines of a printed table of two columns as label -> value."""
    return dict(re.split("  +", line, maxsplit=1) for line in text.splitlines() if re.search(r"\S  +\S", line))


def paragraphs(text):
    """Give the lines of a printed review as label -> value; a value goes on in the lines below that begin with blanks."""
    joined = re.sub(r"\n {16}", " ", text)
    return dict(re.split("  +", line, maxsplit=1) for line in joined.splitlines() if re.match(r"\S.{13}  \S", line))


FACTS = {
    "Environment": "TEST is not practice: a file of this profile is really uploaded to its receiver.",
    "Pending": f"download of {datetime.now(UTC):%Y-%m-%d} (less than 1 day old), 4 actions",
    "Rows in file": "5 = 3 to be sent + 2 with errors + 0 sent before",
    "Rows to send": "3 = 1 reversal + 2 new totals",
    "New totals": "1,250.40 EUR together",
    "Money effect": "lowers order value by 2,060.00 EUR over the 2 rows whose current amount is known; unknown for 1 row",
    "Not compared": "1 row of unknown current amount, new totals 1,200.50 EUR",
    "Errors": "Amount uses a comma or grouping (2 amount-separator): rows 5, 6",
    "Warnings": "Action is not in the download (1 action-unknown): row 4",
    "Reasons": "1 REJECTED, 2 ORDER_UPDATE",
    "Columns read": "Amount from B Amount, ActionId from A ActionId, Reason from C Reason",
    "Notes": "pending.csv has no column for the lock date, so it could not be checked whether the time to change an "
    "action is over.",
    "File size": f"{len(LEAVES)} bytes",
    "SHA-256": SHA256,
}
"""What the review of MIXED shows beside the download, but for its receiver."""


def numbered(first, count, amount):
    return "".join(f"M.8882.4808.{first + at},{amount}\r\n" for at in range(count))


def test_the_review_gives_each_figure_beside_its_name(outbox, run, mixed, pending):
    result = run("review", mixed, *pending)
    assert result.code == 3
    assert result.out.splitlines()[0] == f"Review of {mixed}"
    shown = paragraphs(result.out)
    assert shown == {**FACTS, "Destination": f"outbox: {outbox} (profile acme)"}


def test_the_review_gives_scripts_the_same_figures(outbox, run, mixed, pending):
    told = run("review", mixed, *pending, "--json").facts
    del told["unchecked"]
    age = told.pop("pending")
    assert (age["actions"], age["basis"]) == (4, "the date of pending.csv, which has no dates of its actions")
    assert told == {
        "file": mixed,
        "rows": 5,
        "columns": {"ActionId": "A ActionId", "Amount": "B Amount", "Reason": "C Reason"},
        "ready": 3,
        "errors": 2,
        "warnings": 1,
        "locks_within_3_days": None,
        "sent_before": 0,
        "to_send": 3,
        "left_out": {"errors": 2, "sent_before": 0},
        "error_kinds": [{"code": "amount-separator", "number": 2, "rows": [5, 6]}],
        "warning_kinds": [{"code": "action-unknown", "number": 1, "rows": [4]}],
        "reversals": 1,
        "changes": 2,
        "new_total_cents": 125040,
        "effect_cents": -206000,
        "effect_known_rows": 2,
        "raised_rows": 0,
        "raised_cents": 0,
        "largest_raises": [],
        "unknown_total_cents": 120050,
        "notes": [FACTS["Notes"]],
        "currency": "EUR",
        "reasons": {"REJECTED": 1, "ORDER_UPDATE": 2},
        "profile": "acme",
        "environment": "test",
        "channel": "outbox",
        "destination": str(outbox),
        "sha256": SHA256,
        "bytes": len(LEAVES),
        "approval": None,
        "not_sendable": None,
    }


def test_the_page_of_the_review_gives_the_same_figures(outbox, run, mixed, pending, tmp_path):
    run("review", mixed, *pending, "--html", str(tmp_path / "review.html"))
    page = (tmp_path / "review.html").read_text(encoding="utf-8")
    facts = dict(re.findall('<tr><th scope="row">(.*?)</th><td[^>]*>(.*?)</td></tr>', page))
    del facts["Reviewed"]
    large = {"Environment", "Rows to send", "New totals", "Notes", "File size", "SHA-256", "Money effect"}
    assert facts == {
        **{label: value for label, value in FACTS.items() if label not in large},
        "Destination": f"outbox: {outbox} (profile acme)",
    }
    assert re.findall('<b class="figure ?.*?">(.*?)</b>', page) == ["3", "1", "1,250.40 EUR", "-2,060.00 EUR"]
    assert "<b>TEST</b> is not practice: a file of this profile is really uploaded to its receiver.</p>" in page
    for label in ("Money effect", "Notes", "SHA-256"):
        assert FACTS[label] in page
    assert [re.findall("<td.*?>(.*?)</td>", row) for row in re.findall("<tr>(<td>M.*?)</tr>", page)] == [
        [ONE, "2,059.90", "0.00", "REJECTED"],
        [TWO, "50.00", "49.90", "ORDER_UPDATE"],
        [THREE, "unknown", "1,200.50", "ORDER_UPDATE"],
    ]


def test_a_money_effect_over_all_rows_names_no_number_of_them(run, file, pending):
    shown = paragraphs(run("review", file(), *pending).out)
    assert shown["Money effect"] == "lowers order value by 2,060.00 EUR"
    assert shown["Rows in file"] == "2 = 2 to be sent + 0 with errors + 0 sent before"


def test_a_batch_that_raises_the_order_value_says_so_and_names_the_rows(run, file, pending):
    shown = paragraphs(run("review", file(CSV + f"{TWO},60,ORDER_UPDATE\r\n"), *pending).out)
    assert shown["Money effect"] == "RAISES order value by 10.00 EUR"
    assert shown["Largest raises"] == f"row 2, {TWO}: from 50.00 to 60.00 EUR"


def test_rows_sent_before_are_counted_in_the_review(outbox, run, file):
    run("send", file(), "--yes")
    shown = paragraphs(run("review", file(LIST + f"{THREE},0,REJECTED\r\n")).out)
    assert shown["Rows in file"] == "3 = 1 to be sent + 0 with errors + 2 sent before"
    assert shown["Sent before"] == "2 rows stay behind, may have arrived before: rows 2, 3 (batch 0001)"


def test_a_check_counts_what_it_found(run, mixed, pending):
    result = run("check", mixed, *pending)
    assert result.out.splitlines()[-1] == "2 errors, 1 warning."
    assert [line.split(".")[0] for line in result.out.splitlines() if re.match(r"\d+ rows?: ", line)] == [
        "2 rows: Amount uses a comma or grouping",
        "1 row: Action is not in the download",
    ]
    assert "2 of 5 rows would stay behind because of errors; 3 ready." in result.err.splitlines()


def test_a_check_of_good_rows_counts_them(run, file):
    said = run("check", file()).err.splitlines()
    assert "2 rows checked, all ready." in said
    assert f"Next: action-returns review {file()}" in said


@pytest.mark.parametrize(("count", "more"), [(20, None), (21, "1"), (1_700, "1,680")])
def test_a_long_list_of_findings_says_how_many_more_there_are(run, file, count, more):
    many = file(CSV + numbered(1000, count, '"12,50",ORDER_UPDATE'))
    text = run("check", many).out
    assert re.findall(r"and ([\d,]+) more", text) == ([] if more is None else [more])
    assert len(re.findall(r'line \d+ "12,50" -> 12\.50', text)) == 20
    assert text.splitlines()[-1] == f"{count:,} errors, 0 warnings."
    everything = run("check", many, "--verbose").out
    assert len(re.findall(r'line \d+ "12,50" -> 12\.50', everything)) == count
    assert " more" not in everything


def test_every_row_is_in_the_table_and_on_the_page_that_check_writes(run, file, tmp_path):
    many = file(CSV + numbered(1000, 700, '"12,50",ORDER_UPDATE'))
    table, page = tmp_path / "findings.csv", tmp_path / "findings.html"
    said = run("check", many, "--csv", str(table), "--html", str(page))
    assert said.code == 3
    assert {f"Written: {table} (700 findings).", f"Written: {page}."} <= set(said.err.splitlines())
    assert table.read_text("utf-8-sig").count("\n") == 701
    assert page.read_text("utf-8").count('<td class="where">') == 700


def test_the_export_counts_what_it_wrote_and_what_stayed_behind(run, mixed, tmp_path):
    made = tmp_path / "out.csv"
    said = run("export", mixed, "-o", str(made)).err.splitlines()
    assert said == [
        f"Written: {made} (3 rows, {len(LEAVES)} bytes). Nothing was sent.",
        f"2 rows with errors are not in it: action-returns check {mixed}",
    ]
    told = run("export", mixed, "-o", str(made), "--json").facts
    assert told == {
        "file": mixed, "output": str(made), "rows": 3, "left_out": 2, "bytes": len(LEAVES), "sha256": SHA256,
        "columns": {"ActionId": "A ActionId", "Amount": "B Amount", "Reason": "C Reason"},
        "sent_before": 0, "sent_before_batches": {},
    }  # fmt: skip
    assert run("export", mixed, "-o", "-", "--json").json["output"] is None


def test_the_export_tells_which_of_its_rows_may_have_arrived_before(outbox, run, file, tmp_path):
    run("send", file(), "--yes")
    made = tmp_path / "out.csv"
    exported = run("export", file(LIST + f"{THREE},0,REJECTED\r\n"), "-o", str(made))
    assert exported.code == 0
    assert made.read_text(encoding="utf-8").count("\n") == 4
    assert (
        "2 rows of it may have arrived before with the same amount and reason (rows 2 and 3 in batch 0001, handed over). "
        "Uploaded by hand, the file sends them again." in exported.err.splitlines()
    )
    told = run("export", file(LIST + f"{THREE},0,REJECTED\r\n"), "-o", str(made), "--json").json
    assert (told["rows"], told["sent_before"], told["sent_before_batches"]) == (3, 2, {"0001": 2})


def test_fix_counts_what_it_corrected_and_what_is_left(run, file, tmp_path):
    text = MIXED + "x,1,ORDER_UPDATE\r\n"
    said = run("fix", file(text), "-o", str(tmp_path / "fixed.csv")).err.splitlines()
    assert said[0] == "2 cells corrected; 5 of 6 rows are ready, 1 still has errors."


def test_a_sending_counts_the_rows_that_left(outbox, run, mixed):
    result = run("send", mixed, "--only-ready", "--yes")
    (arrived,) = outbox.iterdir()
    assert f"Batch 0001 · {arrived.name} · 3 rows · SHA-256 {SHA256}" in result.err.splitlines()
    assert arrived.read_bytes() == LEAVES.encode()


def test_a_sending_with_errors_names_how_many(outbox, run, mixed):
    result = run("send", mixed, "--yes")
    assert f"2 of 5 rows of {mixed} have errors, so nothing was sent." in result.err


def test_a_confirmed_number_is_compared_with_the_rows_that_leave(outbox, run, mixed):
    result = run("send", mixed, "--only-ready", "--confirm-rows", "5")
    assert f"5 rows were confirmed, but {mixed} has 3 rows to send. Nothing was sent." in result.err
    assert run("send", mixed, "--only-ready", "--confirm-rows", "3").code == 0


def test_without_a_terminal_the_number_of_rows_to_confirm_is_named(outbox, run, mixed):
    assert "or --confirm-rows 3." in run("send", mixed, "--only-ready").err


def test_the_history_lists_each_batch_with_its_own_figures(outbox, run, file, mixed):
    run("send", mixed, "--only-ready", "--yes")
    run("send", file(CSV + numbered(1000, 1200, "0,REJECTED") + numbered(5000, 34, "7,ORDER_UPDATE")), "--yes")
    lines = run("history", "list").out.splitlines()
    assert [(cells[0], *cells[3:8]) for cells in map(str.split, lines[1:])] == [
        ("0002", "acme", "test", "1,234", "1,200", "handed-over"),
        ("0001", "acme", "test", "3", "1", "handed-over"),
    ]
    told = run("history", "list", "--json").json["batches"]
    assert [(one["batch"], one["rows"], one["reversals"]) for one in told] == [("0002", 1234, 1200), ("0001", 3, 1)]
    assert (told[1]["bytes"], told[1]["sha256"]) == (len(LEAVES), SHA256)


@pytest.mark.parametrize("command", ["receipt", "show"])
def test_a_receipt_counts_reversals_and_changes(outbox, run, mixed, command):
    run("send", mixed, "--only-ready", "--yes")
    shown = listed(run("history", command, "1").out)
    assert shown["Rows"] == "3 = 1 reversal + 2 new totals"
    assert shown["New totals"] == "1,250.40 together"
    assert shown["Money effect"] == "changes order value by an unknown amount: no pending download"
    assert shown["Size"] == f"{len(LEAVES)} bytes"
    assert (shown["SHA-256"], shown["Made from"], shown["Profile"]) == (SHA256, mixed, "acme")
    assert (shown["Environment"], shown["Channel"], shown["Destination"]) == ("TEST", "outbox", str(outbox))


def test_the_bytes_of_a_batch_are_counted_when_they_are_written(outbox, run, mixed, tmp_path):
    run("send", mixed, "--only-ready", "--yes")
    copy = tmp_path / "copy.csv"
    said = run("history", "file", "1", "-o", str(copy)).err
    assert said.splitlines() == [f"Written: {copy} ({len(LEAVES)} bytes)."]
    assert copy.read_bytes() == LEAVES.encode()


def test_rows_that_go_out_again_are_counted(outbox, run, file):
    run("send", file(), "--yes")
    again = run("send", file(LIST + f"{THREE},0,REJECTED\r\n"), "--yes", "--include-sent")
    assert "2 rows that may have arrived before go out again." in again.err.splitlines()
    (event,) = [one for one in run("history", "show", "2", "--json").json["events"] if one["kind"] == "confirmed"]
    assert event["include_sent"] == 2
    assert ", 2 rows sent again" in run("history", "show", "2").out


def test_with_a_download_fix_counts_the_rows_that_check_finds_ready(run, file, tmp_path):
    locked = f"Action ID,Sale Amount,Locking Date\r\n{ONE},80,2020-01-31T08:00:00Z\r\n{TWO},80,2099-01-31T08:00:00Z\r\n"
    (tmp_path / "pending.csv").write_text(locked, newline="")
    text, fixed = CSV + f'{ONE},0,REJECTED\r\n{TWO},"12,50",ORDER_UPDATE\r\n', str(tmp_path / "fixed.csv")
    pending = "--pending", str(tmp_path / "pending.csv")
    said = run("fix", file(text), "-o", fixed, *pending).err.splitlines()
    assert "1 cell corrected; 1 of 2 rows are ready, 1 still has errors." in said
    assert run("check", fixed, *pending, "--json").json["ready"] == 1
