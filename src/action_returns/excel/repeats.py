"""Repeated Action IDs: which rows say the same twice, and which of them go."""

from collections.abc import Collection, Mapping, Sequence

from action_returns.batch import Columns, Report
from action_returns.excel.problems import ClickProblem
from action_returns.excel.undo import Plain


def repeated_rows(report: Report) -> dict[str, list[int]]:
    """Give every ActionId that stands in more than one row.

    Returns:
        Its text as it first stands -> the sheet rows, from top to bottom.
    """
    columns = report.columns
    ids = dict(zip(columns.rows, columns.action_id, strict=True))
    bare = {row: _bare(ids[row]) for row in ids}
    repeated = {bare[finding.row] for finding in report if finding.code == "id-duplicate"}
    rows: dict[str, list[int]] = {}
    for row, text in bare.items():
        if text in repeated:
            rows.setdefault(text, []).append(row)
    return {text: places for text, places in rows.items() if len(places) > 1}


def _bare(cell: object) -> str:
    from action_returns.batch.blanks import without_blanks

    return without_blanks(cell).capitalize() if isinstance(cell, str) else ""


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
