"""Repeated Action IDs: which of their rows go, and what stands there."""

from collections.abc import Collection, Mapping, Sequence

from action_returns.batch import Columns
from action_returns.excel.problems import ClickProblem
from action_returns.excel.undo import Plain


def rows_to_take_out(repeats: Mapping[str, Sequence[int]], *, keep_first: bool) -> list[int]:
    """Give the rows that go when the first, or the last, of each ActionId stays."""
    return sorted(row for rows in repeats.values() for row in (rows[1:] if keep_first else rows[:-1]))


def cells_of(columns: Columns, rows: Collection[int]) -> dict[str, Plain]:
    """Give what stands in the three columns of some rows, by address.

    Raises:
        ClickProblem: when a cell holds what could not be brought back, a date or an error.
    """
    found: dict[str, Plain] = {}
    for letter, cells in zip(columns.letters or (), (columns.action_id, columns.amount, columns.reason), strict=True):
        for row, cell in zip(columns.rows, cells, strict=True):
            if row not in rows:
                continue
            if cell is not None and not isinstance(cell, (str, float, bool, int)):
                raise ClickProblem(
                    f"{letter}{row} holds a date or an error, which could not be brought back. Nothing was changed. "
                    "Take that row out by hand."
                )
            found[f"{letter}{row}"] = cell
    return found


def cell_at(columns: Columns, address: str) -> object:
    """Give what stands at an address in the three columns; None in a row without anything."""
    letter, row = address.rstrip("0123456789"), int(address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    at = dict(zip(columns.letters or (), (columns.action_id, columns.amount, columns.reason), strict=True))[letter]
    return at[columns.rows.index(row)] if row in columns.rows else None
