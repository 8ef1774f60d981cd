"""Compare the order ids of a shop with those of the network, which writes the same order in another way."""

from collections.abc import Sequence
from typing import Final

from action_returns.batch.cells import strip_white_space

HASH: Final = "#"
"""What shops write before an order number."""
_CHUNK: Final = 1_000


def loose_key(text: str) -> str:
    """Return what an order id and its known variants have in common: ``1001`` for ``#1001``, ``01001`` and `` 1001``.

    A shop writes ``#`` before its order numbers, and a spreadsheet program removes leading zeros. Two orders with the
    same key are not proven to be one: where both spellings stand in one file, the caller has to choose.

    Args:
        text: an order id as a file has it.

    Returns:
        The text without white space around it, without one ``#`` at its start and without leading zeros, casefolded;
        ``0`` for an id of zeros only, ``""`` for a blank one.
    """
    number = text.removeprefix(HASH)
    if number.isdigit() and number.isascii() and number[0] != "0":  # nearly always
        return number
    number = strip_white_space(text).removeprefix(HASH)
    return (number.lstrip("0") or number[:1]).casefold()


def loose_keys_of(texts: Sequence[str]) -> list[str]:
    """Return :func:`loose_key` of each of many order ids; most are numbers, with # or without, which are read together."""
    keys: list[str] = []
    for start in range(0, len(texts), _CHUNK):
        chunk = texts[start : start + _CHUNK]
        lines = "\n".join(("", *chunk)).replace(f"\n{HASH}", "\n")
        numbers = lines[1:].split("\n")
        digits = "".join(numbers)
        are_numbers = len(numbers) == len(chunk) and "" not in numbers and digits.isdigit() and digits.isascii()
        keys += numbers if are_numbers and "\n0" not in lines else map(loose_key, chunk)
    return keys


def variant_of(order: str, found: str) -> str | None:
    """Return how an order id of the network differs from that of the shop, such as ``without #``.

    Args:
        order: the id as the shop has it.
        found: an id of the network with the same :func:`loose_key`.

    Returns:
        The difference in words, ``""`` when they are the same, None when they differ in more than is known to be
        written in several ways: leading zeros belong to a number, not to ``00EU1``.
    """
    order, found = strip_white_space(order), strip_white_space(found)
    words = []
    if order.startswith(HASH) != found.startswith(HASH):
        words.append("with #" if found.startswith(HASH) else "without #")
    order, found = order.removeprefix(HASH), found.removeprefix(HASH)
    if order != found:
        if order.casefold() == found.casefold():
            words.append("with other capital letters")
        elif order.isascii() and order.isdigit() and found.isascii() and found.isdigit():
            if order.lstrip("0") != found.lstrip("0"):
                return None
            words.append(f"{'with' if len(found) > len(order) else 'without'} the leading zeros")
        else:
            return None
    return " and ".join(words)
