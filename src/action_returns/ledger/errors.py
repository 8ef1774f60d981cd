"""Why the ledger stopped.

LedgerProblem        the file cannot be opened, read or written
└── DuplicateBatch   the same content is on record already
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from action_returns.ledger.records import BatchRecord


class LedgerProblem(Exception):
    """The ledger cannot be used. The message says which file, why, and what to do."""


class DuplicateBatch(LedgerProblem):
    """The same content is on record already, and may have arrived.

    Args:
        previous: the latest batch with this content.
    """

    def __init__(self, previous: "BatchRecord") -> None:
        super().__init__(f"The same content is on record as batch {previous.label}.")
        self.previous = previous
