"""Words about an import that the command line and the sheet Import share: the equations, the groups, the mapping, the reasons."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from action_returns.batch.amounts import money
from action_returns.batch.context import PendingDownload
from action_returns.operations.pending_source import PendingSource
from action_returns.operations.pending_texts import pending_age
from action_returns.operations.texts import counted
from action_returns.returns.export import MappedColumn, ReturnedOrders, ShopExport
from action_returns.returns.preview import Group, LeftOrder, Preview
from action_returns.returns.source import Field

FIELD_WORDS: Final[Mapping[Field, str]] = {
    Field.ORDER: "order number",
    Field.INTERNAL_ID: "the shop's internal id of the order",
    Field.REFUND: "refunded amount",
    Field.NEW_TOTAL: "new total of the order",
    Field.TOTAL: "total of the order",
    Field.TAX: "tax in the total",
    Field.SHIPPING: "shipping in the total",
    Field.NET_TOTAL: "total without tax and shipping",
    Field.CURRENCY: "currency",
    Field.STATUS: "status",
    Field.CANCELLED: "cancelled at",
    Field.DATE: "date",
    Field.REFUND_ID: "refund number",
    Field.REASON: "reason of the return",
    Field.LINE_TYPE: "kind of the line",
    Field.EVENT: "event",
    Field.QUANTITY: "quantity",
    Field.PARENT: "number of the order that was refunded",
    Field.LINE_AMOUNT: "amount of the line",
    Field.TRANSACTION_STATUS: "status of the transaction",
}
"""What a column of an export is, in words."""


class GroupWords(NamedTuple):
    """The words for one group of orders.

    Args:
        label: its name beside an order.
        one: its name after the number 1 in the equation.
        many: the same after another number.
        heading: what has become of these orders, and what the user does about them.
    """

    label: str
    one: str
    many: str
    heading: str


GROUPS: Final[Mapping[Group, GroupWords]] = {
    Group.ROW: GroupWords("Row", "row", "rows", "These orders become rows."),
    Group.IN_SHEET: GroupWords(
        "In the sheet",
        "in the sheet",
        "in the sheet",
        "The sheet has these rows already. There is nothing to do.",
    ),
    Group.SENT_BEFORE: GroupWords(
        "Sent before",
        "sent before",
        "sent before",
        "These new totals were sent before, so they stay behind. There is nothing to do.",
    ),
    Group.NOTHING_TO_DO: GroupWords(
        "Nothing to do",
        "nothing to do",
        "nothing to do",
        "Nothing of these orders has to be taken back.",
    ),
    Group.TO_DECIDE: GroupWords(
        "To decide",
        "to decide",
        "to decide",
        "The program does not guess these. Read what each of them needs.",
    ),
    Group.REFUSED: GroupWords(
        "Refused",
        "refused",
        "refused",
        "The figures of these orders do not fit their actions. Look up what is right.",
    ),
}
"""Group -> its words, in the order of the equation."""


def orders_equation(preview: Preview) -> str:
    """Return what becomes of all orders: ``6 orders = 2 rows + 0 in the sheet + 1 sent before + …``."""
    counts = preview.counts()
    parts = [f"{counts[group]:,} {words.one if counts[group] == 1 else words.many}" for group, words in GROUPS.items()]
    return f"{counted(preview.orders, 'order')} = {' + '.join(parts)}"


def lines_equation(found: ReturnedOrders) -> str:
    """Return what the lines of an export are: ``9 lines = 8 of 6 orders + 1 without an order number``."""
    named = found.lines - found.lines_without_order
    return (
        f"{counted(found.lines, 'line')} = {named:,} of {counted(len(found.orders), 'order')} + "
        f"{found.lines_without_order:,} without an order number"
    )


def money_equations(found: ReturnedOrders, preview: Preview) -> list[str]:
    """Return where the refunds of the export are, one sentence for each currency; none where nothing was refunded.

    ``184.00 EUR refunded in the export = 120.00 EUR in rows + 64.00 EUR in orders that become no row``.
    """
    currencies = {order.order: order.currency or "" for order in found.orders}
    in_rows = sums_by_currency((currencies[row.order], row.refunded) for row in preview.rows)
    elsewhere = sums_by_currency((currencies[left.order], left.refunded) for left in preview.left)
    totals = sums_by_currency((order.currency or "", order.refunded) for order in found.orders)
    return [
        f"{money(total, currency)} refunded in the export = {money(in_rows.get(currency, 0), currency)} in rows + "
        f"{money(elsewhere.get(currency, 0), currency)} in orders that become no row"
        for currency, total in totals.items()
        if total
    ]


def sums_by_currency(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return currency -> the sum of its amounts in cents, in the order in which the currencies are met."""
    sums: dict[str, int] = {}
    for currency, cents in amounts:
        sums[currency] = sums.get(currency, 0) + cents
    return sums


def source_sentence(export: ShopExport) -> str:
    """Return what an export seems to be: ``orders.csv is read as an orders export of Shopify``."""
    return f"{export.file} is read as {export.source.name}."


def pending_sentence(pending: PendingDownload, source: PendingSource | None, now: datetime) -> str:
    """Return which pending download the orders are looked for in, how old it is, and how many actions it has.

    Args:
        pending: the download.
        source: its file, None when the actions came from the sheet Pending.
        now: the moment of the import.
    """
    text = f"{pending_age(pending.as_of, now)}, {counted(pending.count, 'action')}"
    if source is None:
        return f"{text}."
    if source.kept is None:
        return f"{text}: {source.path.name}."
    return f"{text}: {source.kept.name}, the one that was loaded last. Another one: --pending FILE"


def mapping_row(column: MappedColumn) -> tuple[str, str, str, str]:
    """Return what a column is, its header, how sure that is, and its first values."""
    return FIELD_WORDS[column.field], column.header, column.certainty.value, ", ".join(column.examples)


def reason_counts(found: ReturnedOrders) -> dict[str, int]:
    """Return the export's words for reasons, each with how many orders have it, in the order of the file."""
    counts: dict[str, int] = {}
    for order in found.orders:
        if order.reason:
            counts[order.reason] = counts.get(order.reason, 0) + 1
    return counts


def unmapped_reasons(found: ReturnedOrders, preview: Preview) -> dict[str, tuple[tuple[str, ...], int]]:
    """Return the export's words for which no reason code is known: word -> the codes to choose from, and orders.

    Args:
        found: the orders of the export.
        preview: what becomes of them.
    """
    waiting = {left.order: left for left in preview.left if left.code == "reason-unmapped"}
    if not waiting:
        return {}
    words: dict[str, tuple[tuple[str, ...], int]] = {}
    for order in found.orders:
        left = waiting.get(order.order)
        if left is not None and order.reason:
            candidates, number = words.get(order.reason, ((), 0))
            words[order.reason] = (tuple(dict.fromkeys((*candidates, *left.candidates))), number + 1)
    return words


def candidates_text(left: LeftOrder) -> str:
    """Return the ActionIds or reason codes between which the user decides, an empty text without any."""
    return ", ".join(left.candidates)
