"""Record a batch before its first byte leaves, and that it may leave now."""

import math
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Self

from action_returns.batch.cells import ReadyRows
from action_returns.batch.context import SentAction
from action_returns.batch.csv_format import CsvFile
from action_returns.errors import LedgerError
from action_returns.ledger import integrity
from action_returns.ledger.accounts import AccountBatches
from action_returns.ledger.approvals import LedgerApprovals
from action_returns.ledger.attachment_kinds import BEFORE, BEFORE_SHA256, UNDOES, OutdatedUndoError, pack
from action_returns.ledger.recordable import (
    LONGEST_PLACE,
    plain_line,
)
from action_returns.ledger.records import (
    PREPARED,
    SENDING,
    Claim,
    NewBatch,
    RepeatedRowsError,
    TeamDatabase,
    label,
)
from action_returns.ledger.store import Store, host_name, user_and_host, user_name


def open_ledger(
    location: Path | TeamDatabase,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    *,
    kept_in: Path | None = None,
) -> "Ledger":
    """Open the ledger, and settle every batch whose program ended without recording an outcome.

    An outcome that was kept on this computer because the ledger could not record it is recorded first. Any other such
    batch becomes ``failed`` where no byte had left, else ``unknown``.

    Args:
        location: a file on this machine, created where there is none; or a team's database.
        now: the clock.
        kept_in: the folder of outcomes that are kept on this computer, None for none.

    Raises:
        LedgerError: the ledger cannot be used.
    """
    ledger = Ledger(_open_store(location), now)
    try:
        if kept_in is not None:
            ledger.record_kept(kept_in)
        ledger.settle_unfinished()
    except BaseException:
        ledger.close()
        raise
    return ledger


def _open_store(location: Path | TeamDatabase) -> Store:
    if isinstance(location, Path):
        from action_returns.ledger.sqlite import SqliteStore

        return SqliteStore(location)
    from action_returns.ledger.postgresql import PostgresStore

    return PostgresStore(location)


class Ledger(LedgerApprovals):
    """An open ledger, to read and to write; a context manager that closes it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def copy_to(self, target: Path) -> None:
        """Write a copy of everything on record.

        Args:
            target: the copy's file; it must be empty or not exist.

        Raises:
            LedgerError: the copy cannot be written.
        """
        self._store.copy_to(target)

    def claim(
        self,
        batch: NewBatch,
        file: CsvFile,
        rows: ReadyRows,
        *,
        name_for: Callable[[str], str],
        confirmation: Mapping[str, str | int],
        include_sent: Container[str] = frozenset(),
        before: bytes = b"",
        overwrite: bool = False,
    ) -> Claim:
        """Record a batch with all of its rows and bytes, and take the right to send it.

        No two programs can take it for the same row of one account: what may have arrived, or is under way at this
        moment, is refused here. The record is on the disk when this returns.

        Args:
            batch: where it comes from and where it goes.
            file: the exact bytes that will leave, and their hash.
            rows: its rows, in file order.
            name_for: the batch in a file name, such as ``K7QX-0001`` -> the file's whole name.
            confirmation: what the person confirmed, and how.
            include_sent: ActionIds of rows that may have arrived before, as the person was shown, and are to go out
                again.
            before: what is known of its actions before it is sent, nothing when nothing is.
            overwrite: whether an undo may overwrite what other batches changed after it was drafted.

        Raises:
            RepeatedRowsError: other rows of it are on record for this account and may have arrived, or any of them is
                about to be sent by another program.
            OutdatedUndoError: it is an undo, and other batches changed some of its actions since.
            action_returns.ledger.approval_records.NotApprovedError: another person has to approve it, and no approval on
                record fits it and may be used now.
            LedgerError: it cannot be recorded; then nothing is.
        """
        packed = pack(before)
        by_action = sorted(rows, key=itemgetter(0))  # the table is kept in this order: a tenth of the time
        with self._store.transaction():
            account = self.batches_of(batch.sender)
            repeats = self._repeated_rows(account, by_action)
            # What another program is about to send is not sent beside it, even on purpose: the person could not know of it.
            if refused := {
                one: before for one, before in repeats.items() if one not in include_sent or before.state == PREPARED
            }:
                raise RepeatedRowsError(refused)
            if not overwrite and (changed := self.changed_since_draft(batch.sender, by_action)) is not None:
                raise OutdatedUndoError(changed)
            needs_approval = batch.needs_approval or self.requires_approval()
            approval = None
            if needs_approval:
                approval = self._usable_approval(batch, account.names[0], file.sha256, len(repeats))
            previous = self.latest_with_content(account, file.sha256)
            ((number,),) = self._store.query("SELECT coalesce(max(number), 0) + 1 FROM batch")
            name = name_for(f"{self.tag()}-{label(number)}")
            facts = {
                "number": number,
                "profile": batch.sender.profile,
                "environment": batch.sender.environment,
                "channel": batch.channel,
                "destination": plain_line(batch.destination, LONGEST_PLACE),
                "source": plain_line(batch.source, LONGEST_PLACE),
                "file_name": name,
                "sha256": file.sha256,
                "row_count": len(rows),
                "reversals": sum(cents == 0 for cents in rows.cents),
                "size": len(file.content),
                "created_at": self._utc_now(),
                "who": user_name(),
                "host": host_name(),
                "process": self._store.process_name(),
                "duplicate_of": None if previous is None else previous.number,
                "account": account.names[0],
                "receiver": batch.sender.receiver,
                "state": PREPARED,
            }
            self._store.execute(
                f"INSERT INTO batch ({', '.join(facts)}) VALUES ({', '.join('?' * len(facts))})", *facts.values()
            )
            self._store.execute("INSERT INTO content (batch, bytes) VALUES (?, ?)", number, file.content)
            self._store.add_rows(number, by_action)
            self._add_event(number, PREPARED, integrity.recorded_facts(self.batch(number)))
            again: dict[str, str | int] = {"include_sent": len(repeats)} if repeats else {}
            if previous is not None:
                again["duplicate_of"] = previous.label
            if approval is not None:
                again |= self._use(approval, number)
            if before:
                again[BEFORE_SHA256] = self._attach(number, BEFORE, packed)
            if (undone := self._draft_with(account, by_action)) is not None:
                again[UNDOES] = label(undone[0])
            self._add_event(number, "confirmed", {"who": user_and_host(), **confirmation, **again})
            self._store.register_sender(number)
        return Claim(number, label(number), name)

    def mark_sending(self, number: int, sha256: str | None = None, at_most: float = 0.0) -> None:
        """Record that from now on bytes of a batch may leave.

        The record is on the disk when this returns.

        Args:
            number: the batch.
            sha256: hash of the bytes that will leave, in hex; None for the recorded one.
            at_most: seconds after which this program certainly does nothing more with the batch; until then, others do
                not take it for ended when its connection to the ledger is lost.

        Raises:
            LedgerError: it cannot be recorded, another program has settled the batch, or the bytes on record are not
                those that will leave; then no byte may leave.
        """
        with self._store.transaction():
            ((recorded,),) = self._store.query("SELECT sha256 FROM batch WHERE number = ?", number)
            if len({recorded, sha256 or recorded, self._store.content_sha256(number)}) > 1:
                raise LedgerError(
                    f"The bytes of batch {label(number)} on record are no longer those that were to leave: another program "
                    "changed them. Nothing was sent. Ask who may write to the ledger (docs/ledger.md)."
                )
            if not self._change_state(number, (PREPARED,), SENDING):
                raise LedgerError(f"Batch {label(number)} is {self.batch(number).state} already. Nothing was sent.")
            self._add_event(number, SENDING, {"at_most_seconds": math.ceil(at_most)})

    def _repeated_rows(self, account: AccountBatches, rows: Sequence[tuple[str, int, str]]) -> dict[str, SentAction]:
        """Return what was sent before for the rows that may have arrived as they are, or are about to."""
        ids = [action_id for action_id, _, _ in rows]
        found = (*self._sent_before(account, ids).items(), *self._rows_about_to_leave(account, ids))
        wanted = {action_id: (cents, reason) for action_id, cents, reason in rows} if found else {}
        return {action_id: sent for action_id, sent in found if (sent.cents, sent.reason) == wanted[action_id]}
