"""Write an import to the sheet Import: its columns, its reasons, and what becomes of each order."""

from collections.abc import Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Final

from action_returns.batch.amounts import money
from action_returns.batch.cells import LONGEST_TEXT, Columns, utf16_length
from action_returns.errors import ExcelError
from action_returns.excel import import_messages
from action_returns.excel.import_page import (
    ImportPage,
    actions_fingerprint,
    one_line,
    outcome_fingerprint,
    pending_fingerprint,
)
from action_returns.excel.own_sheets import NamedRanges
from action_returns.excel.workbook import OpenWorkbook
from action_returns.excel.yellow_cells import name_cells
from action_returns.operations.import_answers import ImportAnswers
from action_returns.operations.import_returns import Imported
from action_returns.operations.import_texts import (
    FIELD_WORDS,
    GROUPS,
    candidates_text,
    mapping_row,
    reason_counts,
    unmapped_reasons,
)
from action_returns.returns.import_reasons import fold_word
from action_returns.returns.preview import Group, LeftOrder, NewRow
from action_returns.returns.source import Field
from action_returns.workbook_builder.info import IMPORT_FACTS

SHEET: Final = "Import"
MOST_LISTED: Final = 20_000
"""Number of orders that the sheet lists at most; it says when there are more."""
LISTED_FIRST: Final = (
    Group.TO_DECIDE,
    Group.REFUSED,
    Group.ROW,
    Group.IN_SHEET,
    Group.SENT_BEFORE,
    Group.NOTHING_TO_DO,
)
"""The order of the groups on the sheet: what needs a person stands at the top."""
_CHOICES: Final = ("tolerance", "net", "amounts")
_ROWS: Final = 20
"""Rows of the tables ImportMapping and ImportReasons."""
_HEADERS: Final = 500
"""Headers of the export that the drop-down can show."""


def page_of(imported: Imported, given: ImportAnswers, file: str, sha256: str, columns: Columns) -> ImportPage:
    """Return what is kept about an import that the sheet shows.

    Args:
        imported: the import.
        given: what the user answered on the sheet.
        file: path of the export.
        sha256: of its bytes.
        columns: the rows of Actions.
    """
    shown = dict(zip(_CHOICES, _choices_of(imported.answers), strict=True))
    mapped = {column.field: one_line(column.header) for column in imported.export.mapping}
    shown |= {f"column {name}": mapped.get(name, "") for name in _fields(imported)}
    shown |= {f"reason {word}": code for word, (_, code) in _reasons(imported).items()}
    return ImportPage(
        file,
        sha256,
        given,
        shown,
        actions_fingerprint(columns),
        pending_fingerprint(imported.pending),
        outcome_fingerprint(imported),
    )


def write_page(book: OpenWorkbook, imported: Imported, page: ImportPage, pending: str) -> None:
    """Show an import on the sheet Import.

    Args:
        book: the workbook.
        imported: the import.
        page: what is kept about it.
        pending: the sentence about the pending download.

    Raises:
        ExcelError: its headers or words are too long to be kept in the workbook.
    """
    facts = page.to_json()
    if utf16_length(facts) > LONGEST_TEXT:
        raise ExcelError(import_messages.too_long(imported.export.file))
    told = import_messages.page_lines(imported, page.file, pending, MOST_LISTED)
    headers = _different(imported.export.headers)
    _write(book, facts, [*told, *_choices_of(imported.answers)], _table_rows(imported), headers, preview_rows(imported))


def write_columns(book: OpenWorkbook, file: Path, sha256: str, headers: Sequence[str], given: ImportAnswers) -> None:
    """Show only the columns of an export, so that the user chooses among them.

    Args:
        book: the workbook.
        file: the export.
        sha256: of its bytes.
        headers: its headers.
        given: what the user answered so far.
    """
    choices = _choices_of(given)
    mapping = [(FIELD_WORDS[name], given.columns.get(name, ""), "", import_messages.TO_CHOOSE) for name in Field][
        :_ROWS
    ]
    shown = dict(zip(_CHOICES, choices, strict=True))
    shown |= {f"column {name}": one_line(given.columns.get(name, "")) for name in list(Field)[:_ROWS]}
    told = [str(file), *[""] * 5, import_messages.CHOOSE_COLUMNS, *choices]
    tables = [(*row, *[""] * 4) for row in [*mapping, *[("",) * 4] * (_ROWS - len(mapping))]]
    facts = ImportPage(str(file), sha256, given, shown).to_json()
    _write(book, facts, told, tables, _different(headers), [])


def _write(
    book: OpenWorkbook,
    facts: str,
    told: Sequence[str],
    tables: Sequence[tuple[str, ...]],
    headers: Sequence[str],
    rows: Sequence[tuple[str | int, ...]],
) -> None:
    """Write the sheet, whose lines say that it is not whole until all the rest stands there.

    Without its facts no preview counts: should the click break off, new rows must not stand beside an old file.
    """
    begun = [told[0], *[""] * 5, import_messages.NOT_WHOLE, *told[7:]]
    ranges: NamedRanges = {
        "import_told": [(line,) for line in begun],
        "import_tables": tables,
        "import_headers": [*((header,) for header in headers), *[(None,)] * (_HEADERS - len(headers))],
    }
    last: NamedRanges = {"import_told": [(line,) for line in told]}
    book.write_metadata({IMPORT_FACTS: ""})
    book.own_sheets.fill("ImportPreview", rows, sheet=SHEET, ranges=ranges, last=last)
    book.write_metadata({IMPORT_FACTS: facts})


def _different(headers: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, headers)))[:_HEADERS]


def _table_rows(imported: Imported) -> list[tuple[str, ...]]:
    """Return the rows of the tables ImportMapping and ImportReasons, which stand beside each other."""
    mapping = _mapping_rows(imported)
    reasons = [(word, f"{number:,}", code) for word, (number, code) in _reasons(imported).items()]
    mapping += [("",) * 4] * (_ROWS - len(mapping))
    reasons += [("",) * 3] * (_ROWS - len(reasons))
    return [(*left, "", *right) for left, right in zip(mapping, reasons, strict=True)]


def _fields(imported: Imported) -> list[Field]:
    """Return the fields in the order of the sheet: those that were found, then the others."""
    mapped = {column.field for column in imported.export.mapping}
    found = [name for name in Field if name in mapped]
    return [*found, *(name for name in Field if name not in found)][:_ROWS]


def _mapping_rows(imported: Imported) -> list[tuple[str, str, str, str]]:
    rows = {column.field: mapping_row(column) for column in imported.export.mapping}
    found = {name: (what, header, examples, sure) for name, (what, header, sure, examples) in rows.items()}
    missing = import_messages.NO_COLUMN
    return [found.get(name, (FIELD_WORDS[name], "", "", missing)) for name in _fields(imported)]


def _reasons(imported: Imported) -> dict[str, tuple[int, str]]:
    """Return the first words for reasons: how many orders have each, and its code; those that wait for a code first."""
    mapped = {**imported.known.policy.return_reasons, **imported.answers.reasons}
    codes = {fold_word(word): code for word, code in mapped.items()}
    waiting = unmapped_reasons(imported.found, imported.preview)
    words = sorted(reason_counts(imported.found).items(), key=lambda word: word[0] not in waiting)
    return {word: (number, codes.get(fold_word(word), "")) for word, number in words[:_ROWS]}


def _choices_of(answers: ImportAnswers) -> tuple[str, str, str]:
    """Return the tolerance, whether tax and shipping are left out, and what the refund column counts."""
    choices = answers.choices
    net = import_messages.YES if choices.without_tax_and_shipping else import_messages.NO
    return money(choices.tolerance), net, import_messages.AMOUNTS[answers.amounts]


def preview_rows(imported: Imported) -> list[tuple[str | int, ...]]:
    """Return what becomes of each order as rows of the table ImportPreview, at most :data:`MOST_LISTED`.

    Returns:
        Group, Order, Action ID, Why, Line, Current amount, Refunded, New total, Reason, Candidates.
    """
    listed: dict[Group, list[NewRow | LeftOrder]] = {group: [] for group in LISTED_FIRST}
    listed[Group.ROW] = list(imported.preview.rows)
    for left in imported.preview.left:
        if not left.has_no_action:
            listed[left.group].append(left)
    # Most shops have many of these, about which there is nothing to do: they stand below what has to be looked at.
    listed[Group.ROW] += imported.preview.without_action
    # A text is written for each order, which takes its time: only for those that are listed.
    shown = islice(chain.from_iterable(listed.values()), MOST_LISTED)
    return [_row_of_new(order) if isinstance(order, NewRow) else _row_of_left(order) for order in shown]


def _row_of_new(row: NewRow) -> tuple[str | int, ...]:
    return (
        GROUPS[Group.ROW].label,
        row.order,
        row.action_id,
        f"Found as {row.found_as}. {row.why}" if row.found_as else row.why,
        row.line,
        import_messages.UNKNOWN if row.current is None else money(row.current),
        money(row.refunded),
        money(row.cents),
        row.reason,
        "",
    )


def _row_of_left(left: LeftOrder) -> tuple[str | int, ...]:
    return (
        GROUPS[left.group].label,
        left.order,
        "",
        name_cells(left.message),
        left.line,
        "",
        money(left.refunded),
        "",
        "",
        candidates_text(left),
    )
