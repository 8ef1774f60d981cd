"""Read the cells of a workbook: shared strings and values (ECMA-376, 18.3, 18.4, 22.9.2.19)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from action_returns.batch.cells import EPOCH, Cell, CellError, column_number
from action_returns.readers.xlsx.package import Package, UnsupportedXmlError, refuse_other_encoding, too_large

_PART: Final = 2**20
_MOST: Final = 8_000_000
"""Eight columns of a full worksheet, each text a different one."""
_entity = re.compile(r"&(?:#(\d+)|#x([0-9A-Fa-f]+)|(lt|gt|amp|quot|apos));")
_escaped = re.compile(r"_x([0-9A-Fa-f]{4})_")
_texts = re.compile(r"<t(?:\s[^>]*)?>([^<]*)</t>").findall
_item = re.compile(r"<si\s*/>|<si(?:\s[^>]*)?>(.*?)</si>", re.DOTALL)
_phonetic = re.compile(r"<rPh\b.*?</rPh>", re.DOTALL)
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_SURROGATES: Final = range(0xD800, 0xE000)
_LAST: Final = 0x10FFFF


def text_of(raw: str) -> str:
    """Return the plain text: entities, ``_x000D_`` and line ends decoded."""
    if "\r" in raw:
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in raw:
        raw = _entity.sub(_character, raw)
    return unescape(raw)


def unescape(text: str) -> str:
    """Return a text with the characters that XML cannot hold, written ``_x000D_`` (ECMA-376, 22.9.2.19)."""
    return _escaped.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def rich_text(body: str) -> str:
    """Return the text of a string item or inline string: its runs joined, without phonetic hints."""
    if "<rPh" in body:
        body = _phonetic.sub("", body)
    return "".join(map(text_of, _texts(body)))


def shared_strings(package: Package, part: str | None) -> list[str]:
    """Read the shared string table, in pieces: it may hold a million texts."""
    strings: list[str] = []
    if part is None or part not in package:
        return strings
    with package.open(part) as stream:
        tail = b""
        first = True
        while piece := stream.read(_PART):
            if first:
                refuse_other_encoding(piece)
                first = False
            piece = tail + piece
            end = piece.rfind(b"</si>") + len(b"</si>")
            if end < len(b"</si>"):
                tail = piece
                continue
            tail = piece[end:]
            strings += _strings(piece[:end].decode("utf-8", "surrogatepass"))
            if len(strings) > _MOST:
                raise too_large(package.name, f"it has more than {_MOST:,} different texts")
        strings += _strings(tail.decode("utf-8", "surrogatepass"))
    return strings


def _strings(text: str) -> list[str]:
    plain = _texts(text)
    if len(plain) == text.count("</si>") and "<r>" not in text and "<rPh" not in text and "/>" not in text:
        return [text_of(raw) for raw in plain] if "&" in text or "_x" in text or "\r" in text else plain
    return [rich_text(match[1] or "") for match in _item.finditer(text)]


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    code = int(match[1]) if match[1] else int(match[2], 16)
    return chr(code) if code <= _LAST and code not in _SURROGATES else "\ufffd"


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


_cells = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL).finditer
_address = re.compile(rb'\br="([A-Z]{1,3})([0-9]+)"').search
_kind = re.compile(rb'\bt="([A-Za-z]+)"').search
_style = re.compile(rb'\bs="([0-9]+)"').search
_value = re.compile(rb"<v(?:\s[^>]*)?>([^<]*)</v>").search
_start = re.compile(rb'<row\b[^>]*?\br="([0-9]+)"[^>]*?(/?)>').search
_hidden = re.compile(rb'<row\b[^>]*?\bhidden="(?:1|true)"').search


@dataclass(frozen=True, slots=True)
class CellContext:
    """What is needed to read any cell of a workbook.

    Args:
        strings: the shared strings.
        dated: the cell formats that show dates.
        from_1904: whether dates are counted from 1904.
        formats: cell format -> code, for those that do not show every amount as it would be sent.
    """

    strings: list[str]
    dated: frozenset[int]
    from_1904: bool
    formats: Mapping[int, str] = field(default_factory=dict)


def row_number(row: bytes) -> int:
    """Return the number of a row.

    Raises:
        UnsupportedXmlError: when the row does not contain it.
    """
    match = _start(row)
    if match is None:
        raise UnsupportedXmlError("row without number")
    return int(match[1])


def is_hidden(row: bytes) -> bool:
    """Return whether a row is hidden or filtered away."""
    return _hidden(row) is not None


def cells_of(row: bytes, book: CellContext) -> Iterator[tuple[int, Cell]]:
    """Return the cells of a row: column number and value; cells without content are left out.

    Raises:
        UnsupportedXmlError: when a cell has no address.
    """
    for match in _cells(row):
        head, body = match[1], match[2]
        if not body:
            continue
        address = _address(head)
        if address is None:
            raise UnsupportedXmlError("cell without address")
        value = _cell(head, body, book)
        if value is not None:
            yield column_number(address[1].decode()), value


def _cell(head: bytes, body: bytes, book: CellContext) -> Cell:
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
        raise UnsupportedXmlError("cell value") from None


def _typed(kind: bytes, raw: bytes, head: bytes, book: CellContext) -> Cell:
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
            raise UnsupportedXmlError("cell type")
