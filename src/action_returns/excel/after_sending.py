"""The buttons of the group "After sending"; ``clicks`` imports each, where ``RunPython`` finds it."""

from typing import Final

from action_returns.excel import messages
from action_returns.excel.button import ButtonContext, button

MOST_BATCHES: Final = 500
"""Number of batches that the sheet Batches lists at most."""


@button(
    label="History",
    group="After sending",
    keytip="H",
    image="FunctionsDateTimeInsertGallery",
    tip="Past batches",
    help="Every batch sent from this computer, where it went and what became of it.",
    large=True,
)
def history(context: ButtonContext) -> None:
    """List every batch: when and by whom it was sent, and its outcome."""
    from action_returns.operations.account import open_account_ledger

    with open_account_ledger(context.account, context.paths) as ledger:
        batches = ledger.batches()
    context.book.own_sheets.fill("Batches", [messages.history_row(record) for record in batches[:MOST_BATCHES]])
    context.book.show("Batches")
    context.tell(messages.history(batches, MOST_BATCHES))
