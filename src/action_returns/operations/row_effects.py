"""Find what each row of a statement changes, so that each action is counted once.

Rows of one action follow each other: 50 to 30, then 20. Together they change the action from the amount before the first row
to the amount of the last one. That effect is counted with the row that brought the last amount. A row that repeats the
amount of the row before it changes nothing.
"""

from collections.abc import Sequence
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
        action: its ActionId.
        account: its account's name in the ledger; the same ActionId of two accounts is two actions.
        has_arrived: whether the receiver has it, or may have it.
        earlier: the amount that an earlier batch sent, in cents, where ``before`` does not tell of that batch; else None.
    """

    batch: str
    cents: int
    reason: str
    before: int | None = None
    partner: str | None = None
    currency: str | None = None
    verdict: Verdict | None = None
    action: str = ""
    account: str = ""
    has_arrived: bool = True
    earlier: int | None = None


class Kind(StrEnum):
    """What a row is for its action."""

    LATEST = "latest"
    """It brought the latest amount: the effect on the action is counted with it."""
    AGAIN = "again"
    """It repeats the amount of the row before it."""
    REPLACED = "replaced"
    """A later row of the action counts in its place."""
    NOT_ARRIVED = "not-arrived"
    """The receiver certainly does not have it."""


class Effect(NamedTuple):
    """What a row changes.

    Args:
        kind: what it is for its action.
        partner: of the action, None where no row of it knows that.
        currency: the same.
        before: the amount before the first row of the action, in cents; None where that is not known.
        applied_change: what the rows of the action that were found applied change together, in cents; None with all rows
            but the one that this is counted with.
    """

    kind: Kind
    partner: str | None
    currency: str | None
    before: int | None = None
    applied_change: int | None = None


Placed = tuple[Section, StatementRow]


def effects_of(rows: Sequence[Placed]) -> list[Effect]:
    """Return what each row changes.

    Args:
        rows: the rows of batches in the order in which the batches were sent, each with the section of its batch.
    """
    found: list[Effect] = [Effect(Kind.NOT_ARRIVED, row.partner, row.currency) for _, row in rows]
    chains: dict[tuple[str, bool, str], list[int]] = {}
    for at, (section, row) in enumerate(rows):
        if row.has_arrived:
            chains.setdefault((row.account, section is Section.TEST, row.action), []).append(at)
    for places in chains.values():
        if len(places) == 1:
            found[places[0]] = _alone(rows[places[0]][1])
        else:
            _follow(rows, places, found)
    return found


def _alone(row: StatementRow) -> Effect:
    """Return the effect of the only row of an action: most rows are, and this takes a tenth of the time."""
    before = row.before if row.earlier is None else row.earlier
    applied_change = None if before is None or row.verdict is not Verdict.APPLIED else row.cents - before
    if row.cents == row.earlier:
        return Effect(Kind.AGAIN, row.partner, row.currency, None, applied_change)
    return Effect(Kind.LATEST, row.partner, row.currency, before, applied_change)


def _follow(rows: Sequence[Placed], places: Sequence[int], found: list[Effect]) -> None:
    """Write the effects of the rows of one action, which follow each other."""
    chain = [rows[at][1] for at in places]
    partners = [row.partner for row in chain if row.partner is not None]
    currencies = list(dict.fromkeys(row.currency for row in chain if row.currency is not None))
    earlier = chain[0].earlier
    before = chain[0].before if earlier is None else earlier
    if len(currencies) > 1:
        before = None  # amounts of two currencies have no difference
    amount = earlier
    for at, row in zip(places, chain, strict=True):
        currency = currencies[0] if len(currencies) == 1 else row.currency
        kind = Kind.AGAIN if row.cents == amount else Kind.REPLACED
        found[at] = Effect(kind, row.partner or (partners[-1] if partners else None), currency)
        amount = row.cents
    # What is certain counts first; rows of which it is not known whether they arrived count only after it.
    certain = [at for at in places if rows[at][0] is not Section.UNKNOWN]
    uncertain = [at for at in places if not certain or at > certain[-1]]
    applied = before
    for part in (certain, uncertain):
        if part:
            _count_latest(rows, part, found, before, preceding=earlier)
            applied = _count_applied(rows, part, found, applied)
            earlier = rows[part[-1]][1].cents
            before = None if before is None else earlier


def _count_latest(
    rows: Sequence[Placed], part: Sequence[int], found: list[Effect], before: int | None, *, preceding: int | None
) -> None:
    """Write with which row the latest amount is counted: the first one of those that have it and nothing between them."""
    amount = rows[part[-1]][1].cents
    at = len(part) - 1
    while at and rows[part[at - 1]][1].cents == amount:
        at -= 1
    for again in part[at:]:
        found[again] = found[again]._replace(kind=Kind.AGAIN)
    if at or amount != preceding:
        found[part[at]] = found[part[at]]._replace(kind=Kind.LATEST, before=before)


def _count_applied(rows: Sequence[Placed], part: Sequence[int], found: list[Effect], start: int | None) -> int | None:
    """Write what the applied rows change together, and return the amount after them, in cents; None where it is not known."""
    applied = [at for at in part if rows[at][1].verdict is Verdict.APPLIED]
    if start is None or not applied:
        return start
    amount = rows[applied[-1]][1].cents
    at = len(applied) - 1
    while at and rows[applied[at - 1]][1].cents == amount:
        at -= 1
    found[applied[at]] = found[applied[at]]._replace(applied_change=amount - start)
    return amount
