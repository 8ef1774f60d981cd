"""Add rows to the table Actions in the bytes of a workbook, and check that it has them and everything that it had."""

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from action_returns.batch.cells import COLUMN_NAMES, LAST_ROW, Cell, column_letters, show_nothing
from action_returns.errors import FileError
from action_returns.operations.added_rows import (
    Place,
    UnusualXmlError,
    add_rows,
)
from action_returns.operations.new_workbook import tool_columns, tool_sheets
from action_returns.operations.stale_values import without_values
from action_returns.operations.table_parts import calculated_on_load, column_formulas, longer_table
from action_returns.operations.texts import counted
from action_returns.readers.batch_columns import find_columns
from action_returns.readers.xlsx.package import Package
from action_returns.readers.xlsx.structure import Structure, Table, structure
from action_returns.readers.xlsx.workbook import TableRows, read_table

_TABLE: Final = "Actions"
_SIGNATURES: Final = "_xmlsignatures/"
"""The folder of digital signatures (ECMA-376 part 2, 10.3), which no longer hold when a part changes."""


def sent_columns(table: TableRows, name: str) -> list[int]:
    """Return the indexes of ActionId, Amount and Reason in a table.

    Args:
        table: the table.
        name: the workbook, for the message.

    Raises:
        FileError: it lacks one of them.
    """
    found = find_columns(table.headers)
    if found is None:
        raise FileError(
            "columns-missing",
            f"The table {_TABLE} of {name} lacks one of {', '.join(COLUMN_NAMES)}. Give its columns their names back.",
        )
    return [found.indexes[column] for column in COLUMN_NAMES]


def with_rows(path: Path, content: bytes, table: TableRows, texts: Sequence[Sequence[str]]) -> bytes:
    """Return the bytes of a workbook with more rows below its filled ones. Nothing is written.

    Args:
        path: the workbook.
        content: its bytes.
        table: its table Actions.
        texts: ActionId, Amount and Reason of each new row.

    Raises:
        UnusualXmlError: something of the workbook could be lost.
    """
    indexes, ours = sent_columns(table, path.name), tool_columns()
    users = [at for at, header in enumerate(table.headers) if header.casefold() not in ours]
    old = [[row[at] for at in users] for row in table.rows]
    while old and show_nothing(old[-1]):
        old.pop()
    first = table.first + len(old)
    if first + len(texts) - 1 > LAST_ROW:
        raise UnusualXmlError(f"has no room for {counted(len(texts), 'more row')}")
    longer, changed = _repacked(path, content, first, indexes, texts)
    new: list[list[Cell]] = [[row[indexes.index(at)] if at in indexes else None for at in users] for row in texts]
    if _users_cells(path, longer, users, len(old) + len(new)) != old + new or not _same_parts(content, longer, changed):
        raise UnusualXmlError("would not have exactly its old cells and the new rows")
    return longer


def _repacked(
    path: Path, content: bytes, first: int, indexes: Sequence[int], texts: Sequence[Sequence[str]]
) -> tuple[bytes, frozenset[str]]:
    """Return the bytes of a workbook with rows in its table, and the names of the parts that changed."""
    with Package(path) as package:
        book = structure(package)
    sheet, table = next(
        (sheet, one) for sheet in book.sheets for one in sheet.tables if one.name.lower() == _TABLE.lower()
    )
    last = first + len(texts) - 1
    if last > table.bottom and (table.totals or len(sheet.tables) > 1):
        raise UnusualXmlError("has too few blank rows in its table, and something may stand below it")
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        names = {one.filename.lower(): one.filename for one in old.infolist()}
        parts = [names.get(part.lower(), "") for part in (sheet.part, table.part, book.main)]
        if not all(parts):
            raise UnusualXmlError("is packed in an unusual way")
        if any(name.startswith(_SIGNATURES) for name in names):
            raise UnusualXmlError("belongs to a signed workbook, whose signature would no longer hold")
        sheet_xml, table_xml, book_xml = map(old.read, parts)
        place = Place(
            first,
            table.left,
            table.bottom,
            [table.left + at for at in indexes],
            {table.left + at: formula for at, formula in column_formulas(table_xml).items()},
            len(table.headers),
        )
        changed = {parts[2]: calculated_on_load(book_xml), **_anew(old, book, names, sheet.part)}
        ours = {table.left + at for at, header in enumerate(table.headers) if header.casefold() in tool_columns()}
        changed[parts[0]] = without_values(
            add_rows(sheet_xml, place, texts), lambda column, row: row < table.top or column in ours
        )
        if last > table.bottom:
            changed[parts[1]] = longer_table(table_xml, _area(table, table.bottom), _area(table, last))
        for one in old.infolist():
            entry = zipfile.ZipInfo(one.filename, one.date_time)
            entry.compress_type, entry.external_attr = one.compress_type, one.external_attr
            new.writestr(entry, changed.get(one.filename) or old.read(one))
    return buffer.getvalue(), frozenset(changed)


def _anew(package: zipfile.ZipFile, book: Structure, names: Mapping[str, str], but: str) -> dict[str, bytes]:
    """Return the sheets of the program, without the values that their formulas had: part -> XML.

    Args:
        package: the workbook.
        book: its structure.
        names: part in small letters -> its name in the package.
        but: the part of the sheet with the rows.
    """
    ours = tool_sheets()
    parts = [
        names[sheet.part.lower()]
        for sheet in book.sheets
        if sheet.name in ours and sheet.part != but and sheet.part.lower() in names
    ]
    return {part: without_values(package.read(part), lambda _column, _row: True) for part in parts}


def _area(table: Table, bottom: int) -> str:
    right = table.left + len(table.headers) - 1
    return f"{column_letters(table.left)}{table.top}:{column_letters(right)}{bottom}"


def _users_cells(path: Path, content: bytes, users: Sequence[int], number: int) -> list[list[Cell]]:
    """Return the cells of the user's columns in the first rows of a workbook that is not written yet."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / path.name
        draft.write_bytes(content)
        table = read_table(draft, _TABLE)
    return [] if table is None else [[row[at] for at in users] for row in table.rows[:number]]


def _same_parts(before: bytes, after: bytes, changed: frozenset[str]) -> bool:
    """Return whether two packages have the same parts, byte by byte, except those that were changed."""
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        names = [one.filename for one in old.infolist()]
        return names == [one.filename for one in new.infolist()] and all(
            old.read(name) == new.read(name) for name in names if name not in changed
        )
