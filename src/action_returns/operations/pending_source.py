"""Read a pending download with the user's answers about its columns and dates, and keep it for later."""

import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from action_returns.batch.context import PendingDownload
from action_returns.files import Paths
from action_returns.operations.account import Account
from action_returns.operations.answers import save_answers, saved_answers
from action_returns.readers.batch_file import LoadedBatch


@dataclass(frozen=True, slots=True)
class KeptFacts:
    """What is on record about a download that was kept.

    Args:
        name: the name of the user's file.
        loaded_at: when it was loaded first, in UTC.
        as_of: how old its data is.
        basis: what ``as_of`` rests on, for people.
        rows: how many actions it lists.
        sha256: the hash of its bytes.
        size: how many bytes it has.
    """

    name: str
    loaded_at: datetime
    as_of: datetime
    basis: str
    rows: int
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class PendingSource:
    """A pending download, and the user's answers to what its headers leave open.

    Args:
        path: the download.
        answers_file: the file of saved answers for downloads with the same headers.
        columns: field -> header, for columns that the program does not recognise by their name.
        day_first: whether 05/06/2026 is the fifth of June; None when the user did not answer that.
        kept: what is on record about it when it is a copy that the program kept; None for a file of the user.
    """

    path: Path
    answers_file: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    day_first: bool | None = None
    kept: KeptFacts | None = None


def load_download(
    source: PendingSource,
    reading: LoadedBatch | None,
    account: Account,
    paths: Paths,
    *,
    now: datetime,
    orders: Collection[str] | None = None,
    ids: Collection[str] | None = None,
) -> PendingDownload:
    """Read a pending download, and keep a copy of the file when it proved readable.

    A copy that cannot be kept is no reason to stop: the notes of the download say so.

    Args:
        source: the file, and the answers to what its headers leave open.
        reading: the batch whose actions are read, None for all actions of the download.
        account: the account whose time zone holds, and for which the copy is kept.
        paths: where it is kept.
        now: the moment of the check; later dates of actions do not tell how old the download is.
        orders: without a batch, the orders whose actions are read, as :func:`action_returns.returns.join.loose_keys` has
            them; None for all actions.
        ids: without a batch, the ActionIds that are read; None for all actions.

    Raises:
        action_returns.errors.FileError: the download cannot be used.
    """
    from action_returns.operations.kept_locks import keep_lock_dates
    from action_returns.operations.kept_pending import keep_download, with_its_facts

    is_copy = source.kept is not None
    source = with_its_facts(source, account, paths)
    before = _state_of(source.path)
    source = _with_saved_answers(source)
    pending = read_download(source, reading, account, now=now, orders=orders, ids=ids)
    if is_copy:
        return pending
    try:
        # What is kept has to be what was read.
        kept = keep_download(source, pending, account, paths, now=now, is_same=lambda: _state_of(source.path) == before)
        why = "it was changed while it was read" if kept is None else ""
        if kept is not None and reading is None and orders is None and ids is None:
            keep_lock_dates(kept, pending, account)
    except OSError as error:
        why = f"{error.strerror or error}"
    note = f"{source.path.name} was not kept for later: {why}. Its rows were used."
    return replace(pending, notes=(*pending.notes, note)) if why else pending


def read_download(
    source: PendingSource,
    reading: LoadedBatch | None,
    account: Account,
    *,
    now: datetime,
    orders: Collection[str] | None = None,
    ids: Collection[str] | None = None,
) -> PendingDownload:
    """Read a pending download with the user's new and saved answers, and save the new ones.

    Args:
        source: the file, and the answers to what its headers leave open.
        reading: the batch whose actions are read, None for all actions of the download.
        account: the account whose time zone holds.
        now: the moment of the check; later dates of actions do not tell how old the download is.
        orders: without a batch, the orders whose actions are read, as :func:`action_returns.returns.join.loose_keys` has
            them; None for all actions.
        ids: without a batch, the ActionIds that are read; None for all actions.

    Raises:
        action_returns.errors.FileError: the download cannot be used.
    """
    from action_returns.readers.pending_download import read_pending_download

    if source.kept is None:
        source = _with_saved_answers(source)
    if reading is not None:
        ids = {cell for cell in reading.columns.action_id if isinstance(cell, str)}
    pending = read_pending_download(
        source.path,
        wanted=ids,
        time_zone=account.time_zone,
        columns=source.columns,
        day_first=source.day_first,
        now=now,
        orders=orders,
    )
    if source.kept is not None:
        # The date of the copy is not the date of the user's file.
        as_of = source.kept.as_of.astimezone(account.time_zone)
        return replace(pending, as_of=as_of, as_of_basis=source.kept.basis)
    if source.columns:
        save_answers(source.answers_file, _signature(source), source.columns)  # only now: they have proved right
    return pending


def _with_saved_answers(source: PendingSource) -> PendingSource:
    """Return the source with the saved answers for these headers; the user's new answers replace them.

    Raises:
        action_returns.errors.FileError: the download cannot be read.
    """
    saved = {} if source.kept is not None else saved_answers(source.answers_file)
    return replace(source, columns={**saved.get(_signature(source), {}), **source.columns}) if saved else source


def _signature(source: PendingSource) -> str:
    """Return what is the same for all downloads with these headers."""
    from action_returns.readers.headers import header_signature
    from action_returns.readers.pending_rows import read_headers

    return header_signature(read_headers(source.path))


def _state_of(path: Path) -> tuple[int, int, int] | None:
    """Return what changes when a file is written or replaced, None when there is no file."""
    with suppress(OSError):
        facts: os.stat_result = path.stat()
        return facts.st_size, facts.st_mtime_ns, facts.st_ino
    return None
