"""The public Python API: import, load, check, review and send a batch from a program, with the rules of the command line.

``action_returns`` exports these functions. None of them asks a user: the program passes in what it agrees to.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from action_returns.files import Paths, default_paths
from action_returns.operations import check as checking
from action_returns.operations import review as reviewing
from action_returns.operations import send as sending
from action_returns.operations.account import open_account, open_channel
from action_returns.operations.check import CheckedBatch
from action_returns.operations.kept_pending import with_its_facts
from action_returns.operations.no_dialogue import NoDialogue
from action_returns.operations.pending_source import PendingSource, read_download
from action_returns.operations.previous_sends import find_previous_sends
from action_returns.operations.review import Review
from action_returns.operations.send import Consent, SendResult
from action_returns.readers.batch_columns import ColumnAnswers
from action_returns.readers.batch_file import LoadedBatch

if TYPE_CHECKING:
    from action_returns.batch.action_return import ActionReturn
    from action_returns.batch.cells import ColumnName
    from action_returns.operations.import_answers import ImportAnswers
    from action_returns.operations.import_returns import Imported


def load(
    source: "str | Path | Iterable[ActionReturn]",
    *,
    sheet: str | None = None,
    columns: "Mapping[ColumnName, str] | None" = None,
) -> LoadedBatch:
    """Read a batch from a workbook or CSV file, or build one from :class:`~action_returns.ActionReturn` rows.

    Args:
        source: the path of the file, or the rows.
        sheet: which sheet, when several could be meant.
        columns: ActionId, Amount or Reason -> the header it has in the file, where that is another one. A program says
            so each time: what users said about their files is not looked up.

    Raises:
        action_returns.errors.FileError: when the file cannot be read as a whole.
    """
    if isinstance(source, str | Path):
        return checking.read_file(str(source), sheet=sheet, columns=ColumnAnswers(columns or {}))
    from action_returns.batch.action_return import as_columns

    return LoadedBatch(as_columns(source), "rows of a program")


def import_returns(
    file: str | Path,
    *,
    pending: str | Path | None = None,
    profile: str | None = None,
    answers: "ImportAnswers | None" = None,
    keep: bool = True,
    paths: Paths | None = None,
) -> "Imported":
    """Find the action of each order of a shop's export, and compute its new total. Nothing is written to a file or sent.

    Args:
        file: the export.
        pending: a pending download, None for the one that was kept last.
        profile: the profile, None for the default one.
        answers: which column is which, and what else the file leaves open; those that users gave for files with the same
            headers hold too.
        keep: whether what was made of the orders is kept, so that a later import adds only what is new. False for a look.
        paths: where profiles and ledger are, None for the usual folders.

    Returns:
        ``batch`` for :func:`check`, and ``preview`` with the rows and, for each order without one, why it has none.

    Raises:
        action_returns.errors.FileError: when the export or the download cannot be used.
        action_returns.errors.NoPendingDownloadError: when no download was named, and none is kept.
        action_returns.errors.LedgerError: when it cannot be looked up what was sent before.
        action_returns.errors.SettingsError: when there is no such profile, or the settings are wrong.
    """
    from action_returns.operations import import_returns as importing

    paths = paths or default_paths(os.environ)
    account = open_account(paths, profile)
    given = None if pending is None else PendingSource(Path(pending), paths.pending_answers)
    source = importing.choose_pending(given, account, paths)
    imported = importing.preview_import(Path(file), account, paths, now=_now(), pending=source, answers=answers)
    if keep and imported.preview.rows:
        importing.remember_import(imported, account, paths)
    return imported


def check(
    batch: LoadedBatch,
    *,
    profile: str | None = None,
    pending: Path | None = None,
    name: str = "a program",
    paths: Paths | None = None,
) -> CheckedBatch:
    """Check every row by the rules of a profile, and look up what was sent before.

    Args:
        batch: the batch.
        profile: the profile, None for the default one.
        pending: a pending download to compare with.
        name: where the batch came from, for messages and the ledger.
        paths: where profiles and ledger are, None for the usual folders.

    Raises:
        action_returns.errors.SettingsError: when there is no such profile, or the settings are wrong.
        action_returns.errors.FileError: when the download cannot be used.
    """
    paths = paths or default_paths(os.environ)
    account = open_account(paths, profile)
    download = None
    if pending is not None:
        source = with_its_facts(PendingSource(pending, paths.pending_answers), account, paths)
        download = read_download(source, batch, account, now=_now())
    past = find_previous_sends(batch, account, paths)
    return checking.check_loaded(name, batch, account, now=_now(), pending=download, past=past)


def review(checked: CheckedBatch, *, profile: str | None = None, paths: Paths | None = None) -> Review:
    """Return totals, money effect, destination and the hash of the prepared file.

    Args:
        checked: the batch.
        profile: the profile it would go out under, None for the default one.
        paths: where profiles are, None for the usual folders.

    Raises:
        action_returns.errors.SettingsError: when there is no such profile, or the settings are wrong.
    """
    paths = paths or default_paths(os.environ)
    account = open_account(paths, profile)
    destination = "" if account.profile is None else open_channel(account, paths).destination
    return reviewing.review(checked, account, destination=destination)


def send(
    checked: CheckedBatch,
    *,
    confirmed_rows: int,
    profile: str | None = None,
    only_ready: bool = False,
    include_sent: bool = False,
    max_raise_cents: int | None = None,
    strict: bool = False,
    allow_duplicate: bool = False,
    paths: Paths | None = None,
) -> SendResult:
    """Send the new rows once over the profile's channel, and keep a receipt.

    Rows that may have arrived before stay behind: they are not in ``checked.rows``, but in ``checked.repeats``.

    Args:
        checked: the batch.
        confirmed_rows: how many rows the program means to send; another number sends nothing.
        profile: the profile it goes out under, None for the default one.
        only_ready: rows with errors may stay behind.
        include_sent: rows that may have arrived before go out again; they count in ``confirmed_rows`` then.
        max_raise_cents: what the rows may raise order value by; None: what the profile says (``max_raise``).
        strict: rows with warnings are not sent, and nothing else is.
        allow_duplicate: the old name of ``include_sent``.
        paths: where profiles and ledger are, None for the usual folders.

    Returns:
        The batch, its outcome and the receipt. ``failed`` and ``unknown`` are outcomes, not errors.

    Raises:
        action_returns.errors.ActionReturnsError: when nothing was sent; see
            :func:`action_returns.operations.send.send`.
    """
    paths = paths or default_paths(os.environ)
    consent = Consent(
        "confirmed by a program",
        confirmed_rows,
        only_ready=only_ready,
        include_sent=include_sent or allow_duplicate,
        strict=strict,
        max_raise_cents=max_raise_cents,
    )
    account = open_account(paths, profile)
    # Rows that may have arrived before are in ``checked.repeats``, so a program needs no warning.
    dialogue = NoDialogue("confirmed by a program", "a program is not asked")
    return sending.send(lambda: checked, account, paths, dialogue, consent=consent, clock=_now)


def _now() -> datetime:
    return datetime.now().astimezone()
