"""The join and the new totals once more, as plainly as they can be said: one order after the other. Slow and obvious.

Written from the rules, not from the product: the fast code has to say the same.
"""

import string
from fractions import Fraction


def _number(text):
    return text != "" and all(sign in string.digits for sign in text)


def same_order(one, other):
    """Return whether two spellings can be one order: with # or without, with leading zeros or without, in any case."""
    one, other = one.removeprefix("#"), other.removeprefix("#")
    if _number(one) and _number(other):
        return int(one) == int(other)
    return one.casefold() == other.casefold()


def actions_of(order, internal, pending):
    """Return the ids of all actions that an order can be.

    Args:
        order: its number.
        internal: its internal id, or None.
        pending: ActionId -> order id.
    """

    def exactly(text):
        return {action_id for action_id, order_id in pending.items() if order_id == text}

    def nearly(text):
        return {action_id for action_id, order_id in pending.items() if same_order(text, order_id)}

    own = exactly(order) or nearly(order)
    if internal is None:
        return own
    return (own | exactly(internal)) or nearly(internal)


def expected(order, action, facts):
    """Return what becomes of an order with one action: group, code and the new total; code is "" for a row.

    Args:
        order: the order.
        action: its action.
        facts: what is known besides: to_date, tolerance, net (without tax and shipping), sent, imports, source, sheet,
            is_locked and same_currency.
    """
    if order.refunded == 0 and not order.takes_back and order.new_total is None:
        return "nothing_to_do", "nothing-refunded", None
    group, code, cents = _amount(order, action, facts)
    if group == "rows" and facts.sheet is not None:
        same = facts.sheet == cents
        group, code = ("in_sheet" if same else "to_decide"), "already-in-sheet"
    if facts.is_locked and group in {"rows", "to_decide", "refused"}:
        return "to_decide", "action-locked", None
    return group, code, cents if group == "rows" else None


def _amount(order, action, facts):
    if not facts.same_currency:
        return "refused", "currency-differs", None
    if action.cents is None:
        return "refused", "amount-unreadable", None
    answer = _new_total(order, action, facts)
    if not isinstance(answer, int):
        return *answer, None
    if facts.sent is not None and facts.sent == answer:
        return "sent_before", "sent-before", None
    if answer == action.cents:
        return "nothing_to_do", "nothing-refunded", None
    if answer > action.cents or (facts.sent is not None and answer > facts.sent):
        return ("refused" if order.new_total is not None else "to_decide"), "total-differs", None
    return "rows", "", answer


def _original(action, facts):
    if action.original_cents is not None:
        return action.original_cents
    for earlier in facts.imports:
        if earlier.original is not None:
            return earlier.original
    return None if facts.sent is not None else action.cents


def _uses_net(order, facts):
    net, total = order.net_total, order.total
    return facts.net and net is not None and net >= 0 and (total is None or net <= total)


def _part(order, facts, cents):
    """Return an amount without tax and shipping, rounded as a person rounds: half a cent up."""
    if not _uses_net(order, facts) or not order.total:
        return cents
    exact = Fraction(cents * order.net_total, order.total)
    below = exact.numerator // exact.denominator
    return below + 1 if exact - below >= Fraction(1, 2) else below


def _worth(order, facts):
    return order.net_total if _uses_net(order, facts) else order.total


def _total_differs(order, action, facts):
    worth, original = _worth(order, facts), _original(action, facts)
    if worth is None or original is None or abs(worth - original) <= facts.tolerance:
        return False
    untouched = not facts.to_date and facts.sent is None
    return not (untouched and abs(worth - action.cents) <= facts.tolerance)


def _counts(earlier, action, facts):
    sent = facts.sent == earlier.new_total
    in_sheet = facts.sheet == earlier.new_total
    applied = action.cents == earlier.new_total and earlier.before is not None and earlier.before != action.cents
    return sent or in_sheet or applied


def _counted(action, facts):
    counting = [earlier for earlier in facts.imports if _counts(earlier, action, facts)]
    if not counting or counting[-1].source != facts.source:
        return None
    return counting[-1] if facts.to_date or counting[-1].refund_ids else None


def _new_total(order, action, facts):
    """Return the new total, or group and code."""
    original, current = _original(action, facts), action.cents
    if order.new_total is not None:
        if order.refunded and order.total is not None and order.total - order.refunded != order.new_total:
            return "refused", "total-differs"
        if order.takes_back and order.new_total:
            return "refused", "total-differs"
        if _total_differs(order, action, facts):
            return "refused", "total-differs"
        return _part(order, facts, order.new_total)
    if order.takes_back or (order.total is not None and order.refunded == order.total):
        return _all_of_it(order, action, facts)
    taken = _part(order, facts, order.refunded)
    if facts.to_date:
        if original is None:
            explained = {current - taken}
            if _worth(order, facts) is not None:
                explained.add(_worth(order, facts) - taken)
            return ("sent_before" if facts.sent in explained else "to_decide"), "sent-before"
        is_known = action.original_cents is not None or facts.sent is not None or _counted(action, facts) is not None
        if not is_known and _moved(action, facts):
            return "to_decide", "total-differs"
        return _minus(original, taken, order, action, facts)
    counted = _counted(action, facts)
    if counted is not None:
        fresh = sum(part.cents for part in order.parts if part.id not in counted.refund_ids)
        if fresh == 0:
            return counted.new_total
        if current != counted.new_total and current not in {earlier.before for earlier in facts.imports}:
            return "to_decide", "total-differs"
        return _minus(counted.new_total, _part(order, facts, fresh), order, action, facts)
    if facts.sent is not None:
        explained = {current - taken}
        if current == facts.sent:
            explained = {worth - taken for worth in (original, _worth(order, facts)) if worth is not None}
        return ("sent_before" if facts.sent in explained else "to_decide"), "sent-before"
    if _moved(action, facts):
        return "to_decide", "total-differs"
    if original is not None and original > current:
        single = [_part(order, facts, part.cents) for part in order.parts]
        sums = [sum(single[: at + 1]) for at in range(len(single))]
        if original - current in [taken, *single, *sums]:
            return "to_decide", "total-differs"
    return _minus(current, taken, order, action, facts)


def _moved(action, facts):
    before = facts.imports[-1].before if facts.imports else None
    return before is not None and before != action.cents


def _minus(base, taken, order, action, facts):
    if taken > base:
        return "refused", "refund-above-amount"
    if _total_differs(order, action, facts):
        return "refused", "total-differs"
    return base - taken


def _all_of_it(order, action, facts):
    original = _original(action, facts)
    if original is not None:
        above = _part(order, facts, order.refunded) - original
        differs = _total_differs(order, action, facts)
        if above > 0 and (differs or (order.total is None and above > facts.tolerance)):
            return "refused", "refund-above-amount"
        if differs:
            return "refused", "total-differs"
    if order.takes_back and order.refunded and not (facts.to_date and order.total is not None):
        counted = _counted(action, facts)
        worth = [action.cents, facts.sent, counted and counted.new_total]
        least = min(cents for cents in worth if cents is not None)
        if least and facts.to_date and original is not None:
            least = original
        if _part(order, facts, order.refunded) + facts.tolerance < least:
            return "refused", "total-differs"
    return 0
