"""Fetch the pending actions over the network's Brand API into a file that is read like a pending download."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from action_returns.brand_api.actions import read_stretch
from action_returns.brand_api.client import BrandApi
from action_returns.brand_api.whole_lists import Stretch, TooManyRowsError, stretches
from action_returns.errors import ApiError, FetchInterruptedError, OutputFileError
from action_returns.files import Paths, check_file_name, write_atomically
from action_returns.operations.account import Account
from action_returns.operations.api_access import api_settings, open_api
from action_returns.operations.export import write_bytes
from action_returns.operations.fetch_merged import MergedRows, write_csv
from action_returns.operations.fetch_part import FetchPart, FetchPlan, open_part
from action_returns.operations.kept_pending import FETCHED, keep_download
from action_returns.operations.pending_source import PendingSource
from action_returns.operations.texts import counted, one_or_many
from action_returns.private_files import make_private_folder

if TYPE_CHECKING:
    from action_returns.batch.context import PendingDownload

Tell = Callable[[str], None]
"""Takes a sentence about the progress."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch came to.

    Args:
        written: the file; None when there are no pending actions, and nothing was written.
        is_kept: whether ``written`` is the account's kept download, and no file that the user named.
        rows: the actions in it.
        campaigns: campaign -> number of its actions.
        requests: how many were sent now; the network takes 1,000 an hour of an account.
        resumed: whether it went on with a fetch that had not ended.
        as_of: when the first action was asked for. What changed at the network since may not be in it.
        notes: what the user should know of it.
    """

    written: Path | None
    is_kept: bool
    rows: int
    campaigns: Mapping[str, int]
    requests: int
    resumed: bool
    as_of: datetime
    notes: tuple[str, ...]


def fetch_pending(
    account: Account,
    paths: Paths,
    *,
    target: Path | None,
    now: datetime,
    tell: Tell,
    overwrite: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Fetch the pending actions of an account.

    Args:
        account: the account; its profile has the settings of the API.
        paths: where what was read is kept until all is read.
        target: the file to write; None to write none. The list is kept as the account's pending download as well: when the
            user names the file later, its age is that of the fetch.
        now: the local time.
        tell: takes sentences about the progress.
        overwrite: whether another file of the target's name may be replaced.
        sleep: waits.

    Raises:
        ConfigError: the profile has no settings of the API, or urllib3 is not installed.
        action_returns.errors.SecretError: the token is missing, or kept where it must not be used.
        ApiError: the API cannot be reached, refuses, or its answers cannot be used. Nothing was written.
        FetchInterruptedError: the user stopped it.
        OutputFileError: the file cannot be written.
        action_returns.errors.FileError: the actions make no pending download, such as those of several currencies.
    """
    settings = api_settings(account, paths)
    _refuse_taken(target, overwrite=overwrite)
    api = open_api(settings, account.name, tell, sleep)
    began = now.astimezone().replace(microsecond=0)
    plan = FetchPlan(settings.account_sid, settings.host, settings.port, settings.campaigns, settings.days_back, began)
    with (
        api,
        open_part(paths.fetches, account.name, plan) as part,
    ):
        resumed = bool(part.counts)
        _tell_beginning(part, tell)
        try:
            _read_all(part, api, tell)
        except KeyboardInterrupt:
            raise FetchInterruptedError(f"Interrupted. Nothing was written.{_kept_so_far(part)}") from None
        except ApiError as error:
            raise ApiError(error.problem, f"{error.message}{_kept_so_far(part)}") from None
        rows = MergedRows(part)
        written, notes = None, tuple[str, ...]()
        if rows.count:
            began = part.plan.began
            written, notes = _write(rows, account, paths, target, began=began, now=now, overwrite=overwrite)
        part.remove()
    return Fetched(
        written=written,
        is_kept=target is None and written is not None,
        rows=rows.count,
        campaigns={campaign: rows.campaigns.get(campaign, 0) for campaign in plan.campaigns},
        requests=api.requests,
        resumed=resumed,
        as_of=part.plan.began,
        notes=(*rows.notes(), *_oldest_note(part, account.name), *notes),
    )


def _refuse_taken(target: Path | None, *, overwrite: bool) -> None:
    """Refuse a name that is taken before an hour of reading, and not after it."""
    if target is None:
        return
    try:
        check_file_name(target)
        if target.is_dir():
            raise OutputFileError(f"{target} is a folder. Nothing was fetched. Name a file in it.")
        if target.exists() and not overwrite:
            raise OutputFileError(
                f"{target} exists already. It was left as it is, and nothing was fetched. Choose another name, or replace "
                "it with --force."
            )
    except OSError as error:
        raise OutputFileError(
            f"{target} cannot be written: {error.strerror or error}. Nothing was fetched. Choose another folder."
        ) from None


def _tell_beginning(part: FetchPart, tell: Tell) -> None:
    if part.thrown_away:
        tell(f"What an earlier fetch had read is thrown away: {part.thrown_away}.")
    if part.counts:
        tell(
            f"Going on with the fetch that began at {part.plan.began:%H:%M}: {_progress(part)} and "
            f"{counted(part.rows, 'action')} are there already."
        )


def _kept_so_far(part: FetchPart) -> str:
    if not part.counts:
        return ""
    return (
        f" What was read so far ({_progress(part)}, {counted(part.rows, 'action')}) is kept on this computer: the same "
        "command goes on there today."
    )


def _progress(part: FetchPart) -> str:
    """Return how many parts of the time were read, ``3 of 8 parts``; a part that is halved becomes two."""
    start, end = part.plan.span()
    parts = len(part.plan.campaigns) * len(stretches("", start, end)) + len(part.halved)
    return f"{len(part.counts):,} of {counted(parts, 'part')}"


def _read_all(part: FetchPart, api: BrandApi, tell: Tell) -> None:
    plan = part.plan
    for campaign in plan.campaigns:
        left = deque(stretches(campaign, *plan.span()))
        while left:
            stretch = left.popleft()
            if stretch in part.counts:
                continue
            if stretch not in part.halved:
                if _read(stretch, part, api, tell):
                    continue
                part.add_halved(stretch)
            left.extendleft(reversed(stretch.halves() or ()))


def _read(stretch: Stretch, part: FetchPart, api: BrandApi, tell: Tell) -> bool:
    """Read a stretch; return False when it has to be halved."""
    try:
        rows = read_stretch(api, stretch, part.plan.host, tell)
    except TooManyRowsError as too_many:
        if stretch.halves() is None:
            raise too_many.error from None
        return False
    part.add(stretch, rows)
    tell(f"{stretch}: {counted(len(rows), 'action')} ({_progress(part)}, {part.rows:,} in all)")
    return True


def _write(
    rows: MergedRows,
    account: Account,
    paths: Paths,
    target: Path | None,
    *,
    began: datetime,
    now: datetime,
    overwrite: bool,
) -> tuple[Path, tuple[str, ...]]:
    """Write the list where it is to be, after it was read as a pending download; return the file, and notes."""
    make_private_folder(paths.fetches)
    with TemporaryDirectory(dir=paths.fetches) as folder:
        path = Path(folder) / (f"pending_{began:%Y-%m-%d}.csv" if target is None else target.name)
        try:
            write_atomically(path, lambda draft: write_csv(rows, draft), overwrite=False)
            download = _read_back(path, rows.count, account, began)
            if target is None:
                return _keep(path, download, account, paths, began=began, now=now), ()
            write_bytes(target, path.read_bytes(), overwrite=overwrite)
        except OSError as error:
            raise OutputFileError(
                f"The list cannot be written: {error.strerror or error}. Make room, then run the same command again: it "
                "fetches nothing twice today."
            ) from None
        try:
            _keep(path, download, account, paths, began=began, now=now)
        except (OSError, ApiError) as error:
            why = str((error.strerror if isinstance(error, OSError) else None) or error).rstrip(".")
            return target, (f"{target.name} was written, and not kept as the pending download of this account: {why}.",)
        return target, ()


def _keep(
    path: Path, download: "PendingDownload", account: Account, paths: Paths, *, began: datetime, now: datetime
) -> Path:
    """Keep the list as the account's pending download; return the copy."""
    download = replace(download, as_of=began, as_of_basis=FETCHED)
    kept = keep_download(PendingSource(path, paths.pending_answers), download, account, paths, now=now)
    if kept is None:
        raise ApiError(
            "api-incomplete",
            "The copy of the list that was written is not the list, and was removed: another program may have changed it, "
            "or the disk is damaged. Nothing was kept. Run the same command again: it fetches nothing twice today.",
        )
    return kept.path


def _read_back(path: Path, count: int, account: Account, began: datetime) -> "PendingDownload":
    """Return the list as a pending download, without its actions.

    Raises:
        action_returns.errors.FileError: it makes no pending download.
        ApiError: another number of actions is in it: a text of the network was not read as it was written.
    """
    from action_returns.readers.pending_download import read_pending_download

    download = read_pending_download(path, wanted=frozenset(), time_zone=account.time_zone, now=began)
    if download.count != count:
        raise ApiError(
            "api-incomplete",
            f"The list that was written holds {counted(download.count, 'action')}, and {count:,} were read. Nothing was kept. Please "
            "report it, and download Pending Actions in the network instead.",
        )
    return download


def _oldest_note(part: FetchPart, profile: str) -> Iterator[str]:
    """Return a note when pending actions reach to the beginning of the time that was read: older ones may exist."""
    start, _ = part.plan.span()
    many = sum(count for stretch, count in part.counts.items() if stretch.start == start)
    if many:
        yield (
            f"{counted(many, 'action')} {one_or_many(many, 'is', 'are')} of the first days that were read, from "
            f"{start:%Y-%m-%d} on. There may be older pending actions. To read more days: action-returns profile set {profile} "
            "api.days_back=DAYS"
        )
