"""Number formats: which cells have which, spelled as Excel spells them."""

import re

from tests.hosts.fake_com.cells import GENERAL
from tests.hosts.uno_engine.bridge import place_of, struct

_DATE, _TIME, _LOGICAL = 2, 4, 1024  # com.sun.star.util.NumberFormat
_LITERAL = re.compile(r'("[^"]*"|\[[^\]]*\]|\\.|AM/PM)')
_LEFT_ALONE = 0


class Formats:
    """The number formats of one book.

    Args:
        document: the book in LibreOffice.
    """

    def __init__(self, document):
        self._document, self._formats = document, document.getNumberFormats()
        self._american = struct("lang.Locale", "en", "US", "")
        self._known = {}

    def code(self, key):
        """How Excel spells a format; a cell that holds TRUE or FALSE is General there."""
        return GENERAL if self.is_logical(key) else self._look_up(key)[1]

    def is_logical(self, key):
        return bool(self._look_up(key)[0] & _LOGICAL)

    def _look_up(self, key):
        if key not in self._known:
            found = self._formats.getByKey(key)
            self._known[key] = found.Type, _as_in_excel(found.FormatString, found.Type)
        return self._known[key]

    def key(self, code):
        found = self._formats.queryKey(code, self._american, False)
        return found if found >= 0 else self._formats.addNew(code, self._american)

    def special(self, sheet, area):
        """The cells of the area that are not General.

        Returns:
            Two dictionaries by (row, column): how Excel spells the format, and for cells that LibreOffice formats as
            TRUE or FALSE just that.
        """
        codes, logical = {}, {}
        groups = sheet.cells_of(area).getUniqueCellFormatRanges()
        for group in map(groups.getByIndex, range(groups.getCount())):
            key = group.NumberFormat
            if self.is_logical(key):
                logical.update(dict.fromkeys(_cells(group)))
            elif (code := self.code(key)) != GENERAL:
                codes.update(dict.fromkeys(_cells(group), code))
        return codes, logical

    def put(self, sheet, cells, code):
        """Gives all these cells a format, however scattered they are."""
        ranges = self._document.createInstance("com.sun.star.sheet.SheetCellRanges")
        ranges.addRangeAddresses(tuple(place_of(stack, sheet.number) for stack in stacks(cells)), False)
        ranges.NumberFormat = _LEFT_ALONE if code == GENERAL else self.key(code)


def _cells(group):
    for place in group.getRangeAddresses():
        for row in range(place.StartRow + 1, place.EndRow + 2):
            for column in range(place.StartColumn + 1, place.EndColumn + 2):
                yield row, column


def _as_in_excel(code, kind):
    if not kind & (_DATE | _TIME):
        return code
    return "".join(part if _LITERAL.fullmatch(part) else part.lower() for part in _LITERAL.split(code))
