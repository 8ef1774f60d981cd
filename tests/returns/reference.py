"""The join and the new totals once more, as plainly as they can be said: one order after the other. Slow and obvious.

Written from the rules, not from the product: the fast code has to say the same.
"""

import string


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
