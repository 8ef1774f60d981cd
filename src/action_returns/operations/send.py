"""Send a batch: check, ask, record, send, record.

The bytes, their hash and every row are committed to the ledger (``prepared``) before anything is connected; that the
first byte is about to leave is committed right before it does (``sending``); the outcome is committed after. Whatever
ends this program in between leaves a batch of which the next start tells the truth: ``failed`` where nothing had left,
else ``unknown``. A batch is never sent again by itself.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from action_returns.channels.base import Channel, Outcome, OutgoingFile, Phase, State
from action_returns.errors import (
    AlreadySentError,
    ConfirmationError,
    DeclinedError,
    LedgerError,
    RowsAlreadySentError,
    RowsWithErrorsError,
    SettingsError,
    UsageError,
)
from action_returns.ledger.records import Claim, DuplicateBatchError, NewBatch, RepeatedRowsError, label
from action_returns.operations import texts
from action_returns.operations.account import open_account_ledger, open_channel
from action_returns.operations.history import save_receipt_and_backup
from action_returns.operations.review import Review, review

if TYPE_CHECKING:
    from action_returns.files import Paths
    from action_returns.ledger.ledger import Ledger
    from action_returns.operations.account import Account
    from action_returns.operations.check import CheckedBatch

TYPED_FROM: Final = 100
"""Reversals from which on their number has to be typed by a user who is asked."""


class Dialogue(Protocol):
    """How the command line or the workbook asks the user and shows progress. It decides nothing."""

    name: str
    """Where the user is asked, as the ledger records it: ``asked at the terminal``."""

    def can_ask(self) -> bool:
        """Whether a user is there to answer."""

    def show_review(self, page: Review) -> None:
        """Show what would be sent, before any question."""

    def confirm_send(self, page: Review) -> bool:
        """Ask :func:`action_returns.operations.texts.send_question` with the totals; no is the answer for Enter."""

    def confirm(self, question: str) -> bool:
        """Ask a further question; no is the answer for Enter."""

    def type_number(self, question: str) -> str | None:
        """Return what the user typed, None where nothing can be typed."""

    def warn(self, sentence: str) -> None:
        """Show a sentence to a user who is not asked."""

    def refuse_changed_rows(self) -> None:
        """Raise when the rows are no longer those that were shown."""

    def progress(self, activity: str) -> AbstractContextManager[None]:
        """Show that something goes on, ``Sending to ftp://batch.impact.com/``."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What the user has agreed to before being asked.

    Args:
        how: how the user said yes already, for the record (``--yes``); None: the user has to be asked.
        rows: the number of rows that was confirmed, None when no number was given.
        only_ready: rows with errors may stay behind.
        allow_duplicate: a list that may have arrived before may go out again.
    """

    how: str | None = None
    rows: int | None = None
    only_ready: bool = False
    allow_duplicate: bool = False


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
            return f"{self.outcome.message} {texts.next_step_for_unknown(self.batch)}"
        return self.outcome.message


@dataclass(frozen=True, slots=True)
class SendResult:
    """What a send came to.

    Args:
        page: what was shown and confirmed.
        submission: the batch that went out, None for a dry run.
        receipt: the receipt's file, ``""`` when there is none.
        problems: what could not be kept, in sentences.
    """

    page: Review
    submission: Submission | None = None
    receipt: str = ""
    problems: tuple[str, ...] = ()


def send(
    check: Callable[[], "CheckedBatch"],
    account: "Account",
    paths: "Paths",
    dialogue: Dialogue,
    *,
    consent: Consent,
    clock: Callable[[], datetime],
    dry_run: bool = False,
) -> SendResult:
    """Check a batch, ask the user, send its ready rows once, and keep the receipt.

    Args:
        check: reads and checks the batch; called once.
        account: the profile it goes out under.
        paths: where ledger and receipts are.
        dialogue: how the user is asked and shown progress.
        consent: what the user has agreed to already.
        clock: the local time, with its zone.
        dry_run: stop before anything is asked, recorded or sent.

    Raises:
        action_returns.errors.ConfigError: there is no profile, so there is no receiver.
        action_returns.errors.NoRowsToSendError: no row may be sent.
        RowsWithErrorsError: rows with errors would stay behind, and the user did not agree to that.
        ConfirmationError: another number of rows was confirmed.
        UsageError: the user has to be asked, and nobody can be asked.
        DeclinedError: the user said no.
        AlreadySentError: the ledger has this exact content already.
        RowsAlreadySentError: it has rows of it already, which the user was not told.
        action_returns.errors.LedgerError: the batch could not be recorded; nothing was sent.
    """
    channel = open_channel(account, paths)
    checked = check()
    page = review(checked, account, destination=channel.destination)
    dialogue.show_review(page)
    may_ask = consent.how is None and dialogue.can_ask()
    _refuse(checked, consent, may_ask=may_ask)
    if dry_run:
        return SendResult(page)
    if consent.how is not None:
        if repeated := len(checked.repeated):
            dialogue.warn(texts.rows_sent_before(repeated))
    elif may_ask:
        _ask(page, dialogue)
    else:
        raise UsageError(
            f"Cannot ask: there is no terminal. Nothing was sent. Add --yes, or --confirm-rows {len(checked.rows)}."
        )
    confirmation = consent.how or dialogue.name
    with open_account_ledger(account, paths) as ledger:

        def once(*, again: bool) -> Submission:
            with dialogue.progress(f"Sending to {channel.destination}"):
                return submit(
                    checked,
                    account,
                    channel,
                    ledger,
                    clock=clock,
                    confirmation=f"{confirmation}, also to send it again" if again else confirmation,
                    allow_duplicate=again or consent.allow_duplicate,
                )

        try:
            done = once(again=False)
        except AlreadySentError as refused:
            if not may_ask:
                raise
            if not dialogue.confirm(texts.send_again_question(ledger.batch(int(refused.batch)))):
                raise DeclinedError from None
            done = once(again=True)
        receipt, problems = save_receipt_and_backup(done, account, ledger, paths, clock().date())
    return SendResult(page, done, receipt, tuple(problems))


def _refuse(checked: "CheckedBatch", consent: Consent, *, may_ask: bool) -> None:
    """Stop when no row is ready, when rows would stay behind unasked, or when another number was confirmed."""
    _ = checked.prepared  # raises where no row is ready: leaving out rows is no advice then
    ready = len(checked.rows)
    out = checked.rows_with_errors
    if out and not consent.only_ready and not may_ask:
        raise RowsWithErrorsError(
            f"{out} of {texts.counted(checked.report.rows, 'row')} of {checked.file} have errors, so nothing was sent. "
            f"Repair them (action-returns check {checked.file}), or leave them out with --only-ready."
        )
    if consent.rows is not None and consent.rows != ready:
        raise ConfirmationError(
            f"{texts.counted(consent.rows, 'row')} were confirmed, but {checked.file} has "
            f"{texts.counted(ready, 'row')} to send. Nothing was sent. Look at the batch again: "
            f"action-returns review {checked.file}"
        )


def _ask(page: Review, dialogue: Dialogue) -> None:
    """Ask once with the totals; many reversals have to be typed.

    Raises:
        DeclinedError: the user said no, or typed another number.
    """
    if not dialogue.confirm_send(page):
        raise DeclinedError
    reversals = page.checked.summary.reversals
    if reversals >= TYPED_FROM:
        typed = dialogue.type_number(texts.typed_question(reversals))
        if typed is None:
            agreed = dialogue.confirm(texts.second_question(reversals))
        else:
            agreed = typed.strip() == str(reversals)
        if not agreed:
            raise DeclinedError
    dialogue.refuse_changed_rows()


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
    """Record the prepared file, send it once, and record the outcome.

    Args:
        checked: the batch; rows with errors stay behind.
        account: the profile it goes out under.
        channel: the way to the receiver.
        ledger: where it is recorded before and after.
        clock: the local time, with its zone.
        confirmation: how the user said yes, for the record (``asked at the terminal``).
        allow_duplicate: send even when the ledger has this exact content, or rows of it, already.

    Raises:
        AlreadySentError: the ledger has this exact content already.
        RowsAlreadySentError: it has rows of it already, which the user was not told.
        action_returns.errors.LedgerError: the batch could not be recorded; nothing was sent.
    """
    prepared = checked.prepared
    kind = "" if account.profile is None else account.profile.channel.kind
    batch = NewBatch(account.name, account.environment, kind, channel.destination, checked.file)
    today = clock().date()
    try:
        claim = ledger.claim(
            batch,
            prepared,
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
        previous = duplicate.previous
        raise AlreadySentError(texts.already_sent(previous, checked.file), previous.label) from None
    except RepeatedRowsError as repeated:
        raise RowsAlreadySentError(texts.rows_sent_meanwhile(repeated.rows, checked.file)) from None
    outcome = _deliver(channel, OutgoingFile(claim.file_name, prepared.content), claim, ledger)
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


def _deliver(channel: Channel, file: OutgoingFile, claim: Claim, ledger: "Ledger") -> Outcome:
    may_have_left = False

    def before_first_byte() -> None:
        nonlocal may_have_left
        ledger.mark_sending(claim.number)
        may_have_left = True

    try:
        return channel.deliver(file, before_first_byte)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # whatever it was, the truth has to be recorded
        return _ended_during_transfer(error) if may_have_left else _ended_before_first_byte(error)


def _ended_before_first_byte(error: BaseException) -> Outcome:
    if isinstance(error, SettingsError | LedgerError):  # the password is fetched when it is needed
        return Outcome(State.FAILED, f"{error} Nothing was sent.", Phase.CONNECT)
    message = (
        f"Sending was cut short ({type(error).__name__}) before the first byte left. Nothing was sent. Send it again."
    )
    return Outcome(State.FAILED, message, Phase.CONNECT)


def _ended_during_transfer(error: BaseException) -> Outcome:
    return Outcome(
        State.UNKNOWN,
        f"Sending was cut short ({type(error).__name__}). The file may have arrived or not. "
        "Do not send it again before you have looked: at File Submissions, or at a new pending-actions download.",
    )


def _record_outcome(done: Submission, number: int, ledger: "Ledger") -> Submission:
    outcome = done.outcome
    try:
        ledger.settle(number, outcome.state.value, outcome.message, outcome.evidence)
    except LedgerError as error:
        message = f"{outcome.message} This could not be recorded, so the history will say unknown: {error}"
        return replace(done, outcome=replace(outcome, message=message), recorded=False)
    return done
