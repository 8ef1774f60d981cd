"""Read rows and cells of a worksheet one by one, the fast way: only as the common programs write them (ECMA-376, 18.3.1).

Every tag has to match one strict grammar. For anything else :class:`UnsupportedXmlError` is raised, and an XML parser
reads the part instead.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from action_returns.batch.cells import EPOCH, LAST_ROW, Cell, CellError, column_number
from action_returns.readers.formatted_number import formatted
from action_returns.readers.xlsx.frame import LAST_COLUMN, is_zero
from action_returns.readers.xlsx.package import UnsupportedXmlError
from action_returns.readers.xlsx.row_pattern import ATTRIBUTES, BLANKS, CLOSED, INSIDE_ROW, NEXT_ROW, NUMBER, find_cells
from action_returns.readers.xlsx.texts import text_of

_rows = re.compile(
    rb"<row(" + ATTRIBUTES + rb")(?:" + CLOSED + rb"|>" + BLANKS + rb"(" + INSIDE_ROW + rb")</row>)" + NEXT_ROW
).findall
_attribute = re.compile(rb' ([A-Za-z0-9:]+)="([^"]*)"').findall
_number = re.compile(NUMBER).fullmatch
_date = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z?)?").fullmatch
_index = re.compile(rb"[0-9]{1,9}").fullmatch
_row_start = re.compile(rb'<row r="([0-9]{1,9})"').match
_one_row = re.compile(rb"<row" + ATTRIBUTES + rb"(?:" + CLOSED + rb"|>" + INSIDE_ROW + rb"</row>)" + BLANKS).match


@dataclass(frozen=True, slots=True)
class CellContext:
    """What is needed to read any cell of a workbook.

    Args:
        strings: the shared strings.
        dated: the cell formats that show dates.
        from_1904: whether dates are counted from 1904.
        formats: cell format -> code, for those that do not show every amount as it would be sent.
        kept: those of them whose numbers are read with their format.
    """

    strings: list[str]
    dated: frozenset[int]
    from_1904: bool
    formats: Mapping[int, str] = field(default_factory=dict)
    kept: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as it is written.

    Args:
        number: its number.
        is_hidden: whether it is hidden or filtered away.
        content: its cells.
    """

    number: int
    is_hidden: bool
    content: bytes


def rows_of(block: bytes) -> Iterator[SheetRow]:
    """Return the rows of a block that holds nothing but whole rows.

    Raises:
        UnsupportedXmlError: when it holds anything else.
    """
    found = _rows(block)
    if len(found) != block.count(b"<row"):
        raise UnsupportedXmlError("rows")
    for written, content in found:
        attributes = _attributes(written)
        number = attributes.get(b"r", b"")
        hidden = attributes.get(b"hidden", b"0")
        if not _index(number) or not 0 < int(number) <= LAST_ROW or hidden not in _BOOLEANS:
            raise UnsupportedXmlError("row without number")
        yield SheetRow(int(number), _BOOLEANS[hidden] or is_zero(attributes.get(b"ht", b"1")), content)


def first_number(block: bytes, start: int) -> int:
    """Return the number of the row that begins at a place in a block.

    Raises:
        UnsupportedXmlError: when the row does not begin with it.
    """
    match = _row_start(block, start)
    if match is None:
        raise UnsupportedXmlError("row without number")
    return int(match[1])


def after_row(block: bytes, start: int) -> int:
    """Return where the row ends that begins at a place in a block.

    Raises:
        UnsupportedXmlError: when it is not written as the common programs write it.
    """
    match = _one_row(block, start)
    if match is None:
        raise UnsupportedXmlError("row")
    return match.end()


def cells_of(row: SheetRow, book: CellContext) -> Iterator[tuple[int, Cell]]:
    """Return the cells of a row: column number and value; cells without content are left out.

    Raises:
        UnsupportedXmlError: when a cell is not written as the common programs write it, or is not in its place.
    """
    found = find_cells(row.content)
    if len(found) != row.content.count(b"<c") or not row.content.startswith(b"<c"[: len(row.content)]):
        raise UnsupportedXmlError("cells")
    here = b"%d" % row.number
    before = 0
    for letters, number, own_style, own_kind, others, formula, value, empty, is_inline, inline in found:
        column = column_number(letters.decode())
        if number != here or not before < column <= LAST_COLUMN:
            raise UnsupportedXmlError("cell that is not in its place")
        before = column
        style, kind = _further_attributes(own_style, own_kind, others) if others else (own_style, own_kind)
        if is_inline:
            if kind != b"inlineStr" or formula:
                raise UnsupportedXmlError("inline text of another kind")
            yield column, text_of(inline)
        elif value or (empty and kind == b"str"):
            yield column, typed(kind, value, style, book)
        elif formula:
            yield column, CellError("no-value", "")


def style_at(row: SheetRow, column: int) -> bytes:
    """Return the cell format of one cell of a row, ``b""`` where it names none or there is no such cell."""
    for letters, _, style, kind, others, *_ in find_cells(row.content):
        if column_number(letters.decode()) == column:
            return _further_attributes(style, kind, others)[0] if others else style
    return b""


def typed(kind: bytes, raw: bytes, style: bytes, book: CellContext) -> Cell:
    """Return the value of a cell.

    Args:
        kind: its ``t`` (18.18.11), ``b""`` for a number.
        raw: what stands in its ``v``.
        style: its ``s``, digits only, ``b""`` where it names none.
        book: the workbook.

    Raises:
        UnsupportedXmlError: when they do not fit together.
    """
    try:
        match kind:
            case b"s" if _index(raw):
                return book.strings[int(raw)]
            case b"" | b"n" if _number(raw):
                number = float(raw)
                at = int(style or 0)
                if at in book.dated:
                    return date_of(number, from_1904=book.from_1904)
                return formatted(number, book.kept[at]) if at in book.kept else number
            case b"b" if raw in _BOOLEANS:
                return _BOOLEANS[raw]
            case b"e":
                return CellError("error", text_of(raw))
            case b"d" if _date(raw):
                return datetime.fromisoformat(raw.decode())
            case b"str":
                return text_of(raw)
    except (ValueError, IndexError):
        raise UnsupportedXmlError("cell value") from None
    raise UnsupportedXmlError("cell type")


_BOOLEANS: Final = {b"0": False, b"1": True, b"false": False, b"true": True}
_EPOCH_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001  # a spreadsheet's dates have no time zone
_LAST_SERIAL: Final = 2_958_466


def date_of(serial: float, *, from_1904: bool) -> datetime | CellError:
    """Return the date that a number shows; a number out of range shows as number signs, as in the program itself."""
    if not 0 <= serial < _LAST_SERIAL:
        return CellError("error", "########")
    epoch = _EPOCH_1904 if from_1904 else EPOCH
    try:
        return epoch + timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError:  # the last instant of the year 9999, rounded up
        return CellError("error", "########")


def _attributes(written: bytes) -> dict[bytes, bytes]:
    """Return the attributes of a tag.

    Raises:
        UnsupportedXmlError: when one stands there twice, which is no XML.
    """
    pairs = _attribute(written)
    attributes = dict(pairs)
    if len(attributes) != len(pairs):
        raise UnsupportedXmlError("attribute twice")
    return attributes


def _further_attributes(style: bytes, kind: bytes, written: bytes) -> tuple[bytes, bytes]:
    """Return style and kind of a cell whose attributes stand in another order, or that has more of them.

    Raises:
        UnsupportedXmlError: when one stands there twice.
    """
    further = _attributes(written)
    if b"r" in further or (style and b"s" in further) or (kind and b"t" in further):
        raise UnsupportedXmlError("attribute twice")
    style = further.get(b"s", style)
    if style and not _index(style):
        raise UnsupportedXmlError("cell format")
    return style, further.get(b"t", kind)
