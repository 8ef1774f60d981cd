"""What people find of a batch beside the ledger: its bytes, its receipt, and a copy of the ledger. None of it lies."""

from datetime import date

import pytest

from action_returns.ledger.backups import copies
from action_returns.settings import find_places
from action_returns.submission.account import Account
from action_returns.submission.papers import keep_papers
from action_returns.submission.records import open_records
from tests.submission.test_submit import CONTENT, Receiver, send

ACCOUNT = Account("acme", "live")
TODAY = date(2026, 11, 23)


@pytest.fixture
def places(tmp_path):
    return find_places({"ACTION_RETURNS_HOME": str(tmp_path)})


@pytest.fixture
def ledger(places):
    with open_records(ACCOUNT, places) as opened:
        yield opened


@pytest.fixture
def done(ledger):
    return send(ledger, Receiver(ledger))


def keep(done, ledger, places):
    return keep_papers(done, ACCOUNT, ledger, places, TODAY)


def test_the_exact_bytes_the_receipt_and_a_copy_of_the_ledger_are_kept(places, ledger, done):
    receipt, unkept = keep(done, ledger, places)
    folder = places.submissions / "0001"
    assert (receipt, unkept) == (str(folder / "receipt.html"), [])
    assert (folder / done.file_name).read_bytes() == CONTENT
    assert done.sha256 in (folder / "receipt.html").read_text()
    assert [copy.name for copy in copies(places.backups)] == ["ledger-2026-11-23.sqlite3"]


def test_bytes_that_lie_there_already_are_left_alone(places, ledger, done):
    keep(done, ledger, places)
    before = (places.submissions / "0001" / done.file_name).stat().st_mtime_ns
    assert keep(done, ledger, places)[1] == []
    assert (places.submissions / "0001" / done.file_name).stat().st_mtime_ns == before


def test_a_receipt_that_cannot_be_written_says_where_everything_is(places, ledger, done):
    places.submissions.write_text("a file in the way")
    receipt, (said,) = keep(done, ledger, places)
    assert receipt == ""
    assert "action-returns history receipt 0001" in said
    assert copies(places.backups)


def test_a_copy_that_cannot_be_made_takes_no_receipt_away(places, ledger, done):
    places.backups.write_text("a file in the way")
    receipt, (said,) = keep(done, ledger, places)
    assert receipt.endswith("receipt.html")
    assert "Today's copy of the ledger could not be made" in said
    assert "The ledger itself is as it should be" in said
