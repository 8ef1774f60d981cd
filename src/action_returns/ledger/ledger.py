"""Record a batch before its first byte leaves, and its outcome afterwards."""

import getpass
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Final, Self

from action_returns.batch.cells import ReadyRows
from action_returns.batch.csv_format import CsvFile
from action_returns.errors import LedgerError, MarkError
from action_returns.ledger.queries import LedgerQueries
from action_returns.ledger.records import (
    FAILED,
    MARKS,
    OPEN,
    PREPARED,
    SENDING,
    TO_BE_MARKED,
    UNKNOWN,
    Claim,
    DuplicateBatchError,
    NewBatch,
    RepeatedRowsError,
    TeamDatabase,
    label,
)
from action_returns.ledger.store import Store

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


class Ledger(LedgerQueries):
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
        name_for: Callable[[int], str],
        confirmation: Mapping[str, str | int],
        shown: frozenset[str] = frozenset(),
        allow_duplicate: bool = False,
    ) -> Claim:
        """Record a batch with all of its rows and bytes, and take the right to send it.

        The record is on the disk when this returns.

        Args:
            batch: where it comes from and where it goes.
            file: the exact bytes that will leave, and their hash.
            rows: its rows, in file order.
            name_for: batch number -> file name.
            confirmation: what the person confirmed, and how.
            shown: ActionIds of rows that the person was shown as sent before.
            allow_duplicate: record it even when the same content, or rows of it, may have arrived before.

        Raises:
            DuplicateBatchError: the same content is on record for this profile and may have arrived.
            RepeatedRowsError: rows of it are on record for this environment, and the person was not shown that.
            LedgerError: it cannot be recorded; then nothing is.
        """
        by_action = sorted(rows, key=itemgetter(0))  # the table is kept in this order: a tenth of the time
        with self._store.transaction():
            previous = self.latest_with_content(batch.profile, batch.environment, file.sha256)
            if not allow_duplicate:
                if previous is not None:
                    raise DuplicateBatchError(previous)
                self._refuse_repeated_rows(batch.environment, by_action, shown)
            ((number,),) = self._store.query("SELECT coalesce(max(number), 0) + 1 FROM batch")
            name = name_for(number)
            facts = {
                "number": number,
                "profile": batch.profile,
                "environment": batch.environment,
                "channel": batch.channel,
                "destination": batch.destination,
                "source": batch.source,
                "file_name": name,
                "sha256": file.sha256,
                "row_count": len(rows),
                "reversals": sum(cents == 0 for cents in rows.cents),
                "size": len(file.content),
                "created_at": self._utc_now(),
                "who": _user_name(),
                "host": platform.node(),
                "process": self._store.process_name(),
                "duplicate_of": None if previous is None else previous.number,
                "state": PREPARED,
            }
            self._store.execute(
                f"INSERT INTO batch ({', '.join(facts)}) VALUES ({', '.join('?' * len(facts))})", *facts.values()
            )
            self._store.execute("INSERT INTO content (batch, bytes) VALUES (?, ?)", number, file.content)
            self._store.add_rows(number, by_action)
            self._add_event(
                number, PREPARED, {"file": name, "sha256": file.sha256, "rows": len(rows), "bytes": len(file.content)}
            )
            repeats: dict[str, str | int] = {"repeats": len(shown)} if shown else {}
            if previous is not None:
                repeats["duplicate_of"] = previous.label
            self._add_event(number, "confirmed", {"who": _user_and_host(), **confirmation, **repeats})
            self._store.register_sender(number)
        return Claim(number, label(number), name)

    def mark_sending(self, number: int) -> None:
        """Record that from now on bytes of a batch may leave.

        The record is on the disk when this returns.

        Raises:
            LedgerError: it cannot be recorded, or another program has settled the batch; then no byte may leave.
        """
        with self._store.transaction():
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
        with self._store.transaction():
            if not self._change_state(number, (*before, UNKNOWN), state, message, evidence):
                was = self.batch(number).state
                raise LedgerError(f"Batch {label(number)} is {was}, so the outcome {state} cannot be recorded.")
            self._add_event(number, "outcome", {"state": state, "message": message, **evidence})

    def mark(self, number: int, state: str, why: str, *, shown: str) -> None:
        """Record the outcome that a person found at the receiver's side.

        Args:
            number: the batch, ``unknown`` or ``handed-over``.
            state: ``sent`` or ``failed``.
            why: what the person found.
            shown: the state the person was shown.

        Raises:
            MarkError: the batch is in another state than the person was shown, or in one that is certain, or there
                is no reason.
        """
        if state not in MARKS:
            raise MarkError(f"A batch can be marked sent or failed, not {state}.")
        if not why.strip():
            raise MarkError(f"Batch {label(number)} was not marked: say why, so that others can follow it later.")
        message = f"Marked {state} by {_user_and_host()}: {why.strip()}"
        with self._store.transaction():
            record = self.batch(number)
            if record.state != shown and shown in TO_BE_MARKED:
                raise MarkError(
                    f"Batch {record.label} became {record.state} meanwhile. Nothing was marked. Look again."
                )
            if not self._change_state(number, TO_BE_MARKED, state, message, record.evidence):
                raise MarkError(
                    f"Batch {record.label} is {record.state}, so there is nothing to settle by hand. "
                    f"See: action-returns history show {record.label}"
                )
            self._add_event(
                number, "marked", {"state": state, "who": _user_and_host(), "why": why.strip(), "was": record.state}
            )

    def settle_unfinished(self) -> list[str]:
        """Settle every batch whose program ended without recording an outcome, and return their labels."""
        if self._store.read_only:
            return []
        unfinished = self._store.query(
            "SELECT number, process, state FROM batch WHERE state IN (?, ?) ORDER BY number", *OPEN
        )
        abandoned = [batch for batch in unfinished if self._store.is_abandoned(batch[0], batch[1])]
        return [label(number) for number, _, state in abandoned if self._settle_abandoned(number, state)]

    def _settle_abandoned(self, number: int, was: str) -> bool:
        """Settle a batch unless another program was faster, and return whether this one did."""
        state, message = (FAILED, _ENDED_BEFORE_SENDING) if was == PREPARED else (UNKNOWN, _ENDED_WHILE_SENDING)
        with self._store.transaction():
            is_settled = self._change_state(number, (was,), state, message, {})
            if is_settled:
                self._add_event(number, "outcome", {"state": state, "message": message, "found": "unfinished"})
        return is_settled

    def _refuse_repeated_rows(
        self, environment: str, rows: Sequence[tuple[str, int, str]], shown: frozenset[str]
    ) -> None:
        before = self.sent_before(environment, [action_id for action_id, _, _ in rows])
        repeated = {
            action_id: before[action_id].batch
            for action_id, cents, reason in rows
            if action_id in before
            and (before[action_id].cents, before[action_id].reason) == (cents, reason)
            and action_id not in shown
        }
        if repeated:
            raise RepeatedRowsError(repeated)

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
            *(state, message, json.dumps(dict(evidence or {})), settled_at, number, *before),
        )
        return changed == 1

    def _add_event(self, number: int, kind: str, detail: Mapping[str, str | int]) -> None:
        self._store.execute(
            "INSERT INTO event (batch, at, kind, detail) VALUES (?, ?, ?, ?)",
            *(number, self._utc_now(), kind, json.dumps(dict(detail))),
        )

    def _utc_now(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="milliseconds")


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a process without a named user, as in some containers
        return ""


def _user_and_host() -> str:
    return f"{_user_name()} on {platform.node()}"
