"""Read a worksheet in blocks: whole columns at once where rows have one pattern, row by row where they do not.

Rows that a program wrote are equal once the digits are removed. Each such skeleton is analysed once. A block whose
rows have values in the same columns is read with a single search for values. Every other row is read by
:mod:`action_returns.readers.xlsx.cells`, which is exact; a test compares the two ways.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import lt
from typing import Final

from action_returns.batch.cells import LAST_ROW, Cell, area, column_letters, column_number
from action_returns.readers.xlsx.cells import CellContext, cells_of, is_hidden, row_number
from action_returns.readers.xlsx.package import Package, UnsupportedXmlError, refuse_other_encoding, too_large
from action_returns.readers.xlsx.structure import attributes

_BLOCK: Final = 2**18
_LAST_COLUMN: Final = 16_384
_END: Final = b"</row>"
_DIGITS: Final = b"0123456789.-"
_skeleton = re.compile(
    rb'<row(?: (?!hidden|collapsed)[A-Za-z0-9:]+="[^"]*")*>((?:<c r="[A-Z]+"(?: s="")?(?: t="[sn]")?(?:/>|><v></v></c>))*)'
).fullmatch
_simple_cell = re.compile(rb'<c r="([A-Z]+)"(?: s="")?(?: t="([sn])")?><v></v></c>').findall
_values = re.compile(rb"<v>([^<]*)</v>").findall
_numbers = re.compile(rb'<row r="([0-9]+)"').findall
_empty_row = re.compile(rb"<row\b[^>]*/>")
_merged = re.compile(rb'<mergeCell\b[^>]*\bref="([^"]+)"').findall
_all_hidden = re.compile(rb'<sheetFormatPr\b[^>]*\bzeroHeight="(?:1|true)"').search

_column_tags = re.compile(rb"<col\b[^>]*>").findall
_style = re.compile(rb'\bs="([0-9]+)"').search
_MOST_SEARCHED: Final = 50
"""Cell formats that are searched for one by one before the cells of a block are looked at."""

RowPattern = tuple[tuple[int, bool], ...]
"""Column number and whether it holds a shared string, for each cell of a row that has a value."""

Wanted = tuple[int, ...]
"""Numbers of ActionId, Amount and Reason, 1 for A, and of a column that is read beside them."""


@dataclass(slots=True)
class ColumnData:
    """Columns of a sheet while they are read; rows that are empty in the first three of them are left out.

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

    def add_format(self, code: str, rows: list[int]) -> None:
        """Note the number format of the Amount in some rows."""
        self.formats.setdefault(code, array("L")).extend(rows)


class _AmountCells:
    """Finds the cell formats of one column in a block.

    Args:
        letters: of the column.
    """

    def __init__(self, letters: bytes) -> None:
        self._any = re.compile(rb'<c\b([^>]*\br="%s([0-9]+)"[^>]*)>' % letters).findall
        # As programs write it, the address first: a third of the time. Any other address makes the counts differ.
        self._usual = re.compile(rb'<c r="%s([0-9]+)"(?: s="([0-9]+)"|[^>]*\bs="([0-9]+)")?' % letters).findall
        self._addresses = re.compile(rb'r="%s[0-9]' % letters).findall

    def rows_by_style(self, block: bytes) -> Iterator[tuple[int, list[int]]]:
        """Return number of a cell format and the rows whose cell has it; a cell that names none has 0."""
        cells = self._usual(block)
        if len(cells) != len(self._addresses(block)):
            cells = [(row, named[1] if (named := _style(head)) else b"", b"") for head, row in self._any(block)]
        styles = {(first, later) for _, first, later in cells}
        for style in sorted(styles):
            of_style = cells if len(styles) == 1 else [cell for cell in cells if cell[1:] == style]
            yield int(b"".join(style) or 0), [int(row) for row, _, _ in of_style]


class SheetReader:
    """Reads one worksheet."""

    def __init__(self, package: Package, part: str, book: CellContext) -> None:
        self._package = package
        self._part = part
        self._book = book
        self._patterns: dict[bytes, RowPattern | None] = {}
        self._all_hidden = False
        self._head = self._tail = b""

    def rows(self, most: int = LAST_ROW) -> Iterator[tuple[int, list[Cell]]]:
        """Return the rows that hold something, each with its number and its cells from column A on."""
        returned = 0
        for block in self._blocks():
            for row in _split(block):
                cells = dict(cells_of(row, self._book))
                if cells:
                    yield row_number(row), [cells.get(at) for at in range(1, max(cells) + 1)]
                returned += 1
                if returned >= most:
                    return

    def columns(self, wanted: Wanted, first_row: int) -> ColumnData:
        """Read columns from a row on.

        Args:
            wanted: their numbers.
            first_row: the first row of data.
        """
        filled = ColumnData(tuple([] for _ in wanted))
        amount_cells = _AmountCells(column_letters(wanted[1]).encode())
        for block in self._blocks():
            data = _from_row(block, first_row)
            if self._may_be_shown_otherwise(data):
                for style, rows in amount_cells.rows_by_style(data):
                    if style in self._book.formats:
                        filled.add_format(self._book.formats[style], rows)
            for row in self._read_uniform_block(data, wanted, filled):
                self._read_row(row, wanted, filled)
            if filled.rows and (len(filled.rows) > LAST_ROW or filled.rows[-1] > LAST_ROW):
                raise too_large(self._package.name, f"it has rows beyond {LAST_ROW:,}, more than a worksheet can hold")
        if not all(map(lt, filled.rows, islice(filled.rows, 1, None))):
            raise UnsupportedXmlError("rows out of order")
        merges = (area(reference.decode()) for reference in _merged(self._tail))
        filled.merges += [merge for merge in merges if merge is not None]
        if self._all_hidden:
            filled.hidden.update(filled.rows)
        filled.hidden_columns.update(_hidden_columns(self._head))
        return filled

    def _may_be_shown_otherwise(self, block: bytes) -> bool:
        """Return whether any cell of a block may have a format that shows an amount otherwise than it is sent."""
        formats = self._book.formats
        if not formats:
            return False
        if 0 in formats or len(formats) > _MOST_SEARCHED:  # a cell that names no format has the first one
            return True
        return any(b' s="%d"' % style in block for style in formats)

    def _blocks(self) -> Iterator[bytes]:
        """Return blocks of the sheet that hold whole rows; keep what follows the last row."""
        with self._package.open(self._part) as stream:
            piece = stream.read(_BLOCK)
            refuse_other_encoding(piece)
            while b"<sheetData" not in piece and (more := stream.read(_BLOCK)):
                piece += more
            head, found, rest = piece.partition(b"<sheetData")
            if not found:
                raise UnsupportedXmlError("no sheet data")
            self._all_hidden = _all_hidden(head) is not None
            self._head = head
            tail = rest.partition(b">")[2]
            while True:
                end = tail.rfind(_END) + len(_END)
                if end >= len(_END):
                    yield _plain(tail[:end])
                    tail = tail[end:]
                more = stream.read(_BLOCK)
                if not more:
                    break
                tail += more
            self._tail = tail

    def _read_uniform_block(self, block: bytes, wanted: Wanted, filled: ColumnData) -> list[bytes]:
        """Read a block in which most rows have values in the same columns; return its rows unread when they have not."""
        skeletons = block.translate(None, _DIGITS).split(_END)[:-1]
        tally = Counter(skeletons)
        for skeleton in tally.keys() - self._patterns.keys():
            self._patterns[skeleton] = _row_pattern(skeleton)
        rows_with: Counter[tuple[int, ...]] = Counter()
        for skeleton, times in tally.items():
            rows_with[self._value_columns(skeleton)] += times
        del rows_with[()]
        value_columns = rows_with.most_common(1)[0][0] if rows_with else ()
        if not set(wanted[:3]) & set(value_columns) or self._holds_dates(block):
            return _split(block)
        exceptions = {skeleton for skeleton in tally if self._value_columns(skeleton) != value_columns}
        if exceptions:
            self._read_runs(block, skeletons, exceptions, value_columns, wanted, filled)
        else:
            self._read_run(block, skeletons, value_columns, wanted, filled)
        return []

    def _value_columns(self, skeleton: bytes) -> tuple[int, ...]:
        """Return the columns in which a row has values; none when it must be read by itself."""
        return tuple(column for column, _ in self._patterns[skeleton] or ())

    def _read_runs(
        self,
        block: bytes,
        skeletons: list[bytes],
        exceptions: set[bytes],
        value_columns: tuple[int, ...],
        wanted: Wanted,
        filled: ColumnData,
    ) -> None:
        """Read the runs of rows between the exceptions, and each exception by itself, in order."""
        rows = _split(block)
        start = 0
        for at, skeleton in enumerate(skeletons):
            if skeleton in exceptions:
                self._read_run(b"".join(rows[start:at]), skeletons[start:at], value_columns, wanted, filled)
                self._read_row(rows[at], wanted, filled)
                start = at + 1
        self._read_run(b"".join(rows[start:]), skeletons[start:], value_columns, wanted, filled)

    def _read_run(
        self,
        block: bytes,
        skeletons: list[bytes],
        value_columns: tuple[int, ...],
        wanted: Wanted,
        filled: ColumnData,
    ) -> None:
        """Read rows that have values in the same columns."""
        if not block:
            return
        values = _values(block)
        numbers = _numbers(block)
        width = len(value_columns)
        if len(values) != width * len(skeletons) or len(numbers) != len(skeletons):
            raise UnsupportedXmlError("values")
        strings = self._book.strings.__getitem__
        kinds = {skeleton: self._patterns[skeleton] or () for skeleton in set(skeletons)}
        try:
            for at, column in enumerate(wanted):
                cells = filled.columns[at]
                if column not in value_columns:
                    cells += [None] * len(skeletons)
                    continue
                index = value_columns.index(column)
                raw = values[index::width]
                shared = {pattern[index][1] for pattern in kinds.values()}
                if shared == {True}:
                    cells += map(strings, map(int, raw))
                elif shared == {False}:
                    cells += map(float, raw)
                else:
                    cells += [
                        strings(int(value)) if kinds[skeleton][index][1] else float(value)
                        for value, skeleton in zip(raw, skeletons, strict=True)
                    ]
        except (ValueError, IndexError):
            raise UnsupportedXmlError("cell value") from None
        filled.rows.extend(map(int, numbers))

    def _read_row(self, row: bytes, wanted: Wanted, filled: ColumnData) -> None:
        cells = dict(cells_of(row, self._book))
        picked = [cells.get(column) for column in wanted]
        if picked[:3] == [None, None, None]:
            return
        number = row_number(row)
        if is_hidden(row):
            filled.hidden.add(number)
        filled.rows.append(number)
        for column, cell in zip(filled.columns, picked, strict=True):
            column.append(cell)

    def _holds_dates(self, block: bytes) -> bool:
        return any(b' s="%d"' % style in block for style in self._book.dated)


def _plain(block: bytes) -> bytes:
    """Return a block without self-closing rows; refuse what splits rows."""
    if b"<!" in block:
        raise UnsupportedXmlError("comment or CDATA")
    ends = block.count(_END)
    if block.count(b"<row") != ends:
        block = _empty_row.sub(b"", block)
        if block.count(b"<row") != ends:
            raise UnsupportedXmlError("rows")
    return block


def _hidden_columns(head: bytes) -> Iterator[int]:
    """Return the numbers of the columns that are hidden or have no width (ECMA-376, 18.3.1.13)."""
    for tag in _column_tags(head):
        facts = attributes(tag.decode("utf-8", "replace"))
        try:
            if facts.get("hidden") in {"1", "true"} or float(facts.get("width", "1")) == 0:
                yield from range(int(facts["min"]), min(int(facts["max"]), _LAST_COLUMN) + 1)
        except (KeyError, ValueError):
            raise UnsupportedXmlError("column") from None


def _from_row(block: bytes, first_row: int) -> bytes:
    """Return a block without the rows above the data."""
    while block and row_number(block) < first_row:
        block = block[block.index(_END) + len(_END) :]
    return block


def _split(block: bytes) -> list[bytes]:
    return block.split(_END)[:-1]


def _row_pattern(skeleton: bytes) -> RowPattern | None:
    match = _skeleton(skeleton)
    if match is None:
        return None
    return tuple((column_number(letters.decode()), kind == b"s") for letters, kind in _simple_cell(match[1]))
