"""Which row of a download is its header row: the one that names the most fields."""

from datetime import datetime

import pytest

from action_returns.errors import FileError
from action_returns.readers.headers import ALIASES, best_header, find_fields, fold_header, header_score

FULL = ["Action ID", "Amount", "State", "Locking Date"]


@pytest.mark.parametrize(
    ("row", "score"),
    [
        ([], 0),
        (["Report", "Pending Actions"], 0),
        (["Amount", "State"], 0),
        ([None, 5.0, "M.1.2.3"], 0),
        (["ID", "12345"], 2),
        (["ID", 12345.0], 2),
        (["ID", datetime(2026, 11, 30)], 2),  # noqa: DTZ001  # a sheet has no time zone
        (["ID", True], 2),
        (["ID", "2026-11-30 10:00"], 2),
        (["ID", "1.234,50"], 2),
        (["ID", ""], 3),
        (["ID", None], 3),
        (["ID", "-"], 3),
        (["Id"], 3),
        (["Action ID", "Wert"], 3),
        (["Action ID", "Text 1"], 3),
        (["Action ID", "Id"], 3),
        (["Action ID", "Amount", "Sale Amount", "Revenue"], 5),
        (FULL, 9),
        (["action_id", " AMOUNT ", "sta-te", "LockingDate"], 9),
    ],
)
def test_a_row_scores_two_for_each_field_and_one_for_having_no_numbers(row, score):
    assert header_score(row) == score


@pytest.mark.parametrize("field", ALIASES)
def test_every_spelling_of_a_field_counts_once(field):
    for alias in ALIASES[field]:
        own = 1 if field == "action_id" else 2
        assert header_score(["Action ID", alias.upper()]) == 2 * own + 1


@pytest.mark.parametrize(
    ("rows", "best"),
    [
        ([["ID", "12345"], FULL], (9, 1)),
        ([FULL, ["ID", "12345"]], (9, 0)),
        ([FULL, FULL], (9, 0)),
        ([["Report"], ["ID", "12345"], ["Action ID", "Wert"]], (3, 2)),
        ([["Action ID"], ["M.1.2.3"]], (103, 0)),
        ([["Filter", "ID", "Status", "Amount"], ["Action ID", "Wert"], [], ["M.1.2.3", 5.0]], (103, 1)),
        ([["Report", "ID"], ["Action ID", "Wert"], ["M.1.2.3", "5"]], (103, 1)),
        ([["Id", "Wert", "x"], ["M.1.2.3", "5"], ["id", "amount", "state"]], (103, 0)),
        ([["Id", "Action ID"], [7.0, " M.1.2.3 "]], (103, 0)),
        ([["ID", "State", "Amount"], ["Id", "Note"], ["M.1.2.3", "Action ID"], ["M.1.2.4", "x"]], (103, 1)),
        ([["Action ID", "M.1.2.3"], ["M.1.2.4", "5"]], None),
        ([["Action ID", "Wert"], ["All", ""], ["M.1.2.3", "5"], ["Action ID", "Wert"], ["M.1.2.4", "5"]], (103, 0)),
        ([["Report"], ["M.1.2.3", "5"]], None),
        ([], None),
    ],
)
def test_of_several_rows_the_first_one_with_the_highest_score_is_the_header_row(rows, best):
    assert best_header(rows) == best


@pytest.mark.parametrize(
    "spelled", ["Action ID", "action_id", "ACTION-ID", "Action\u00a0Id", "Action\u200bId\n", "\ufeffActionId"]
)
def test_a_header_is_the_same_however_it_is_spelled(spelled):
    assert fold_header(spelled) == "actionid"


@pytest.mark.parametrize("cell", [None, 5.0, True])
def test_a_cell_that_is_no_text_is_no_header(cell):
    assert fold_header(cell) == ""


def test_a_header_that_the_user_names_and_that_stands_there_twice_is_refused():
    with pytest.raises(
        FileError, match='has 2 columns named "Total", so it is not certain which is the current amount'
    ):
        find_fields(["Action ID", "Total", "State", "Total"], {"amount": "total"})
    assert find_fields(["Action ID", "total", "State", "Total"], {"amount": "Total"})["amount"] == 3
