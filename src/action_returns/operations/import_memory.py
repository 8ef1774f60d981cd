"""Keep what imports made of actions, so that a later import of a later export adds only what is new.

A private SQLite file on this computer, apart from the ledger: what was sent is never decided by it. Without it an import
goes on, and leaves more to the user.
"""

import json
import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from action_returns.batch.amounts import Cents
from action_returns.files import Paths
from action_returns.ledger.accounts import LIVE, account_name
from action_returns.operations.account import Account
from action_returns.private_files import make_private_folder, private_opener, refuse_link_of_others
from action_returns.readers.headers import fold_header
from action_returns.returns.export import ShopExport
from action_returns.returns.known import ImportedBefore
from action_returns.returns.preview import NewRow
from action_returns.returns.source import Field

_BUSY_SECONDS: Final = 5
_VERSION: Final = 1
_CHUNK: Final = 50_000
_NO_IDS: Final[frozenset[str]] = frozenset()
_KEPT: Final = timedelta(days=1_100)
"""Open-ended actions can be changed for 730 days; what is older than this changes no import."""
_SCHEMA: Final = (
    """CREATE TABLE imported (
        number INTEGER PRIMARY KEY, account TEXT NOT NULL, action_id TEXT NOT NULL, order_id TEXT NOT NULL,
        original INTEGER, before INTEGER, new_total INTEGER NOT NULL, refund_ids TEXT NOT NULL,
        source TEXT NOT NULL, file TEXT NOT NULL, at TEXT NOT NULL
    )""",
    "CREATE INDEX imported_by_action ON imported (account, action_id)",
    "CREATE INDEX imported_by_time ON imported (at)",
    f"PRAGMA user_version = {_VERSION}",
)
# Only the latest entry of an action: of equal entries with another one between them, the order has a meaning.
_FORGET_THE_SAME: Final = """
DELETE FROM imported
WHERE number = (SELECT max(number) FROM imported WHERE account = ?1 AND action_id = ?2)
    AND order_id = ?3 AND original IS ?4 AND before IS ?5 AND new_total = ?6 AND refund_ids = ?7 AND source = ?8
"""
"""Deletes the entry that an import is about to write again, so that imports of one export do not pile up."""


class _UnusableError(Exception):
    """The file cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class ImportMemory:
    """What earlier imports made of actions.

    Args:
        imported: ActionId -> the imports, the latest last; only actions that have any.
        problem: why it could not be read and what that means for the import, ``""`` when it was read.
    """

    imported: Mapping[str, Sequence[ImportedBefore]] = field(default_factory=dict)
    problem: str = ""


def source_of(export: ShopExport) -> str:
    """Return a name for what numbers the refunds of an export: two exports with one name use one number for one refund.

    Without a column of refund numbers a refund is known by other cells, so the columns have to be the same.
    """
    header = next((column.header for column in export.mapping if column.field is Field.REFUND_ID), None)
    return f"{export.source.code} {export.signature if header is None else fold_header(header)}"


def imports_of(action_ids: Collection[str], account: Account, paths: Paths) -> ImportMemory:
    """Return what earlier imports of an account made of some actions. Never raises.

    Args:
        action_ids: the actions.
        account: the account.
        paths: where the memory is.
    """
    path = paths.imports
    try:
        if not action_ids or not path.exists():
            return ImportMemory()
        with _opened(path) as memory:
            return ImportMemory(_read(memory, sorted(action_ids), _name(account)))
    except (OSError, sqlite3.Error, ValueError, TypeError, _UnusableError) as error:
        return ImportMemory(
            problem=f"What earlier imports made of these actions cannot be read from {path}: {_reason(error)}. So an order "
            "of which something was sent before is left to you where the amounts do not tell what is new. To begin a new "
            "record, rename the file."
        )


def keep_imports(rows: Sequence[NewRow], export: ShopExport, account: Account, paths: Paths, *, now: datetime) -> str:
    """Write down what an import made of its actions. Call it when its rows were written. Never raises.

    Args:
        rows: the rows that were written.
        export: the export.
        account: the account.
        paths: where the memory is.
        now: the moment of the import, with its time zone.

    Returns:
        Why it could not be written and what that means, ``""`` when it was written.
    """
    if not rows:
        return ""
    name, source, at = _name(account), source_of(export), now.astimezone(UTC)
    entries = [
        (
            name,
            row.action_id,
            row.order,
            row.new_total.original,
            row.current,
            row.cents,
            json.dumps(sorted(row.new_total.refund_ids)),
            source,
            export.file,
            at.isoformat(),
        )
        for row in rows
    ]
    try:
        make_private_folder(paths.imports.parent)
        with _opened(paths.imports) as memory, memory:
            memory.executemany(_FORGET_THE_SAME, (entry[:-2] for entry in entries))  # without file and time
            memory.executemany(
                "INSERT INTO imported (account, action_id, order_id, original, before, new_total, refund_ids, source, "
                "file, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                entries,
            )
            memory.execute("DELETE FROM imported WHERE at < ?", ((at - _KEPT).isoformat(),))
    except (OSError, sqlite3.Error, ValueError, _UnusableError) as error:
        return (
            f"The rows are written, but what this import made of the actions could not be kept in {paths.imports}: "
            f"{_reason(error)}. A later import of the same orders leaves more of them to you. To begin a new record, rename the file."
        )
    return ""


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file, made for this user only where there is none.

    Raises:
        OSError: it cannot be opened, or is a link of another user.
        sqlite3.Error: it is damaged or in use.
        _UnusableError: a newer version of this program wrote it.
    """
    if path.is_symlink():
        refuse_link_of_others(path)
    os.close(private_opener(os.path.realpath(path), os.O_RDWR | os.O_CREAT))
    with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as memory:
        memory.execute("PRAGMA trusted_schema = OFF")
        version = memory.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise _UnusableError("a newer version of Action Returns wrote it")
        if version < _VERSION:
            _make_tables(memory)
        yield memory


def _make_tables(memory: sqlite3.Connection) -> None:
    memory.execute("BEGIN IMMEDIATE")  # of two programs that make the file at once, the second one waits
    with memory:
        if memory.execute("PRAGMA user_version").fetchone()[0] < _VERSION:
            for statement in _SCHEMA:
                memory.execute(statement)


def _read(memory: sqlite3.Connection, action_ids: Sequence[str], account: str) -> dict[str, list[ImportedBefore]]:
    found: dict[str, list[ImportedBefore]] = {}
    for start in range(0, len(action_ids), _CHUNK):
        rows = memory.execute(
            "SELECT action_id, original, new_total, refund_ids, before, source FROM imported WHERE account = ? AND "
            "action_id IN (SELECT value FROM json_each(?)) ORDER BY number",
            (account, json.dumps(action_ids[start : start + _CHUNK])),
        )
        for action_id, original, new_total, refund_ids, before, source in rows:
            ids = _NO_IDS if refund_ids == "[]" else _ids(refund_ids)
            entry = ImportedBefore(_cents(original), _exact(new_total), ids, _cents(before), source)
            if action_id in found:
                found[action_id].append(entry)
            else:
                found[action_id] = [entry]
    return found


def _cents(value: Any) -> Cents | None:
    return None if value is None else _exact(value)


def _exact(value: Any) -> Cents:
    if value.__class__ is not int:
        raise _UnusableError("an amount in it is no whole number")
    return Cents(value)


def _ids(text: str) -> frozenset[str]:
    return frozenset(map(str, json.loads(text)))


def _name(account: Account) -> str:
    profile = account.profile
    return account_name(account.environment or LIVE, account.name, None if profile is None else profile.account)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error) if isinstance(error, _UnusableError) else f"it is damaged or in use ({error})"
