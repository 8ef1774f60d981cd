"""Send a batch: check it, show it, ask the user, then hand it to :mod:`action_returns.operations.submit`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from action_returns.batch.amounts import amount_text
from action_returns.errors import (
    AlreadySentError,
    ChannelRefusesRowsError,
    ConfirmationError,
    DeclinedError,
    RowsWithErrorsError,
    UsageError,
    WarningsError,
)
from action_returns.operations import sent_before, texts
from action_returns.operations.account import (
    open_account_ledger,
    open_channel,
    password_once,
    require_password_and_files,
)
from action_returns.operations.approval_check import require_approval, with_approval
from action_returns.operations.confirmation import ask_for_numbers, numbers_to_type, refuse_raise
from action_returns.operations.kept_copies import save_receipt_and_backup
from action_returns.operations.review import Review, review
from action_returns.operations.submit import Submission, submit
from action_returns.operations.unread_formats import refuse_unread_formats

if TYPE_CHECKING:
    from action_returns.files import Paths
    from action_returns.operations.account import Account
    from action_returns.operations.check import CheckedBatch


class Dialogue(Protocol):
    """How the command line or the workbook asks the user and shows progress. It decides nothing."""

    name: str
    """Where the user is asked, as the ledger records it: ``asked at the terminal``."""

    def can_ask(self) -> bool:
        """Whether a user is there to answer."""

    @property
    def why_not_ask(self) -> str:
        """Why no question can be asked, after "Cannot ask: "."""

    def show_review(self, page: Review) -> None:
        """Show what would be sent, before any question."""

    def confirm_send(self, page: Review) -> bool:
        """Ask :func:`action_returns.operations.texts.send_question` with the totals; no is the answer for Enter."""

    def confirm(self, question: str, *, default: bool = False) -> bool:
        """Ask a further question; ``default`` is the answer for Enter."""

    def type_number(self, question: str) -> str | None:
        """Return what the user typed, None where nothing can be typed."""

    def warn(self, sentence: str) -> None:
        """Show a sentence to a user who is not asked."""

    def refuse_changed_rows(self) -> None:
        """Raise when the rows are no longer those that were shown."""

    def progress(self, activity: str) -> AbstractContextManager[Callable[[str], None]]:
        """Show that something goes on, ``Sending to ftp://batch.impact.com/``; its value replaces these words by others."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What the user has agreed to before being asked.

    Args:
        how: how the user said yes already, for the record (``--yes``); None: the user has to be asked.
        rows: the number of rows that was confirmed, None when no number was given.
        only_ready: rows with errors may stay behind.
        include_sent: rows that may have arrived before go out again.
        strict: rows with warnings are not sent, and nothing else is.
        max_raise_cents: what the rows may raise order value by without a typed amount; None: what the profile says.
    """

    how: str | None = None
    rows: int | None = None
    only_ready: bool = False
    include_sent: bool = False
    strict: bool = False
    max_raise_cents: int | None = None


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
    """Check a batch, ask the user, send its new rows once, and keep the receipt.

    Rows with errors stay behind, and so do rows that may have arrived before.

    Args:
        check: reads and checks the batch; called once.
        account: the profile it goes out under.
        paths: where ledger and receipts are.
        dialogue: how the user is asked and shown progress.
        consent: what the user has agreed to already.
        clock: the local time, with its zone.
        dry_run: stop before anything is asked, recorded or sent.

    Raises:
        action_returns.errors.ConfigError: there is no profile, so there is no receiver; or a file that the profile names
            cannot be used.
        action_returns.errors.NoRowsToSendError: every row has an error.
        RowsWithErrorsError: rows with errors would stay behind, and the user did not agree to that.
        AlreadySentError: every row that could be sent may have arrived before.
        WarningsError: the user wants no warnings, and there are some.
        action_returns.errors.ApprovalMissingError: another person has to approve the file first.
        ChannelRefusesRowsError: the channel cannot send some of the rows, or so many.
        ConfirmationError: another number of rows, or no such raise of order value, was confirmed.
        action_returns.errors.SecretError: the password is missing.
        action_returns.errors.ExcelError: it is not known whether the cells of an open workbook show what would be sent.
        UsageError: the user has to be asked, and there is no way to ask.
        DeclinedError: the user said no.
        action_returns.errors.RowsAlreadySentError: rows of it were sent after the check; or it is an undo, and other
            batches changed some of its actions after it was drafted.
        action_returns.errors.LedgerError: it could not be looked up what was sent before, or the batch could not be
            recorded; nothing was sent.
    """
    read_password = password_once(account)
    channel = open_channel(account, paths, read_password)

    def shown(checked: "CheckedBatch") -> Review:
        page = with_approval(review(checked, account, destination=channel.destination), account, paths, clock())
        dialogue.show_review(page)
        return page

    first = check()
    page = shown(first.with_sent_rows() if consent.include_sent else first)
    may_ask = consent.how is None and dialogue.can_ask()
    _refuse_errors(page.checked, consent, may_ask=may_ask)
    page.checked.past.refuse_unread()  # the totals that a user would confirm may be of rows that were sent before
    refuse_unread_formats(page.checked, "Nothing was sent.", "send again")
    if page.checked.sent_before:
        checked = _leave_out(page, paths, dialogue, may_ask=may_ask and not dry_run)
        page = page if checked is page.checked else shown(checked)
    _refuse(page.checked, consent)
    if page.refused:
        raise ChannelRefusesRowsError(page.refused)
    sent_before.refuse_outdated_undo(page.checked, account, paths)
    if dry_run:
        return SendResult(page)
    require_approval(page, account, paths, clock())
    require_password_and_files(account, read_password)
    confirmation = _confirm(page, dialogue, consent, may_ask=may_ask)
    with open_account_ledger(account, paths) as ledger:
        with dialogue.progress(f"Sending to {channel.destination}") as show:
            done = submit(
                page.checked,
                account,
                channel,
                ledger,
                clock=clock,
                confirmation=confirmation,
                kept_in=paths.submissions,
                progress=dialogue.progress,
                show=show,
            )
        receipt, problems = save_receipt_and_backup(done, account, ledger, paths, clock().date())
    return SendResult(page, done, receipt, tuple(problems))


def _refuse_errors(checked: "CheckedBatch", consent: Consent, *, may_ask: bool) -> None:
    """Stop when no row is ready, or when rows with errors would stay behind unasked."""
    if not checked.report.ready:
        _ = checked.prepared  # raises: leaving out rows is no advice then
    out = checked.rows_with_errors
    if out and not consent.only_ready and not may_ask:
        raise RowsWithErrorsError(
            f"{out} of {texts.counted(checked.report.rows, 'row')} of {checked.file} have errors, so nothing was sent. "
            f"Repair them ({checked.command('check')}), or leave them out with --only-ready."
        )


def _leave_out(page: Review, paths: "Paths", dialogue: Dialogue, *, may_ask: bool) -> "CheckedBatch":
    """Return the batch to send: without the rows that may have arrived before, or with them when the user wants that.

    Raises:
        AlreadySentError: there are no others.
    """
    checked, ready = page.checked, page.checked.report.ready
    batches = sent_before.earlier_batches(checked, page.account, paths)
    if may_ask:
        if not dialogue.confirm(sent_before.leave_out_question(batches, ready), default=True):
            return checked.with_sent_rows()
    elif checked.rows:
        dialogue.warn(sent_before.left_out_sentence(batches))
    if not checked.rows:
        message = sent_before.nothing_new(batches, ready, checked.file, asked=may_ask)
        raise AlreadySentError(message, max((batch.label for batch in batches), key=int))
    return checked


def _refuse(checked: "CheckedBatch", consent: Consent) -> None:
    """Stop when a cell may show another amount, when there are unwanted warnings, or not as many rows as confirmed."""
    refuse_unread_formats(checked, "Nothing was sent.", "send again")
    if consent.strict and checked.warnings:
        kinds = ", ".join(f"{number:,} {code}" for code, number in checked.warnings.items())
        raise WarningsError(
            f"Rows to be sent have warnings ({kinds}), so nothing was sent, because of --strict. Look at them: "
            f"{checked.command('check')}"
        )
    ready = len(checked.rows)
    if consent.rows is not None and consent.rows != ready:
        raise ConfirmationError(
            f"{texts.counted(consent.rows, 'row')} {'was' if consent.rows == 1 else 'were'} confirmed, but {checked.file} has "
            f"{texts.counted(ready, 'row')} to send. Nothing was sent. Look at the batch again: "
            f"{checked.command('check')}"
        )


def _confirm(page: Review, dialogue: Dialogue, consent: Consent, *, may_ask: bool) -> str:
    """Return how the user said yes, for the record; ask when the user has not said so yet.

    Raises:
        UsageError: the user has to be asked, and there is no way to ask.
        DeclinedError: the user said no.
    """
    checked, limit = page.checked, consent.max_raise_cents
    allowed = page.account.policy.max_raise_cents if limit is None else limit
    if not may_ask:
        refuse_raise(checked, page.account, allowed)
    if consent.how is not None:
        if checked.include_sent and checked.repeats:
            dialogue.warn(texts.rows_sent_before(len(checked.repeats)))
        return consent.how if limit is None else f"{consent.how}, --max-raise {amount_text(limit)}"
    if not may_ask:
        raise UsageError(
            f"Cannot ask: {dialogue.why_not_ask}. Nothing was sent. Add --yes, or --confirm-rows {len(checked.rows)}."
        )
    if not dialogue.confirm_send(page):
        raise DeclinedError
    typed = ask_for_numbers(numbers_to_type(checked, allowed), dialogue)
    dialogue.refuse_changed_rows()
    return f"{dialogue.name}, {typed} typed" if typed else dialogue.name
