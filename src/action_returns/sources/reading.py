"""What came out of a file."""

from dataclasses import dataclass

from action_returns.batch.columns import Columns


@dataclass(frozen=True, slots=True)
class Reading:
    """A batch as a file held it.

    Args:
        columns: the raw cells.
        origin: where in the file they stood, for people: ``table Actions on sheet Actions``.
        notes: what the reader left aside or assumed, one sentence each (rows below the table, other sheets, encoding).
    """

    columns: Columns
    origin: str
    notes: tuple[str, ...] = ()
