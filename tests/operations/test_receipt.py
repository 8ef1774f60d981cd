"""What people find of a batch beside the ledger: its bytes, its receipt, and a copy of the ledger. None of it lies."""

import ctypes
import os
import re
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from action_returns.channels.base import Outcome, State
from action_returns.ledger.copies import list_copies
from action_returns.operations.account import Account, open_account_ledger
from action_returns.operations.kept_copies import save_receipt_and_backup
from action_returns.operations.receipt import receipt_lines, receipt_page, server_time
from action_returns.operations.review import review, write_review_page
from tests.support.batches import checked_batch
from tests.support.sending import CONTENT, Receiver, send

ACCOUNT = Account("acme", "live")
TODAY = date(2026, 11, 23)


@pytest.fixture
def ledger(paths):
    with open_account_ledger(ACCOUNT, paths) as opened:
        yield opened


@pytest.fixture
def done(ledger):
    return send(ledger, Receiver(ledger))


def keep(done, ledger, paths):
    return save_receipt_and_backup(done, ACCOUNT, ledger, paths, TODAY)


def test_the_exact_bytes_the_receipt_and_a_copy_of_the_ledger_are_kept(paths, ledger, done):
    receipt, unkept = keep(done, ledger, paths)
    folder = paths.submissions / "0001"
    assert (receipt, unkept) == (str(folder / "receipt.html"), [])
    assert (folder / done.file_name).read_bytes() == CONTENT
    assert done.sha256 in (folder / "receipt.html").read_text("utf-8")
    assert [copy.name for copy in list_copies(paths.backups)] == ["ledger-2026-11-23.sqlite3"]


def test_bytes_that_lie_there_already_are_left_alone(paths, ledger, done):
    keep(done, ledger, paths)
    before = (paths.submissions / "0001" / done.file_name).stat().st_mtime_ns
    assert keep(done, ledger, paths)[1] == []
    assert (paths.submissions / "0001" / done.file_name).stat().st_mtime_ns == before


def test_a_receipt_that_cannot_be_written_says_where_everything_is(paths, ledger, done):
    paths.submissions.write_text("a file in the way")
    receipt, (said,) = keep(done, ledger, paths)
    assert receipt == ""
    assert "action-returns history receipt 0001" in said
    assert list_copies(paths.backups)


def test_a_copy_that_cannot_be_made_takes_no_receipt_away(paths, ledger, done):
    paths.backups.write_text("a file in the way")
    receipt, (said,) = keep(done, ledger, paths)
    assert receipt.endswith("receipt.html")
    assert "Today's copy of the ledger could not be made" in said
    assert "The ledger itself is as it should be" in said


def many(count):
    return checked_batch([(f"M.8882.4808.{number}", 0.0, "REJECTED") for number in range(1, count + 1)])


@pytest.mark.parametrize(("count", "told"), [(10_000, []), (10_001, ["1"]), (11_700, ["1,700"])])
def test_a_receipt_says_how_many_rows_it_leaves_out(paths, ledger, count, told):
    receipt, _ = keep(send(ledger, Receiver(ledger), many(count)), ledger, paths)
    page = Path(receipt).read_text("utf-8")
    assert re.findall("… and (.*?) more rows; all of them are in the file", page) == told
    assert page.count("<td>M.8882.4808.") == 10_000


def test_a_review_page_says_how_many_rows_it_leaves_out(tmp_path):
    write_review_page(review(many(10_012), ACCOUNT), tmp_path / "review.html")
    page = (tmp_path / "review.html").read_text("utf-8")
    assert "… and 12 more rows." in page
    assert page.count("<tr><td>M.8882.4808.") == 10_000


def test_a_receipt_shows_every_row_with_its_amount(paths, ledger, done):
    page = Path(keep(done, ledger, paths)[0]).read_text("utf-8")
    assert re.findall("<tr><td>(.*?)<td>(M.*?)<td>(.*?)<td>(.*?)\n", page) == [
        ("1", "M.8882.4808.1", "0.00", "REJECTED"),
        ("2", "M.8882.4808.2", "12.50", "ORDER_UPDATE"),
    ]


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.SENT, "Sent: the receiver confirmed that it holds the file"),
        (State.HANDED_OVER, "Handed over: not yet confirmed by the receiver"),
        (State.FAILED, "Failed: nothing was delivered"),
        (State.UNKNOWN, "Unknown: it cannot be told whether the file arrived"),
    ],
)
def test_a_receipt_tells_the_outcome_the_evidence_and_the_next_step(ledger, state, told):
    send(ledger, Receiver(ledger, Outcome(state, "So it was.", evidence={"reply": "226 ok", "size": 83})))
    facts = dict(receipt_lines(ledger.batch(1)))
    assert (facts["Outcome"], facts["What happened"]) == (told, "So it was.")
    assert (facts["Evidence: reply"], facts["Evidence: size"]) == ("226 ok", "83")
    assert ("history mark 0001 sent" in facts.get("What to do", "")) == (state is State.UNKNOWN)


@pytest.fixture
def nine_hours_ahead(monkeypatch):
    """A machine whose clock is nine hours ahead of UTC."""
    read_zone = time.tzset if os.name == "posix" else ctypes.CDLL("ucrtbase")._tzset
    with monkeypatch.context() as there:
        there.setenv("TZ", "XST-9")
        read_zone()
        yield
    read_zone()


def test_a_receipt_tells_when_it_was_in_both_clocks(ledger, done, nine_hours_ahead):
    record = replace(ledger.batch(1), created_at=datetime(2026, 11, 23, 20, 5, 6, tzinfo=UTC))
    zone = record.created_at.astimezone().tzname()
    assert dict(receipt_lines(record))["When"] == f"2026-11-24 05:05:06 {zone} (2026-11-23 20:05:06 UTC)"


CONFIRMED = {
    "who": "ann on desk",
    "how": "asked at the terminal, 200000.00 typed",
    "columns": "Amount from C New Amount",
    "warnings": "2 amount-large, 1 row-hidden",
    "left_out_errors": 6,
    "left_out_sent_before": 1,
    "include_sent": 2,
    "new_total_cents": 20_000_000,
    "effect_cents": 9_987_650,
    "effect_known_rows": 1,
    "currency": "EUR",
    "encryption": "none, accepted in the profile",
}


def test_a_receipt_tells_what_was_confirmed_by_whom_and_what_stayed_behind(ledger, done):
    lines = dict(receipt_lines(ledger.batch(1), CONFIRMED))
    assert {
        "Rows": "2 = 1 reversal + 1 new total",
        "New totals": "200,000.00 EUR together",
        "Money effect": "RAISES order value by 99,876.50 EUR over the 1 row whose current amount is known; "
        "unknown for 1 row",
        "Warnings overruled": "2 amount-large, 1 row-hidden",
        "Left behind": "6 rows with errors, 1 row that may have arrived before",
        "Sent again": "2 rows that may have arrived before, on purpose",
        "Confirmed": "ann on desk, asked at the terminal, 200000.00 typed",
        "Columns read": "Amount from C New Amount",
        "Encryption": "none, accepted in the profile",
    }.items() <= lines.items()


def test_a_receipt_of_a_batch_whose_confirmation_holds_less_leaves_these_lines_out(ledger, done):
    lines = dict(receipt_lines(ledger.batch(1), {"who": "ann on desk"}))
    assert lines["Confirmed"] == "ann on desk"
    assert not lines.keys() & {"Money effect", "New totals", "Warnings overruled", "Left behind", "Sent again"}


def test_the_page_of_a_receipt_shows_the_figures_large_and_the_hash_small_at_the_end(ledger, done):
    record = ledger.batch(1)
    page = receipt_page(record, ledger.rows(1), CONFIRMED).decode()
    assert re.findall('<b class="figure.*?">(.*?)</b>', page) == ["2", "1", "12.50 EUR", "+99,876.50 EUR"]
    assert '<p class="environment live"><b>LIVE</b></p>' in page
    assert page.index("RAISES order value") < page.index("Warnings overruled") < page.index("ann on desk")
    assert page.index("The file and its evidence") < page.index(record.sha256)
    assert page.count(record.sha256) == 1


def test_a_receipt_whose_effect_is_unknown_never_shows_zero(ledger, done):
    confirmation = {key: value for key, value in CONFIRMED.items() if not key.startswith("effect_")}
    page = receipt_page(ledger.batch(1), ledger.rows(1), confirmation).decode()
    assert '<b class="figure ">unknown</b> changes order value by an unknown amount' in page


def test_a_sentence_with_a_semicolon_stays_whole_on_the_page(ledger, done):
    record = replace(ledger.batch(1), message="The file may disappear from the folder; that is normal.")
    page = receipt_page(record, ledger.rows(1)).decode()
    assert "The file may disappear from the folder; that is normal." in page


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, False), (120, False), (-120, False), (121, True), (-121, True), (10**8, True)]
)
def test_a_clock_that_differs_from_the_one_of_the_database_is_told(seconds, told):
    server = datetime(2026, 11, 23, 12, tzinfo=UTC)
    words = "at 2026-11-23 12:00:00 UTC by the clock of the database server, which differs"
    assert server_time(server + timedelta(seconds=seconds), server) == (words if told else "")
    assert server_time(None, server) == words
    assert server_time(server, None) == ""


def test_a_receipt_names_the_user_and_the_time_of_the_teams_database(ledger, done):
    record = replace(
        ledger.batch(1), who="ann", host="laptop", db_user="eve", recorded_at=datetime(2026, 1, 2, tzinfo=UTC)
    )
    lines = dict(receipt_lines(record))
    assert lines["Who"] == "ann on laptop (database user eve)"
    assert lines["Recorded"].startswith("at 2026-01-02 00:00:00 UTC")
    assert "Recorded" not in dict(receipt_lines(ledger.batch(1)))
