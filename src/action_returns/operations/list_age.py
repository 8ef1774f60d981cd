"""Decide when a pending download was made, and whether it lists pending actions only."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.batch.context import PendingDownload
from action_returns.errors import FileError, UsageError
from action_returns.files import open_to_read
from action_returns.readers import translate_open_errors
from action_returns.verdicts.by_pending import ListAge

if TYPE_CHECKING:
    from action_returns.files import Paths
    from action_returns.operations.account import Account
    from action_returns.operations.pending_source import PendingSource

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Added to, not converted from: Windows' C library converts no moment before it."""
UNKNOWN_AGE: Final = _EPOCH
"""The earliest moment of a list of which nothing tells it."""
_SLACK: Final = timedelta(days=1)
"""What the dates of a list may be wrong by: those without an offset may be of another zone."""
_FARTHEST_EAST: Final = timedelta(hours=14)
"""The most that a zone is ahead of UTC."""
_MINUTE: Final = timedelta(minutes=1)
_PENDING: Final = "PENDING"
_OTHER_STATES: Final = (b"approved", b"reversed", b"rejected", b",locked", b";locked", b"\tlocked", b'"locked')
"""What a list in UTF-8 has, in small letters, when it has other actions than pending ones. It may have it without them."""


def file_date(path: Path) -> datetime:
    """Return the date of a file, in UTC.

    Raises:
        FileError: there is no such file.
    """
    with translate_open_errors(path):
        return _EPOCH + timedelta(seconds=path.stat().st_mtime)


def loaded_before(source: "PendingSource", account: "Account", paths: "Paths") -> datetime | None:
    """Return when the same bytes were loaded first, as far as kept downloads tell; None when they were not.

    Args:
        source: the download.
        account: for which account downloads are kept.
        paths: where they are kept.

    Raises:
        FileError: there is no such file.
    """
    from action_returns.operations.kept_pending import hash_of, kept_downloads

    if source.kept is not None:
        return source.kept.loaded_at
    with translate_open_errors(source.path):
        size = source.path.stat().st_size
        kept: list[PendingSource] = []
        with suppress(FileError):  # facts that cannot be read tell nothing
            kept = kept_downloads(account, paths)
        facts = [one.kept for one in kept if one.kept is not None and one.kept.size == size]
        sha256 = hash_of(source.path)[0] if facts else ""
    return min((one.loaded_at for one in facts if one.sha256 == sha256), default=None)


def age_of(
    source: "PendingSource",
    pending: PendingDownload,
    loaded: datetime | None,
    taken: datetime | None,
    *,
    now: datetime,
    is_zone_known: bool = True,
) -> ListAge:
    """Return between which moments a download was made; the earliest one is 1970 where nothing tells it.

    A file gets a new date when it is copied, so its date tells only that the download is not newer.

    Args:
        source: where it was read.
        pending: what was read.
        loaded: when the same bytes were loaded first, None when they were not.
        taken: when the user downloaded it, None when the user did not say.
        now: the local time. No download is newer, whatever its dates say.
        is_zone_known: whether the profile sets the zone of dates without an offset. Read as UTC, those of a zone to the
            east are up to 14 hours too late.

    Raises:
        UsageError: it cannot have been downloaded then.
    """
    from action_returns.operations.kept_pending import FETCHED

    now = now.astimezone(UTC)
    written = source.kept.loaded_at if source.kept is not None else file_date(source.path)
    earliest = pending.as_of.astimezone(UTC)
    if taken is None:
        latest = min(written, now) if loaded is None else min(written, loaded, now)
        if pending.as_of_basis == FETCHED:
            return ListAge(min(earliest, latest), latest)
        if not pending.has_dates:
            return ListAge(UNKNOWN_AGE, latest)
        zones = timedelta(0) if pending.has_offset or is_zone_known else _FARTHEST_EAST
        return ListAge(min(earliest - zones, latest), latest, zones)
    taken = taken.astimezone(UTC)
    if taken > now + _MINUTE:
        raise UsageError(in_future(taken))
    if taken > written + _MINUTE:
        raise UsageError(
            f"--taken {taken:%Y-%m-%dT%H:%M}Z is later than the date of {source.path.name}, {written:%Y-%m-%dT%H:%M}Z, so it "
            "cannot have been downloaded then. Name the time of this download, or leave --taken out."
        )
    # Without dates of actions, the date of the file is all that is known, and the user knows better.
    if taken < earliest - _SLACK and earliest < written - _MINUTE:
        raise UsageError(
            f"--taken {taken:%Y-%m-%dT%H:%M}Z is earlier than {source.path.name} can be ({pending.as_of_basis}). Name the "
            "time of this download, or leave --taken out."
        )
    return ListAge(taken, taken)


def partners_not_listed(path: Path, columns: Mapping[str, str], partners: Collection[str]) -> frozenset[str]:
    """Return which partners a download has no action of; none where it tells no partners.

    Args:
        path: the download.
        columns: field -> header, where the user named it.
        partners: their names.

    Raises:
        FileError: the download cannot be read.
    """
    from action_returns.readers.pending_facts import word_of
    from action_returns.readers.pending_rows import read_pending_rows

    with translate_open_errors(path), open_to_read(path) as file:
        content = file.read()
    missing = {partner for partner in partners if partner.encode("utf-8", "replace") not in content}
    if not missing:
        return frozenset()
    rows = read_pending_rows(path, columns)  # it is packed, or the name is written in another way
    at = rows.fields.get("partner")
    return frozenset() if at is None else frozenset(missing - {word_of(row[at]) for row in rows.rows})


def in_future(taken: datetime) -> str:
    """Return the refusal of a download that the user says was made later than now."""
    return (
        f"--taken {taken:%Y-%m-%dT%H:%M}Z is in the future, so nothing can have been downloaded then. Name the time of this "
        "download, or leave --taken out. A time without a zone is local; one that ends with Z is in UTC."
    )


def lists_other_states(path: Path, columns: Mapping[str, str]) -> bool:
    """Return whether a download has a row whose state is not PENDING.

    Args:
        path: the download.
        columns: field -> header, where the user named it.

    Raises:
        FileError: it cannot be read.
    """
    from action_returns.readers.pending_rows import read_pending_rows

    with translate_open_errors(path), open_to_read(path) as file:
        head = file.read(4)
        if head[:2] != b"PK" and b"\0" not in head and head[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
            small = (head + file.read()).lower()
            if not any(word in small for word in _OTHER_STATES):
                return False
    rows = read_pending_rows(path, columns)
    at = rows.fields.get("state")
    return at is not None and any(str(row[at] or _PENDING).strip().upper() not in {_PENDING, ""} for row in rows.rows)
