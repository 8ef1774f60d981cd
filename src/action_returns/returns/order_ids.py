"""Compare the order ids of a shop with those of the network, which writes the same order in another way."""

from action_returns.batch.cells import strip_white_space


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
    number = strip_white_space(text).removeprefix("#")
    return (number.lstrip("0") or number[:1]).casefold()
