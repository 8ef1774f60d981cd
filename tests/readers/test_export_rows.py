"""Rows of an export that are read many in one go: the result is the same as when each row is read by itself."""

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from action_returns.errors import FileError
from action_returns.readers import export_cells, export_rows
from action_returns.readers.export_cells import read_amounts
from action_returns.readers.export_rows import read_cells
from action_returns.readers.export_table import ExportTable
from action_returns.returns.source import Field

HEADERS = ["Order", "Refund", "Note"]


def numbered(rows, lines):
    """Return rows with their lines; a row that is an error is raised where it stands."""
    for line, row in zip(lines, rows, strict=True):
        if isinstance(row, FileError):
            raise row
        yield line, row


def cells_of(rows, lines, *, fast, indexes, with_repeats, delimiter):
    """Return what is read of some rows, or how they are refused, and how many blocks were read in one go."""
    taken = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export_rows, "_BLOCK", 3)
        usual = export_rows._Picked.take_usual
        patch.setattr(
            export_rows._Picked, "take_usual", lambda *args: fast and (taken.append(usual(*args)) or taken[-1])
        )
        try:
            table = ExportTable("orders.csv", HEADERS, numbered(rows, lines), delimiter)
            cells = read_cells(table, indexes, indexes, with_repeats=with_repeats)
        except FileError as error:
            return (error.problem, error.message), 0
    return (list(cells.lines), [list(column) for column in cells.columns], cells.repeats), sum(taken)


usual_rows = st.tuples(
    st.sampled_from(["#1", "#2", "#3"]), st.sampled_from(["1.00", "2.00", -1.0, -2.0]), st.text("ab")
)
odd_rows = st.sampled_from(
    [
        [],
        ["", "", ""],
        HEADERS,
        ["#1"],
        ["#1", "1.00", "a", ""],
        ["#1", "1.00", "a", "b"],
        ["#1", "1.00", "x\n#2,1.00,"],
        FileError("file-unreadable", "A quotation mark has no partner."),
    ]
)


@given(
    rows=st.lists(st.one_of(*[usual_rows.map(list)] * 9, odd_rows), max_size=14),
    gaps=st.lists(st.sampled_from([1] * 9 + [2]), min_size=14, max_size=14),
    indexes=st.sampled_from([[0], [0, 1], [2, 0, 1]]),
    with_repeats=st.booleans(),
    delimiter=st.sampled_from([",", ""]),
)
def test_what_is_read_is_what_reading_each_row_gives(rows, gaps, indexes, with_repeats, delimiter):
    lines = [2 + sum(gaps[:at]) for at in range(len(rows))]
    if delimiter:  # cells of CSV are texts
        rows = [row if isinstance(row, FileError) else [str(cell) for cell in row] for row in rows]
    options = {"indexes": indexes, "with_repeats": with_repeats, "delimiter": delimiter}
    fast, blocks = cells_of(rows, lines, fast=True, **options)
    assert fast == cells_of(rows, lines, fast=False, **options)[0]
    event("blocks were read in one go" if blocks else "each row was read by itself")


def test_usual_rows_are_read_in_one_go():
    rows = [[f"#{number}", "1.00", ""] for number in range(7)]
    options = {"indexes": [0, 1], "with_repeats": True, "delimiter": ","}
    cells, blocks = cells_of(rows, range(2, 9), fast=True, **options)
    assert cells == ([*range(2, 9)], [["#0", "#1", "#2", "#3", "#4", "#5", "#6"], ["1.00"] * 7], frozenset())
    assert blocks == 3


def test_equal_cells_of_a_sheet_stay_what_they_are():
    rows = [["#1", 1.0, True], ["#2", True, 1.0]]
    options = {"indexes": [1, 2], "with_repeats": False, "delimiter": ""}
    (_, columns, _), _ = cells_of(rows, [2, 3], fast=True, **options)
    assert [list(map(type, column)) for column in columns] == [[float, bool], [bool, float]]


def test_a_row_above_a_damaged_one_is_refused_first():
    rows = [["#1", "1.00", ""], ["#1", "1.00", "a", "b"], FileError("file-unreadable", "damaged")]
    options = {"indexes": [0, 1], "with_repeats": False, "delimiter": ","}
    (_, message), _ = cells_of(rows, [2, 3, 4], fast=True, **options)
    assert "from line 3 on: the line has 4 fields" in message


amounts = st.lists(
    st.one_of(
        st.sampled_from(["", "0.00", "12.50", "-12.50", "1,250", "1.250", "12,5", "€ 5.00", "x", "1.00|2.00", None]),
        st.from_regex(r"[0-9]{1,4}\.[0-9]{2}", fullmatch=True),
    ),
    max_size=5,
)


@given(refunds=amounts, totals=amounts)
def test_amounts_that_are_read_in_one_go_are_those_that_are_read_one_by_one(refunds, totals):
    columns = {Field.REFUND: refunds, Field.TOTAL: totals}
    fast = read_amounts(columns)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export_cells, "plain_cents", lambda _: None)
        assert fast == read_amounts(columns)
