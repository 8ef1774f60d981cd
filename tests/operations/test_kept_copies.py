"""What lies in the folder of submissions under a batch's number, and what is said when it is of another batch."""

import os
import shutil
from datetime import date

import pytest

from action_returns.errors import LedgerError
from action_returns.ledger.ledger import open_ledger
from action_returns.operations.account import Account, open_account_ledger
from action_returns.operations.kept_copies import (
    changed_copy,
    check_record,
    good_copy,
    renew_receipt,
    save_receipt_and_backup,
)
from tests.support.ledgers import row, settled
from tests.support.sending import CONTENT, Receiver, send
from tests.support.tampering import tamper

ACCOUNT = Account("acme", "live")


@pytest.fixture
def ledger(paths):
    with open_account_ledger(ACCOUNT, paths) as opened:
        yield opened


def keep(done, ledger, paths, today=date(2026, 11, 23)):
    return save_receipt_and_backup(done, ACCOUNT, ledger, paths, today)


def put_older_copy_back(paths):
    """Remove what is on record, as an older copy of the ledger does; its tag stays."""
    tables = ["sent_row", "content", "event", "batch"]
    tamper(paths.ledger_file, *(f"DELETE FROM {table}" for table in tables))


def test_a_file_under_the_batches_name_with_other_bytes_is_left_alone_and_told(paths, ledger):
    done = send(ledger, Receiver(ledger))
    other = paths.submissions / "0001" / done.file_name
    other.parent.mkdir(parents=True)
    other.write_bytes(b"other")
    receipt, (told,) = keep(done, ledger, paths)
    assert f"{other} lies under the name of batch 0001 and holds other bytes" in told
    assert "Compare with what the receiver has before you send more." in told
    assert other.read_bytes() == b"other"
    assert [path.name for path in other.parent.iterdir()] == [done.file_name]
    folder = paths.submissions / "0001-2"
    assert receipt == str(folder / "receipt.html")
    assert (folder / done.file_name).read_bytes() == CONTENT
    assert changed_copy(ledger.batch(1), paths.submissions) == told
    assert good_copy(ledger.batch(1), paths.submissions) == folder / done.file_name


def pipe(path):
    os.mkfifo(path)


def link_to_nowhere(path):
    path.symlink_to("nowhere")


@pytest.mark.parametrize("make", [pipe, link_to_nowhere, os.mkdir])
def test_what_is_no_file_under_the_batches_name_is_told_and_holds_nothing_up(paths, ledger, make):
    done = send(ledger, Receiver(ledger))
    (paths.submissions / "0001").mkdir(parents=True)
    make(paths.submissions / "0001" / done.file_name)
    make(paths.submissions / "0001" / "receipt.html")
    receipt, (told,) = keep(done, ledger, paths)
    assert "holds other bytes" in told
    assert receipt == str(paths.submissions / "0001-2" / "receipt.html")


def test_the_folder_of_a_batch_whose_number_was_given_again_is_never_mixed_with_the_new_one(paths, ledger):
    """The same list on the same day: name and bytes are the same, and the receipt tells that it is another batch."""
    first, _ = keep(send(ledger, Receiver(ledger)), ledger, paths)
    page = (paths.submissions / "0001" / "receipt.html").read_bytes()
    put_older_copy_back(paths)
    done = send(ledger, Receiver(ledger))
    assert done.batch == "0001"
    second, (told,) = keep(done, ledger, paths)
    assert "holds the file of another batch 0001 of this ledger, and was left as it is" in told
    assert "an older copy of the ledger was put back" in told
    assert (first, second) == (
        str(paths.submissions / "0001" / "receipt.html"),
        str(paths.submissions / "0001-2" / "receipt.html"),
    )
    assert (paths.submissions / "0001" / "receipt.html").read_bytes() == page
    ledger.mark(1, "failed", "nothing there", shown="sent")
    assert renew_receipt(1, ledger, paths) == paths.submissions / "0001-2" / "receipt.html"
    assert (paths.submissions / "0001" / "receipt.html").read_bytes() == page


def test_folders_of_another_ledger_are_told_nothing_about(paths, ledger, tmp_path):
    """The numbers of two ledgers, of a team and of this machine, are the same; the tags in their files differ."""
    with open_ledger(tmp_path / "team" / "ledger.sqlite3") as team:
        keep(send(team, Receiver(team)), team, paths)
    receipt, problems = keep(send(ledger, Receiver(ledger)), ledger, paths)
    assert (receipt, problems) == (str(paths.submissions / "0001-2" / "receipt.html"), [])
    check_record(ledger, paths.submissions)


def test_a_receipt_of_a_version_that_printed_no_hash_is_known_by_its_second(paths, ledger):
    done = send(ledger, Receiver(ledger))
    receipt, _ = keep(done, ledger, paths)
    page = paths.submissions / "0001" / "receipt.html"
    anchor = ledger.chain_end().encode()
    assert anchor in page.read_bytes()
    page.write_bytes(page.read_bytes().replace(anchor, b""))
    assert keep(done, ledger, paths) == (receipt, [])
    page.write_bytes(page.read_bytes().replace(ledger.chain_end().encode(), b"").replace(b" UTC", b" GMT"))
    assert keep(done, ledger, paths)[0] == str(paths.submissions / "0001-2" / "receipt.html")


def test_a_record_is_compared_with_its_receipts_and_files(paths, ledger):
    done = send(ledger, Receiver(ledger))
    check_record(ledger, paths.submissions)  # no folder yet
    keep(done, ledger, paths)
    settled(ledger, "sent", row(99))
    check_record(ledger, paths.submissions)
    (paths.submissions / "0001" / done.file_name).write_bytes(b"other")
    with pytest.raises(LedgerError, match="lies under the name of batch 0001 and holds other bytes"):
        check_record(ledger, paths.submissions)


def test_a_receipt_of_a_batch_that_the_ledger_no_longer_has_is_told(paths, ledger):
    keep(send(ledger, Receiver(ledger)), ledger, paths)
    put_older_copy_back(paths)
    with pytest.raises(LedgerError, match="is of a batch that the ledger does not have as the receipt was written"):
        check_record(ledger, paths.submissions)
    shutil.rmtree(paths.submissions / "0001")
    check_record(ledger, paths.submissions)


def test_a_rewritten_ledger_whose_every_hash_fits_is_told_by_its_receipts(paths, ledger):
    """What the chain cannot show by itself: an event was changed, and all hashes were computed anew."""
    from action_returns.ledger.chain import chain_of

    keep(send(ledger, Receiver(ledger)), ledger, paths)
    events = ledger._store.query("SELECT rowid, batch, at, kind, detail FROM event ORDER BY rowid")
    before, statements = "", []
    for number, batch, at, kind, detail in events:
        changed = detail.replace('"how": ', '"how": "not ", "x": ') if kind == "confirmed" else detail
        before = chain_of(1, before, batch, at, kind, changed)
        statements.append(f"UPDATE event SET chain = '{before}', detail = '{changed}' WHERE rowid = {number}")
    tamper(paths.ledger_file, *statements)
    assert ledger.problems() == []
    with pytest.raises(LedgerError, match="does not have as the receipt was written"):
        check_record(ledger, paths.submissions)


def test_a_broken_ledger_gives_no_receipt_after_the_send_and_says_so(paths, ledger):
    done = send(ledger, Receiver(ledger))
    tamper(paths.ledger_file, "UPDATE content SET bytes = x'00'")
    receipt, (told,) = keep(done, ledger, paths)
    assert receipt == ""
    assert "The bytes of batch 0001 are not those of its hash" in told
    assert not paths.submissions.exists()


def test_a_receipt_is_renewed_only_where_there_is_one(paths, ledger):
    done = send(ledger, Receiver(ledger))
    assert renew_receipt(1, ledger, paths) is None
    keep(done, ledger, paths)
    page = paths.submissions / "0001" / "receipt.html"
    page.unlink()
    assert renew_receipt(1, ledger, paths) is None
    assert not page.exists()


@pytest.mark.parametrize(
    "name", ["../../secret.csv", "/secret.csv", "..", "", "x" * 3_000, "a\\b:c.csv", "NUL", "com1.csv", "x.csv."]
)
def test_a_name_that_another_program_recorded_leads_out_of_no_folder(paths, ledger, name):
    keep(send(ledger, Receiver(ledger)), ledger, paths)
    (paths.submissions.parent / "secret.csv").write_bytes(b"secret")
    tamper(paths.ledger_file, f"UPDATE batch SET file_name = '{name}'")
    assert changed_copy(ledger.batch(1), paths.submissions) == ""
    assert good_copy(ledger.batch(1), paths.submissions) is None
    with pytest.raises(LedgerError, match='than in its event "prepared": file') as caught:
        check_record(ledger, paths.submissions)
    assert "secret" not in str(caught.value)
