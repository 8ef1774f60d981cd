"""What producers write otherwise than they are told; each sentence stands in docs/producers.md too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.producers.cells import Error, Formula


@dataclass(frozen=True)
class Difference:
    """Something that a producer writes otherwise than it was told.

    Args:
        why: what it does, one sentence for docs/producers.md.
        of: returns whether it concerns a cell.
        becomes: returns what the producer writes instead.
    """

    why: str
    of: Callable[[Any], bool]
    becomes: Callable[[Any], Any]

    def change(self, cell):
        return self.becomes(cell) if self.of(cell) else cell


@dataclass(frozen=True)
class RowDifference:
    """What a producer does to whole rows.

    Args:
        why: what it does, one sentence for docs/producers.md.
        change: returns the cells of a row, by column, as it writes them.
    """

    why: str
    change: Callable[[dict[int, Any]], dict[int, Any]]


@dataclass(frozen=True)
class Damage:
    """Cells with which a producer writes a file that is no XML.

    Args:
        why: what it does, one sentence for docs/producers.md.
        of: returns whether a cell does that.
    """

    why: str
    of: Callable[[Any], bool]


def _is_formula(test=lambda _formula: True):
    return lambda cell: isinstance(cell, Formula) and test(cell)


def _not_calculated(cell):
    return Formula(cell.text, None)


def _is_float(cell):
    return isinstance(cell, float)


def _starts_a_formula(cell):
    return isinstance(cell, str) and cell.startswith("=") and len(cell) > 1


NO_CACHED_VALUES = Difference("keeps no value of a formula", _is_formula(), _not_calculated)
ERROR_AS_TEXT = Difference(
    "writes an error value as the text that it shows", lambda cell: isinstance(cell, Error), lambda cell: cell.shown
)
NO_EMPTY_RESULT = Difference(
    "cannot tell an empty text as the value of a formula from no value",
    _is_formula(lambda cell: cell.value == ""),
    _not_calculated,
)

NO_ESCAPES = Difference(
    "writes the text _x0041_ without an escape, so that it is the letter A for every reader (ECMA-376, 22.4.2.4)",
    lambda cell: cell == "_x0041_",
    lambda _cell: "A",
)
SIXTEEN_DIGITS = Difference("writes a number with 16 digits", _is_float, lambda cell: float(f"{cell:.16g}"))
FIFTEEN_DIGITS = Difference("writes a number with 15 digits", _is_float, lambda cell: float(f"{cell:.15g}"))
TEXT_AS_FORMULA = Difference(
    "takes a text that begins with = for a formula, and keeps no value of it",
    _starts_a_formula,
    lambda cell: Formula(cell[1:], None),
)
TEXT_AS_FORMULA_OF_ZERO = Difference(
    "takes a text that begins with = for a formula, and writes 0 as its value",
    _starts_a_formula,
    lambda cell: Formula(cell[1:], 0.0),
)
TEXT_AS_ERROR = Difference(
    "takes the text #N/A for an error value", lambda cell: cell == "#N/A", lambda cell: Error(cell)
)

ESCAPES_KEPT = Difference(
    "does not read the escape _x005F_ of another program, so that its texts hold it as it stands",
    lambda cell: cell == "_x0041_",
    lambda _cell: "_x005F_x0041_",
)
TAILS = Difference(
    "writes tails behind some numbers that are no texts, 0.0099999999999999999998 for 0.01",
    lambda cell: cell == "0.01",
    lambda _cell: "0.0099999999999999999998",
)
FIRST_BLANK_LOST = RowDifference(
    "puts a row one column too far left when its array has a hole for a blank first cell",
    lambda cells: cells if 1 in cells else {column - 1: cell for column, cell in cells.items()},
)
CALCULATES = Difference(
    "calculates formulas that have no value, an empty text as a result included",
    lambda cell: isinstance(cell, Formula) and cell.value is None,
    lambda cell: Formula(cell.text, CALCULATED[cell.text]),
)
RESULT_WITHOUT_BLANKS = Difference(
    "drops the blanks around a text that is the value of a formula when it opens the workbook",
    lambda cell: isinstance(cell, Formula) and isinstance(cell.value, str),
    lambda cell: Formula(cell.text, cell.value.strip()),
)
CALCULATED = {
    '""': "",
    "10+2.5": 12.5,
    '"M.8882.4808."&"97"': "M.8882.4808.97",
    '"ORDER_"&"UPDATE"': "ORDER_UPDATE",
}
"""What the formulas of tests/producers/rows.py without a value come to."""
