"""Keep a private copy of each pending download that proved readable, the latest two of each account.

``pending/ACCOUNT/`` holds for each download a file of facts (``HASH.json``) and a folder with the copy (``HASH/NAME``),
under the name of the user's file, which messages repeat. The facts are written last: a copy without them does not count.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from action_returns.batch.context import PendingDownload
from action_returns.errors import FileError
from action_returns.files import Paths, once_free, open_to_read, write_atomically
from action_returns.ledger.accounts import LIVE, account_name
from action_returns.operations.account import Account
from action_returns.operations.kept_facts import kept_changed, read_facts, write_facts
from action_returns.operations.kept_locks import LOCKS
from action_returns.operations.pending_source import KeptFacts, PendingSource
from action_returns.private_files import make_private_folder

MOST_KEPT: Final = 2
"""Downloads that are kept of one account, so that two can be compared."""
FETCHED: Final = "it was fetched over the network's API"
"""What the age of a list rests on that ``pending fetch`` made."""
_HASH_SHOWN: Final = 16
_STALE: Final = 3_600
"""Seconds after which a copy without facts is that of a program that was ended."""
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class _Entry:
    """A copy and the file of its facts."""

    source: PendingSource
    facts_file: Path


def keep_download(
    source: PendingSource,
    pending: PendingDownload,
    account: Account,
    paths: Paths,
    *,
    now: datetime,
    is_same: Callable[[], bool] = lambda: True,
) -> PendingSource | None:
    """Keep a copy of a download that was read, unless the same bytes are kept already; older copies are removed.

    Args:
        source: the file, and the answers that read it.
        pending: what was read.
        account: for which account.
        paths: where copies are kept.
        now: when it was loaded.
        is_same: whether the file is still the one that was read.

    Returns:
        The copy; None when the file has changed since it was read, and is not kept.

    Raises:
        OSError: the copy cannot be written. What was kept before is as it was.
    """
    folder = paths.pending / _folder_name(account)
    sha256, size = hash_of(source.path)
    if not is_same():
        return None
    same = None
    with suppress(FileError):  # facts that cannot be read: this download takes their place
        found = (one for one in kept_downloads(account, paths) if one.kept is not None and one.kept.sha256 == sha256)
        same = next(found, None)
    facts_file = folder / f"{sha256[:_HASH_SHOWN]}.json"
    if same is not None and same.kept is not None and _has_its_bytes(same):
        is_newer = pending.as_of > same.kept.as_of  # fetched again, and nothing has changed at the network
        if is_newer or (same.columns, same.day_first) != (
            dict(source.columns),
            source.day_first,
        ):  # corrected by the user
            facts = same.kept
            if is_newer:
                facts = replace(facts, loaded_at=now.astimezone(UTC), as_of=pending.as_of, basis=pending.as_of_basis)
            same = replace(same, columns=dict(source.columns), day_first=source.day_first, kept=facts)
            write_facts(facts_file, same)
        return same
    kept = KeptFacts(
        name=source.path.name,
        loaded_at=now.astimezone(UTC),
        as_of=pending.as_of,
        basis=pending.as_of_basis,
        rows=pending.count,
        sha256=sha256,
        size=size,
    )
    copy = folder / sha256[:_HASH_SHOWN] / source.path.name
    make_private_folder(paths.pending)
    make_private_folder(folder)
    make_private_folder(copy.parent)
    is_whole = False
    try:
        write_atomically(copy, lambda draft: _copy(source.path, draft), overwrite=True)
        if not is_same() or hash_of(copy) != (sha256, size):
            return None
        source = PendingSource(copy, source.answers_file, source.columns, source.day_first, kept)
        write_facts(facts_file, source)
        is_whole = True
    finally:
        if not is_whole and not facts_file.exists():  # on a full disk, nothing that is of no use stays
            _remove_folder(copy.parent)
    with suppress(OSError):  # what is not removed now goes the next time
        _remove_older(folder, paths, newest=facts_file)
    return source


def kept_downloads(account: Account, paths: Paths) -> list[PendingSource]:
    """Return the kept downloads of an account, the one that was loaded last first. Their bytes are not looked at.

    Raises:
        FileError: ``pending-kept-changed``: what is on record about one of them cannot be read.
    """
    return [entry.source for entry in _entries(paths.pending / _folder_name(account), paths)]


def kept_download(account: Account, paths: Paths) -> PendingSource | None:
    """Return the kept download of an account that was loaded last, with its facts as ``kept``; None when none is kept.

    Its bytes are those that were kept: they are compared with their hash. Say its age where it is used.

    Raises:
        FileError: ``pending-kept-changed``: it was changed since, or cannot be read. An older one is not used instead.
    """
    kept = kept_downloads(account, paths)
    if not kept:
        return None
    check_kept(kept[0])
    return kept[0]


def with_its_facts(source: PendingSource, account: Account, paths: Paths) -> PendingSource:
    """Return a file that the user named; with what is on record about it, when its own dates would tell another age.

    A kept copy is younger than its data. A list that was fetched is as new as the fetch, and its latest action may be of
    weeks ago.

    Raises:
        FileError: ``pending-kept-changed``: it is a kept copy, and was changed since, or cannot be read.
    """
    if source.kept is not None:
        return source
    found = _copy_at(source.path, paths) or _fetched_with_bytes_of(source.path, account, paths)
    if found is None:
        return source
    day_first = found.day_first if source.day_first is None else source.day_first
    return replace(found, path=source.path, columns={**found.columns, **source.columns}, day_first=day_first)


def _copy_at(path: Path, paths: Paths) -> PendingSource | None:
    try:
        path = path.resolve()
        if not path.parents[2].samefile(paths.pending):
            return None
        copy = read_facts(path.parent.with_suffix(".json"), paths)
    except (OSError, RuntimeError, IndexError):  # a link to itself; a file beside the root; no such file
        return None
    if copy.path.name != path.name:
        return None
    check_kept(copy)
    return copy


def _fetched_with_bytes_of(path: Path, account: Account, paths: Paths) -> PendingSource | None:
    with suppress(OSError, FileError):
        size = path.stat().st_size
        for copy in kept_downloads(account, paths):
            facts = copy.kept
            if facts is not None and (facts.basis, facts.size) == (FETCHED, size) and hash_of(path)[0] == facts.sha256:
                return copy
    return None


def check_kept(source: PendingSource) -> None:
    """Check that a kept download has the bytes that were kept.

    Raises:
        FileError: ``pending-kept-changed``: it has not, or it cannot be read.
    """
    facts = source.kept
    if facts is None:
        return
    try:
        found = hash_of(source.path)
    except OSError as error:
        raise kept_changed(f"The kept copy of {facts.name} cannot be read ({error.strerror or error})") from None
    if found != (facts.sha256, facts.size):
        raise kept_changed(
            f"The kept copy of {facts.name} is not the file that was loaded on {facts.loaded_at:%Y-%m-%d}"
        )


def _has_its_bytes(source: PendingSource) -> bool:
    try:
        check_kept(source)
    except FileError:
        return False
    return True


def _entries(folder: Path, paths: Paths) -> list[_Entry]:
    """Return what is kept in a folder, the one that was loaded last first."""
    try:
        files = [path for path in folder.iterdir() if path.suffix == ".json" and not path.name.startswith(".")]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise FileError(
            "pending-kept-changed",
            f"{folder}, where pending downloads are kept, cannot be read ({error.strerror or error}), so no kept download is "
            "used. Give your user the right to read the folder. Until then, name the download with --pending FILE",
        ) from None
    entries = []
    for path in files:
        with suppress(FileNotFoundError):  # another program removed it: it keeps a later download at this moment
            entries.append(_Entry(read_facts(path, paths), path))
    return sorted(entries, key=lambda entry: _loaded_at(entry.source), reverse=True)


def _loaded_at(source: PendingSource) -> datetime:
    return datetime.min.replace(tzinfo=UTC) if source.kept is None else source.kept.loaded_at


def _folder_name(account: Account) -> str:
    """Return a folder name for an account: no file system takes two accounts for one, and people can tell them apart."""
    profile = account.profile
    name = account_name(account.environment or LIVE, account.name, None if profile is None else profile.account)
    shown = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)[:40].strip("-").lower()
    return f"{shown}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def hash_of(path: Path) -> tuple[str, int]:
    """Return the SHA-256 of a file, and its size.

    Raises:
        OSError: it cannot be read.
    """
    digest, size = hashlib.sha256(), 0
    with open_to_read(path) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _copy(path: Path, draft: Path) -> None:
    with open_to_read(path) as file, draft.open("r+b") as copy:
        while chunk := file.read(_CHUNK):
            copy.write(chunk)


def _remove_older(folder: Path, paths: Paths, *, newest: Path) -> None:
    """Remove what is not among the latest copies; what another program has open goes the next time."""
    good: list[_Entry] = []
    removed = set[str]()
    for path in folder.glob("*.json"):
        try:
            good.append(_Entry(read_facts(path, paths), path))
        except FileNotFoundError:
            continue
        except FileError:
            _remove(path)
            removed.add(path.stem)
    good.sort(key=lambda entry: (entry.facts_file == newest, _loaded_at(entry.source)), reverse=True)
    for entry in good[MOST_KEPT:]:
        _remove(entry.facts_file)
        removed.add(entry.facts_file.stem)
    known = {entry.facts_file.stem for entry in good[:MOST_KEPT]}
    written = newest.stat().st_mtime
    for path in folder.iterdir():
        if path.is_dir() and path.name not in known:
            without_facts = not path.with_suffix(".json").exists()
            # Another program may be about to write the facts of a copy.
            if path.name in removed or (without_facts and path.stat().st_mtime < written - _STALE):
                _remove_folder(path)
        elif path.suffix == LOCKS and path.stem not in known:
            _remove(path)


def _remove_folder(folder: Path) -> None:
    with suppress(OSError):
        for path in folder.iterdir():
            _remove(path)
        folder.rmdir()


def _remove(path: Path) -> None:
    with suppress(OSError):
        once_free(lambda: path.unlink(missing_ok=True), briefly=True)
