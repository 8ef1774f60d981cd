"""Send a batch: check it, show it, ask the user, then hand it to :mod:`action_returns.operations.submit`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from action_returns.errors import (
    AlreadySentError,
    ConfirmationError,
    DeclinedError,
    RowsWithErrorsError,
    UsageError,
)
from action_returns.operations import texts
from action_returns.operations.account import open_account_ledger, open_channel
from action_returns.operations.history import save_receipt_and_backup
from action_returns.operations.review import Review, review
from action_returns.operations.submit import Submission, submit

if TYPE_CHECKING:
    from action_returns.files import Paths
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
        UsageError: the user has to be asked, and there is no way to ask.
        DeclinedError: the user said no.
        AlreadySentError: the ledger has this exact content already.
        action_returns.errors.RowsAlreadySentError: it has rows of it already, which the user was not told.
        action_returns.errors.LedgerError: the batch could not be recorded; nothing was sent.
    """
    channel = open_channel(account, paths)
    checked = check()
    if consent.allow_duplicate:
        checked = checked.with_sent_rows()
    page = review(checked, account, destination=channel.destination)
    dialogue.show_review(page)
    may_ask = consent.how is None and dialogue.can_ask()
    _refuse(checked, consent, may_ask=may_ask)
    if dry_run:
        return SendResult(page)
    confirmation = _confirm(page, dialogue, consent, may_ask=may_ask)
    with open_account_ledger(account, paths) as ledger:

        def send_once(confirmation: str, *, allow_duplicate: bool) -> Submission:
            with dialogue.progress(f"Sending to {channel.destination}"):
                return submit(
                    checked,
                    account,
                    channel,
                    ledger,
                    clock=clock,
                    confirmation=confirmation,
                    allow_duplicate=allow_duplicate,
                )

        try:
            done = send_once(confirmation, allow_duplicate=consent.allow_duplicate)
        except AlreadySentError as refused:
            if not may_ask:
                raise
            if not dialogue.confirm(texts.send_again_question(ledger.batch(int(refused.batch)))):
                raise DeclinedError from None
            done = send_once(f"{confirmation}, also to send it again", allow_duplicate=True)
        receipt, problems = save_receipt_and_backup(done, account, ledger, paths, clock().date())
    return SendResult(page, done, receipt, tuple(problems))


def _refuse(checked: "CheckedBatch", consent: Consent, *, may_ask: bool) -> None:
    """Stop when no row is ready, when rows would stay behind unasked, or when another number was confirmed."""
    if checked.sent_before and not checked.rows:
        raise AlreadySentError(
            f"Nothing new to send: {texts.counted(checked.sent_before, 'row')} of {checked.file} may have arrived before.",
            "",
        )
    _ = checked.prepared  # raises where no row is ready: leaving out rows is no advice then
    ready = len(checked.rows)
    out = checked.rows_with_errors
    if out and not consent.only_ready and not may_ask:
        raise RowsWithErrorsError(
            f"{out} of {texts.counted(checked.report.rows, 'row')} of {checked.file} have errors, so nothing was sent. "
            f"Repair them ({texts.command('check', checked.file)}), or leave them out with --only-ready."
        )
    if consent.rows is not None and consent.rows != ready:
        raise ConfirmationError(
            f"{texts.counted(consent.rows, 'row')} {'was' if consent.rows == 1 else 'were'} confirmed, but {checked.file} has "
            f"{texts.counted(ready, 'row')} to send. Nothing was sent. Look at the batch again: "
            + texts.command("review", checked.file)
        )


def _confirm(page: Review, dialogue: Dialogue, consent: Consent, *, may_ask: bool) -> str:
    """Return how the user said yes, for the record; ask when the user has not said so yet.

    Raises:
        UsageError: the user has to be asked, and there is no way to ask.
        DeclinedError: the user said no.
    """
    if consent.how is not None:
        if repeated := len(page.checked.repeated):
            dialogue.warn(texts.rows_sent_before(repeated))
        return consent.how
    if not may_ask:
        raise UsageError(
            f"Cannot ask: there is no terminal. Nothing was sent. Add --yes, or --confirm-rows {len(page.checked.rows)}."
        )
    _ask(page, dialogue)
    return dialogue.name


def _ask(page: Review, dialogue: Dialogue) -> None:
    """Ask once with the totals; the number of many reversals has to be typed.

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
