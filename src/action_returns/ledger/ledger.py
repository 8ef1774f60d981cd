"""The record of what was sent: on the disk before the first byte leaves, settled after."""

import getpass
import hashlib
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Final, Self

from action_returns.batch.cells import ReadyRows
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

_NOTHING_LEFT: Final = (
    "The program that was to send this batch ended before the first byte left. Nothing was delivered. Send it again."
)
_MAY_HAVE_LEFT: Final = (
    "The program that sent this batch ended before it could record the outcome. The file may have arrived or not. "
    "Do not send it again before you have looked: compare with File Submissions or a new pending-actions download."
)


def open_ledger(place: Path | TeamDatabase, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> "Ledger":
    """Open the ledger, and settle what programs left unfinished: ``failed`` where nothing had left, else ``unknown``.

    Args:
        place: a file on this machine, made where there is none; or a team's database.
        now: the clock, UTC.

    Raises:
        LedgerError: when it cannot be used.
    """
    ledger = Ledger(_open_store(place), now)
    try:
        ledger.settle_unfinished()
    except BaseException:
        ledger.close()
        raise
    return ledger


def _open_store(place: Path | TeamDatabase) -> Store:
    if isinstance(place, Path):
        from action_returns.ledger.sqlite import SqliteStore

        return SqliteStore(place)
    from action_returns.ledger.postgresql import PostgresStore

    return PostgresStore(place)


class Ledger(LedgerQueries):
    """An open ledger; a context manager that closes it.

    Args:
        store: the database.
        now: the clock, UTC.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        super().__init__(store)
        self._now = now

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it."""
        self._store.close()

    def copy_to(self, target: Path) -> None:
        """Write a copy of everything on record to a file that does not exist yet.

        Raises:
            LedgerError: when it cannot be written.
        """
        self._store.copy_to(target)

    def claim(
        self,
        batch: NewBatch,
        content: bytes,
        rows: ReadyRows,
        *,
        name_for: Callable[[int], str],
        confirmation: Mapping[str, str | int],
        shown: frozenset[str] = frozenset(),
        allow_duplicate: bool = False,
    ) -> Claim:
        """Record a batch and every row of it, and take the right to send it. On the disk when this returns.

        Args:
            batch: what is known of it.
            content: the exact bytes.
            rows: its rows, in file order.
            name_for: batch number -> file name.
            confirmation: who said yes to what, and how.
            shown: ActionIds of rows that the person was shown as sent before.
            allow_duplicate: record it even when the same content, or rows of it, may have arrived before.

        Raises:
            DuplicateBatchError: the same content is on record for this profile and may have arrived.
            RepeatedRowsError: rows of it are on record for this environment, and the person was not shown that.
            LedgerError: it could not be recorded; nothing was.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        by_action = sorted(rows, key=itemgetter(0))  # the table is kept in this order: a tenth of the time
        with self._store.transaction():
            previous = self.latest_with(batch.profile, batch.environment, sha256)
            if not allow_duplicate:
                if previous is not None:
                    raise DuplicateBatchError(previous)
                self._refuse_repeated(batch.environment, by_action, shown)
            ((number,),) = self._store.ask("SELECT coalesce(max(number), 0) + 1 FROM batch")
            name = name_for(number)
            facts = {
                "number": number,
                "profile": batch.profile,
                "environment": batch.environment,
                "channel": batch.channel,
                "destination": batch.destination,
                "source": batch.source,
                "file_name": name,
                "sha256": sha256,
                "row_count": len(rows),
                "reversals": sum(cents == 0 for cents in rows.cents),
                "size": len(content),
                "created_at": self._stamp(),
                "who": _user(),
                "host": platform.node(),
                "process": self._store.this_process(),
                "duplicate_of": None if previous is None else previous.number,
                "state": PREPARED,
            }
            self._store.change(
                f"INSERT INTO batch ({', '.join(facts)}) VALUES ({', '.join('?' * len(facts))})", *facts.values()
            )
            self._store.change("INSERT INTO content (batch, bytes) VALUES (?, ?)", number, content)
            self._store.add_rows(number, by_action)
            self._note(number, "prepared", {"file": name, "sha256": sha256, "rows": len(rows), "bytes": len(content)})
            repeats = {"repeats": len(shown)} if shown else {}
            again = {"duplicate_of": label(previous.number)} if previous is not None else {}
            self._note(number, "confirmed", {"who": _who(), **confirmation, **repeats, **again})
            self._store.hold(number)
        return Claim(number, label(number), name)

    def leaving(self, number: int) -> None:
        """Record that from now on bytes of a batch may leave. On the disk when this returns.

        Raises:
            LedgerError: it could not be recorded, or another program has settled the batch; nothing may leave then.
        """
        with self._store.transaction():
            if not self._move(number, (PREPARED,), SENDING):
                raise LedgerError(f"Batch {label(number)} is {self.batch(number).state} already. Nothing was sent.")
            self._note(number, SENDING, {})

    def settle(self, number: int, state: str, message: str, evidence: Mapping[str, str | int]) -> None:
        """Record what became of a batch.

        Args:
            number: the batch.
            state: ``sent``, ``handed-over``, ``failed`` or ``unknown``.
            message: the outcome in words.
            evidence: what the receiver answered.

        Raises:
            LedgerError: when it could not be recorded, or was settled before.
        """
        # Another program may have taken this one for dead and said unknown; who sent it knows better.
        before = OPEN if state == FAILED else (SENDING,)
        with self._store.transaction():
            if not self._move(number, (*before, UNKNOWN), state, message, evidence):
                was = self.batch(number).state
                raise LedgerError(f"Batch {label(number)} is {was}, so the outcome {state} cannot be recorded.")
            self._note(number, "outcome", {"state": state, "message": message, **evidence})

    def mark(self, number: int, state: str, why: str, *, seen: str) -> None:
        """Record what a person who has looked says became of a batch.

        Args:
            number: the batch, ``unknown`` or ``handed-over``.
            state: ``sent`` or ``failed``.
            why: what the person has found.
            seen: the state the person was shown.

        Raises:
            MarkError: the batch is in another state than the person was shown, or in one that is certain, or no
                reason was given.
        """
        if state not in MARKS:
            raise MarkError(f"A batch can be marked sent or failed, not {state}.")
        if not why.strip():
            raise MarkError(f"Batch {label(number)} was not marked: say why, so that others can follow it later.")
        message = f"Marked {state} by {_who()}: {why.strip()}"
        with self._store.transaction():
            record = self.batch(number)
            if record.state != seen and seen in TO_BE_MARKED:
                raise MarkError(
                    f"Batch {record.label} became {record.state} meanwhile. Nothing was marked. Look again."
                )
            if not self._move(number, TO_BE_MARKED, state, message, record.evidence):
                raise MarkError(
                    f"Batch {record.label} is {record.state}, so there is nothing to settle by hand. "
                    f"See: action-returns history show {record.label}"
                )
            self._note(number, "marked", {"state": state, "who": _who(), "why": why.strip(), "was": record.state})

    def settle_unfinished(self) -> list[str]:
        """Settle every batch whose program has ended without recording an outcome; give their labels."""
        if self._store.read_only:
            return []
        unfinished = self._store.ask(
            "SELECT number, process, state FROM batch WHERE state IN (?, ?) ORDER BY number", *OPEN
        )
        abandoned = [batch for batch in unfinished if self._store.is_abandoned(batch[0], batch[1])]
        return [label(number) for number, _, state in abandoned if self._abandon(number, state)]

    def _abandon(self, number: int, was: str) -> bool:
        state, message = (FAILED, _NOTHING_LEFT) if was == PREPARED else (UNKNOWN, _MAY_HAVE_LEFT)
        with self._store.transaction():
            moved = self._move(number, (was,), state, message, {})
            if moved:
                self._note(number, "outcome", {"state": state, "message": message, "found": "unfinished"})
        return moved

    def _refuse_repeated(self, environment: str, rows: Sequence[tuple[str, int, str]], shown: frozenset[str]) -> None:
        before = self.sent_before(environment, [action_id for action_id, _, _ in rows])
        repeated = {
            action_id: before[action_id].rows[cents, reason]
            for action_id, cents, reason in rows
            if action_id in before and (cents, reason) in before[action_id].rows and action_id not in shown
        }
        if repeated:
            raise RepeatedRowsError(repeated)

    def _move(
        self,
        number: int,
        before: tuple[str, ...],
        state: str,
        message: str = "",
        evidence: Mapping[str, str | int] | None = None,
    ) -> bool:
        """Bring a batch from one of some states into another; tell whether it was in one of them."""
        settled_at = None if state == SENDING else self._stamp()
        changed = self._store.change(
            "UPDATE batch SET state = ?, message = ?, evidence = ?, settled_at = ? "
            f"WHERE number = ? AND state IN ({', '.join('?' * len(before))})",
            *(state, message, json.dumps(dict(evidence or {})), settled_at, number, *before),
        )
        return changed == 1

    def _note(self, number: int, kind: str, detail: Mapping[str, str | int]) -> None:
        self._store.change(
            "INSERT INTO event (batch, at, kind, detail) VALUES (?, ?, ?, ?)",
            *(number, self._stamp(), kind, json.dumps(dict(detail))),
        )

    def _stamp(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="milliseconds")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a process without a named user, as in some containers
        return ""


def _who() -> str:
    return f"{_user()} on {platform.node()}"
