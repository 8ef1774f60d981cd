"""Compute the new total of an order's action, or why there is none: in exact cents, never guessed and never clipped.

A refund is subtracted from what the export counts it from: one refund from the current amount, what was refunded until
now from the amount before any refund. So a later export of the same shop never subtracts a refund twice.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from action_returns.batch.amounts import NO_CENTS, Cents
from action_returns.batch.context import PendingAction, SentAction
from action_returns.returns import left_amounts as left
from action_returns.returns.earlier_imports import import_that_counts, is_explained, original_amount
from action_returns.returns.export import RefundPart, ReturnedOrder
from action_returns.returns.known import Choices, ImportedBefore, Known
from action_returns.returns.order_ids import loose_key
from action_returns.returns.order_worth import OrderWorth
from action_returns.returns.preview import Base, LeftOrder, NewTotal

_ALL_REFUNDED: Final = "all of it was refunded"
_NO_IDS: Final[frozenset[str]] = frozenset()
_new: Final = tuple.__new__  # makes a NamedTuple of all its fields in half the time


class _Case(NamedTuple):
    """One order with its action.

    Args:
        order: the order.
        action_id: its action.
        currency: of the action.
        current: what the action is worth now.
        original: what it was worth before any refund, None when that is not known.
        is_listed: whether the download lists that amount.
        sent: what was sent for the action last.
        imports: what earlier imports made of it, the latest last.
    """

    order: ReturnedOrder
    action_id: str
    currency: str
    current: Cents
    original: Cents | None
    is_listed: bool
    sent: SentAction | None
    imports: Sequence[ImportedBefore]


class NewTotals:
    """Computes the new totals of one import.

    Args:
        known: what is known besides the export.
        choices: what the user chose.
        are_to_date: whether the export lists what was refunded until it was made, and not single refunds.
        is_guessed: whether nothing but a header of the export says so.
    """

    def __init__(self, known: Known, choices: Choices, *, are_to_date: bool, is_guessed: bool) -> None:
        self._known = known
        self._tolerance = choices.tolerance
        self._worth = OrderWorth(choices)
        self._are_to_date = are_to_date
        self._is_guessed = is_guessed
        self.assumed = 0
        """New totals of orders of which nothing but the current amount tells what they were worth before any refund."""

    def usual(self, order: ReturnedOrder, action: PendingAction) -> NewTotal | None:
        """Return what :meth:`compute` returns of a usual order; None of every other one.

        Usual is an order whose total in the export is what its action is worth, and of whose action nothing else is known:
        the caller has looked whether something was sent or imported for it.
        """
        refunded, total = order.refunded, order.total
        if self._worth.is_net or order.new_total is not None or total is None or total != action.cents or total <= 0:
            return None
        if action.original_cents is not None and action.original_cents != total:
            return None
        ids = _NO_IDS if self._are_to_date else _ids_of(order)
        if order.takes_back and not self._are_to_date and 0 < refunded < total:
            return None
        if order.takes_back or refunded == total:
            why = order.takes_back or _ALL_REFUNDED
            return _new(NewTotal, (NO_CENTS, total, Base.CURRENT, total, refunded, why, None, total, ids))
        if not 0 < refunded < total:
            return None
        base_is = Base.ORIGINAL if self._are_to_date else Base.CURRENT
        return _new(NewTotal, (Cents(total - refunded), total, base_is, refunded, refunded, "", None, total, ids))

    def compute(
        self, order: ReturnedOrder, action_id: str, action: PendingAction, currency: str
    ) -> NewTotal | LeftOrder:
        """Return the new total of an order's action.

        Args:
            order: the order; something of it was taken back.
            action_id: its action.
            action: the facts about it.
            currency: of the action.
        """
        if action.cents is None:
            return left.unknown_amount(order, action_id)
        current, listed = Cents(action.cents), action.original_cents
        sent, imports = self._known.sent.get(action_id), self._known.imported.get(action_id, ())
        original = original_amount(None if listed is None else Cents(listed), imports, sent, current)
        case = _Case(order, action_id, currency, current, original, listed is not None, sent, imports)
        if order.new_total is not None:
            new = self._given(case, order.new_total)
        elif order.takes_back or (order.refunded and order.refunded == order.total):
            new = self._whole(case)
        elif self._are_to_date:
            new = self._to_date(case)
        else:
            new = self._events(case)
        return _settle(case, new) if isinstance(new, NewTotal) else new

    def _given(self, case: _Case, listed: Cents) -> NewTotal | LeftOrder:
        """Return the new total that the export lists itself."""
        order = case.order
        if listed < 0:
            return left.negative_total(order, listed, case.currency)
        follows = not order.refunded or order.total is None or order.total - order.refunded == listed
        if not follows or (order.takes_back and listed):
            return left.contradicts_itself(order, listed, case.currency)
        cents = self._worth.share(order, listed)
        return self._compare(case) or NewTotal(
            cents,
            case.current,
            Base.GIVEN,
            Cents(case.current - cents),
            order.refunded,
            original=case.original,
        )

    def _whole(self, case: _Case) -> NewTotal | LeftOrder:
        """Return 0 for an order that was cancelled, or refunded as a whole by the export's own figures."""
        order, original = case.order, case.original
        if original is not None:
            taken = self._worth.share(order, order.refunded)
            differs = self._compare(case)
            if taken > original and (differs or (order.total is None and taken - original > self._tolerance)):
                return self._refund_above(case, taken, original, left.MAY_BE_ALLOWED)
            if differs:
                return differs
        if worth := self._worth_more(case):
            return left.part_taken_back(order, case.action_id, worth, case.currency)
        return NewTotal(
            NO_CENTS,
            case.current,
            Base.CURRENT,
            case.current,
            order.refunded,
            order.takes_back or _ALL_REFUNDED,
            original=original,
            refund_ids=self._refund_ids(case),
        )

    def _worth_more(self, case: _Case) -> Cents | None:
        """Return what an action is worth when a status takes it back, and less than that was refunded; else None.

        An order's own total and all that was refunded of it were compared as they were read.
        """
        order, counted = case.order, self._counted(case)
        if not order.takes_back or not order.refunded or (self._are_to_date and order.total is not None):
            return None
        known = [case.current]
        known += [Cents(case.sent.cents)] if case.sent is not None else []
        known += [counted.new_total] if counted is not None else []
        worth = min(known)
        if worth and self._are_to_date and case.original is not None:
            worth = case.original
        return worth if self._worth.share(order, order.refunded) + self._tolerance < worth else None

    def _to_date(self, case: _Case) -> NewTotal | LeftOrder:
        """Return the original amount minus what was refunded until now."""
        order, original, sent = case.order, case.original, case.sent
        taken = self._worth.share(order, order.refunded)
        if original is None:
            return left.unknown_amount(order, case.action_id) if sent is None else self._after(case, sent, taken)
        if sent is None and not case.is_listed and self._counted(case) is None and (doubt := _moved(case)):
            return doubt
        if taken > original:
            return self._refund_above(case, taken, original)
        if differs := self._compare(case):
            return differs
        self.assumed += self._is_assumed(case)
        return self._difference(case, original, Base.ORIGINAL, taken, order.refunded)

    def _after(self, case: _Case, sent: SentAction, taken: Cents) -> LeftOrder:
        """Return an order of whose action it is not known what it was worth before what was sent for it."""
        if sent.cents in {
            worth - taken for worth in (self._worth.total(case.order), case.current) if worth is not None
        }:
            return left.sent_before(case.order, case.action_id, sent, case.currency)
        return left.sent_otherwise(case.order, case.action_id, sent, case.current, case.currency)

    def _events(self, case: _Case) -> NewTotal | LeftOrder:
        """Return the current amount, or that after the earlier import, minus the refunds that are new."""
        order = case.order
        counted = self._counted(case)
        if counted is None:
            taken = self._worth.share(order, order.refunded)
            if doubt := self._doubt(case, taken):
                return doubt
            if taken > case.current:
                return self._refund_above(case, taken, case.current)
            if differs := self._compare(case):
                return differs
            self.assumed += self._is_assumed(case)
            return self._difference(case, case.current, Base.CURRENT, taken, order.refunded)
        base = counted.new_total
        fresh = Cents(sum(part.cents for part in _parts(order) if loose_key(part.id) not in counted.refund_ids))
        if not fresh:
            return self._difference(case, base, Base.IMPORTED, NO_CENTS, fresh)
        taken = self._worth.share(order, fresh)
        if self._is_guessed and fresh == order.refunded:  # the earlier refunds are not listed: they may be in this one
            return left.counted_unknown(order, case.action_id, case.currency)
        if not is_explained(case.current, counted, case.imports):
            return left.changed_elsewhere(order, case.action_id, base, case.current, case.currency)
        if taken > base:
            return self._refund_above(case, taken, base)
        return self._compare(case) or self._difference(case, base, Base.IMPORTED, taken, fresh)

    def _doubt(self, case: _Case, taken: Cents) -> LeftOrder | None:
        """Return the order when its refunds may be in the action's amount, or on their way, by no import of this computer."""
        order, current, original, sent = case.order, case.current, case.original, case.sent
        if sent is not None:
            after = {current - taken}
            if current == sent.cents:
                after = {worth - taken for worth in (original, self._worth.total(order)) if worth is not None}
            if sent.cents in after:
                return left.sent_by_amount(order, case.action_id, sent, case.currency)
            return left.sent_otherwise(order, case.action_id, sent, current, case.currency)
        if doubt := _moved(case):
            return doubt
        if original is not None and original > current:
            single = [self._worth.share(order, part.cents) for part in _parts(order)]
            if original - current in {taken, *single, *accumulate(single)}:
                return left.changed_elsewhere(order, case.action_id, original, current, case.currency)
        return None

    def _is_assumed(self, case: _Case) -> bool:
        return not case.is_listed and not case.imports and self._worth.total(case.order) is None

    def _counted(self, case: _Case) -> ImportedBefore | None:
        """Return the earlier import that counts, where its refund ids tell what is new.

        They do not when it was of another source, or of what was refunded until then: such an import lists no ids.
        """
        if not case.imports:
            return None
        row = self._known.in_sheet.get(case.action_id)
        counted = import_that_counts(case.imports, case.sent, None if row is None else row[0], case.current)
        if counted is None or counted.source != self._known.source:
            return None
        return counted if counted.refund_ids or self._are_to_date else None

    def _refund_ids(self, case: _Case) -> frozenset[str]:
        if self._are_to_date:
            return frozenset()
        counted = self._counted(case)
        ids = _ids_of(case.order)
        return ids if counted is None else ids | counted.refund_ids

    def _difference(self, case: _Case, base: Cents, base_is: Base, taken: Cents, refunded: Cents) -> NewTotal:
        net = self._worth.net_total(case.order)
        return NewTotal(
            Cents(base - taken),
            base,
            base_is,
            taken,
            refunded,
            shares=None if net is None or case.order.total is None else (net, case.order.total),
            original=case.original,
            refund_ids=self._refund_ids(case),
        )

    def _compare(self, case: _Case) -> LeftOrder | None:
        """Return the order when its total in the export is not what its action was worth before any refund."""
        worth, original = self._worth.total(case.order), case.original
        if worth is None or original is None or self._worth.fits(worth, original):
            return None
        if not self._are_to_date and case.sent is None and self._worth.fits(worth, case.current):
            return None  # corrected in the network before anything was refunded
        hint = self._worth.hint(case.order, original, case.current)
        return left.other_total(case.order, case.action_id, worth, original, case.currency, hint)

    def _refund_above(self, case: _Case, taken: Cents, base: Cents, otherwise: str = "") -> LeftOrder:
        hint = self._worth.hint(case.order, base if case.original is None else case.original, case.current)
        return left.refund_above(case.order, case.action_id, taken, base, case.currency, hint or otherwise)


def _settle(case: _Case, new: NewTotal) -> NewTotal | LeftOrder:
    """Return the new total, unless it was sent before, is there already or would raise the action's amount."""
    order, sent, current = case.order, case.sent, case.current
    ceiling = current
    if sent is not None:
        if sent.cents == new.cents:
            return left.sent_before(order, case.action_id, sent, case.currency)
        ceiling = min(current, Cents(sent.cents))
    if new.cents == current:
        return left.applied_already(order, case.action_id, current, case.currency)
    if new.cents > ceiling:
        is_given = new.base_is is Base.GIVEN
        return left.raises_amount(order, case.action_id, new.cents, ceiling, case.currency, given=is_given)
    return new


def _moved(case: _Case) -> LeftOrder | None:
    """Return the order when its action has another amount than at the last import, and nothing was sent for it."""
    before = case.imports[-1].before if case.imports else None
    if before is None or before == case.current:
        return None
    return left.changed_elsewhere(case.order, case.action_id, before, case.current, case.currency)


def _parts(order: ReturnedOrder) -> tuple[RefundPart, ...]:
    """Return the refunds of an order; one without a number is known again by its amount."""
    if order.parts or not order.refunded:
        return order.parts
    return (RefundPart(f"in all {order.refunded}", order.refunded),)


def _ids_of(order: ReturnedOrder) -> frozenset[str]:
    return frozenset(loose_key(part.id) for part in _parts(order))
