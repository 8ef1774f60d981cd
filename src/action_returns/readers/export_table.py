"""Find the table of a shop's export in a file of any format: its sheet, its delimiter and its header row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from action_returns.batch.cells import display_cell
from action_returns.errors import FileError
from action_returns.readers import find_format
from action_returns.readers.csv_file import DELIMITERS, CsvText
from action_returns.readers.export_columns import export_header_score, is_export_header
from action_returns.readers.headers import HEADER_SEARCH_ROWS
from action_returns.readers.zipped_csv import is_zipped_csv
from action_returns.readers.zipped_csv import read_text as read_zipped_text

_ORDERS_SHEET: Final = "orders"
"""Name of the sheet that Matrixify writes orders to."""
_BAR: Final = "|"


@dataclass(frozen=True, slots=True)
class ExportTable:
    """The table of an export.

    Args:
        name: of the file, for messages.
        headers: its header row.
        rows: the rows below it, with what a person finds each by.
        delimiter: what stands between the fields of a line of text, ``""`` in another format: there, rows may end early.
        is_open_ended: whether the last line of the text has no line end, as when the file was cut.
    """

    name: str
    headers: Sequence[str]
    rows: Iterator[tuple[int, Sequence[Any]]]
    delimiter: str = ""
    is_open_ended: bool = False


def open_export_table(path: Path, chosen: frozenset[str]) -> ExportTable:
    """Read the header row of an export.

    Args:
        path: a file of any format of :data:`action_returns.readers.FORMATS`.
        chosen: folded headers that the user named.

    Raises:
        FileError: when it cannot be read, or is empty.
    """
    if is_zipped_csv(path):
        return _table_of_text(read_zipped_text(path), chosen)
    reader = find_format(path)
    if hasattr(reader, "read_text"):
        return _table_of_text(reader.read_text(path), chosen)
    if getattr(reader, "HEADER_FIRST", False):
        rows = _translated(reader.rows(path), path.name)
        first = next(rows, None)
    else:
        rows = _from_header(_sheet_rows(path, chosen) if _is_workbook(reader) else reader.rows(path), chosen)
        first = next(rows, None)
    if first is None:
        raise _is_empty(path.name)
    return ExportTable(path.name, list(map(_header, first[1])), rows)


def _table_of_text(text: CsvText, chosen: frozenset[str]) -> ExportTable:
    delimiters = text.delimiters if len(text.delimiters) == 1 else (*DELIMITERS, _BAR)
    best: tuple[tuple[int, int], str, int] | None = None
    damage: FileError | None = None
    for delimiter in delimiters:
        found, error = _header_of_text(text, delimiter, chosen)
        damage = damage or error
        if found is not None and (best is None or found[0] > best[0]):
            best = found[0], delimiter, found[1]
    if best is None:
        raise damage or _is_empty(text.name)
    (score, _), delimiter, header_line = best
    if damage is not None and not score:
        raise damage
    records = text.records(delimiter)
    headers = next(record for line, record in records if line == header_line)
    return ExportTable(text.name, headers, records, delimiter, text.is_open_ended)


def _header_of_text(
    text: CsvText, delimiter: str, chosen: frozenset[str]
) -> tuple[tuple[tuple[int, int], int] | None, FileError | None]:
    """Return how good the best header row is that a delimiter shows (score, then fields), its line, and any damage."""
    filled: list[tuple[int, list[str]]] = []
    damage = None
    try:
        for line, record in text.records(delimiter):
            if any(record):
                filled.append((line, record))
            if len(filled) == HEADER_SEARCH_ROWS:
                break
    except FileError as error:  # or the quoted fields have another delimiter between them
        damage = error
    if not filled:
        return None, damage
    at = _best_header((record for _, record in filled), chosen)
    line, record = filled[at]
    return ((export_header_score(record, chosen), len(record)), line), damage


def _from_header(
    rows: Iterator[tuple[int, Sequence[Any]]], chosen: frozenset[str]
) -> Iterator[tuple[int, Sequence[Any]]]:
    first = list(islice((row for row in rows if any(row[1])), HEADER_SEARCH_ROWS))
    return chain(first[_best_header((cells for _, cells in first), chosen) :], rows)


def _best_header(rows: Iterable[Sequence[Any]], chosen: frozenset[str]) -> int:
    """Return the index of the row that looks most like a header row; the first one when none does."""
    scores = [export_header_score(row, chosen) for row in rows]
    return scores.index(max(scores)) if scores else 0


def _is_workbook(reader: object) -> bool:
    from action_returns.readers import workbook_file

    return reader is workbook_file


def _sheet_rows(path: Path, chosen: frozenset[str]) -> Iterator[tuple[int, Sequence[Any]]]:
    """Return the rows of the sheet ``Orders``, as Matrixify names it, or else of the visible sheet with an export.

    Raises:
        FileError: ``sheet-ambiguous`` when several sheets have one; the orders of the others would be lost.
    """
    from action_returns.readers.xlsx.batch import read_grid
    from action_returns.readers.xlsx.workbook import sheet_names, visible_sheet_names

    named = [name for name in sheet_names(path) if name.casefold() == _ORDERS_SHEET]
    if named:
        return read_grid(path, sheet=named[0], with_formats=True)
    visible = visible_sheet_names(path)
    if len(visible) == 1:
        return read_grid(path, sheet=visible[0], with_formats=True)
    found = [name for name in visible if _has_export(read_grid(path, sheet=name), chosen)]
    if len(found) > 1:
        raise FileError(
            "sheet-ambiguous",
            f"{path.name} has several sheets with orders: {', '.join(found)}. An import reads one. Nothing was added. Save "
            "each sheet as a file of its own, and import one after the other; or hide the sheets that are not meant.",
        )
    return read_grid(path, sheet=found[0] if found else None, with_formats=True)


def _has_export(rows: Iterator[tuple[int, Sequence[Any]]], chosen: frozenset[str]) -> bool:
    first = islice((cells for _, cells in rows if any(cells)), HEADER_SEARCH_ROWS)
    return any(is_export_header(cells, chosen) for cells in first)


def _translated(rows: Iterator[tuple[int, Sequence[Any]]], name: str) -> Iterator[tuple[int, Sequence[Any]]]:
    """Return rows; convert a refusal that speaks of a list of actions to one that speaks of orders.

    Raises:
        FileError: as the rows raise it.
    """
    try:
        yield from rows
    except FileError as error:
        if error.problem != "pending-columns-missing":
            raise
        raise FileError(
            "export-columns-missing",
            f"{name} holds no list of orders: it is JSON, and no list of objects. Nothing was added. Export it as CSV.",
        ) from None


def _header(cell: object) -> str:
    return cell if isinstance(cell, str) else display_cell(cell)


def _is_empty(name: str) -> FileError:
    return FileError("no-rows", f"{name} is empty. Nothing was added. Export the orders or refunds of the shop again.")
