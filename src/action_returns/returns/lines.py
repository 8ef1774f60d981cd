"""Put the lines of an export together to its orders: each order once, each refund once, and every line counted."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from action_returns.batch.amounts import NO_CENTS, Cents, money
from action_returns.errors import FileError
from action_returns.returns.export import (
    Money,
    Problem,
    RefundPart,
    ReturnedOrder,
    ReturnedOrders,
    ShopExport,
    UnreadAmount,
)
from action_returns.returns.source import Amounts, Field

_MOST_NAMED: Final = 5
"""Lines that a note or message names at most."""


class Line(NamedTuple):
    """What one line of an export says, in the terms of every source.

    Args:
        at: its position.
        order: the order it belongs to, None when it names none.
        refund: what it refunds: None or 0 for a line that is no refund, never below 0.
        refund_id: what tells this refund from every other one of the order, None when the export has no such numbers.
        total: what the order was worth, or one part of it.
        net_total: the same without tax and shipping.
        takes_back: why the whole action is taken back, ``""`` when it is not.
        problem: why the order cannot become a row.
    """

    at: int
    order: str | None
    refund: Money = None
    refund_id: str | None = None
    total: Money = None
    net_total: Money = None
    takes_back: str = ""
    problem: Problem | None = None


def column(export: ShopExport, field: Field) -> Sequence[str | None]:
    """Return the texts of a field, None in every line when the export has no such column."""
    return export.texts.get(field) or [None] * len(export)


def amounts(export: ShopExport, field: Field) -> Sequence[Money]:
    """Return the amounts of a field, None in every line when the export has no such column."""
    return export.amounts.get(field) or [None] * len(export)


def unsigned(export: ShopExport, field: Field = Field.REFUND) -> Sequence[Money]:
    """Return the amounts of a field without their sign, which must be the same for all of them.

    Raises:
        FileError: ``export-signs-mixed`` when some are above 0 and others below.
    """
    values = amounts(export, field)
    known = {value for value in set(values) if isinstance(value, int)}
    below = [value for value in known if value < 0]
    if not below:
        return values
    if any(value > 0 for value in known):
        lines = dict(zip(reversed(values), reversed(export.lines), strict=True))
        first_below = min(lines[value] for value in below)
        first_above = min(lines[value] for value in known if value > 0)
        header = next(column.header for column in export.mapping if column.field is field)
        raise FileError(
            "export-signs-mixed",
            f'The column "{header}" of {export.file} has amounts above 0 (first in line {first_above}) and below 0 (first '
            f"in line {first_below}), so it is unknown which of them are refunds. Nothing was added. Export refunds only, "
            "or correct the signs in the file.",
        )
    return [Cents(-value) if isinstance(value, int) else value for value in values]


def net_totals(export: ShopExport) -> Sequence[Money]:
    """Return what the orders were worth without tax and shipping: the total less both, where all three are known.

    A subtotal is none of them: in shops whose prices hold the tax, it holds the tax as well.
    """
    if Field.NET_TOTAL in export.amounts:
        return export.amounts[Field.NET_TOTAL]
    columns = [export.amounts.get(field) for field in (Field.TOTAL, Field.TAX, Field.SHIPPING)]
    if not all(columns):
        return [None] * len(export)
    return [
        Cents(total - tax - shipping)
        if isinstance(total, int) and isinstance(tax, int) and isinstance(shipping, int)
        else None
        for total, tax, shipping in zip(*columns, strict=True)
    ]


def part_cancelled(order: str, refunded: int, total: int, currency: str | None) -> Problem:
    """Return the problem of a cancelled order of which only a part was refunded."""
    return Problem(
        "total-differs",
        f"Order {order} was cancelled, but only {money(refunded, currency)} of {money(total, currency)} was refunded. It "
        "is unknown whether the shop keeps the rest. Look the order up in the shop, and write its row by hand.",
    )


def collect(
    export: ShopExport, lines: Iterable[Line], kind: Amounts, *, adds_totals: bool = False, notes: Sequence[str] = ()
) -> ReturnedOrders:
    """Return the orders of an export.

    Args:
        export: the export.
        lines: one entry for each of its lines, in their order.
        kind: what refunds of the same order count.
        adds_totals: whether the totals of an order's lines add up; else each line repeats the order's total.
        notes: what the user should know, one sentence each.
    """
    return _Orders(export, kind, adds_totals=adds_totals).of(lines, notes)


class _Orders:
    def __init__(self, export: ShopExport, kind: Amounts, *, adds_totals: bool) -> None:
        self._export = export
        self._adds_totals = adds_totals
        self._is_to_date = kind is Amounts.TO_DATE
        self._internal_ids = column(export, Field.INTERNAL_ID)
        self._currencies = column(export, Field.CURRENCY)
        self._reasons = column(export, Field.REASON)
        self._dates = column(export, Field.DATE)
        self._refund_texts = column(export, Field.REFUND)
        self._new_totals = amounts(export, Field.NEW_TOTAL)
        self._repeated: list[int] = []

    def of(self, lines: Iterable[Line], notes: Sequence[str]) -> ReturnedOrders:
        groups: dict[str, list[Line]] = {}
        without: list[Line] = []
        above: dict[str, list[int]] = {}
        last = None
        for line in lines:
            if line.order is None:
                without.append(line)
                if line.refund and last is not None:
                    above.setdefault(last, []).append(self._export.lines[line.at])
                continue
            last = line.order
            if last in groups:
                groups[last].append(line)
            else:
                groups[last] = [line]
        total_line = self._total_line(without, groups)
        if total_line is not None and last is not None:
            above.pop(last, None)
        orders = [self._order(order, group) for order, group in groups.items()]
        if above:
            orders = [self._with_lines_below(order, above.get(order.order)) for order in orders]
        return ReturnedOrders(
            orders,
            len(self._export),
            len(without),
            are_to_date=self._is_to_date,
            notes=(*notes, *self._notes(without, total_line)),
        )

    def _order(self, order: str, group: Sequence[Line]) -> ReturnedOrder:
        first = group[0]
        is_single = len(group) == 1
        problem = next((line.problem for line in group if line.problem), None)
        parts: tuple[RefundPart, ...]
        if is_single and self._is_to_date and not isinstance(first.refund, UnreadAmount):
            refunded, parts = first.refund or NO_CENTS, ()
        elif self._is_to_date and all(line.refund_id is None for line in group):
            refunded, refund_problem = self._once(order, group)
            parts, problem = (), problem or refund_problem
        else:
            refunded, parts, refund_problem = self._added(order, group)
            problem = problem or refund_problem
            if self._is_to_date:
                parts = ()
        at = first.at
        if is_single:
            currency, internal_id, reason = self._currencies[at], self._internal_ids[at], self._reasons[at]
            new_total: Money = self._new_totals[at]
        else:
            currencies = {text for line in group if (text := self._currencies[line.at])}
            currency = next(iter(currencies)) if len(currencies) == 1 else None
            if len(currencies) > 1:
                problem = problem or Problem(
                    "currency-differs",
                    f"Order {order} has amounts in {' and '.join(sorted(currencies))}, which cannot be added. Look the "
                    "order up in the shop, and write its row by hand.",
                )
            internal_id = _first(self._internal_ids, group)
            refunding = [line for line in group if line.refund]
            reason = _first(self._reasons, refunding) or _first(self._reasons, group)
            given = {value for line in group if (value := self._new_totals[line.at]) is not None}
            new_total = next(iter(given), None)
            if len(given) > 1:
                problem = problem or Problem(
                    "amount-unreadable",
                    f"Order {order} has {len(given)} different new totals. Keep one of them in the file.",
                )
        if isinstance(new_total, UnreadAmount):
            problem = problem or unread(order, new_total, "new total")
            new_total = None
        damage = next((why for line in group if (why := self._export.damaged_orders.get(line.at))), None)
        if damage is not None:
            problem = Problem(
                "order-unknown",
                f"The order number {damage}. The order cannot be looked for. Export the file again, and open it in no "
                "spreadsheet program before the import.",
            )
        return ReturnedOrder(
            order,
            self._export.lines[at],
            internal_id,
            refunded,
            parts,
            next((line.takes_back for line in group if line.takes_back), ""),
            new_total,
            self._total([line.total for line in group]),
            self._total([line.net_total for line in group]),
            currency,
            reason,
            problem,
        )

    def _total(self, totals: Sequence[Money]) -> Cents | None:
        if len(totals) == 1:
            return None if isinstance(totals[0], UnreadAmount) else totals[0]
        known: list[Any] = [total for total in totals if total is not None]
        if not known or any(isinstance(total, UnreadAmount) for total in known):
            return None
        if self._adds_totals:
            return Cents(sum(known))
        return known[0] if len(set(known)) == 1 else None

    def _once(self, order: str, group: Sequence[Line]) -> tuple[Cents, Problem | None]:
        """Return the refund of an order that its lines repeat, or that one of them has."""
        unknown = next((line.refund for line in group if isinstance(line.refund, UnreadAmount)), None)
        if unknown is not None:
            return NO_CENTS, unread(order, unknown, "refund")
        given = [line.refund for line in group if isinstance(line.refund, int) and line.refund]
        if len(set(given)) <= 1:
            return (given[0] if given else NO_CENTS), None
        lines = self._named([line.at for line in group if line.refund])
        amounts_given = " and ".join(money(refund) for refund in dict.fromkeys(given))
        is_open = self._export.source.amounts is not Amounts.TO_DATE
        return max(given), Problem(
            "amount-unreadable",
            f"Order {order} has different refunds in {lines}: {amounts_given}. It is unknown whether they add up or one of "
            "them is the latest. Keep one line of the order in the file, with all that was refunded"
            f"{'; or, if every line of the file is one refund, add: --amounts events' if is_open else '.'}",
        )

    def _added(self, order: str, group: Sequence[Line]) -> tuple[Cents, tuple[RefundPart, ...], Problem | None]:
        """Return the refunds of an order, each once."""
        found: dict[str, Cents] = {}
        problem: Problem | None = None
        for line in group:
            refund = line.refund
            if not refund:
                continue
            if isinstance(refund, UnreadAmount):
                problem = problem or unread(order, refund, "refund")
                continue
            name = line.refund_id
            if name is None:
                if line.at in self._export.repeats:
                    problem = problem or _identical(order, self._export.lines[line.at])
                name = self._own_words(line.at, found)
            elif name in found:
                if found[name] == refund:
                    self._repeated.append(line.at)
                    continue
                problem = problem or Problem(
                    "amount-unreadable",
                    f"Order {order} has the refund {name} with {money(found[name])} and with {money(refund)}. It is unknown "
                    "which of them is right. Keep one of the lines in the file.",
                )
                name = self._own_words(line.at, found)
            found[name] = refund
        parts = tuple(map(RefundPart, found.keys(), found.values()))
        return Cents(sum(found.values())), parts, problem

    def _own_words(self, at: int, taken: dict[str, Cents]) -> str:
        """Return what tells a refund without a number from the others of its order: its date and amount."""
        words = " ".join(filter(None, (self._dates[at], self._refund_texts[at]))) or "refund"
        name, count = words, 1
        while name in taken:
            count += 1
            name = f"{words} ({count})"
        return name

    def _total_line(self, without: Sequence[Line], groups: dict[str, list[Line]]) -> Line | None:
        """Return the last line when it names no order and has the sum of all refunds above it."""
        if not without or without[-1].at != len(self._export) - 1 or not without[-1].refund:
            return None
        values = [line.refund for group in groups.values() for line in group if line.refund]
        known = [value for value in values if isinstance(value, int)]
        is_total = len(known) == len(values) > 1 and sum(known) == without[-1].refund
        return without[-1] if is_total else None

    def _with_lines_below(self, order: ReturnedOrder, lines: Sequence[int] | None) -> ReturnedOrder:
        if lines is None or order.problem is not None:
            return order
        named = _lines(lines)
        return order._replace(
            problem=Problem(
                "amount-unreadable",
                f"Below order {order.order}, {named} {'has a refund' if len(lines) == 1 else 'have refunds'} without an "
                "order number. It is unknown whether they belong to this order. Write the order number in every line.",
            )
        )

    def _notes(self, without: Sequence[Line], total_line: Line | None) -> Iterable[str]:
        if total_line is not None:
            yield f"Line {self._export.lines[total_line.at]} has the sum of all refunds: it was left out."
        lost = [line.at for line in without if line.refund and line is not total_line]
        if lost:
            yield (
                f"{self._named(lost).capitalize()} {'has a refund' if len(lost) == 1 else 'have refunds'} and no order "
                "number: no order can be found for this money. Write the order number there, and import again."
            )
        if self._repeated:
            yield f"{self._named(self._repeated).capitalize()} repeat refunds of lines above them: each was counted once."

    def _named(self, positions: Sequence[int]) -> str:
        return _lines([self._export.lines[at] for at in positions])


def _lines(lines: Sequence[int]) -> str:
    """Return lines as words: ``lines 3, 4 and 7``."""
    shown = [str(line) for line in lines[:_MOST_NAMED]]
    if len(lines) == 1:
        return f"line {shown[0]}"
    if len(lines) > _MOST_NAMED:
        return f"lines {', '.join(shown)} and {len(lines) - _MOST_NAMED} more"
    return f"lines {', '.join(shown[:-1])} and {shown[-1]}"


def _first(texts: Sequence[str | None], group: Iterable[Line]) -> str | None:
    return next((text for line in group if (text := texts[line.at])), None)


def unread(order: str, amount: UnreadAmount, what: str) -> Problem:
    """Return the problem of an amount that cannot be read exactly."""
    return Problem(
        "amount-unreadable",
        f'The {what} of order {order} is "{amount.text}": {amount.why}. Write it as a plain number such as 12.50 in the file.',
    )


def _identical(order: str, line: int) -> Problem:
    return Problem(
        "lines-identical",
        f"Order {order} has the same line twice: line {line} repeats one above it in every cell. It is unknown whether "
        "this is one refund or two. Delete the line if it is one. If it is two, write a column Refund ID with different "
        "numbers.",
    )
