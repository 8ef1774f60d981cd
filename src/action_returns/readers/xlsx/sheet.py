"""Read a worksheet in blocks: all rows of a block at once where one pattern fits them, row by row where none does.

Rows that a program wrote look alike. The pattern made of one row reads all rows that are written like it, and so their
columns, in a single search. Rows that differ in kinds or in blank cells are read with a looser pattern, every other row
by :mod:`action_returns.readers.xlsx.cells`. All of them accept one strict grammar only; a test compares them with an XML
parser.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice
from operator import itemgetter, lt
from typing import Final

from action_returns.batch.cells import LAST_ROW, Cell, show_nothing
from action_returns.readers.xlsx.blocks import blocks
from action_returns.readers.xlsx.cells import CellContext, after_row, cells_of, first_number, rows_of, style_at, typed
from action_returns.readers.xlsx.frame import SheetFrame
from action_returns.readers.xlsx.package import Package, UnsupportedXmlError
from action_returns.readers.xlsx.row_pattern import CellGroups, RowPattern, any_row, like_row
from action_returns.readers.xlsx.texts import texts_of

_END: Final = b"</row>"
_NUMBERS: Final = frozenset({b"", b"n"})
_IN_NUMBERS: Final = b"+-.0123456789eE"
_TEXTS: Final = frozenset({b"str", b"inlineStr"})
_MOST_FAILURES: Final = 3
"""Blocks that the pattern of one row may not fit before only the looser one is tried."""

Wanted = tuple[int, ...]
"""Numbers of ActionId, Amount and Reason, 1 for A, and of a column that is read beside them."""

Match = tuple[bytes, ...]


@dataclass(slots=True)
class ColumnData:
    """Columns of a sheet while they are read; rows that show nothing in the first three of them are left out.

    Args:
        columns: the cells, one list for each column.
        rows: the sheet row of each.
        hidden: sheet rows that are hidden.
        merges: merged areas: left, top, right, bottom.
        formats: number format code -> sheet rows whose Amount has it, for those that do not show every amount as it
            would be sent.
        hidden_columns: numbers of columns of the sheet that are hidden.
    """

    columns: tuple[list[Cell], ...]
    rows: "array[int]" = field(default_factory=lambda: array("L"))
    hidden: set[int] = field(default_factory=set)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    formats: dict[str, "array[int]"] = field(default_factory=dict)
    hidden_columns: set[int] = field(default_factory=set)

    def add_format(self, code: str, rows: Sequence[int]) -> None:
        """Note the number format of the Amount in some rows."""
        self.formats.setdefault(code, array("L")).extend(rows)

    def is_in_order(self) -> bool:
        """Return whether each row has a larger number than the one before."""
        return all(map(lt, self.rows, islice(self.rows, 1, None)))

    def sort_rows(self, start: int = 0) -> None:
        """Sort the rows from a position on by their numbers, as a spreadsheet shows them."""
        numbers = self.rows[start:]
        order = sorted(range(len(numbers)), key=numbers.__getitem__)
        self.rows[start:] = array("L", map(numbers.__getitem__, order))
        for column in self.columns:
            cells = column[start:]
            column[start:] = map(cells.__getitem__, order)

    def leave_out_blank_rows(self) -> None:
        """Leave out the rows whose first three cells show nothing, such as formulas with an empty text."""
        first, second, third, *_ = self.columns
        if None not in first and "" not in first:  # nearly always
            return
        keep = [not show_nothing(row) for row in zip(first, second, third, strict=True)]
        if not all(keep):
            for column in self.columns:
                column[:] = compress(column, keep)
            self.rows = array("L", compress(self.rows, keep))


class SheetReader:
    """Reads one worksheet.

    Args:
        package: the workbook.
        part: the sheet's part.
        book: its strings and formats.
    """

    def __init__(self, package: Package, part: str, book: CellContext) -> None:
        self._package = package
        self._part = part
        self._book = book

    def rows(self, most: int = LAST_ROW, first_row: int = 1) -> Iterator[tuple[int, list[Cell]]]:
        """Return the rows that hold something, each with its number and its cells from column A on.

        Args:
            most: how many rows to return.
            first_row: the rows above it are left out.

        Raises:
            UnsupportedXmlError: when an XML parser has to read the sheet.
        """
        returned = 0
        for block in blocks(self._package, self._part, "row", "sheetData"):
            for row in rows_of(_from_row(block, first_row)):
                cells = dict(cells_of(row, self._book))
                if cells and row.number >= first_row:
                    yield row.number, [cells.get(at) for at in range(1, max(cells) + 1)]
                    returned += 1
                    if returned >= most:
                        return

    def columns(self, wanted: Wanted, first_row: int) -> ColumnData:
        """Read columns from a row on.

        Args:
            wanted: their numbers.
            first_row: the first row of data.

        Raises:
            UnsupportedXmlError: when an XML parser has to read the sheet.
        """
        frame = SheetFrame()
        columns = _ColumnReader(wanted, self._book)
        filled = columns.filled
        for block in blocks(self._package, self._part, "row", "sheetData", frame):
            columns.read(_from_row(block, first_row))
            if filled.rows and (len(filled.rows) > LAST_ROW or filled.rows[-1] > LAST_ROW):
                raise UnsupportedXmlError("rows beyond a worksheet")
        if filled.rows and (filled.rows[0] < first_row or not filled.is_in_order()):
            raise UnsupportedXmlError("rows out of order")
        filled.leave_out_blank_rows()
        filled.merges, filled.hidden_columns = frame.merges, frame.hidden_columns
        return filled


class _ColumnReader:
    """Reads the wanted columns of one block after the other.

    Args:
        wanted: numbers of the columns.
        book: strings and formats.
    """

    def __init__(self, wanted: Wanted, book: CellContext) -> None:
        self.filled = ColumnData(tuple([] for _ in wanted))
        self._wanted = wanted
        self._book = book
        self._with_styles = bool(book.dated or book.formats)
        self._pattern: RowPattern | None = None
        self._loose: RowPattern | None = None
        self._failures = 0

    def read(self, block: bytes) -> None:
        """Read a block that holds nothing but whole rows of data."""
        if not block:
            return
        rows = block.count(b"<row")
        pattern = self._pattern
        if pattern is None and self._failures < _MOST_FAILURES:
            row = block[: block.index(_END) + len(_END)]
            pattern = self._pattern = like_row(row, self._wanted, with_styles=self._with_styles)
        if pattern is not None:
            matches = pattern.pattern.findall(block)
            if len(matches) == rows:
                self._take(matches, pattern)
                return
            self._pattern = None
        self._failures += 1
        loose = self._loose = self._loose or any_row(self._wanted, block)
        matches = loose.pattern.findall(block)
        if len(matches) != rows:
            raise UnsupportedXmlError("rows")
        others = b"".join(map(itemgetter(-1), matches))
        if not others:
            self._take(matches, loose)
            return
        start = len(self.filled.rows)
        self._take([match for match in matches if not match[-1]], loose)
        self._read_rows(others)
        self.filled.sort_rows(start)

    def _take(self, matches: list[Match], pattern: RowPattern) -> None:
        """Take the rows of some matches, those that are blank in the first three columns left out."""
        if not matches or not any(column in pattern.groups for column in self._wanted[:3]):
            return
        fields = list(zip(*matches, strict=True))
        numbers = list(map(int, fields[0]))
        read = [
            self._column(fields, pattern.groups[column]) if column in pattern.groups else [None] * len(matches)
            for column in self._wanted
        ]
        amount = pattern.groups.get(self._wanted[1])
        styles: Sequence[bytes] = ()
        if amount is not None and amount.style is not None and self._book.formats:
            styles = fields[amount.style]
        hidden = set(compress(numbers, fields[pattern.hidden])) if pattern.hidden is not None else set()
        if pattern.has_others and all(None in column for column in read[:3]):
            keep = [at for at, row in enumerate(zip(*read[:3], strict=True)) if row != (None, None, None)]
            numbers, styles = [numbers[at] for at in keep], [styles[at] for at in keep] if styles else ()
            read = [[column[at] for at in keep] for column in read]
        self._note_formats(numbers, styles)
        self.filled.rows.extend(numbers)
        self.filled.hidden |= hidden.intersection(numbers)
        for column, cells in zip(self.filled.columns, read, strict=True):
            column.extend(cells)

    def _column(self, fields: Sequence[Match], groups: CellGroups) -> list[Cell]:
        """Return the cells of one column of some matches."""
        values = fields[groups.value]
        styles = fields[groups.style] if groups.style is not None and self._book.dated else ()
        if groups.kind is None or groups.inline is None:
            return self._cells(groups.known, values, styles)
        kinds, inline = fields[groups.kind], fields[groups.inline]
        positions: dict[bytes, list[int]] = {}
        for at, (kind, value, text) in enumerate(zip(kinds, values, inline, strict=True)):
            if value or text:
                positions.setdefault(kind, []).append(at)
        cells: list[Cell] = [None] * len(kinds)
        for kind, where in positions.items():
            if any((kind == b"inlineStr") != bool(inline[at]) for at in where):
                raise UnsupportedXmlError("inline text of another kind")
            source = [inline[at].partition(b">")[2] or values[at] for at in where]
            of_kind = self._cells(kind, source, [styles[at] for at in where] if styles else ())
            for at, cell in zip(where, of_kind, strict=True):
                cells[at] = cell
        return cells

    def _cells(self, kind: bytes, values: Sequence[bytes], styles: Sequence[bytes]) -> list[Cell]:
        """Return cells of one kind.

        Args:
            kind: the kind (18.18.11).
            values: what stands in ``v``, or the inline texts.
            styles: the cell format of each, none where no format matters.
        """
        together = b"".join(values)
        try:
            if kind == b"s" and together.isdigit():
                return list(map(self._book.strings.__getitem__, map(int, values)))
            if kind in _NUMBERS and not together.translate(None, _IN_NUMBERS) and not self._has_dates(styles):
                return list(map(float, values))
        except (ValueError, IndexError):
            raise UnsupportedXmlError("cell value") from None
        if kind in _TEXTS:
            return list(texts_of(values))
        return [
            typed(kind, value, style, self._book)
            for value, style in zip(values, styles or [b""] * len(values), strict=True)
        ]

    def _has_dates(self, styles: Sequence[bytes]) -> bool:
        return bool(styles) and any(int(style or 0) in self._book.dated for style in set(styles))

    def _note_formats(self, numbers: Sequence[int], styles: Sequence[bytes]) -> None:
        """Note the number formats of the Amount in some rows."""
        names = set(styles)
        for name in names:
            code = self._book.formats.get(int(name or 0))
            if code is not None:
                of_format = numbers if len(names) == 1 else list(compress(numbers, map(name.__eq__, styles)))
                self.filled.add_format(code, of_format)

    def _read_rows(self, block: bytes) -> None:
        """Read rows that no pattern fits, one by one."""
        for row in rows_of(block):
            cells = dict(cells_of(row, self._book))
            picked = [cells.get(column) for column in self._wanted]
            if picked[:3] == [None, None, None]:
                continue
            if row.is_hidden:
                self.filled.hidden.add(row.number)
            self._note_formats([row.number], [style_at(row, self._wanted[1])] if self._book.formats else ())
            self.filled.rows.append(row.number)
            for column, cell in zip(self.filled.columns, picked, strict=True):
                column.append(cell)


def _from_row(block: bytes, first_row: int) -> bytes:
    """Return a block without those rows above the first one to read that it begins with."""
    start = 0
    while first_row > 1 and start < len(block) and first_number(block, start) < first_row:
        start = after_row(block, start)
    return block[start:]
