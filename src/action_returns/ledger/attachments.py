"""Record and read what belongs to a batch beside its file: the facts from before it was sent, its results, a drafted undo.

Each attachment is text in bytes that this package does not read. An event of the batch names its hash, so that a changed
one is seen.
"""

import hashlib
from collections.abc import Mapping
from typing import Final, NamedTuple

from action_returns.errors import LedgerError
from action_returns.ledger import integrity
from action_returns.ledger.accounts import Sender
from action_returns.ledger.outcomes import LedgerOutcomes
from action_returns.ledger.records import BatchRecord, Event, label
from action_returns.ledger.store import user_and_host

BEFORE: Final = "before"
"""What the pending download said of the actions of a batch when it was sent."""
RESULTS: Final = "results"
"""What became of each row of a batch, as far as evidence shows."""
UNDO: Final = "undo"
"""The rows of a batch that restores what another one changed."""
RECONCILED: Final = "reconciled"
"""Kind of the event that names the results of a batch."""
UNDO_DRAFTED: Final = "undo-drafted"
"""Kind of the event that names a drafted undo."""
BEFORE_SHA256: Final = "before_sha256"
"""Fact of the event ``confirmed`` that names the facts from before."""
SHA256: Final = "sha256"
"""Fact of the events ``reconciled`` and ``undo-drafted``."""


class Reconciled(NamedTuple):
    """The latest results of a batch.

    Args:
        event: when, by whom, from what, and how many rows have which verdict.
        results: the results of each row.
    """

    event: Event
    results: bytes


class LedgerAttachments(LedgerOutcomes):
    """The attachments of batches. Every method raises LedgerError when the ledger cannot be used."""

    def before(self, number: int) -> bytes:
        """Return what was known of the actions of a batch before it was sent, nothing when nothing was.

        Raises:
            NoSuchBatchError: there is no batch of that number.
            LedgerError: it was changed or is missing.
        """
        self.batch(number)
        named = next(
            (event.detail.get(BEFORE_SHA256) for event in self.events(number) if event.kind == "confirmed"), None
        )
        return b"" if named is None else self._attachment(number, BEFORE, str(named))

    def latest_results(self, number: int) -> Reconciled | None:
        """Return the latest results of a batch, None when there are none.

        Raises:
            LedgerError: they were changed or are missing.
        """
        event = next((event for event in reversed(self.events(number)) if event.kind == RECONCILED), None)
        if event is None:
            return None
        return Reconciled(event, self._attachment(number, RESULTS, str(event.detail.get(SHA256))))

    def undo_drafts(self, number: int) -> list[tuple[Event, bytes]]:
        """Return the undos that were drafted for a batch, the oldest first, each with its rows."""
        events = [event for event in self.events(number) if event.kind == UNDO_DRAFTED]
        return [(event, self._attachment(number, UNDO, str(event.detail.get(SHA256)))) for event in events]

    def replaced_rows(self, record: BatchRecord, sender: Sender) -> dict[str, str]:
        """Return ActionId -> label of the latest later batch of the account that holds the action too and may have arrived.

        Args:
            record: the batch.
            sender: a profile of its account.
        """
        account = self.batches_of(sender)
        counted, values = self._may_have_arrived(account)
        found = self._store.query(
            "SELECT r.action_id, max(b.number) FROM batch AS b JOIN sent_row AS r ON r.batch = b.number "
            f"WHERE b.number > ? AND {counted} AND r.action_id IN (SELECT action_id FROM sent_row WHERE batch = ?) "
            "GROUP BY r.action_id",
            *(record.number, *values, record.number),
        )
        return {action_id: label(number) for action_id, number in found}

    def record_results(self, number: int, results: bytes, facts: Mapping[str, str | int]) -> None:
        """Record the results of a batch; the same bytes as before are not kept twice.

        Args:
            number: the batch.
            results: what became of each row.
            facts: from what, and how many rows have which verdict.
        """
        self._record_attachment(number, RESULTS, results, RECONCILED, facts)

    def record_undo(self, number: int, rows: bytes, facts: Mapping[str, str | int]) -> None:
        """Record that an undo of a batch was drafted.

        Args:
            number: the batch that it restores.
            rows: its rows, as the file that leaves would have them.
            facts: about it.
        """
        self._record_attachment(number, UNDO, rows, UNDO_DRAFTED, facts)

    def _record_attachment(
        self, number: int, kind: str, content: bytes, event: str, facts: Mapping[str, str | int]
    ) -> None:
        self.batch(number)
        with self._store.transaction():
            sha256 = self._attach(number, kind, content)
            self._add_event(number, event, {SHA256: sha256, "who": user_and_host(), **facts})

    def _attach(self, number: int, kind: str, content: bytes) -> str:
        """Keep an attachment, inside a transaction, and return its hash."""
        sha256 = hashlib.sha256(content).hexdigest()
        if not self._store.query(
            "SELECT 1 FROM attachment WHERE batch = ? AND kind = ? AND sha256 = ?", number, kind, sha256
        ):
            self._store.execute(
                "INSERT INTO attachment (batch, kind, sha256, bytes) VALUES (?, ?, ?, ?)", number, kind, sha256, content
            )
        return sha256

    def _attachment(self, number: int, kind: str, sha256: str) -> bytes:
        for (content,) in self._store.query(
            "SELECT bytes FROM attachment WHERE batch = ? AND kind = ? AND sha256 = ? ORDER BY number",
            number,
            kind,
            sha256,
        ):
            if hashlib.sha256(content).hexdigest() == sha256:
                return bytes(content)
        raise LedgerError(
            f"The {kind} of batch {label(number)} on record were changed or are missing. {integrity.WHAT_TO_DO}"
        )
