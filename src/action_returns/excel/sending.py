"""How the workbook asks before sending and shows what became of the rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from action_returns.errors import ExcelError, NoRowsToSendError
from action_returns.excel import engine, messages
from action_returns.excel.button import ButtonContext
from action_returns.excel.check_table import check_table, read_table, sent_rows, show_results
from action_returns.excel.workbook import ActionsTable
from action_returns.operations.check import CheckedBatch
from action_returns.operations.review import Review


def make_review(context: ButtonContext, checked: CheckedBatch) -> Review:
    """Return what the user has to know before saying yes."""
    from action_returns.operations.account import open_channel
    from action_returns.operations.review import review

    profile = context.account.profile
    destination = "" if profile is None else open_channel(context.account, context.paths).destination
    return review(checked, context.account, destination=destination)


def show_review(context: ButtonContext, page: Review) -> None:
    """Fill in the sheet Review."""
    context.book.write_named_range(
        "Review", "review_figures", [[text] for text in messages.review_figures(page, context.now())]
    )


class WorkbookDialogue:
    """Asks in the workbook; see :class:`action_returns.operations.send.Dialogue`."""

    name = "asked in the workbook"

    def __init__(self, context: ButtonContext) -> None:
        self._context = context
        self.table: ActionsTable | None = None

    def check(self) -> CheckedBatch:
        """Check the table Actions and show the results."""
        self.table, checked = check_table(self._context)
        show_results(self._context, self.table, checked)
        return checked

    def can_ask(self) -> bool:
        """Whether a user is there to answer: it was the user's click."""
        return True

    def show_review(self, page: Review) -> None:
        """Fill in the sheet Review."""
        show_review(self._context, page)

    def confirm_send(self, page: Review) -> bool:
        """Ask with the totals."""
        return self._context.book.ask(messages.question(page))

    def confirm(self, question: str) -> bool:
        """Ask a further question."""
        return self._context.book.ask(question)

    def type_number(self, question: str) -> str | None:
        """Return what the user typed, None where nothing can be typed."""
        return engine.ask_number(self._context.book.app, question)

    def warn(self, sentence: str) -> None:
        """Do nothing: the question has said it."""

    def refuse_changed_rows(self) -> None:
        """Stop when the rows in the sheet are no longer those that were checked.

        Raises:
            ExcelError: when they changed while the user was asked.
        """
        if self.table is None or read_table(self._context)[0].columns != self.table.columns:
            raise ExcelError(
                "The rows in Actions changed while you were asked. Nothing was sent. Look at them, then click Send again."
            )

    @contextmanager
    def progress(self, activity: str) -> Iterator[None]:
        """Show in the status bar that something goes on."""
        self._context.book.status(f"{activity} ...")
        yield


def send_rows(context: ButtonContext) -> None:
    """Send the ready rows of the table Actions, and show what became of them.

    Raises:
        ExcelError: no row can be sent, or the rows changed while the user was asked.
        action_returns.errors.ActionReturnsError: as :func:`action_returns.operations.send.send`.
    """
    from action_returns.operations.send import Consent, send

    dialogue = WorkbookDialogue(context)
    try:
        result = send(dialogue.check, context.account, context.paths, dialogue, consent=Consent(), clock=context.now)
    except NoRowsToSendError:
        raise ExcelError(messages.no_row_ready(", so nothing was sent")) from None
    done = result.submission
    if done is None or dialogue.table is None:
        return
    unwritten = show_outcome(context, dialogue.table, result.page.checked, done.batch, done.outcome.state.value)
    context.tell(messages.outcome(result, done, unwritten), mode=messages.mode(done))


def show_outcome(context: ButtonContext, table: ActionsTable, checked: CheckedBatch, batch: str, outcome: str) -> str:
    """Write beside the rows what became of them, if they still are where they were.

    Returns:
        Why that could not be done, nothing when it was. Never raises: the file has left, and that has to be told.
    """
    try:
        if read_table(context)[0].columns != table.columns:
            return "The rows changed meanwhile, so nothing was written beside them."
        context.book.write_results(table, sent_rows(checked, batch, outcome))
    except Exception as error:  # noqa: BLE001  # whatever Excel says to that
        return f"The results beside the rows could not be written ({error})."
    return ""
