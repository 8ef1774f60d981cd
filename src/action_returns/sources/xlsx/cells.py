"""One cell, one row, read exactly (ECMA-376, 18.3.1.4 c and 18.3.1.73 row)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from action_returns.batch.addresses import column_number
from action_returns.batch.columns import Cell, CellError
from action_returns.sources.xlsx.guard import UnusualXml
from action_returns.sources.xlsx.strings import rich_text, text_of
from action_returns.sources.xlsx.styles import date_of

_cells = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL).finditer
_place = re.compile(rb'\br="([A-Z]{1,3})([0-9]+)"').search
_kind = re.compile(rb'\bt="([A-Za-z]+)"').search
_style = re.compile(rb'\bs="([0-9]+)"').search
_value = re.compile(rb"<v(?:\s[^>]*)?>([^<]*)</v>").search
_start = re.compile(rb'<row\b[^>]*?\br="([0-9]+)"[^>]*?(/?)>').search
_hidden = re.compile(rb'<row\b[^>]*?\bhidden="(?:1|true)"').search


@dataclass(frozen=True, slots=True)
class Book:
    """What is needed to read any cell of a workbook.

    Args:
        strings: the shared strings.
        dated: the cell formats that show dates.
        from_1904: whether dates are counted from 1904.
    """

    strings: list[str]
    dated: frozenset[int]
    from_1904: bool


def row_number(row: bytes) -> int:
    """Give the number of a row.

    Raises:
        UnusualXml: when the row does not tell it.
    """
    match = _start(row)
    if match is None:
        raise UnusualXml("row without number")
    return int(match[1])


def is_hidden(row: bytes) -> bool:
    """Tell whether a row is hidden or filtered away."""
    return _hidden(row) is not None


def cells_of(row: bytes, book: Book) -> Iterator[tuple[int, Cell]]:
    """Give the cells of a row: column number and value; cells without content are left out.

    Raises:
        UnusualXml: when a cell does not tell where it stands.
    """
    for match in _cells(row):
        head, body = match[1], match[2]
        if not body:
            continue
        place = _place(head)
        if place is None:
            raise UnusualXml("cell without place")
        value = _cell(head, body, book)
        if value is not None:
            yield column_number(place[1].decode()), value


def _cell(head: bytes, body: bytes, book: Book) -> Cell:
    kind_match = _kind(head)
    kind = kind_match[1] if kind_match else b"n"
    if kind == b"inlineStr":
        return rich_text(body.decode("utf-8", "surrogatepass"))
    value = _value(body)
    has_formula = b"<f" in body
    if value is None or (not value[1] and kind != b"str"):
        return CellError("no-value", "") if has_formula else None
    raw = value[1]
    try:
        return _typed(kind, raw, head, book)
    except (ValueError, IndexError):
        raise UnusualXml("cell value") from None


def _typed(kind: bytes, raw: bytes, head: bytes, book: Book) -> Cell:
    match kind:
        case b"s":
            return book.strings[int(raw)]
        case b"n":
            number = float(raw)
            style = _style(head)
            dated = style is not None and int(style[1]) in book.dated
            return date_of(number, from_1904=book.from_1904) if dated else number
        case b"b":
            return raw.strip() in {b"1", b"true"}
        case b"e":
            return CellError("error", text_of(raw.decode()))
        case b"d":
            return datetime.fromisoformat(raw.decode().strip())
        case b"str":
            return text_of(raw.decode("utf-8", "surrogatepass"))
        case _:
            raise UnusualXml("cell type")
