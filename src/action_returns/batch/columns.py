"""Raw cells: what a spreadsheet or a CSV file held, before anybody judged it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias

ColumnName: TypeAlias = Literal["ActionId", "Amount", "Reason"]

COLUMN_NAMES: tuple[ColumnName, ColumnName, ColumnName] = ("ActionId", "Amount", "Reason")


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell whose content cannot be taken as a value.

    Args:
        kind: ``error`` for an error value such as #N/A, ``no-value`` for a formula that nobody has calculated,
            ``merged`` for a cell that is part of a merged area.
        shown: what a person sees in the cell, ``""`` where nothing is seen.
    """

    kind: Literal["error", "no-value", "merged"]
    shown: str


Cell: TypeAlias = str | float | bool | datetime | date | time | timedelta | CellError | None


@dataclass(frozen=True, slots=True)
class Columns:
    """The three columns of a batch as they were found, one entry a row, never cleaned.

    Args:
        action_id: raw cells of the ActionId column.
        amount: raw cells of the Amount column, same length.
        reason: raw cells of the Reason column, same length.
        rows: the number a person sees beside each row; for CSV the line on which the record starts.
        sheet: name of the sheet, None for CSV.
        letters: column letters of ActionId, Amount and Reason on that sheet, None for CSV.
        hidden: the sheet rows that are hidden or filtered away.

    Raises:
        ValueError: when the columns differ in length.
    """

    action_id: Sequence[Cell]
    amount: Sequence[Cell]
    reason: Sequence[Cell]
    rows: Sequence[int]
    sheet: str | None = None
    letters: tuple[str, str, str] | None = None
    hidden: frozenset[int] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        lengths = {len(self.action_id), len(self.amount), len(self.reason), len(self.rows)}
        if len(lengths) != 1:
            raise ValueError(f"the three columns and the row numbers differ in length: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.rows)
