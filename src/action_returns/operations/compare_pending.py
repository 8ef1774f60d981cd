"""Compare pending downloads: two that are named, the two that are kept, or a new one with the one before."""

from datetime import datetime
from typing import Final

from action_returns.batch.context import PendingDownload
from action_returns.batch.pending_changes import PendingChanges, compare_downloads
from action_returns.errors import FileError, UsageError
from action_returns.files import Paths
from action_returns.operations.account import Account
from action_returns.operations.kept_pending import check_kept, hash_of, kept_downloads
from action_returns.operations.pending_source import PendingSource, read_download
from action_returns.operations.pending_texts import change_counts, first_changes, pending_age
from action_returns.operations.texts import command, counted

_NAMED: Final = 3
"""Actions of each kind that the text after Load pending names."""


def compare_sources(old: PendingSource, new: PendingSource, account: Account, *, now: datetime) -> PendingChanges:
    """Compare two downloads.

    Args:
        old: the earlier one.
        new: the later one.
        account: the account whose time zone holds.
        now: the moment of the comparison.

    Raises:
        FileError: one of them cannot be used.
    """
    for source in (old, new):
        check_kept(source)
    earlier, later = (read_download(source, None, account, now=now) for source in (old, new))
    return compare_downloads(earlier, later)


def kept_pair(account: Account, paths: Paths) -> tuple[PendingSource, PendingSource]:
    """Return the two downloads that are kept, the one that was loaded first first.

    Raises:
        UsageError: there are no two.
        FileError: ``pending-kept-changed``: what is on record about one of them cannot be read.
    """
    kept = kept_downloads(account, paths)
    if len(kept) < 2:  # noqa: PLR2004  # a pair
        raise UsageError(
            f"{counted(len(kept), 'pending download')} of this account {'is' if len(kept) == 1 else 'are'} kept, and two "
            "are needed to compare. A download is kept when it is loaded with Load pending or --pending FILE. Load "
            f"another one, or name two files: {command('pending', 'compare', 'OLD', 'NEW')}"
        )
    return kept[1], kept[0]


def compared_with_kept(
    source: PendingSource, pending: PendingDownload, account: Account, paths: Paths, *, now: datetime
) -> str:
    """Return what changed since the download that was loaded before, in words; blank when there is none.

    Args:
        source: the download that was loaded now, and kept.
        pending: what was read from it, with all of its actions.
        account: the account.
        paths: where the kept downloads are.
        now: the moment of the click.
    """
    try:
        sha256, _ = hash_of(source.path)
        kept = [one for one in kept_downloads(account, paths) if one.kept is not None]
        others = [one for one in kept if one.kept is not None and one.kept.sha256 != sha256]
        if not others or others[0].kept is None:
            return ""
        age = pending_age(others[0].kept.as_of.astimezone(account.time_zone), now)
        if others[0] is kept[0] and len(others) < len(kept):
            return f"This download was loaded before already. A later one is kept too: {age}, {others[0].kept.name}."
        check_kept(others[0])
        before = read_download(others[0], None, account, now=now)
    except (FileError, OSError) as error:
        return f"Not compared with the download before: {error}"
    changes = compare_downloads(before, pending)
    older = " It is older than that one." if pending.as_of < before.as_of else ""
    lines = [f"Compared with the {age[0].lower()}{age[1:]}:{older} {change_counts(changes)}."]
    return "\n".join([*lines, *first_changes(changes, _NAMED)])
