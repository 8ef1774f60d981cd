"""Find the texts that a spreadsheet program takes for formulas when it opens a CSV file.

CSV has no kinds of cells: ``=1+3`` in it is a formula to Excel and LibreOffice, quotation marks or not. A list of findings
is the program's own, so there an apostrophe stops that. The cells of a user's file are never changed for it: a system
that reads the new file would find another order id. The user is told instead.
"""

import re
from collections.abc import Iterable
from typing import Final

from action_returns.batch.cells import column_letters
from action_returns.clean_text import clean_line
from action_returns.operations.texts import counted, one_or_many

_starts_a_formula: Final = re.compile(r"[\s\x00]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]").match
"""Beginnings of a text that a spreadsheet program may take for a formula (OWASP, CSV injection)."""
_is_harmless: Final = re.compile(r"[+-]?[$€£]?[0-9][0-9.,]*%?|[=+\-@]").fullmatch
"""A number with its sign, or a sign alone, which opens no formula."""

may_hold_formulas: Final = re.compile('[=+\\-@\uff1d\uff0b\uff0d\uff20\t"]').search
"""Finds a sign without which no field of a CSV line is such a text: a line break is only within quotation marks."""


def is_formula_text(text: str) -> bool:
    """Return whether a spreadsheet program may take a text for a formula when it opens a CSV file."""
    return _starts_a_formula(text) is not None and _is_harmless(text) is None


def without_formula(text: str) -> str:
    """Return a text for a CSV file of the program's own: in one line, and with an apostrophe where it opens a formula."""
    line = clean_line(text)
    return f"'{line}" if is_formula_text(text) or is_formula_text(line) else line


class FormulaTexts:
    """Counts the texts of a CSV file that a spreadsheet program may take for formulas."""

    def __init__(self) -> None:
        self._number = 0
        self._first = ""

    def look_at(self, line: int, cells: Iterable[object]) -> None:
        """Look at the cells of one row.

        Args:
            line: the line of the file on which it starts.
            cells: its cells from the first column on; what is no text is no formula.
        """
        for at, cell in enumerate(cells, 1):
            if isinstance(cell, str) and cell and is_formula_text(cell):
                self._number += 1
                self._first = self._first or f"line {line:,}, column {column_letters(at)}"

    def sentence(self) -> str:
        """Return what the user should know before the file is opened in a spreadsheet program; mostly ``""``."""
        if not self._number:
            return ""
        first = "" if self._number == 1 else "the first one "
        return (
            f"{counted(self._number, 'cell')} ({first}in {self._first}) {one_or_many(self._number, 'begins', 'begin')} "
            "with =, +, -, @, a tab or a line break, which a spreadsheet program that opens the CSV may take for a "
            "formula. Nothing in them was changed. To open the file in a spreadsheet program, write it as .xlsx: there "
            "they are texts."
        )
