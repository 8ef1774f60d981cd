"""Write rows into the XML of a worksheet, its table and its workbook, and leave every other byte as it is.

No library does that: openpyxl loses the ribbon and more when it saves a workbook, XlsxWriter makes new ones only. Rows are
found with expat, which tells the place of each element. What is unusual is refused: the caller offers another way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from action_returns.batch.cells import area, column_letters, column_number
from action_returns.operations.formula_places import names_its_row
from action_returns.operations.xml_tags import (
    TRUE,
    Splice,
    UnusualXmlError,
    read_tag,
    refuse_type,
    refuse_wide_characters,
    spliced,
    with_value,
    without_attribute,
)
from action_returns.readers.xlsx.guarded import ERRORS, guarded_parser
from action_returns.readers.xlsx.xml import SPREADSHEET


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows go.

    Args:
        first: the first new row.
        left: number of the first column of the table, 1 for A.
        bottom: the last row of the table.
        sent: column number of each text of a new row.
        formulas: column number -> formula that the table has in this column.
        width: columns of the table.
        own: column numbers that the program fills in itself. What such a column has in a blank row is of an earlier one.
    """

    first: int
    left: int
    bottom: int
    sent: Sequence[int]
    formulas: Mapping[int, str]
    width: int
    own: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Cell:
    """A cell: its place in the XML, its format, the metadata of its formula (18.3.1.4, cm), and what it holds."""

    start: int
    style: str | None
    end: int = 0
    is_filled: bool = False
    formula: bytes = b""
    metadata: str | None = None


@dataclass(slots=True)
class _Row:
    """A row: its place in the XML, its format, and its cells by column number."""

    start: int
    style: str | None = None
    inside: int = 0
    close: int = 0
    end: int = 0
    cells: dict[int, _Cell] = field(default_factory=dict)


def add_rows(sheet: bytes, place: Place, rows: Sequence[Sequence[str]]) -> bytes:
    """Return the XML of a worksheet with new rows.

    Args:
        sheet: the XML.
        place: where they go; the cells there have to be blank.
        rows: the texts of each row, one for each of ``place.sent``.

    Raises:
        UnusualXmlError: they cannot be written there without a loss.
    """
    found = _Finder(sheet, place.first, place.bottom)
    last = place.first + len(rows) - 1
    right = place.left + place.width - 1
    for left, top, merged_right, bottom in found.merged:
        if top <= last and bottom >= place.first and left <= right and merged_right >= place.left:
            raise UnusualXmlError("has merged cells where the new rows would stand")
    splices: list[Splice] = []
    at = found.before
    for number, texts in enumerate(rows, place.first):
        row = found.rows.get(number)
        cells = _new_cells(number, dict(zip(place.sent, texts, strict=True)), row, place, found)
        if row is None:
            splices.append((at, at, b'<row r="%d">%s</row>' % (number, b"".join(cells.values()))))
        else:
            splices += _into(sheet, row, cells)
            at = row.end
    if found.dimension is not None:
        splices += _longer_dimension(sheet, found.dimension, (place.left, right, last))
    return spliced(sheet, splices)


def formulas_below(sheet: bytes, first: int, bottom: int) -> dict[int, frozenset[int]]:
    """Return row -> numbers of the columns with a formula, from one row of a worksheet on.

    Args:
        sheet: the XML.
        first: that row.
        bottom: the last row of the table.

    Raises:
        UnusualXmlError: the sheet cannot be read.
    """
    rows = _Finder(sheet, first, bottom).rows
    return {number: frozenset(at for at, cell in row.cells.items() if cell.formula) for number, row in rows.items()}


def _new_cells(
    number: int, texts: Mapping[int, str], row: _Row | None, place: Place, found: "_Finder"
) -> dict[int, bytes]:
    """Return the cells of one row that change, left to right."""
    cells: dict[int, bytes] = {}
    for column in range(place.left, place.left + place.width):
        cell = (None if row is None else row.cells.get(column)) or _Cell(0, found.style_of(row, column))
        name, is_below = f"{column_letters(column)}{number}", number > place.bottom
        if column in texts:
            if cell.is_filled:
                raise UnusualXmlError(f"has something in the cell {name} already")
            content = f'<is><t xml:space="preserve">{escape(texts[column], quote=False)}</t></is>'
            cells[column] = _cell(name, cell, content, kind="inlineStr")
        elif cell.formula:
            # Without the value that it had for a blank row, so that no program shows that one.
            cells[column] = _cell(name, cell, cell.formula.decode())
        elif cell.is_filled and (is_below or column not in place.own):
            if is_below:
                raise UnusualXmlError(f"has something in the cell {name}, below the table")
        elif formula := _formula(column, name, place, found):
            cells[column] = _cell(name, cell, formula)
        elif cell.is_filled or (not cell.end and cell.style is not None):  # of an earlier row; a new cell
            cells[column] = _cell(name, cell, "")
    return cells


def _formula(column: int, name: str, place: Place, found: "_Finder") -> str:
    """Return the element with the formula that the table has in a column; ``""`` without one."""
    formula = place.formulas.get(column)
    if formula is not None:
        if names_its_row(formula):
            raise UnusualXmlError(f"has a formula in its table that names cells of a row, and would be wrong in {name}")
        return f"<f>{escape(formula, quote=False)}</f>"
    # LibreOffice saves no formulas of columns, only those of cells.
    last = found.pattern.cells.get(column)
    if column not in place.own or last is None or not last.formula or b"t=" in last.formula.partition(b">")[0]:
        return ""
    text = last.formula.decode()
    return "" if names_its_row(unescape(text.partition(">")[2].rpartition("<")[0])) else text


def _cell(name: str, cell: _Cell, content: str, kind: str = "") -> bytes:
    attributes = f'r="{name}"'
    if cell.style is not None:
        attributes += f' s="{escape(cell.style)}"'
    if kind:
        attributes += f' t="{kind}"'
    elif cell.formula and cell.metadata is not None:
        attributes += f' cm="{escape(cell.metadata)}"'
    written = f"<c {attributes}>{content}</c>" if content else f"<c {attributes}/>"
    # Readable in each encoding of one byte for a sign.
    return written.encode("ascii", "xmlcharrefreplace") if kind else written.encode()


def _into(sheet: bytes, row: _Row, cells: Mapping[int, bytes]) -> list[Splice]:
    """Return what has to be replaced in a row so that it has these cells, and so that it is seen."""
    splices = _opened(sheet, row, cells)
    if row.close == row.end:  # <row .../>
        moved = [(start - row.start, end - row.start, piece) for start, end, piece in splices]
        opened = spliced(sheet[row.start : row.inside], moved).rstrip(b">").rstrip(b"/") + b">"
        return [(row.start, row.end, opened + b"".join(cells.values()) + b"</row>")]
    for column, content in cells.items():
        cell = row.cells.get(column)
        if cell is not None:
            splices.append((cell.start, cell.end, content))
        else:
            place = next((row.cells[one].start for one in sorted(row.cells) if one > column), row.close)
            splices.append((place, place, content))
    return splices


def _opened(sheet: bytes, row: _Row, cells: Mapping[int, bytes]) -> list[Splice]:
    """Return what changes in the tag of a row: a hidden one is sent too, and ``spans`` has to hold all cells (18.3.1.73)."""
    tag = read_tag(sheet, row.start)
    gone = [] if "hidden" not in tag.values else ["hidden"]
    if "spans" in tag.values:
        first, _, last = sheet[slice(*tag.values["spans"])].partition(b":")
        if not (first.isdigit() and last.isdigit() and int(first) <= min(cells) and max(cells) <= int(last)):
            gone.append("spans")
    return [without_attribute(sheet, tag, name) for name in gone]


def _longer_dimension(sheet: bytes, dimension: tuple[int, str], corner: tuple[int, int, int]) -> list[Splice]:
    """Return the area of the sheet with the new rows: some readers leave out what is not in it."""
    start, reference = dimension
    covered, (first, last, bottom) = area(reference), corner
    if covered is None or (covered[0] <= first and covered[2] >= last and covered[3] >= bottom):
        return []
    left, right = min(covered[0], first), max(covered[2], last)
    longer = f"{column_letters(left)}{covered[1]}:{column_letters(right)}{max(covered[3], bottom)}"
    return [with_value(sheet, read_tag(sheet, start), "ref", longer)]


class _Finder:
    """The rows of a worksheet from one row on, and the row whose formats new rows get.

    Args:
        sheet: the XML.
        first: the first row to look at.
        pattern: the row with the formats.
    """

    def __init__(self, sheet: bytes, first: int, pattern: int) -> None:
        self.rows: dict[int, _Row] = {}
        self.pattern = _Row(0)
        self.before = 0
        self.merged: list[tuple[int, int, int, int]] = []
        self.dimension: tuple[int, str] | None = None
        self._columns: list[tuple[int, int, str]] = []
        refuse_wide_characters(sheet)
        self._sheet, self._first, self._pattern = sheet, first, pattern
        self._row: _Row | None = None
        self._cell: _Cell | None = None
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

    def style_of(self, row: _Row | None, column: int) -> str | None:
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
            self._cell = self._row.cells[column_number(letters)] = _Cell(
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
        self._row = _Row(at, style, self._after_tag(at))
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


def end_of_element(content: bytes, start: int, at: int) -> int:
    """Return where an element ends.

    Args:
        content: the XML.
        start: where the element begins.
        at: the place that expat tells at its end: that of its last tag, or the one behind a tag that is first and last.
    """
    opened = content.index(b">", start)
    return opened + 1 if content.startswith(b"/", opened - 1) else content.index(b">", at) + 1
