"""Word the orders of an export that no pending action belongs to: one paragraph for all of them.

In most shops most orders came without a partner, so no action exists for them and nothing has to be done. The few orders
that a person has to look at are counted apart from them.
"""

from contextlib import suppress
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from action_returns.batch.amounts import money
from action_returns.operations.import_texts import sums_by_currency
from action_returns.operations.texts import counted, one_or_many
from action_returns.returns.left_orders import age_of
from action_returns.returns.preview import LeftOrder
from action_returns.returns.source import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from action_returns.operations.import_returns import Imported
    from action_returns.returns.preview import Preview

_NAMED: Final = 3
"""Orders that are named as examples."""
_ISO_DATE: Final = len("2026-11-30")


def decisions(preview: "Preview") -> str:
    """Return how many orders need a person, and apart from them how many have no pending action; blank without any.

    ``3 orders need a decision; 186 have no pending action``.
    """
    number, without = preview.needs_a_person, len(preview.without_action)
    needs = f"{counted(number, 'order')} {one_or_many(number, 'needs', 'need')} a decision"
    if not without:
        return needs if number else ""
    has = one_or_many(without, "has", "have")
    return (
        f"{needs}; {without:,} {has} no pending action"
        if number
        else f"{counted(without, 'order')} {has} no pending action"
    )


def without_action(imported: "Imported") -> str:
    """Return what is so about all orders without a pending action, and what to do; blank when every order has one."""
    orders = imported.preview.without_action
    if not orders:
        return ""
    number = len(orders)
    named = ", ".join(f"{left.order} (line {left.line})" for left in orders[:_NAMED])
    return " ".join(
        filter(
            None,
            (
                f"{counted(number, 'order')} {one_or_many(number, 'has', 'have')} no pending action.",
                none_found(imported)
                or "Mostly no partner is paid for such an order, and there is nothing to do. Else its action is no longer "
                "pending, or not yet.",
                _refunded(imported, orders),
                f"{'The first' if number > _NAMED else one_or_many(number, 'Order', 'Orders')}: {named}.",
                _newer_download(imported, orders),
            ),
        )
    )


def none_found(imported: "Imported") -> str:
    """Return the likely cause when no order of the export leads to an action, with order ids of both files; else blank.

    Of one or two orders it is as likely that they came without a partner.
    """
    # An order whose action the export names itself needs a person, and was not found either.
    not_found = sum(
        left.has_no_action or bool(left.code == "order-unknown" and left.candidates) for left in imported.preview.left
    )
    are_few = not_found < _NAMED
    if are_few or any(match.action_ids for match in imported.matches):
        return ""
    header = next(column.header for column in imported.export.mapping if column.field is Field.ORDER)
    shop = ", ".join(order.order for order in islice(imported.found.orders, _NAMED))
    network = ", ".join(_ids_of_download(imported)) or "no order ID at all"
    return (
        f'No order of the export was found. Most likely "{header}" is not the column with the ids that the network has, or '
        f"this is another pending download. The export has {shop}; the pending download has {network}. If these are not "
        'the same kind of id, choose another column: --map order="HEADER", or take another pending download.'
    )


def _ids_of_download(imported: "Imported") -> "Iterable[str]":
    """Return the first few order ids of the download, whether their orders are looked for or not."""
    pending = imported.pending
    ids = dict.fromkeys(action.order_id for action in pending.actions.values() if action.order_id)
    return pending.order_examples or islice(ids, _NAMED)


def _refunded(imported: "Imported", orders: "Sequence[LeftOrder]") -> str:
    """Return what was refunded of these orders, each currency by itself; blank where it was nothing."""
    names = {left.order for left in orders}
    refunds = (
        (one.currency or "", one.refunded) for one in imported.found.orders if one.order in names and one.refunded
    )
    sums = ", ".join(money(cents, currency) for currency, cents in sums_by_currency(refunds).items())
    return f"Refunded of {one_or_many(len(orders), 'it', 'them')}: {sums}." if sums else ""


def _newer_download(imported: "Imported", orders: "Sequence[LeftOrder]") -> str:
    """Return that a new download may have these orders; blank when all of them are older than the one that was used.

    Only dates like 2026-11-30 are compared: of all others it is unknown whether the day or the month comes first.
    """
    pending = imported.pending
    newest = _newest_date(imported, orders)
    if newest is None:
        is_old = imported.known.now - pending.as_of >= timedelta(days=1)
        return age_of(pending, imported.known.now) if is_old else ""
    if newest < pending.as_of.date():
        return ""
    return (
        f"The latest date of these orders in the export is {newest}, and the pending download is of "
        f"{pending.as_of:%Y-%m-%d}: a newer download may have their actions."
    )


def _newest_date(imported: "Imported", orders: "Sequence[LeftOrder]") -> date | None:
    """Return the latest date in the lines of these orders, None when one of them cannot be read in one way only."""
    lines = {left.line for left in orders}
    export = imported.export
    texts = {
        text
        for line, text in zip(export.lines, export.texts.get(Field.DATE, ()), strict=False)
        if text and line in lines
    }
    dates: list[date] = []
    for text in texts:
        with suppress(ValueError):
            dates.append(date.fromisoformat(text[:_ISO_DATE]))
    return max(dates, default=None) if len(dates) == len(texts) else None
