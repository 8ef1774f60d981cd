"""Read the rows of a worksheet with expat: every row in order, every cell at its place (ECMA-376, 18.3.1)."""

from collections.abc import Collection, Iterator

from action_returns.batch.cells import LAST_ROW, Cell, CellError, column_letters
from action_returns.readers.xlsx.cells import CellContext
from action_returns.readers.xlsx.exact_cells import CellReader, column_of, whole_number
from action_returns.readers.xlsx.exact_texts import TextReader, local_name
from action_returns.readers.xlsx.frame import LAST_COLUMN, SheetFrame, is_zero, says_yes
from action_returns.readers.xlsx.package import Package, too_large

Row = tuple[int, bool, dict[int, Cell], str | None]
"""Number of a row, whether it is hidden, its cells that hold something, and the format of its Amount cell."""


class RowReader(TextReader):
    """Reads the rows of a worksheet.

    Args:
        package: the workbook, for messages.
        part: the part.
        book: what is needed to read cells.
        wanted: the columns whose cells are read.
        first_row: the first row whose cells are read.
        amounts: the column whose formats are read, 0 for none.
    """

    def __init__(
        self,
        package: Package,
        part: str,
        book: CellContext,
        wanted: Collection[int],
        first_row: int = 1,
        amounts: int = 0,
    ) -> None:
        super().__init__(package, part, "<is>")
        self.frame = SheetFrame()
        self._reader = CellReader(book)
        self._wanted = wanted
        self._first_row = first_row
        self._amounts = amounts
        self._rows: list[Row] = []
        self._column_of: dict[str, int] = {}
        self._depth_around = 0
        # The row that is read
        self._number = 0
        self._digits = "0"
        self._hidden = False
        self._cells: dict[int, Cell] = {}
        self._code: str | None = None
        self._read_here: Collection[int] = ()
        self._passed: list[int] = []
        self._in_order = True
        # The cell that is read
        self._column = 0
        self._attributes: dict[str, str] = {}
        self._is_read = False
        self._has_formula = False
        self._value: str | None = None
        self._text: str | None = None
        self._watch_around()

    def read(self) -> Iterator[Row]:
        """Return the rows.

        Raises:
            FileError: when the sheet is damaged.
        """
        for _ in self.parse():
            yield from self._rows
            self._rows.clear()
        if not self.frame.has_rows:
            self.refuse("has no place for rows")

    def place(self) -> str:
        """Return what is read at the moment, for messages."""
        if not self.inside:
            return "the sheet"
        if self.inside in {"<sheetData>", "<row>"}:
            return f"row {self._number}"
        return f"cell {self._attributes.get('r') or column_letters(self._column) + self._digits}"

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        inside = self.inside
        if inside == "<row>" and name == "<c>":
            self._start_cell(attributes)
        elif inside == "<c>":
            self._start_in_cell(name)
        elif inside == "<sheetData>" and name == "<row>":
            self._start_row(attributes)
        else:
            self.start_within_text(name)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name == "<v>":
            self._value = "".join(self.pieces)
            self.inside = "<c>"
        elif name == "<c>":
            if self._is_read:
                self._end_cell()
            self.inside = "<row>"
        elif name == "<row>":
            self._end_row()
        elif name == "<f>":
            self.inside = "<c>"
        elif name == "<is>":
            self._text = self.take_runs()
            self.inside = "<c>"
        elif name == "<sheetData>":
            self._watch_around()
        else:
            self.end_within_text(name)

    def _watch_around(self) -> None:
        self.inside = ""
        self._expat.StartElementHandler = self._start_around
        self._expat.EndElementHandler = self._end_around
        self._expat.CharacterDataHandler = None

    def _start_around(self, name: str, attributes: dict[str, str]) -> None:
        if (self._depth_around == 0) != (name == "<worksheet>"):
            self.refuse(f"has an element {local_name(name)} where none can be")
        if name in {"<row>", "<c>"} or (name == "<sheetData>" and (self._depth_around != 1 or self.frame.has_rows)):
            self.refuse(f"has an element {local_name(name)} where none can be")
        try:
            self.frame.start(name.strip("<>"), attributes)
        except ValueError as error:
            self.refuse(f"has an element {local_name(name)} that cannot be read ({error})")
        if name == "<sheetData>":
            self.inside = name
            self.watch()
        else:
            self._depth_around += 1

    def _end_around(self, _: str) -> None:
        self._depth_around -= 1

    def _start_row(self, attributes: dict[str, str]) -> None:
        raw = attributes.get("r")
        try:
            number = self._number + 1 if raw is None else whole_number(raw, "its number")
        except ValueError as error:
            self.refuse(f"is followed by a row that {error}")
        if number == self._number:
            self.refuse(f"is followed by row {number}")
        if number > LAST_ROW:
            raise too_large(self.package.name, f"it has rows beyond {LAST_ROW:,}, more than a worksheet can hold")
        self._number = number
        self._digits = str(number)
        self._hidden = says_yes(attributes.get("hidden")) or is_zero(attributes.get("ht", "1"))
        self._read_here = self._wanted if number >= self._first_row else ()
        self._cells = {}
        self._code = None
        self._passed.clear()
        self._in_order = True
        self._column = 0
        self.pieces.clear()  # the blanks between elements
        self.inside = "<row>"

    def _end_row(self) -> None:
        if not self._in_order:
            self._refuse_repeats()
        self._rows.append((self._number, self._hidden, self._cells, self._code))
        self.inside = "<sheetData>"

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.inside = "<c>"
        self._attributes = attributes
        address = attributes.get("r")
        if address is None:  # it follows the one before
            column = self._column + 1
            if column > LAST_COLUMN:
                self.refuse("has a cell beyond column XFD, the last of a worksheet")
        else:
            letters = address.removesuffix(self._digits)
            column = self._column_of.get(letters, 0) or self._find_column(letters, address)
        if column <= self._column:
            self._in_order = False
            if len(self._passed) > LAST_COLUMN:
                self._refuse_repeats()
        self._column = column
        self._passed.append(column)
        self._has_formula = False
        self._value = self._text = None
        self._is_read = column in self._read_here
        if self._is_read and column == self._amounts:
            try:
                self._code = self._reader.format(attributes.get("s", "0"))
            except ValueError as error:
                self.refuse(str(error))

    def _find_column(self, letters: str, address: str) -> int:
        try:
            column = column_of(address, self._number)
        except ValueError as error:
            self.refuse(str(error))
        if letters + self._digits == address:
            self._column_of[letters] = column
        return column

    def _refuse_repeats(self) -> None:
        seen: set[int] = set()
        for column in self._passed:
            if column in seen:
                self.inside = "<row>"
                self.refuse(f"has two cells {column_letters(column)}{self._number}")
            seen.add(column)

    def _start_in_cell(self, name: str) -> None:
        if name == "<v>":
            if self._value is not None:
                self.refuse("has two values")
            self.pieces.clear()
            self.inside = name
        elif name == "<f>":
            self._has_formula = True
            self.inside = name
        elif name == "<is>":
            if self._text is not None:
                self.refuse("has two texts")
            self.inside = name
        else:
            self.leave_out(name)

    def _end_cell(self) -> None:
        kind = self._attributes.get("t", "n")
        value = self._value
        if kind == "inlineStr":
            if value:
                self.refuse("holds a value where its text must stand")
            cell: Cell = self._text
        elif self._text:
            self.refuse("holds a text of its own, which its type does not allow")
        elif value or (value == "" and kind == "str"):
            try:
                cell = self._reader.value(kind, value, self._attributes.get("s", "0"))
            except ValueError as error:
                self.refuse(str(error))
        else:
            cell = None
        if cell is None and self._has_formula:
            cell = CellError("no-value", "")
        if cell is not None:
            self._cells[self._column] = cell
