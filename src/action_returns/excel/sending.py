"""What Review and Send share: the page that is confirmed, the question, and the delivery of exactly that."""

from typing import Final

from action_returns.excel import engine, messages
from action_returns.excel.button import ButtonContext
from action_returns.excel.check_table import read_table, sent_rows
from action_returns.excel.workbook import ActionsTable
from action_returns.operations.check import CheckedBatch
from action_returns.operations.review import Review

_CONFIRMED: Final = "asked in the workbook"
"""How somebody says yes here, as the ledger records it."""

TYPED_FROM: Final = 100
"""Reversals from which on their number has to be typed."""


def make_review(context: ButtonContext, checked: CheckedBatch) -> Review:
    """Put together what a person has to know before saying yes."""
    from action_returns.operations.channels import open_channel
    from action_returns.operations.review import review as reviewed

    profile = context.account.profile
    destination = "" if profile is None else open_channel(context.account, context.places).destination
    return reviewed(checked, context.account, destination=destination)


def show_review(context: ButtonContext, page: Review) -> None:
    """Fill in the sheet Review."""
    context.book.fill_place(
        "Review", "review_figures", [[text] for text in messages.review_figures(page, context.now())]
    )


def confirmed(context: ButtonContext, page: Review) -> bool:
    """Ask once with the totals; many reversals have to be typed."""
    if not context.book.ask(messages.question(page)):
        return False
    reversals = page.checked.summary.reversals
    if reversals < TYPED_FROM:
        return True
    typed = engine.ask_number(context.book.app, messages.typed_question(reversals))
    if typed is None:  # no way to let somebody type here: ask a second time
        return context.book.ask(messages.second_question(reversals))
    return typed == str(reversals)


def deliver(context: ButtonContext, table: ActionsTable, checked: CheckedBatch) -> None:
    """Send the confirmed rows: the bytes were made from them, whatever happens in the sheet meanwhile."""
    from action_returns.errors import AlreadySentError
    from action_returns.operations.account import open_account_ledger
    from action_returns.operations.channels import open_channel
    from action_returns.operations.history import save_receipt_and_backup
    from action_returns.operations.send import submit

    channel = open_channel(context.account, context.places)
    context.book.status(f"Sending to {channel.destination} ...")
    with open_account_ledger(context.account, context.places) as ledger:
        try:
            done = submit(checked, context.account, channel, ledger, clock=context.now, confirmation=_CONFIRMED)
        except AlreadySentError as refused:
            if not context.book.ask(messages.sent_before(ledger.batch(int(refused.batch)))):
                context.tell(messages.NOT_SENT)
                return
            done = submit(
                checked,
                context.account,
                channel,
                ledger,
                clock=context.now,
                confirmation=f"{_CONFIRMED}, also to send it again",
                allow_duplicate=True,
            )
        receipt, unkept = save_receipt_and_backup(done, context.account, ledger, context.places, context.now().date())
    unwritten = show_outcome(context, table, checked, done.batch, done.outcome.state.value)
    told = [messages.outcome(done, receipt), *unkept, *filter(None, [unwritten])]
    context.tell("\n\n".join(told), mode=messages.mode(done))


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
