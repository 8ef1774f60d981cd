"""Keep beside a kept download when its actions lock, so that those that lock soon are counted without reading its rows.

``pending/ACCOUNT/HASH.locks`` repeats what the rows say. Where it is missing, damaged, or made with other answers, the rows
are read, and the result is the same. Its first line is the hash of the rest.
"""

import hashlib
import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from action_returns import __version__
from action_returns.batch.context import PendingDownload
from action_returns.batch.lock_dates import LockDates, lock_dates_of
from action_returns.files import write_atomically
from action_returns.operations.account import Account
from action_returns.operations.pending_source import PendingSource, read_download
from action_returns.private_files import read_own_file

LOCKS: Final = ".locks"
MOST_DATES: Final = 100_000
"""Different lock dates that are kept. Usually there are few: many actions lock at the same hour."""
_LARGEST: Final = 10_000_000


def number_that_locks_soon(source: PendingSource, account: Account, *, now: datetime) -> int | None:
    """Return how many actions of a kept download lock soon; None when it has no lock dates.

    Args:
        source: a kept download, whose bytes were compared with their hash.
        account: the account whose time zone holds.
        now: the moment of the check.

    Raises:
        action_returns.errors.FileError: the download cannot be read.
    """
    dates = _read(source, account)
    if dates is None:
        pending = read_download(source, None, account, now=now)
        keep_lock_dates(source, pending, account)
        dates = lock_dates_of(pending)
    return dates.number_soon(now)


def keep_lock_dates(source: PendingSource, pending: PendingDownload, account: Account) -> None:
    """Keep the lock dates of a kept download. Where they cannot be kept, the rows are read again later.

    Args:
        source: the kept download.
        pending: what was read from it, with all of its actions.
        account: the account whose time zone was used.
    """
    dates = lock_dates_of(pending)
    if len(dates.numbers) > MOST_DATES:
        return
    numbers = {date.isoformat(): number for date, number in dates.numbers.items()}
    facts = {"basis": _basis(source, account), "are_known": dates.are_known, "numbers": numbers}
    content = json.dumps(facts, separators=(",", ":")).encode("ascii")
    with suppress(OSError):
        write_atomically(_file_of(source), _hash_line(content) + content, overwrite=True)


def _read(source: PendingSource, account: Account) -> LockDates | None:
    """Return the kept lock dates of a download; None when there are none that can be used."""
    try:
        line, _, content = read_own_file(_file_of(source), largest=_LARGEST).partition(b"\n")
        if line + b"\n" != _hash_line(content):
            return None
        facts: dict[str, Any] = json.loads(content)
        if facts["basis"] != _basis(source, account):
            return None
        numbers = {datetime.fromisoformat(date): number for date, number in facts["numbers"].items()}
        return LockDates(facts["are_known"], numbers)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _file_of(source: PendingSource) -> Path:
    return source.path.parent.with_suffix(LOCKS)


def _basis(source: PendingSource, account: Account) -> dict[str, object]:
    """Return all that decides how the dates of a download are read."""
    return {
        "program": __version__,
        "sha256": None if source.kept is None else source.kept.sha256,
        "time_zone": str(account.time_zone),
        "columns": dict(source.columns),
        "day_first": source.day_first,
    }


def _hash_line(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode("ascii") + b"\n"
