"""A later export of the same shop adds only what is new, whether the network has applied what was sent or not."""

import os

import pytest

from action_returns.files import default_paths

ACTION = "M.8882.4808.9"
DOWNLOAD = (
    "Action ID,OID,Amount,Currency,Status,Locking Date,Action Date\r\n"
    + ACTION
    + ",000000123,{},EUR,PENDING,2099-01-15,2026-11-01\r\n"
)
MEMOS = "Credit Memo,Created,Order #,Order Date,Bill-to Name,Status,Refunded\r\n"
FIRST = MEMOS + "000000011,2026-11-10,000000123,2026-11-01,Jane,Refunded,12.50\r\n"
# Opened in a spreadsheet program in between: the zeros before the numbers are gone.
LATER = MEMOS + "11,2026-11-10,123,2026-11-01,Jane,Refunded,12.5\r\n12,2026-11-12,123,2026-11-01,Jane,Refunded,7.5\r\n"


@pytest.fixture
def imported(run, work, outbox):
    """Imports an export and sends its rows; returns the facts of the import and the rows."""
    count = iter(range(1, 9))

    def import_and_send(text, amount):
        name = f"rows{next(count)}.csv"
        (work / "memos.csv").write_text(text, newline="")
        (work / "pending.csv").write_text(DOWNLOAD.format(amount), newline="")
        facts = run("import", "memos.csv", "--pending", "pending.csv", "-o", name, "--json").json
        if not facts["rows"]:
            return facts, ""
        assert run("send", name, "--yes").code == 0
        return facts, (work / name).read_text().splitlines()[1]

    return import_and_send


@pytest.mark.parametrize("applied", [True, False])
def test_each_refund_is_subtracted_once(imported, applied):
    assert imported(FIRST, "100.00")[1] == f"{ACTION},87.50,ORDER_UPDATE"
    assert imported(FIRST, "87.50" if applied else "100.00")[0]["sent_before"] == 1
    assert imported(LATER, "87.50" if applied else "100.00")[1] == f"{ACTION},80.00,ORDER_UPDATE"
    for amount in ("100.00", "87.50", "80.00"):
        assert imported(LATER, amount)[0]["sent_before"] == 1


def test_without_the_memory_of_imports_a_later_export_is_left_to_the_user(imported, work):
    imported(FIRST, "100.00")
    default_paths(os.environ).imports.write_bytes(b"not a database, and long enough to be none" * 9)
    facts, row = imported(LATER, "87.50")
    assert row == ""
    (left,) = facts["left"]
    assert (left["group"], left["code"], left["candidates"]) == ("to_decide", "sent-before", [ACTION])
    assert "It is unknown whether the 20.00 EUR that the export lists are in it." in left["message"]
    assert imported(FIRST, "100.00")[0]["sent_before"] == 1


def test_an_import_that_cannot_be_kept_is_told_once_and_its_rows_are_written(run, work, outbox):
    default_paths(os.environ).imports.write_bytes(b"not a database, and long enough to be none" * 9)
    (work / "memos.csv").write_text(FIRST, newline="")
    (work / "pending.csv").write_text(DOWNLOAD.format("100.00"), newline="")
    result = run("import", "memos.csv", "--pending", "pending.csv", "-o", "rows.csv")
    assert result.code == 0
    assert "87.50" in (work / "rows.csv").read_text()
    assert " ".join(result.err.split()).count("could not be kept") == 1


def test_of_a_file_without_numbers_or_dates_of_refunds_the_user_says_what_a_later_amount_counts(run, work, imported):
    imported("Order,Refund,Currency\r\n000000123,10.00,EUR\r\n", "100.00")
    (work / "memos.csv").write_text("Order,Refund,Currency\r\n000000123,15.00,EUR\r\n", newline="")
    (work / "pending.csv").write_text(DOWNLOAD.format("90.00"), newline="")
    line = ("import", "memos.csv", "--pending", "pending.csv", "--force", "-o", "rows.csv")
    (left,) = run(*line, "--json").json["left"]
    assert (left["group"], left["code"], left["candidates"]) == ("to_decide", "total-differs", [ACTION])
    for amounts, total in (("events", "75.00"), ("to-date", "85.00")):
        assert run(*line, "--amounts", amounts).code == 0
        assert (work / "rows.csv").read_text().splitlines()[1] == f"{ACTION},{total},ORDER_UPDATE"


def test_a_row_that_was_written_and_never_sent_is_written_again(run, work, outbox):
    (work / "memos.csv").write_text(LATER, newline="")
    (work / "pending.csv").write_text(DOWNLOAD.format("100.00"), newline="")
    for name in ("first.csv", "again.csv"):
        assert run("import", "memos.csv", "--pending", "pending.csv", "-o", name).code == 0
    assert (work / "first.csv").read_bytes() == (work / "again.csv").read_bytes()
