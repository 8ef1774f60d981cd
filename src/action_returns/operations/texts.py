"""Sentences that the command line, the buttons and the pages share: counts, money, outcomes, questions, next steps."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from action_returns.batch.amounts import money
from action_returns.shell import quote

if TYPE_CHECKING:
    from action_returns.batch.cells import ColumnName
    from action_returns.batch.context import SentAction
    from action_returns.batch.summary import Summary
    from action_returns.ledger.records import BatchRecord

MOST_ROWS_ON_A_PAGE: Final = 10_000
"""Rows, and findings, that one page of HTML lists."""
UNENCRYPTED: Final = "NONE: password and rows can be read and changed on the way (accepted in the profile)"
"""What the user reads each time before a file is sent over a connection without encryption."""
TEST_UPLOADS: Final = "TEST is not practice: a file of this profile is really uploaded to its receiver."
"""What the user reads wherever a profile is made, shown, tried or used whose environment is test."""
CHANGES_COUNT: Final = "Each change counts towards its action's 1,000, and can only be undone before the action locks."
_NAMED_ROWS: Final = 5
"""Number of rows that a message names at most."""
_NAMED_BATCHES: Final = 4
"""Number of batches that a message names at most."""


class StateTexts(NamedTuple):
    """The words for one state of a batch, wherever it is shown.

    Args:
        heading: the first sentence of the answer after a send, and of the dialogue in Excel.
        receipt: the line "Outcome" of the receipt.
        beside_row: the text in the column Result beside a row of the batch; it names ``{batch}``.
        level: its colour: good, warning or error.
    """

    heading: str
    receipt: str
    beside_row: str
    level: Literal["good", "warning", "error"]


NOT_SENT_BESIDE_ROW: Final = "Not sent: batch {batch} was sent without this row"
"""The text in the column Result beside a row that did not arrive with the others of its batch."""
STATES: Final[Mapping[str, StateTexts]] = {
    "sent": StateTexts(
        "Sent.",
        "Sent: the receiver confirmed that it holds the file",
        "Sent in batch {batch}",
        "good",
    ),
    "handed-over": StateTexts(
        "Handed over.",
        "Handed over: not yet confirmed by the receiver",
        "Handed over in batch {batch}",
        "good",
    ),
    "failed": StateTexts(
        "Not sent.",
        "Failed: nothing was delivered",
        "Not sent (batch {batch} failed)",
        "error",
    ),
    "unknown": StateTexts(
        "We cannot tell whether the file arrived. Do not send it again yet.",
        "Unknown: it cannot be told whether the file arrived",
        "Unknown: batch {batch} may have arrived",
        "warning",
    ),
    "prepared": StateTexts(
        "Being prepared.", "Being prepared: nothing has left yet", "Being prepared in batch {batch}", "warning"
    ),
    "sending": StateTexts("Being sent.", "Being sent", "Being sent in batch {batch}", "warning"),
}
"""State of a batch -> its words."""


def columns_read(headers: "Mapping[ColumnName, str]") -> str:
    """Return which column each of the three was read from, ``Amount from C New Amount, ActionId from A Action ID, …``.

    Args:
        headers: as :class:`action_returns.readers.batch_file.LoadedBatch` has them; without any an empty text.
    """
    amount_first = sorted(headers, key=lambda name: name != "Amount")
    return ", ".join(f"{name} from {' '.join(headers[name].split())}" for name in amount_first)


def counted(number: int, what: str) -> str:
    """Return a number with its noun, such as ``1 row``, ``2 rows`` or ``2 batches``."""
    ending = "" if number == 1 else "es" if what.endswith(("s", "x", "ch", "sh")) else "s"
    return f"{number:,} {what}{ending}"


def command(*words: str) -> str:
    """Return a command of this program with every word quoted where the shell needs it, so that it can be pasted.

    Args:
        words: the command and its arguments, ``check``, ``November returns.xlsx``.
    """
    return " ".join(["action-returns", *map(quote, words)])


def command_for(name: str, file: str, *words: str) -> str:
    """Return a command about a file, also one whose name looks like an option.

    Args:
        name: the command, ``check``.
        file: the file as the user named it, ``-`` for standard input.
        words: further arguments.
    """
    is_like_option = file.startswith("-") and file != "-"
    return command(name, f".{os.sep}{file}" if is_like_option else file, *words)


def one_or_many(number: int, one: str, many: str) -> str:
    """Return the word for one thing, or for several: ``is`` or ``are``."""
    return one if number == 1 else many


def kinds_of_change(summary: "Summary") -> str:
    """Return how many reversals and new totals there are, ``3 reversals, 1 new total``."""
    return f"{counted(summary.reversals, 'reversal')}, {counted(summary.changes, 'new total')}"


class Figure(NamedTuple):
    """One large figure of a page.

    Args:
        value: the figure.
        label: what it counts.
        level: ``error`` for a raise of order value, else ``""``.
    """

    value: str
    label: str
    level: Literal["", "error"] = ""


def headline(summary: "Summary") -> list[Figure]:
    """Return the figures that a page shows large: rows, reversals, new totals with their sum, and the money effect."""
    effect = summary.effect_cents if summary.rows else 0
    return [
        Figure(f"{summary.rows:,}", "row to be sent" if summary.rows == 1 else "rows to be sent"),
        Figure(f"{summary.reversals:,}", "reversal" if summary.reversals == 1 else "reversals"),
        Figure(money(summary.new_total_cents, summary.currency), f"in {counted(summary.changes, 'new total')}"),
        Figure(
            "unknown" if effect is None else money(effect, summary.currency, sign=True),
            order_value(summary),
            "error" if raises(summary) else "",
        ),
    ]


def raises(summary: "Summary") -> bool:
    """Return whether a row is above its current amount: pages and dialogues say so in the colour of a warning."""
    return summary.raised_rows > 0


def order_value(summary: "Summary") -> str:
    """Return what the batch does to the order value, in words: ``RAISES order value by 99,876.50 EUR``.

    A raise is written in capitals, also one that other rows outweigh. What is unknown is called unknown, never 0.00.
    """
    if not summary.rows:
        return "none: no row would be sent"
    effect = summary.effect_cents
    text = effect_in_words(effect, known=summary.known, rows=summary.rows, currency=summary.currency)
    if effect is not None and summary.raised_cents > max(effect, 0):
        text += (
            f" ({counted(summary.raised_rows, 'row')} {'RAISES' if summary.raised_rows == 1 else 'RAISE'} it by "
            f"{money(summary.raised_cents, summary.currency)}, others lower it)"
        )
    return text


def effect_in_words(effect: int | None, *, known: int | None, rows: int, currency: str | None) -> str:
    """Return a money effect in words, and over how many rows it is known.

    Args:
        effect: new minus current amounts in cents, None when no current amount is known.
        known: how many rows have a current amount, None without a download.
        rows: how many rows there are.
        currency: what the amounts are in, None when that is unknown.
    """
    if effect is None:
        why = "no pending download" if known is None else "the download has none of its current amounts"
        return f"changes order value by an unknown amount: {why}"
    if effect:
        text = f"{'RAISES' if effect > 0 else 'lowers'} order value by {money(abs(effect), currency)}"
    else:
        text = "leaves order value as it is"
    known = known or 0
    if known == rows:
        return text
    return (
        f"{text} over the {counted(known, 'row')} whose current amount is known; "
        f"unknown for {counted(rows - known, 'row')}"
    )


def send_question(rows: int, environment: str) -> str:
    """Return the question before a batch is sent."""
    return f"Send {counted(rows, 'row')} to {environment.upper()} now?"


def no_ready_row(rows: int, file: str, check: str) -> str:
    """Return why a batch was neither sent nor exported: none of its rows may be sent.

    Args:
        rows: how many rows it has.
        file: the file as the user named it.
        check: the command that checks it.
    """
    if not rows:
        return f"Nothing was sent or written: {file} has no rows."
    which, them = ("the only row", "it") if rows == 1 else (f"all {rows:,} rows", "them")
    return (
        f"Nothing was sent or written: {which} of {file} {'has' if rows == 1 else 'have'} errors. "
        f"Repair {them} first: {check}"
    )


def rows_stay_behind(rows: int) -> str:
    """Return the sentence about the rows with errors."""
    return f"{counted(rows, 'row')} with errors {'stays' if rows == 1 else 'stay'} here."


def rows_left_out(rows: int) -> str:
    """Return the sentence about rows that stay behind because they may have arrived before."""
    return f"{counted(rows, 'row')} that may have arrived before {'stays' if rows == 1 else 'stay'} here."


def rows_sent_before(rows: int) -> str:
    """Return the sentence about rows that go out again on purpose."""
    return f"{counted(rows, 'row')} that may have arrived before {'goes' if rows == 1 else 'go'} out again."


def rows_sent_meanwhile(rows: "Mapping[str, SentAction]", file: str) -> str:
    """Return why rows that were sent after the check were not sent now.

    Args:
        rows: ActionId -> the batch that holds the row, and its state.
        file: the file as the user named it.
    """
    first = list(rows.items())[:_NAMED_ROWS]
    named = ", ".join(f"{action_id} in batch {before.batch} ({before.state})" for action_id, before in first)
    more = f" and {len(rows) - _NAMED_ROWS:,} more" if len(rows) > _NAMED_ROWS else ""
    return (
        f"{counted(len(rows), 'row')} of {file} may have arrived since the check, with the same amount and reason: "
        f"{named}{more}. Nothing was sent now. Check and send it again: these rows stay behind then."
    )


def next_step_for_unknown(batch: str) -> str:
    """Return what to do about a batch when the program cannot tell whether it arrived.

    Args:
        batch: its label.
    """
    return (
        "Look at File Submissions or in a new pending download whether it arrived, then settle it with: "
        + settling_command(batch)
    )


def broken_batches(labels: Sequence[str]) -> str:
    """Return that batches on record are broken, and where to read what is wrong with the first.

    Args:
        labels: their labels, at least one.
    """
    more = len(labels) - _NAMED_BATCHES
    named = ", ".join(labels[:_NAMED_BATCHES]) + (f" and {more:,} more" if more > 0 else "")
    which = f"Batch {named} is broken" if len(labels) == 1 else f"Batches {named} are broken"
    return f"{which}: changed after being recorded, or a part is lost. What is wrong: action-returns history show {labels[0]}"


def settling_command(batch: str) -> str:
    """Return the command that settles a batch by hand, with what can stand instead of its words."""
    return f'action-returns history mark {batch} sent --why "what you saw" (or failed instead of sent).'


def marking_consequence(record: "BatchRecord", state: str) -> str:
    """Return what follows when a person marks a batch sent or failed."""
    rows = f"its {record.rows:,} rows" if record.rows > 1 else "its row"
    if state == "sent":
        return (
            f"Marked sent, batch {record.label} and {rows} count as sent: the same rows stay behind when they are sent "
            "again, and each uses up one of its action's 1,000 modifications."
        )
    doubt = " The receiver confirmed it, so look twice." if record.state == "sent" and not record.by_hand else ""
    return (
        f"Marked failed, batch {record.label} and {rows} count as not arrived: the next send takes them again, and "
        f"nothing warns of it. This cannot be taken back.{doubt} If the batch did arrive after all, sending its rows "
        "again undoes whatever was changed since."
    )


def workbook_of_no_profile(missing: str) -> str:
    """Return what to do with a workbook whose profile is gone.

    Args:
        missing: the sentence that says so and lists the profiles there are.
    """
    return (
        f"{missing} This workbook was made for it. Click Settings and save a profile of that name, or move the rows "
        "into a workbook for another one: action-returns upgrade-workbook OLD NEW --profile NAME"
    )
