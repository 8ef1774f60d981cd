"""Write rows into the XML of a worksheet, its table and its workbook, and leave every other byte as it is.

No library does that: openpyxl loses the ribbon and more when it saves a workbook, XlsxWriter makes new ones only. Rows are
found with expat, which tells the place of each element. What is unusual is refused: the caller offers another way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final, NoReturn

from action_returns.batch.cells import area, column_letters, column_number
from action_returns.readers.xlsx.guarded import ERRORS, guarded_parser
from action_returns.readers.xlsx.xml import SPREADSHEET

_TRUE: Final = frozenset({"1", "true"})


class UnusualXmlError(Exception):
    """A part is written in a way into which no rows can be added. The message says what is unusual, after "its sheet"."""


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
    """

    first: int
    left: int
    bottom: int
    sent: Sequence[int]
    formulas: Mapping[int, str]
    width: int


@dataclass(slots=True)
class _Cell:
    """A cell: its place in the XML, its format, and what it holds."""

    start: int
    style: str | None
    end: int = 0
    is_filled: bool = False
    formula: bytes = b""


@dataclass(slots=True)
class _Row:
    """A row: its place in the XML, and its cells by column number."""

    start: int
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
    styles = {column: cell.style for column, cell in found.pattern.cells.items()}
    splices: list[tuple[int, int, bytes]] = []
    at = found.before
    for number, texts in enumerate(rows, place.first):
        row = found.rows.get(number)
        cells = _new_cells(number, dict(zip(place.sent, texts, strict=True)), row, place, styles)
        if row is None:
            splices.append((at, at, b'<row r="%d">%s</row>' % (number, b"".join(cells.values()))))
        else:
            splices += _into(sheet, row, cells)
            at = row.end
    if found.dimension is not None:
        splices.append(_longer_dimension(sheet, found.dimension, last))
    return _spliced(sheet, splices)


def _new_cells(
    number: int, texts: Mapping[int, str], row: _Row | None, place: Place, styles: Mapping[int, str | None]
) -> dict[int, bytes]:
    """Return the cells of one row that change, left to right."""
    cells: dict[int, bytes] = {}
    for column in range(place.left, place.left + place.width):
        cell = (None if row is None else row.cells.get(column)) or _Cell(0, styles.get(column))
        name, formula = f"{column_letters(column)}{number}", place.formulas.get(column)
        if column in texts:
            if cell.is_filled:
                raise UnusualXmlError(f"has something in the cell {name} already")
            content = f'<is><t xml:space="preserve">{escape(texts[column], quote=False)}</t></is>'
            cells[column] = _cell(name, cell.style, content.encode(), kind="inlineStr")
        elif cell.formula:
            # Without the value that it had for a blank row, so that no program shows that one.
            cells[column] = _cell(name, cell.style, cell.formula)
        elif cell.is_filled:
            if number > place.bottom:
                raise UnusualXmlError(f"has something in the cell {name}, below the table")
        elif formula is not None:
            cells[column] = _cell(name, cell.style, f"<f>{escape(formula, quote=False)}</f>".encode())
        elif not cell.end and cell.style is not None:  # a new cell
            cells[column] = _cell(name, cell.style, b"")
    return cells


def _cell(name: str, style: str | None, content: bytes, kind: str = "") -> bytes:
    attributes = f'r="{name}"'
    if style is not None:
        attributes += f' s="{escape(style)}"'
    if kind:
        attributes += f' t="{kind}"'
    return f"<c {attributes}>".encode() + content + b"</c>" if content else f"<c {attributes}/>".encode()


def _into(sheet: bytes, row: _Row, cells: Mapping[int, bytes]) -> list[tuple[int, int, bytes]]:
    """Return what has to be replaced in a row so that it has these cells."""
    if row.close == row.end:  # <row .../>
        opened = sheet[row.start : row.inside].rstrip(b">").rstrip(b"/") + b">"
        return [(row.start, row.end, opened + b"".join(cells.values()) + b"</row>")]
    splices = []
    for column, content in cells.items():
        cell = row.cells.get(column)
        if cell is not None:
            splices.append((cell.start, cell.end, content))
        else:
            place = next((row.cells[one].start for one in sorted(row.cells) if one > column), row.close)
            splices.append((place, place, content))
    return splices


def _longer_dimension(sheet: bytes, dimension: tuple[int, str], last: int) -> tuple[int, int, bytes]:
    """Return the area of the sheet with the new rows: some readers leave out what is not in it."""
    start, reference = dimension
    end = sheet.index(b">", start) + 1
    covered = area(reference)
    if covered is None or covered[3] >= last:
        return start, start, b""
    left, top, right, _ = covered
    longer = f'"{column_letters(left)}{top}:{column_letters(right)}{last}"'.encode()
    return start, end, sheet[start:end].replace(f'"{reference}"'.encode(), longer)


def _spliced(content: bytes, splices: Sequence[tuple[int, int, bytes]]) -> bytes:
    parts, at = [], 0
    for start, end, replacement in sorted(splices, key=lambda splice: splice[0]):
        parts += [content[at:start], replacement]
        at = end
    return b"".join([*parts, content[at:]])


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

    def _start(self, name: str, attributes: dict[str, Any]) -> None:
        at, parent = self._parser.CurrentByteIndex, self._path[-1] if self._path else ""
        self._path.append(name)
        self._starts.append(at)
        if not parent:
            if name != "worksheet" or attributes.get("xmlns") not in SPREADSHEET:
                raise UnusualXmlError("is written with other names than Excel writes")
        elif name == "row" and parent == "sheetData":
            self._start_row(int(attributes.get("r", "0")), at)
        elif name == "c" and self._row is not None:
            letters = attributes.get("r", "").rstrip("0123456789")
            if not (letters.isascii() and letters.isalpha() and letters.isupper()):
                raise UnusualXmlError("has cells without a place")
            self._cell = self._row.cells[column_number(letters)] = _Cell(at, attributes.get("s"))
        elif self._cell is not None and parent == "c":
            self._cell.is_filled = True
            self._at_formula = at
        elif name == "sheetProtection" and attributes.get("sheet") in _TRUE:
            raise UnusualXmlError("is protected")
        elif name == "mergeCell" and (merged := area(attributes.get("ref", ""))) is not None:
            self.merged.append(merged)
        elif name == "dimension":
            self.dimension = at, attributes.get("ref", "")

    def _start_row(self, number: int, at: int) -> None:
        if not number:
            raise UnusualXmlError("has rows without a number")
        if number < self._first and number != self._pattern:
            self._row = None
            return
        self._row = _Row(at, self._after_tag(at))
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


def refuse_type(*_: object) -> NoReturn:
    """Raise for a part that declares a document type.

    Raises:
        UnusualXmlError: always.
    """
    raise UnusualXmlError("declares a document type")
