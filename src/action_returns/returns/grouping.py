"""Build the orders of an export from its lines: each order once, each refund once, and every line counted."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from action_returns.batch.amounts import NO_CENTS, Cents, amount_text, money
from action_returns.returns.export import (
    Money,
    Problem,
    RefundPart,
    ReturnedOrder,
    ReturnedOrders,
    ShopExport,
    UnreadAmount,
)
from action_returns.returns.lines import Line, amounts, column
from action_returns.returns.order_problems import (
    different_currencies,
    different_refunds,
    different_totals,
    identical,
    named_lines,
    refunds_below,
    repeated,
    unread,
    without_number,
)
from action_returns.returns.source import Amounts, Field

_TOTAL_WORDS: Final = frozenset({"total", "totals", "grand total", "sum", "summe", "gesamt", "totale", "suma"})
"""What stands in the column of order numbers where the last line has totals."""

_NOTHING: Final = Line(0, None)[2:]
"""What a line says of its order that names one more item and no more, as those of Shopify do."""
_new: Final = tuple.__new__  # makes a NamedTuple of all its fields in half the time


def collect(
    export: ShopExport,
    lines: Iterable[Line],
    kind: Amounts,
    *,
    adds_totals: bool = False,
    may_continue: bool = False,
    may_repeat: bool = False,
    is_guessed: bool = False,
    notes: Sequence[str] = (),
) -> ReturnedOrders:
    """Return the orders of an export.

    Args:
        export: the export.
        lines: one entry for each of its lines, in their order.
        kind: what refunds of the same order count.
        adds_totals: whether the totals of an order's lines add up; else each line repeats the order's total.
        may_continue: whether a line without an order number may belong to the order above it.
        may_repeat: whether the lines of an order may repeat one refund without a number of it.
        is_guessed: whether nothing but a header says what its refunds count.
        notes: what the user should know, one sentence each.
    """
    orders = _Orders(export, kind, adds_totals=adds_totals, may_continue=may_continue, may_repeat=may_repeat)
    return replace(orders.of(lines, notes), is_guessed=is_guessed)


class _Orders:
    def __init__(
        self, export: ShopExport, kind: Amounts, *, adds_totals: bool, may_continue: bool, may_repeat: bool
    ) -> None:
        self._export = export
        self._may_repeat = may_repeat
        self._may_continue = may_continue
        self._adds_totals = adds_totals
        self._is_to_date = kind is Amounts.TO_DATE
        self._lines = export.lines
        self._damaged = export.damaged_orders
        self._internal_ids = column(export, Field.INTERNAL_ID)
        self._currencies = column(export, Field.CURRENCY)
        self._reasons = column(export, Field.REASON)
        self._dates = column(export, Field.DATE)
        self._action_ids = export.action_ids or [None] * len(export)
        self._new_totals = amounts(export, Field.NEW_TOTAL)
        self._repeated: list[int] = []
        self._unnumbered: list[int] = []
        is_blank = Field.NEW_TOTAL in export.amounts and Field.REFUND not in export.amounts
        self._no_refund = "its new total is blank" if is_blank else ""

    def of(self, lines: Iterable[Line], notes: Sequence[str]) -> ReturnedOrders:
        groups: dict[str, list[Line]] = {}
        without: list[Line] = []
        above: dict[str, list[int]] = {}
        last = None
        for line in lines:
            if line.order is None:
                without.append(line)
                if line.refund and last is not None and self._may_continue:
                    above.setdefault(last, []).append(line.at)
                continue
            last = line.order
            if last in groups:
                if line[2:] != _NOTHING or self._says_more(line.at):
                    groups[last].append(line)
            else:
                groups[last] = [line]
        if last is not None and last.casefold() in _TOTAL_WORDS and groups[last][0].at == len(self._export) - 1:
            without += groups.pop(last)
        total_line = self._total_line(without, groups)
        if total_line is not None:
            above = {order: below for order, below in above.items() if below != [total_line.at]}
        orders = [
            self._of_line(group[0]) if len(group) == 1 else self._order(order, group) for order, group in groups.items()
        ]
        if above:
            orders = [self._with_lines_below(order, above.get(order.order)) for order in orders]
        return ReturnedOrders(
            orders,
            len(self._export),
            len(without),
            are_to_date=self._is_to_date,
            notes=(*notes, *self._notes(without, total_line)),
        )

    def _says_more(self, at: int) -> bool:
        """Return whether a line says anything in the columns that every source has."""
        columns = (self._currencies, self._reasons, self._internal_ids, self._new_totals, self._action_ids)
        return any(column[at] is not None for column in columns) or at in self._damaged

    def _of_line(self, line: Line) -> ReturnedOrder:
        """Return the order of a line that is its only one, as nearly all are in most exports."""
        at, order, refund, _, total, net_total, takes_back, problem, no_refund = line
        new_total = self._new_totals[at]
        if (
            (refund and not (self._is_to_date and isinstance(refund, int)))
            or isinstance(new_total, UnreadAmount)
            or (self._damaged and at in self._damaged)
        ):
            return self._order(str(order), [line])
        fields = (
            order,
            self._lines[at],
            self._internal_ids[at],
            Cents(refund) if isinstance(refund, int) else NO_CENTS,
            (),
            takes_back,
            new_total,
            None if isinstance(total, UnreadAmount) else total,
            None if isinstance(net_total, UnreadAmount) else net_total,
            self._currencies[at],
            self._reasons[at],
            problem,
            no_refund or self._no_refund,
            () if (action_id := self._action_ids[at]) is None else (action_id,),
        )
        return _new(ReturnedOrder, fields)

    def _order(self, order: str, group: Sequence[Line]) -> ReturnedOrder:
        problem = next((line.problem for line in group if line.problem), None)
        if self._is_to_date and all(line.refund_id is None for line in group):
            refunded, refund_problem = self._once(order, group)
            parts: tuple[RefundPart, ...] = ()
        else:
            refunded, parts, refund_problem = self._added(order, group)
        new_total, total_problem = self._new_total(order, group)
        currency, currency_problem = self._currency(order, group)
        refunding = [line for line in group if line.refund]
        return ReturnedOrder(
            order,
            self._lines[group[0].at],
            _first(self._internal_ids, group),
            refunded,
            () if self._is_to_date else parts,
            next((line.takes_back for line in group if line.takes_back), ""),
            new_total,
            self._total([line.total for line in group]),
            self._total([line.net_total for line in group]),
            currency,
            _first(self._reasons, refunding) or _first(self._reasons, group),
            self._damage(group) or problem or refund_problem or currency_problem or total_problem,
            next((line.no_refund for line in group if line.no_refund), self._no_refund),
            tuple(dict.fromkeys(action_id for line in group if (action_id := self._action_ids[line.at]))),
        )

    def _currency(self, order: str, group: Sequence[Line]) -> tuple[str | None, Problem | None]:
        found = sorted({text for line in group if (text := self._currencies[line.at])})
        if len(found) < len(("EUR", "USD")):
            return (found[0] if found else None), None
        return None, different_currencies(order, found)

    def _new_total(self, order: str, group: Sequence[Line]) -> tuple[Cents | None, Problem | None]:
        found = list({value: 0 for line in group if (value := self._new_totals[line.at]) is not None})
        unknown = next((value for value in found if isinstance(value, UnreadAmount)), None)
        if unknown is not None:
            return None, unread(order, unknown, "new total")
        known = [value for value in found if isinstance(value, int)]
        if len(known) > 1:
            return None, different_totals(order, known)
        return (known[0] if known else None), None

    def _damage(self, group: Sequence[Line]) -> Problem | None:
        damage = next((self._damaged[line.at] for line in group if line.at in self._damaged), None)
        if damage is None:
            return None
        return Problem(
            "order-unknown",
            f"The order number {damage}. So the order cannot be looked for. Export the file again, and open it in no "
            "spreadsheet program before the import.",
        )

    def _total(self, totals: Sequence[Money]) -> Cents | None:
        known = [total for total in totals if isinstance(total, int)]
        if not known or any(isinstance(total, UnreadAmount) for total in totals):
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
        is_open = self._export.source.amounts is not Amounts.TO_DATE
        return max(given), different_refunds(order, list(dict.fromkeys(given)), lines, is_open=is_open)

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
                words = self._own_words(line.at, refund)
                if line.at in self._export.repeats:
                    problem = problem or identical(order, self._lines[line.at])
                elif words in found and self._may_repeat:
                    problem = problem or repeated(order, words, self._lines[line.at])
                name = _free_name(words, found)
            elif name in found:
                if found[name] == refund:
                    self._repeated.append(line.at)
                    continue
                problem = problem or Problem(
                    "amount-unreadable",
                    f"Order {order} has the refund {name} with {money(found[name])} and with {money(refund)}. It is unknown "
                    "which of them is right. Keep one of the lines in the file.",
                )
                name = _free_name(name, found)
            found[name] = refund
        parts = tuple(map(RefundPart, found.keys(), found.values()))
        return Cents(sum(found.values())), parts, problem

    def _own_words(self, at: int, refund: Cents) -> str:
        """Return what tells a refund without a number from the others of its order: its date and amount.

        A later export may write 12.5 for 12.50, so the amount is not the text of the cell.
        """
        if self._dates[at] is None:
            self._unnumbered.append(at)
        return " ".join(filter(None, (self._dates[at], amount_text(refund))))

    def _total_line(self, without: Sequence[Line], groups: dict[str, list[Line]]) -> Line | None:
        """Return the last line when it names no order and has the sum of all refunds above it."""
        if not without or without[-1].at != len(self._export) - 1 or not without[-1].refund:
            return None
        values = [line.refund for group in groups.values() for line in group if line.refund]
        known = [value for value in values if isinstance(value, int)]
        is_total = len(known) == len(values) > 1 and sum(known) == without[-1].refund
        return without[-1] if is_total else None

    def _with_lines_below(self, order: ReturnedOrder, below: Sequence[int] | None) -> ReturnedOrder:
        if below is None or order.problem is not None:
            return order
        return order._replace(problem=refunds_below(order.order, [self._lines[at] for at in below]))

    def _notes(self, without: Sequence[Line], total_line: Line | None) -> Iterable[str]:
        if total_line is not None:
            yield f"Line {self._lines[total_line.at]} has the sum of all refunds: it was left out."
        lost = [line.at for line in without if line.refund and line is not total_line]
        if lost:
            yield (
                f"{self._named(lost).capitalize()} {'has a refund' if len(lost) == 1 else 'have refunds'} and no order "
                "number: no order can be found for this money. Write the order number there, and import again."
            )
        if self._unnumbered:
            has_columns = not {Field.REFUND_ID, Field.DATE}.isdisjoint(self._export.texts)
            yield without_number([self._lines[at] for at in self._unnumbered] if has_columns else ())
        if self._repeated:
            is_one = len(self._repeated) == 1
            yield (
                f"{self._named(self._repeated).capitalize()} {'repeats' if is_one else 'repeat'} the number of a refund above: "
                "each refund was counted once."
            )

    def _named(self, positions: Sequence[int]) -> str:
        return named_lines([self._lines[at] for at in positions])


def _free_name(words: str, taken: Collection[str]) -> str:
    name, count = words, 1
    while name in taken:
        count += 1
        name = f"{words} ({count})"
    return name


def _first(texts: Sequence[str | None], group: Iterable[Line]) -> str | None:
    return next((text for line in group if (text := texts[line.at])), None)
