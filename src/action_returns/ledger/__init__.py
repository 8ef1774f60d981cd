"""What was sent, when, by whom, with which outcome."""

from action_returns.ledger.errors import DuplicateBatch, LedgerProblem
from action_returns.ledger.ledger import Ledger, open_ledger
from action_returns.ledger.records import BatchRecord, Claim, Event, NewBatch, label

__all__ = [
    "BatchRecord",
    "Claim",
    "DuplicateBatch",
    "Event",
    "Ledger",
    "LedgerProblem",
    "NewBatch",
    "label",
    "open_ledger",
]
