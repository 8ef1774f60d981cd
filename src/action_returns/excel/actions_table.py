"""What was read of the table Actions: its three columns that are sent, and where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from action_returns.batch.cells import Columns


@dataclass(frozen=True, slots=True)
class ActionsTable:
    """The table Actions as it was read.

    Args:
        columns: the three columns that are sent, without blank rows.
        top: sheet row of the headers.
        height: rows below them, blank ones included; a row of totals does not count.
        first_result: letter of the column Result.
        last_result: letter of the last column that Validate fills in.
        unread_formats: rows of the numbers in Amount whose number format was not looked at.
        rows_below: numbers of the filled rows below the table, where they were looked for.
    """

    columns: Columns
    top: int
    height: int
    first_result: str
    last_result: str
    unread_formats: Sequence[int] = ()
    rows_below: Sequence[int] = ()
