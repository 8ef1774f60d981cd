"""Which cell formats show a number as a date (ECMA-376, 18.8.30 numFmt)."""

import re
from datetime import datetime, timedelta
from typing import Final

from action_returns.batch.columns import CellError

_BUILT_IN: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_formats = re.compile(r"<numFmt\b[^>]*>").findall
_cell_formats = re.compile(r"<cellXfs\b.*?</cellXfs>", re.DOTALL).search
_format = re.compile(r"<xf\b[^>]*>").findall
_number = re.compile(r'\bnumFmtId="(\d+)"').search
_code = re.compile(r'\bformatCode="([^"]*)"').search
# What stands in quotes, in brackets (but elapsed time [h]) or behind a backslash is shown as it is.
_literal = re.compile(r'"[^"]*"|&quot;.*?&quot;|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_dated = re.compile(r"[dmyhs]", re.IGNORECASE).search

_EPOCH_1900: Final = datetime(1899, 12, 30)  # noqa: DTZ001  # a spreadsheet's dates have no time zone
_EPOCH_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_SERIAL: Final = 2_958_466


def date_formats(styles: str) -> frozenset[int]:
    """Give the cell formats (the ``s`` of a cell) that show dates or times.

    Args:
        styles: the XML of the styles part.
    """
    dated = set(_BUILT_IN)
    for tag in _formats(styles):
        number, code = _number(tag), _code(tag)
        if number and code and "general" not in code[1].lower() and _dated(_literal.sub("", code[1])):
            dated.add(int(number[1]))
    block = _cell_formats(styles)
    tags = _format(block[0]) if block else []
    return frozenset(at for at, tag in enumerate(tags) if (number := _number(tag)) and int(number[1]) in dated)


def date_of(serial: float, *, from_1904: bool) -> datetime | CellError:
    """Give the date that a number shows; what is out of range shows as number signs, as in the program itself."""
    if not 0 <= serial < _LAST_SERIAL:
        return CellError("error", "########")
    epoch = _EPOCH_1904 if from_1904 else _EPOCH_1900
    try:
        return epoch + timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError:  # the last instant of the year 9999, rounded up
        return CellError("error", "########")
