"""Decide what becomes of every order of an export: a row, or why there is none."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from action_returns.batch.amounts import Cents
from action_returns.batch.currencies import may_be_the_same
from action_returns.batch.lock_dates import is_locked
from action_returns.errors import FileError
from action_returns.returns import left_orders as left
from action_returns.returns.export import ReturnedOrder, ReturnedOrders
from action_returns.returns.import_reasons import ChosenReason, ReasonCodes, unused_answer
from action_returns.returns.join import Closeness, Match
from action_returns.returns.known import Choices, Known
from action_returns.returns.left_amounts import nothing_refunded
from action_returns.returns.new_totals import NewTotals
from action_returns.returns.preview import NEEDS_A_PERSON, LeftOrder, NewRow, NewTotal, Preview

_new: Final = tuple.__new__  # makes a NamedTuple of all its fields in half the time


def decide(found: ReturnedOrders, matches: Sequence[Match], known: Known, choices: Choices) -> Preview:
    """Return what becomes of every order.

    Args:
        found: the orders of the export.
        matches: the actions of each of them.
        known: what is known besides.
        choices: what the user chose.

    Raises:
        FileError: ``export-currencies-mixed`` when the export has several currencies and the download names none.
    """
    orders = _Orders(found, known, choices)
    rows: list[NewRow] = []
    others: list[LeftOrder] = []
    for order, match in zip(found.orders, matches, strict=True):
        result = orders.usual_row(order, match) or orders.decide(order, match)
        if isinstance(result, NewRow):
            rows.append(result)
        else:
            others.append(result)
    return Preview(rows, others, orders.notes())


class _Orders:
    """Decides about one order after the other."""

    def __init__(self, found: ReturnedOrders, known: Known, choices: Choices) -> None:
        self._known = known
        self._age = left.age_of(known.pending, known.now)
        self._totals = NewTotals(known, choices, are_to_date=found.are_to_date, is_guessed=found.is_guessed)
        self._reasons = ReasonCodes(known.policy, choices.reasons)
        self._same: dict[tuple[str, str], bool] = {}
        """Currency of an order and of its action -> whether they can be the same."""
        self._unnamed: dict[str, None] = {}
        """Currencies of orders whose action has none in the download."""
        self._orders_without_currency = 0
        self._found: Counter[Closeness] = Counter()
        self._unused: Counter[tuple[str, ChosenReason, bool]] = Counter()
        """Word of the export, the reason that its rows have, and whether it reverses -> rows without the user's answer."""
        self._touched = known.sent.keys() | known.imported.keys() | known.in_sheet.keys()
        """Actions of which more is known than the download has."""

    def usual_row(self, order: ReturnedOrder, match: Match) -> NewRow | None:
        """Return the row that :meth:`decide` returns of a usual order; None of every other one."""
        if order.problem is not None or len(match.action_ids) != 1 or match.rivals:
            return None
        action_id = match.action_ids[0]
        action, currency = self._known.pending.actions[action_id], order.currency
        if order.action_ids and order.action_ids != match.action_ids:
            return None
        if action_id in self._touched or not currency or currency != (action.currency or self._known.pending.currency):
            return None
        new = self._totals.usual(order, action)
        if new is None or is_locked(action, self._known.now):
            return None
        chosen = self._reasons.choose(order.reason, reverses=not new.cents)
        reason = chosen.code
        if not reason:
            return None
        self._found[match.closeness] += 1
        if chosen.unused:
            self._unused[order.reason or "", chosen, not new.cents] += 1
        return _new(
            NewRow,
            (action_id, new.cents, reason, order.order, order.line, new.base, order.refunded, match.found_as, new),
        )

    def decide(self, order: ReturnedOrder, match: Match) -> NewRow | LeftOrder:
        """Return the row of an order, or why it has none."""
        if order.problem is not None:
            return left.leave(order, order.problem.code, order.problem.message)
        if not order.refunded and not order.takes_back and order.new_total is None:
            return nothing_refunded(order)
        if len(match.action_ids) != 1 or match.rivals:
            if match.action_ids:
                return left.uncertain_order(order, match, self._known.pending)
            return left.unknown_order(order, self._age)
        if order.action_ids and order.action_ids != match.action_ids:
            return left.other_action(order, match, self._known.pending)
        self._found[match.closeness] += 1
        action_id = match.action_ids[0]
        pending, now = self._known.pending, self._known.now
        action = pending.actions[action_id]
        currency = action.currency or pending.currency or ""
        new: NewTotal | LeftOrder
        if self._is_same_currency(order, currency):
            new = self._totals.compute(order, action_id, action, currency)
        else:
            new = left.other_currency(order, action_id, currency)
        result = self._row(order, match, new, currency) if isinstance(new, NewTotal) else new
        # Looked at last: of a locked action whose new total was sent in time there is nothing to settle.
        if is_locked(action, now) and (isinstance(result, NewRow) or result.group in NEEDS_A_PERSON):
            wanted = new if isinstance(new, NewTotal) else None
            return left.locked(order, action_id, action, now, wanted, currency)
        return result

    def notes(self) -> tuple[str, ...]:
        """Return what could not be compared, one sentence each."""
        notes = []
        by_internal_id = self._found[Closeness.INTERNAL]
        by_number = self._found.total() - by_internal_id
        if by_internal_id and by_number:
            notes.append(
                f"{by_number:,} of the orders were found by their number and {by_internal_id:,} by the shop's internal id. A "
                "network usually has one of the two, and a number may be the internal id of another order. Compare some of "
                "the rows with their orders before you send them."
            )
        if number := self._totals.assumed:
            notes.append(
                f"Neither file has what {number:,} {'order was' if number == 1 else 'orders were'} worth before any refund, "
                "so the current amount was taken for it. If others changed these actions in the network, a refund may be in "
                "it already: look at them before you send the rows."
            )
        if number := self._orders_without_currency:
            named = self._known.pending.currency
            orders, its = (
                ("1 order names", "its action") if number == 1 else (f"{number:,} orders name", "their actions")
            )
            notes.append(
                f"{orders} no currency in the export, so it was not compared with that of {its}{f' ({named})' if named else ''}."
            )
        if self._unnamed:
            notes.append(
                f"The pending download names no currency, so that of the export ({', '.join(self._unnamed)}) was not "
                "compared with it."
            )
        notes += [
            unused_answer(word, chosen, number, reverses=reverses)
            for (word, chosen, reverses), number in self._unused.items()
        ]
        return tuple(notes)

    def _row(self, order: ReturnedOrder, match: Match, new: NewTotal, currency: str) -> NewRow | LeftOrder:
        action_id = match.action_ids[0]
        chosen = self._reasons.choose(order.reason, reverses=not new.cents)
        reason = chosen.code
        there = self._known.in_sheet.get(action_id)
        if there is not None:
            if there[0] == new.cents and reason in {"", there[1]}:
                return left.in_sheet(order, action_id, there[2], new.cents, currency)
            return left.otherwise_in_sheet(order, action_id, there, (new.cents, reason), currency)
        if not reason:
            return left.unmapped_reason(order, new.cents, chosen.candidates, currency)
        if chosen.unused:
            self._unused[order.reason or "", chosen, not new.cents] += 1
        current = self._known.pending.actions[action_id].cents
        return NewRow(
            action_id,
            new.cents,
            reason,
            order.order,
            order.line,
            None if current is None else Cents(current),
            order.refunded,
            match.found_as,
            new,
        )

    def _is_same_currency(self, order: ReturnedOrder, currency: str) -> bool:
        own = order.currency
        if own == currency and own:
            return True
        if not own:
            self._orders_without_currency += 1
            return True
        if not currency:
            self._note_unnamed(own)
            return True
        same = self._same.get((own, currency))
        if same is None:
            same = self._same[own, currency] = may_be_the_same(own, currency)
        return same

    def _note_unnamed(self, own: str) -> None:
        if own in self._unnamed:
            return
        for other in self._unnamed:
            if not may_be_the_same(own, other):
                raise FileError(
                    "export-currencies-mixed",
                    f"The export mixes currencies ({other}, {own}), and the pending download does not say which of them "
                    "its amounts are in. So no refund can be subtracted safely, and nothing was added. Download Pending "
                    "Actions again with the currency, or export the orders of one currency.",
                )
        self._unnamed[own] = None
