"""Return the texts of an import in Excel: the lines of the sheet Import, the question, and what was done."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from action_returns.excel.yellow_cells import name_cells
from action_returns.operations.import_texts import (
    FIELD_WORDS,
    lines_equation,
    money_equations,
    orders_equation,
    reason_counts,
    source_sentence,
)
from action_returns.operations.import_without_action import decisions, none_found, without_action
from action_returns.operations.texts import counted, one_or_many
from action_returns.returns.export import Certainty
from action_returns.returns.source import Amounts

if TYPE_CHECKING:
    from datetime import datetime

    from action_returns.excel.added_rows import Room
    from action_returns.operations.import_returns import Imported

YES: Final = "yes"
NO: Final = "no"
NO_TOLERANCE: Final = "0.00"
AMOUNTS: Final[Mapping[Amounts | None, str]] = {
    None: "as recognised",
    Amounts.EVENTS: "one refund a line",
    Amounts.TO_DATE: "all until now",
}
"""What the refund column counts, in the words of the sheet."""
UNKNOWN: Final = "unknown"
NO_COLUMN: Final = "none found in this export"
TO_CHOOSE: Final = "choose its column, if the export has one"
CHOOSE_COLUMNS: Final = "Choose the columns in the yellow cells below, then click Import returns again."
NO_PENDING: Final = (
    "No pending download is loaded, so it is not known which actions these orders belong to. Nothing was read. Click Load "
    "pending first, then Import returns."
)
NO_PREVIEW: Final = (
    "No export was read yet, or its preview broke off. Nothing was added. Click Import returns first, and look at what "
    "becomes of each order."
)
NOT_WHOLE: Final = "This preview broke off and is not whole. Nothing was added. Click Import returns again."
"""What stands on the sheet Import while a preview is written, and afterwards only when that broke off."""
NOTHING_ADDED: Final = "Nothing was added."
_MOST_REASONS: Final = 20


def unknown_code(word: str, code: str, codes: "Sequence[str]") -> str:
    """Return that a code on the sheet Import is none of the account."""
    return (
        f'The code "{code}" for "{word}" on the sheet Import is not one of the reason codes ({", ".join(codes)}). Nothing '
        "was read. Pick one from the list, then click again."
    )


def unreadable_tolerance(text: str) -> str:
    """Return that the tolerance on the sheet Import is no amount."""
    return (
        f'The tolerance "{text}" on the sheet Import is no amount. Nothing was read. Write it with a dot, such as 0.05, '
        "then click again."
    )


def unreadable_choice(text: str) -> str:
    """Return that the answer about tax and shipping is neither yes nor no."""
    return (
        f'"{text}" beside Without tax and shipping on the sheet Import is neither yes nor no. Nothing was read. Pick one '
        "of them, then click again."
    )


def unreadable_amounts(text: str) -> str:
    """Return that the answer about what the refund column counts is none of those that there are."""
    return (
        f'"{text}" beside Refunds in the export on the sheet Import is none of: {", ".join(AMOUNTS.values())}. Nothing was '
        "read. Pick one of them, then click again."
    )


def too_long(name: str) -> str:
    """Return that the workbook cannot keep what the import needs, because texts of the export are too long."""
    return (
        f"The headers or the words for reasons of {name} are too long to be kept in this workbook. Nothing was changed. Make "
        "them shorter in the file, then click Import returns again."
    )


def read_again(name: str) -> str:
    """Return the question whether the same file is read again after the user changed a yellow cell."""
    return f"Read {name} again with your changes on the sheet Import?\n\nNo lets you choose another file."


def file_gone(path: str) -> str:
    """Return that the export of the preview is no longer there."""
    return f"{path} is no longer there. Nothing was added. Click Import returns and choose the export again."


def choose_columns(refusal: str) -> str:
    """Return why an export cannot be read, and where the user chooses its columns.

    Args:
        refusal: the message.
    """
    return f"{refusal}\n\nThe sheet Import lists all columns of this file. {CHOOSE_COLUMNS}"


def page_lines(imported: "Imported", file: str, pending: str, most: int) -> list[str]:
    """Return the lines on top of the sheet Import.

    Args:
        imported: the import.
        file: path of the export.
        pending: the sentence about the pending download.
        most: number of orders that the sheet lists at most.
    """
    notes = [*imported.export.notes, *imported.found.notes, *imported.unknown, *imported.preview.notes]
    return [
        file,
        source_sentence(imported.export),
        pending,
        orders_equation(imported.preview),
        "; ".join(money_equations(imported.found, imported.preview)) or "Nothing was refunded in this export.",
        " ".join(
            filter(
                None,
                [f"{lines_equation(imported.found)}.", name_cells(without_action(imported)), *map(name_cells, notes)],
            )
        ),
        " ".join([*_limits(imported, most), next_step(imported)]),
    ]


def _limits(imported: "Imported", most: int) -> Iterable[str]:
    if imported.preview.orders > most:
        yield f"The list below shows the first {most:,} of {counted(imported.preview.orders, 'order')}."
    words = len(reason_counts(imported.found))
    if words > _MOST_REASONS:
        yield f"{_MOST_REASONS} of {words:,} words for reasons are listed; map some, then the others show."


def next_step(imported: "Imported") -> str:
    """Return what the user does next."""
    rows, person = len(imported.preview.rows), imported.preview.needs_a_person
    undecided = decisions(imported.preview)
    first = " What needs a decision stands first in the list, with what to do." if person else ""
    look = f"{undecided}.{first}" if undecided else ""
    add = f"Add these rows adds {counted(rows, 'row')} to Actions." if rows else "No order becomes a row."
    return " ".join(filter(None, [look, add]))


def previewed(imported: "Imported") -> str:
    """Return the text after Import returns."""
    likely = [column for column in imported.export.mapping if column.certainty is Certainty.ALIAS]
    parts = [
        f"{source_sentence(imported.export)}\n{orders_equation(imported.preview)}.",
        *(f"{equation}." for equation in money_equations(imported.found, imported.preview)),
    ]
    if likely:
        named = ", ".join(f'{FIELD_WORDS[column.field]} from "{column.header}"' for column in likely)
        parts.append(
            f"Only likely, so look at {one_or_many(len(likely), 'this column', 'these columns')} on the sheet: {named}."
        )
    if none := none_found(imported):
        parts.append(name_cells(none))
    if imported.remembered:
        parts.append(
            "Answers that you gave for an earlier file with these headers were used; the yellow cells show them."
        )
    parts.append(f"Nothing was added to Actions yet. {next_step(imported)}")
    return "\n\n".join(parts)


def changed_since(causes: "Sequence[str]", imported: "Imported") -> str:
    """Return that nothing was added because something changed since the preview, and that there is a new one.

    Args:
        causes: what changed, one part of a sentence each.
        imported: the new import.
    """
    return (
        f"Nothing was added: {' and '.join(causes)} since the preview. The sheet Import shows a new preview now:\n\n"
        f"{orders_equation(imported.preview)}.\n\nLook at it, then click Add these rows again."
    )


def nothing_to_add(imported: "Imported") -> str:
    """Return that no order of the preview becomes a row."""
    return f"{NOTHING_ADDED} {orders_equation(imported.preview)}. {next_step(imported)}"


def added_before(rows: str) -> str:
    """Return that the rows of the preview were added already."""
    return (
        f"The rows of this preview were added already (Actions, {rows}). {NOTHING_ADDED} Undo tool change takes them back "
        "if nothing else was changed since. For another export click Import returns."
    )


def question(imported: "Imported", room: "Room", there: int, notes: "Sequence[str]") -> str:
    """Return the question before rows are added.

    Args:
        imported: the import.
        room: where the new rows will stand.
        there: rows that Actions has now.
        notes: what the user should know of the table.
    """
    where = f"below the {counted(there, 'row')} of Actions" if there else "to Actions"
    undecided = decisions(imported.preview)
    stay = f"Not added: {undecided}." if undecided else ""
    return "\n\n".join(
        filter(
            None,
            [
                f"Add {counted(len(room.rows), 'row')} {where}?",
                "\n".join([orders_equation(imported.preview), *money_equations(imported.found, imported.preview)]),
                stay,
                f"They will stand in {rows_named(room)}. Undo tool change takes them back. Nothing is sent.",
                *notes,
            ],
        )
    )


def rows_named(room: "Room") -> str:
    """Return the sheet rows of new rows: ``row 4`` or ``rows 4 to 183``."""
    first, last = room.rows[0], room.rows[-1]
    return f"row {first}" if first == last else f"rows {first} to {last}"


def added(imported: "Imported", room: "Room", validated: str, problem: str) -> str:
    """Return the text after rows were added.

    Args:
        imported: the import.
        room: where they stand.
        validated: what the check of all rows says.
        problem: why the answers about the export could not be kept, ``""`` when they were.
    """
    done = f"{counted(len(room.rows), 'row')} of {imported.export.file} added ({rows_named(room)}). Undo tool change takes them back."
    return "\n\n".join(filter(None, [done, problem, validated]))


def unwritten(error: Exception) -> str:
    """Return that the rows are there, but not what the check says of them."""
    return (
        f"The results beside the rows, or the line on the sheet Import, could not be written ({error}). Click Validate "
        "before you send."
    )


def added_line(room: "Room", now: "datetime") -> str:
    """Return the line on the sheet Import after its rows were added; it is true after they were taken back, too."""
    return f"Added to Actions on {now:%Y-%m-%d at %H:%M}: {rows_named(room)}. Next: Review. For another export click Import returns."
