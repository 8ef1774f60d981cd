"""Add rows to the table Actions in the bytes of a workbook, and check that it has them and everything that it had."""

import io
import tempfile
import zipfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from action_returns.batch.cells import COLUMN_NAMES, LAST_ROW, Cell, column_letters, show_nothing
from action_returns.errors import FileError
from action_returns.operations.added_rows import Place, add_rows
from action_returns.operations.grown_ranges import Growth, with_grown_ranges
from action_returns.operations.new_workbook import tool_columns, tool_sheets
from action_returns.operations.sheet_rows import formulas_below
from action_returns.operations.stale_values import without_values
from action_returns.operations.table_parts import calculated_on_load, column_formulas, longer_table
from action_returns.operations.texts import counted
from action_returns.operations.xml_tags import UnusualXmlError
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
    from action_returns.operations.upgrade_notes import template_version

    indexes, version = sent_columns(table, path.name), template_version(path)
    # Another program's table may have a column with one of our headers: what stands there is the user's.
    own = tool_columns(version) if version else frozenset()
    users = [at for at, header in enumerate(table.headers) if header.casefold() not in own]
    with Package(path) as package:
        book = structure(package)
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts = _Parts(old, book, is_ours=bool(version))
        filled = _filled_rows(table, users, indexes, parts)
        if table.first + filled + len(texts) - 1 > LAST_ROW:
            raise UnusualXmlError(f"has no room for {counted(len(texts), 'more row')}")
        changed = _changed_parts(parts, table.first + filled, indexes, own, texts)
        longer = _repacked(old, changed)
    before = [[row[at] for at in users] for row in table.rows[:filled]]
    after = _rows_of(path, longer)
    if (
        [[row[at] for at in users] for row in after[:filled]] != before
        or [[row[at] for at in indexes] for row in after[filled : filled + len(texts)]] != [list(row) for row in texts]
        or not show_nothing([row[at] for row in after[filled + len(texts) :] for at in indexes])
        or not _same_parts(content, longer, frozenset(changed))
    ):
        raise UnusualXmlError("would not have exactly its old cells and the new rows")
    return longer


class _Parts:
    """The parts of a workbook that change, by their names in the package.

    Args:
        package: the workbook.
        book: its structure.
        is_ours: whether this program made it.

    Raises:
        UnusualXmlError: one of them cannot be found, or the workbook is signed.
    """

    def __init__(self, package: zipfile.ZipFile, book: Structure, *, is_ours: bool) -> None:
        self.package, self.is_ours = package, is_ours
        self.sheet, self.table = next(
            (sheet, one) for sheet in book.sheets for one in sheet.tables if one.name.lower() == _TABLE.lower()
        )
        names = {one.filename.lower(): one.filename for one in package.infolist()}
        self.sheet_part, self.table_part, self.book_part = (
            names.get(part.lower(), "") for part in (self.sheet.part, self.table.part, book.main)
        )
        if not (self.sheet_part and self.table_part and self.book_part):
            raise UnusualXmlError("is packed in an unusual way")
        if any(name.startswith(_SIGNATURES) for name in names):
            raise UnusualXmlError("belongs to a signed workbook, whose signature would no longer hold")
        sheets = tool_sheets() if is_ours else ()
        self.tool_parts = [
            names[sheet.part.lower()]
            for sheet in book.sheets
            if sheet.name in sheets and sheet.part != self.sheet.part and sheet.part.lower() in names
        ]


def _filled_rows(table: TableRows, users: Sequence[int], sent: Sequence[int], parts: _Parts) -> int:
    """Return how many rows of the table there are down to the last in which the user entered anything.

    A formula in a column of the user's own is in every row of a table, so it does not count; as for the button Import
    returns.

    Args:
        table: the table.
        users: indexes of the columns that the program does not fill in.
        sent: those of ActionId, Amount and Reason.
        parts: the parts of its workbook.
    """
    filled = _shown(table.rows, sent)
    shown = _shown(table.rows, users)
    if shown == filled:
        return filled
    left, first = parts.table.left, table.first + filled
    formulas = formulas_below(parts.package.read(parts.sheet_part), first, parts.table.bottom)
    for at in range(shown - 1, filled - 1, -1):
        calculated = formulas.get(table.first + at, ())
        if not show_nothing([table.rows[at][one] for one in users if left + one not in calculated]):
            return at + 1
    return filled


def _shown(rows: Sequence[Sequence[Cell]], columns: Sequence[int]) -> int:
    """Return how many rows there are down to the last that shows something in some columns."""
    number = len(rows)
    while number and show_nothing([rows[number - 1][at] for at in columns]):
        number -= 1
    return number


def _changed_parts(
    parts: _Parts, first: int, indexes: Sequence[int], own: Collection[str], texts: Sequence[Sequence[str]]
) -> dict[str, bytes]:
    """Return the XML of each part that changes.

    Args:
        parts: the parts of the workbook.
        first: the first new row.
        indexes: those of ActionId, Amount and Reason in the table.
        own: headers of the columns that the program fills in, in small letters.
        texts: the texts of each new row.
    """
    table, read = parts.table, parts.package.read
    last, right = first + len(texts) - 1, table.left + len(table.headers) - 1
    grows = last > table.bottom
    if grows and (table.totals or len(parts.sheet.tables) > 1):
        raise UnusualXmlError("has too few blank rows in its table, and something may stand below it")
    sheet_xml, table_xml = read(parts.sheet_part), read(parts.table_part)
    formulas = {table.left + at: formula for at, formula in column_formulas(table_xml).items()}
    ours = frozenset(table.left + at for at, header in enumerate(table.headers) if header.casefold() in own)
    place = Place(
        first, table.left, table.bottom, [table.left + at for at in indexes], formulas, len(table.headers), ours
    )
    if grows:
        growth = Growth(table.left, right, table.top + 1, table.bottom, last)
        sheet_xml = with_grown_ranges(sheet_xml, growth)
    sheet_xml = add_rows(sheet_xml, place, texts)
    changed = {parts.book_part: calculated_on_load(read(parts.book_part))}
    if parts.is_ours:
        sheet_xml = without_values(sheet_xml, lambda column, row: row < table.top or column in ours)
        changed |= {part: without_values(read(part), lambda _column, _row: True) for part in parts.tool_parts}
    changed[parts.sheet_part] = sheet_xml
    if grows:
        changed[parts.table_part] = longer_table(table_xml, _area(table, table.bottom), _area(table, last))
    return changed


def _repacked(old: zipfile.ZipFile, changed: Mapping[str, bytes]) -> bytes:
    """Return the bytes of a package in which some parts have other bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as new:
        new.comment = old.comment
        for one in old.infolist():
            entry = zipfile.ZipInfo(one.filename, one.date_time)
            entry.compress_type, entry.external_attr = one.compress_type, one.external_attr
            new.writestr(entry, changed.get(one.filename) or old.read(one))
    return buffer.getvalue()


def _area(table: Table, bottom: int) -> str:
    right = table.left + len(table.headers) - 1
    return f"{column_letters(table.left)}{table.top}:{column_letters(right)}{bottom}"


def _rows_of(path: Path, content: bytes) -> Sequence[Sequence[Cell]]:
    """Return the rows of the table in the bytes of a workbook that is not written yet."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / path.name
        draft.write_bytes(content)
        table = read_table(draft, _TABLE)
    return [] if table is None else table.rows


def _same_parts(before: bytes, after: bytes, changed: frozenset[str]) -> bool:
    """Return whether two packages have the same parts, byte by byte, except those that were changed."""
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        names = [one.filename for one in old.infolist()]
        return names == [one.filename for one in new.infolist()] and all(
            old.read(name) == new.read(name) for name in names if name not in changed
        )
