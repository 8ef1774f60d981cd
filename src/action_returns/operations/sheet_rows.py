"""Find the rows and cells of a worksheet in its XML: where each begins and ends, its format, and its formula.

Expat tells the place of each element. What is written in an unusual way is refused.
"""

from dataclasses import dataclass, field
from typing import Any

from action_returns.batch.cells import area, column_number
from action_returns.operations.xml_tags import (
    TRUE,
    UnusualXmlError,
    end_of_element,
    refuse_type,
    refuse_wide_characters,
)
from action_returns.readers.xlsx.guarded import ERRORS, guarded_parser
from action_returns.readers.xlsx.xml import SPREADSHEET


@dataclass(slots=True)
class SheetCell:
    """A cell: its place in the XML, its format, the metadata of its formula (18.3.1.4, cm), and what it holds."""

    start: int
    style: str | None
    end: int = 0
    is_filled: bool = False
    formula: bytes = b""
    metadata: str | None = None


@dataclass(slots=True)
class SheetRow:
    """A row: its place in the XML, its format, and its cells by column number."""

    start: int
    style: str | None = None
    inside: int = 0
    close: int = 0
    end: int = 0
    cells: dict[int, SheetCell] = field(default_factory=dict)


def formulas_below(sheet: bytes, first: int, bottom: int) -> dict[int, frozenset[int]]:
    """Return row -> numbers of the columns with a formula, from one row of a worksheet on.

    Args:
        sheet: the XML.
        first: that row.
        bottom: the last row of the table.

    Raises:
        UnusualXmlError: the sheet cannot be read.
    """
    rows = SheetRows(sheet, first, bottom).rows
    return {number: frozenset(at for at, cell in row.cells.items() if cell.formula) for number, row in rows.items()}


class SheetRows:
    """The rows of a worksheet from one row on, and the row whose formats new rows get.

    Args:
        sheet: the XML.
        first: the first row to look at.
        pattern: the row with the formats.
    """

    def __init__(self, sheet: bytes, first: int, pattern: int) -> None:
        self.rows: dict[int, SheetRow] = {}
        self.pattern = SheetRow(0)
        self.before = 0
        self.merged: list[tuple[int, int, int, int]] = []
        self.dimension: tuple[int, str] | None = None
        self._columns: list[tuple[int, int, str]] = []
        refuse_wide_characters(sheet)
        self._sheet, self._first, self._pattern = sheet, first, pattern
        self._row: SheetRow | None = None
        self._cell: SheetCell | None = None
        self._at_formula = 0
        self._path: list[str] = []
        self._starts: list[int] = []
        self._parser = guarded_parser(refuse_type)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        try:
            self._parser.Parse(sheet, True)
        except ERRORS as error:
            raise UnusualXmlError(f"cannot be read ({error})") from None
        if not self.before:
            raise UnusualXmlError("has no row above the new ones")

    def style_of(self, row: SheetRow | None, column: int) -> str | None:
        """Return the format of a cell that is not there: that of its row, of the last row of the table, or of its column."""
        if row is not None and row.style is not None:
            return row.style
        if column in self.pattern.cells:
            return self.pattern.cells[column].style
        return next((style for low, high, style in self._columns if low <= column <= high), None)

    def _start(self, name: str, attributes: dict[str, Any]) -> None:
        at, parent = self._parser.CurrentByteIndex, self._path[-1] if self._path else ""
        self._path.append(name)
        self._starts.append(at)
        if not parent:
            if name != "worksheet" or attributes.get("xmlns") not in SPREADSHEET:
                raise UnusualXmlError("is written with other names than Excel writes")
        elif name == "row" and parent == "sheetData":
            self._start_row(attributes, at)
        elif name == "c" and self._row is not None:
            letters = attributes.get("r", "").rstrip("0123456789")
            if not (letters.isascii() and letters.isalpha() and letters.isupper()):
                raise UnusualXmlError("has cells without a place")
            self._cell = self._row.cells[column_number(letters)] = SheetCell(
                at, attributes.get("s"), metadata=attributes.get("cm")
            )
        elif self._cell is not None and parent == "c":
            self._cell.is_filled = True
            self._at_formula = at
        else:
            self._start_other(name, parent, attributes, at)

    def _start_other(self, name: str, parent: str, attributes: dict[str, Any], at: int) -> None:
        if name == "sheetProtection" and attributes.get("sheet") in TRUE:
            raise UnusualXmlError("is protected")
        if name == "mergeCell" and (merged := area(attributes.get("ref", ""))) is not None:
            self.merged.append(merged)
        elif name == "dimension":
            self.dimension = at, attributes.get("ref", "")
        elif name == "col" and parent == "cols" and "style" in attributes:
            self._columns.append((int(attributes["min"]), int(attributes["max"]), attributes["style"]))

    def _start_row(self, attributes: dict[str, Any], at: int) -> None:
        number = int(attributes.get("r", "0"))
        if not number:
            raise UnusualXmlError("has rows without a number")
        if number < self._first and number != self._pattern:
            self._row = None
            return
        style = attributes.get("s") if attributes.get("customFormat") in TRUE else None
        self._row = SheetRow(at, style, self._after_tag(at))
        if number >= self._first:
            self.rows[number] = self._row
        if number == self._pattern:
            self.pattern = self._row

    def _end(self, name: str) -> None:
        self._path.pop()
        at = self._parser.CurrentByteIndex
        end = end_of_element(self._sheet, self._starts.pop(), at)
        if name == "row" and self._path[-1] == "sheetData":
            if self._row is not None:
                self._row.end = end
                self._row.close = min(end, at)
            if not self.rows:
                self.before = end
            self._row = None
        elif name == "c" and self._cell is not None:
            self._cell.end = end
            self._cell = None
        elif name == "f" and self._cell is not None and self._path[-1] == "c":
            self._cell.formula = self._sheet[self._at_formula : end]

    def _after_tag(self, at: int) -> int:
        return self._sheet.index(b">", at) + 1
