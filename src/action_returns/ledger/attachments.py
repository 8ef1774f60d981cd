"""Record and read what belongs to a batch beside its file: the facts from before it was sent, its results, a drafted undo."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from action_returns.batch.csv_format import UnsafeBytesError, parse_csv_bytes
from action_returns.errors import LedgerError
from action_returns.ledger import integrity
from action_returns.ledger.accounts import AccountBatches, Sender
from action_returns.ledger.attachment_kinds import (
    BEFORE,
    BEFORE_SHA256,
    MAY_BE_KNOWN_OF,
    RECONCILED,
    RESULTS,
    SHA256,
    UNDO,
    UNDO_DRAFTED,
    UNDOES,
    ChangedSince,
    attachment_problems,
    has_hash,
    pack,
    unpack,
    words,
)
from action_returns.ledger.decoding import decode_event
from action_returns.ledger.other_batches import LedgerOtherBatches
from action_returns.ledger.records import Attachment, BatchInFull, BatchRecord, Event, label
from action_returns.ledger.store import user_and_host


class Reconciled(NamedTuple):
    """The latest results of a batch.

    Args:
        event: when, by whom, from what, and how many rows have which verdict.
        results: the results of each row, nothing where the bytes on record are no text.
    """

    event: Event
    results: bytes


class LedgerAttachments(LedgerOtherBatches):
    """The attachments of batches. Every method raises LedgerError when the ledger cannot be used."""

    def before(self, number: int) -> bytes:
        """Return what was known of the actions of a batch before it was sent, nothing when nothing was.

        Raises:
            NoSuchBatchError: there is no batch of that number.
            LedgerError: it was changed or is missing.
        """
        record = self.batch(number)
        named = next(
            (event.detail.get(BEFORE_SHA256) for event in self.events(number) if event.kind == "confirmed"), None
        )
        return b"" if named is None else self._attachment(record, BEFORE, str(named)) or b""

    def latest_results(self, number: int) -> Reconciled | None:
        """Return the latest results of a batch, None when there are none.

        Results that no program could read, which a member of a team recorded with another one, are passed over.

        Raises:
            NoSuchBatchError: there is no batch of that number.
            LedgerError: they were changed or are missing.
        """
        return next((one for one in self.recorded_results(number) if one.results), None)

    def recorded_results(self, number: int) -> "Iterator[Reconciled]":
        """Return all results of a batch, the latest first; without bytes those that no program could read.

        Raises:
            NoSuchBatchError: there is no batch of that number.
            LedgerError: they were changed or are missing.
        """
        record = self.batch(number)
        for event in reversed(self.events(number)):
            if event.kind == RECONCILED:
                yield Reconciled(event, self._attachment(record, RESULTS, str(event.detail.get(SHA256))) or b"")

    def latest_reconciled(self) -> dict[int, Event]:
        """Return number of each batch with results -> the event that names the latest, without reading the results.

        Its fact ``open`` tells how many rows may still get another result.
        """
        found = self._store.query(
            f"SELECT batch, at, kind, detail, chain, {self._store.recorder} FROM event WHERE rowid IN "
            f"(SELECT max(rowid) FROM event WHERE kind = '{RECONCILED}' GROUP BY batch)"
        )
        return {number: decode_event(*event) for number, *event in found}

    def confirmations(self) -> dict[int, Event]:
        """Return number of each batch -> the event that tells what was confirmed; of all batches at once, for lists."""
        found = self._store.query(
            f"SELECT batch, at, kind, detail, chain, {self._store.recorder} FROM event WHERE kind = 'confirmed'"
        )
        return {number: decode_event(*event) for number, *event in found}

    def undo_drafts(self, number: int) -> list[tuple[Event, bytes]]:
        """Return the undos that were drafted for a batch, the oldest first, each with its rows.

        Raises:
            NoSuchBatchError: there is no batch of that number.
            LedgerError: one was changed or is missing.
        """
        record = self.batch(number)
        events = [event for event in self.events(number) if event.kind == UNDO_DRAFTED]
        found = [(event, self._attachment(record, UNDO, str(event.detail.get(SHA256)))) for event in events]
        return [(event, rows) for event, rows in found if rows is not None]

    def undoes(self, number: int) -> str | None:
        """Return the label of the batch that this one undoes, None where its rows were in no drafted undo."""
        confirmed = (event.detail.get(UNDOES) for event in self.events(number) if event.kind == "confirmed")
        named = next(confirmed, None)
        return None if named is None else str(named)

    def undone_by(self, number: int) -> list[str]:
        """Return the labels of the batches that undo this one and may have arrived, the earliest first."""
        found = self._store.query(
            "SELECT batch FROM event WHERE batch > ? AND kind = 'confirmed' AND detail LIKE ? ORDER BY batch",
            *(number, f'%"{UNDOES}": "{label(number)}"%'),
        )
        named = [self.batch(later) for (later,) in found if self.undoes(later) == label(number)]
        return [record.label for record in named if record.may_have_arrived]

    def _draft_with(self, account: AccountBatches, rows: Collection[tuple[str, int, str]]) -> tuple[int, int] | None:
        """Return the latest batch of an account with a drafted undo that has all of these rows, and that draft's event."""
        drafted = self._store.query(f"SELECT DISTINCT batch FROM attachment WHERE kind = '{UNDO}'")
        if not drafted:
            return None
        first, *_ = rows
        belongs, values = account.condition()
        # An undo has rows of its own batch only, so one row tells which drafts are worth a look.
        for (number,) in self._store.query(
            "SELECT s.batch FROM sent_row AS s JOIN batch AS b ON b.number = s.batch "
            f"WHERE s.action_id = ? AND s.batch {self._store.in_list} AND {belongs} ORDER BY s.batch DESC",
            *(first[0], self._store.as_list(one for (one,) in drafted), *values),
        ):
            with suppress(LedgerError, UnsafeBytesError):  # a draft that was changed links nothing
                drafts = self.undo_drafts(number)
                if fitting := [event for event, draft in drafts if set(rows) <= set(parse_csv_bytes(draft))]:
                    ((event,),) = self._store.query(
                        f"SELECT max(rowid) FROM event WHERE batch = ? AND kind = '{UNDO_DRAFTED}' AND detail LIKE ?",
                        *(number, f"%{fitting[-1].detail[SHA256]}%"),
                    )
                    return number, event
        return None

    def changed_since_draft(self, sender: Sender, rows: Collection[tuple[str, int, str]]) -> ChangedSince | None:
        """Return what other batches changed after the undo with these rows was drafted, None where nothing was.

        Args:
            sender: the profile that would send them.
            rows: ActionId, cents and reason of each. Rows that are in no drafted undo tell nothing.
        """
        account = self.batches_of(sender)
        draft = self._draft_with(account, rows) if rows else None
        if draft is None:
            return None
        number, event = draft
        amounts = {action_id: cents for action_id, cents, _ in rows}
        later = f"b.number > ? AND NOT EXISTS (SELECT 1 FROM event AS e WHERE e.batch = b.number AND e.rowid < {event})"
        others = self._rows_of_others(later, self.batch(number), account, amounts)
        changed = {action_id: label(other) for action_id, other, cents in others if cents != amounts[action_id]}
        return ChangedSince(label(number), changed) if changed else None

    def record_results(
        self, number: int, results: bytes, facts: Mapping[str, str | int], *, after: int | None = None
    ) -> bool:
        """Record the results of a batch; the same bytes as before are not kept twice.

        Results are built on the earlier ones. So those that another program recorded meanwhile have to be read first.

        Args:
            number: the batch.
            results: what became of each row.
            facts: from what, and how many rows have which verdict.
            after: how often results were on record when these were found out; None where they rest on no earlier ones.

        Returns:
            Whether they were recorded: not when others were recorded meanwhile.
        """
        return self._record_attachment(number, RESULTS, results, RECONCILED, facts, after=after)

    def record_undo(self, number: int, rows: bytes, facts: Mapping[str, str | int]) -> None:
        """Record that an undo of a batch was drafted.

        Args:
            number: the batch that it restores.
            rows: its rows, as the file that leaves would have them.
            facts: about it.
        """
        self._record_attachment(number, UNDO, rows, UNDO_DRAFTED, facts)

    def _record_attachment(
        self,
        number: int,
        kind: str,
        content: bytes,
        event: str,
        facts: Mapping[str, str | int],
        *,
        after: int | None = None,
    ) -> bool:
        packed = pack(content)
        with self._store.transaction():
            state = self.batch(number).state
            if state not in MAY_BE_KNOWN_OF:
                raise LedgerError(
                    f"Batch {label(number)} is {state}, so the receiver has nothing of it. Nothing was recorded. "
                    f"See: action-returns history show {label(number)}"
                )
            if after is not None and sum(one.kind == event for one in self.events(number)) != after:
                return False
            sha256 = self._attach(number, kind, packed)
            self._add_event(number, event, {**facts, SHA256: sha256, "who": user_and_host()})
            return True

    def _attach(self, number: int, kind: str, packed: bytes) -> str:
        """Keep an attachment, inside a transaction, and return its hash."""
        sha256 = hashlib.sha256(packed).hexdigest()
        if not self._store.query(
            "SELECT 1 FROM attachment WHERE batch = ? AND kind = ? AND sha256 = ?", number, kind, sha256
        ):
            self._store.execute(
                "INSERT INTO attachment (batch, kind, sha256, bytes) VALUES (?, ?, ?, ?)", number, kind, sha256, packed
            )
        return sha256

    def _attachment(self, record: BatchRecord, kind: str, sha256: str) -> bytes | None:
        """Return the text of an attachment, None where it is as it was recorded and is no text.

        Raises:
            LedgerError: it was changed or is missing.
        """
        found = self._store.query(
            "SELECT bytes FROM attachment WHERE batch = ? AND kind = ? AND sha256 = ?", record.number, kind, sha256
        )
        if not found or not has_hash(found[0][0], sha256):
            raise LedgerError(
                f"The {words(kind)} of batch {record.label} on record were changed or are missing. {integrity.WHAT_TO_DO}"
            )
        return unpack(found[0][0], record.rows)

    def _in_full(self, record: BatchRecord, row_count: int | None = None) -> BatchInFull:
        """Return a batch as :class:`LedgerInspection` does, also with what belongs to it beside its file."""
        found = super()._in_full(record, row_count)
        kept = tuple(
            Attachment(kind, sha256, len(packed), has_hash(packed, sha256))
            for kind, sha256, packed in self._store.query(
                "SELECT kind, sha256, bytes FROM attachment WHERE batch = ? ORDER BY number", record.number
            )
        )
        problems = (*found.problems, *attachment_problems(record, found.events, kept))
        return replace(found, attachments=kept, problems=problems)
