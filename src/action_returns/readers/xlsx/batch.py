"""Read the batch of a workbook: which sheet, which columns, which rows; every cell as it is."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from action_returns.batch.cells import COLUMN_NAMES, Cell, CellError, Columns, column_letters
from action_returns.errors import FileError
from action_returns.readers.batch_columns import (
    NO_ANSWERS,
    BatchHeader,
    ColumnAnswers,
    find_columns,
    own_table,
    signature_of,
)
from action_returns.readers.batch_file import LoadedBatch, note_on_rows_below
from action_returns.readers.headers import HEADER_SEARCH_ROWS
from action_returns.readers.xlsx.package import Package
from action_returns.readers.xlsx.sheet import ColumnData
from action_returns.readers.xlsx.structure import Sheet, Table
from action_returns.readers.xlsx.table_headers import header_cells, headers_differ, is_alike
from action_returns.readers.xlsx.workbook import XmlWorkbook
from action_returns.shell import option_with_name

_TABLE: Final = "actions"
_MOST_PLACES: Final = 5
"""Places that a message lists at most."""


@dataclass(frozen=True, slots=True)
class BatchLocation:
    """Where a batch is in a workbook.

    Args:
        sheet: the sheet.
        row: row of the headers.
        header: the headers, and which of them are the three.
        table: the table it is, None when only headers were found.
    """

    sheet: Sheet
    row: int
    header: BatchHeader
    table: Table | None = None

    def __str__(self) -> str:
        if self.table is not None:
            return f"table {self.table.name} on sheet {self.sheet.name}"
        return f"sheet {self.sheet.name}, headers in row {self.row}"


def read_workbook(path: Path, *, sheet: str | None = None, columns: ColumnAnswers = NO_ANSWERS) -> LoadedBatch:
    """Read the batch of a workbook.

    The table named Actions counts first, then the only table with the three columns, then the only sheet with their
    headers among its first rows.

    Args:
        path: the file, .xlsx or .xlsm; never written.
        sheet: the sheet to read, when several could be meant.
        columns: what the user said about its columns.

    Raises:
        FileError: when it cannot be read as a whole.
    """
    with Package(path) as package:
        return _read(XmlWorkbook(package), path, sheet, columns)


def read_grid(path: Path, *, sheet: str | None = None, with_formats: bool = False) -> Iterator[tuple[int, list[Cell]]]:
    """Return every row of a sheet that holds something: its number and its cells from column A on.

    Args:
        path: the file.
        sheet: the sheet to read; the first visible one when None.
        with_formats: whether a number comes with its number format where that may show another amount.

    Raises:
        FileError: when it cannot be read.
    """
    with Package(path) as package:
        book = XmlWorkbook(package, with_formats=with_formats)
        yield from book.rows(_candidate_sheets(book.sheets, sheet, path.name)[0])


def _read(book: XmlWorkbook, path: Path, sheet: str | None, answers: ColumnAnswers) -> LoadedBatch:
    name = path.name
    location = _find(book, name, sheet, answers)
    if location.table is not None:
        _compare_with_cells(book, location, location.table, name, answers)
    header = location.header
    numbers = header.numbers
    wanted = numbers if header.currency is None else (*numbers, header.left + header.currency)
    filled = book.columns(location.sheet, wanted, location.row)
    rows = filled.rows
    keep = len(rows)
    notes = []
    if book.is_unusual(location.sheet):
        from action_returns.readers.xlsx.second_reading import second_reading

        note = second_reading(path, location.sheet.name, numbers[1], location.row + 1, filled)
        notes += [note] if note else []
    if location.table is not None:
        keep = sum(number <= location.table.bottom for number in rows)
        below = [number for number in rows[keep:] if number > location.table.bottom + location.table.totals]
        if below:
            notes.append(note_on_rows_below(below, location.table.name))
    if not keep:
        raise FileError(
            "no-rows",
            " ".join([f"{name} has no rows below its headers ({location}). Fill in the returns and save it.", *notes]),
        )
    cells = filled.columns
    for column in cells:
        del column[keep:]
    _mark_merged(cells[:3], rows, numbers, filled.merges)
    columns = Columns(
        action_id=cells[0],
        amount=cells[1],
        reason=cells[2],
        rows=rows[:keep],
        sheet=location.sheet.name,
        letters=tuple(map(column_letters, numbers)),  # type: ignore[arg-type]  # three of them
        hidden=frozenset(filled.hidden.intersection(rows[:keep])),
        hidden_columns=frozenset(
            name for name, number in zip(COLUMN_NAMES, numbers, strict=True) if number in filled.hidden_columns
        ),
        amount_formats=_amount_formats(filled, keep),
        currency=cells[3] if len(cells) > len(numbers) else None,
    )
    return LoadedBatch(
        columns,
        str(location),
        (*notes, *header.notes()),
        headers=header.labels,
        signature=signature_of(header.headers),
        header_row=location.row,
        table_end=0 if location.table is None else location.table.bottom,
    )


def _amount_formats(filled: ColumnData, keep: int) -> dict[str, "array[int]"]:
    """Return number format code -> positions of the Amount cells that have it and are not blank."""
    formats: dict[str, array[int]] = {}
    position_of = {row: at for at, row in enumerate(filled.rows[:keep])} if filled.formats else {}
    amounts = filled.columns[1]
    for code, rows in filled.formats.items():
        found = map(position_of.get, rows)
        positions = array("L", sorted(at for at in found if at is not None and amounts[at] is not None))
        if positions:
            formats[code] = positions
    return formats


def _find(book: XmlWorkbook, name: str, wanted: str | None, answers: ColumnAnswers) -> BatchLocation:
    sheets = _candidate_sheets(book.sheets, wanted, name)
    tables = [
        BatchLocation(sheet, table.top, found, table)
        for sheet in sheets
        for table in sheet.tables
        if (found := _columns_of_table(table, answers)) is not None
    ]
    named = [location for location in tables if location.table is not None and location.table.name.lower() == _TABLE]
    searched: list[list[Sequence[object]]] = []
    locations = named or tables or list(_by_headers(book, sheets, answers, searched))
    if not locations:
        from action_returns.readers.missing_columns import columns_missing

        raise columns_missing(searched, name if wanted is None else f"Sheet {wanted} of {name}", answers)
    if len(locations) > 1:
        raise FileError(
            "sheet-ambiguous",
            f"{name} has the three columns more than once: {'; '.join(map(str, locations[:_MOST_PLACES]))}"
            f"{'; …' if len(locations) > _MOST_PLACES else ''}. "
            f"Choose the sheet: {option_with_name('--sheet', locations[0].sheet.name)}",
        )
    return locations[0]


def _candidate_sheets(sheets: Sequence[Sheet], wanted: str | None, name: str) -> list[Sheet]:
    if wanted is None:
        return [sheet for sheet in sheets if sheet.visible] or list(sheets)
    found = [sheet for sheet in sheets if sheet.name.casefold() == wanted.casefold()]
    if not found:
        raise FileError(
            "sheet-ambiguous",
            f'{name} has no sheet "{wanted}". It has: {", ".join(sheet.name for sheet in sheets)}. Choose one of them.',
        )
    return found


def _columns_of_table(table: Table, answers: ColumnAnswers) -> BatchHeader | None:
    own = own_table(table.headers, table.left, answers) if table.name.lower() == _TABLE else None
    return own or find_columns(table.headers, answers, table.left)


def _compare_with_cells(
    book: XmlWorkbook, location: BatchLocation, table: Table, name: str, answers: ColumnAnswers
) -> None:
    """Check that the header cells of a table lead to the same columns as its names.

    Raises:
        FileError: ``columns-missing`` when they do not.
    """
    cells = header_cells(table, book.row(location.sheet, table.top))
    by_names = location.header
    try:
        by_cells = _columns_of_table(replace(table, headers=tuple(cells)), answers)  # type: ignore[arg-type]  # as shown
    except FileError:  # such as two columns Amount
        by_cells = None
    columns = [*by_names.indexes.values(), *([] if by_names.currency is None else [by_names.currency])]
    if (
        by_cells is None
        or (by_cells.indexes, by_cells.currency) != (by_names.indexes, by_names.currency)
        or not all(is_alike(table.headers[at], cells[at]) for at in columns)
    ):
        raise headers_differ(name, location.sheet.name, table, cells, columns)


def _by_headers(
    book: XmlWorkbook,
    sheets: Sequence[Sheet],
    answers: ColumnAnswers,
    searched: list[list[Sequence[object]]],
) -> Iterator[BatchLocation]:
    for sheet in sheets:
        searched.append([])
        for number, cells in book.rows(sheet, most=HEADER_SEARCH_ROWS):
            found = find_columns(cells, answers)
            if found is not None:
                yield BatchLocation(sheet, number, found)
                break
            searched[-1].append(cells)


def _mark_merged(
    cells: tuple[list[Cell], ...],
    rows: Sequence[int],
    columns: tuple[int, int, int],
    merges: Sequence[tuple[int, int, int, int]],
) -> None:
    from bisect import bisect_left, bisect_right

    from action_returns.batch.cells import display_cell

    for left, top, right, bottom in merges:
        for column, number in zip(cells, columns, strict=True):
            if left <= number <= right:
                for at in range(bisect_left(rows, top), min(bisect_right(rows, bottom), len(column))):
                    column[at] = CellError("merged", display_cell(column[at]))
