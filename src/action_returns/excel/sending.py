"""Send from the workbook: show the review, ask the user, and write the outcome beside the rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from action_returns.batch.cells import Cell
from action_returns.clean_text import clean
from action_returns.errors import ApprovalMissingError, ExcelError, NoRowsToSendError, SheetProtectedError
from action_returns.excel import dialogues, messages
from action_returns.excel.actions_table import ActionsTable
from action_returns.excel.button import ButtonContext
from action_returns.excel.check_table import check_table, read_table, sent_rows, show_results
from action_returns.operations.check import CheckedBatch
from action_returns.operations.review import Review

if TYPE_CHECKING:
    from action_returns.channels.base import Outcome


def make_review(context: ButtonContext, checked: CheckedBatch) -> Review:
    """Return what the user reads before confirming a batch."""
    from action_returns.operations.account import open_channel
    from action_returns.operations.approval_check import with_approval
    from action_returns.operations.review import review

    profile = context.account.profile
    destination = "" if profile is None else open_channel(context.account, context.paths).destination
    page = review(checked, context.account, destination=destination)
    return with_approval(page, context.account, context.paths, context.now())


def show_review(context: ButtonContext, page: Review, stamp: Cell) -> None:
    """Fill in the sheet Review.

    Args:
        context: the workbook.
        page: the review.
        stamp: what :meth:`OwnSheets.stamp` was before the rows were read. The sheet compares it with its own and says
            when a row has changed since, also when that was while the review was made.
    """
    figures = [[text] for text in messages.review_figures(page)]
    context.book.own_sheets.write_named_ranges("Review", {"review_figures": figures, "reviewed_stamp": [[stamp]]})


class WorkbookDialogue:
    """The dialogue in the workbook; see :class:`action_returns.operations.send.Dialogue`."""

    name = "asked in the workbook"

    def __init__(self, context: ButtonContext) -> None:
        self._context = context
        self.table: ActionsTable | None = None
        self._stamp: Cell = None
        self.page: Review | None = None

    def check(self) -> CheckedBatch:
        """Check the table Actions and show the results."""
        self._stamp = self._context.book.own_sheets.stamp()
        self.table, checked = check_table(self._context)
        show_results(self._context, self.table, checked)
        return checked

    why_not_ask = "there is no way to ask in Excel"

    def can_ask(self) -> bool:
        """Return True: a user who has clicked can answer."""
        return True

    def show_review(self, page: Review) -> None:
        """Fill in the sheet Review."""
        self.page = page
        show_review(self._context, page, self._stamp)

    def confirm_send(self, page: Review) -> bool:
        """Ask with the totals."""
        return self._context.book.ask(messages.question(page))

    def confirm(self, question: str, *, default: bool = False) -> bool:
        """Ask a further question."""
        return self._context.book.ask(question, default=default)

    def type_number(self, question: str) -> str | None:
        """Return what the user typed, None when Excel has no way to ask for a text."""
        return dialogues.ask_number(self._context.book.app, clean(question))

    def warn(self, sentence: str) -> None:
        """Do nothing: the user is asked, and the question names these rows."""

    def refuse_changed_rows(self) -> None:
        """Stop when the rows in the sheet are no longer those that were checked.

        Raises:
            ExcelError: the rows changed before the user answered.
        """
        if self.table is None or read_table(self._context)[0].columns != self.table.columns:
            raise ExcelError(
                "The rows in Actions changed while you were asked. Nothing was sent. Look at them, then click Send again."
            )

    @contextmanager
    def progress(self, activity: str) -> Iterator[Callable[[str], None]]:
        """Show the activity in the status bar."""

        def show(words: str) -> None:
            self._context.book.status(f"{words} ...")

        show(activity)
        yield show


def send_rows(context: ButtonContext) -> None:
    """Send the ready rows of the table Actions, and show the outcome.

    Raises:
        ExcelError: no row can be sent, or the rows changed before the user answered.
        action_returns.errors.ActionReturnsError: as :func:`action_returns.operations.send.send`.
    """
    from action_returns.operations.send import Consent, send

    dialogue = WorkbookDialogue(context)
    try:
        result = send(dialogue.check, context.account, context.paths, dialogue, consent=Consent(), clock=context.now)
    except NoRowsToSendError:
        raise ExcelError(messages.no_row_ready(", so nothing was sent")) from None
    except ApprovalMissingError as missing:
        ask_for_approval(context, dialogue.page, missing)
        return
    done = result.submission
    if done is None or dialogue.table is None:
        return
    unwritten = show_outcome(context, dialogue.table, result.page.checked, done.batch, done.outcome)
    _count_waiting(context)
    look_from = context.now() + timedelta(hours=context.account.results_after_hours)
    context.tell(messages.outcome(result, done, unwritten, look_from), mode=messages.mode(done))


def _count_waiting(context: ButtonContext) -> None:
    """Write on the sheet Start how many batches wait for results; where it cannot be written, its time tells its age."""
    from action_returns.excel.check_results import read_batches, show_waiting

    with suppress(Exception):  # the file has left, and the user has to learn that whatever fails afterwards
        show_waiting(context, read_batches(context))


def show_outcome(
    context: ButtonContext, table: ActionsTable, checked: CheckedBatch, batch: str, outcome: "Outcome"
) -> str:
    """Write the outcome beside the rows, unless they have changed since the check.

    Never raises: the file has left, and the user has to learn that whatever fails afterwards.

    Returns:
        Why it was not written, an empty text when it was.
    """
    try:
        if read_table(context)[0].columns != table.columns:
            return "The rows changed meanwhile, so nothing was written beside them."
        context.book.write_results(table, sent_rows(checked, batch, outcome))
    except SheetProtectedError as error:
        return f"The results beside the rows could not be written: {error.reason}."
    except Exception as error:  # noqa: BLE001  # the file has left
        return f"The results beside the rows could not be written ({error})."
    return ""


def ask_for_approval(context: ButtonContext, page: Review | None, missing: "ApprovalMissingError") -> None:
    """Show what is missing, and record the file for another person when the user wants that.

    Args:
        context: the workbook.
        page: what was shown.
        missing: why nothing was sent.

    Raises:
        ApprovalMissingError: another person is asked already.
    """
    if missing.asked or page is None:
        raise missing
    question = (
        f"{missing.told} Nothing was sent.\n\nAsk for approval now? This records the exact file for another person. "
        "It sends nothing."
    )
    if not context.book.ask(question):
        context.tell(
            f"{missing.told} Nothing was sent, and no approval was asked for. To ask for it, click Send again."
        )
        return
    from action_returns.operations.approval import next_step, record_request

    asked = record_request(page, context.account, context.paths)
    context.tell(
        f"Asked for approval {asked.number}. Nothing was sent.\n\n{next_step(asked, context.now())}\n\n"
        "After that, click Send again. Do not change the rows until then."
    )
