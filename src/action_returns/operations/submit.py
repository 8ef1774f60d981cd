"""Record a batch, send it once, and record its outcome.

The bytes, their hash and every row are committed to the ledger (``prepared``) before anything is connected; that the
first byte is about to leave is committed right before it does (``sending``); the outcome is committed after. When this
program ends in between, the next start can tell what became of the batch: ``failed`` when nothing had left, else
``unknown``. A batch is never sent again by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from action_returns.channels.base import Channel, Outcome, OutgoingFile, Phase, State
from action_returns.errors import LedgerError, RowsAlreadySentError, SettingsError
from action_returns.ledger.records import Claim, NewBatch, RepeatedRowsError
from action_returns.operations import texts
from action_returns.operations.confirmation import facts_to_record

if TYPE_CHECKING:
    from action_returns.ledger.ledger import Ledger
    from action_returns.operations.account import Account
    from action_returns.operations.check import CheckedBatch


@dataclass(frozen=True, slots=True)
class Submission:
    """One batch that was handed to a channel, and what became of it.

    Args:
        batch: its label, ``0001``.
        file_name: the name the file has at the receiver.
        sha256: hash of the exact bytes.
        rows: how many rows it holds.
        size: its size in bytes.
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

    @property
    def message(self) -> str:
        """What happened, why, and what to do next."""
        if self.outcome.state is State.UNKNOWN:
            return f"{self.outcome.message} Then settle batch {self.batch} with: {texts.settling_command(self.batch)}"
        return self.outcome.message


def submit(
    checked: "CheckedBatch",
    account: "Account",
    channel: Channel,
    ledger: "Ledger",
    *,
    clock: Callable[[], datetime],
    confirmation: str,
) -> Submission:
    """Record the prepared file, send it once, and record the outcome.

    Args:
        checked: the batch; its ``rows`` are sent.
        account: the profile it goes out under.
        channel: the way to the receiver.
        ledger: where it is recorded before and after.
        clock: the local time, with its zone.
        confirmation: how the user said yes, for the record (``asked at the terminal``).

    Raises:
        RowsAlreadySentError: rows of it were sent after the check.
        action_returns.errors.LedgerError: the batch could not be recorded; nothing was sent.
    """
    prepared = checked.prepared
    kind = "" if account.profile is None else account.profile.channel.kind
    batch = NewBatch(account.sender, kind, channel.destination, checked.file)
    today = clock().date()
    how: dict[str, str | int] = {"how": confirmation, **facts_to_record(checked)}
    if account.unencrypted:
        how["encryption"] = "none, accepted in the profile"
    try:
        claim = ledger.claim(
            batch,
            prepared,
            checked.rows,
            name_for=lambda batch: f"Batch_Mods_Reversals_{today:%Y_%m_%d}_{batch}.csv",
            confirmation=how,
            include_sent=checked.repeated if checked.include_sent else frozenset(),
        )
    except RepeatedRowsError as repeated:
        latest = max((before.batch for before in repeated.rows.values()), key=int)
        raise RowsAlreadySentError(texts.rows_sent_meanwhile(repeated.rows, checked.file), latest) from None
    outcome = _deliver(channel, OutgoingFile(claim.file_name, prepared.content), claim, prepared.sha256, ledger)
    done = Submission(
        batch=claim.label,
        file_name=claim.file_name,
        sha256=prepared.sha256,
        rows=len(checked.rows),
        size=len(prepared.content),
        channel=kind,
        destination=channel.destination,
        outcome=outcome,
    )
    return _record_outcome(done, claim.number, ledger)


def _deliver(channel: Channel, file: OutgoingFile, claim: Claim, sha256: str, ledger: "Ledger") -> Outcome:
    """Return what became of the file, also when the channel, the program or the user stopped meanwhile."""
    may_have_left = False

    def before_first_byte() -> None:
        nonlocal may_have_left
        ledger.mark_sending(claim.number, sha256)
        may_have_left = True

    try:
        return channel.deliver(file, before_first_byte)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the outcome is recorded, whatever the error is
        return _ended_during_transfer(error) if may_have_left else _ended_before_first_byte(error)


def _ended_before_first_byte(error: BaseException) -> Outcome:
    """Return the outcome ``failed``: nothing has left."""
    if isinstance(error, SettingsError | LedgerError):  # the password is fetched when it is needed
        return Outcome(State.FAILED, f"{error} Nothing was sent.", Phase.CONNECT)
    message = (
        f"Sending was cut short ({type(error).__name__}) before the first byte left. Nothing was sent. Send it again."
    )
    return Outcome(State.FAILED, message, Phase.CONNECT)


def _ended_during_transfer(error: BaseException) -> Outcome:
    """Return the outcome ``unknown``: a part of the file, or all of it, may have arrived."""
    return Outcome(
        State.UNKNOWN,
        f"Sending was cut short ({type(error).__name__}). The file may have arrived or not. "
        "Do not send it again before you have looked: at File Submissions, or at a new pending-actions download.",
    )


def _record_outcome(done: Submission, number: int, ledger: "Ledger") -> Submission:
    """Record the outcome; return the submission, whose message says so when the ledger cannot be written."""
    outcome = done.outcome
    try:
        ledger.settle(number, outcome.state.value, outcome.message, outcome.evidence)
    except LedgerError as error:
        message = f"{outcome.message} This could not be recorded, so the history will say unknown: {error}"
        return replace(done, outcome=replace(outcome, message=message), recorded=False)
    return done
