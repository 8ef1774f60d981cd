"""Addresses of cells as spreadsheet programs write them."""


def column_letters(number: int) -> str:
    """Give the letters of a column, ``A`` for 1, ``AB`` for 28."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
