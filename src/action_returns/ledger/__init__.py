"""What was sent, when, by whom, with which outcome."""

from action_returns.ledger.errors import DuplicateBatch, LedgerProblem, RepeatedRows
from action_returns.ledger.ledger import Ledger, open_ledger
from action_returns.ledger.records import ActionRecord, BatchRecord, Claim, Event, NewBatch, TeamDatabase, label

__all__ = [
    "ActionRecord",
    "BatchRecord",
    "Claim",
    "DuplicateBatch",
    "Event",
    "Ledger",
    "LedgerProblem",
    "NewBatch",
    "RepeatedRows",
    "TeamDatabase",
    "label",
    "open_ledger",
]
