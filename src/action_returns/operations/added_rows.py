"""Write rows into the XML of a worksheet, its table and its workbook, and leave every other byte as it is.

No library does that: openpyxl loses the ribbon and more when it saves a workbook, XlsxWriter makes new ones only. What is
unusual is refused: the caller offers another way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape

from action_returns.batch.cells import column_letters
from action_returns.operations.grown_ranges import longer_dimension
from action_returns.operations.sheet_rows import SheetCell, SheetRow, SheetRows
from action_returns.operations.table_parts import names_its_row
from action_returns.operations.xml_tags import Splice, UnusualXmlError, read_tag, spliced, without_attribute


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


def add_rows(sheet: bytes, place: Place, rows: Sequence[Sequence[str]]) -> bytes:
    """Return the XML of a worksheet with new rows.

    Args:
        sheet: the XML.
        place: where they go; the cells there have to be blank.
        rows: the texts of each row, one for each of ``place.sent``.

    Raises:
        UnusualXmlError: they cannot be written there without a loss.
    """
    found = SheetRows(sheet, place.first, place.bottom)
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
        splices += longer_dimension(sheet, found.dimension, (place.left, right, last))
    return spliced(sheet, splices)


def _new_cells(
    number: int, texts: Mapping[int, str], row: SheetRow | None, place: Place, found: SheetRows
) -> dict[int, bytes]:
    """Return the cells of one row that change, left to right."""
    cells: dict[int, bytes] = {}
    for column in range(place.left, place.left + place.width):
        cell = (None if row is None else row.cells.get(column)) or SheetCell(0, found.style_of(row, column))
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


def _formula(column: int, name: str, place: Place, found: SheetRows) -> str:
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


def _cell(name: str, cell: SheetCell, content: str, kind: str = "") -> bytes:
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


def _into(sheet: bytes, row: SheetRow, cells: Mapping[int, bytes]) -> list[Splice]:
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


def _opened(sheet: bytes, row: SheetRow, cells: Mapping[int, bytes]) -> list[Splice]:
    """Return what changes in the tag of a row: a hidden one is sent too, and ``spans`` has to hold all cells (18.3.1.73)."""
    tag = read_tag(sheet, row.start)
    gone = [] if "hidden" not in tag.values else ["hidden"]
    if "spans" in tag.values:
        first, _, last = sheet[slice(*tag.values["spans"])].partition(b":")
        if not (first.isdigit() and last.isdigit() and int(first) <= min(cells) and max(cells) <= int(last)):
            gone.append("spans")
    return [without_attribute(sheet, tag, name) for name in gone]
