"""Sending: record, then send, then record.

The bytes, their hash and every row are committed to the ledger (``prepared``) before anything is connected; that the
first byte is about to leave is committed right before it does (``sending``); what became of it is committed after.
Whatever ends this program in between leaves a batch of which the next start tells the truth: ``failed`` where nothing
had left, else ``unknown``. It is never sent again by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from action_returns.channels.base import Channel, Outcome, OutgoingFile, Phase, State
from action_returns.errors import (
    AlreadySentError,
    ConfirmationError,
    LedgerError,
    RowsAlreadySentError,
    RowsWithErrorsError,
    SettingsError,
)
from action_returns.ledger.records import Claim, DuplicateBatchError, NewBatch, RepeatedRowsError, label
from action_returns.operations.export import make_file

if TYPE_CHECKING:
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import BatchRecord
    from action_returns.operations.account import Account
    from action_returns.operations.check import CheckedBatch


_NAMED: Final = 5
"""Rows that a message names."""


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


def refuse_unready(checked: "CheckedBatch", *, only_ready: bool, confirmed_rows: int | None = None) -> None:
    """Stop unless every row may be sent, or leaving out the others was asked for.

    Args:
        checked: the batch.
        only_ready: whether rows with errors are to stay behind.
        confirmed_rows: how many rows somebody confirmed, None when nobody named a number.

    Raises:
        RowsWithErrorsError: rows with errors, and nobody said to leave them out.
        ConfirmationError: another number of rows was confirmed.
        action_returns.errors.NoRowsToSendError: no row may be sent.
    """
    make_file(checked)  # first: leaving out rows is no advice where none remains
    report = checked.report
    out = report.rows - report.ready
    if out and not only_ready:
        raise RowsWithErrorsError(
            f"{out} of {report.rows} rows of {checked.file} have errors, so nothing was sent. Repair them "
            f"(action-returns check {checked.file}), or leave them out with --only-ready."
        )
    if confirmed_rows is not None and confirmed_rows != len(checked.rows):
        raise ConfirmationError(
            f"{confirmed_rows} rows were confirmed, but {checked.file} has {len(checked.rows)} rows to send. "
            "Nothing was sent. Look at the batch again: action-returns review " + checked.file
        )


def submit(
    checked: "CheckedBatch",
    account: "Account",
    channel: Channel,
    ledger: "Ledger",
    *,
    clock: Callable[[], datetime],
    confirmation: str,
    allow_duplicate: bool = False,
) -> Submission:
    """Send the ready rows once.

    Args:
        checked: the batch; rows with errors stay behind.
        account: the profile it goes out under.
        channel: the way to the receiver.
        ledger: where it is recorded before and after.
        clock: the local time, with its zone.
        confirmation: how the person said yes, for the record (``asked at the terminal``).
        allow_duplicate: send even when the ledger has this exact content, or rows of it, already.

    Raises:
        AlreadySentError: the ledger has this exact content already.
        RowsAlreadySentError: it has rows of it already, of which the person was not told.
        action_returns.errors.LedgerError: the batch could not be recorded; nothing was sent.
    """
    made = make_file(checked)
    kind = "" if account.profile is None else account.profile.channel.kind
    batch = NewBatch(account.name, account.environment, kind, channel.destination, checked.file)
    today = clock().date()
    try:
        claim = ledger.claim(
            batch,
            made.content,
            checked.rows,
            name_for=lambda number: f"Batch_Mods_Reversals_{today:%Y_%m_%d}_{label(number)}.csv",
            confirmation={
                "how": confirmation,
                **({"encryption": "none, accepted in the profile"} if account.unencrypted else {}),
            },
            shown=checked.repeated,
            allow_duplicate=allow_duplicate,
        )
    except DuplicateBatchError as duplicate:
        raise AlreadySentError(_already(duplicate.previous, checked.file), duplicate.previous.label) from None
    except RepeatedRowsError as repeated:
        raise RowsAlreadySentError(_rows_already(repeated.rows, checked.file)) from None
    outcome = _deliver(channel, OutgoingFile(claim.file_name, made.content), claim, ledger)
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
    return _settled(done, claim.number, ledger)


def _deliver(channel: Channel, parcel: OutgoingFile, claim: Claim, ledger: "Ledger") -> Outcome:
    may_have_left = False

    def leaving() -> None:
        nonlocal may_have_left
        ledger.mark_sending(claim.number)
        may_have_left = True

    try:
        return channel.deliver(parcel, leaving)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # whatever it was, the truth has to be recorded
        return _cut_short(error) if may_have_left else _never_left(error)


def _never_left(error: BaseException) -> Outcome:
    if isinstance(error, SettingsError | LedgerError):  # the password is fetched when it is needed
        return Outcome(State.FAILED, f"{error} Nothing was sent.", Phase.CONNECT)
    told = (
        f"Sending was cut short ({type(error).__name__}) before the first byte left. Nothing was sent. Send it again."
    )
    return Outcome(State.FAILED, told, Phase.CONNECT)


def _cut_short(error: BaseException) -> Outcome:
    return Outcome(
        State.UNKNOWN,
        f"Sending was cut short ({type(error).__name__}). The file may have arrived or not. "
        "Do not send it again before you have looked: at File Submissions, or at a new pending-actions download.",
    )


def _settled(done: Submission, number: int, ledger: "Ledger") -> Submission:
    outcome = done.outcome
    try:
        ledger.settle(number, outcome.state.value, outcome.message, outcome.evidence)
    except LedgerError as problem:
        told = f"{outcome.message} This could not be recorded, so the history will say unknown: {problem}"
        return replace(done, outcome=replace(outcome, message=told), recorded=False)
    return done


def _already(previous: "BatchRecord", file: str) -> str:
    when = previous.created_at.astimezone()
    return (
        f"This exact list was already sent on {when:%Y-%m-%d at %H:%M} as batch {previous.label} ({previous.state}, "
        f"{previous.file_name}). Nothing was sent now. Sending {file} again uses up another modification of each of its "
        f"{previous.rows} actions; look at it with: action-returns history show {previous.label}. If it really has to "
        "go out again, add --allow-duplicate."
    )


def _rows_already(rows: Mapping[str, str], file: str) -> str:
    named = ", ".join(f"{action_id} in batch {batch}" for action_id, batch in list(rows.items())[:_NAMED])
    more = f" and {len(rows) - _NAMED:,} more" if len(rows) > _NAMED else ""
    return (
        f"{len(rows):,} rows with the same amount and reason were sent meanwhile: {named}{more}. Nothing was sent now. "
        f"Check again, and leave them out: action-returns check {file}"
    )
