"""Decide whether the formula of a column means something else in another row."""

import re

_relative_row = re.compile(r"(?<![\w.$])\$?[A-Za-z]{1,3}[0-9]{1,7}(?![\w.(])").search
"""A cell whose row has no ``$`` (18.17.2.3.1), and no function such as LOG10."""


def names_its_row(formula: str) -> bool:
    """Return whether a formula names a cell by a row that moves with it, as ``B4*2`` does.

    Names in brackets, such as ``[@Amount]``, texts and names of sheets in quotation marks do not count.

    Args:
        formula: the formula, without XML's escapes.
    """
    outside, depth, mark = [], 0, ""
    for sign in formula:
        if mark:
            mark = "" if sign == mark else mark
        elif sign in "\"'" and not depth:
            mark = sign
        elif sign in "[]":
            depth = max(0, depth + (1 if sign == "[" else -1))
        elif not depth:
            outside.append(sign)
            continue
        # What stood here keeps its neighbours apart.
        outside.append(" ")
    return _relative_row("".join(outside)) is not None
