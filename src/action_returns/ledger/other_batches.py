"""Find which other batches of an account hold the actions of a batch: later ones change them again, earlier ones explain them.

Only rows that may have arrived count.
"""

from collections.abc import Collection, Iterator, Mapping

from action_returns.ledger.accounts import AccountBatches, Sender
from action_returns.ledger.records import BatchRecord, label
from action_returns.ledger.row_outcomes import LedgerRowOutcomes
from action_returns.ledger.row_states import NOT_ARRIVED


class LedgerOtherBatches(LedgerRowOutcomes):
    """Rows of other batches. Every method raises LedgerError when the ledger cannot be used."""

    def replaced_rows(self, record: BatchRecord, sender: Sender, cents: Mapping[str, int]) -> dict[str, str]:
        """Return ActionId -> label of the latest later batch of the account that changes it again and may have arrived.

        A later batch with the same amount changes nothing: what is seen is the result of both.

        Args:
            record: the batch.
            sender: a profile of its account.
            cents: ActionId -> amount of each of its rows, in cents.
        """
        later = self._rows_of_others("b.number > ?", record, self.batches_of(sender), cents.keys())
        return {action_id: label(number) for action_id, number, amount in later if amount != cents[action_id]}

    def rows_in_other_batches(self, record: BatchRecord, sender: Sender, cents: Mapping[str, int]) -> frozenset[str]:
        """Return the actions of a batch for which another batch of the account that may have arrived holds the same amount.

        Args:
            record: the batch.
            sender: a profile of its account.
            cents: ActionId -> amount of each of its rows, in cents.
        """
        others = self._rows_of_others("b.number <> ?", record, self.batches_of(sender), cents.keys())
        return frozenset(action_id for action_id, _, amount in others if amount == cents[action_id])

    def _rows_of_others(
        self, which: str, record: BatchRecord, account: AccountBatches, action_ids: Collection[str]
    ) -> Iterator[tuple[str, int, int]]:
        """Return ActionId, number of the batch and cents of rows that may have arrived, in the order of the batches.

        Args:
            which: SQL that tells which batches ``b`` are meant, with a question mark for the number of this one.
            record: this batch.
            account: the batches that belong to its account.
            action_ids: the actions.
        """
        ids = self._store.as_list(sorted(action_ids))
        # Few batches share actions. So the rows come first, and then only their batches: many batches may be looked at,
        # one after the other. The plus keeps SQLite from a search for each action in each batch.
        rows = self._store.query(
            f"SELECT action_id, batch, cents FROM sent_row WHERE action_id {self._store.in_list} AND +batch <> ? "
            "ORDER BY batch",
            *(ids, record.number),
        )
        if not rows:
            return
        counted, values = self._may_have_arrived(account)
        counted = f"{which} AND b.number {self._store.in_list} AND {counted}"
        values = (record.number, self._store.as_list(dict.fromkeys(number for _, number, _ in rows)), *values)
        batches = {
            number for (number,) in self._store.query(f"SELECT b.number FROM batch AS b WHERE {counted}", *values)
        }
        by_row = self._states_by_row(counted, values, sorted({action_id for action_id, _, _ in rows}))
        for action_id, number, cents in rows:
            if number in batches and by_row.get((action_id, number)) not in NOT_ARRIVED:
                yield action_id, number, cents

    def earlier_rows(
        self, record: BatchRecord, account: AccountBatches, action_ids: Collection[str]
    ) -> dict[str, list[tuple[int, int]]]:
        """Return ActionId -> number and cents of the rows for it in earlier batches of the account that may have arrived.

        Args:
            record: the batch.
            account: the batches that belong to its account.
            action_ids: the actions.

        Returns:
            Only actions that earlier batches hold too; the earliest batch first.
        """
        found: dict[str, list[tuple[int, int]]] = {}
        for action_id, number, cents in self._rows_of_others("b.number < ?", record, account, action_ids):
            found.setdefault(action_id, []).append((number, cents))
        return found
