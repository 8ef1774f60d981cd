"""Addresses such as $A$3:$K$203."""

from action_returns.batch.cells import area, column_letters


def corners(address):
    found = area(address)
    assert found is not None, address
    return found


def written(left, top, right, bottom):
    first = f"${column_letters(left)}${top}"
    last = f"${column_letters(right)}${bottom}"
    return first if first == last else f"{first}:{last}"
