"""Only a header that means the order's new total is read as Amount; what is not certain is asked."""

import os

import pytest

from action_returns.errors import FileError, UsageError
from action_returns.operations.account import Account
from action_returns.operations.new_workbook import workbook_bytes
from action_returns.readers.batch_columns import (
    ColumnAnswers,
    column_option,
    find_columns,
    own_table,
    signature_of,
)
from action_returns.readers.batch_file import read_batch, read_stream
from action_returns.workbook_builder.contents import Entries
from tests.support.workbooks import write

ID = "M.8882.4808.1063418"


def amount_of(headers, **given):
    """Return which header Amount is read from, None when the row is no header row."""
    found = find_columns(headers.split(","), ColumnAnswers(given))
    return None if found is None else found.labels["Amount"]


def refusal(headers, **given):
    with pytest.raises(FileError) as caught:
        amount_of(headers, **given)
    return caught.value


@pytest.mark.parametrize(
    "header",
    [
        *("Amount", "New Amount", "New Total", "New Order Amount"),
        *("amount", "AMOUNT", "new_amount", "NEW-TOTAL", "newTotal", "new order_amount", " New  Order-Amount "),
    ],
)
def test_every_spelling_of_the_new_total_is_read(header):
    assert amount_of(f"Action ID,{header},Reason") == f"B {header}"


@pytest.mark.parametrize(
    "header",
    [
        *("Sale Amount", "SaleAmount", "Revenue", "Order Amount", "Original Amount", "Old Amount", "Refund"),
        *("Refund Amount", "Refunded Amount", "Amount Refunded", "Total", "Order Total", "Price", "Item Price"),
        *("Value", "Current Amount", "Amount EUR", "Amount (old)", "Payout"),
    ],
)
def test_no_other_column_is_ever_taken_for_the_new_total(header):
    assert amount_of(f"Action ID,{header},Reason") is None
    assert amount_of(f"Action ID,{header},New Amount,Reason") == "C New Amount"
    assert amount_of(f"Action ID,{header},Reason", Amount=header) == f"B {header}"


def test_two_columns_that_may_be_the_new_total_are_asked_about_with_the_words_that_choose():
    said = refusal("ActionId,Amount,New Amount,Reason")
    assert said.problem == "columns-repeated"
    assert said.message.endswith('Choose one: --column Amount="B Amount" or --column Amount="C New Amount"')
    assert amount_of("ActionId,Amount,New Amount,Reason", Amount="B Amount") == "B Amount"
    assert amount_of("ActionId,Amount,New Amount,Reason", Amount="New Amount") == "C New Amount"


def test_two_reasons_are_asked_about_as_well():
    said = refusal("ActionId,Amount,Reason,Reason Code")
    assert '--column Reason="C Reason" or --column Reason="D Reason Code"' in said.message


def test_of_two_columns_with_the_same_header_one_is_named_by_its_letter():
    headers = "ActionId,Amount,Amount,Reason"
    assert '--column Amount="B Amount" or --column Amount="C Amount"' in refusal(headers).message
    assert amount_of(headers, Amount="C Amount") == "C Amount"
    assert "2 times" in refusal(headers, Amount="Amount").message


@pytest.mark.parametrize(
    "download",
    [
        "Action ID,OID,Partner,Status,Amount,Currency,Action Date,Locking Date,Reason",
        "Action ID,Amount,Locking Date,Reason",
        "Action ID,State,Amount,Payout,Reason",
        "Action ID,Status,Event Date,Amount,Reason",
    ],
)
def test_the_amount_of_a_download_with_a_reason_beside_it_may_be_the_old_one(download):
    said = refusal(download)
    assert said.problem == "columns-missing"
    assert "it is what the order is worth now, not its new total" in said.message
    assert said.message.endswith('--column Amount="Amount"')
    assert amount_of(download, Amount="Amount").endswith(" Amount")


def test_a_status_column_of_the_users_own_makes_no_download():
    assert amount_of("ActionId,Amount,Reason,Status,Order,Partner") == "B Amount"


def test_a_new_amount_beside_the_columns_of_a_download_is_certain():
    assert amount_of("Action ID,Status,Sale Amount,Locking Date,New Amount,Reason") == "E New Amount"


def test_one_column_cannot_be_two_of_the_three():
    said = refusal("ActionId,Note,Reason", Amount="Note", Reason="Note")
    assert 'The column "Note" cannot be both Amount and Reason' in said.message


def test_a_column_that_was_named_for_one_is_not_taken_for_another():
    assert amount_of("ActionId,Amount,Reason", Reason="Amount") is None


def test_a_row_without_the_named_header_is_not_the_header_row():
    content = b"ActionId,Amount,Reason\r\nAction ID,Betrag,Reason\r\nM.1.2.3,0,REJECTED\r\n"
    assert read_stream(content, ColumnAnswers({"Amount": "Betrag"})).headers["Amount"] == "B Betrag"


def test_the_columns_are_told_as_they_stand_in_text_and_in_a_sheet(tmp_path):
    told = {"ActionId": "C Action ID", "Amount": "E New Amount", "Reason": "D reason_code"}
    csv = b"Order,Partner,Action ID,reason_code,New Amount\r\n1,Ann,M.1.2.3,REJECTED,0\r\n"
    assert read_stream(csv).headers == told
    headers = ("Action ID", "reason_code", "New Amount")
    for table in (None, "Returns"):
        path = write(tmp_path / f"{table}.xlsx", [(ID, "REJECTED", 0.0)], headers=headers, top=4, left=2, table=table)
        assert read_batch(path).headers == told


def test_beyond_z_the_letters_go_on():
    headers = ",".join([*(f"Note {n}" for n in range(26)), "ActionId", "Amount", "Reason"])
    assert amount_of(headers) == "AB Amount"


def test_a_saved_answer_counts_for_the_same_headers_and_is_told():
    headers = ["Action ID", "Sale Amount", "Reason"]
    saved = {signature_of(headers): {"Amount": "sale amount"}}
    content = b"Action ID,Sale Amount,Reason\r\nM.1.2.3,0,REJECTED\r\n"
    reading = read_stream(content, ColumnAnswers(saved=saved))
    assert reading.headers["Amount"] == "B Sale Amount"
    assert 'Amount is read from the column "Sale Amount", as --column said for an earlier file' in reading.notes[0]
    with pytest.raises(FileError):
        read_stream(content.replace(b"Reason", b"Reason,Note", 1), ColumnAnswers(saved=saved))


def test_what_is_said_now_comes_before_what_was_saved():
    headers = ["Action ID", "Sale Amount", "Old", "Reason"]
    saved = {signature_of(headers): {"Amount": "Sale Amount"}}
    found = find_columns(headers, ColumnAnswers({"Amount": "Old"}, saved))
    assert (found.labels["Amount"], found.remembered) == ("C Old", ())


def test_the_same_headers_in_another_order_and_spelling_have_the_same_answers():
    assert signature_of(["Action ID", "Betrag", None, ""]) == signature_of(["betrag", "action_id"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("ActionId,Amount,Reason,Sku", "Items are not sent (column D Sku): an action is a whole order"),
        ("ActionId,Sku,Qty,Amount,Reason", "Items are not sent (columns B Sku, C Qty)"),
        ("ActionId,Amount,Reason,Currency", "The file that leaves has no currency (column D Currency is not sent)"),
    ],
)
def test_columns_beside_the_three_that_could_be_misunderstood_are_told(content, said):
    (note,) = read_stream(f"{content}\r\nM.1.2.3,0,REJECTED,0\r\n".encode()).notes
    assert note.startswith(said)


def test_the_cells_of_a_currency_column_are_read_beside_the_amounts():
    content = b"Currency,ActionId,Amount,Reason\r\nEUR,M.1.2.3,0,REJECTED\r\n\r\n,M.1.2.4,0,REJECTED\r\nUSD,,,\r\n"
    columns = read_stream(content).columns
    assert list(columns.currency) == ["EUR", None]
    assert list(columns.rows) == [2, 4]


def test_a_record_that_ends_before_its_currency_has_none():
    content = b"ActionId,Amount,Reason,Currency\r\nM.1.2.3,0,REJECTED\r\nM.1.2.4,0,REJECTED,EUR\r\n"
    assert list(read_stream(content).columns.currency) == [None, "EUR"]


def test_a_column_named_as_amount_is_no_currency_column_whatever_its_header(tmp_path):
    amounts = [12.5, "12.50", 7.0, "0"]  # kinds that differ from row to row
    rows = [(f"{ID}{at}", amount, "ORDER_UPDATE") for at, amount in enumerate(amounts)]
    path = write(tmp_path / "b.xlsx", rows, headers=("ActionId", "Valuta", "Reason"))
    reading = read_batch(path, columns=ColumnAnswers({"Amount": "Valuta"}))
    assert list(reading.columns.amount) == amounts
    assert reading.columns.currency is None
    assert not [note for note in reading.notes if "currency" in note]


def test_of_two_currency_columns_the_plain_one_is_read():
    content = b"Original Currency,ActionId,Amount,Reason,Currency\r\nUSD,M.1.2.3,0,REJECTED,EUR\r\n"
    assert list(read_stream(content).columns.currency) == ["EUR"]


def test_the_table_of_a_workbook_of_this_program_has_its_fixed_columns():
    headers = ("ActionId", "Amount", "Reason", "Check", "Result", "What to do", "New Amount", "Locking Date")
    assert own_table(headers, 1).labels["Amount"] == "B Amount"
    assert own_table(("ActionId", "Amount", "Reason", "New Amount"), 1) is None
    assert own_table(("ActionId", "New Amount", "Reason", "Check", "Result", "What to do"), 1) is None


def test_in_a_workbook_of_this_program_no_column_of_the_users_own_is_read(tmp_path):
    entries = Entries(
        rows=[(ID, "12.50", "ORDER_UPDATE", "99", "2026-12-31")], own_headers=("New Amount", "Locking Date")
    )
    path = tmp_path / "returns.xlsx"
    path.write_bytes(workbook_bytes(Account(), entries, macros=False))
    saved = {read_batch(path).signature: {"Amount": "New Amount"}}
    for answers in (ColumnAnswers(), ColumnAnswers({"Amount": "Amount"}), ColumnAnswers(saved=saved)):
        assert list(read_batch(path, columns=answers).columns.amount) == ["12.50"]
    with pytest.raises(
        UsageError, match=r"the columns of its table Actions are fixed.* Copy the cells into its column Amount"
    ):
        read_batch(path, columns=ColumnAnswers({"Amount": "New Amount"}))


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Sale Amount", '--column Amount="Sale Amount"'),
        ("New\n  total", '--column Amount="New total"'),
        ('5" tyres', """--column 'Amount=5" tyres'"""),
        ("US$", "--column 'Amount=US$'"),
    ],
)
def test_the_words_that_name_a_column_can_be_pasted(header, words, monkeypatch):
    monkeypatch.setattr(os, "name", "posix")
    assert column_option("Amount", header) == words
