"""Record what became of single rows of a batch whose channel sends them one by one.

Before a row leaves, the event ``row-sending`` is on the disk; after it, the event ``row-outcome`` says what the receiver
answered. So a row of a settled batch without any event has certainly not left, and one without an outcome may have.
"""

from collections.abc import Mapping
from typing import Final

from action_returns.errors import LedgerError
from action_returns.ledger.outcomes import LedgerOutcomes
from action_returns.ledger.records import FAILED, PREPARED, SENDING, SENT, UNKNOWN, label
from action_returns.ledger.row_states import ACTION, BY_ROW, ROW_OUTCOME, ROW_SENDING, states_of_rows

_OUTCOMES: Final = (SENT, FAILED, UNKNOWN)


class LedgerRowOutcomes(LedgerOutcomes):
    """The outcomes of rows. Every method raises LedgerError when the ledger cannot be used."""

    def record_row_sending(self, number: int, action_id: str, facts: Mapping[str, str | int]) -> None:
        """Record that a row of a batch leaves now. The record is on the disk when this returns.

        Args:
            number: the batch; it is ``sending``.
            action_id: the row.
            facts: how it leaves: method, reason and so on.

        Raises:
            LedgerError: it cannot be recorded, or the batch is no longer ``sending``; then the row may not leave.
        """
        with self._store.transaction():
            state = self._state_of(number)
            if state != SENDING:
                raise LedgerError(f"Batch {label(number)} is {state}, so no row of it is sent. The row was not sent.")
            self._add_event(number, ROW_SENDING, {**facts, ACTION: action_id})

    def record_row_outcome(
        self, number: int, action_id: str, state: str, message: str, facts: Mapping[str, str | int]
    ) -> None:
        """Record what became of a row; it may come after the batch was settled by another program.

        Args:
            number: the batch.
            action_id: the row.
            state: ``sent``, also where the receiver has queued it; ``failed``: it certainly did not arrive, in no attempt, or
                was refused; or ``unknown``.
            message: the outcome in words.
            facts: what the receiver answered.

        Raises:
            LedgerError: it cannot be recorded.
        """
        if state not in _OUTCOMES:
            raise LedgerError(f"A row is sent, failed or unknown, not {state}.")
        with self._store.transaction():
            if self._state_of(number) == PREPARED:
                raise LedgerError(f"Nothing of batch {label(number)} has left, so no row of it has an outcome.")
            self._add_event(number, ROW_OUTCOME, {**facts, "state": state, "message": message, ACTION: action_id})

    def row_states(self, number: int) -> dict[str, str]:
        """Return ActionId -> what became of the row, for a batch whose channel sends rows one by one; ``{}`` for others.

        ``sending``: it is on its way. ``sent``, ``failed`` and ``unknown``: as its outcome says; ``unknown`` too where it has
        none and the batch is settled. ``not-sent``: the batch is settled and the row never left. A row of a batch that is
        not settled, and which has not left yet, is left out.

        Raises:
            NoSuchBatchError: there is no batch of that number.
        """
        record = self.batch(number)
        if record.channel != BY_ROW:
            return {}
        ids = [one for (one,) in self._store.query("SELECT action_id FROM sent_row WHERE batch = ?", number)]
        return states_of_rows(self._store, {number: record.state}, {number: ids})[number]

    def _state_of(self, number: int) -> str:
        ((state,),) = self._store.query("SELECT state FROM batch WHERE number = ?", number)
        return str(state)
