"""The buttons of the group "After sending"; ``clicks`` imports each, where ``RunPython`` finds it."""

from action_returns.errors import ExcelError
from action_returns.excel import messages
from action_returns.excel.button import ButtonContext, button


@button(
    label="Check results...",
    group="After sending",
    keytip="C",
    image="CompareAndCombine",
    tip="What became of every row that was sent",
    help="Compares all batches without results with a new Pending Actions download, a result file or the network's API. "
    "Sends nothing.",
    large=True,
)
def check_results(context: ButtonContext) -> None:
    """Find out what became of the rows of all open batches, record it, and show it on Results, Batches and Actions."""
    from action_returns.excel import check_results as click

    click.check_results(context)


@button(
    label="History",
    group="After sending",
    keytip="H",
    image="FunctionsDateTimeInsertGallery",
    tip="Past batches",
    help="Every batch sent from this computer, where it went, what became of it and what to do next.",
)
def history(context: ButtonContext) -> None:
    """List every batch: when and by whom it was sent, its outcome, its results, and what to do next."""
    from action_returns.excel.check_results import MOST_BATCHES, read_batches, show_batches

    batches = read_batches(context)
    show_batches(context, batches)
    context.book.show("Batches")
    records = [one.record for one in batches.latest_first]
    context.tell(messages.history(records, MOST_BATCHES, len(batches.waiting)))


@button(
    label="Receipt",
    group="After sending",
    keytip="K",
    image="WebPagePreview",
    tip="Open the receipt of a batch",
    help="The page that proves one batch: the one selected on Batches, else the latest. Opens in your browser.",
)
def open_receipt(context: ButtonContext) -> None:
    """Open the receipt of the batch selected on Batches, else of the latest one; it is written anew where needed."""
    from action_returns.excel.open_page import open_page
    from action_returns.excel.selected_batch import batch_number, refuse_other_file, selected_batch
    from action_returns.operations.account import open_account_ledger
    from action_returns.operations.kept_copies import current_receipt

    label, file_name = selected_batch(context)
    with open_account_ledger(context.account, context.paths) as ledger:
        if label:
            number = batch_number(label)
            refuse_other_file(ledger.batch(number), file_name)
        elif batches := ledger.batches():
            number = batches[0].number
        else:
            raise ExcelError(f"{messages.history([], 0)} There is no receipt to open.")
        path, other = current_receipt(number, ledger, context.paths)
        shown = ledger.batch(number).label
    context.tell(messages.receipt(shown, path, other, is_open=open_page(path)))


@button(
    label="Draft undo...",
    group="After sending",
    keytip="O",
    image="FileNewDefault",
    tip="Restore what a batch changed",
    help="Makes a new workbook with the amounts from before the batch that is selected on Batches, as far as they are "
    "certain. Asks first, sends nothing.",
)
def draft_undo(context: ButtonContext) -> None:
    """Make a workbook with the rows that restore what a batch changed, after the user agrees."""
    from action_returns.excel import draft_undo as click

    click.draft_undo(context)


@button(
    label="Insights",
    group="After sending",
    keytip="X",
    image="ChartTypeBarInsertGallery",
    tip="Reversals, order value and lock dates in charts",
    help="Fills the sheet Insights from everything that was sent and from the sheet Pending. Sends nothing.",
)
def insights(context: ButtonContext) -> None:
    """Show what was sent over time and what locks soon, in figures and charts."""
    from action_returns.excel.insights import show_insights

    show_insights(context)
