"""Remove the values that formulas of a worksheet had when it was saved, so that every program calculates them anew.

LibreOffice shows the saved values of a workbook when it opens it, and calculates a formula only when it has none.
"""

from collections.abc import Callable
from typing import Any

from action_returns.batch.cells import area
from action_returns.operations.xml_tags import UnusualXmlError, end_of_element, refuse_type, refuse_wide_characters
from action_returns.readers.xlsx.guarded import ERRORS, guarded_parser


def without_values(sheet: bytes, is_ours: Callable[[int, int], bool]) -> bytes:
    """Return the XML of a worksheet whose formulas have no values.

    Args:
        sheet: the XML.
        is_ours: whether the formula in a column and row is one of the program's. Those of the user keep their values,
            which may come from other files.

    Raises:
        UnusualXmlError: it cannot be read.
    """
    finder = _Finder(sheet, is_ours)
    parts, at = [], 0
    for start, end in finder.found:
        parts.append(sheet[at:start])
        at = end
    return b"".join([*parts, sheet[at:]])


class _Finder:
    """The places of the values of formulas in the XML of a worksheet.

    Args:
        sheet: the XML.
        is_ours: whether the one in a column and row counts.
    """

    def __init__(self, sheet: bytes, is_ours: Callable[[int, int], bool]) -> None:
        self.found: list[tuple[int, int]] = []
        self._sheet, self._is_ours = sheet, is_ours
        self._is_wanted = self._has_formula = False
        self._value = 0
        refuse_wide_characters(sheet)
        self._parser = guarded_parser(refuse_type)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        try:
            self._parser.Parse(sheet, True)
        except ERRORS as error:
            raise UnusualXmlError(f"cannot be read ({error})") from None

    def _start(self, name: str, attributes: dict[str, Any]) -> None:
        if name == "c":
            place = area(attributes.get("r", ""))
            self._is_wanted = place is not None and self._is_ours(place[0], place[1])
            self._has_formula = False
        elif name == "f":
            self._has_formula = True
        elif name == "v":
            self._value = self._parser.CurrentByteIndex

    def _end(self, name: str) -> None:
        if name == "v" and self._is_wanted and self._has_formula:
            self.found.append((self._value, end_of_element(self._sheet, self._value, self._parser.CurrentByteIndex)))
        elif name == "c":
            self._is_wanted = False
