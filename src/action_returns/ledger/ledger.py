"""The record of what was sent. Committed before the first byte leaves, settled after."""

import getpass
import hashlib
import json
import platform
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self, TextIO

from action_returns.batch import ReadyRows
from action_returns.ledger.database import connect, reading, transaction
from action_returns.ledger.errors import DuplicateBatch, LedgerProblem
from action_returns.ledger.process import still_runs, this_process
from action_returns.ledger.records import BatchRecord, Claim, Event, NewBatch, label

MAY_HAVE_ARRIVED: Final = ("sending", "sent", "handed-over", "unknown")
"""States in which the receiver may hold the content."""

_COLUMNS: Final = (
    "number, profile, environment, channel, destination, source, file_name, sha256, row_count, reversals, "
    "length(content), created_at, who, host, state, settled_at, message, evidence"
)
_UNFINISHED: Final = (
    "The program that sent this batch ended before it could record the outcome. The file may have arrived or not. "
    "Do not send it again before you have looked: compare with File Submissions or a new pending-actions download."
)


def open_ledger(path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> "Ledger":
    """Open the ledger; batches that a program left unfinished become ``unknown``.

    Args:
        path: the file; made where there is none.
        now: the clock, UTC.

    Raises:
        LedgerProblem: when it cannot be used.
    """
    ledger = Ledger(connect(path), path, now)
    try:
        ledger.settle_unfinished()
    except BaseException:
        ledger.close()
        raise
    return ledger


class Ledger:
    """An open ledger; a context manager that closes it."""

    def __init__(self, connection: sqlite3.Connection, path: Path, now: Callable[[], datetime]) -> None:
        self._connection = connection
        self.path = path
        self._now = now

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def claim(
        self,
        batch: NewBatch,
        content: bytes,
        rows: ReadyRows,
        *,
        name_for: Callable[[int], str],
        allow_duplicate: bool = False,
    ) -> Claim:
        """Record a batch and every row of it, and take the right to send it. On the disk when this returns.

        Args:
            batch: what is known of it.
            content: the exact bytes.
            rows: its rows, in file order.
            name_for: batch number -> file name.
            allow_duplicate: record it even when the same content may have arrived before.

        Raises:
            DuplicateBatch: the same content is on record for this profile and may have arrived.
            LedgerProblem: it could not be recorded; nothing was.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        with transaction(self._connection, self.path):
            if not allow_duplicate:
                self._refuse_duplicate(batch, sha256)
            number = self._next_number()
            name = name_for(number)
            self._connection.execute(
                "INSERT INTO batch (number, profile, environment, channel, destination, source, file_name, sha256, "
                "row_count, reversals, content, created_at, who, host, process, state) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'sending')",
                (
                    *(number, batch.profile, batch.environment, batch.channel, batch.destination, batch.source),
                    *(name, sha256, len(rows), sum(cents == 0 for cents in rows.cents), content, self._stamp()),
                    *(_who(), platform.node(), this_process()),
                ),
            )
            self._connection.executemany(
                "INSERT INTO sent_row (batch, position, action_id, cents, reason) VALUES (?, ?, ?, ?, ?)",
                ((number, at, *row) for at, row in enumerate(rows)),
            )
            self._note(number, "claimed", {"sha256": sha256, "rows": len(rows)})
        return Claim(number, label(number), name)

    def settle(self, number: int, state: str, message: str, evidence: Mapping[str, str | int]) -> None:
        """Record what became of a batch.

        Args:
            number: the batch.
            state: ``sent``, ``handed-over``, ``failed`` or ``unknown``.
            message: the outcome in words.
            evidence: what the receiver answered.

        Raises:
            LedgerProblem: when it could not be recorded, or was settled before.
        """
        with transaction(self._connection, self.path):
            changed = self._connection.execute(
                "UPDATE batch SET state = ?, message = ?, evidence = ?, settled_at = ? "
                "WHERE number = ? AND state = 'sending'",
                (state, message, json.dumps(dict(evidence)), self._stamp(), number),
            ).rowcount
            if changed != 1:
                raise LedgerProblem(f"Batch {label(number)} is not being sent, so its outcome cannot be recorded.")
            self._note(number, "settled", {"state": state, "message": message, **evidence})

    def settle_unfinished(self) -> list[str]:
        """Make every batch ``unknown`` whose program has ended without recording an outcome; give their labels."""
        with reading(self.path):
            unfinished = self._connection.execute(
                "SELECT number, process FROM batch WHERE state = 'sending' AND host = ?", (platform.node(),)
            ).fetchall()
        dead = [number for number, process in unfinished if not still_runs(process)]
        for number in dead:
            with transaction(self._connection, self.path):
                changed = self._connection.execute(
                    "UPDATE batch SET state = 'unknown', message = ?, settled_at = ? "
                    "WHERE number = ? AND state = 'sending'",
                    (_UNFINISHED, self._stamp(), number),
                ).rowcount
                if changed:
                    self._note(number, "found-unfinished", {})
        return [label(number) for number in dead]

    def batches(self) -> list[BatchRecord]:
        """Give every batch, the latest first."""
        with reading(self.path):
            return [
                _record(row) for row in self._connection.execute(f"SELECT {_COLUMNS} FROM batch ORDER BY number DESC")
            ]

    def batch(self, number: int) -> BatchRecord:
        """Give one batch.

        Raises:
            LedgerProblem: when there is none of that number.
        """
        with reading(self.path):
            row = self._connection.execute(f"SELECT {_COLUMNS} FROM batch WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise LedgerProblem(f"There is no batch {label(number)}. See: action-returns history list")
        return _record(row)

    def content(self, number: int) -> bytes:
        """Give the exact bytes of a batch.

        Raises:
            LedgerProblem: when there is none of that number.
        """
        self.batch(number)
        with reading(self.path):
            row = self._connection.execute("SELECT content FROM batch WHERE number = ?", (number,)).fetchone()
        return bytes(row[0])

    def rows(self, number: int) -> list[tuple[str, int, str]]:
        """Give ActionId, cents and reason of every row of a batch, in file order."""
        with reading(self.path):
            return self._connection.execute(
                "SELECT action_id, cents, reason FROM sent_row WHERE batch = ? ORDER BY position", (number,)
            ).fetchall()

    def events(self, number: int) -> list[Event]:
        """Give everything that happened to a batch, in order."""
        with reading(self.path):
            rows = self._connection.execute(
                "SELECT at, kind, detail FROM event WHERE batch = ? ORDER BY rowid", (number,)
            ).fetchall()
        return [Event(datetime.fromisoformat(at), kind, json.loads(detail)) for at, kind, detail in rows]

    def export_lines(self, stream: TextIO) -> None:
        """Write every batch with its rows and events as JSON, one batch a line."""
        for record in reversed(self.batches()):
            line = {name: _plain(getattr(record, name)) for name in record.__dataclass_fields__}
            line["sent"] = [
                {"action_id": action_id, "cents": cents, "reason": reason}
                for action_id, cents, reason in self.rows(record.number)
            ]
            line["events"] = [
                {"at": _plain(event.at), "kind": event.kind, **event.detail} for event in self.events(record.number)
            ]
            stream.write(json.dumps(line) + "\n")

    def _next_number(self) -> int:
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'batch'").fetchone()
        return 1 if row is None else int(row[0]) + 1

    def _refuse_duplicate(self, batch: NewBatch, sha256: str) -> None:
        marks = ", ".join("?" * len(MAY_HAVE_ARRIVED))
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM batch WHERE profile = ? AND environment = ? AND sha256 = ? "
            f"AND state IN ({marks}) ORDER BY number DESC",
            (batch.profile, batch.environment, sha256, *MAY_HAVE_ARRIVED),
        ).fetchone()
        if row is not None:
            raise DuplicateBatch(_record(row))

    def _note(self, number: int, kind: str, detail: Mapping[str, str | int]) -> None:
        self._connection.execute(
            "INSERT INTO event (batch, at, kind, detail) VALUES (?, ?, ?, ?)",
            (number, self._stamp(), kind, json.dumps(dict(detail))),
        )

    def _stamp(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="milliseconds")


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a process without a named user, as in some containers
        return ""


def _record(row: tuple[Any, ...]) -> BatchRecord:
    facts = dict(zip(BatchRecord.__dataclass_fields__, row, strict=True))
    settled_at = facts["settled_at"]
    facts["created_at"] = datetime.fromisoformat(facts["created_at"])
    facts["settled_at"] = None if settled_at is None else datetime.fromisoformat(settled_at)
    facts["evidence"] = json.loads(facts["evidence"])
    return BatchRecord(**facts)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
