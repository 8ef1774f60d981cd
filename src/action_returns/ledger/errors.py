"""Why the ledger stopped.

LedgerProblem        the ledger cannot be opened, read or written
├── DuplicateBatch   the same content is on record already
└── RepeatedRows     rows of it are on record already, and nobody was shown that
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from action_returns.ledger.records import BatchRecord


class LedgerProblem(Exception):
    """The ledger cannot be used. The message says which one, why, and what to do."""


class DuplicateBatch(LedgerProblem):
    """The same content is on record already, and may have arrived.

    Args:
        previous: the latest batch with this content.
    """

    def __init__(self, previous: "BatchRecord") -> None:
        super().__init__(f"The same content is on record as batch {previous.label}.")
        self.previous = previous


class RepeatedRows(LedgerProblem):
    """Rows are on record already that the person who confirmed was not shown as sent before.

    Args:
        rows: ActionId -> label of the batch that held the same action, amount and reason.
    """

    def __init__(self, rows: Mapping[str, str]) -> None:
        super().__init__(f"{len(rows)} rows were sent before.")
        self.rows = rows
