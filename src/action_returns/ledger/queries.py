"""Read what is on record."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, TextIO

from action_returns.batch.context import SentAction
from action_returns.batch.csv_format import parse_csv_bytes
from action_returns.errors import NoSuchBatchError
from action_returns.ledger.accounts import AccountBatches, Sender, Way, batches_of_account
from action_returns.ledger.records import MAY_HAVE_ARRIVED, ActionRecord, BatchRecord, Event, label
from action_returns.ledger.store import Store

_COLUMNS: Final = (
    "b.number, b.profile, b.environment, b.channel, b.destination, b.source, b.file_name, b.sha256, b.row_count, "
    "b.reversals, b.size, b.created_at, b.who, b.host, b.state, b.settled_at, b.message, b.evidence, b.duplicate_of, "
    "b.account, b.receiver, EXISTS (SELECT 1 FROM event AS e WHERE e.batch = b.number AND e.kind = 'marked')"
)


class LedgerQueries:
    """The questions a ledger answers. Every method raises LedgerError when it cannot be read.

    Args:
        store: the database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

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

    def tag(self) -> str:
        """Return the four characters that tell the file names of this ledger from those of others."""
        return str(self._store.query("SELECT tag FROM ledger")[0][0])

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
        condition, values = _may_have_arrived(account)
        found = self._batches(f"WHERE b.sha256 = ? AND {condition} ORDER BY b.number DESC LIMIT 1", sha256, *values)
        return found[0] if found else None

    def content(self, number: int) -> bytes:
        """Return the exact bytes of a batch.

        Raises:
            NoSuchBatchError: there is no batch of that number.
        """
        self.batch(number)
        return bytes(self._store.query("SELECT bytes FROM content WHERE batch = ?", number)[0][0])

    def rows(self, number: int) -> list[tuple[str, int, str]]:
        """Return ActionId, cents and reason of every row of a batch, in file order."""
        return list(parse_csv_bytes(self.content(number)))

    def events(self, number: int) -> list[Event]:
        """Return everything that happened to a batch, in order."""
        rows = self._store.query("SELECT at, kind, detail FROM event WHERE batch = ? ORDER BY rowid", number)
        return [Event(datetime.fromisoformat(at), kind, json.loads(detail)) for at, kind, detail in rows]

    def sent_before(self, sender: Sender, action_ids: Collection[str]) -> dict[str, SentAction]:
        """Return what was sent for these actions, in batches of the account that may have arrived.

        Of several batches with an action the latest one tells what the receiver holds now, or may hold.

        Args:
            sender: the profile that asks; whatever profile of its account sent them counts.
            action_ids: the actions.

        Returns:
            Only actions of which something was sent.
        """
        return self._sent_before(self.batches_of(sender), action_ids)

    def _sent_before(self, account: AccountBatches, action_ids: Collection[str]) -> dict[str, SentAction]:
        counted, values = _may_have_arrived(account)
        if not self._store.query(f"SELECT 1 FROM batch AS b WHERE {counted} LIMIT 1", *values):
            return {}
        # Sorted as the table is: a third of the time for a million of them.
        found = self._store.query(
            "SELECT latest.action_id, times, cents, reason, latest.batch, state FROM ("
            "SELECT s.action_id, count(*) AS times, max(s.batch) AS batch FROM sent_row AS s "
            "JOIN batch AS b ON b.number = s.batch "
            f"WHERE s.action_id {self._store.in_list} AND {counted} GROUP BY s.action_id) AS latest "
            "JOIN sent_row AS r ON r.action_id = latest.action_id AND r.batch = latest.batch "
            "JOIN batch AS b ON b.number = latest.batch",
            *(self._store.as_list(sorted(action_ids)), *values),
        )
        return {
            action_id: SentAction(times, cents, reason, label(batch), state)
            for action_id, times, cents, reason, batch, state in found
        }

    def action(self, action_id: str, environment: str | None = None) -> list[ActionRecord]:
        """Return every row on record for an action, the oldest first.

        Args:
            action_id: the action.
            environment: ``live`` or ``test``, None for both.
        """
        found = self._store.query(
            f"SELECT s.cents, s.reason, {_COLUMNS} FROM sent_row AS s JOIN batch AS b ON b.number = s.batch "
            "WHERE s.action_id = ? ORDER BY s.batch",
            action_id,
        )
        records = [ActionRecord(_batch_record(row), cents, reason) for cents, reason, *row in found]
        return [record for record in records if environment in (None, record.batch.environment)]

    def export_lines(self, stream: TextIO) -> None:
        """Write every batch with its rows and events as JSON, one batch a line, the oldest first."""
        for record in reversed(self.batches()):
            line = {name: _json_value(getattr(record, name)) for name in record.__dataclass_fields__}
            line["sent"] = [
                {"action_id": action_id, "cents": cents, "reason": reason}
                for action_id, cents, reason in self.rows(record.number)
            ]
            line["events"] = [
                {"at": _json_value(event.at), "kind": event.kind, **event.detail}
                for event in self.events(record.number)
            ]
            stream.write(json.dumps(line) + "\n")

    def _batches(self, condition: str, *values: object) -> list[BatchRecord]:
        return [
            _batch_record(row) for row in self._store.query(f"SELECT {_COLUMNS} FROM batch AS b {condition}", *values)
        ]


def _may_have_arrived(account: AccountBatches) -> tuple[str, tuple[str, ...]]:
    """Return as SQL whether the batch ``b`` belongs to an account and may have arrived; and the values for it."""
    belongs, values = account.condition()
    return f"{belongs} AND b.state IN ({', '.join('?' * len(MAY_HAVE_ARRIVED))})", (*values, *MAY_HAVE_ARRIVED)


def _batch_record(row: Collection[Any]) -> BatchRecord:
    facts = dict(zip(BatchRecord.__dataclass_fields__, row, strict=True))
    settled_at = facts["settled_at"]
    facts["created_at"] = datetime.fromisoformat(facts["created_at"])
    facts["settled_at"] = None if settled_at is None else datetime.fromisoformat(settled_at)
    facts["evidence"] = json.loads(facts["evidence"])
    facts["by_hand"] = bool(facts["by_hand"])
    return BatchRecord(**facts)


def _json_value(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else dict(value) if isinstance(value, Mapping) else value
