"""A file without the three columns is refused with its headers, what it seems to be, and words to paste."""

import shlex

import pytest

from action_returns.errors import FileError
from action_returns.readers.batch_columns import ColumnAnswers
from action_returns.readers.batch_file import read_batch, read_stream
from tests.support.workbooks import write

ID = "M.8882.4808.1063418"


def refusal(content, **given):
    with pytest.raises(FileError) as caught:
        read_stream(content.encode(), ColumnAnswers(given))
    assert caught.value.problem == "columns-missing"
    return caught.value.message


def answers_in(message):
    """Return what the words to paste at the end of a refusal say: column -> header."""
    words = shlex.split(message.partition(", add: ")[2].partition(" or: ")[0])
    assert words[::2] == ["--column"] * (len(words) // 2)
    return dict(word.split("=", 1) for word in words[1::2])


def test_the_old_and_the_refunded_amount_are_named_with_the_words_that_choose_them():
    said = refusal(f"Action ID,OID,Sale Amount,Refund,Currency,Reason\r\n{ID},1,99.00,12.50,EUR,ORDER_UPDATE\r\n")
    assert '"Action ID", "OID", "Sale Amount", "Refund", "Currency", "Reason"' in said
    assert "It has ActionId and Reason, but not Amount." in said
    assert '"Sale Amount" may hold what the order was worth before.' in said
    assert '"Refund" may hold what was refunded.' in said
    assert "write it in a column New Amount" in said
    assert said.endswith('add: --column Amount="Sale Amount" or: --column Amount="Refund"')


@pytest.mark.parametrize("header", ["Original Amount", "Revenue", "Total", "Price", "Refunded Amount", "Amount EUR"])
def test_the_words_of_the_refusal_make_the_file_readable(header):
    content = f"ActionId,Order Number,{header},Reason\r\n{ID},7,12.50,ORDER_UPDATE\r\n"
    said = answers_in(refusal(content))
    assert said == {"Amount": header}
    assert list(read_stream(content.encode(), ColumnAnswers(said)).columns.amount) == ["12.50"]


@pytest.mark.parametrize(
    "content",
    [
        f"Aktions-ID;Betrag;Grund\r\n{ID};12,50;ORDER_UPDATE\r\n",
        f"Kennung;Grund;Neuer Betrag;Warum\r\n{ID};wie besprochen;12,50;ORDER_UPDATE\r\n",  # the cells tell which is which
        f"Identifiant,Montant,Motif\r\n{ID},12.50,rejected\r\n",
        f"Aktions-ID,Betrag,Grund\r\n{ID},12,50,ORDER_UPDATE\r\n",  # more fields in the row than in the header row
    ],
)
def test_headers_in_another_language_lead_to_all_the_words_that_are_needed(content):
    said = answers_in(refusal(content))
    assert set(said) == {"ActionId", "Amount", "Reason"}
    reading = read_stream(content.encode(), ColumnAnswers(said))
    assert list(reading.columns.action_id) == [ID]


def test_cells_tell_more_than_words():
    said = refusal(f"Kennung;Grund;Neuer Betrag;Warum\r\n{ID};wie besprochen;12,50;ORDER_UPDATE\r\n")
    assert answers_in(said) == {"ActionId": "Kennung", "Amount": "Neuer Betrag", "Reason": "Warum"}


def test_a_column_that_cannot_be_guessed_has_a_place_for_its_header():
    said = refusal(f"Kennung;Hodnota;Grund\r\n{ID};12,50;ORDER_UPDATE\r\n")
    assert answers_in(said) == {"ActionId": "Kennung", "Amount": "HEADER", "Reason": "Grund"}


@pytest.mark.parametrize(
    ("headers", "source"),
    [
        ("Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Refunded Amount,Id,Tags", "Shopify"),
        ("Name,Command,Line: Type,Refund: ID", "Matrixify"),
        ("Order ID,Order Number,Refund Date,Refund Amount,Refund Reason", "WooCommerce"),
        ("Credit Memo,Created,Order #,Status,Refunded", "Adobe Commerce"),
        ("Order Number,Order Charged Date,Financial Status,Charged Amount", "Google Play"),
        ("Install Time,Event Time,Event Name,Event Value,AppsFlyer ID", "AppsFlyer"),
        ("id,Description,Amount,Amount Refunded,Currency", "Stripe"),
        ("return-date,order-id,sku,asin,detailed-disposition,reason", "Amazon"),
        ("RMA,Order name,Refund Total,Currency,Status", "a returns app"),
    ],
)
def test_the_export_of_a_shop_is_known_when_it_is_seen(headers, source):
    said = refusal(f"{headers}\r\n1,2,3\r\n")
    assert source in said
    assert 'action-returns import "standard input" --pending DOWNLOAD -o returns.csv' in said.replace("'", '"')
    assert "button Import returns" in said
    assert "--column" not in said  # a refund is no new total, however the column is called


def test_a_pending_download_is_sent_to_its_own_option():
    said = refusal(f"Action ID,OID,Status,Sale Amount,Locking Date\r\n{ID},1,PENDING,83.23,2026-12-31\r\n")
    assert 'action-returns check RETURNS --pending "standard input"' in said


def test_a_list_with_reasons_is_no_download_though_it_has_its_columns():
    said = refusal(f"Action ID,Status,Sale Amount,Locking Date,Reason\r\n{ID},PENDING,9,2026-12-31,REJECTED\r\n")
    assert "It looks like a download" not in said
    assert "It has ActionId and Reason, but not Amount." in said
    assert 'If it stands in such a column already, add: --column Amount="Sale Amount"' in said


def test_a_word_that_means_the_amount_comes_before_words_for_other_money():
    said = refusal(f"Action ID,Preis,Betrag,Reason\r\n{ID},99,12,ORDER_UPDATE\r\n")
    assert answers_in(said) == {"Amount": "Betrag"}
    assert "may hold" not in said
    assert "If these columns are meant, add:" in refusal(f"Aktions-ID,Betrag,Grund\r\n{ID},0,REJECTED\r\n")


def test_a_list_with_actions_is_no_export_of_a_shop():
    assert "Shopify" not in refusal("Action ID,Name,Financial Status,Refunded Amount,Reason\r\n")


def test_a_header_that_is_not_there_is_told_with_those_that_are():
    said = refusal(f"ActionId,Wert,Reason\r\n{ID},1,REJECTED\r\n", Amount="Betrag")
    assert said == (
        'standard input has no column "Betrag" that could be Amount. Its headers are: "ActionId", "Wert", "Reason".'
    )


def test_what_is_named_already_is_not_asked_again():
    said = refusal(f"Kennung,Wert,Grund\r\n{ID},1,REJECTED\r\n", Amount="Wert")
    assert answers_in(said) == {"ActionId": "Kennung", "Reason": "Grund"}


def test_a_file_without_any_header_is_told_what_to_write():
    assert refusal("").endswith(
        "It has no headers at all. Write the three headers in one row above the data; other columns may stand beside them."
    )
    assert "--column" not in refusal("1,2,3\r\n4,5,6\r\n")


@pytest.mark.parametrize(("line", "delimiter"), [('"{}"', ","), ('"{}"', ";"), ('"{}"', "|"), ("{}", "|")])
def test_headers_that_stand_in_one_cell_are_told_as_that(line, delimiter):
    rows = [delimiter.join(("Order", "Action ID", "new_amount", "Reason")), delimiter.join(("7", ID, "0", "REJECTED"))]
    said = refusal("\r\n".join(map(line.format, rows)))
    assert "All of them stand in one cell" in said
    assert "All of them" not in refusal("Order\r\nOrder;Action ID;Reason,Amount\r\n")  # two of the three only
    assert "All of them" not in refusal("ActionId|Amount|Reason,Order\r\n")
    assert "--column" not in said


def test_a_title_above_the_headers_is_not_taken_for_them():
    said = refusal(f"Returns of November\r\n\r\nAction ID,Sale Amount,Reason\r\n{ID},9,REJECTED\r\n")
    assert 'Its headers are: "Action ID", "Sale Amount", "Reason".' in said


def test_very_many_headers_are_cut():
    said = refusal(",".join(["ActionId", *(f"Note {n}" for n in range(100))]) + "\r\n")
    assert '"Note 28", ….' in said
    assert '"Note 29"' not in said


def test_a_header_as_long_as_a_file_is_cut():
    said = refusal(f"{'x' * 100_000},ActionId,{'y' * 100_000}\r\n")
    assert '"ActionId"' in said
    assert 'xxx…"' in said
    assert len(said) < 600


def test_a_sheet_is_refused_in_the_same_words(tmp_path):
    path = write(tmp_path / "b.xlsx", [(ID, 99.0, "ORDER_UPDATE")], headers=("Action ID", "Sale Amount", "Reason"))
    with pytest.raises(FileError) as caught:
        read_batch(path)
    assert caught.value.message.endswith('add: --column Amount="Sale Amount"')


def test_a_word_that_means_the_amount_is_not_said_to_hold_the_old_one():
    said = refusal(f"ActionId,Betrag,Reason\r\n{ID},12.50,ORDER_UPDATE\r\n")
    assert "may hold" not in said
    assert answers_in(said) == {"Amount": "Betrag"}


def test_rows_that_are_shorter_than_the_headers_are_looked_at_too():
    said = refusal(f"Amount,Reason,Code\r\n12.50,ORDER_UPDATE\r\n12.50,ORDER_UPDATE,{ID}\r\n")
    assert answers_in(said) == {"ActionId": "Code"}


def test_headers_below_the_rows_that_are_searched_are_not_said_to_be_nowhere():
    above = "a,b,c\r\n" * 60
    assert "among its first 50 rows, which are searched" in refusal(
        f"{above}ActionId,Amount,Reason\r\n{ID},0,REJECTED\r\n"
    )
    assert "which are searched" not in refusal("a,b,c\r\n" * 3)
