"""Sending: record, then send, then record.

The bytes, their hash and every row are committed to the ledger before the first byte leaves; what became of them is
committed after. Whatever ends this program in between leaves a batch that says ``sending``, which the next start
reads as ``unknown``: it is never sent again by itself.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from action_returns.delivery.outcome import Channel, Outcome, Parcel
from action_returns.settings import Places, write_atomically
from action_returns.submission.errors import AlreadySent, BatchHasErrors, WrongConfirmation
from action_returns.submission.exporting import make_file
from action_returns.submission.money import money

if TYPE_CHECKING:
    from action_returns.ledger import BatchRecord, Ledger
    from action_returns.submission.account import Account
    from action_returns.submission.checking import Checked


@dataclass(frozen=True, slots=True)
class Submission:
    """One batch that was handed to a channel, and what became of it.

    Args:
        batch: its label, ``0001``.
        file_name: the name the file has at the receiver.
        sha256: hash of the exact bytes.
        rows: how many rows it holds.
        size: how many bytes.
        channel: kind of channel.
        destination: where it went.
        outcome: what became of it.
        recorded: False when the ledger could not record the outcome.
    """

    batch: str
    file_name: str
    sha256: str
    rows: int
    size: int
    channel: str
    destination: str
    outcome: Outcome
    recorded: bool = True


def refuse_unready(checked: "Checked", *, only_ready: bool, confirmed_rows: int | None = None) -> None:
    """Stop unless every row may be sent, or leaving out the others was asked for.

    Args:
        checked: the batch.
        only_ready: whether rows with errors are to stay behind.
        confirmed_rows: how many rows somebody confirmed, None when nobody named a number.

    Raises:
        BatchHasErrors: rows with errors, and nobody said to leave them out.
        WrongConfirmation: another number of rows was confirmed.
        action_returns.submission.errors.NothingReady: no row may be sent.
    """
    report = checked.report
    out = report.rows - report.ready
    if out and not only_ready:
        raise BatchHasErrors(
            f"{out} of {report.rows} rows of {checked.file} have errors, so nothing was sent. Repair them "
            f"(action-returns check {checked.file}), or leave them out with --only-ready."
        )
    make_file(checked)
    if confirmed_rows is not None and confirmed_rows != len(checked.rows):
        raise WrongConfirmation(
            f"{confirmed_rows} rows were confirmed, but {checked.file} has {len(checked.rows)} rows to send. "
            "Nothing was sent. Look at the batch again: action-returns review " + checked.file
        )


def submit(
    checked: "Checked",
    account: "Account",
    channel: Channel,
    ledger: "Ledger",
    places: Places,
    *,
    clock: Callable[[], datetime],
    allow_duplicate: bool = False,
) -> Submission:
    """Send the ready rows once.

    Args:
        checked: the batch; rows with errors stay behind.
        account: the profile it goes out under.
        channel: the way to the receiver.
        ledger: where it is recorded before and after.
        places: where the copy of the bytes is kept.
        clock: the local time, with its zone.
        allow_duplicate: send even when the ledger has this exact content already.

    Raises:
        AlreadySent: the ledger has this exact content already.
        action_returns.ledger.LedgerProblem: the batch could not be recorded; nothing was sent.
    """
    made = make_file(checked)
    kind = account.profile.channel.kind if account.profile is not None else ""
    claim = _claim(checked, account, channel, ledger, made.content, kind, clock, allow_duplicate=allow_duplicate)
    folder = places.submissions / claim.label
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / claim.file_name, made.content, overwrite=False)
    outcome = channel.deliver(Parcel(claim.file_name, made.content))
    done = Submission(
        batch=claim.label,
        file_name=claim.file_name,
        sha256=made.sha256,
        rows=len(checked.rows),
        size=len(made.content),
        channel=kind,
        destination=channel.destination,
        outcome=outcome,
    )
    return _settle(done, claim.number, ledger)


def _claim(checked, account, channel, ledger, content, kind, clock, *, allow_duplicate):
    raise NotImplementedError
