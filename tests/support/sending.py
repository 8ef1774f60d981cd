"""Sending a list of returns to a receiver in memory, and channels that do as a test wants."""

from datetime import UTC, datetime

from action_returns.channels.base import Outcome, State, do_nothing
from action_returns.operations.account import Account
from action_returns.operations.submit import submit
from tests.support.batches import checked_batch

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ROWS = (("M.8882.4808.1", 0.0, "REJECTED"), ("M.8882.4808.2", 12.5, "ORDER_UPDATE"))
CONTENT = b"ActionId,Amount,Reason\r\nM.8882.4808.1,0,REJECTED\r\nM.8882.4808.2,12.50,ORDER_UPDATE\r\n"
"""The bytes that leave for ROWS."""


def line_goes_dead(_channel, _file, leaving):
    """Deliver as a channel does whose connection is cut after the first bytes."""
    leaving()
    return Outcome(State.UNKNOWN, "The line went dead.")


class Receiver:
    """A channel that remembers what it got and what the ledger said at that moment."""

    destination = "box://here"

    def __init__(self, ledger, answer=None, *, stays=False):
        self.ledger, self.answer, self.stays, self.parcels, self.recorded = ledger, answer, stays, [], []

    def deliver(self, parcel, leaving=do_nothing):
        self.look()
        if not self.stays:
            leaving()
            self.look()
            self.parcels.append(parcel)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer or Outcome(State.SENT, "There.", evidence={"reply": "226"})

    def look(self):
        """Remember what the ledger says at this moment."""
        self.recorded += [(record.state, self.ledger.content(record.number)) for record in self.ledger.batches()]

    def probe(self):
        raise NotImplementedError


def send(ledger, receiver, batch=None, **options):
    return submit(
        batch or checked_batch(ROWS),
        Account("acme", "live"),
        receiver,
        ledger,
        clock=lambda: NOW,
        confirmation="asked",
        **options,
    )
