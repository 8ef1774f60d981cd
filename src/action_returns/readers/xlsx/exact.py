"""Read a worksheet and the shared strings with expat, however their XML is written (ECMA-376, 18.3.1, 18.4).

This is the way for sheets that :mod:`action_returns.readers.xlsx.sheet` does not know; its results are the same. What
XML allows is read: any prefix, quotes, blanks, CDATA, comments, encodings. What no worksheet can hold is refused.
"""

from collections.abc import Iterator
from itertools import islice, pairwise

from action_returns.batch.cells import LAST_ROW, Cell
from action_returns.errors import FileError
from action_returns.readers.xlsx.cells import CellContext
from action_returns.readers.xlsx.exact_rows import RowReader
from action_returns.readers.xlsx.exact_texts import TextReader, local_name
from action_returns.readers.xlsx.frame import LAST_COLUMN
from action_returns.readers.xlsx.package import Package, too_large
from action_returns.readers.xlsx.sheet import ColumnData, Wanted
from action_returns.readers.xlsx.texts import MOST_STRINGS


def exact_strings(package: Package, part: str | None) -> list[str]:
    """Read the shared string table.

    Raises:
        FileError: when it is damaged, or has more texts than any workbook.
    """
    return [] if part is None or part not in package else _Strings(package, part).read()


class ExactSheet:
    """Reads one worksheet.

    Args:
        package: the workbook.
        part: the part of the sheet.
        book: what is needed to read its cells.
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
            FileError: when the sheet is damaged, or a cell is impossible.
        """
        reading = RowReader(self._package, self._part, self._book, range(1, LAST_COLUMN + 1), first_row)
        filled = (row for row in reading.read() if row[2])
        for number, _, cells, _ in islice(filled, most):
            yield number, [cells.get(column) for column in range(1, max(cells) + 1)]

    def columns(self, wanted: Wanted, first_row: int) -> ColumnData:
        """Read columns from a row on.

        Args:
            wanted: their numbers.
            first_row: the first row of data.

        Raises:
            FileError: when the sheet is damaged, or a cell of these columns is impossible.
        """
        filled = ColumnData(tuple([] for _ in wanted))
        amounts = wanted[1] if self._book.formats else 0
        reading = RowReader(self._package, self._part, self._book, frozenset(wanted), first_row, amounts)
        for number, hidden, cells, code in reading.read():
            picked = [cells.get(column) for column in wanted]
            if picked[:3] == [None, None, None]:
                continue
            if hidden:
                filled.hidden.add(number)
            if code is not None and picked[1] is not None:
                filled.add_format(code, [number])
            filled.rows.append(number)
            for column, cell in zip(filled.columns, picked, strict=True):
                column.append(cell)
        filled.leave_out_blank_rows()
        if not filled.is_in_order():
            filled.sort_rows()
        repeated = next((row for row, after in pairwise(filled.rows) if row == after), None)
        if repeated is not None:
            raise FileError(
                "file-unreadable",
                f"{self._package.name} is damaged: its part {self._part} has row {repeated} twice. Nothing of it was "
                "used. Open it in the spreadsheet program and save it again.",
            )
        filled.merges += reading.frame.merges
        filled.hidden_columns |= reading.frame.hidden_columns
        return filled


class _Strings(TextReader):
    """Reads the shared strings."""

    def __init__(self, package: Package, part: str) -> None:
        super().__init__(package, part, "<si>")
        self._strings: list[str] = []

    def read(self) -> list[str]:
        """Return the shared strings.

        Raises:
            FileError: when the part is damaged.
        """
        for _ in self.parse():
            if len(self._strings) > MOST_STRINGS:
                raise too_large(self.package.name, f"it has more than {MOST_STRINGS:,} different texts")
        return self._strings

    def place(self) -> str:
        """Return what is read at the moment, for messages."""
        return f"text number {len(self._strings)}"

    def start(self, name: str, _: dict[str, str]) -> None:
        """Take the start of an element."""
        if name == "<si>" and self.inside == "<sst>":
            self.inside = "<si>"
        elif self.inside:
            self.start_within_text(name)
        elif name == "<sst>":
            self.inside = "<sst>"
        else:
            self.refuse(f"begins with {local_name(name)}, not with a table of texts")

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name == "<si>":
            self._strings.append(self.take_runs())
            self.pieces.clear()  # the blanks between elements
            self.inside = "<sst>"
        else:
            self.end_within_text(name)
