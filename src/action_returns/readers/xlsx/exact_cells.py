"""Read the value of one cell from what XML says about it, strictly (ECMA-376, 18.3.1.4, 18.18.11; XML Schema part 2).

A value that no cell can hold raises ValueError, whose text goes on a sentence that begins with the cell.
"""

import re
from datetime import datetime, time
from typing import Final

from action_returns.batch.cells import EPOCH, Cell, CellError, column_number, quote
from action_returns.readers.formatted_number import formatted
from action_returns.readers.xlsx.cells import CellContext, date_of
from action_returns.readers.xlsx.frame import LAST_COLUMN
from action_returns.readers.xlsx.texts import unescape

_BLANKS: Final = " \t\r\n"
"""What XML Schema takes for white space around a number."""
_NUMBER: Final = "0123456789+-.eE"
"""All characters of a number; a text of these that Python reads as a float is a ``xsd:double``."""
_BOOLEANS: Final = {"1": True, "true": True, "0": False, "false": False}
_MOST_DIGITS: Final = 10
"""Digits of the largest ``xsd:unsignedInt``."""
_address = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,7})", re.IGNORECASE | re.ASCII).fullmatch
_moment = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})?(?:(?:^|T|^T)([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?))?"
).fullmatch


def whole_number(raw: str, what: str) -> int:
    """Read a ``xsd:unsignedInt``.

    Args:
        raw: the text.
        what: what it is the number of, for the error.

    Raises:
        ValueError: when it is none.
    """
    digits = raw.strip(_BLANKS)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise ValueError(f"names {quote(raw)} as {what}, which is no such number")
    return int(digits)


def column_of(address: str, row: int) -> int:
    """Return the column of an address such as ``B2``.

    Args:
        address: the address of a cell.
        row: number of the row that the cell stands in.

    Raises:
        ValueError: when it is no address, or one in another row.
    """
    match = _address(address)
    if match is None:
        raise ValueError("has an address that is none")
    if int(match[2]) != row:
        raise ValueError(f"stands in row {row}")
    column = column_number(match[1].upper())
    if column > LAST_COLUMN:
        raise ValueError("stands beyond column XFD, the last of a worksheet")
    return column


class CellReader:
    """Reads the values of cells.

    Args:
        book: what is needed to read any cell of the workbook.
    """

    def __init__(self, book: CellContext) -> None:
        self._strings = book.strings
        self._from_1904 = book.from_1904
        self._dated = book.dated
        self._formats = book.formats
        self._kept = book.kept
        self._styles: dict[str, int] = {}
        self._read = {
            "n": self._number,
            "s": self._shared,
            "str": lambda raw, _: unescape(raw),
            "b": self._boolean,
            "e": lambda raw, _: CellError("error", unescape(raw)),
            "d": self._date,
        }

    def value(self, kind: str, raw: str, style: str) -> Cell:
        """Return the value of a cell.

        Args:
            kind: its type, as the attribute ``t`` has it.
            raw: the text of its element ``v``.
            style: its attribute ``s``.

        Raises:
            ValueError: when no cell holds that.
        """
        read = self._read.get(kind)
        if read is None:
            raise ValueError(f"has the type {quote(kind)}, which there is not")
        return read(raw, style)

    def format(self, style: str) -> str | None:
        """Return the number format of a cell, None when it shows every amount as it would be sent.

        Args:
            style: its attribute ``s``.

        Raises:
            ValueError: when it is no number.
        """
        return self._formats.get(self._style(style))

    def _style(self, style: str) -> int:
        known = self._styles.get(style)
        if known is None:
            known = self._styles[style] = whole_number(style, "its format")
        return known

    def _number(self, raw: str, style: str) -> Cell:
        if raw.strip(_NUMBER):  # anything but the characters of a number at either end
            raw = raw.strip(_BLANKS)
        try:
            number = float(raw) if not raw.strip(_NUMBER) else None
        except ValueError:
            number = None
        if number is None:
            raise ValueError(f"holds {quote(raw)} as a number, which is none")
        at = self._style(style)
        if at in self._dated:
            return date_of(number, from_1904=self._from_1904)
        return formatted(number, self._kept[at]) if at in self._kept else number

    def _shared(self, raw: str, _: str) -> Cell:
        index = whole_number(raw, "its text")
        if index >= len(self._strings):
            raise ValueError(f"shows text number {index} of {len(self._strings)} that the workbook has")
        return self._strings[index]

    @staticmethod
    def _boolean(raw: str, _: str) -> Cell:
        value = _BOOLEANS.get(raw.strip(_BLANKS))
        if value is None:
            raise ValueError(f"holds {quote(raw)} where only true or false can stand")
        return value

    @staticmethod
    def _date(raw: str, _: str) -> Cell:
        match = _moment(raw.strip(_BLANKS))
        try:
            if match is not None and (match[1] or match[2]):
                day = datetime.fromisoformat(match[1]) if match[1] else EPOCH
                # A time zone is kept, as SheetJS writes it: a lock date without it is another moment.
                return datetime.combine(day, time.fromisoformat(match[2] or "00:00"))
        except ValueError:  # such as the 30th of February
            pass
        raise ValueError(f"holds {quote(raw)} as a date, which is none")
