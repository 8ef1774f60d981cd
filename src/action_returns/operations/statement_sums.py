"""Add up the rows of a statement: in integer cents, each currency by itself, and what is not known is counted, never 0."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from action_returns.operations.row_effects import Effect, Kind, Placed, Section, StatementRow, effects_of
from action_returns.verdicts.verdict import Verdict

SUMMED = (Section.SENT, Section.UNKNOWN, Section.TEST)
"""Sections that have sums, in their order."""


class Key(NamedTuple):
    """What a sum is over.

    Args:
        section: the part of the statement.
        by: ``total``, ``reason``, ``partner`` or ``batch``.
        name: the reason, partner or batch; None where it is not known, ``""`` for a total.
        currency: of its amounts, None where it is not known.
    """

    section: Section
    by: str
    name: str | None
    currency: str | None


@dataclass(slots=True)
class Sums:
    """The figures of some rows. Amounts are in cents; of each action they are counted once.

    Args:
        rows: how many were sent, those that repeat or follow each other too; rows that certainly did not arrive are in none
            of these figures but ``not_arrived``.
        reversals: how many of them take an action back.
        again: how many of them repeat the amount that was sent before.
        replaced: how many of them were followed by another row for the same action, which counts in their place.
        not_arrived: how many rows certainly did not arrive, though others of their batch did.
        new_total_cents: the latest amounts that were sent, together.
        known: how many actions have an amount from before.
        before_cents: these amounts, together.
        change_cents: what the rows change order value by, were all of them applied; over actions with a known amount.
        applied_known: how many actions with a known amount were changed by applied rows.
        applied_change_cents: what these changed order value by.
        verdicts: how many rows have each result; rows whose result was never looked for are in none.
    """

    rows: int = 0
    reversals: int = 0
    again: int = 0
    replaced: int = 0
    not_arrived: int = 0
    new_total_cents: int = 0
    known: int = 0
    before_cents: int = 0
    change_cents: int = 0
    applied_known: int = 0
    applied_change_cents: int = 0
    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))

    @property
    def new_totals(self) -> int:
        """How many rows give their action a new total."""
        return self.rows - self.reversals

    @property
    def actions(self) -> int:
        """How many actions the amounts are of."""
        return self.rows - self.again - self.replaced

    @property
    def unknown(self) -> int:
        """How many of these actions have no amount from before."""
        return self.actions - self.known

    @property
    def not_looked_for(self) -> int:
        """How many rows have no result."""
        return self.rows - sum(self.verdicts.values())

    def add(self, row: StatementRow, effect: Effect) -> None:
        """Add a row, with what it changes."""
        if effect.kind is Kind.NOT_ARRIVED:
            self.not_arrived += 1
            return
        self.rows += 1
        self.reversals += row.cents == 0
        self.again += effect.kind is Kind.AGAIN
        self.replaced += effect.kind is Kind.REPLACED
        if row.verdict is not None:
            self.verdicts[row.verdict] += 1
        if effect.applied_change is not None:
            self.applied_known += 1
            self.applied_change_cents += effect.applied_change
        if effect.kind is not Kind.LATEST:
            return
        self.new_total_cents += row.cents
        if effect.before is not None:
            self.known += 1
            self.before_cents += effect.before
            self.change_cents += row.cents - effect.before


def add_up(rows: Iterable[Placed]) -> dict[Key, Sums]:
    """Return the sums of each section: in all, by reason, by partner and by batch, each currency by itself.

    The order is that of :class:`Section`; then totals, reasons, partners and batches, each in the order of their names,
    what is not known last.

    Args:
        rows: the rows of batches in the order in which the batches were sent, each with the section of its batch.
    """
    sums: dict[Key, Sums] = {}
    listed = list(rows)
    for (section, row), effect in zip(listed, effects_of(listed), strict=True):
        for by, name in (("total", ""), ("reason", row.reason), ("partner", effect.partner), ("batch", row.batch)):
            key = Key(section, by, name, effect.currency)
            if key not in sums:
                sums[key] = Sums()
            sums[key].add(row, effect)
    return dict(sorted(sums.items(), key=lambda item: _place(item[0])))


_BY = ("total", "reason", "partner", "batch")


def _place(key: Key) -> tuple[object, ...]:
    name, currency = key.name, key.currency
    return (
        list(Section).index(key.section),
        _BY.index(key.by),
        name is None,
        (name or "").casefold(),
        name or "",
        currency is None,
        currency or "",
    )
