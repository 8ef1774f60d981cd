"""Read what is on record."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from action_returns.batch.context import SentAction
from action_returns.batch.csv_format import parse_csv_bytes
from action_returns.errors import LedgerError, NoSuchBatchError
from action_returns.ledger import integrity
from action_returns.ledger.accounts import AccountBatches, Sender, Way, batches_of_account
from action_returns.ledger.decoding import decode_batch, decode_event
from action_returns.ledger.records import (
    FAILED,
    HANDED_OVER,
    LATE,
    MAY_HAVE_ARRIVED,
    PREPARED,
    SENDING,
    SENT,
    UNKNOWN,
    ActionRecord,
    BatchRecord,
    Event,
    label,
)
from action_returns.ledger.row_states import BY_ROW, NOT_ARRIVED, states_of_rows
from action_returns.ledger.store import Store

NO_TAG: Final = "The tag of the ledger is not as this program made it."
"""What is wrong where :func:`are_one_tag` says no."""
_COLUMNS: Final = (
    "b.number, b.profile, b.environment, b.channel, b.destination, b.source, b.file_name, b.sha256, b.row_count, "
    "b.reversals, b.size, b.created_at, b.who, b.host, b.state, b.settled_at, b.message, b.evidence, b.duplicate_of, "
    "b.account, b.receiver, EXISTS (SELECT 1 FROM event AS e JOIN event AS mark ON mark.batch = e.batch "
    f"WHERE e.batch = b.number AND mark.kind = 'marked' AND e.rowid > mark.rowid AND e.kind IN ('outcome', '{LATE}'))"
)
_TELL_NO_STATE: Final = f"('confirmed', '{LATE}', 'reconciled', 'undo-drafted', 'row-sending', 'row-outcome')"
_LATEST_STATE: Final = (
    f"(SELECT e.kind || ' ' || e.detail FROM event AS e WHERE e.batch = b.number AND e.kind NOT IN {_TELL_NO_STATE} "
    "ORDER BY e.rowid DESC LIMIT 1)"
)
_FAILED_WITHOUT_EVENT: Final = (
    f"SELECT b.number FROM batch AS b WHERE b.state = '{FAILED}' AND coalesce((SELECT substr(e.detail, 1, 18) "
    f"FROM event AS e WHERE e.batch = b.number AND e.kind NOT IN {_TELL_NO_STATE} ORDER BY e.rowid DESC LIMIT 1), '') "
    """<> '{"state": "failed"'"""
)
"""Batches that are recorded as failed though no event says so: their state was changed past this program."""


class LedgerQueries:
    """The questions a ledger answers. Every method raises LedgerError when it cannot be read.

    Args:
        store: the database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def _columns(self) -> str:
        """Columns of a batch in the order of :func:`action_returns.ledger.decoding.decode_batch`."""
        return f"{_COLUMNS}, {self._store.recorder}, {_LATEST_STATE}"

    def batches(self) -> list[BatchRecord]:
        """Return every batch, the latest first."""
        return self._batches("ORDER BY b.number DESC")

    def batch(self, number: int) -> BatchRecord:
        """Return one batch.

        Raises:
            NoSuchBatchError: there is no batch of that number.
        """
        found = self._batches("WHERE b.number = ?", number)
        if not found:
            raise NoSuchBatchError(f"There is no batch {label(number)}. See: action-returns history list")
        return found[0]

    def chain_end(self) -> str:
        """Return the hash of the latest event, ``""`` where there is none."""
        latest = self._store.query("SELECT chain FROM event ORDER BY rowid DESC LIMIT 1")
        return str(latest[0][0]) if latest else ""

    def tag(self) -> str:
        """Return the four characters that tell the file names of this ledger from those of others.

        Raises:
            LedgerError: there is none, or another program has written one that may not stand in the name of a file.
        """
        tags = self._store.query("SELECT tag FROM ledger")
        if not are_one_tag(tags):
            raise LedgerError(f"{NO_TAG} {integrity.WHAT_TO_DO}")
        return str(tags[0][0])

    def batches_of(self, sender: Sender) -> AccountBatches:
        """Return which batches on record belong to the account that a profile sends for."""
        recorded = self._store.query("SELECT DISTINCT account, environment, profile, receiver FROM batch")
        return batches_of_account(sender, [Way(*way) for way in recorded])

    def latest_with_content(self, account: AccountBatches, sha256: str) -> BatchRecord | None:
        """Return the latest batch of an account with this content that may have arrived, None when there is none.

        Args:
            account: the batches that belong to the account.
            sha256: hash of the exact bytes.
        """
        condition, values = self._may_have_arrived(account)
        found = self._batches(f"WHERE b.sha256 = ? AND {condition} ORDER BY b.number DESC LIMIT 1", sha256, *values)
        return found[0] if found else None

    def content(self, number: int) -> bytes:
        """Return the exact bytes of a batch, which are those that were recorded.

        Raises:
            NoSuchBatchError: there is no batch of that number.
            LedgerError: they were changed or are missing.
        """
        record = self.batch(number)
        content = self._content(number)
        problems = integrity.byte_problems(record, content)
        if content is None or problems:
            raise LedgerError(integrity.sentence(number, problems))
        return content

    def _content(self, number: int) -> bytes | None:
        found = self._store.query("SELECT bytes FROM content WHERE batch = ?", number)
        return bytes(found[0][0]) if found else None

    def rows(self, number: int) -> list[tuple[str, int, str]]:
        """Return ActionId, cents and reason of every row of a batch, in file order.

        Raises:
            NoSuchBatchError: there is no batch of that number.
            LedgerError: its bytes were changed or are missing.
        """
        return list(parse_csv_bytes(self.content(number)))

    def events(self, number: int) -> list[Event]:
        """Return everything that happened to a batch, in order."""
        rows = self._store.query(
            f"SELECT at, kind, detail, chain, {self._store.recorder} FROM event WHERE batch = ? ORDER BY rowid", number
        )
        return [decode_event(*row) for row in rows]

    def sent_before(self, sender: Sender, action_ids: Collection[str]) -> dict[str, SentAction]:
        """Return what was sent for these actions, in batches of the account that may have arrived.

        Of several batches with an action the latest one tells what the receiver holds now, or may hold. One of which
        nothing has left yet tells that only where it is the only one.

        Args:
            sender: the profile that asks; whatever profile of its account sent them counts.
            action_ids: the actions.

        Returns:
            Only actions of which something was sent.
        """
        return self._sent_before(self.batches_of(sender), action_ids)

    def _sent_before(self, account: AccountBatches, action_ids: Collection[str]) -> dict[str, SentAction]:
        counted, values = self._may_have_arrived(account)
        if not self._store.query(f"SELECT 1 FROM batch AS b WHERE {counted} LIMIT 1", *values):
            return {}
        # Sorted as the table is: a third of the time for a million of them.
        ids = sorted(action_ids)
        found = self._store.query(
            "SELECT latest.action_id, times, cents, reason, latest.batch, state FROM ("
            "SELECT s.action_id, count(*) AS times, "
            f"coalesce(max(CASE WHEN b.state <> '{PREPARED}' THEN s.batch END), max(s.batch)) AS batch "
            "FROM sent_row AS s JOIN batch AS b ON b.number = s.batch "
            f"WHERE s.action_id {self._store.in_list} AND {counted} GROUP BY s.action_id) AS latest "
            "JOIN sent_row AS r ON r.action_id = latest.action_id AND r.batch = latest.batch "
            "JOIN batch AS b ON b.number = latest.batch",
            *(self._store.as_list(ids), *values),
        )
        by_row = self._states_by_row(counted, values, ids)
        if by_row:
            found = self._without_rows_that_did_not_arrive(found, by_row, counted, values)
        return {
            action_id: SentAction(
                times,
                cents,
                reason,
                label(batch),
                _state_before(by_row.get((action_id, batch)), state),
                is_of_row=(action_id, batch) in by_row and state != UNKNOWN,
            )
            for action_id, times, cents, reason, batch, state in found
        }

    def _states_by_row(
        self, counted: str, values: Collection[object], ids: Collection[str]
    ) -> Mapping[tuple[str, int], str]:
        """Return ActionId and number of a batch -> what became of the row, where a channel sent rows one by one.

        Args:
            counted: SQL that tells which batches ``b`` are asked about.
            values: the values for it.
            ids: the ActionIds that are asked about.
        """
        batches = dict(
            self._store.query(
                f"SELECT b.number, b.state FROM batch AS b WHERE b.channel = '{BY_ROW}' "
                f"AND b.state IN ('{SENT}', '{HANDED_OVER}', '{UNKNOWN}') AND {counted}",
                *values,
            )
        )
        if not batches:
            return {}
        rows: dict[int, list[str]] = {}
        # The plus keeps SQLite from a search for each action in each batch: the table is sorted by action.
        for action_id, number in self._store.query(
            f"SELECT action_id, batch FROM sent_row WHERE action_id {self._store.in_list} AND +batch {self._store.in_list}",
            self._store.as_list(ids),
            self._store.as_list(batches),
        ):
            rows.setdefault(number, []).append(action_id)
        states = states_of_rows(self._store, {number: batches[number] for number in rows}, rows)
        return {(one, number): state for number, told in states.items() for one, state in told.items()}

    def _without_rows_that_did_not_arrive(
        self,
        found: Sequence[tuple[Any, ...]],
        by_row: Mapping[tuple[str, int], str],
        counted: str,
        values: Collection[object],
    ) -> list[tuple[Any, ...]]:
        """Return what was sent before without the rows of which it is certain that they did not arrive."""
        concerned = {action_id for (action_id, _), state in by_row.items() if state in NOT_ARRIVED}
        if not concerned:
            return [*found]
        rest = self._store.query(
            "SELECT s.action_id, s.cents, s.reason, s.batch, b.state FROM sent_row AS s JOIN batch AS b ON b.number = s.batch "
            f"WHERE s.action_id {self._store.in_list} AND {counted} ORDER BY b.state <> '{PREPARED}', s.batch",
            *(self._store.as_list(sorted(concerned)), *values),
        )
        latest: dict[str, tuple[Any, ...]] = {}
        for action_id, cents, reason, batch, state in rest:
            if by_row.get((action_id, batch)) not in NOT_ARRIVED:
                times = latest[action_id][1] + 1 if action_id in latest else 1
                latest[action_id] = (action_id, times, cents, reason, batch, state)
        return [row for row in found if row[0] not in concerned] + list(latest.values())

    def _rows_about_to_leave(
        self, account: AccountBatches, action_ids: Collection[str]
    ) -> Iterator[tuple[str, SentAction]]:
        """Return the rows for these actions in batches of the account of which nothing has left yet."""
        belongs, values = account.condition()
        prepared = f"{belongs} AND b.state = '{PREPARED}'"
        if not self._store.query(f"SELECT 1 FROM batch AS b WHERE {prepared} LIMIT 1", *values):
            return
        for action_id, cents, reason, batch in self._store.query(
            "SELECT s.action_id, s.cents, s.reason, s.batch FROM sent_row AS s JOIN batch AS b ON b.number = s.batch "
            f"WHERE s.action_id {self._store.in_list} AND {prepared}",
            *(self._store.as_list(sorted(action_ids)), *values),
        ):
            yield action_id, SentAction(1, cents, reason, label(batch), PREPARED)

    def action(self, action_id: str, environment: str | None = None) -> list[ActionRecord]:
        """Return every row on record for an action, the oldest first.

        Args:
            action_id: the action.
            environment: ``live`` or ``test``, None for both.
        """
        found = self._store.query(
            f"SELECT s.cents, s.reason, {self._columns} FROM sent_row AS s JOIN batch AS b ON b.number = s.batch "
            "WHERE s.action_id = ? ORDER BY s.batch",
            action_id,
        )
        records = [(self._record(row), cents, reason) for cents, reason, *row in found]
        numbers = [record.number for record, _, _ in records]
        by_row = self._states_by_row(f"b.number {self._store.in_list}", [self._store.as_list(numbers)], [action_id])
        return [
            ActionRecord(
                record,
                cents,
                reason,
                self._row_problems(record, (action_id, cents, reason)),
                by_row.get((action_id, record.number), ""),
            )
            for record, cents, reason in records
            if environment in (None, record.environment)
        ]

    def _row_problems(self, record: BatchRecord, row: tuple[str, int, str]) -> tuple[str, ...]:
        return (*record.broken, *integrity.row_problems(record, self._content(record.number), row))

    def _batches(self, condition: str, *values: object) -> list[BatchRecord]:
        found = self._store.query(f"SELECT {self._columns} FROM batch AS b {condition}", *values)
        return [self._record(row) for row in found]

    def _record(self, row: Collection[object]) -> BatchRecord:
        record = decode_batch(row, newer=self._store.read_only)
        if record.state != SENDING:
            return record
        return replace(record, sending_until=self._store.sending_until(record.number))

    def _may_have_arrived(self, account: AccountBatches) -> tuple[str, tuple[object, ...]]:
        """Return as SQL whether the batch ``b`` belongs to an account and may have arrived; and the values for it."""
        belongs, values = account.condition()
        doubtful = [number for (number,) in self._store.query(_FAILED_WITHOUT_EVENT)]
        if not doubtful:
            return f"{belongs} AND b.state <> '{FAILED}'", values
        condition = f"{belongs} AND (b.state <> '{FAILED}' OR b.number {self._store.in_list})"
        return condition, (*values, self._store.as_list(doubtful))


def _state_before(of_row: str | None, state: str) -> str:
    """Return the state in which a row counts that was sent before.

    Args:
        of_row: what became of the row itself, None where its batch arrives as a whole or not at all.
        state: that of its batch; one that is none, or ``failed`` without its event, tells nothing: the row may have arrived.
    """
    return of_row or (state if state in MAY_HAVE_ARRIVED else UNKNOWN)


def are_one_tag(tags: list[tuple[str]]) -> bool:
    """Return whether a ledger has one tag, as this program makes it."""
    return len(tags) == 1 and re.fullmatch("[0-9A-Z]{4}", tags[0][0]) is not None
