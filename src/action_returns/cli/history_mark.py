"""``history mark``: what a person found at the receiver's side becomes the outcome of a batch."""

import click

from action_returns.cli.batch_words import batch_json
from action_returns.cli.history import batch_number, warn_of_changed_copy
from action_returns.cli.options import CommandContext, global_options
from action_returns.errors import DeclinedError, LedgerError
from action_returns.ledger.ledger import Ledger
from action_returns.ledger.records import MARKS, BatchRecord
from action_returns.operations.account import open_ledger_to_read
from action_returns.operations.kept_copies import renew_receipt
from action_returns.operations.texts import counted, marking_consequence


@click.command("mark")
@click.argument("batch", metavar="BATCH")
@click.argument("state", type=click.Choice(tuple(MARKS)))
@click.option("--why", required=True, metavar="TEXT", help="What you saw, so that others can follow it later.")
@click.option(
    "--program-ended",
    is_flag=True,
    help="For a batch that may still be being sent: you know that the program which sent it has ended.",
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation at a terminal.")
@global_options
def mark_command(context: CommandContext, *, batch: str, state: str, why: str, program_ended: bool, yes: bool) -> None:
    """Settle by hand what became of a batch, after you have looked.

    For a batch that is unknown or handed over; and with "failed" for one that was sent, when the receiver has nothing.
    Nothing is sent; who marked it and why stays on record. Rows of a failed batch count as not arrived from then on.
    """
    number = batch_number(batch)
    if not why.strip():
        raise click.UsageError("--why is empty. Write what you saw, so that others can follow it later.")
    with open_ledger_to_read(context.paths, context.profile) as ledger:
        record = ledger.batch(number)
        # Without a terminal the words of the command are the decision: it names the batch, the outcome and the reason.
        is_open = program_ended and record.sending_until is not None
        if (is_open or record.state in MARKS[state]) and not yes and context.output.can_ask():
            _confirm_mark(context, record, state)
        ledger.mark(number, state, why, shown=record.state, program_ended=program_ended)
        record = ledger.batch(number)
        context.output.json(batch_json(record))
        context.output.info(record.message, style="good")
        _rewrite_receipt(context, record, ledger)


def _confirm_mark(context: CommandContext, record: BatchRecord, state: str) -> None:
    """Ask whether a batch is to be marked, with what follows from it.

    Raises:
        DeclinedError: the user said no.
    """
    # All of it is in the question, which is printed with --quiet too and never on standard output.
    question = (
        f"Batch {record.label} of {record.day_and_time}: {counted(record.rows, 'row')} to "
        f"{record.destination} ({record.environment.upper()}), {record.state}. {record.message}\n\n"
        f"{marking_consequence(record, state)}\n\nMark batch {record.label} {state}?"
    )
    if not context.output.confirm(question):
        raise DeclinedError(f"Not marked. Batch {record.label} stays {record.state}.")


def _rewrite_receipt(context: CommandContext, record: BatchRecord, ledger: Ledger) -> None:
    """Write the receipt again when there is one, because its outcome is out of date."""
    try:
        receipt = renew_receipt(record.number, ledger, context.paths)
    except (OSError, LedgerError) as error:  # the batch is marked, whatever becomes of its page
        context.output.info(
            f"The receipt in {context.paths.submissions} is out of date and cannot be written "
            f"({getattr(error, 'strerror', None) or error}). "
            f"The ledger holds everything: action-returns history receipt {record.label}",
            style="warning",
        )
        return
    if receipt is not None:
        context.output.info(f"Receipt: {receipt}")
    warn_of_changed_copy(context, record)
