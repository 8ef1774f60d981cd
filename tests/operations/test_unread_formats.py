"""An amount leaves only when it is known what its cell shows."""

from dataclasses import replace

import pytest

from action_returns.errors import ExcelError
from action_returns.operations.unread_formats import note_on_unread_formats, refuse_unread_formats
from tests.support.batches import checked_batch

ROWS = [(f"M.8882.4808.{number}", 0.5, "ORDER_UPDATE") for number in range(3)]
AGAIN = "Select the column Amount, choose Text or Number as its number format, look at the amounts, then send again."


def batch(rows, unread, *, letters=("A", "B", "C"), **options):
    checked = checked_batch(rows, **options)
    columns = replace(checked.reading.columns, letters=letters)
    return replace(checked, reading=replace(checked.reading, columns=columns, unread_formats=unread))


def refused(checked):
    with pytest.raises(ExcelError) as stopped:
        refuse_unread_formats(checked, "Nothing was sent.", "send again")
    return str(stopped.value)


def test_a_refusal_names_the_cells_what_could_happen_and_what_to_do():
    assert refused(batch(ROWS, [2, 4])) == (
        "Amount has too many different number formats to look at each of them. It is not known whether 2 cells (B2 to B4) "
        f"show the amount that would be sent: 50% would leave as 0.50. Nothing was sent. {AGAIN}"
    )
    assert "It is not known whether 1 cell (B3) shows the amount" in refused(batch(ROWS, [3]))
    assert "whether 1 cell (row 3) shows" in refused(batch(ROWS, [3], letters=None))


def test_rows_that_stay_behind_do_not_count():
    refuse_unread_formats(batch([*ROWS, ("x", 0.5, "ORDER_UPDATE")], [5]), "Nothing was sent.", "send again")
    assert "1 cell (B2)" in refused(batch([*ROWS, ("x", 0.5, "ORDER_UPDATE")], [2, 5]))


def test_the_note_says_what_to_do_before_a_send():
    note = note_on_unread_formats([5, 900], batch(ROWS, []).reading.columns)
    assert note == (
        "Not checked: whether 2 cells of Amount (B5 to B900) show the amount that would be sent. The column has too many "
        "different number formats. Before you send or export, select the column Amount, choose Text or Number as its "
        "number format, look at the amounts, then validate again."
    )
