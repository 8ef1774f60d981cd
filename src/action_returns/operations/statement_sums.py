"""Add up the rows of a statement: in integer cents, each currency by itself, and what is not known is counted, never 0."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from action_returns.verdicts.verdict import Verdict


class Section(StrEnum):
    """A part of a statement; no sum goes over two of them."""

    SENT = "sent"
    """Batches that the receiver confirmed, or that were handed over."""
    UNKNOWN = "unknown"
    """Batches of which it is not known whether they arrived."""
    TEST = "test"
    """Batches of test profiles that were sent, or may have arrived."""
    FAILED = "failed"
    """Batches that certainly did not arrive: they are listed, and in no sum."""
    BROKEN = "broken"
    """Batches of which something on record was changed or is lost: they are listed, and in no sum."""


SUMMED = (Section.SENT, Section.UNKNOWN, Section.TEST)
"""Sections that have sums, in their order."""


class StatementRow(NamedTuple):
    """One row of a batch, with what is on record about it.

    Args:
        batch: label of its batch.
        cents: the amount that was sent, in cents; 0 reverses.
        reason: the reason code.
        before: the amount of the action before, in cents; None when it is not known.
        partner: None when it is not known.
        currency: None when it is not known.
        verdict: what became of it, None when that was never looked for.
    """

    batch: str
    cents: int
    reason: str
    before: int | None = None
    partner: str | None = None
    currency: str | None = None
    verdict: Verdict | None = None


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
    """The figures of some rows. Amounts are in cents.

    Args:
        rows: how many there are.
        reversals: how many of them take an action back.
        new_total_cents: the amounts that were sent, together.
        known: how many rows have an amount from before.
        before_cents: these amounts, together.
        change_cents: what the rows with a known amount change order value by, were all of them applied.
        applied_known: how many applied rows have an amount from before.
        applied_change_cents: what these changed order value by.
        verdicts: how many rows have each result; rows whose result was never looked for are in none.
    """

    rows: int = 0
    reversals: int = 0
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
    def unknown(self) -> int:
        """How many rows have no amount from before."""
        return self.rows - self.known

    @property
    def not_looked_for(self) -> int:
        """How many rows have no result."""
        return self.rows - sum(self.verdicts.values())

    def add(self, row: StatementRow) -> None:
        """Add a row."""
        self.rows += 1
        self.reversals += row.cents == 0
        self.new_total_cents += row.cents
        if row.verdict is not None:
            self.verdicts[row.verdict] += 1
        if row.before is None:
            return
        self.known += 1
        self.before_cents += row.before
        self.change_cents += row.cents - row.before
        if row.verdict is Verdict.APPLIED:
            self.applied_known += 1
            self.applied_change_cents += row.cents - row.before


def add_up(rows: Iterable[tuple[Section, StatementRow]]) -> dict[Key, Sums]:
    """Return the sums of each section: in all, by reason, by partner and by batch, each currency by itself.

    The order is that of :class:`Section`; then totals, reasons, partners and batches, each in the order of their names,
    what is not known last.
    """
    sums: dict[Key, Sums] = {}
    for section, row in rows:
        for by, name in (("total", ""), ("reason", row.reason), ("partner", row.partner), ("batch", row.batch)):
            key = Key(section, by, name, row.currency)
            if key not in sums:
                sums[key] = Sums()
            sums[key].add(row)
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
