"""Record a batch, send it once, and record its outcome.

The bytes, their hash and every row are committed to the ledger (``prepared``) before anything is connected; that the
first byte is about to leave is committed right before it does (``sending``); the outcome is committed after. When this
program ends in between, the next start can tell what became of the batch: ``failed`` when nothing had left, else
``unknown``. A batch is never sent again by itself.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from action_returns.channels.base import Channel, Outcome, OutgoingFile, Phase, RowByRow, State
from action_returns.channels.time_limits import longest_delivery
from action_returns.errors import LedgerError, RowsAlreadySentError, SettingsError
from action_returns.ledger.approval_records import NotApprovedError
from action_returns.ledger.attachment_kinds import OutdatedUndoError
from action_returns.ledger.kept_outcomes import KeptOutcome, keep_outcome
from action_returns.ledger.records import Claim, NewBatch, RepeatedRowsError
from action_returns.ledger.store import LedgerAwayError
from action_returns.operations import outcome_texts, texts
from action_returns.operations.approval_check import approval_missing, needs_approval
from action_returns.operations.confirmation import facts_to_record
from action_returns.operations.sent_before import outdated_undo
from action_returns.verdicts.before import write_before

if TYPE_CHECKING:
    from pathlib import Path

    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.outcomes import OnRecord
    from action_returns.operations.account import Account
    from action_returns.operations.check import CheckedBatch

PAUSES: Final = (5.0, 10.0, 15.0, 15.0, 15.0)
"""Seconds before each further attempt to record an outcome: a database that restarts may take a minute."""


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
    kept_in: "Path | None" = None,
    progress: Callable[[str], AbstractContextManager[object]] = lambda _: nullcontext(),
    show: Callable[[str], None] = lambda _: None,
    pause: Callable[[float], None] = time.sleep,
) -> Submission:
    """Record the prepared file, send it once, and record the outcome.

    Args:
        checked: the batch; its ``rows`` are sent.
        account: the profile it goes out under.
        channel: the way to the receiver.
        ledger: where it is recorded before and after.
        clock: the local time, with its zone.
        confirmation: how the user said yes, for the record (``asked at the terminal``).
        kept_in: the folder for an outcome that the ledger cannot record, None for none.
        progress: shows what goes on.
        show: shows which row is sent, where each goes by itself.
        pause: waits that many seconds.

    Raises:
        RowsAlreadySentError: rows of it were sent after the check, or other batches changed actions of an undo.
        action_returns.errors.ApprovalMissingError: another person has to approve the file, and no approval holds any more.
        action_returns.errors.LedgerError: the batch could not be recorded; nothing was sent.
    """
    prepared = checked.prepared
    kind = "" if account.profile is None else account.profile.channel.kind
    batch = NewBatch(account.sender, kind, channel.destination, checked.file, needs_approval(account))
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
            before=_known_before(checked),
            overwrite=checked.include_sent,
        )
    except RepeatedRowsError as repeated:
        latest = max((before.batch for before in repeated.rows.values()), key=int)
        raise RowsAlreadySentError(texts.rows_sent_meanwhile(repeated.rows, checked.file), latest) from None
    except OutdatedUndoError as outdated:
        raise outdated_undo(outdated.changed, checked.file) from None
    except NotApprovedError as refused:
        raise approval_missing(refused, checked, clock()) from None
    except LedgerAwayError as away:
        raise LedgerAwayError(f"{away} Nothing was sent.") from None
    by_row = _RowsOnRecord(ledger, claim.number, len(checked.rows), show)
    outcome = _deliver(channel, OutgoingFile(claim.file_name, prepared.content), claim, prepared.sha256, by_row)
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
    try:
        on_record = _settle(done, claim, ledger)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the file has left; the user has to learn what became of it
        later = _Unrecorded(done, claim, ledger, kept_in, clock)
        return later.record(error, progress, pause)
    return _with_mark(done, on_record)


def _known_before(checked: "CheckedBatch") -> bytes:
    """Return what the pending download says of the rows that are sent, for the results and for an undo."""
    if checked.pending is None:
        return b""
    return write_before(checked.rows.action_ids, checked.pending.actions)


def _deliver(channel: Channel, file: OutgoingFile, claim: Claim, sha256: str, rows: "_RowsOnRecord") -> Outcome:
    """Return what became of the file, also when the channel, the program or the user stopped meanwhile."""
    may_have_left = False

    def before_first_byte() -> None:
        nonlocal may_have_left
        rows.ledger.mark_sending(claim.number, sha256, longest_delivery(len(file.content)))
        may_have_left = True

    try:
        if isinstance(channel, RowByRow):
            return channel.deliver_rows(file, before_first_byte, rows)
        return channel.deliver(file, before_first_byte)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the outcome is recorded, whatever the error is
        return _ended_during_transfer(error) if may_have_left else _ended_before_first_byte(error)


@dataclass(slots=True)
class _RowsOnRecord:
    """Keeps in the ledger what becomes of each row of a batch; see :class:`action_returns.channels.base.RowRecord`."""

    ledger: "Ledger"
    number: int
    rows: int
    show: Callable[[str], None]
    begun: int = 0

    def sending(self, action_id: str, facts: Mapping[str, str | int], /) -> None:
        """Record that the call for a row is about to leave, and show which one."""
        self.begun += 1
        with suppress(Exception):  # a window that shows nothing stops no row
            self.show(f"Sending row {self.begun:,} of {self.rows:,}")
        self.ledger.record_row_sending(self.number, action_id, facts)

    def outcome(self, action_id: str, state: State, message: str, facts: Mapping[str, str | int], /) -> None:
        """Record what became of it."""
        self.ledger.record_row_outcome(self.number, action_id, state.value, message, facts)


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
        "Do not send it again before you have looked: at File Submissions, or at a new pending download.",
    )


def _settle(done: Submission, claim: Claim, ledger: "Ledger") -> "OnRecord":
    outcome = done.outcome
    return ledger.settle(claim.number, outcome.state.value, outcome.message, outcome.evidence)


def _with_mark(done: Submission, on_record: "OnRecord") -> Submission:
    """Return the submission, whose message says so when a person has marked the batch before its outcome came."""
    if on_record.mark is None:
        return done
    mark = on_record.mark.detail
    told = outcome_texts.marked_meanwhile(
        done.batch, str(mark["who"]), str(mark["state"]), on_record.state, done.outcome.state
    )
    return replace(done, outcome=replace(done.outcome, message=f"{done.outcome.message} {told}"))


@dataclass(frozen=True, slots=True)
class _Unrecorded:
    """An outcome that the ledger could not record at the first attempt.

    Args:
        done: what became of the batch.
        claim: the batch.
        ledger: the ledger.
        kept_in: the folder for the outcome.
        clock: the local time.
    """

    done: Submission
    claim: Claim
    ledger: "Ledger"
    kept_in: "Path | None"
    clock: Callable[[], datetime]

    def record(
        self,
        error: BaseException,
        progress: Callable[[str], AbstractContextManager[object]],
        pause: Callable[[float], None],
    ) -> Submission:
        """Keep the outcome, try to record it for a minute where that may help, and say what is on record and what is not.

        Args:
            error: why it was not recorded.
            progress: shows what goes on.
            pause: waits that many seconds.
        """
        kept, begin = self._keep(), time.monotonic()
        with progress(outcome_texts.recording_again(self.done.batch, self.done.outcome.state)):
            for seconds in PAUSES if isinstance(error, LedgerAwayError) else ():
                # An attempt may take most of a minute itself, where a network drops everything.
                if time.monotonic() - begin >= sum(PAUSES):
                    break
                try:
                    pause(seconds)
                    on_record = _settle(self.done, self.claim, self.ledger)
                except LedgerAwayError as again:
                    error = again
                except (Exception, KeyboardInterrupt) as other:  # noqa: BLE001  # the outcome is told, whatever it is
                    error = other
                    break
                else:
                    if not isinstance(kept, OSError):
                        with suppress(OSError):  # else the next program records what is on record already
                            kept.unlink()
                    return _with_mark(self.done, on_record)
        outcome = self.done.outcome
        reason = str(error) if isinstance(error, LedgerError | SettingsError) else f"{type(error).__name__}."
        if isinstance(kept, OSError):
            told = outcome_texts.outcome_not_kept(self.done, reason, kept.strerror or str(kept))
        else:
            told = outcome_texts.outcome_kept(reason, kept)
        return replace(self.done, outcome=replace(outcome, message=f"{outcome.message} {told}"), recorded=False)

    def _keep(self) -> "Path | OSError":
        """Write the outcome to its file on this computer, and return the path, or why there is none."""
        if self.kept_in is None:
            return OSError("no folder for it")
        outcome = self.done.outcome
        at = self.clock().astimezone(UTC).isoformat(timespec="seconds")
        facts = (self.claim.number, self.claim.file_name, self.done.sha256, self.ledger.process)
        try:
            kept = KeptOutcome(*facts, outcome.state.value, outcome.message, dict(outcome.evidence), at)
            return keep_outcome(kept, self.kept_in)
        except OSError as error:
            return error
