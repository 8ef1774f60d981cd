"""Addresses of cells as spreadsheet programs write them."""

import re

_reference = re.compile(r"([A-Z]{1,3})([0-9]+)(?::([A-Z]{1,3})([0-9]+))?").fullmatch


def column_letters(number: int) -> str:
    """Give the letters of a column, ``A`` for 1, ``AB`` for 28."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Give the number of a column: 1 for A, 28 for AB."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def area(reference: str) -> tuple[int, int, int, int] | None:
    """Read ``B2:D9`` as left, top, right, bottom; None when it is no area."""
    match = _reference(reference.replace("$", ""))
    if match is None:
        return None
    left, top = column_number(match[1]), int(match[2])
    return left, top, column_number(match[3]) if match[3] else left, int(match[4]) if match[4] else top
