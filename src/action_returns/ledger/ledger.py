"""Record a batch before its first byte leaves, and its outcome afterwards."""

import json
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Final, Self

from action_returns.batch.cells import ReadyRows
from action_returns.batch.context import SentAction
from action_returns.batch.csv_format import CsvFile
from action_returns.errors import LedgerError, MarkError
from action_returns.ledger import integrity
from action_returns.ledger.accounts import AccountBatches
from action_returns.ledger.chain import FORM, chain_of
from action_returns.ledger.inspection import LedgerInspection
from action_returns.ledger.recordable import (
    LONGEST_PLACE,
    LONGEST_TEXT,
    plain_facts,
    plain_line,
    plain_text,
)
from action_returns.ledger.records import (
    FAILED,
    MARKS,
    OPEN,
    PREPARED,
    SENDING,
    UNKNOWN,
    BatchRecord,
    Claim,
    NewBatch,
    RepeatedRowsError,
    TeamDatabase,
    label,
    marked_message,
)
from action_returns.ledger.store import Store, host_name, user_and_host, user_name

_ENDED_BEFORE_SENDING: Final = (
    "The program that was to send this batch ended before the first byte left. Nothing was delivered. Send it again."
)
_ENDED_WHILE_SENDING: Final = (
    "The program that sent this batch ended before it could record the outcome. The file may have arrived or not. "
    "Do not send it again before you have looked: compare with File Submissions or a new pending-actions download."
)


def open_ledger(location: Path | TeamDatabase, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> "Ledger":
    """Open the ledger, and settle every batch whose program ended without recording an outcome.

    Such a batch becomes ``failed`` where no byte had left, else ``unknown``.

    Args:
        location: a file on this machine, created where there is none; or a team's database.
        now: the clock.

    Raises:
        LedgerError: the ledger cannot be used.
    """
    ledger = Ledger(_open_store(location), now)
    try:
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


class Ledger(LedgerInspection):
    """An open ledger, to read and to write; a context manager that closes it.

    Args:
        store: the database.
        now: the clock.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        super().__init__(store)
        self._now = now

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

        Raises:
            RepeatedRowsError: other rows of it are on record for this account and may have arrived, or any of them is
                about to be sent by another program.
            LedgerError: it cannot be recorded; then nothing is.
        """
        by_action = sorted(rows, key=itemgetter(0))  # the table is kept in this order: a tenth of the time
        with self._store.transaction():
            account = self.batches_of(batch.sender)
            repeats = self._repeated_rows(account, by_action)
            # What another program is about to send is not sent beside it, even on purpose: the person could not know of it.
            if refused := {
                one: before for one, before in repeats.items() if one not in include_sent or before.state == PREPARED
            }:
                raise RepeatedRowsError(refused)
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
            self._add_event(number, "confirmed", {"who": user_and_host(), **confirmation, **again})
            self._store.register_sender(number)
        return Claim(number, label(number), name)

    def mark_sending(self, number: int, sha256: str | None = None) -> None:
        """Record that from now on bytes of a batch may leave.

        The record is on the disk when this returns.

        Args:
            number: the batch.
            sha256: hash of the bytes that will leave, in hex; None for the recorded one.

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
            self._add_event(number, SENDING, {})

    def settle(self, number: int, state: str, message: str, evidence: Mapping[str, str | int]) -> None:
        """Record the outcome of a batch.

        Args:
            number: the batch.
            state: ``sent``, ``handed-over``, ``failed`` or ``unknown``.
            message: the outcome in words.
            evidence: what the receiver answered.

        Raises:
            LedgerError: it cannot be recorded, or the batch has an outcome already.
        """
        # Another program may have taken this one for dead and recorded unknown; the sender knows better.
        before = OPEN if state == FAILED else (SENDING,)
        message = plain_text(message, LONGEST_TEXT)
        with self._store.transaction():
            if not self._change_state(number, (*before, UNKNOWN), state, message, evidence):
                was = self.batch(number).state
                raise LedgerError(f"Batch {label(number)} is {was}, so the outcome {state} cannot be recorded.")
            self._add_event(number, "outcome", {"state": state, "message": message, **evidence})

    def mark(self, number: int, state: str, why: str, *, shown: str) -> None:
        """Record the outcome that a person found at the receiver's side.

        Args:
            number: the batch, ``unknown`` or ``handed-over``; or ``sent``, when the receiver has nothing.
            state: ``sent`` or ``failed``.
            why: what the person found.
            shown: the state the person was shown.

        Raises:
            MarkError: the batch is in another state than the person was shown, or in one that this mark does not
                change; a program is at work on it; or there is no reason.
        """
        if state not in MARKS:
            raise MarkError(f"A batch can be marked sent or failed, not {state}.")
        if not why.strip():
            raise MarkError(f"Batch {label(number)} was not marked: say why, so that others can follow it later.")
        decision = plain_facts({"state": state, "who": user_and_host(), "why": why.strip(), "was": shown})
        self.settle_unfinished()  # a program that was sending it may have ended since the ledger was opened
        with self._store.transaction():
            record = self.batch(number)
            if record.state != shown and shown in MARKS[state]:
                raise MarkError(
                    f"Batch {record.label} became {record.state} meanwhile. Nothing was marked. Look again."
                )
            if record.state not in MARKS[state]:
                raise MarkError(_not_to_be_marked(record, state))
            # The event comes first: the database makes no sent batch failed without it.
            self._add_event(number, "marked", {**decision, "was": record.state})
            self._change_state(number, MARKS[state], state, marked_message(decision), record.evidence)

    def settle_unfinished(self) -> list[str]:
        """Settle every batch whose program ended without recording an outcome, and return their labels."""
        if self._store.read_only:
            return []
        unfinished = self._store.query(
            "SELECT number, process, state FROM batch WHERE state IN (?, ?) ORDER BY number", *OPEN
        )
        abandoned = [batch for batch in unfinished if self._store.is_abandoned(batch[0], batch[1])]
        return [label(batch[0]) for batch in abandoned if self._settle_abandoned(*batch)]

    def _settle_abandoned(self, number: int, process: str, was: str) -> bool:
        """Settle a batch unless another program was faster or its own is there again; return whether this one did."""
        state, message = (FAILED, _ENDED_BEFORE_SENDING) if was == PREPARED else (UNKNOWN, _ENDED_WHILE_SENDING)
        try:
            with self._store.transaction():
                is_settled = self._change_state(number, (was,), state, message, {})
                if is_settled:
                    self._add_event(number, "outcome", {"state": state, "message": message, "found": "unfinished"})
        except LedgerError:
            # Its program connected again at this very moment, so the database refuses to take it for ended.
            if self._store.is_abandoned(number, process):
                raise
            return False
        return is_settled

    def _repeated_rows(self, account: AccountBatches, rows: Sequence[tuple[str, int, str]]) -> dict[str, SentAction]:
        """Return what was sent before for the rows that may have arrived as they are, or are about to."""
        ids = [action_id for action_id, _, _ in rows]
        found = (*self._sent_before(account, ids).items(), *self._rows_about_to_leave(account, ids))
        wanted = {action_id: (cents, reason) for action_id, cents, reason in rows} if found else {}
        return {action_id: sent for action_id, sent in found if (sent.cents, sent.reason) == wanted[action_id]}

    def _change_state(
        self,
        number: int,
        before: tuple[str, ...],
        state: str,
        message: str = "",
        evidence: Mapping[str, str | int] | None = None,
    ) -> bool:
        """Change the state of a batch if it is one of some, and return whether it was."""
        settled_at = None if state == SENDING else self._utc_now()
        changed = self._store.execute(
            "UPDATE batch SET state = ?, message = ?, evidence = ?, settled_at = ? "
            f"WHERE number = ? AND state IN ({', '.join('?' * len(before))})",
            state,
            plain_text(message, 3 * LONGEST_TEXT),  # a mark has two names and a reason
            json.dumps(plain_facts(evidence or {})),
            *(settled_at, number, *before),
        )
        return changed == 1

    def _add_event(self, number: int, kind: str, detail: Mapping[str, str | int]) -> None:
        event = (number, self._utc_now(), kind, json.dumps(plain_facts(detail)))
        chain = "" if self._store.chains_events else chain_of(FORM, self.chain_end(), *event)
        self._store.execute("INSERT INTO event (batch, at, kind, detail, chain) VALUES (?, ?, ?, ?, ?)", *event, chain)

    def _utc_now(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="milliseconds")


def _not_to_be_marked(record: BatchRecord, state: str) -> str:
    """Return why a batch cannot be marked, and what to do."""
    if record.state in OPEN:
        return (
            f"Batch {record.label} is {record.state}: the program of {record.sender} is still at work on it. "
            f"Nothing was marked. Wait until it has an outcome, or end that program and mark it then."
        )
    return (
        f"Batch {record.label} is {record.state}, so it cannot be marked {state}. Nothing was changed. "
        f"See: action-returns history show {record.label}"
    )
