"""Word why an order cannot become a row, where the export alone shows it."""

from collections.abc import Sequence
from typing import Final

from action_returns.batch.amounts import money
from action_returns.returns.export import Problem, UnreadAmount

_MOST_NAMED: Final = 5
"""Lines that a note or message names at most."""


def part_cancelled(order: str, refunded: int, total: int, currency: str | None) -> Problem:
    """Return the problem of a cancelled order of which only a part was refunded."""
    return Problem(
        "total-differs",
        f"Order {order} was cancelled, but only {money(refunded, currency)} of {money(total, currency)} was refunded. It "
        "is unknown whether the shop keeps the rest. Look the order up in the shop, and write its row by hand.",
    )


def part_refunded(order: str, status: str, refunded: int, total: int, currency: str | None) -> Problem:
    """Return the problem of an order whose status says that all of it was refunded, and whose amounts say a part."""
    return Problem(
        "total-differs",
        f"The status of order {order} is {status}, which means all of it, but only {money(refunded, currency)} of "
        f"{money(total, currency)} was refunded. Look the order up in the shop, and write its row by hand.",
    )


def unread(order: str, amount: UnreadAmount, what: str) -> Problem:
    """Return the problem of an amount that cannot be read exactly."""
    return Problem(
        "amount-unreadable",
        f'The {what} of order {order} is "{amount.text}": {amount.why}. Write it as a plain number such as 12.50 in the file.',
    )


def identical(order: str, line: int) -> Problem:
    """Return the problem of a line that repeats another one in every cell."""
    return Problem(
        "lines-identical",
        f"Order {order} has the same line twice: line {line} repeats one above it in every cell. It is unknown whether "
        "this is one refund or two. Delete the line if it is one. If it is two, write a column Refund ID with different "
        "numbers.",
    )


def repeated(order: str, refund: str, line: int) -> Problem:
    """Return the problem of lines that repeat one refund, or are two refunds of the same amount."""
    return Problem(
        "lines-identical",
        f"Order {order} has the refund {refund} again in line {line}. It is unknown whether its lines repeat one refund or "
        "each is one. If each line of the file is one refund, add: --amounts events. If the lines of an order repeat what was "
        "refunded of it, add: --amounts to-date",
    )


def named_lines(lines: Sequence[int]) -> str:
    """Return lines as words: ``lines 3, 4 and 7``."""
    shown = [str(line) for line in lines[:_MOST_NAMED]]
    if len(lines) == 1:
        return f"line {shown[0]}"
    if len(lines) > _MOST_NAMED:
        return f"lines {', '.join(shown)} and {len(lines) - _MOST_NAMED} more"
    return f"lines {', '.join(shown[:-1])} and {shown[-1]}"
