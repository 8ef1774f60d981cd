"""A shop's returns export as it was read: which column is what, and its lines as texts and cents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from action_returns.batch.amounts import NO_CENTS, Cents
from action_returns.returns.source import Field, Source


class UnreadAmount(NamedTuple):
    """An amount of an export that cannot be read exactly.

    Args:
        text: the cell as it stands there.
        why: why it is unknown, in the words of a note after "has".
    """

    text: str
    why: str


Money: TypeAlias = Cents | UnreadAmount | None
"""Cents with the sign of the export, an amount that cannot be read, or None for a blank cell."""


class Certainty(StrEnum):
    """How sure it is that a column is the right one, in the words that are shown."""

    KNOWN = "sure: the header of this source"
    ALIAS = "likely: by its name"
    CHOSEN = "chosen by you"
    REMEMBERED = "remembered: you chose it for an earlier file"


class MappedColumn(NamedTuple):
    """A column of the export and what it is read as.

    Args:
        field: what it is.
        header: its header as it stands in the file.
        certainty: how sure that is.
        examples: up to three different values of it.
    """

    field: Field
    header: str
    certainty: Certainty
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShopExport:
    """The lines of an export, one entry a line in every sequence.

    Args:
        file: name of the file.
        source: what made it.
        mapping: which column is what.
        headers: every header of the file, left to right.
        lines: what a person finds each line by: the line of the text, the row of the sheet.
        texts: field -> its cells without white space around them; None for a blank one.
        amounts: field -> its cells as cents.
        signature: what is the same for all files with these headers.
        notes: what the user should know of the reading, one sentence each.
        repeats: positions of the lines that are the same, in all cells, as an earlier line; only of exports whose
            lines are refunds.
        damaged_orders: position -> why the order number there is no longer what the shop wrote.
        action_ids: the ActionIds of the lines, None for a blank one; empty when the file has no such column.
    """

    file: str
    source: Source
    mapping: tuple[MappedColumn, ...]
    headers: Sequence[str]
    lines: Sequence[int]
    texts: Mapping[Field, Sequence[str | None]]
    amounts: Mapping[Field, Sequence[Money]]
    signature: str = ""
    notes: tuple[str, ...] = ()
    repeats: frozenset[int] = frozenset()
    damaged_orders: Mapping[int, str] = field(default_factory=dict)
    action_ids: Sequence[str | None] = ()

    def __len__(self) -> int:
        return len(self.lines)


class RefundPart(NamedTuple):
    """One refund of an order.

    Args:
        id: what tells it from every other refund of the order, such as the number of a credit memo; an export without
            such numbers gives the line's own words.
        cents: what was refunded, above 0.
    """

    id: str
    cents: Cents


class Problem(NamedTuple):
    """Why an order cannot become a row, found in the export alone.

    Args:
        code: a code of the contract such as ``amount-unreadable``.
        message: what is wrong, why and what to do.
    """

    code: str
    message: str


class ReturnedOrder(NamedTuple):
    """What an export says of one order.

    Args:
        order: its id as the export writes it.
        line: the first line that names it.
        internal_id: the shop's internal id of it, another id that the network may have, None without one.
        refunded: what was refunded in all, in cents, with the amounts that the export counts.
        parts: the refunds one by one, where the export lists them; their sum is ``refunded``.
        takes_back: why the whole action is taken back, such as ``it was cancelled``; ``""`` when that is not said.
        new_total: the new total, where the export lists it.
        total: what the order was worth before, None when the export does not say.
        net_total: the same without tax and shipping, None where the export has no such columns.
        currency: of all its amounts, None when the export does not say.
        reason: the export's own word for the reason, None without one.
        problem: why it cannot become a row, None when nothing is wrong.
        no_refund: why nothing of it counts as refunded, where the export says so, such as ``its new total is blank``.
        action_ids: the actions that the export names itself, each once.
    """

    order: str
    line: int
    internal_id: str | None = None
    refunded: Cents = NO_CENTS
    parts: tuple[RefundPart, ...] = ()
    takes_back: str = ""
    new_total: Cents | None = None
    total: Cents | None = None
    net_total: Cents | None = None
    currency: str | None = None
    reason: str | None = None
    problem: Problem | None = None
    no_refund: str = ""
    action_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnedOrders:
    """The orders of an export.

    Args:
        orders: one entry for each different order, in the order of the file.
        lines: lines of the export.
        lines_without_order: those that name no order.
        are_to_date: whether ``refunded`` is what was refunded until the export was made; else each line is one refund.
        is_guessed: whether nothing but a header says so.
        notes: what the user should know, one sentence each.
    """

    orders: Sequence[ReturnedOrder]
    lines: int
    lines_without_order: int = 0
    are_to_date: bool = False
    is_guessed: bool = False
    notes: tuple[str, ...] = field(default=())
