"""Word why an order cannot become a row, where the export alone shows it, and what is not certain of its refunds."""

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


def different_currencies(order: str, currencies: Sequence[str]) -> Problem:
    """Return the problem of an order with amounts in several currencies."""
    return Problem(
        "currency-differs",
        f"Order {order} has amounts in {' and '.join(currencies)}, which cannot be added. Look the order up in the shop, and "
        "write its row by hand.",
    )


def refunds_below(order: str, lines: Sequence[int]) -> Problem:
    """Return the problem of an order with refunds in the lines below it that name no order."""
    return Problem(
        "amount-unreadable",
        f"Below order {order}, {named_lines(lines)} {'has a refund' if len(lines) == 1 else 'have refunds'} without an order "
        "number. It is unknown whether they belong to this order. Write the order number in every line.",
    )


def different_totals(order: str, totals: Sequence[int]) -> Problem:
    """Return the problem of lines that list different new totals of one order."""
    return Problem(
        "amount-unreadable",
        f"Order {order} has different new totals: {' and '.join(map(money, totals))}. It is unknown which of them is right. "
        "Keep one line of the order in the file.",
    )


def different_refunds(order: str, refunds: Sequence[int], lines: str, *, is_open: bool) -> Problem:
    """Return the problem of lines with different amounts that were refunded of one order until now.

    Args:
        order: the order.
        refunds: the amounts, in cents.
        lines: the lines, as :func:`named_lines` names them.
        is_open: whether the user can say that each line is one refund.
    """
    return Problem(
        "amount-unreadable",
        f"Order {order} has different refunds in {lines}: {' and '.join(map(money, refunds))}. It is unknown whether they add "
        "up or one of them is the latest. Keep one line of the order in the file, with all that was refunded"
        f"{'; or, if every line of the file is one refund, add: --amounts events' if is_open else '.'}",
    )


def without_number(lines: Sequence[int]) -> str:
    """Return what becomes of refunds without a number or date when a later file has them again.

    Args:
        lines: the lines that have them; none when the file has neither numbers nor dates at all.
    """
    if not lines:
        return (
            "The file has neither numbers nor dates of refunds. So a refund in a later file counts as the same one when "
            "it is of the same order and amount."
        )
    is_one = len(lines) == 1
    return (
        f"{named_lines(lines).capitalize()} {'has a refund' if is_one else 'have refunds'} with neither a number nor a date. "
        f"So {'it' if is_one else 'each of them'} counts as the same one in a later file when it is of the same order and "
        "amount."
    )


def named_lines(lines: Sequence[int]) -> str:
    """Return lines as words: ``lines 3, 4 and 7``."""
    shown = [str(line) for line in lines[:_MOST_NAMED]]
    if len(lines) == 1:
        return f"line {shown[0]}"
    if len(lines) > _MOST_NAMED:
        return f"lines {', '.join(shown)} and {len(lines) - _MOST_NAMED} more"
    return f"lines {', '.join(shown[:-1])} and {shown[-1]}"
